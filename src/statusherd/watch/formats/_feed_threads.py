"""Which items of a feed belong together: one thread of items is one incident or maintenance."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.words import Phase
from statusherd.watch.formats._feed_items import Feed, Item
from statusherd.watch.formats._feed_words import bare_title, monitor_of, says_normal, title_state

# AWS numbers the updates of a service: https://status.aws.amazon.com/#ec2-us-east-1_1787025679
_SERVICE_UPDATE: Final = re.compile(r"#([a-z0-9][\w-]{0,80})_\d{9,10}$")
_PARENTS: Final = frozenset(
    ["incident", "incidents", "issue", "issues", "event", "events", "maintenance", "maintenances", "notices"]
)
_QUIET: Final = timedelta(hours=24)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Thread:
    """Items of one incident, oldest first. `is_volatile`: their stamps and texts say nothing stable."""

    id: str
    items: tuple[Item, ...]
    is_volatile: bool = False
    is_superseded: bool = False
    """The feed has a newer event of the same service: this one is over, whatever its last words were."""


def threads_of(feed: Feed) -> list[Thread]:
    """Group the items of a feed, in the order of the feed."""
    guids = Counter(item.guid for item in feed.items)
    links = Counter(item.link for item in feed.items)
    alone: dict[str, list[Item]] = {}
    streams: dict[str, list[Item]] = {}
    volatile: dict[str, list[Item]] = {}
    for item in feed.items:
        guid = item.guid or ""
        if guid.startswith("undefined-") and (monitor := monitor_of(item.title)):
            volatile.setdefault(f"{item.link or ''}#{monitor}", []).append(item)
        elif match := _SERVICE_UPDATE.search(guid):
            streams.setdefault(match[1], []).append(item)
        elif (page := _page_of(item, guids, links)) is not None:
            alone.setdefault(page, []).append(item)
        elif guids[item.guid] > 1 or not guid:
            alone.setdefault(_digest(item), []).append(item)
        elif (monitor := monitor_of(item.title)) is not None:
            streams.setdefault(monitor, []).append(item)
        else:
            alone.setdefault(guid, []).append(item)
    return [
        *(Thread(key, _oldest_first(items)) for key, items in alone.items()),
        *(Thread(key, _oldest_first(items)[-1:], is_volatile=True) for key, items in volatile.items()),
        *(thread for key, items in streams.items() for thread in _episodes(key, _oldest_first(items))),
    ]


def _page_of(item: Item, guids: Counter[str | None], links: Counter[str | None]) -> str | None:
    """Return the page that an item shares with other updates of its incident, None where it has none."""
    base, mark, _ = (item.guid or "").rpartition("#")
    if mark and _is_own_page(base):
        return base
    if guids[item.guid] > 1 and item.guid and _is_own_page(item.guid):
        return item.guid
    if links[item.link] > 1 and item.link and _is_own_page(item.link):
        return item.link
    return None


def _is_own_page(url: str) -> bool:
    """Tell whether an address is one incident's page rather than the page of all of them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    names = [name for name in parts.path.split("/") if name]
    if parts.scheme not in ("http", "https") or not names:
        return False
    return any(c.isdigit() for c in names[-1]) or (len(names) > 1 and names[-2].lower() in _PARENTS)


def _digest(item: Item) -> str:
    text = "\n".join([item.link or "", bare_title(item.title), item.at.isoformat() if item.at else ""])
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24]


def _oldest_first(items: Sequence[Item]) -> tuple[Item, ...]:
    # Feeds run newest first; from their end, the stable sort keeps the order within one second.
    backwards = list(reversed(items))
    return tuple(sorted(backwards, key=lambda item: item.at or _LONG_AGO))


def _episodes(key: str, items: Iterable[Item]) -> list[Thread]:
    """Split the updates of one service or monitor into its incidents: after an end, or a quiet day."""
    episodes: list[list[Item]] = []
    is_over = True
    for item in items:
        if is_over or _is_quiet_since(episodes[-1][-1], item):
            episodes.append([])
        episodes[-1].append(item)
        is_over = _ends(item)
    return [
        Thread(f"{key}@{_second(episode[0])}", tuple(episode), is_superseded=episode is not episodes[-1])
        for episode in episodes
    ]


def _is_quiet_since(last: Item, item: Item) -> bool:
    # A monitor may be down for days without a word; a service's updates come by the hour.
    if monitor_of(item.title) is not None or last.at is None or item.at is None:
        return False
    return item.at - last.at > _QUIET


def _ends(item: Item) -> bool:
    state = title_state(item.title)
    return (state is not None and state.phase is Phase.RESOLVED) or says_normal(item.text)


def _second(item: Item) -> str:
    return f"{item.at:%Y-%m-%dT%H:%M:%SZ}" if item.at else "undated"
