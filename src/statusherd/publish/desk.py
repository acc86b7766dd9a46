"""What the web asks about acknowledging, and what it is answered: no more of the program is known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol


class Refusal(Enum):
    """Why nothing is taken on."""

    FORGED = auto()  # not a link of ours, or of another installation
    EXPIRED = auto()  # a link of ours whose time is over
    UNKNOWN = auto()  # an ID that means no alert
    OVER = auto()  # it has ended, or nobody was told of it


@dataclass(frozen=True, slots=True)
class TakenOn:
    """Who took it on and when: `when` as its readers write times, `at` for programs."""

    author: str
    when: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a link is about. All texts are plain; whoever shows them escapes them."""

    headline: str
    subject: str
    vendor_page: str | None
    reader: str
    """Whose link it is, where one person alone reads the channel; else empty."""
    is_open: bool
    taken_on: TakenOn | None


@dataclass(frozen=True, slots=True)
class Taken:
    """One thread that was taken on, and the channels that hear of it."""

    thread: str
    subject: str
    author: str
    at: datetime
    note: str
    told: tuple[str, ...]


class Desk(Protocol):
    """Where links and the API are answered. Raises StoreError where the store cannot be used."""

    async def matter(self, token: str) -> Matter | Refusal:
        """Return what a link is about; nothing changes by it."""

    async def take_on(self, token: str, author: str, note: str) -> Matter | Refusal:
        """Take on what a link is about, and return it as it is then."""

    async def take_on_named(self, id_: str, author: str, note: str) -> tuple[Taken, ...] | Refusal:
        """Take on what an ID means: the reference of a message, the number of a Change, or a thread."""
