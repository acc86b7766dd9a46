"""RSS and Atom feeds of status pages, whoever made them.

Facts: feeds of Statuspage and Instatus (one item per incident, its posts newest first, stamps without a
year), incident.io and Flashduty ("Status: resolved" in the text), cState ("[Resolved] " before the title,
the end as category), Better Stack and AWS (one item per update), Uptime Kuma (one item per monitor that is
down, its guid and stamp new on every request), and others, captured 2022 to 2026.

A feed lists what happened; it has no rollup and no components. An item that no word places is taken as
open for a day and as over after that. What is dated in the future is planned work, never an incident. The
feed's own `updated` and `lastBuildDate` follow the clock and say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from statusherd.model.records import Coverage, Maintenance, Snapshot, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import FEED_RANK, Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._feed_items import Feed, read_feed
from statusherd.watch.formats._feed_threads import threads_of
from statusherd.watch.formats._feed_verdicts import Verdict, judge
from statusherd.watch.formats._feed_xml import feed_text, root_of
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.words import Notes

NAME = "feed"
IS_PLATFORM = False

_STATUS_WORDS: Final = ("status", "incident", "outage", "maintenance", "uptime", "health")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
CLUES: Final = Clues(
    paths=(
        "/history.atom",
        "/history.rss",
        "/feed.rss",
        "/feed",
        "/rss",
        "/index.xml",
        "/feed.xml",
    ),
    rank=FEED_RANK,
)


def recognise(document: Document) -> Recognition | None:
    """A document whose root is rss, feed or RDF; surer where its head speaks of status."""
    head = feed_text(Document(document.body[:8_000], document.url, document.content_type))
    root = root_of(head)
    if root is None or (root == "rss" and "<channel" not in head):
        return None
    word = next((word for word in _STATUS_WORDS if word in head[:2_000].lower()), None)
    if word is None:
        return Recognition(30, f"<{root}>, with nothing about status in its head")
    return Recognition(60, f"<{root}>, with {word!r} in its head")


def endpoints(address: str) -> Endpoints:
    """The feed itself."""
    return Endpoints(look=(address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the feeds of one look, in any order."""
    notes = Notes()
    feeds = [read_feed(document) for document in documents]
    verdicts = [v for feed in feeds for v in _verdicts(feed, look.now, notes)]
    incidents = _latest(verdict.incident for verdict in verdicts)
    maintenances = {m.id: m for verdict in verdicts if (m := verdict.maintenance) is not None}
    rereads = [v.rereads_at for v in verdicts if v.rereads_at is not None and v.rereads_at > look.now]
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=_status(incidents, tuple(maintenances.values())),
        incidents=incidents,
        maintenances=tuple(maintenances.values()),
        coverage=Coverage(incidents=True, history=True),
        warnings=notes.all,
        page_name=next((feed.title for feed in feeds if feed.title), None),
        page_url=next((feed.link for feed in feeds if feed.link), None),
        rereads_at=min(rereads, default=None),
    )


def _status(incidents: Sequence[VendorIncident], maintenances: Sequence[Maintenance]) -> Status:
    return effective_status(None, (), incidents, maintenances, silence=Status.OPERATIONAL)


def _verdicts(feed: Feed, now: datetime, notes: Notes) -> Iterable[Verdict]:
    if feed.left_out:
        notes.warn(f"the feed is long: its newest {len(feed.items)} items are read")
    return [judge(thread, now, notes) for thread in threads_of(feed)]


def _latest(found: Iterable[VendorIncident | None]) -> tuple[VendorIncident, ...]:
    """Return each incident once, as its newest telling: two feeds of one vendor may both list it."""
    latest: dict[str, VendorIncident] = {}
    for incident in found:
        if incident is None:
            continue
        known = latest.get(incident.id)
        if known is None or (incident.updated_at or _LONG_AGO) >= (known.updated_at or _LONG_AGO):
            latest[incident.id] = incident
    return tuple(latest.values())
