"""Two incidents that are one, and one that is two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from statusherd.incidents import given
from statusherd.incidents.writing import Writing
from statusherd.model.errors import IncidentRefusedError, NoSuchIncidentError, NotUnderstoodError
from statusherd.model.incidents import EntryKind, Incident, IncidentPhase, Member
from statusherd.store import incident_members, incident_tasks


def merge(conn: Connection, duplicate: int, into: int, author: str, now: datetime) -> Incident:
    """Let an incident be a duplicate of another, which takes over its alerts, services and open tasks.

    Returns the other. The timeline of each stays its own. The severity is the worse of both.
    """
    author = given.author(author)
    if duplicate == into:
        raise NotUnderstoodError("an incident cannot be merged into itself", subject=f"INC-{into}")
    with Writing(conn, now) as writing:
        gone, kept = writing.find(duplicate), writing.find(into)
        _refuse(gone, kept)
        members = incident_members.of_incidents(conn, (duplicate,))
        incident_members.move(conn, [member.number for member in members], into)
        incident_tasks.move(conn, duplicate, into)
        writing.enter(
            duplicate, EntryKind.MERGED, author, f"merged into {kept.name}: {kept.title}", {"into": kept.name}
        )
        writing.tell_merged(duplicate, kept, f"{author} merged it into {kept.name}")
        writing.save(replace(gone, merged_into=into))
        moved = f", {len(members)} of its alerts came along" if members else ""
        writing.enter(
            into,
            EntryKind.MERGED,
            author,
            f"{gone.name} is the same: {gone.title}{moved}",
            {"from": gone.name},
        )
        writing.tell_merged(into, gone, f"{author} merged {gone.name} into it")
        return writing.save(_both(kept, gone))


def _refuse(gone: Incident, kept: Incident) -> None:
    for incident in (gone, kept):
        if incident.merged_into is not None:
            message, there = "was merged already", f"INC-{incident.merged_into}"
            raise IncidentRefusedError(message, subject=incident.name, remedy=f"Go on with {there}")
    if gone.is_open and not kept.is_open:
        message = f"is {kept.phase}, and {gone.name} is not over"
        remedy = f"Merge the other way round, or first: statusherd incident reopen {kept.number}"
        raise IncidentRefusedError(message, subject=kept.name, remedy=remedy)


def _both(kept: Incident, gone: Incident) -> Incident:
    begun = [each for each in (kept.began_at, gone.began_at) if each is not None]
    after = replace(
        kept,
        services=tuple(dict.fromkeys((*kept.services, *gone.services))),
        began_at=min(begun, default=None),
    )
    if kept.is_open and gone.severity < kept.severity:
        reason = f"{gone.name} was {gone.severity}: {gone.severity_reason}"
        after = replace(after, severity=gone.severity, severity_reason=reason, severity_by=gone.severity_by)
    return after


@dataclass(frozen=True, slots=True)
class Splitting:
    """What goes into an incident of its own: alerts by their number, and services by name."""

    title: str
    alerts: tuple[int, ...] = ()
    services: tuple[str, ...] = ()


def split(conn: Connection, number: int, asked: Splitting, author: str, now: datetime) -> Incident:
    """Make an incident of its own of a part of another; return the new one, of which people are told."""
    author, title = given.author(author), given.line(asked.title, "the title", given.LONGEST_TITLE)
    if not asked.alerts and not asked.services:
        raise NotUnderstoodError("nothing is said that goes into it", remedy="Name alerts or services")
    with Writing(conn, now) as writing:
        source = writing.find(number)
        if source.merged_into is not None or source.phase.is_over:
            raise IncidentRefusedError("is over: nothing can be split off", subject=source.name)
        members = _members(conn, source, asked.alerts)
        services = _services(source, asked.services)
        made = writing.open(_part(source, title, members, services, now))
        incident_members.move(conn, [member.number for member in members], made.number)
        writing.enter(
            made.number,
            EntryKind.OPENED,
            author,
            f"split off {source.name}: {source.title}",
            {"from": source.name},
        )
        what = f"{made.name} is another matter: {title}"
        writing.enter(number, EntryKind.SPLIT, author, what, {"into": made.name})
        kept = tuple(name for name in source.services if name not in services)
        if kept != source.services:
            writing.tell(number, f"{author}: {what}")
            writing.save(replace(source, services=kept))
        return made


def _members(conn: Connection, source: Incident, numbers: tuple[int, ...]) -> tuple[Member, ...]:
    found = {member.number: member for member in incident_members.of_incidents(conn, (source.number,))}
    for number in numbers:
        if number not in found:
            remedy = f"`statusherd incident show {source.number}` shows those it has"
            raise NoSuchIncidentError(f"it has no alert #{number}", subject=source.name, remedy=remedy)
    return tuple(found[number] for number in dict.fromkeys(numbers))


def _services(source: Incident, names: tuple[str, ...]) -> tuple[str, ...]:
    wanted = {name.strip().casefold() for name in names}
    found = tuple(name for name in source.services if name.casefold() in wanted)
    if len(found) < len(wanted):
        remedy = f"It concerns {', '.join(source.services) or 'no service of ours'}"
        raise NotUnderstoodError(
            "a service is named that it does not concern", subject=source.name, remedy=remedy
        )
    return found


def _part(
    source: Incident, title: str, members: tuple[Member, ...], services: tuple[str, ...], now: datetime
) -> Incident:
    named = tuple(dict.fromkeys((*services, *(name for member in members for name in member.services))))
    severity = min((member.severity for member in members), default=source.severity)
    reason = "the worst of its alerts" if members else f"as {source.name}"
    return Incident(
        number=0,
        title=title,
        severity=severity,
        severity_reason=reason,
        severity_by=source.severity_by,
        phase=IncidentPhase.DETECTED,
        opened_at=now,
        opened_by=source.opened_by,
        services=named,
        began_at=min((member.since for member in members), default=source.began_at),
        acknowledged_at=source.acknowledged_at,
        roles=source.roles,
        split_from=source.number,
    )
