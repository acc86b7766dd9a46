"""Source formats, one module each: bytes in, Snapshot out. A module in this folder is a format.

A format module has `NAME`, `recognise`, `endpoints` and `parse` as the Protocol below says, and `CLUES` where
its pages give themselves away; nothing is registered anywhere. Modules whose name begins with an underscore
are not formats.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Final, Protocol, TypeAlias, cast

from statusherd.model.errors import CatalogError
from statusherd.model.records import Snapshot
from statusherd.watch.reading.documents import Document


@dataclass(frozen=True, slots=True)
class Recognition:
    """A format takes a document for its own: how sure it is (0 to 100) and by what evidence."""

    certainty: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses one look reads.

    `look` is read every time, all of them; `history` in addition at a first look, when an incident
    vanished, and now and then, to find what was posted after the fact. Where `look` cannot be read,
    `fallbacks` are tried in turn: pairs of an address and the name of the format behind it. `optional` is
    read with `look`, and does without those of them that cannot be had: versions and pages differ.
    """

    look: tuple[str, ...]
    optional: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    fallbacks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What a parser may know besides the bytes: the name of the source, the instant, its options."""

    source: str
    now: datetime
    options: Mapping[str, str] = field(default_factory=dict)


Clue: TypeAlias = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
"""A pattern to search for, and the address of a document where it is found.

The address is a template that the match fills in (`\\1`), or what a function makes of the match; one that
begins with a slash is a path on the host of the page.
"""


FEED_RANK: Final = 100
"""From this rank on paths come after the feeds that a page links: they are the last thing to try."""


@dataclass(frozen=True, slots=True)
class Clues:
    """By what the documents of a page are found from any address of it.

    `in_address` is searched for in what a person pasted (`https://host/path`, the host in lower case), and
    `in_page` in the source of the page. `paths` are tried blindly where neither tells, those of the lower
    `rank` first: it stands for how many vendors the format serves.
    """

    in_address: tuple[Clue, ...] = ()
    in_page: tuple[Clue, ...] = ()
    paths: tuple[str, ...] = ()
    rank: int = 50


def at_host(host: str, document: str) -> Clue:
    """Return the clue that pages at `host` and the hosts below it have their document at `document`."""
    return re.compile(rf"^https?://(?:[^/]+\.)?{re.escape(host)}(?::\d+)?/"), lambda _: document


class Format(Protocol):
    """What a format module provides."""

    NAME: str

    def recognise(self, document: Document) -> Recognition | None:
        """Tell whether the shape of `document` is this format's, whatever its HTTP status was."""

    def endpoints(self, address: str) -> Endpoints:
        """Return the addresses to read for `address`: the page or one of the format's documents."""

    def parse(self, documents: Sequence[Document], look: Look) -> Snapshot:
        """Read all documents of one look, in any order. Raise ParseError where one is not the format."""


@cache
def format_names() -> tuple[str, ...]:
    """Return the names of all formats, by scanning this folder: those of the modules, with hyphens."""
    modules = (m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in modules))


def format_named(name: str) -> Format:
    """Return the format called `name`; raise CatalogError where there is none."""
    if name not in format_names():
        raise CatalogError(f"there is no format {name!r}", remedy=f"Formats are: {', '.join(format_names())}")
    return cast("Format", import_module(f"{__name__}.{name.replace('-', '_')}"))


@cache
def platform_of(name: str) -> str | None:
    """Return the platform whose servers the pages of a format share; None where each has servers of its own.

    Formats of software that vendors run themselves, and those of any page, say `IS_PLATFORM = False`. A
    format that is still to detect has no platform either.
    """
    if name not in format_names():
        return None
    return name if getattr(format_named(name), "IS_PLATFORM", True) else None


def option_problems(name: str, options: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is wrong with the options for the format called `name`, a phrase each.

    A format that takes options judges them by a function of its own, `wrong_options(options)`.
    """
    judge = getattr(format_named(name), "wrong_options", None)
    if judge is not None:
        return tuple(judge(options))
    return tuple(f"the format {name} takes no option {key[:60]!r}" for key in options)


def all_formats() -> tuple[Format, ...]:
    """Import and return every format."""
    return tuple(format_named(name) for name in format_names())


def all_clues() -> tuple[Clues, ...]:
    """Return the clues of every format that has some, in the order in which to try them."""
    found = [clues for form in all_formats() if (clues := getattr(form, "CLUES", None)) is not None]
    return tuple(sorted(found, key=lambda clues: clues.rank))
