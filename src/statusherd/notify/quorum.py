"""Vendors on one upstream that fall at once: the first few are told, and say so; the rest waits. Pure.

The upstream's own page is often the last to tell. That several of those that run on it fall within minutes
is told by the messages that make the quorum; who falls after them waits behind one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from statusherd.model.changes import Change
from statusherd.model.quorum import Quorum
from statusherd.model.records import Known, KnownIncident
from statusherd.model.vendors import WatchedVendor

Fallen = tuple[WatchedVendor, KnownIncident]


class Herds:
    """Which vendors run on which upstream, and how many of them at once are a quorum."""

    def __init__(self, vendors: Mapping[str, WatchedVendor], quorum: Quorum | None) -> None:
        self.quorum = quorum
        self._on: dict[str, list[WatchedVendor]] = {}
        for vendor in vendors.values() if quorum else ():
            for upstream in vendor.upstream:
                self._on.setdefault(upstream, []).append(vendor)

    def fallen_with(
        self, change: Change, vendor: WatchedVendor, known_of: Callable[[str], Known | None]
    ) -> tuple[Fallen, ...]:
        """Return who fell at the same time, the first first: of each vendor one open incident.

        Of several upstreams the one counts on which most fell. Empty where they are no quorum together.
        """
        incident = change.incident
        if self.quorum is None or incident is None or not incident.is_open:
            return ()
        began = incident.started_at or change.at
        within = timedelta(seconds=self.quorum.within)
        herds = (
            tuple(self._fallen(upstream, vendor, began, within, known_of)) for upstream in vendor.upstream
        )
        most = max(herds, key=len, default=())
        return most if len(most) + 1 >= self.quorum.vendors else ()

    def _fallen(
        self,
        upstream: str,
        but: WatchedVendor,
        began: datetime,
        within: timedelta,
        known_of: Callable[[str], Known | None],
    ) -> Iterator[Fallen]:
        found = []
        for vendor in self._on.get(upstream, ()):
            known = known_of(vendor.name) if vendor.name != but.name else None
            near = [i for i in known.incidents.values() if i.is_open] if known else []
            near = [i for i in near if abs(_began(i) - began) <= within]
            if near:
                found.append((vendor, min(near, key=_began)))
        yield from sorted(found, key=lambda each: _began(each[1]))


def _began(incident: KnownIncident) -> datetime:
    return incident.started_at or incident.first_seen_at
