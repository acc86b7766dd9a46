"""The parts of a message in words, apart from any format, and what is asked for besides its alert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from statusherd.notify.impact import UNTOUCHED, Impacted
from statusherd.notify.markup import Link

Fact = tuple[str, str]
"""A label and what stands beside it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the longer parts is told: characters of others' words, items of a list, reasons of each."""

    words: int = 1500
    items: int = 12
    reasons: int = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list, such as an open incident of a summary; `details` stand beneath it."""

    text: str
    url: Link | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A list beneath a heading of its own, and in words how many further items there are."""

    heading: str
    items: tuple[Item, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message says. All texts are harmless, none is escaped."""

    headline: str
    notes: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    items: tuple[Item, ...] = ()
    more_items: int = 0
    impact: Impacted = UNTOUCHED
    blocks: tuple[Block, ...] = ()
    words_of: str = ""
    words: tuple[str, ...] = ()
    links: tuple[tuple[str, Link], ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is told besides the alert: the reader's time zone, the time, the key, if it may be a repeat."""

    zone: ZoneInfo
    now: datetime
    dedup_key: str
    repeat: bool = False
    page_url: str | None = None
    ack_url: str | None = None
    size: Size = Size()
