"""Who is on call: at an instant, over a time, and to whom the targets of routes lead. Pure.

A handover keeps its local time over the year. One whose local time is skipped, because clocks are put
forward over it, takes place at that moment; one whose local time comes twice takes place the first time.
A rotation has no beginning and no end: before its start it went the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from statusherd.model.clocks import instant
from statusherd.model.oncall import ONCALL, Override, Roster, Rotation, Shift
from statusherd.model.routing import Reach


def person_at(rotation: Rotation, at: datetime, overrides: Iterable[Override] = ()) -> str:
    """Return who is on call at an instant."""
    override = _override_at(at, overrides)
    return override.person if override else _person(rotation, _number(rotation, at))


def shift_at(rotation: Rotation, at: datetime, overrides: Sequence[Override] = ()) -> Shift:
    """Return the shift at an instant, whole: from when it began until somebody else takes over."""
    number = _number(rotation, at)
    edges = [_begin(rotation, number), _begin(rotation, number + 1)]
    edges += [edge for each in overrides if each.covers(at) for edge in (each.begins_at, each.ends_at)]
    around = shifts(rotation, min(edges), max(edges), overrides)
    return next(shift for shift in around if shift.begins_at <= at < shift.ends_at)


def next_handover(rotation: Rotation, at: datetime, overrides: Sequence[Override] = ()) -> datetime:
    """Return when the shift at an instant ends."""
    return shift_at(rotation, at, overrides).ends_at


def shifts(
    rotation: Rotation, begin: datetime, end: datetime, overrides: Iterable[Override] = ()
) -> tuple[Shift, ...]:
    """Return the shifts from `begin` until `end`, in order, the first and the last cut to them."""
    found = [_cut(shift, begin, end) for shift in _by_turns(rotation, begin, end)]
    for override in sorted(overrides, key=lambda each: each.id):
        if override.begins_at < end and override.ends_at > begin:
            by_hand = Shift(override.person, override.begins_at, override.ends_at, override)
            found = _laid_over(found, _cut(by_hand, begin, end))
    return tuple(found)


def _cut(shift: Shift, begin: datetime, end: datetime) -> Shift:
    return replace(shift, begins_at=max(shift.begins_at, begin), ends_at=min(shift.ends_at, end))


def _laid_over(below: Sequence[Shift], above: Shift) -> list[Shift]:
    before = [
        _cut(each, each.begins_at, above.begins_at) for each in below if each.begins_at < above.begins_at
    ]
    after = [_cut(each, above.ends_at, each.ends_at) for each in below if each.ends_at > above.ends_at]
    return [*before, above, *after]


def _override_at(at: datetime, overrides: Iterable[Override]) -> Override | None:
    """Return the override that counts at an instant: of several, the one made last."""
    covering = (each for each in overrides if each.covers(at))
    return max(covering, key=lambda each: each.id, default=None)


# Turns: the handovers are numbered, and each is to the next person


def _by_turns(rotation: Rotation, begin: datetime, end: datetime) -> Iterator[Shift]:
    number = _number(rotation, begin)
    begins_at = _begin(rotation, number)
    while begins_at < end:
        ends_at = _begin(rotation, number + 1)
        if begins_at < ends_at:  # two handovers in a skipped hour are at one moment
            yield Shift(_person(rotation, number), begins_at, ends_at)
        number, begins_at = number + 1, ends_at


def _person(rotation: Rotation, number: int) -> str:
    return rotation.people[number % len(rotation.people)]


def _number(rotation: Rotation, at: datetime) -> int:
    """Return the number of the last handover that is not after `at`."""
    number = rotation.cycle.number(at.astimezone(rotation.zone).replace(tzinfo=None))
    # While a local hour comes the second time, the handovers of all of it were in the first.
    while _begin(rotation, number + 1) <= at:
        number += 1
    return number


def _begin(rotation: Rotation, number: int) -> datetime:
    return instant(rotation.cycle.at(number), rotation.zone)


# Routing


def reach(roster: Roster, targets: Iterable[str], overrides: Sequence[Override], now: datetime) -> Reach:
    """Return to which channels `targets`, all that routes name, lead at `now`.

    A rotation leads to those of the person on call. Channels of other people that no target names by
    themselves are off duty.
    """
    named = frozenset(targets)
    leads = {
        target: _channels(roster, target, overrides, now) for target in named if target.startswith(ONCALL)
    }
    if not leads:
        return Reach()
    theirs = {channel for person in roster.people.values() for channel in person.channels}
    on_duty = {channel for channels in leads.values() for channel in channels}
    return Reach(leads, frozenset(theirs - on_duty - named))


def _channels(roster: Roster, target: str, overrides: Sequence[Override], now: datetime) -> tuple[str, ...]:
    rotation = roster.rotations.get(target.removeprefix(ONCALL))
    if rotation is None:
        return ()
    person = person_at(rotation, now, roster.overrides_of(rotation.name, overrides))
    return roster.people[person].channels
