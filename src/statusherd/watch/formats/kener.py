"""Kener: the home page and the month's incidents, by the data that they carry for their own scripts.

Facts: pages of 3.2.19 and the source of 3.0 to 3.2. The JSON API needs a key, so the pages are read. A
monitor's state is the colour class of its summary; the words UP, DEGRADED, DOWN, MAINTENANCE stand on every
page as its legend. Where the site's summary style is not CURRENT, the class is that of the day. The home page
lists the newest incidents and windows, five unless set otherwise, resolved ones among them, from thirty days
back; the incident page all that began in the month. `status` OPEN means that an entry is shown, `state` where
it stands. A maintenance is an entry of another type. Titles are plain text, angle brackets and all. Monitors
of other categories are on pages of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats import Endpoints, Look, Recognition
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.formats._svelte import page_data
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, number, objects, string
from statusherd.watch.reading.words import PHASES, Notes, fold, impact_of

NAME = "kener"
IS_PLATFORM = False

STATES: Final[Mapping[str, Status]] = {
    "up": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "down": Status.MAJOR_OUTAGE,
    "maintenance": Status.MAINTENANCE,
    "nodata": Status.UNKNOWN,
}
_CLASS: Final = re.compile(r"^api-([a-z]+)(?:-\d+)?$")
_PARTS: Final = ("category", "group", "monitor")
_LISTS: Final = ("allRecentIncidents", "allRecentMaintenances")
_MOST_ROWS: Final = 500
"""Of one list: entries may share one long list, and a page has some dozens."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What one page carries: the home page's data, the month's, and the settings of the site."""

    home: Object
    month: Object
    site: Object


def recognise(document: Document) -> Recognition | None:
    """A page of SvelteKit with monitors, their pageData and the recent incidents, or with a month's."""
    try:
        page = _page(document)
    except LookError:
        return None
    if page.home:
        return Recognition(94, "monitors with pageData beside allRecentIncidents")
    return Recognition(85, "incidents with thisMonthName")


def endpoints(address: str) -> Endpoints:
    """The page and the month's incidents; of a category, a group or a monitor its page alone."""
    root = page_root(address)
    asked = [(key, value) for key, value in parse_qsl(urlsplit(address).query) if key in _PARTS]
    if asked:
        return Endpoints(look=(f"{root}?{urlencode(asked)}",))
    return Endpoints(look=(root, beside(root, "/incidents")), fallbacks=((root, NAME),))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the pages of one look, in any order."""
    notes = Notes()
    pages = [_page(document) for document in documents]
    home = next((page.home for page in pages if page.home), {})
    months = [page.month for page in pages if page.month]
    site = next((page.site for page in pages if page.site), {})
    components = _components(home, site, notes)
    entries = _entries(home, months)
    incidents = tuple(_incident(row, notes) for row in entries if not _is_window(row))
    maintenances = tuple(_maintenance(row, look.now) for row in entries if _is_window(row))
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(home, months, site),
        warnings=notes.all,
        page_name=plain_line(string(site.get("siteName")) or string(site.get("title"))) or None,
        rereads_at=_rereads_at(maintenances, look.now),
    )


def _page(document: Document) -> _Page:
    """Read one page; raise ParseError where it is neither the home page nor a month's."""
    home: Object = {}
    month: Object = {}
    site: Object = {}
    for data in _data(document):
        site = as_object(data.get("site")) or site
        if isinstance(data.get("monitors"), list) and isinstance(data.get(_LISTS[0]), list):
            home = data if all(_is_monitor(as_object(row)) for row in objects(data["monitors"])) else {}
        elif isinstance(data.get("incidents"), list) and isinstance(data.get("thisMonthName"), str):
            month = data
    if not home and not month:
        raise not_this("Kener", document, "neither monitors nor a month's incidents in the page's data")
    return _Page(home, month, site)


def _data(document: Document) -> tuple[Object, ...]:
    document.refuse_empty()
    text = document.text
    is_likely = looks_like_html(text) and (_LISTS[0] in text or "thisMonthName" in text)
    return page_data(text, document.url) if is_likely else ()


def _is_monitor(row: Object) -> bool:
    return bool(string(row.get("tag"))) and "summaryColorClass" in as_object(row.get("pageData"))


def _components(home: Object, site: Object, notes: Notes) -> tuple[Component, ...]:
    monitors = list(objects(home.get("monitors")))
    if monitors and fold(site.get("summaryStyle")) != "current":
        notes.warn("the page shows how its monitors did today, not how they are now")
    others = [
        plain_line(string(row.get("name")))
        for row in objects(site.get("categories"))
        if row.get("name") != "Home" and row.get("isHidden") is not True
    ]
    if others and home.get("pageType") == "home":
        notes.warn(f"monitors of these categories are on pages of their own: {', '.join(others[:10])}")
    found = (_component(row, notes) for row in monitors)
    return tuple({component.id: component for component in found}.values())


def _component(row: Object, notes: Notes) -> Component:
    category = plain_line(string(row.get("category_name")))
    said = string(as_object(row.get("pageData")).get("summaryColorClass")) or ""
    match = _CLASS.match(said)
    return Component(
        id=str(string(row["tag"])),
        name=plain_line(string(row.get("name"))),
        group=category if category != "Home" else None,
        status=notes.look_up(STATES, match[1] if match else said, Status.UNKNOWN, "monitor state"),
    )


def _entries(home: Object, months: Iterable[Object]) -> list[Object]:
    """Return incidents and windows, each once; what the home page says of one counts."""
    lists = [*(month.get("incidents") for month in months), *(home.get(key) for key in _LISTS)]
    rows = (row for found in lists for row in islice(objects(found), _MOST_ROWS))
    by_id = {key: row for row in rows if (key := string(row.get("id")))}
    return list(by_id.values())


def _is_window(row: Object) -> bool:
    return fold(row.get("incident_type")) == "maintenance"


def _coverage(home: Object, months: Sequence[Object], site: Object) -> Coverage:
    most = number(site.get("homeIncidentCount"))
    listed = sum(len(list(objects(home.get(key)))) for key in _LISTS)
    is_whole = bool(home) and most is not None and listed < most
    return Coverage(components=bool(home), incidents=is_whole, history=bool(months), maintenances=is_whole)


def _updates(row: Object, notes: Notes) -> tuple[Update, ...]:
    found = []
    for comment in islice(objects(row.get("comments")), _MOST_ROWS):
        at = parse_time(comment.get("commented_at")) or parse_time(comment.get("created_at"))
        if at is not None and fold(comment.get("status")) in ("active", ""):
            phase = notes.look_up(PHASES, comment.get("state"), Phase.INVESTIGATING, "comment state")
            found.append(Update(at, phase, plain_text(string(comment.get("comment")))))
    return tuple(sorted(found, key=lambda update: update.at))


def _tags(row: Object) -> dict[str, object]:
    """Return how an entry says it touches each monitor."""
    monitors = islice(objects(row.get("monitors")), _MOST_ROWS)
    return {tag: monitor.get("impact_type") for monitor in monitors if (tag := string(monitor.get("tag")))}


def _title(row: Object) -> str:
    return plain_line(escape(string(row.get("title")) or "", quote=False))


def _incident(row: Object, notes: Notes) -> VendorIncident:
    updates, tags = _updates(row, notes), _tags(row)
    phase = notes.look_up(PHASES, row.get("state"), Phase.INVESTIGATING, "incident state")
    states = [notes.look_up(STATES, word, Status.UNKNOWN, "impact") for word in tags.values()]
    updated_at = parse_time(row.get("updated_at")) or (updates[-1].at if updates else None)
    ended_at = parse_time(row.get("end_date_time")) or (updates[-1].at if updates else updated_at)
    return VendorIncident(
        id=str(string(row["id"])),
        title=_title(row),
        impact=impact_of(worst(states)),
        phase=phase,
        started_at=parse_time(row.get("start_date_time")) or parse_time(row.get("created_at")),
        updated_at=updated_at,
        resolved_at=ended_at if phase is Phase.RESOLVED else None,
        component_ids=tuple(tags),
        updates=updates,
    )


def _maintenance(row: Object, now: datetime) -> Maintenance:
    starts_at, ends_at = parse_time(row.get("start_date_time")), parse_time(row.get("end_date_time"))
    is_over = fold(row.get("state")) == "resolved"
    return Maintenance(
        id=str(string(row["id"])),
        title=_title(row),
        phase=MaintenancePhase.COMPLETED if is_over else window_phase(starts_at, ends_at, now),
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=tuple(_tags(row)),
        updates=tuple(
            Update(update.at, window_phase(starts_at, ends_at, update.at), update.text)
            for update in _updates(row, Notes())
        ),
    )


def _rereads_at(maintenances: Iterable[Maintenance], now: datetime) -> datetime | None:
    """Return when the clock alone moves a window next."""
    edges = (edge for window in maintenances for edge in (window.starts_at, window.ends_at))
    return min((edge for edge in edges if edge is not None and edge > now), default=None)
