"""Whether a message must wait, until when, and why: silences, hours, and the hold of what is minor. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from statusherd.model.changes import Change
from statusherd.model.delivery import Reason
from statusherd.model.escalation import ESCALATION
from statusherd.model.hours import is_on, off_from, on_from
from statusherd.model.pacing import Group
from statusherd.model.routing import Route
from statusherd.model.silences import Silence, Subject, silences
from statusherd.model.words import ChangeKind, Impact, Severity, Status
from statusherd.notify.channels import Channel

FLAP_HOLD: Final = timedelta(hours=1)
"""How long a creation waits whose like came and went a short while ago: within less than that."""
_MINOR: Final = frozenset({Impact.NONE, Impact.MINOR, Impact.UNKNOWN})
_MILD: Final = (Severity.SEV3, Severity.SEV4)
_MILD_STATES: Final = frozenset({Status.DEGRADED, Status.MAINTENANCE, Status.UNKNOWN, Status.OPERATIONAL})


@dataclass(frozen=True, slots=True)
class Calm:
    """What makes messages wait besides their routes. `holidays` are days on which no route's hours begin."""

    silences: tuple[Silence, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that could go out: what it tells, to which channel, by which routes.

    `creates`: the channel does not know of it yet. `since` is when its wait began, `flapped_at` when the
    channel last heard of the end of the same.
    """

    subject: Subject
    channel: str
    routes: tuple[Route, ...]
    creates: bool
    since: datetime
    flapped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when a message waits, and why; by which silence, for which route, behind or with what."""

    until: datetime
    why: Reason
    silence: int | None = None
    route: str | None = None
    behind: str | None = None
    group: Group | None = None


Gather: TypeAlias = Callable[[Route], Wait | None]
"""What a route makes wait for the others of a group."""


def at_once(_: Route) -> Wait | None:
    """Let nothing wait for others."""
    return None


def wait_for(candidate: Candidate, calm: Calm, now: datetime, gather: Gather = at_once) -> Wait | None:
    """Return what keeps a message from going out now; None where nothing does.

    Silences come first, for somebody asked for them; then the quiet hours of the channel; then the routes,
    of which the one that lets it out first counts. SEV1 breaks through hours, not through a silence.
    """
    if (silence := silenced(candidate.subject, calm.silences, now)) is not None:
        return silence
    # What waits for a digest is in nobody's ears before that: its time is judged when it has come.
    for_digest = gather is not at_once and bool(candidate.routes) and all(r.digest for r in candidate.routes)
    if not for_digest and (quiet := _quiet(candidate, calm, now)) is not None:
        return quiet
    waits = [_route_waits(candidate, route, calm, now) or gather(route) for route in candidate.routes]
    if not waits or None in waits:
        return None
    return min((wait for wait in waits if wait), key=lambda wait: wait.until)


def open_route(candidate: Candidate, calm: Calm, now: datetime, gather: Gather = at_once) -> str | None:
    """Return the name of the first route that lets a message out now; None where it comes by none."""
    for route in candidate.routes:
        if _route_waits(candidate, route, calm, now) is None and gather(route) is None:
            return route.name
    return None


def can_be_held(change: Change, severity: Severity) -> bool:
    """Tell whether something is so minor that its creation may wait: major and critical never do."""
    if severity not in _MILD:
        return False
    if change.kind is ChangeKind.EARLY_WARNING:
        return True
    if change.incident is not None:
        return change.incident.impact in _MINOR
    return change.kind.startswith("disturbance") and change.after in _MILD_STATES


def is_worth_a_line(change: Change) -> bool:
    """Tell whether what came and went in quiet hours is worth knowing after them: not what is minor."""
    if change.ours is not None:
        return change.ours.incident.severity is not Severity.SEV4
    return change.incident is not None and change.incident.impact not in _MINOR


def silenced(subject: Subject, every: Iterable[Silence], now: datetime) -> Wait | None:
    """Return the wait for the silence that lasts longest of those that withhold a Change."""
    found = [s for s in every if s.is_on(now) and silences(s, subject)]
    if not found:
        return None
    longest = max(found, key=lambda silence: silence.ends_at)
    return Wait(longest.ends_at, Reason.SILENCED, silence=longest.id)


def _quiet(candidate: Candidate, calm: Calm, now: datetime) -> Wait | None:
    channel = calm.channels.get(candidate.channel)
    escalates = any(name.startswith(ESCALATION) for route in candidate.routes for name in route.channels)
    if escalates and candidate.subject.event != "early_warning":  # a guess of ours wakes nobody
        return None  # it is what breaks through quiet hours
    if channel is None or not channel.quiet or candidate.subject.severity is Severity.SEV1:
        return None
    if not is_on(channel.quiet, now, channel.zone):
        return None
    return Wait(off_from(channel.quiet, now, channel.zone), Reason.OUTSIDE_HOURS)


def _route_waits(candidate: Candidate, route: Route, calm: Calm, now: datetime) -> Wait | None:
    if (closed := _closed(candidate, route, calm, now)) is not None:
        return closed
    subject = candidate.subject
    if not candidate.creates or not can_be_held(subject.change, subject.severity):
        return None
    pause, why = timedelta(seconds=route.hold), Reason.HELD
    flapped_at = candidate.flapped_at
    if flapped_at is not None and candidate.since - flapped_at <= timedelta(seconds=route.flap):
        pause, why = max(pause, FLAP_HOLD), Reason.FLAPPING
    until = candidate.since + pause
    return Wait(until, why, route=route.name) if until > now else None


def _closed(candidate: Candidate, route: Route, calm: Calm, now: datetime) -> Wait | None:
    if not route.hours or candidate.subject.severity is Severity.SEV1:
        return None
    zone = _zone(route, calm.channels.get(candidate.channel))
    if is_on(route.hours, now, zone, calm.holidays):
        return None
    return Wait(on_from(route.hours, now, zone, calm.holidays), Reason.OUTSIDE_HOURS, route=route.name)


def _zone(route: Route, channel: Channel | None) -> ZoneInfo:
    if route.timezone is not None:
        return ZoneInfo(route.timezone)
    return channel.zone if channel else ZoneInfo("UTC")
