"""Uptime Kuma: the page document, its heartbeats and its incident history, all below /api/status-page/.

Facts: payloads of 2.5.3 and the source of 1.23 to 2.5. The page document names monitors and carries posts and
running maintenance, but no state: that is in the heartbeats of each monitor, up to 100, oldest first. 1.x has
one `incident` or null, 2.x the list `incidents`; a post that is no longer pinned or active is over. Times are
UTC without saying so, except a planned slot's, which are in the maintenance's own zone. A recurring
maintenance keeps its id from one run to the next. The page has no rollup; its badge and feed say
"Maintenance" while monitors are down, so they are not asked. The server caches the page for five minutes,
heartbeats for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes

NAME = "uptime-kuma"
IS_PLATFORM = False

BEATS: Final[Mapping[str, Status]] = {
    "0": Status.MAJOR_OUTAGE,
    "1": Status.OPERATIONAL,
    "2": Status.DEGRADED,  # pending: a check failed and is tried again before it counts as down
    "3": Status.MAINTENANCE,
}
STYLES: Final[Mapping[str, Impact]] = {
    "info": Impact.NONE,
    "primary": Impact.NONE,
    "light": Impact.NONE,
    "dark": Impact.NONE,
    "warning": Impact.MINOR,
    "danger": Impact.MAJOR,
}
WINDOWS: Final[Mapping[str, MaintenancePhase]] = {
    "scheduled": MaintenancePhase.SCHEDULED,
    "undermaintenance": MaintenancePhase.IN_PROGRESS,
    "ended": MaintenancePhase.COMPLETED,
    "inactive": MaintenancePhase.CANCELLED,
}
_PLACE: Final = re.compile(r"^(.*?)/(?:api/status-page/(?:heartbeat/)?|status/)([\w-]+)(?:/.*)?$")
_OFFSET: Final = re.compile(r"^([+-])(\d\d):(\d\d)$")
_SILENT_AFTER: Final = timedelta(days=1)


def _document_of(match: re.Match[str]) -> str:
    """Return the path of the page's document: slugs are in lower case there."""
    return f"/api/status-page/{match[1].lower()}"


CLUES: Final = Clues(
    in_address=((re.compile(r"^https?://[^/]+/status/([\w-]+)/?(?:[?]|$)"), _document_of),),
    in_page=(
        (
            re.compile(r"preloadData\s*=\s*.{0,200}?[\"']slug[\"']\s*:\s*[\"']([\w-]{1,80})[\"']", re.DOTALL),
            _document_of,
        ),
    ),
    paths=("/api/status-page/default",),
    rank=48,
)


def recognise(document: Document) -> Recognition | None:
    """The page's groups of monitors beside its configuration, or a list of heartbeats."""
    root = try_object(document)
    if _is_page(root):
        return Recognition(97, "publicGroupList beside config.slug")
    if _is_heartbeats(root):
        return Recognition(90, "heartbeatList beside uptimeList")
    return None


def endpoints(address: str) -> Endpoints:
    """The page and the heartbeats at each look, the posts of the past as history, the feed as fallback."""
    root, slug = _place(address)
    api = f"{root}/api/status-page"
    return Endpoints(
        look=(f"{api}/{slug}", f"{api}/heartbeat/{slug}"),
        history=(f"{api}/{slug}/incident-history",),
        fallbacks=((f"{root}/status/{slug}/rss", "feed"),),
    )


def _place(address: str) -> tuple[str, str]:
    """Return what stands before the page's path, without a slash at its end, and the page's slug."""
    parts = urlsplit(address)
    match = _PLACE.match(parts.path)
    path, slug = match.groups() if match else (parts.path.rstrip("/"), "default")
    return f"{parts.scheme}://{parts.netloc}{path}", slug.lower()


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the page with the heartbeats; without them no component has a state."""
    notes = Notes()
    roots = [(document, as_object(load_json(document))) for document in documents]
    page = _page(roots)
    beats = next((as_object(root["heartbeatList"]) for _, root in roots if _is_heartbeats(root)), None)
    past = [row for _, root in roots if _is_history(root) for row in objects(root["incidents"])]
    components = _components(page, beats or {}, look.now, notes)
    incidents = _incidents((*past, *_posts(page)), notes)
    maintenances = _maintenances(page, look.now, notes)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            components=beats is not None,
            incidents="incidents" in page or "incident" in page,
            history=any(_is_history(root) for _, root in roots),
            maintenances=isinstance(page.get("maintenanceList"), list),
        ),
        warnings=notes.all,
        page_name=plain_line(string(as_object(page["config"]).get("title"))) or None,
    )


def _is_page(root: Object) -> bool:
    has_slug = isinstance(as_object(root.get("config")).get("slug"), str)
    return has_slug and isinstance(root.get("publicGroupList"), list)


def _is_heartbeats(root: Object) -> bool:
    return isinstance(root.get("heartbeatList"), dict) and isinstance(root.get("uptimeList"), dict)


def _is_history(root: Object) -> bool:
    return root.get("ok") is True and isinstance(root.get("incidents"), list)


def _page(roots: Sequence[tuple[Document, Object]]) -> Object:
    """Return the page document; raise ParseError where it is missing or another is none of Kuma's."""
    for document, root in roots:
        if not (_is_page(root) or _is_heartbeats(root) or _is_history(root)):
            raise not_this("Uptime Kuma", document, "no publicGroupList, heartbeatList or incident history")
    pages = [root for _, root in roots if _is_page(root)]
    if not pages:
        raise not_this("Uptime Kuma", roots[0][0], "the page that names the monitors is not among them")
    return pages[0]


def _with_ids(rows: object) -> Iterable[Object]:
    return (row for row in objects(rows) if string(row.get("id")))


def _components(page: Object, beats: Object, now: datetime, notes: Notes) -> tuple[Component, ...]:
    found: dict[str, Component] = {}
    for group in objects(page["publicGroupList"]):
        for monitor in _with_ids(group.get("monitorList")):
            key, name = str(string(monitor["id"])), plain_line(string(monitor.get("name")))
            status = _state(name, list(objects(beats.get(key))), now, notes)
            group_name = plain_line(string(group.get("name"))) or None
            found.setdefault(key, Component(key, name, group=group_name, status=status))
    return tuple(found.values())


def _state(name: str, beats: Sequence[Object], now: datetime, notes: Notes) -> Status:
    """Return what the newest heartbeat says; a paused monitor keeps its last one for ever."""
    if not beats:
        return Status.UNKNOWN
    dated = [(at, beat) for beat in beats if (at := parse_time(beat.get("time"))) is not None]
    at, newest = max(dated, key=lambda pair: pair[0]) if dated else (None, beats[-1])
    if at is not None and now - at > _SILENT_AFTER:
        notes.warn(f"the last heartbeat of {name[:60]!r} is of {at:%Y-%m-%d}: its monitor may be paused")
    return notes.look_up(BEATS, string(newest.get("status")), Status.UNKNOWN, "heartbeat status")


def _posts(page: Object) -> Iterable[Object]:
    rows = page.get("incidents")
    return objects(rows if isinstance(rows, list) else [page.get("incident")])


def _incidents(rows: Iterable[Object], notes: Notes) -> tuple[VendorIncident, ...]:
    """Return the posts, each once; what the page itself says comes last and counts."""
    found = (_incident(row, notes) for row in rows if string(row.get("id")))
    return tuple({incident.id: incident for incident in found}.values())


def _incident(row: Object, notes: Notes) -> VendorIncident:
    created_at, edited_at = parse_time(row.get("createdDate")), parse_time(row.get("lastUpdatedDate"))
    is_open = not any(row.get(key) in (False, 0) for key in ("active", "pin"))
    text = plain_text(string(row.get("content")))
    # One text that is written over: while the post is up its last edit is the text's, then it is the end's.
    at = (edited_at if is_open else None) or created_at or edited_at
    return VendorIncident(
        id=str(string(row["id"])),
        title=plain_line(string(row.get("title"))),
        impact=notes.look_up(STYLES, row.get("style"), Impact.UNKNOWN, "incident style"),
        phase=Phase.INVESTIGATING if is_open else Phase.RESOLVED,
        started_at=created_at or edited_at,
        updated_at=edited_at or created_at,
        resolved_at=None if is_open else edited_at or created_at,
        updates=(Update(at, Phase.INVESTIGATING, text),) if at and text else (),
    )


def _maintenances(page: Object, now: datetime, notes: Notes) -> tuple[Maintenance, ...]:
    found = (_maintenance(row, now, notes) for row in _with_ids(page.get("maintenanceList")))
    return tuple({window.id: window for window in found}.values())


def _maintenance(row: Object, now: datetime, notes: Notes) -> Maintenance:
    starts_at, ends_at = _slot(row, now)
    by_clock = window_phase(starts_at, ends_at, now)
    phase = notes.look_up(WINDOWS, row.get("status"), by_clock, "maintenance status")
    text = plain_text(string(row.get("description")))
    return Maintenance(
        id=_run_id(row, starts_at),
        title=plain_line(string(row.get("title"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        updates=(Update(starts_at, phase, text),) if starts_at and text else (),
    )


def _run_id(row: Object, starts_at: datetime | None) -> str:
    key, strategy = str(string(row["id"])), string(row.get("strategy")) or ""
    is_recurring = strategy == "cron" or strategy.startswith("recurring")
    return f"{key}/{starts_at:%Y%m%dT%H%M%SZ}" if is_recurring and starts_at else key


def _slot(row: Object, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the slot that runs or comes next; one begun by hand has none."""
    zone = _zone(row.get("timezoneOffset"))
    slots = [
        (parse_time(slot.get("startDate"), zone), parse_time(slot.get("endDate"), zone))
        for slot in objects(row.get("timeslotList"))
    ]
    ahead = (slot for slot in slots if slot[1] is None or slot[1] > now)
    return next(ahead, slots[-1] if slots else (None, None))


def _zone(offset: object) -> tzinfo:
    match = _OFFSET.match(string(offset) or "")
    if match is None:
        return UTC
    distance = timedelta(hours=int(match[2]) % 24, minutes=int(match[3]) % 60)
    return timezone(-distance if match[1] == "-" else distance)
