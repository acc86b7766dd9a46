"""`statusherd init`: a config file to begin with."""

from __future__ import annotations

import os
from pathlib import Path

import click

import statusherd
from statusherd.cli.output import say, shown
from statusherd.model.errors import StatusherdError


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    r"""Write config.toml into DIR (default: here): every key, explained, with a few vendors.

    It runs as it is. A file that is there is never overwritten.

    \b
    Example: statusherd init /etc/statusherd
    """
    path = folder / "config.toml"
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(path, _example().read_bytes())
    click.echo(shown(str(path), 4096))
    say("Written. Name your vendors in it, then: statusherd config check; statusherd run")


def _example() -> Path:
    """Return the example's place: inside the installed package, or in the source tree."""
    package = Path(statusherd.__file__).resolve().parent
    installed = package / "config.example.toml"
    return installed if installed.is_file() else package.parents[1] / "config.example.toml"


def _write_new(path: Path, body: bytes) -> None:
    # It will hold the addresses of channels, which are secrets: nobody else is to read it.
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        remedy = "Choose another folder: statusherd init DIR"
        raise StatusherdError(
            "exists already, nothing was written", subject=str(path), remedy=remedy
        ) from None
    with os.fdopen(number, "wb") as file:
        file.write(body)
