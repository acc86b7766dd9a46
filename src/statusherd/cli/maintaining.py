"""Our own maintenance as the command line asks for it and shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from statusherd.cli.login import login
from statusherd.cli.moments import local
from statusherd.cli.output import shown, table, warn
from statusherd.cli.spans import given_end
from statusherd.cli.stores import has_store, open_store
from statusherd.config import Config
from statusherd.maintaining import checked, freezes_in_the_way, unknown_services
from statusherd.model.errors import Refused, RefusedError
from statusherd.model.freezes import Conflict
from statusherd.model.own_maintenance import LONGEST, OwnMaintenance
from statusherd.publish.operations_json import freeze_json, maintenance_json
from statusherd.respond.conflicts import LONGEST as YEAR
from statusherd.respond.conflicts import freezes_between
from statusherd.store import own_maintenances


def asked(given: Mapping[str, Any], now: datetime) -> OwnMaintenance:
    """Return the window that options ask for; raise an error of usage where they ask for none."""
    starts = max(given.get("starts") or now, now)
    author = (given.get("author") or "").strip() or login()
    ends = given_end(given, starts, "A maintenance", LONGEST)
    window = OwnMaintenance(given["title"], tuple(given["services"]), starts, ends, author, given["reason"])
    return checked(window, now)


def add_window(
    config: Config, window: OwnMaintenance, now: datetime
) -> tuple[OwnMaintenance, tuple[Conflict, ...]]:
    """Store a window; return it with its number, and the freezes it falls into. Warn of what is doubtful."""
    names = [service.name for service in config.services]
    for pattern in unknown_services(window, names):
        warn(f"{pattern!r} selects no service of the config")
    freezes = freezes_in_the_way(window, config.freezes, names)
    for each in freezes:
        warn(f"it falls into the freeze {each.name!r}: {_span(each, now)}")
    with open_store(config, create=True) as store:
        return store.write_now(lambda conn: own_maintenances.add(conn, window, now)), freezes


def listed(config: Config, since: datetime | None) -> tuple[OwnMaintenance, ...]:
    """Return the windows that end after `since`, or all."""
    if not has_store(config):
        return ()
    with open_store(config) as store:
        return store.read_now(lambda conn: own_maintenances.every(conn, since))


def freezes_ahead(config: Config, now: datetime) -> tuple[Conflict, ...]:
    """Return every freeze that is on or begins within a year, its next time."""
    found = freezes_between(config.freezes, None, now, now + YEAR)
    return tuple(sorted(found, key=lambda each: each.begins_at))


def end_window(config: Config, number: int, now: datetime) -> OwnMaintenance:
    """End a window and return it as it is then; raise RefusedError where it is over or unknown."""
    with open_store(config) as store:
        ended = store.write_now(lambda conn: own_maintenances.end(conn, number, now))
        window = store.read_now(lambda conn: own_maintenances.numbered(conn, number))
    if window is None or not ended:
        refused, what = (
            (Refused.UNKNOWN, "there is no such maintenance")
            if window is None
            else (Refused.CONFLICT, "it is over already")
        )
        remedy = "`statusherd maintenance list` shows those that are on or ahead"
        raise RefusedError(refused, what, subject=f"maintenance {number}", remedy=remedy)
    return window


def added_json(window: OwnMaintenance, freezes: Sequence[Conflict], now: datetime) -> dict[str, object]:
    """Return a new window as in `maintenance add --json`."""
    return {
        "maintenance": maintenance_json(window, now),
        "freezes": [freeze_json(each, now) for each in freezes],
    }


def list_json(
    windows: Sequence[OwnMaintenance], freezes: Sequence[Conflict], now: datetime
) -> dict[str, object]:
    """Return both lists as in `maintenance list --json`."""
    return {
        "maintenances": [maintenance_json(window, now) for window in windows],
        "freezes": [freeze_json(each, now) for each in freezes],
    }


def list_lines(windows: Sequence[OwnMaintenance], freezes: Sequence[Conflict], now: datetime) -> list[str]:
    """Return the lines of both lists as one, windows first."""
    head = ("ID", "STATE", "FROM", "UNTIL", "TITLE", "SERVICES", "AUTHOR", "REASON")
    rows = [_cells(window, now) for window in windows]
    rows += [
        ("freeze", _state(each, now), local(each.begins_at, now), _until(each, now), shown(each.name, 60))
        + ("-",) * 3
        for each in freezes
    ]
    return table(head, rows)


def _cells(window: OwnMaintenance, now: datetime) -> tuple[str, ...]:
    return (
        str(window.number),
        window.state_at(now).value,
        local(window.starts_at, now),
        local(window.ends_at, now),
        shown(window.title, 60),
        shown(", ".join(window.services), 60),
        shown(window.author, 40),
        shown(window.reason or "-", 80),
    )


def added_line(window: OwnMaintenance, now: datetime) -> str:
    """Return what is said of a new window."""
    when = f"from {local(window.starts_at, now)} until {local(window.ends_at, now)}"
    remedy = f"End it: statusherd maintenance end {window.number}"
    return f"maintenance {window.number}: {shown(', '.join(window.services), 100)} {when}. {remedy}"


def _state(freeze: Conflict, now: datetime) -> str:
    return "on" if freeze.begins_at <= now else "ahead"


def _until(freeze: Conflict, now: datetime) -> str:
    return local(freeze.ends_at, now) if freeze.ends_at else "-"


def _span(freeze: Conflict, now: datetime) -> str:
    return f"{local(freeze.begins_at, now)} to {_until(freeze, now)}"
