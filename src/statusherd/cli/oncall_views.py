"""Rotations, shifts and overrides as they are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from statusherd.cli.output import shown, table
from statusherd.model.oncall import Override, Person, Roster, Rotation, Shift
from statusherd.model.stamps import iso
from statusherd.respond.oncall import shift_at

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class View:
    """A rotation at an instant: the shift under way and those that follow, each whole; at least two."""

    rotation: Rotation
    person: Person
    shifts: tuple[Shift, ...]


def view_of(
    roster: Roster, rotation: Rotation, overrides: Sequence[Override], at: datetime, days: int
) -> View:
    """Return a rotation with its shifts from `at` on, for so many days."""
    valid = roster.overrides_of(rotation.name, overrides)
    found: list[Shift] = []
    moment = at
    while moment < at + timedelta(days=days) or len(found) < 2:
        found.append(shift_at(rotation, moment, valid))
        moment = found[-1].ends_at
    return View(rotation, roster.people[found[0].person], tuple(found))


def view_json(view: View) -> Json:
    """Return a rotation as `oncall show --json` prints it."""
    now, following = view.shifts[0], view.shifts[1]
    return {
        "name": view.rotation.name,
        "timezone": view.rotation.timezone,
        "person": now.person,
        "channels": list(view.person.channels),
        "next_handover": iso(now.ends_at),
        "next_person": following.person,
        "shifts": [_shift_json(shift) for shift in view.shifts],
    }


def _shift_json(shift: Shift) -> Json:
    return {
        "person": shift.person,
        "begins_at": iso(shift.begins_at),
        "ends_at": iso(shift.ends_at),
        "override": shift.override.id if shift.override else None,
        "reason": shift.override.reason if shift.override else None,
    }


def view_lines(view: View) -> Iterator[str]:
    """Yield a rotation as people read it: who, until when, then who; then the shifts, on its own clock."""
    zone, now = view.rotation.zone, view.shifts[0]
    until = f"until {local(now.ends_at, zone)}, then {shown(view.shifts[1].person)}"
    yield f"{shown(view.rotation.name)}: {shown(now.person)} {until}"
    yield f"reached by {', '.join(map(shown, view.person.channels))}; times of {view.rotation.timezone}"
    yield ""
    yield from table(("FROM", "UNTIL", "PERSON", "OVERRIDE"), [_cells(shift, zone) for shift in view.shifts])


def _cells(shift: Shift, zone: ZoneInfo) -> tuple[str, ...]:
    by_hand = shift.override
    note = f"{by_hand.id} {shown(by_hand.reason)}".rstrip() if by_hand else "-"
    return local(shift.begins_at, zone), local(shift.ends_at, zone), shown(shift.person), note


def local(at: datetime, zone: ZoneInfo) -> str:
    """Return a time on a rotation's clock: "Mon 2026-06-08 09:00 CEST"."""
    there = at.astimezone(zone)
    name = there.tzname() or ""
    # Zones without letters of their own are called "+04": that needs the word.
    return f"{there:%a %Y-%m-%d %H:%M} {name if name[:1].isalpha() else f'UTC{name}'}"


def override_json(override: Override, roster: Roster) -> Json:
    """Return an override as all our JSON has it."""
    return {
        "id": override.id,
        "oncall": override.oncall,
        "person": override.person,
        "begins_at": iso(override.begins_at),
        "ends_at": iso(override.ends_at),
        "reason": override.reason,
        "created_at": iso(override.created_at),
        "ignored": why_ignored(override, roster),
    }


def override_cells(override: Override, roster: Roster) -> tuple[str, ...]:
    """Return an override as a row: number, rotation, person, from, until, reason."""
    rotation = roster.rotations.get(override.oncall)
    zone = rotation.zone if rotation else ZoneInfo("UTC")
    why = why_ignored(override, roster)
    words = (override.oncall, override.person, local(override.begins_at, zone), local(override.ends_at, zone))
    note = f"ignored: {why}" if why else override.reason or "-"
    return (str(override.id), *map(shown, words), shown(note))


def override_line(override: Override, rotation: Rotation, replaced: Iterable[str]) -> str:
    """Return the sentence on an override just made; `replaced` are those on call without it, in order."""
    begin, end = local(override.begins_at, rotation.zone), local(override.ends_at, rotation.zone)
    others = dict.fromkeys(person for person in replaced if person != override.person)
    place = f"in place of {', '.join(map(shown, others))}" if others else "whose turn it is anyway"
    who = f"{shown(override.person)} is on call in {shown(override.oncall)}"
    return f"Override {override.id}: {who} from {begin} until {end}, {place}"


def why_ignored(override: Override, roster: Roster) -> str | None:
    """Return why an override does not count, as a sentence without its dot; None where it does."""
    if override.oncall not in roster.rotations:
        return f"there is no [[oncall]] {override.oncall!r} any more"
    if override.person not in roster.people:
        return f"there is no [[person]] {override.person!r} any more"
    return None
