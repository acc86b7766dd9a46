"""The vendors that are watched and their states, read quickly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import click

from statusherd.cli.glimpse import Glimpse
from statusherd.cli.moments import local
from statusherd.model.stamps import iso
from statusherd.model.vendors import Origin
from statusherd.model.words import Status
from statusherd.store.glance import VendorRow, added_titles, glance

OUR_SIGHT: Final = "*"
"""What begins with it in the store is no vendor, but whether we can see out."""

_WORDS: Final = {
    # A symbol beside the word, the same for those who lack the character, and a colour.
    Status.OPERATIONAL: ("✓", "green"),
    Status.MAINTENANCE: ("⚒", "blue"),
    Status.DEGRADED: ("!", "yellow"),
    Status.PARTIAL_OUTAGE: ("✗", "red"),
    Status.MAJOR_OUTAGE: ("✖", "bright_red"),
    Status.UNKNOWN: ("?", "magenta"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A vendor that is watched, with what the store holds of it; None where it was never looked at."""

    name: str
    title: str
    origin: Origin
    row: VendorRow | None = None

    @property
    def status(self) -> Status:
        """The state as people are shown it: unknown where we are blind or never read the source."""
        return Status.UNKNOWN if self.row is None or self.row.blind_since else self.row.status


@dataclass(frozen=True, slots=True)
class Sight:
    """All vendors by name, and since when most of all sources fail; None where they do not."""

    vendors: Sequence[Shown]
    cannot_see_out_since: datetime | None = None


def sight(of: Glimpse) -> Sight:
    """Return the state of every vendor of the config and of those that were added."""
    rows = {row.name: row for row in glance(of.database)} if of.has_store else {}
    added = added_titles(of.database) if of.has_store else {}
    vendors = _vendors(added, Origin.ADDED) | _vendors(of.vendors, Origin.CONFIG)
    blind = rows.get(OUR_SIGHT)
    return Sight(
        [
            Shown(name, rows[name].title if name in rows else title, origin, rows.get(name))
            for name, (title, origin) in sorted(vendors.items())
        ],
        blind.blind_since if blind else None,
    )


def _vendors(titles: Mapping[str, str], origin: Origin) -> dict[str, tuple[str, Origin]]:
    return {name: (title, origin) for name, title in titles.items()}


@cache
def word(status: Status) -> str:
    """Return a state as symbol and word, in its colour."""
    symbol, colour = _WORDS[status]
    return click.style(f"{symbol} {status.value.replace('_', ' ')}", fg=colour)


def explained(vendor: Shown, now: datetime) -> str:
    """Return a vendor's state in words, and why it is unknown."""
    row, state = vendor.row, word(vendor.status)
    if row is None or (row.seen_at is None and row.blind_since is None):
        return f"{state} (never read)"
    if row.blind_since:
        return f"{state} (cannot read since {local(row.failing_since or row.blind_since, now)})"
    return f"{state} (last look failed)" if row.failing_since else state


def as_json(vendor: Shown) -> dict[str, object]:
    """Return a vendor's state as in `status --json`."""
    row = vendor.row
    facts = {"name": vendor.name, "title": vendor.title, "origin": vendor.origin, "status": vendor.status}
    if row is None:
        return facts | dict.fromkeys(_STATE_KEYS) | {"open_incidents": 0}
    error = {"kind": row.error_kind, "message": row.error} if row.error_kind else None
    return facts | {
        "since": iso(row.since),
        "last_status": row.status if row.seen_at else None,
        "page_status": row.page_status,
        "open_incidents": row.open_incidents,
        "seen_at": iso(row.seen_at),
        "failing_since": iso(row.failing_since),
        "blind_since": iso(row.blind_since),
        "error": error,
        "page_url": row.page_url,
    }


_STATE_KEYS: Final = (
    "since",
    "last_status",
    "page_status",
    "open_incidents",
    "seen_at",
    "failing_since",
    "blind_since",
    "error",
    "page_url",
)
