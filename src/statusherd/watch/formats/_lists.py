"""What lists of vendors' events have in common: what anchors them, ids, doubles, times of the next change.

A document that is a bare list has no head that anchors it, so its entries do: without a single one that has
the format's keys it is another document, and with some that have not, absence from it proves nothing. An
empty one is whole and says that all is well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from statusherd.model.errors import LookError
from statusherd.model.records import Maintenance, VendorIncident
from statusherd.model.words import MaintenancePhase
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, load_json, objects, string
from statusherd.watch.reading.words import Notes

T = TypeVar("T")
P = TypeVar("P", VendorIncident, Maintenance)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a list that are the format's. `is_whole`: there were no others."""

    rows: tuple[Object, ...]
    is_whole: bool


def try_json(document: Document) -> object:
    """Return the JSON value of `document`, None where it has none. Never raises."""
    if document.text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return load_json(document)
    except LookError:
        return None


def entries(
    value: object, is_entry: Callable[[Object], bool], document: Document, name: str, notes: Notes
) -> Entries:
    """Return what of the list `value` is the format's; raise ParseError where it is no such list."""
    if not isinstance(value, list):
        raise not_this(name, document, "it is not a list")
    rows = tuple(row for row in value if isinstance(row, dict) and is_entry(row))
    if value and not rows:
        raise not_this(name, document, "none of its entries has the keys of an event")
    if len(rows) < len(value):
        notes.warn(f"{len(value) - len(rows)} entries of the list cannot be read: silence means nothing")
    return Entries(rows, len(rows) == len(value))


def each_once(found: Iterable[T], key: Callable[[T], str], newer: Callable[[T, T], bool]) -> Sequence[T]:
    """Return one of each `key`, the newest telling, in the order in which they came up first."""
    kept: dict[str, T] = {}
    for item in found:
        known = kept.get(key(item))
        if known is None or newer(item, known):
            kept[key(item)] = item
    return tuple(kept.values())


def identity(value: object, title: str, started_at: datetime | None) -> str:
    """Return the id that a source gives, else one made of the title and the start, which stay."""
    own = plain_line(string(value))
    if own:
        return own
    text = f"{' '.join(title.casefold().split())}\n{started_at.isoformat() if started_at else ''}"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24]


def once(rows: Iterable[P]) -> tuple[P, ...]:
    """Return each row once, as its newest telling: several documents of a look may list it."""
    kept: dict[str, P] = {}
    for row in rows:
        known = kept.get(row.id)
        if known is None or _told_at(row) > _told_at(known):
            kept[row.id] = row
    return tuple(kept.values())


def _told_at(row: VendorIncident | Maintenance) -> datetime:
    if isinstance(row, VendorIncident) and row.updated_at:
        return row.updated_at
    return row.updates[-1].at if row.updates else _LONG_AGO


def next_edge(windows: Iterable[Maintenance], now: datetime) -> datetime | None:
    """Return when the clock alone will next open or close one of `windows`."""
    edges = (
        edge
        for window in windows
        if not window.phase.is_over
        for edge in (window.starts_at if window.phase is MaintenancePhase.SCHEDULED else None, window.ends_at)
        if edge is not None and edge > now
    )
    return min(edges, default=None)


def try_rows(document: Document, *marks: str) -> Iterator[Object]:
    """Yield the objects of a JSON list that has all of `marks` in its text; nothing for others. Never raises.

    The marks are looked for first: reading a list of a megabyte to find that it is another's costs.
    """
    text = document.text
    if text.lstrip()[:1] != "[" or not all(mark in text for mark in marks):
        return
    try:
        yield from objects(load_json(document))
    except LookError:
        return
