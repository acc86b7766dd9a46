"""Reading of the /api/v2/ documents that Statuspage made common and other products imitate.

Facts: Atlassian's public API description and payloads of real pages (2014 to 2026). summary.json carries
the rollup, all components, unresolved incidents and upcoming maintenance; incidents.json the 50 newest
incidents; scheduled-maintenances.json the 50 newest windows. Payloads before 2021 have no `started_at` and
no `components` in incidents. Times carry the page's own offset. Group rows stand in the component list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from statusherd.model.records import (
    Component,
    Coverage,
    Maintenance,
    Snapshot,
    Update,
    VendorIncident,
)
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, Recognition
from statusherd.watch.formats._api_v2_ids import is_ulid, is_uuid
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import (
    Object,
    as_object,
    link,
    load_json,
    objects,
    string,
    try_object,
)
from statusherd.watch.reading.words import (
    COMPONENT_STATES,
    MAINTENANCE_PHASES,
    PHASES,
    Notes,
    fold,
)

ROLLUPS: Final[Mapping[str, Status]] = {
    "none": Status.OPERATIONAL,
    "minor": Status.DEGRADED,
    "major": Status.PARTIAL_OUTAGE,
    "critical": Status.MAJOR_OUTAGE,
    "maintenance": Status.MAINTENANCE,
}
IMPACTS: Final[Mapping[str, Impact]] = {
    "none": Impact.NONE,
    "minor": Impact.MINOR,
    "major": Impact.MAJOR,
    "critical": Impact.CRITICAL,
    "maintenance": Impact.NONE,
}
_WINDOW_WORDS: Final = frozenset({"scheduled", "inprogress", "verifying", "completed"})
_DOCUMENT_KEYS: Final = ("status", "components", "incidents", "scheduled_maintenances")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def recognise_api(document: Document, *, ulids: bool) -> Recognition | None:
    """Recognise a document of the API whose page id is, or is not, a ULID."""
    root = try_object(document)
    if "page" not in root:
        return _recognise_without_page(root, ulids=ulids)
    page = as_object(root.get("page"))
    keys = [key for key in _DOCUMENT_KEYS if key in root]
    if not isinstance(page.get("id"), str) or not keys or is_ulid(page["id"]) is not ulids:
        return None
    if "status" in root and "indicator" not in as_object(root["status"]):
        return None
    if is_uuid(page["id"]) and "components" not in root:
        return None  # a product that answers in this shape elsewhere, and has no components
    return Recognition(95, f"page.id {page['id']!r} beside {', '.join(keys)}")


def _recognise_without_page(root: Object, *, ulids: bool) -> Recognition | None:
    """Recognise lists of which somebody left the page object away: by the posts and ids of their rows."""
    rows = [*objects(root.get("incidents")), *objects(root.get("scheduled_maintenances"))]
    if not rows or not all("incident_updates" in row and is_ulid(row.get("id")) is ulids for row in rows):
        return None
    return Recognition(70, "incidents with incident_updates, without a page")


def api_root(document: Document, format_name: str = "Statuspage") -> Object:
    """Return the object of one API document; raise ParseError where it has none of the API's keys."""
    value = load_json(document)
    # Archives and the unresolved list of some tools hand out the bare list. An empty one proves nothing.
    root: Object = {"incidents": value} if isinstance(value, list) and value else as_object(value)
    return anchored(root, document, format_name)


def anchored(root: Object, document: Document, format_name: str) -> Object:
    """Return `root`, which `document` holds; raise ParseError where it has none of the API's keys."""
    given = [key for key in _DOCUMENT_KEYS if root.get(key) is not None]
    if not given:
        raise not_this(format_name, document, f"none of the keys {', '.join(_DOCUMENT_KEYS)}")
    for key in given:
        if not _is_anchored(root, key):
            raise not_this(format_name, document, f"{key!r} does not hold what it should")
    return root


def _is_anchored(root: Object, key: str) -> bool:
    if key == "status":
        return "indicator" in as_object(root.get(key))
    items = root.get(key)
    return isinstance(items, list) and all(_id(as_object(item)) for item in items)


def _id(row: Object) -> str:
    return string(row.get("id")) or ""


def read_api(roots: Sequence[Object], look: Look, format_name: str) -> Snapshot:
    """Read the API's documents into one Snapshot; shared with products that imitate the API."""
    notes = Notes()
    page = next((as_object(root["page"]) for root in roots if "page" in root), {})
    page_url = link(page.get("url"))
    page_status = _rollup(roots, notes)
    components = _components(roots, notes)
    incidents, windows = _incidents(roots, page_url, notes)
    maintenances = _maintenances(roots, windows, look.now, notes)
    return Snapshot(
        source=look.source,
        format=format_name,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(roots),
        warnings=notes.all,
        page_name=plain_line(string(page.get("name"))) or None,
        page_url=page_url,
        rereads_at=_rereads_at((*_rows(roots, "scheduled_maintenances"), *windows), look.now),
    )


def _coverage(roots: Iterable[Object]) -> Coverage:
    coverage = Coverage()
    for root in roots:
        has = {key: root.get(key) is not None for key in _DOCUMENT_KEYS}
        coverage |= Coverage(
            rollup=has["status"],
            components=has["components"],
            incidents=has["incidents"],
            # The summary lists unresolved incidents only; the list of its own goes back.
            history=has["incidents"] and not has["components"],
            maintenances=has["scheduled_maintenances"],
        )
    return coverage


def _rows(roots: Iterable[Object], key: str) -> list[Object]:
    return [row for root in roots for row in objects(root.get(key))]


def _rollup(roots: Iterable[Object], notes: Notes) -> Status | None:
    for root in roots:
        if root.get("status") is not None:
            word = as_object(root["status"]).get("indicator")
            return notes.look_up(ROLLUPS, word, Status.UNKNOWN, "page status")
    return None


def _components(roots: Iterable[Object], notes: Notes) -> tuple[Component, ...]:
    rows = {_id(row): row for row in _rows(roots, "components")}
    groups = {key: row for key, row in rows.items() if row.get("group") is True}
    return tuple(
        Component(
            id=key,
            name=plain_line(string(row.get("name"))),
            group=_group_name(groups.get(string(row.get("group_id")) or "")) if groups else None,
            status=notes.look_up(COMPONENT_STATES, row.get("status"), Status.UNKNOWN, "component status"),
        )
        for key, row in rows.items()
        if key not in groups
    )


def _group_name(row: Object | None) -> str | None:
    return plain_line(string(row.get("name"))) if row else None


def _incidents(
    roots: Iterable[Object], page_url: str | None, notes: Notes
) -> tuple[tuple[VendorIncident, ...], list[Object]]:
    """Return the incidents, newest knowledge of each, and the windows found among them."""
    found: dict[str, VendorIncident] = {}
    windows: list[Object] = []
    for row in _rows(roots, "incidents"):
        if fold(row.get("status")) in _WINDOW_WORDS:
            windows.append(row)
            continue
        incident = _incident(row, page_url, notes)
        known = found.get(incident.id)
        # Two documents of one look are seconds apart; the one updated last tells the state.
        if known is None or _moment(incident) >= _moment(known):
            found[incident.id] = incident
    return tuple(found.values()), windows


def _moment(incident: VendorIncident) -> datetime:
    return incident.updated_at or incident.started_at or _LONG_AGO


def _incident(row: Object, page_url: str | None, notes: Notes) -> VendorIncident:
    phase = notes.look_up(PHASES, row.get("status"), Phase.INVESTIGATING, "incident phase")
    started_at = parse_time(row.get("started_at")) or parse_time(row.get("created_at"))
    updates = _updates(row, lambda word: notes.look_up(PHASES, word, phase, "update phase"))
    over = parse_time(row.get("resolved_at")) or (updates[-1].at if updates else None)
    return VendorIncident(
        id=_id(row),
        title=plain_line(string(row.get("name"))),
        impact=notes.look_up(IMPACTS, row.get("impact"), Impact.UNKNOWN, "impact"),
        phase=phase,
        started_at=started_at or (updates[0].at if updates else None),
        updated_at=parse_time(row.get("updated_at")),
        resolved_at=over if phase is Phase.RESOLVED else None,
        component_ids=_component_ids(row),
        url=_incident_url(row, page_url),
        updates=updates,
    )


def _incident_url(row: Object, page_url: str | None) -> str | None:
    short = link(row.get("shortlink"))
    return short or (link(f"{page_root(page_url)}incidents/{_id(row)}") if page_url else None)


def _component_ids(row: Object) -> tuple[str, ...]:
    """Return the leaves an incident names: its own list, else those its updates touched."""
    ids = [string(c.get("id")) for c in objects(row.get("components")) if c.get("group") is not True]
    if not ids:
        ids = [
            string(component.get("code"))
            for update in objects(row.get("incident_updates"))
            for component in objects(update.get("affected_components"))
        ]
    return tuple(dict.fromkeys(i for i in ids if i))


def _updates(row: Object, word: Callable[[object], Phase | MaintenancePhase]) -> tuple[Update, ...]:
    found = []
    for update in objects(row.get("incident_updates")):
        at = parse_time(update.get("display_at")) or parse_time(update.get("created_at"))
        if at is not None:
            text = plain_text(string(update.get("body")))
            found.append(Update(at, word(update.get("status")), text))
    return tuple(sorted(found, key=lambda update: update.at))


def _maintenances(
    roots: Iterable[Object], windows: Iterable[Object], now: datetime, notes: Notes
) -> tuple[Maintenance, ...]:
    rows = (*_rows(roots, "scheduled_maintenances"), *windows)
    return tuple({_id(row): _maintenance(row, now, notes) for row in rows}.values())


def _rereads_at(rows: Iterable[Object], now: datetime) -> datetime | None:
    """Return when the clock alone moves a window next: that is where a row's own word does not tell."""
    by_clock = (row for row in rows if fold(row.get("status")) not in MAINTENANCE_PHASES)
    edges = [edge for row in by_clock for edge in _window(row) if edge is not None and edge > now]
    return min(edges, default=None)


def _window(row: Object) -> tuple[datetime | None, datetime | None]:
    return parse_time(row.get("scheduled_for")), parse_time(row.get("scheduled_until"))


def _maintenance(row: Object, now: datetime, notes: Notes) -> Maintenance:
    starts_at, ends_at = _window(row)
    by_clock = window_phase(starts_at, ends_at, now)
    phase = notes.look_up(MAINTENANCE_PHASES, row.get("status"), by_clock, "maintenance phase")
    return Maintenance(
        id=_id(row),
        title=plain_line(string(row.get("name"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_component_ids(row),
        url=link(row.get("shortlink")),
        updates=_updates(row, lambda word: MAINTENANCE_PHASES.get(fold(word), phase)),
    )
