"""What an error is to the person at the terminal: one message that says what, where and what to do."""

from __future__ import annotations

from typing import Final

import click

from statusherd.cli.output import shown
from statusherd.model.errors import ConfigError, StatusherdError

_SOFTWARE: Final = 70
"""The exit code for faults of our own, as sysexits.h has it."""


def tell(error: Exception) -> int:
    """Print `error` to stderr and return the exit code that goes with it."""
    if isinstance(error, StatusherdError):
        _tell_known(error)
        return error.exit_code
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        _print(f"{where}{(error.strerror or type(error).__name__).lower()}")
        return 1
    _print(f"this is a fault of statusherd: {type(error).__name__}: {error}", limit=400)
    click.echo("  Run it again with --debug, and please report what that prints.", err=True)
    return _SOFTWARE


def _tell_known(error: StatusherdError) -> None:
    _print(f"{error.subject}: {error.message}" if error.subject else error.message)
    if isinstance(error, ConfigError):
        for problem in error.problems:
            click.echo(f"  - {shown(problem, 2000)}", err=True)
    if error.remedy:
        click.echo(f"  {shown(error.remedy, 2000)}", err=True)


def _print(text: str, limit: int = 1000) -> None:
    click.echo(f"{click.style('Error:', fg='red', bold=True)} {shown(text, limit)}", err=True)
