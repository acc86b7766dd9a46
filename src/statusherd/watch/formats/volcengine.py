"""Volcengine: one RSS feed for each product in each region, https://status.volcengine.com/rss/zh/REGION/PRODUCT.

Facts: programs that read the feeds in 2026, and what their tests say of real ones. The page's own API wants a
browser; the feeds are what it links. A feed lists all that happened, without XML declaration and without
guids; the channel's title ends in the region in brackets before "服务状态". An item is over when its title
says "(已恢复)", and goes on for as long as it does not, however old. Several items share a title: they are
told apart by their time. A region that does not exist answers with empty brackets: that is no good news.
Times without a zone are not read, since the page may mean China's. Planned work was not seen.

The component is the product in its region; it has no state of its own but that of its open incidents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.errors import CatalogError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._feed_verdicts import CLOCK_SKEW
from statusherd.watch.formats._feed_words import bare_title, title_state
from statusherd.watch.formats._feed_xml import every_item, feed_text, root_of
from statusherd.watch.formats._lists import identity, next_edge, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import link
from statusherd.watch.reading.words import Notes

NAME = "volcengine"

MAX_ITEMS: Final = 3_000
"""What happened to one product in one region: a feed with more items is read in part."""
_HOST: Final = "status.volcengine.com"
_HEAD: Final = 4_000
_ENDING: Final = "服务状态"
_CHANNEL: Final = re.compile(r"(.{1,200})\(([^()]{0,100})\)服务状态$")
_TITLE: Final = re.compile(r"<title>\s*(?:<!\[CDATA\[)?([^<]{0,400}?)\s*(?:\]\]>)?\s*</title>")
_BRAND: Final = re.compile(r"^火山引擎(?=.)")
CLUES: Final = Clues(
    in_page=((re.compile(r"status\.volcengine\.com(/rss/[a-z]{2}/[\w-]{1,60}/[\w-]{1,60})"), r"\1"),)
)


@dataclass(frozen=True, slots=True)
class _Place:
    """What a feed is about: a product in a region, by their names."""

    product: str
    region: str

    @property
    def id(self) -> str:
        return f"{self.product}/{self.region}"


def recognise(document: Document) -> Recognition | None:
    """An RSS feed whose channel's title ends in a region in brackets and "服务状态"."""
    head = feed_text(replace(document, body=document.body[:_HEAD])).partition("<item")[0]
    if root_of(head) != "rss" or _ENDING not in head or "<channel" not in head:
        return None
    title = _TITLE.search(head)
    match = _CHANNEL.match(title[1]) if title else None
    is_ours = match is not None and bool(match[2].strip())
    return Recognition(93, "an RSS channel titled PRODUCT(REGION)服务状态") if is_ours else None


def endpoints(address: str) -> Endpoints:
    """The feed itself. Raise CatalogError for the page, which is about no single product."""
    parts = urlsplit(address)
    if parts.hostname == _HOST and not parts.path.startswith("/rss/"):
        raise CatalogError(
            "Volcengine has no document about all of its products",
            subject=address,
            remedy=f"Give the feed of a product: https://{_HOST}/rss/zh/REGION/PRODUCT; the page links them",
        )
    return Endpoints(look=(address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the feeds of one look, each about a product in a region, in any order."""
    notes = Notes()
    feeds = [_feed(document, notes) for document in documents]
    rows = [(place, row, _is_ahead(row, look.now)) for place, items in feeds for row in items]
    incidents = once(_incident(place, row) for place, row, is_ahead in rows if not is_ahead)
    maintenances = once(_announced(place, row) for place, row, is_ahead in rows if is_ahead)
    components = {place.id: _component(place, incidents) for place, _ in feeds}
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components.values(), incidents, maintenances),
        components=tuple(components.values()),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(components=True, incidents=not notes.all, history=True),
        warnings=notes.all,
        page_name="Volcengine",
        page_url=f"https://{_HOST}/",
        rereads_at=next_edge(maintenances, look.now),
    )


def _feed(document: Document, notes: Notes) -> tuple[_Place, list[dict[str, str]]]:
    document.refuse_empty()
    channel, rows = every_item(document)
    match = _CHANNEL.match(plain_line(channel.get("title")))
    if match is None:
        raise not_this("Volcengine", document, "no RSS channel titled PRODUCT(REGION)服务状态")
    place = _Place(plain_line(_BRAND.sub("", match[1].strip())), plain_line(match[2]))
    if not place.product or not place.region:
        raise not_this("Volcengine", document, "the channel names no region: it may not exist")
    if len(rows) > MAX_ITEMS:
        notes.warn(f"the feed is long: {MAX_ITEMS} of its {len(rows)} items are read")
    return place, rows[:MAX_ITEMS]


def _time(row: Mapping[str, str]) -> datetime | None:
    return parse_time(row.get("pubDate"), zone=None)


def _is_ahead(row: Mapping[str, str], now: datetime) -> bool:
    at = _time(row)
    return at is not None and at > now + CLOCK_SKEW


def _title(row: Mapping[str, str]) -> str:
    return bare_title(plain_line(row.get("title"))) or "(untitled)"


def _id(place: _Place, row: Mapping[str, str]) -> str:
    """Return what tells an item from others of its title: its guid if it ever has one, else its time."""
    words = f"{place.id}\n{_title(row)}\n{row.get('pubDate', '').strip()[:100]}"
    return identity(row.get("guid"), words, _time(row))


def _incident(place: _Place, row: Mapping[str, str]) -> VendorIncident:
    at = _time(row)
    state = title_state(plain_line(row.get("title")))
    phase = (state.phase if state else None) or Phase.INVESTIGATING
    text = plain_text(row.get("description"))
    return VendorIncident(
        id=_id(place, row),
        title=_title(row),
        impact=Impact.UNKNOWN,
        phase=phase,
        started_at=at,
        updated_at=at,
        component_ids=(place.id,),
        regions=(place.region,),
        url=link(row.get("link", "").strip()),
        updates=(Update(at, phase, text),) if at and text else (),
    )


def _announced(place: _Place, row: Mapping[str, str]) -> Maintenance:
    """Return what is dated ahead: it is no trouble yet."""
    return Maintenance(
        id=_id(place, row),
        title=_title(row),
        phase=MaintenancePhase.SCHEDULED,
        starts_at=_time(row),
        component_ids=(place.id,),
        url=link(row.get("link", "").strip()),
    )


def _component(place: _Place, incidents: Iterable[VendorIncident]) -> Component:
    is_hit = any(i.is_open and place.id in i.component_ids for i in incidents)
    status = Status.DEGRADED if is_hit else Status.OPERATIONAL
    return Component(place.id, place.product, region=place.region, status=status)
