"""A page whose format is not known yet, or that moved to another platform: found, and read from there on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.errors import FailureKind, LookError
from statusherd.model.vendors import DETECT, WatchedVendor
from statusherd.watch.detect import no_format
from statusherd.watch.discover import Found, discover
from statusherd.watch.read import Fetches

OF_ITS_SHAPE: Final = frozenset(
    {
        FailureKind.PARSE,
        FailureKind.EMPTY,
        FailureKind.NOT_FOUND,
        FailureKind.GONE,
        FailureKind.HTTP_STATUS,
        FailureKind.REDIRECT,
    }
)
"""Failures of a server that answers, but with something else than before."""
_TRIES: Final = frozenset({2, 4, 8, 16, 32, 64})
"""After so many failed looks in a row it is searched for: soon, and ever less often."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A vendor as it was declared, and as its page is found now."""

    declared: WatchedVendor
    found: WatchedVendor


class Drift:
    """Remembers where pages were found again. Holds for as long as the declaration is the same."""

    def __init__(self) -> None:
        self._moved: dict[str, Moved] = {}

    def place_of(self, vendor: WatchedVendor) -> WatchedVendor:
        """Return the vendor as it is to be read: as declared, unless its page was found elsewhere."""
        moved = self._moved.get(vendor.name)
        return moved.found if moved is not None and moved.declared == vendor else vendor

    async def settle(self, fetcher: Fetches, vendor: WatchedVendor, failures: int) -> WatchedVendor:
        """Find out the format of a vendor whose format nobody has seen yet. Raise LookError.

        After `failures` failed looks in a row it is tried again as seldom as a page that moved.
        """
        if failures and failures not in _TRIES:
            raise no_format(vendor.address)
        found = await discover(fetcher, vendor.address)
        settled = replace(vendor, format=found.format, address=found.address)
        self._moved[vendor.name] = Moved(vendor, settled)
        return settled

    async def search(
        self, fetcher: Fetches, vendor: WatchedVendor, failure: LookError, failures: int
    ) -> WatchedVendor | None:
        """Look for the page anew after `failures` failed looks; None where that finds nothing new."""
        if failure.kind not in OF_ITS_SHAPE or failures not in _TRIES or vendor.format == DETECT:
            return None
        found = await found_again(fetcher, vendor)
        now_read = self.place_of(vendor)
        if found is None or (found.format, found.address) == (now_read.format, now_read.address):
            return None
        moved = replace(vendor, format=found.format, address=found.address, options=())
        self._moved[vendor.name] = Moved(vendor, moved)
        return moved


async def found_again(fetcher: Fetches, vendor: WatchedVendor) -> Found | None:
    """Return what is found at the vendor's page now; None where no format is."""
    try:
        return await discover(fetcher, vendor.page_url or _home(vendor.address))
    except LookError:
        return None


def _home(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"
