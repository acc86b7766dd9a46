"""Incidents in words, for somebody who was woken by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

import click

from statusherd.cli.incident_acts import Way
from statusherd.cli.moments import ago, local
from statusherd.cli.output import shown, table, width
from statusherd.model.dossiers import Dossier
from statusherd.model.incidents import Entry, EntryKind, Incident, IncidentPhase, Member, Task
from statusherd.model.suspects import Link
from statusherd.model.words import Severity

_SEVERITIES: Final = {
    Severity.SEV1: "red",
    Severity.SEV2: "red",
    Severity.SEV3: "yellow",
    Severity.SEV4: None,
}
_KINDS: Final = {
    EntryKind.PHASE: "cyan",
    EntryKind.SEVERITY: "yellow",
    EntryKind.ACKNOWLEDGED: "green",
    EntryKind.VENDOR: "magenta",
    EntryKind.LINK: "magenta",
    EntryKind.VERDICT: "magenta",
}
_TITLE, _LINE = 80, 2000


def opened_lines(made: Incident) -> Iterator[str]:
    """Yield what is said of a new incident: what comes next stands where it is looked for."""
    yield f"{made.name} is open: {shown(made.title)}"
    yield f"Take it on: statusherd incident ack {made.number}"
    yield f"See it:     statusherd incident show {made.number}"


def incident_table(found: Sequence[Incident], now: datetime) -> list[str]:
    """Return the lines of a list of incidents."""
    head = ("INCIDENT", "SEV", "PHASE", "OPENED", "WHO", "SERVICES", "TITLE")
    return table(head, [_cells(each, now) for each in found])


def _cells(incident: Incident, now: datetime) -> tuple[str, ...]:
    return (
        incident.name,
        _severity(incident.severity),
        _state(incident),
        local(incident.opened_at, now),
        shown(_who(incident), 20),
        shown(", ".join(incident.services) or "-", 40),
        shown(incident.title, _TITLE),
    )


def _severity(severity: Severity) -> str:
    return click.style(severity.value, fg=_SEVERITIES[severity], bold=severity is Severity.SEV1)


def _state(incident: Incident) -> str:
    if incident.merged_into is not None:
        return f"merged into INC-{incident.merged_into}"
    return click.style(incident.phase.value, fg="green" if incident.phase.is_over else None)


def _who(incident: Incident) -> str:
    """Return who has it: the commander, else that somebody took it on."""
    return incident.roles.get("commander") or ("taken on" if incident.acknowledged_at else "-")


def withheld_table(found: Sequence[Member], now: datetime) -> list[str]:
    """Return the lines of a list of alerts that opened nothing."""
    head = ("SINCE", "INTAKE", "SEV", "ALERT", "WHY")
    rows = [
        (local(m.since, now), shown(m.intake, 30), _severity(m.severity), *_alert_and_why(m)) for m in found
    ]
    return table(head, rows)


def _alert_and_why(member: Member) -> tuple[str, str]:
    return shown(member.title, 60), shown(member.withheld)


# One incident


def dossier_lines(dossier: Dossier, way: Way, now: datetime) -> Iterator[str]:
    """Yield all of an incident: how it stands, what belongs to it, and what happened, the oldest first."""
    incident = dossier.incident
    head = f"{incident.name}  {_severity(incident.severity)}  {_state(incident)}"
    yield f"{head}  {click.style(shown(incident.title), bold=True)}"
    for label, text in _facts(dossier, now):
        yield f"  {label:<10} {text}"
    if incident.text:
        yield ""
        yield from (f"  {shown(line, _LINE)}" for line in incident.text.split("\n"))
    yield ""
    yield from _timeline(dossier.timeline)
    yield from _way(incident, way)


def _facts(dossier: Dossier, now: datetime) -> Iterator[tuple[str, str]]:
    incident = dossier.incident
    yield "Services", shown(", ".join(incident.services) or "none of ours is named", _LINE)
    yield "Opened", f"{_when(incident.opened_at, now)}, by {shown(incident.opened_by)}"
    if incident.began_at is not None:
        yield "Began", _when(incident.began_at, now)
    yield "Severity", f"{incident.severity}: {shown(incident.severity_reason)}"
    yield from _people(incident, now)
    yield from _ends(incident, now)
    yield from _kin(dossier)
    yield from _listed("Alerts", [_alert(each, now) for each in dossier.alerts])
    yield from _listed("To do", [_task(each, now) for each in dossier.tasks])
    yield from _listed("Causes", [_link(each) for each in dossier.links])
    if incident.labels:
        yield "Labels", shown(", ".join(f"{name}={value}" for name, value in incident.labels.items()), _LINE)
    if incident.url:
        yield "Link", shown(incident.url, _LINE)


def _when(moment: datetime, now: datetime) -> str:
    return f"{local(moment, now)}, {ago(moment, now)} ago"


def _people(incident: Incident, now: datetime) -> Iterator[tuple[str, str]]:
    taken = incident.acknowledged_at
    if taken is not None:
        yield "Taken on", f"{local(taken, now)}, {ago(incident.opened_at, taken)} after it was opened"
    elif incident.is_open:
        yield "Taken on", f"{click.style('by nobody', fg='red')}: statusherd incident ack {incident.number}"
    yield from _listed("Roles", [shown(f"{role}: {person}") for role, person in incident.roles.items()])


def _ends(incident: Incident, now: datetime) -> Iterator[tuple[str, str]]:
    if incident.resolved_at is not None:
        lasted = ago(incident.began_at or incident.opened_at, incident.resolved_at)
        yield (
            "Resolved",
            f"{local(incident.resolved_at, now)} by {shown(incident.resolved_by)}, after {lasted}",
        )
    if incident.closed_at is not None:
        yield "Closed", local(incident.closed_at, now)


def _kin(dossier: Dossier) -> Iterator[tuple[str, str]]:
    if dossier.duplicates:
        yield "Duplicates", ", ".join(f"INC-{number}" for number in dossier.duplicates)
    if dossier.incident.split_from is not None:
        yield "Split off", f"INC-{dossier.incident.split_from}"


def _listed(label: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield lines, the first beside its label, the others below it."""
    yield from ((label if number == 0 else "", line) for number, line in enumerate(lines))


def _alert(member: Member, now: datetime) -> str:
    until = f" until {local(member.until, now)}" if member.until else ""
    mark = click.style("●", fg="red") if member.fires else click.style("✓", fg="green")
    where = f"{shown(member.intake, 30)}, since {local(member.since, now)}{until}"
    return f"{mark} #{member.number} {shown(member.title, _TITLE)}  {click.style(f'({where})', dim=True)}"


def _task(task: Task, now: datetime) -> str:
    mark = click.style("✓", fg="green") if task.done_at else "☐"
    due = f", until {local(task.due_at, now)}" if task.due_at and not task.done_at else ""
    return f"{mark} #{task.number} {shown(task.text)}  ({shown(task.owner, 40) or 'nobody'}{due})"


def _link(link: Link) -> str:
    by = f" by {shown(link.by, 40)}" if link.by else ""
    what = f"{shown(link.suspect.cause, 60)}: {shown(link.suspect.title, _TITLE)}"
    return f"{link.state}{by} {link.suspect.score:.2f}  {what}"


# The timeline


def _timeline(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield the lines of a timeline on the clock of the terminal; a day has a line of its own."""
    authors = max((width(shown(each.author, 20)) for each in entries), default=0)
    kinds = max((len(each.kind) for each in entries), default=0)
    day: date | None = None
    for entry in entries:
        there = entry.at.astimezone()
        if there.date() != day:
            day = there.date()
            yield click.style(f"  {there:%A %Y-%m-%d, %Z}", dim=True)
        author = shown(entry.author, 20)
        kind = click.style(f"{entry.kind.value:<{kinds}}", fg=_KINDS.get(entry.kind))
        first, *more = _said(entry).split("\n")
        start = f"  {there:%H:%M:%S}  {kind}  {author}{' ' * (authors - width(author))}  "
        yield f"{start}{shown(first, _LINE)}".rstrip()
        yield from (
            f"{' ' * (2 + 8 + 2 + kinds + 2 + authors + 2)}{shown(line, _LINE)}".rstrip() for line in more
        )


def _said(entry: Entry) -> str:
    if entry.kind is EntryKind.REVIEW:  # it is as long as it is, and has a command of its own
        return f"the review is written: statusherd incident review {entry.incident}"
    return entry.text


def _way(incident: Incident, way: Way) -> Iterator[str]:
    if way.to is None:
        return
    yield ""
    command = "resolve" if way.to is IncidentPhase.RESOLVED else "advance"
    yield f"  Next: {way.to}  (statusherd incident {command} {incident.number})"
    yield from (f"    {click.style('✗', fg='red')} {shown(each.sentence)}" for each in way.lacks)
