"""The freezes of a config: what more than one key must be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.config_records import Daemon
from statusherd.config_services import GLOB, OurSide
from statusherd.model.freezes import Freeze
from statusherd.model.selection import matches
from statusherd.respond.conflicts import LONGEST, rule_problem

Sections = Sequence[tuple[KeyPath, "schema.Freeze"]]


def read_freezes(sections: Sections, ours: OurSide, daemon: Daemon, problems: Problems) -> tuple[Freeze, ...]:
    """Return the freezes of a config; the daemon's zone is that of those that name none."""
    names = [service.name for service in ours.services]
    for path, given in sections:
        _check_services(path, given, names, problems)
    return tuple(f for path, given in sections if (f := _freeze(path, given, daemon.timezone, problems)))


def _freeze(path: KeyPath, given: schema.Freeze, timezone: str, problems: Problems) -> Freeze | None:
    for key, value in (("name", given.name), ("from", given.from_), ("until", given.until)):
        if value is None and not problems.at((*path, key)):
            problems.add(path, f"{key} is missing. Add it to the [[freeze]]")
    zone = given.timezone or timezone
    if given.name is None or given.from_ is None or given.until is None:
        return None
    begins, ends = _local(given.from_, zone), _local(given.until, zone)
    rule = given.rrule.upper().removeprefix("RRULE:") if given.rrule else None
    found = list(_wrong(begins, ends, rule))
    for key, text in found:
        problems.add((*path, key), text)
    return None if found else Freeze(given.name, begins, ends, zone, rule, given.services)


def _wrong(begins: datetime, ends: datetime, rule: str | None) -> Iterator[tuple[str, str]]:
    if rule is not None and (text := rule_problem(rule, begins)) is not None:
        yield "rrule", text
    if ends <= begins:
        yield "until", "is not after from. Correct one of them"
    elif ends - begins > LONGEST:
        yield "until", f"is more than {LONGEST.days} days after from. Write a shorter freeze"


def _local(at: datetime, zone: str) -> datetime:
    return at if at.tzinfo is None else at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _check_services(path: KeyPath, given: schema.Freeze, names: Sequence[str], problems: Problems) -> None:
    for pattern in given.services:
        if not any(matches(pattern, name) for name in names):
            hint = "" if GLOB.search(pattern) else f". {did_you_mean(pattern, names)}"
            problems.warn((*path, "services"), f"{quoted(pattern)} selects no service of this file{hint}")


def shown_freeze(freeze: Freeze) -> dict[str, Any]:
    """Return a freeze in the config's own words."""
    return {
        "name": freeze.name,
        "from": freeze.begins.isoformat(sep=" ", timespec="minutes"),
        "until": freeze.ends.isoformat(sep=" ", timespec="minutes"),
        "rrule": freeze.rrule,
        "services": list(freeze.services),
        "timezone": freeze.timezone,
    }
