"""Pages of real vendors as they were: a recorded history, served on loopback by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from statusherd.clock import Clock
from statusherd.model.errors import StatusherdError
from statusherd.testing.serving import Page, PageServer
from statusherd.watch.imitation import PageDocuments
from statusherd.watch.past import PastIncident, moments, page_at, vendors_of


class HistoryPage(Page):
    """The page of one vendor as a recorded history says it was at the clock's time."""

    def __init__(self, clock: Clock, history: Iterable[PastIncident], vendor: str) -> None:
        super().__init__(clock)
        self.vendor = vendor
        self.history = tuple(incident for incident in history if incident.vendor == vendor)
        if not self.history:
            raise StatusherdError("the history has no incident of this vendor", subject=vendor)
        self.moments = moments(self.history)
        """The instants at which the page shows something new."""
        self._written: tuple[datetime | None, PageDocuments] | None = None

    def documents(self) -> PageDocuments:
        now = self.clock.now()
        newest = max((moment for moment in self.moments if moment <= now), default=None)
        if self._written is None or self._written[0] != newest:
            self._written = newest, page_at(self.history, now, url=self.address)
        return self._written[1]

    def serve_at(self, address: str) -> None:
        super().serve_at(address)
        self._written = None  # the documents name the address


class HistoryFarm(PageServer):
    """The pages of all vendors of a history, by name."""

    def __init__(self, history: Sequence[PastIncident], clock: Clock) -> None:
        self.by_vendor = {vendor: HistoryPage(clock, history, vendor) for vendor in vendors_of(history)}
        super().__init__(list(self.by_vendor.values()))
