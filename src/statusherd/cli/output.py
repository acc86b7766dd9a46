"""What is printed: data on stdout, talk on stderr, and never a character that could steer the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import click

LONGEST: Final = 300


def shown(text: str, limit: int = LONGEST) -> str:
    """Return `text` (a name, a title, a vendor's words) as one line that is safe to print."""
    if not text.isprintable():
        from statusherd.watch.reading.text import clean  # noqa: PLC0415 - most text needs no cleaning

        text = clean(" ".join(click.unstyle(text).split()))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def say(text: str) -> None:
    """Tell the person at the terminal something that is no data."""
    click.echo(text, err=True)


def warn(text: str) -> None:
    """Tell the person at the terminal of something doubtful."""
    say(f"{click.style('Warning:', fg='yellow')} {shown(text, 2000)}")


def print_json(value: object) -> None:
    """Print `value` as JSON on one line of stdout."""
    text = json.dumps(value, ensure_ascii=False)
    # JSON leaves C1 controls and direction marks as they are; escaped they are the same data, and harmless.
    click.echo(text if text.isprintable() else json.dumps(value))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of data at once: thousands of small writes would be felt."""
    click.echo("\n".join(lines))


def is_interactive() -> bool:
    """Tell whether somebody is there to answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def refuse_unasked(what: str, subject: str) -> None:
    """Raise StatusherdError where nobody can be asked whether something is meant: `what` was not done."""
    if not is_interactive():
        from statusherd.model.errors import StatusherdError  # noqa: PLC0415 - rarely

        remedy = "Say --yes where nobody can be asked"
        raise StatusherdError(what, subject=repr(subject[:200]), remedy=remedy)


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - only what is not ASCII needs it

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, its columns as wide as their cells. Cells may be styled."""
    every = [tuple(head), *(tuple(row) for row in rows)]
    columns = [[_seen_width(cell) for cell in column] for column in zip(*every, strict=True)]
    widest = [max(column) for column in columns]
    return [_line(row, widths, widest) for row, widths in zip(every, zip(*columns, strict=True), strict=True)]


@lru_cache(1000)
def _seen_width(cell: str) -> int:
    return width(click.unstyle(cell) if "\x1b" in cell else cell)


def _line(row: Sequence[str], widths: Sequence[int], widest: Sequence[int]) -> str:
    cells = (cell + " " * (most - has) for cell, has, most in zip(row, widths, widest, strict=True))
    return "  ".join(cells).rstrip()


def count(number: int, noun: str) -> str:
    """Return "1 vendor", "3 vendors"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
