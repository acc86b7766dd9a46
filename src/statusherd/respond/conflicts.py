"""What of ours a vendor's maintenance falls into: a freeze, a handover of who is on call. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from statusherd.model.changes import Change
from statusherd.model.clocks import instant
from statusherd.model.freezes import Clash, Conflict, Freeze
from statusherd.model.oncall import ONCALL, Roster
from statusherd.model.selection import matches
from statusherd.model.services import Touch
from statusherd.model.words import MaintenancePhase
from statusherd.respond.oncall import next_handover, person_at

LAST: Final = "20991231T000000"
"""No rule is followed further."""
LONGEST: Final = timedelta(days=366)
"""No freeze is longer, and no window is looked at any further."""

_YEARS: Final = range(1971, 2099)


@dataclass(frozen=True, slots=True)
class OurPlans:
    """What is planned on our side; `teams` are the channels of each."""

    freezes: tuple[Freeze, ...] = ()
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    roster: Roster = field(default_factory=Roster)


def conflicts(change: Change, touches: Sequence[Touch], plans: OurPlans) -> tuple[Conflict, ...]:
    """Return what a maintenance that is ahead or goes on falls into, freezes first."""
    window = change.maintenance
    if window is None or window.starts_at is None or window.phase.is_over:
        return ()
    begin = window.starts_at
    if begin.year not in _YEARS:  # 1 or 9999, as some pages write "never"
        return ()
    if window.phase is MaintenancePhase.IN_PROGRESS:
        begin = max(begin, change.at)
    end = min(max(window.ends_at or begin, begin), begin + LONGEST)
    services = [touch.service for touch in touches]
    frozen = freezes_between(plans.freezes, services, begin, end)
    return (*frozen, *_handovers(plans, touches, begin, end))


def freezes_between(
    freezes: Sequence[Freeze], services: Collection[str] | None, begin: datetime, end: datetime
) -> Iterator[Conflict]:
    """Yield the freezes on between two instants, each once, its first time.

    `services` are the names of what is touched; None where all freezes are asked for.
    """
    for freeze in freezes:
        if services is not None and freeze.services and not _selects(freeze.services, services):
            continue
        for begins, ends in _times(freeze, begin, end):
            if begins <= end and begin < ends:
                yield Conflict(Clash.FREEZE, freeze.name, begins, ends)
                break


def _selects(patterns: Sequence[str], services: Collection[str]) -> bool:
    return any(matches(pattern, *services) for pattern in patterns)


def _times(freeze: Freeze, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a freeze is on, in UTC, at least all that is between two instants."""
    length, zone = freeze.ends - freeze.begins, freeze.zone
    if freeze.rrule is None:
        starts: Sequence[datetime] = (freeze.begins,)
    else:
        day = timedelta(days=1)  # clocks are put forward and back
        first, last = (at.astimezone(zone).replace(tzinfo=None) for at in (begin, end))
        starts = _rule(freeze.rrule, freeze.begins).between(first - length - day, last + day, inc=True)
    for start in starts:
        yield instant(start, zone), instant(start + length, zone)


@lru_cache(256)
def _rule(text: str, start: datetime) -> Any:
    # Costs a tenth of the time that a quick command takes, and few configs need it.
    from dateutil.rrule import rrulestr  # noqa: PLC0415

    return rrulestr(f"{text};UNTIL={LAST}", dtstart=start, cache=True)


def rule_problem(text: str, start: datetime) -> str | None:
    """Return what is wrong with the rule of a freeze as a sentence and its remedy; None where nothing is."""
    parts = dict(part.partition("=")[::2] for part in text.split(";"))
    if parts.get("FREQ") not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        return 'must have FREQ as DAILY, WEEKLY, MONTHLY or YEARLY. Write it like "FREQ=YEARLY"'
    if parts.keys() & {"COUNT", "UNTIL"}:
        return "must not end by itself. Leave out COUNT and UNTIL, and write each time as a [[freeze]]"
    try:
        first = next(iter(_rule(text, start)), None)
    except (ValueError, TypeError, OverflowError):
        return 'is no rule that can be read. Write it like "FREQ=YEARLY" or "FREQ=WEEKLY;BYDAY=FR"'
    if first != start:
        return "does not fall on the time that from names. Let from be its first time"
    return None


def _handovers(
    plans: OurPlans, touches: Sequence[Touch], begin: datetime, end: datetime
) -> Iterator[Conflict]:
    owners = dict.fromkeys(touch.owner for touch in touches if touch.owner)
    targets = dict.fromkeys(channel for owner in owners for channel in plans.teams.get(owner, ()))
    for target in targets:
        rotation = plans.roster.rotations.get(target.removeprefix(ONCALL)) if _is_oncall(target) else None
        if rotation is not None and len(rotation.people) > 1 and (at := next_handover(rotation, begin)) < end:
            yield Conflict(Clash.HANDOVER, rotation.name, at, person=person_at(rotation, at))


def _is_oncall(target: str) -> bool:
    return target.startswith(ONCALL)
