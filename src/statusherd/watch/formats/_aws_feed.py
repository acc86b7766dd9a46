"""AWS's RSS feeds: one item per update, grouped by service into the events they belong to.

The number in an item's guid is its own time, not an event's. An event ends with "Service is operating
normally", or where a quiet day or a newer event of the service follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from statusherd.model.records import Component, VendorIncident
from statusherd.model.words import Impact, Status
from statusherd.watch.formats._aws_events import component_of, service_and_region
from statusherd.watch.formats._feed_items import read_feed
from statusherd.watch.formats._feed_threads import Thread, threads_of
from statusherd.watch.formats._feed_verdicts import judge
from statusherd.watch.formats._feed_xml import feed_text, root_of
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.words import Notes, fold

_HEAD: Final = 4_000
_MARKS: Final = ("//status.aws.amazon.com", "//health.aws.amazon.com", "AWS Service Health Dashboard RSS")
_IMPACTS: Final[Mapping[str, Impact]] = {
    "servicedisruption": Impact.CRITICAL,
    "servicedegradation": Impact.MINOR,
    "serviceimpact": Impact.MINOR,
    "performanceissues": Impact.MINOR,
    "informationalmessage": Impact.MINOR,
}
_WHOLE_REGION: Final = "multipleservices"


@dataclass(frozen=True, slots=True)
class FeedEvents:
    """What a feed lists, and from when on it reads otherwise by age alone."""

    incidents: tuple[VendorIncident, ...]
    components: tuple[Component, ...]
    rereads_at: datetime | None


def is_feed(document: Document) -> bool:
    """Tell whether a document is an RSS feed whose head names AWS's dashboard."""
    head = feed_text(replace(document, body=document.body[:_HEAD]))
    before_items = head.partition("<item")[0]
    return root_of(head) == "rss" and any(mark in before_items for mark in _MARKS)


def read_events(document: Document, now: datetime, notes: Notes) -> FeedEvents:
    """Read the events of a feed; raise ParseError or LookError where it is none of AWS's."""
    if not is_feed(document):
        raise not_this("aws", document, "neither a list of events nor AWS's feed")
    threads = [(thread, judge(thread, now, notes)) for thread in threads_of(read_feed(document))]
    incidents = tuple(_incident(thread, v.incident) for thread, v in threads if v.incident is not None)
    rereads = [v.rereads_at for _, v in threads if v.rereads_at is not None and v.rereads_at > now]
    return FeedEvents(incidents, tuple(_components(incidents)), min(rereads, default=None))


def _incident(thread: Thread, incident: VendorIncident) -> VendorIncident:
    """Add what AWS's titles and keys tell besides: how bad, which service, where."""
    slug = thread.id.partition("@")[0]
    service, region = service_and_region(slug)
    return replace(
        incident,
        impact=_impact(thread),
        component_ids=() if service == _WHOLE_REGION else (slug,),
        regions=(region,) if region else (),
    )


def _impact(thread: Thread) -> Impact:
    """Return what the newest title that still tells trouble says."""
    for item in reversed(thread.items):
        impact = _IMPACTS.get(fold(item.title.partition(":")[0]))
        if impact is not None:
            return impact
    return Impact.UNKNOWN


def _components(incidents: tuple[VendorIncident, ...]) -> Iterator[Component]:
    states: dict[str, Status] = {}
    for incident in incidents:
        for slug in incident.component_ids:
            state = (incident.impact.status if incident.is_open else None) or Status.OPERATIONAL
            states[slug] = max(states.get(slug, state), state, key=lambda status: status.rank)
    for slug, state in states.items():
        yield component_of(slug, None, state)
