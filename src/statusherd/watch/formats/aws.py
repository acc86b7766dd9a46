"""AWS Health Dashboard: https://health.aws.amazon.com/public/currentevents, a JSON list of current events.

Facts: bodies of 2023 and 2026 (UTF-16 with its mark, also UTF-8), the dashboard's RSS feeds of 2026. An empty
list is all well. An event is open until it has an end or the level 0; it stays listed for a while after.
Levels are 0 to 3. Regions come from the event's ARN or its service's slug, never from prose. Only services
in trouble are named: they are shown as components, but their absence says nothing.

The feeds carry one item per update of the 50 newest, no event ids and no ends to rely on: they are read
where the list cannot be had, or where a service's own feed was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._aws_events import components_of, incident_of, is_event, is_newer
from statusherd.watch.formats._aws_feed import FeedEvents, is_feed, read_events
from statusherd.watch.formats._lists import each_once, entries, try_json
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.values import Object, load_json
from statusherd.watch.reading.words import Notes

NAME = "aws"

_ALL: Final = "https://status.aws.amazon.com/rss/all.rss"
_HOSTS: Final = ("health.aws.amazon.com", "status.aws.amazon.com", "phd.aws.amazon.com")
_CHINA: Final = "health.amazonaws.cn"
_PATH: Final = "/public/currentevents"
_MARKS: Final = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
CLUES: Final = Clues(
    in_address=(
        at_host("health.aws.amazon.com", "https://health.aws.amazon.com/public/currentevents"),
        at_host("status.aws.amazon.com", "https://health.aws.amazon.com/public/currentevents"),
    )
)


def recognise(document: Document) -> Recognition | None:
    """A list of events with service, status and log; an empty one by its address; AWS's own RSS."""
    if is_feed(document):
        return Recognition(90, "an RSS feed of AWS's dashboard")
    value = try_json(_decoded(document))
    events = value.get("current") if isinstance(value, dict) else value
    if not isinstance(events, list):
        return None
    if not events:
        is_there = document.url.partition("?")[0].endswith(_PATH)
        return Recognition(92, "an empty list of current events") if is_there else None
    is_one = any(isinstance(row, dict) and is_event(row) and "event_log" in row for row in events)
    return Recognition(97, "a list of events with service and event_log") if is_one else None


def endpoints(address: str) -> Endpoints:
    """The list of current events with the newest updates as fallback; a service's own feed as it is."""
    parts = urlsplit(address)
    if parts.path.endswith(".rss") and not parts.path.endswith("/all.rss"):
        return Endpoints(look=(address,))
    if parts.hostname in _HOSTS:
        return Endpoints(look=(f"https://{_HOSTS[0]}{_PATH}",), fallbacks=((_ALL, NAME),))
    if parts.hostname == _CHINA or parts.path in ("", "/"):
        return Endpoints(look=(f"{parts.scheme}://{parts.netloc}{_PATH}",))
    return Endpoints(look=(address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read all documents of one look; where a list of events is among them, it alone tells what is open."""
    notes = Notes()
    feeds = [d for d in documents if is_feed(d)]
    lists = [_decoded(d) for d in documents if d not in feeds]
    events, coverage = _listed(lists, notes)
    told = [(event, incident_of(event, notes)) for event in events]
    fed = [] if lists else [read_events(feed, look.now, notes) for feed in feeds]
    found = [*(incident for _, incident in told), *(i for feed in fed for i in feed.incidents)]
    incidents = tuple(each_once(found, lambda incident: incident.id, is_newer))
    components = tuple(components_of(told, notes)) or _fed_components(fed)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=_status(components, incidents, coverage),
        components=components,
        incidents=incidents,
        coverage=coverage if lists else _feed_coverage(feeds),
        warnings=notes.all,
        page_name="AWS",
        page_url="https://health.aws.amazon.com/health/status",
        rereads_at=min((feed.rereads_at for feed in fed if feed.rereads_at), default=None),
    )


def _listed(documents: Sequence[Document], notes: Notes) -> tuple[list[Object], Coverage]:
    """Return the events of the lists, and whether what is not on them is over."""
    rows: list[Object] = []
    is_whole = True
    for document in documents:
        value = load_json(document)
        events = value.get("current") if isinstance(value, dict) else value
        listed = entries(events, is_event, document, NAME, notes)
        rows += listed.rows
        is_whole = is_whole and listed.is_whole
    return rows, Coverage(incidents=is_whole)


def _status(
    components: Sequence[Component], incidents: Sequence[VendorIncident], coverage: Coverage
) -> Status:
    """Return the state; silence is good news where all of the list could be read."""
    says = effective_status(None, components, incidents, ())
    if not coverage.incidents and not says.is_trouble:
        return Status.UNKNOWN
    return Status.OPERATIONAL if says is Status.UNKNOWN else says


def _fed_components(feeds: Sequence[FeedEvents]) -> tuple[Component, ...]:
    return tuple(each_once((c for f in feeds for c in f.components), lambda c: c.id, _is_worse))


def _is_worse(one: Component, other: Component) -> bool:
    return one.status.rank > other.status.rank


def _feed_coverage(feeds: Sequence[Document]) -> Coverage:
    """Return what feeds can speak for: that of all services is cut off, a service's own reaches back."""
    is_cut = any(feed.url.partition("?")[0].endswith("/all.rss") for feed in feeds)
    return Coverage() if is_cut else Coverage(incidents=True, history=True)


def _decoded(document: Document) -> Document:
    """Return a document whose label agrees with its bytes: AWS's says UTF-16, its mirrors are in UTF-8."""
    body = document.body
    if body.startswith(_MARKS):
        return document
    zeros = (body[:1] == b"\0", body[1:2] == b"\0")
    charset = {(True, False): "utf-16-be", (False, True): "utf-16-le"}.get(zeros, "utf-8")
    return Document(body, document.url, f"application/json; charset={charset}")
