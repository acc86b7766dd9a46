"""What `vendor refresh` did, and how it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import click

from statusherd.cli.output import count, shown, table
from statusherd.cli.records import error_json
from statusherd.model.errors import StatusherdError
from statusherd.watch.discover import Found


class Result(StrEnum):
    """What became of a file."""

    VERIFIED = "verified"  # its source answered in its format
    FIXED = "fixed"  # its page was found elsewhere, and the file says so now
    MOVED = "moved"  # its page was found elsewhere
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one file. `error` is of the source as the file has it; `found` is where its page is."""

    name: str
    result: Result
    error: StatusherdError | None = None
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Refreshing:
    """What became of all. `fresh` were verified this month already, `put_off` are more than were allowed."""

    folder: Path
    month: str
    results: Sequence[Refreshed]
    fresh: int
    put_off: int

    def of(self, result: Result) -> Sequence[Refreshed]:
        """Return the files that this became of."""
        return [each for each in self.results if each.result is result]

    @property
    def left(self) -> Sequence[Refreshed]:
        """The files that do not answer as they say."""
        return [each for each in self.results if each.result in (Result.MOVED, Result.FAILED)]


_COLOURS: Final = {Result.FIXED: "green", Result.MOVED: "yellow", Result.FAILED: "red"}


def refreshing_lines(done: Refreshing) -> list[str]:
    """Return all but the verified as lines of a table, none where all are."""
    told = [each for each in done.results if each.result is not Result.VERIFIED]
    if not told:
        return []
    return table(("VENDOR", "RESULT", "FOUND", "WHY"), [_cells(each) for each in told])


def _cells(each: Refreshed) -> tuple[str, str, str, str]:
    found = f"{each.found.format} at {shown(each.found.address, 100)}" if each.found else ""
    why = shown(each.error.message) if each.error else ""
    return each.name, click.style(each.result.value, fg=_COLOURS[each.result]), found, why


def summary(done: Refreshing) -> str:
    """Return the last line for people."""
    parts = [f"{count(len(done.of(Result.VERIFIED)), 'file')} verified"]
    parts += [f"{len(done.of(r))} {r}" for r in (Result.FIXED, Result.MOVED, Result.FAILED) if done.of(r)]
    parts += [f"{done.fresh} verified this month before"] if done.fresh else []
    parts += [f"{done.put_off} put off"] if done.put_off else []
    return f"{', '.join(parts)}."


def refreshing_json(done: Refreshing) -> dict[str, object]:
    """Return what was done as in `vendor refresh --json`."""
    return {
        "folder": str(done.folder),
        "month": done.month,
        "verified": [each.name for each in done.of(Result.VERIFIED)],
        "moved": [_found_json(each) for each in done.results if each.result in (Result.FIXED, Result.MOVED)],
        "failed": [
            {"name": each.name, "error": error_json(each.error) if each.error else None}
            for each in done.of(Result.FAILED)
        ],
        "fresh": done.fresh,
        "put_off": done.put_off,
    }


def _found_json(each: Refreshed) -> dict[str, object]:
    found = each.found
    return {
        "name": each.name,
        "fixed": each.result is Result.FIXED,
        "format": found.format if found else None,
        "address": found.address if found else None,
        "evidence": found.evidence if found else None,
        "error": error_json(each.error) if each.error else None,
    }
