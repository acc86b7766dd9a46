"""Reports of trouble at a vendor, as the command line takes and shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from statusherd.cli.login import login
from statusherd.cli.moments import iso
from statusherd.cli.output import count, shown
from statusherd.cli.stores import open_store, watched_vendor
from statusherd.config import Config
from statusherd.config_values import duration_text
from statusherd.model.probes import Early, VendorReport
from statusherd.publish.words_given import Given, given
from statusherd.store.early import add_report, authors_near


@dataclass(frozen=True, slots=True)
class Reported:
    """A report, and how many people have reported the same vendor within the window."""

    report: VendorReport
    authors: int


def report(config: Config, vendor: str, words: tuple[str, str, str], now: datetime) -> Reported:
    """Keep a report of (author, note, service); raise StatusherdError where the vendor is not watched."""
    author, note, service = words
    said = given(author.strip() or login(), note)
    if not isinstance(said, Given):
        raise click.UsageError(said)
    with open_store(config, create=True) as store:
        if vendor not in {probe.vendor for probe in config.probes}:
            watched_vendor(config, store, vendor)
        made = VendorReport(vendor, now, said.author, said.note, " ".join(service.split())[:200])
        made = store.write_now(lambda conn: add_report(conn, made))
        window = timedelta(seconds=config.early.report_window)
        return Reported(made, store.read_now(lambda conn: authors_near(conn, vendor, now - window)))


def report_json(reported: Reported) -> dict[str, object]:
    """Return a report as in `vendor report --json`."""
    made = reported.report
    return {
        "number": made.number,
        "vendor": made.vendor,
        "at": iso(made.at),
        "author": made.author,
        "note": made.note,
        "service": made.service or None,
        "authors": reported.authors,
    }


def reported_line(reported: Reported, early: Early) -> str:
    """Return what is said of a new report."""
    people, window = count(reported.authors, "person"), duration_text(early.report_window)
    people = people.replace("persons", "people")
    return f"{shown(reported.report.vendor)}: reported by {people} within {window}; {early.reports} warn"
