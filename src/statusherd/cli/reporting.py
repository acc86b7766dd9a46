"""Reports of trouble at a vendor, as the command line takes and shows them."""

from __future__ import annotations

from datetime import datetime

import click

from statusherd.cli.login import login
from statusherd.cli.output import shown
from statusherd.cli.stores import open_store, watched_vendor
from statusherd.config import Config
from statusherd.config_values import duration_text
from statusherd.model.probes import Early, VendorReport
from statusherd.publish.words_given import given
from statusherd.reporting import keep


def report(config: Config, asked: VendorReport) -> tuple[VendorReport, int]:
    """Keep a report; return it, and how many people reported the vendor within the window.

    Raise StatusherdError where the vendor is not watched.
    """
    with open_store(config, create=True) as store:
        if asked.vendor not in {probe.vendor for probe in config.probes}:
            watched_vendor(config, store, asked.vendor)
        return store.write_now(lambda conn: keep(conn, asked, config.early))


def asked_for(vendor: str, author: str | None, note: str, service: str, now: datetime) -> VendorReport:
    """Return the report that options ask for; raise UsageError where they ask for none that can be."""
    said = given((author or "").strip() or login(), note)
    if isinstance(said, str):
        raise click.UsageError(said)
    return VendorReport(vendor, now, said.author, said.note, shown(service.strip(), 200))


def reported_line(made: VendorReport, authors: int, early: Early) -> str:
    """Return what is said of a new report."""
    people = "1 person" if authors == 1 else f"{authors} people"
    within = duration_text(early.report_window)
    return (
        f"{shown(made.vendor)}: reported by {people} within {within}; {early.reports} make an early warning"
    )
