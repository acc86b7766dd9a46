"""A vendor to watch: where it is read, and which part of it matters to us."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from statusherd.model.words import Impact


class Origin(StrEnum):
    """Where a vendor to watch was declared."""

    CONFIG = "config"
    ADDED = "added"  # by `statusherd vendor add`, kept in the store


@dataclass(frozen=True, slots=True)
class WatchedVendor:
    """One vendor to watch. `name` is its key everywhere; `title` is how people write it.

    `address` is the page or an endpoint of it. `components` and `regions` are filters (ids or names,
    case-insensitive, globs); empty means all. `interval` is in seconds, None takes the default.
    """

    name: str
    title: str
    address: str
    format: str
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    min_impact: Impact = Impact.NONE
    interval: float | None = None
    tags: tuple[str, ...] = ()
    origin: Origin = Origin.CONFIG
    page_url: str | None = None
    """The page for people, where it is another address than the one that is read."""
