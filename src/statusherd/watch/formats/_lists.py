"""Documents that are a bare JSON list of what is going on: an empty one is whole and says that all is well.

A list has no head that anchors it, so its entries do: without a single one that has the format's keys it is
another document, and with some that have not, absence from it proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from statusherd.model.errors import LookError
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.values import Object, load_json
from statusherd.watch.reading.words import Notes

T = TypeVar("T")


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
