"""People and on-call rotations of a config: what more than one key must be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, Final, TypeVar

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_values import Handover, duration_text
from statusherd.model.oncall import ONCALL, Cycle, Person, Roster, Rotation, Rule

_START: Final = date(2026, 1, 5)
"""A Monday: where a rotation does not say from which day its turns are counted, from any other as well."""
_HANDOVER: Final = Handover(None, time(9))
_WEEK: Final = 7 * 86_400.0

S = TypeVar("S", bound="schema.Person | schema.OnCall")
Sections = Sequence[tuple[KeyPath, S]]


def read_roster(
    people: Sections[schema.Person], oncalls: Sections[schema.OnCall], timezone: str, problems: Problems
) -> Roster:
    """Return the people and rotations of a config; `timezone` is that of rotations that name none."""
    found = {name: _person(given) for name, given in _named(people, "person", problems)}
    for path, person in people:
        if not person.channels and not problems.at((*path, "channels")):
            problems.add(path, 'has no channels, so nobody could be reached. Add channels = ["…"]')
    for path, oncall in oncalls:
        _check_people(path, oncall, found, problems)
    cycles = {path: _cycle(path, given, problems) for path, given in oncalls}
    paths = {id(given): path for path, given in oncalls}
    rotations = {
        name: _rotation(given, cycles[paths[id(given)]], timezone)
        for name, given in _named(oncalls, "oncall", problems)
    }
    return Roster(found, rotations)


def check_channels(people: Sections[schema.Person], channels: Sequence[str], problems: Problems) -> None:
    """Note the channels of people that do not exist."""
    for path, person in people:
        for number, name in enumerate(person.channels):
            if name not in channels:
                text = f"there is no channel {quoted(name)}. {did_you_mean(name, channels)}"
                problems.add((*path, "channels", number), text)


def zones_of(roster: Roster) -> dict[str, str]:
    """Return the time zones of the channels that one person alone reads, or several of the same zone."""
    zones: dict[str, set[str | None]] = {}
    for person in roster.people.values():
        for channel in person.channels:
            zones.setdefault(channel, set()).add(person.timezone)
    return {channel: zone for channel, (zone, *others) in zones.items() if zone and not others}


def shown_person(person: Person) -> dict[str, Any]:
    """Return a person in the words of the file."""
    return {"name": person.name, "channels": list(person.channels), "timezone": person.timezone}


def shown_oncall(rotation: Rotation) -> dict[str, Any]:
    """Return a rotation in the words of the file."""
    rule = rotation.rule
    return {
        "name": rotation.name,
        "timezone": rotation.timezone,
        "people": list(rotation.people),
        "start": rule.start.isoformat(),
        "every": duration_text(rule.every) if rule.every else None,
        "handover": rule.handover,
        "rrule": rule.rrule,
        "cron": rule.cron,
    }


def _named(sections: Sections[S], key: str, problems: Problems) -> Iterator[tuple[str, S]]:
    """Yield what has a name of its own; note what has none, or that of another."""
    names: set[str] = set()
    for path, given in sections:
        if given.name is None:
            if not problems.at((*path, "name")):
                problems.add(path, f"name is missing. Add it to the [[{key}]]")
        elif given.name in names:
            text = f"another [[{key}]] named {quoted(given.name)} stands above. Rename or remove one"
            problems.add((*path, "name"), text)
        else:
            names.add(given.name)
            yield given.name, given


def _person(given: schema.Person) -> Person:
    return Person(given.name or "", given.channels, given.timezone)


def _check_people(
    path: KeyPath, given: schema.OnCall, people: Mapping[str, Person], problems: Problems
) -> None:
    if not given.people and not problems.at((*path, "people")):
        problems.add(path, 'names no people, so nobody would be on call. Add people = ["…"]')
    for number, name in enumerate(given.people):
        if name not in people:
            text = f"there is no [[person]] {quoted(name)}. {did_you_mean(name, people)}"
            problems.add((*path, "people", number), text)


def _rotation(given: schema.OnCall, cycle: Cycle, timezone: str) -> Rotation:
    by_period = given.rrule is None and given.cron is None
    rule = Rule(
        start=given.start or _START,
        every=(given.every or _WEEK) if by_period else None,
        handover=str(_handover(given)) if by_period else None,
        rrule=given.rrule,
        cron=given.cron,
    )
    return Rotation(given.name or "", given.timezone or timezone, given.people, rule, cycle)


def _handover(given: schema.OnCall) -> Handover:
    """Return when it is handed over: of whole weeks on a day of the week, that of the start by default."""
    found, start = given.handover or _HANDOVER, given.start or _START
    if found.weekday is None and (given.every or _WEEK) % _WEEK == 0:
        return Handover(start.weekday(), found.at)
    return found


def _cycle(path: KeyPath, given: schema.OnCall, problems: Problems) -> Cycle:
    # Reading cron text and rules costs time that a config without rotations need not spend.
    from statusherd.respond import handovers  # noqa: PLC0415

    start = given.start or _START
    _check_rule(path, given, problems)
    for key, text, read in (
        ("rrule", given.rrule, handovers.from_rrule),
        ("cron", given.cron, handovers.from_cron),
    ):
        if text is not None:
            try:
                return read(text, start)
            except ValueError as error:
                problems.add((*path, key), str(error))
    handover = _handover(given)
    return handovers.every(
        timedelta(seconds=given.every or _WEEK), start, handover.at, weekday=handover.weekday
    )


def _check_rule(path: KeyPath, given: schema.OnCall, problems: Problems) -> None:
    rules = [key for key in ("rrule", "cron") if getattr(given, key) is not None]
    periods = [key for key in ("every", "handover") if getattr(given, key) is not None]
    for key in (*rules[1:], *(periods if rules else ())):
        problems.add((*path, key), f"stands beside {rules[0]}. Keep one of them")
    if given.handover and given.handover.weekday is not None and (given.every or _WEEK) % _WEEK:
        problems.add(
            (*path, "handover"), 'names a day, and "every" is not whole weeks. Write the time alone: "09:00"'
        )


def target_of(oncall: str) -> str:
    """Return how a route names a rotation."""
    return f"{ONCALL}{oncall}"
