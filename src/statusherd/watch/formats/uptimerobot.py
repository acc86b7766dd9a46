"""UptimeRobot's public pages: the list of monitors at /api/getMonitorList/<key>, and the feed of events.

Facts: lists of 2022 to 2025 (monitors in `psp`), one of 2026 (monitors in `data`), pages of a single monitor,
and an empty feed of events. Monitors are the components; the platform has no incidents. `status` is the
request's own result, not the page's state; the words beside the counts say "All Clear" over paused monitors,
so the counts are read, which hold for all pages of the list. A list has thirty monitors a page. Of events no
example with content is known: what has a title and a date is kept as a past notice and raises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from statusherd.model.errors import CatalogError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import identity, next_edge, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, number, objects, string, try_object
from statusherd.watch.reading.words import Notes

NAME = "uptimerobot"

CLASSES: Final[Mapping[str, Status]] = {
    "success": Status.OPERATIONAL,
    "warning": Status.DEGRADED,
    "danger": Status.MAJOR_OUTAGE,
    "black": Status.UNKNOWN,  # paused
}
PER_PAGE: Final = 30
MAX_PAGES: Final = 20
_HOST: Final = "stats.uptimerobot.com"
_API: Final = re.compile(r"^(.*)/api/(?:getMonitorList|getMonitor|getEventFeed)/([^/]+)/?$")
# On a page's own domain the last part is not looked at, but something must stand there.
_ANY_KEY: Final = "x"
CLUES: Final = Clues(
    in_address=(
        (
            re.compile(r"^https?://stats\.uptimerobot\.com/(?:[^?#]*/)?([\w-]+)/?(?:[?]|$)"),
            r"/api/getMonitorList/\1",
        ),
    ),
    in_page=((re.compile("getMonitorList|pspApiPath"), "/api/getMonitorList/x"),),
    rank=90,
)


def recognise(document: Document) -> Recognition | None:
    """Monitors with the class of their state, in any of the three places where they have stood."""
    is_likely = '"monitorId"' in document.text or '"counts"' in document.text
    if not is_likely or not _has_monitors(try_object(document)):
        return None
    return Recognition(95, "monitors with monitorId and statusClass")


def endpoints(address: str) -> Endpoints:
    """The list of monitors and the events as history; `?page=3` behind the address reads three pages."""
    parts = urlsplit(address)
    root, key = f"{parts.scheme}://{parts.netloc}", _ANY_KEY
    if match := _API.match(parts.path):
        root, key = root + match[1], match[2]
    elif parts.hostname == _HOST:
        key = next((name for name in parts.path.split("/") if name), "")
        if not key:
            raise CatalogError(
                "the address of an UptimeRobot page must hold its key",
                subject=address,
                remedy=f"It looks like https://{_HOST}/<key>",
            )
    first = f"{root}/api/getMonitorList/{key}"
    further = tuple(f"{first}?page={page}" for page in range(2, _pages(parts.query) + 1))
    return Endpoints(look=(first, *further), history=(f"{root}/api/getEventFeed/{key}",))


def _pages(query: str) -> int:
    value = number(parse_qs(query).get("page", ["1"])[-1])
    return max(1, min(MAX_PAGES, int(value))) if value is not None else 1


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the pages of the list, and the events where they were read too."""
    notes = Notes()
    roots = [_root(document) for document in documents]
    lists = [root for root in roots if _has_monitors(root)]
    feeds = [root for root in roots if not _has_monitors(root)]
    components = _components(lists, notes)
    page_status = _rollup([as_object(as_object(root.get("statistics")).get("counts")) for root in lists])
    incidents, maintenances = _events(feeds, look.now)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            rollup=page_status is not None,
            components=bool(lists) and _is_whole(lists, len(components), notes),
        ),
        warnings=notes.all,
        page_name=next((name for root in lists if (name := _page_name(root))), None),
        rereads_at=next_edge(maintenances, look.now),
    )


def _root(document: Document) -> Object:
    root = as_object(load_json(document))
    if not _has_monitors(root) and not _is_event_feed(root):
        raise not_this("UptimeRobot", document, "no monitors with a statusClass")
    return root


def _has_monitors(root: Object) -> bool:
    """Tell whether `root` is a list; one without any monitor must have its counts."""
    rows = list(_monitors(root))
    if rows:
        return all("statusClass" in row for row in rows)
    counts = as_object(as_object(root.get("statistics")).get("counts"))
    has_list = any(isinstance(rows, list) for rows in (_psp(root).get("monitors"), root.get("data")))
    return has_list and {"up", "down"} <= counts.keys()


def _is_event_feed(root: Object) -> bool:
    return isinstance(root.get("results"), list) and "date_range" in as_object(root.get("meta"))


def _psp(root: Object) -> Object:
    return as_object(root.get("psp"))


def _page_name(root: Object) -> str:
    return plain_line(string(_psp(root).get("name")))


def _monitors(root: Object) -> Iterator[Object]:
    for rows in (_psp(root).get("monitors"), root.get("data"), [root.get("monitor")]):
        yield from (row for row in objects(rows) if "monitorId" in row)


def _components(lists: Sequence[Object], notes: Notes) -> tuple[Component, ...]:
    found: dict[str, Component] = {}
    for row in (row for root in lists for row in _monitors(root)):
        key = plain_line(string(row["monitorId"]))
        if key:
            status = notes.look_up(CLASSES, row.get("statusClass"), Status.UNKNOWN, "monitor state")
            group = plain_line(string(row.get("groupName"))) or None
            found.setdefault(key, Component(key, plain_line(string(row.get("name"))), group, status=status))
    return tuple(found.values())


def _rollup(counts: Sequence[Object]) -> Status | None:
    """Return the state by the counts of the newest page of the list: paused monitors say nothing."""
    for row in reversed(counts):
        up, down = number(row.get("up")), number(row.get("down"))
        if up is not None and down is not None:
            return _by_counts(up, down)
    return None


def _by_counts(up: float, down: float) -> Status:
    if down > 0:
        return Status.PARTIAL_OUTAGE if up > 0 else Status.MAJOR_OUTAGE
    return Status.OPERATIONAL if up > 0 else Status.UNKNOWN


def _is_whole(lists: Sequence[Object], read: int, notes: Notes) -> bool:
    """Tell whether all monitors were read; say how to read them where not."""
    total = int(max((_total(root) for root in lists), default=0))
    if read >= total:
        return True
    pages = -(-total // PER_PAGE)
    remedy = f": add ?page={pages} to the address to read all" if 1 < pages <= MAX_PAGES else ""
    notes.warn(f"{read} of {total} monitors are read{remedy}")
    return False


def _total(root: Object) -> float:
    counts = as_object(as_object(root.get("statistics")).get("counts"))
    summed = sum(number(counts.get(key)) or 0 for key in ("up", "down", "paused"))
    return max(number(_psp(root).get("totalMonitors")) or 0, number(counts.get("total")) or 0, summed)


def _events(
    feeds: Sequence[Object], now: datetime
) -> tuple[tuple[VendorIncident, ...], tuple[Maintenance, ...]]:
    incidents, maintenances = [], []
    for row in (row for root in feeds for row in objects(root.get("results"))):
        title = plain_line(string(row.get("title")) or string(row.get("name")))
        at = _first_time(row)
        if not title or at is None:
            continue
        key = identity(row.get("id"), title, at)
        text = plain_text(string(row.get("content")) or string(row.get("description")))
        if at > now:
            posts = (Update(at, MaintenancePhase.SCHEDULED, text),) if text else ()
            maintenances.append(Maintenance(key, title, MaintenancePhase.SCHEDULED, at, updates=posts))
        else:
            incidents.append(_notice(key, title, at, text))
    return once(incidents), once(maintenances)


def _first_time(row: Object) -> datetime | None:
    times = (parse_time(row.get(key)) for key in ("timestamp", "dateGMT", "date", "createdAt", "created_at"))
    return next((at for at in times if at is not None), None)


def _notice(key: str, title: str, at: datetime, text: str) -> VendorIncident:
    return VendorIncident(
        id=key,
        title=title,
        impact=Impact.NONE,
        phase=Phase.RESOLVED,
        started_at=at,
        updated_at=at,
        resolved_at=at,
        updates=(Update(at, Phase.RESOLVED, text),) if text else (),
    )
