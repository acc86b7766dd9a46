"""Planning maintenance of our own: what can be asked for, and which freeze of ours it would fall into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from statusherd.model.errors import Refused, RefusedError
from statusherd.model.freezes import Conflict, Freeze
from statusherd.model.own_maintenance import LONGEST, OwnMaintenance
from statusherd.model.selection import matches
from statusherd.respond.conflicts import freezes_between
from statusherd.store import own_maintenances

_LONGEST_TEXT = 300
_MOST_SERVICES = 100


def checked(window: OwnMaintenance, now: datetime) -> OwnMaintenance:
    """Return a window as it is stored; raise RefusedError where it cannot be."""
    made = OwnMaintenance(
        _line(window.title, "title"),
        tuple(dict.fromkeys(_line(each, "service") for each in window.services)),
        max(window.starts_at, now),
        window.ends_at,
        _line(window.author, "author"),
        _line(window.reason, "reason", may_be_empty=True),
    )
    if not 1 <= len(made.services) <= _MOST_SERVICES:
        raise _wrong(f"name 1 to {_MOST_SERVICES} services of yours")
    if made.ends_at <= made.starts_at:
        raise _wrong("it would be over before it begins. Give a later end")
    if made.ends_at - made.starts_at > LONGEST:
        raise _wrong(f"it would last more than {LONGEST.days} days. Give an earlier end")
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


def _line(text: str, what: str, *, may_be_empty: bool = False) -> str:
    found = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if (not found and not may_be_empty) or len(found) > _LONGEST_TEXT:
        raise _wrong(f"the {what} is {'too long' if found else 'empty'}")
    return found


def _wrong(text: str) -> RefusedError:
    return RefusedError(Refused.INVALID, text)
