"""What our own people report of vendors, kept for the next judgement of `probing`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.model.probes import Early, VendorReport
from statusherd.setup import Setup
from statusherd.store.early import add_report, authors_near
from statusherd.store.engine import Store


class Reports:
    """Takes reports of the API. `setup` is asked anew each time."""

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup]) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup

    async def report(
        self, vendor: str, author: str, note: str, service: str
    ) -> tuple[VendorReport, int] | None:
        """Keep a report; return it, and how many people reported the vendor within the window."""
        setup = self._setup()
        if vendor not in setup.vendors and vendor not in {probe.vendor for probe in setup.probes}:
            return None
        made = VendorReport(vendor, self._clock.now(), author, note, service)
        return await self._store.write(lambda conn: keep(conn, made, setup.early))


def keep(conn: Connection, report: VendorReport, early: Early) -> tuple[VendorReport, int]:
    """Keep a report; return it with its number, and how many people reported the vendor within the window."""
    kept = add_report(conn, report)
    since = report.at - timedelta(seconds=early.report_window)
    return kept, authors_near(conn, report.vendor, since)
