"""Planning maintenance of our own: what can be asked for, and which freeze of ours it would fall into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from statusherd.incidents import given
from statusherd.model.errors import NotUnderstoodError
from statusherd.model.freezes import Conflict, Freeze
from statusherd.model.own_maintenance import LONGEST, OwnMaintenance
from statusherd.model.selection import matches
from statusherd.respond.conflicts import freezes_between
from statusherd.store import own_maintenances


def checked(window: OwnMaintenance, now: datetime) -> OwnMaintenance:
    """Return a window as it is stored; raise NotUnderstoodError where it cannot be."""
    made = OwnMaintenance(
        given.line(window.title, "the title", given.LONGEST_TITLE),
        tuple(dict.fromkeys(given.line(each, "the name of a service") for each in window.services)),
        max(window.starts_at, now),
        window.ends_at,
        given.author(window.author),
        given.line_or_nothing(window.reason, "the reason"),
    )
    if not 1 <= len(made.services) <= given.MOST_SERVICES:
        raise NotUnderstoodError(f"name 1 to {given.MOST_SERVICES} services of yours")
    if made.ends_at <= made.starts_at:
        raise NotUnderstoodError("it would be over before it begins", remedy="Give a later end")
    if made.ends_at - made.starts_at > LONGEST:
        raise NotUnderstoodError(f"it would last more than {LONGEST.days} days", remedy="Give an earlier end")
    return made


def freezes_in_the_way(
    window: OwnMaintenance, freezes: Sequence[Freeze], services: Iterable[str]
) -> tuple[Conflict, ...]:
    """Return the freezes that a window falls into; `services` are the names of all that we have."""
    touched = {name for name in services if window.covers(name)} | set(window.services)
    return tuple(freezes_between(freezes, touched, window.starts_at, window.ends_at))


def maintained(services: Iterable[str]) -> Callable[[Connection, datetime], frozenset[str]]:
    """Return what tells which of `services`, all that we have, are in maintenance at an instant."""
    names = tuple(services)
    return lambda conn, now: own_maintenances.in_maintenance(conn, names, now)


def unknown_services(window: OwnMaintenance, services: Sequence[str]) -> tuple[str, ...]:
    """Return the globs of a window that select no service of ours."""
    return tuple(each for each in window.services if not any(matches(each, name) for name in services))
