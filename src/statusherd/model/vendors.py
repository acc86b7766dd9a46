"""A vendor to watch: where it is read, and which part of it matters to us."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from statusherd.model.words import Impact

DETECT: Final = "detect"
"""In the place of a format: nobody has seen the page's yet, the first look finds it out."""

Options = tuple[tuple[str, str], ...]
"""What a format is told of a page, as pairs of a name and a value."""


class Origin(StrEnum):
    """Where a vendor to watch was declared."""

    CONFIG = "config"
    ADDED = "added"  # by `statusherd vendor add`, kept in the store


@dataclass(frozen=True, slots=True)
class Source:
    """A further place where a vendor is read: a region's or a product's page.

    `label` tells it from the others and stays, for ids begin with it. `region`, where there is one, holds
    for all that is read there.
    """

    label: str
    format: str
    address: str
    region: str | None = None
    options: Options = ()


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
    options: Options = ()
    further: tuple[Source, ...] = ()
    """What is read besides `address`: together they are one vendor."""
    upstream: tuple[str, ...] = ()
    """The names of watched vendors that this one runs on."""
    aliases: tuple[str, ...] = ()
    """Other names that people know it by."""
    domains: tuple[str, ...] = ()
    """The domains of its products, as they stand in errors of ours."""

    def part(self, source: Source) -> WatchedVendor:
        """Return this vendor as one that is read at `source` alone."""
        return replace(self, format=source.format, address=source.address, options=source.options, further=())

    @property
    def own_part(self) -> WatchedVendor:
        """This vendor as one that is read at `address` alone."""
        return replace(self, further=())
