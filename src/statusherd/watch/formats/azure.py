"""Azure's public status: the feed at https://rssfeed.azure.status.microsoft/en-us/status/feed/, or the page.

Facts: two documents of July 2026, one of them without an item. Only widespread incidents are posted. A feed
that is whole and is Azure's (its channel's title) but has no item is all well; an item is open for as long
as it is there, however old, unless its title says otherwise, and goes when it is over. There is neither a
severity nor a state. An item is edited in place, so its date need not move. Its categories mix services and
regions, its link names a machine behind the page. Dates end in a bare Z.

The page with its tables by region is megabytes long, and is read where the feed cannot be had. A machine that
knows of nothing once served an empty feed for hours of an outage: Microsoft's own post about Azure is read
beside the feed, as the rollup. What comes in its place is passed over, since it is on another site.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._azure_grid import is_grid, read_grid
from statusherd.watch.formats._azure_names import is_everywhere, is_region
from statusherd.watch.formats._feed_items import Feed, Item, read_feed
from statusherd.watch.formats._feed_words import bare_title, title_state
from statusherd.watch.formats._feed_xml import feed_text, root_of
from statusherd.watch.formats._microsoft_posts import SITE, is_post
from statusherd.watch.formats._microsoft_posts import STATES as POST_STATES
from statusherd.watch.formats._worst import worst_of_each
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.values import string, try_object
from statusherd.watch.reading.words import Notes

NAME = "azure"

_FEED: Final = "https://rssfeed.azure.status.microsoft/en-us/status/feed/"
_SECOND: Final = "https://azure.status.microsoft/en-us/status/feed/"
_PAGE: Final = "https://azure.status.microsoft/en-us/status/"
_GRID: Final = "https://azure.status.microsoft/en-us/status"
_POST: Final = f"https://{SITE}/api/posts/azure"
# The older hosts answer by where one asks from, and may know of nothing.
_HOSTS: Final = ("azure.status.microsoft", "status.azure.com", "azurestatuscdn.azureedge.net")
_TITLE: Final = re.compile(
    r"<title>\s*(?:<!\[CDATA\[)?\s*Azure Status\s*(?:\]\]>)?\s*</title>", re.IGNORECASE
)
_HEAD: Final = 4_000
_CLOCK_SKEW: Final = timedelta(minutes=5)
T = TypeVar("T", VendorIncident, Maintenance)
CLUES: Final = Clues(in_address=(at_host("azure.status.microsoft", _FEED),))


def recognise(document: Document) -> Recognition | None:
    """An RSS feed whose channel is titled "Azure Status", with or without items; the page with its tables."""
    if _is_azures(document):
        return Recognition(95, 'an RSS channel titled "Azure Status"')
    return Recognition(92, "a page with tables of states by region") if is_grid(document.text) else None


def _is_azures(document: Document) -> bool:
    head = feed_text(replace(document, body=document.body[:_HEAD]))
    before_items = head.partition("<item")[0]
    return root_of(head) == "rss" and "<channel" in before_items and _TITLE.search(before_items) is not None


def endpoints(address: str) -> Endpoints:
    """The feed that is the same from everywhere, the page's own as fallback; a copy of either as it is."""
    host = urlsplit(address).hostname or ""
    if any(host == known or host.endswith(f".{known}") for known in _HOSTS):
        fallbacks = ((_SECOND, NAME), (_GRID, NAME))
        return Endpoints(look=(_FEED,), optional=(_POST,), fallbacks=fallbacks)
    return Endpoints(look=(address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order: what is in any of the feeds is there."""
    notes = Notes()
    feeds, grids, posts = _sorted(documents)
    page_status = _rollup(posts, notes, is_alone=not (feeds or grids))
    leaves = {c.id: c for c in worst_of_each(leaf for grid in grids for leaf in read_grid(grid, notes))}
    items = [item for feed in map(_feed, feeds) for item in _told(feed, notes)]
    ahead = [item for item in items if _is_ahead(item, look.now)]
    incidents = _once(_incident(item) for item in items if not _is_ahead(item, look.now))
    maintenances = _once(map(_announced, ahead))
    components = {name: Component(name, name) for item in items for name in _services(item)} | leaves
    silence = Status.OPERATIONAL if feeds else Status.UNKNOWN
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, leaves.values(), incidents, maintenances, silence=silence),
        components=tuple(components.values()),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(rollup=page_status is not None, components=bool(grids), incidents=bool(feeds)),
        warnings=notes.all,
        page_name="Azure Status",
        page_url=_PAGE,
        rereads_at=min((item.at for item in ahead if item.at), default=None),
    )


def _sorted(documents: Sequence[Document]) -> tuple[list[Document], list[Document], list[Document]]:
    """Return the feeds, the pages, and the rest, which may be posts."""
    kinds: tuple[list[Document], list[Document], list[Document]] = ([], [], [])
    for document in documents:
        kinds[0 if _is_azures(document) else 1 if is_grid(document.text) else 2].append(document)
    return kinds


def _once(rows: Iterable[T]) -> tuple[T, ...]:
    return tuple({row.id: row for row in rows}.values())


def _rollup(posts: Sequence[Document], notes: Notes, *, is_alone: bool) -> Status | None:
    """Return what posts say of Azure; None where there is none, or none that can be read.

    Raise ParseError for what is no post: unless it came from the site of the posts, beside a feed or a page.
    """
    said: list[Status] = []
    for document in posts:
        row = try_object(document)
        if is_post(row) and not is_alone:
            said.append(
                notes.look_up(POST_STATES, string(row["Status"]), Status.UNKNOWN, "status of the post")
            )
        elif is_alone or urlsplit(document.url).hostname != SITE:
            document.refuse_empty()
            raise not_this("azure", document, 'no RSS channel titled "Azure Status", nor the page')
        else:
            notes.warn("the post about Azure cannot be read: the feed stands without it")
    return worst(said)


def _feed(document: Document) -> Feed:
    document.refuse_empty()
    if not _is_azures(document):
        raise not_this("azure", document, 'no RSS channel titled "Azure Status"')
    return read_feed(document)


def _told(feed: Feed, notes: Notes) -> Iterable[Item]:
    if feed.left_out:
        notes.warn(f"the feed is long: its newest {len(feed.items)} items are read")
    return feed.items


def _is_ahead(item: Item, now: datetime) -> bool:
    return item.at is not None and item.at > now + _CLOCK_SKEW


def _incident(item: Item) -> VendorIncident:
    state = title_state(item.title)
    phase = (state.phase if state else None) or Phase.INVESTIGATING
    return VendorIncident(
        id=_id(item),
        title=bare_title(item.title) or "(untitled)",
        impact=Impact.UNKNOWN,
        phase=phase,
        started_at=item.at,
        updated_at=item.changed_at,
        resolved_at=item.changed_at if phase is Phase.RESOLVED else None,
        component_ids=_services(item),
        regions=_regions(item),
        url=_PAGE,
        updates=(Update(item.changed_at, phase, item.text),) if item.changed_at else (),
    )


def _announced(item: Item) -> Maintenance:
    """Return what is dated ahead: it is no trouble yet."""
    return Maintenance(
        id=_id(item),
        title=bare_title(item.title) or "(untitled)",
        phase=MaintenancePhase.SCHEDULED,
        starts_at=item.at,
        component_ids=_services(item),
        url=_PAGE,
    )


def _id(item: Item) -> str:
    """Return the item's slug; where it has none, what stays while its text is edited."""
    if item.guid:
        return item.guid[:200]
    words = f"{bare_title(item.title).casefold()}\n{item.at or ''}"
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:24]


def _regions(item: Item) -> tuple[str, ...]:
    if any(is_everywhere(term) for term in item.terms):
        return ()
    return tuple(dict.fromkeys(term for term in item.terms if is_region(term)))


def _services(item: Item) -> tuple[str, ...]:
    named = (term for term in item.terms if not is_region(term) and not is_everywhere(term))
    return tuple(dict.fromkeys(named))
