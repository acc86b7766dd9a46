"""Oracle's feed of incidents: one item for each, edited in place, its posts newest first.

An item's guid is the incident's own id. Its title is "Service | Region | reference", where the region is a
display name, and either can be "Multiple …". A post begins with a stamp without a year and the state in bold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from statusherd.model.records import VendorIncident
from statusherd.watch.formats._feed_items import Item, read_feed
from statusherd.watch.formats._feed_threads import Thread
from statusherd.watch.formats._feed_verdicts import Verdict, judge
from statusherd.watch.formats._feed_xml import feed_text, root_of
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.words import Notes

OCID: Final = "ocid1.oraclecloudincident."
_HEAD: Final = 8_000
_FIRST_ITEMS: Final = 200_000
_PAGES: Final = ("//ocistatus.", "//gov.ocistatus.")
_GUID: Final = re.compile(rf"<guid[^<>]{{0,100}}>\s{{0,100}}(?:<!\[CDATA\[)?{re.escape(OCID)}")
_STAMP: Final = re.compile(r"^([A-Z][a-z]{2})\.? ?(\d{1,2}),? ?(\d\d:\d\d) ?UTC$", re.MULTILINE)
_RESOLVED: Final = re.compile(r"\bResolved\b", re.IGNORECASE)
_MULTIPLE: Final = "multiple "


def is_feed(document: Document) -> bool:
    """Tell whether a document is an RSS feed that names Oracle's page in its head, or its incidents."""
    head = feed_text(replace(document, body=document.body[:_HEAD]))
    if root_of(head) != "rss" or "<channel" not in head:
        return False
    if any(page in head.partition("<item")[0] for page in _PAGES):
        return True
    return _GUID.search(feed_text(replace(document, body=document.body[:_FIRST_ITEMS]))) is not None


def verdicts(document: Document, now: datetime, notes: Notes) -> Iterator[Verdict]:
    """Yield what each item amounts to; raise ParseError where it is no feed of Oracle's."""
    if not is_feed(document):
        raise not_this("Oracle Cloud", document, "neither a report of Oracle's nor its feed")
    feed = read_feed(document)
    if feed.left_out:
        notes.warn(f"the feed is long: its newest {len(feed.items)} items are read")
    for item in feed.items:
        key = plain_line(item.guid) or plain_line(item.title)
        if key:
            text = _STAMP.sub(r"\1 \2, \3 UTC", item.text)
            yield _named(judge(Thread(key, (replace(item, text=text),)), now, notes), item)


def _named(verdict: Verdict, item: Item) -> Verdict:
    """Add what the title tells: a title without its reference, the service and the region."""
    parts = [part.strip() for part in item.title.split(" | ")]
    title = " | ".join(parts[:2]) or "(untitled)"
    services = _single(parts[:1]) if len(parts) > 1 else ()
    if verdict.incident is not None:
        told = replace(
            _by_word(verdict.incident, item),
            title=title,
            component_ids=services,
            regions=_single(parts[1:2]),
        )
        return replace(verdict, incident=told)
    if verdict.maintenance is not None:
        return replace(verdict, maintenance=replace(verdict.maintenance, title=title, component_ids=services))
    return verdict


def _by_word(incident: VendorIncident, item: Item) -> VendorIncident:
    """Return `incident` without the time of its end where no word but its age says that it is over."""
    is_said = incident.is_open or _RESOLVED.search(item.text) is not None
    return incident if is_said else replace(incident, resolved_at=None)


def _single(names: list[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name and not name.casefold().startswith(_MULTIPLE))
