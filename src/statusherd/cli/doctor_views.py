"""What `vendor doctor` tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from statusherd.cli.doctor_findings import Finding
from statusherd.cli.moments import local
from statusherd.cli.output import count, shown, table
from statusherd.model.stamps import iso


def finding_lines(found: Sequence[Finding], now: datetime) -> Iterator[str]:
    """Yield what is wrong as a table, and below it what to do about each."""
    yield from table(("VENDOR", "WRONG", "SINCE", "WHAT"), [_cells(finding, now) for finding in found])
    mended = [finding for finding in found if finding.mend]
    for mend in dict.fromkeys(finding.mend for finding in mended):
        about = dict.fromkeys(_name(finding) for finding in mended if finding.mend == mend)
        yield ""
        yield f"To mend {', '.join(about)}:"
        yield from (f"  {shown(line, 2000)}" for line in mend)


def _cells(finding: Finding, now: datetime) -> tuple[str, ...]:
    text = shown(finding.message)
    if finding.suggestions:
        text += f"; near it: {shown(', '.join(finding.suggestions), 100)}"
    since = local(finding.since, now) if finding.since else ""
    return _name(finding), click.style(finding.kind.value.replace("_", " "), fg="yellow"), since, text


def _name(finding: Finding) -> str:
    return "all" if finding.vendor is None else shown(finding.vendor, 40)


def summary(examined: int, found: Sequence[Finding]) -> str:
    """Return the last line for people."""
    what = f"{count(len(found), 'thing')} to mend" if found else "all is well"
    return f"{count(examined, 'vendor')} examined, {what}."


def examination_json(examined: int, found: Sequence[Finding], now: datetime) -> dict[str, object]:
    """Return what is wrong as in `vendor doctor --json`."""
    return {
        "at": iso(now),
        "ok": not found,
        "examined": examined,
        "findings": [_finding_json(finding) for finding in found],
    }


def _finding_json(finding: Finding) -> dict[str, object]:
    place = finding.found
    return {
        "vendor": finding.vendor,
        "kind": finding.kind,
        "since": iso(finding.since),
        "message": finding.message,
        "mend": list(finding.mend),
        "suggestions": list(finding.suggestions),
        "found": {"format": place.format, "address": place.address} if place else None,
    }
