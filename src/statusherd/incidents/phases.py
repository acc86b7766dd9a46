"""Bringing an incident from phase to phase: what is missing is said, all at once; a reason goes past it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.incidents import given
from statusherd.incidents.writing import Writing, phase_line
from statusherd.model.errors import IncidentRefusedError
from statusherd.model.incidents import EntryKind, Incident, IncidentPhase
from statusherd.model.suspects import LinkState
from statusherd.respond.lifecycle import Facts, IncidentRules, back_from, missing, moved, next_of
from statusherd.store import incident_links, incident_members, incident_tasks, timeline

_BEGINS: Final = (EntryKind.OPENED, EntryKind.PHASE)
_ANSWERED: Final = (LinkState.CONFIRMED, LinkState.REJECTED)


def facts_of(conn: Connection, number: int) -> Facts:
    """Return what is known of an incident beside its own record."""
    members = incident_members.of_incidents(conn, (number,))
    kinds = (*_BEGINS, EntryKind.NOTE, EntryKind.VERDICT, EntryKind.REVIEW)
    entries = timeline.of_kinds(conn, number, kinds)
    begun = max((each.number for each in entries if each.kind in _BEGINS), default=0)
    linked = any(each.state in _ANSWERED for each in incident_links.of_incident(conn, number))
    return Facts(
        firing=tuple(member.title for member in members if member.fires),
        open_tasks=tuple(t.text for t in incident_tasks.of_incident(conn, number) if t.done_at is None),
        cause_answered=linked or any(e.kind is EntryKind.VERDICT and e.author for e in entries),
        noted=any(each.kind is EntryKind.NOTE and each.number > begun for each in entries),
        review_written=any(e.kind is EntryKind.REVIEW and e.data.get("state") == "written" for e in entries),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """The phase that an incident is to go to, the next where none is named.

    `force` is the reason for which it goes there whatever is missing.
    """

    to: IncidentPhase | None = None
    force: str = ""


RESOLVED: Final = Step(IncidentPhase.RESOLVED)


def advance(
    conn: Connection, number: int, step: Step, author: str, rules: IncidentRules, now: datetime
) -> Incident:
    """Bring an incident to a later phase. Raises IncidentRefusedError with all that is missing."""
    author, force = given.author(author), given.line_or_nothing(step.force, "the reason")
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        target = _later(incident, step.to)
        lacks = tuple(m.sentence for m in missing(incident, target, facts_of(conn, number), rules))
        if lacks and not force:
            raise IncidentRefusedError(
                f"cannot go from {incident.phase} to {target}: {'; '.join(lacks)}",
                subject=incident.name,
                remedy="Do that first, or go on all the same: --force REASON",
                missing=lacks,
            )
        past = f"; without {'; '.join(lacks)}: {force}" if lacks else f": {force}" if force else ""
        return _move(writing, incident, target, author, past)


def reopen(
    conn: Connection, number: int, to: IncidentPhase | None, author: str, reason: str, now: datetime
) -> Incident:
    """Bring an incident back to an earlier phase, for a reason.

    Where no phase is named, what is over goes back to investigating, anything else one phase.
    """
    author, reason = given.author(author), given.line(reason, "the reason")
    with Writing(conn, now) as writing:
        incident = writing.find(number)
        _refuse_merged(incident)
        target = to or back_from(incident)
        if target is None or target.rank >= incident.phase.rank:
            raise IncidentRefusedError(
                f"is {incident.phase}, and {target or 'nothing'} is not before that",
                subject=incident.name,
                remedy="`statusherd incident advance` goes forward",
            )
        return _move(writing, incident, target, author, f": {reason}")


def _later(incident: Incident, to: IncidentPhase | None) -> IncidentPhase:
    _refuse_merged(incident)
    target = to or next_of(incident.phase)
    if target is None or target is incident.phase:
        raise IncidentRefusedError(f"is {incident.phase} already", subject=incident.name)
    if target.rank < incident.phase.rank:
        message = f"is {incident.phase}, and {target} is before that"
        remedy = "To go back takes a reason: statusherd incident reopen"
        raise IncidentRefusedError(message, subject=incident.name, remedy=remedy)
    return target


def _refuse_merged(incident: Incident) -> None:
    if incident.merged_into is not None:
        message, there = "was merged into another", f"INC-{incident.merged_into}"
        raise IncidentRefusedError(message, subject=incident.name, remedy=f"Go on with {there}")


def _move(writing: Writing, incident: Incident, to: IncidentPhase, author: str, why: str) -> Incident:
    data = {"from": incident.phase.value, "to": to.value}
    fires = _firing(writing, incident) if to.is_over and not incident.phase.is_over else ""
    text = f"{phase_line(incident.phase, to)}{why}{fires}"
    writing.enter(incident.number, EntryKind.PHASE, author, text, data)
    writing.tell(incident.number, f"{author} moved it from {incident.phase} to {to}{why}{fires}")
    return writing.save(moved(incident, to, author, writing.now))


def _firing(writing: Writing, incident: Incident) -> str:
    """Return what is to be known of an end that comes before that of its alerts."""
    firing = facts_of(writing.conn, incident.number).firing
    if not firing:
        return ""
    return f"; {len(firing)} of its alerts still {'fires' if len(firing) == 1 else 'fire'}"
