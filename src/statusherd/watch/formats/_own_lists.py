"""What the lists that vendors made for themselves have in common: ids, doubles, times of the next change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeVar

from statusherd.model.errors import LookError
from statusherd.model.records import Maintenance, VendorIncident
from statusherd.model.words import MaintenancePhase
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, load_json, objects, string

T = TypeVar("T", VendorIncident, Maintenance)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def identity(value: object, title: str, started_at: datetime | None) -> str:
    """Return the id that a source gives, else one made of the title and the start, which stay."""
    own = plain_line(string(value))
    if own:
        return own
    text = f"{' '.join(title.casefold().split())}\n{started_at.isoformat() if started_at else ''}"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24]


def once(rows: Iterable[T]) -> tuple[T, ...]:
    """Return each row once, as its newest telling: several documents of a look may list it."""
    kept: dict[str, T] = {}
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
