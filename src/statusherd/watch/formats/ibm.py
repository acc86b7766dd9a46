"""IBM Cloud: https://cloud.ibm.com/status/api/notifications/feed.rss, trouble and work among much news.

Facts: IBM's description of the feed, and programs that read it in 2026; no body of it was seen. It has some
hundred items, most of them releases and announcements. An item says in fields behind its text what it is,
where, of which resources, and from when to when it lasted. It has no state: an incident is over when its end
has come, when a title or a post says so, and a day after its last change where nothing does. A maintenance
without a start of its own is taken to begin when it was posted, and to last a day where it has no end. There
is no severity. Whether an incident is one item or one for each update is not known: items that share a guid
are one.

A feed without a single item that says what it is was never seen, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._feed_items import Item
from statusherd.watch.formats._feed_threads import Thread
from statusherd.watch.formats._feed_verdicts import BENEFIT_OF_DOUBT, CLOCK_SKEW, judge
from statusherd.watch.formats._feed_words import bare_title, title_state
from statusherd.watch.formats._feed_xml import every_item, feed_text, root_of
from statusherd.watch.formats._ibm_items import MAX_ITEMS, Notice, newest, notices
from statusherd.watch.formats._lists import once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.times import window_phase
from statusherd.watch.reading.words import Notes

NAME = "ibm"

_FEED: Final = "https://cloud.ibm.com/status/api/notifications/feed.rss"
_HOST: Final = "cloud.ibm.com"
_HEAD: Final = 4_000
_MARK: Final = re.compile(r"//cloud\.ibm\.com/status|<title>[^<]{0,40}IBM Cloud", re.IGNORECASE)
_WORK: Final = "maintenance"
_TROUBLE: Final = "incident"
CLUES: Final = Clues(in_address=((re.compile(r"^https?://cloud\.ibm\.com/status"), _FEED),))


@dataclass(frozen=True, slots=True)
class _Read:
    """An item as one of the two, and from when on it reads otherwise by the clock alone."""

    incident: VendorIncident | None = None
    maintenance: Maintenance | None = None
    rereads_at: datetime | None = None


def recognise(document: Document) -> Recognition | None:
    """An RSS feed whose head names the page or the cloud."""
    return Recognition(92, "an RSS feed of IBM Cloud's page") if _is_feed(document) else None


def _is_feed(document: Document) -> bool:
    head = feed_text(replace(document, body=document.body[:_HEAD])).partition("<item")[0]
    return root_of(head) == "rss" and "<channel" in head and _MARK.search(head) is not None


def endpoints(address: str) -> Endpoints:
    """The feed, from any address of the page; a copy of it as it is."""
    return Endpoints(look=(_FEED if urlsplit(address).hostname == _HOST else address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read what of the feeds of one look is trouble or work, in any order."""
    notes = Notes()
    feeds = [_notices(document, notes) for document in documents]
    is_whole = not notes.all
    told = sorted((notice for feed in feeds for notice in feed), key=newest)
    read = [_read(notice, look.now, notes) for notice in told]
    incidents = once(r.incident for r in read if r.incident is not None)
    maintenances = once(r.maintenance for r in read if r.maintenance is not None)
    resources = [name for incident in incidents for name in incident.component_ids]
    resources += [name for window in maintenances for name in window.component_ids]
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, (), incidents, maintenances, silence=Status.OPERATIONAL),
        components=tuple(Component(name, name) for name in dict.fromkeys(resources)),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(incidents=is_whole, history=True, maintenances=is_whole),
        warnings=notes.all,
        page_name="IBM Cloud",
        page_url="https://cloud.ibm.com/status",
        rereads_at=min((r.rereads_at for r in read if r.rereads_at), default=None),
    )


def _notices(document: Document, notes: Notes) -> list[Notice]:
    """Return the items of a feed that are no news; a note tells where not all of them could be read."""
    document.refuse_empty()
    if not _is_feed(document):
        raise not_this("IBM Cloud", document, "no RSS channel of IBM Cloud's page")
    _, rows = every_item(document)
    if len(rows) > MAX_ITEMS:
        notes.warn(f"the feed is long: {MAX_ITEMS} of its {len(rows)} items are read")
    return _of_known_kind(document, rows[:MAX_ITEMS], notes)


def _of_known_kind(document: Document, rows: list[dict[str, str]], notes: Notes) -> list[Notice]:
    found = list(notices(rows))
    untold = [notice for notice in found if not notice.kind]
    if len(untold) == len(rows):
        raise not_this("IBM Cloud", document, "no item says of what type it is")
    if untold:
        notes.warn("items without a type are left out: silence means nothing")
    return [notice for notice in found if notice.kind]


def _read(notice: Notice, now: datetime, notes: Notes) -> _Read:
    starts_at = notice.starts_at or notice.at
    if notice.kind not in (_WORK, _TROUBLE):
        notes.warn(f"unknown type of item {notice.kind[:60]!r}, read as an incident")
    is_ahead = starts_at is not None and starts_at > now + CLOCK_SKEW
    if notice.kind == _WORK or is_ahead:
        return _window(notice, starts_at, now)
    return _incident(notice, starts_at, now, notes)


def _incident(notice: Notice, starts_at: datetime | None, now: datetime, notes: Notes) -> _Read:
    """Read an incident: its words say where it stands, its end that it is over."""
    item = Item(
        notice.id, notice.link, notice.title, notice.text, notice.at or starts_at, notice.updated_at, ()
    )
    verdict = judge(Thread(notice.id, (item,)), now, notes)
    if verdict.incident is None:
        return _window(notice, starts_at, now)
    has_ended = notice.ends_at is not None and notice.ends_at <= now
    told = replace(
        verdict.incident,
        id=notice.id,
        started_at=starts_at or verdict.incident.started_at,
        component_ids=notice.resources,
        regions=notice.regions,
    )
    if has_ended:
        posts = (*told.updates[:-1], *(replace(last, phase=Phase.RESOLVED) for last in told.updates[-1:]))
        return _Read(replace(told, phase=Phase.RESOLVED, resolved_at=notice.ends_at, updates=posts))
    edges = [edge for edge in (verdict.rereads_at, notice.ends_at) if edge is not None and edge > now]
    return _Read(incident=told, rereads_at=min(edges, default=None))


def _window(notice: Notice, starts_at: datetime | None, now: datetime) -> _Read:
    """Read a maintenance: what its title says, else where its window stands; a day where it has no end."""
    last = notice.ends_at or (starts_at and starts_at + BENEFIT_OF_DOUBT)
    state = title_state(notice.title)
    by_clock = window_phase(starts_at, last, now)
    says_over = state is not None and state.window is not None and state.window.is_over
    phase = state.window if says_over and state and state.window else by_clock
    stamp = notice.updated_at or starts_at
    window = Maintenance(
        id=notice.id,
        title=bare_title(notice.title),
        phase=phase,
        starts_at=starts_at,
        ends_at=notice.ends_at,
        component_ids=notice.resources,
        url=notice.link,
        updates=(Update(stamp, phase, notice.text),) if stamp and notice.text else (),
    )
    edges = [edge for edge in (starts_at, last) if edge is not None and edge > now]
    is_over = phase in (MaintenancePhase.COMPLETED, MaintenancePhase.CANCELLED)
    return _Read(maintenance=window, rereads_at=None if is_over else min(edges, default=None))
