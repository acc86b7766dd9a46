"""Reading of the /api/v2/ documents that Statuspage made common and other products imitate.

Facts: Atlassian's public API description and payloads of real pages (2014 to 2026). summary.json carries
the rollup, all components, unresolved incidents and upcoming maintenance; incidents.json the 50 newest
incidents; scheduled-maintenances.json the 50 newest windows. Payloads before 2021 have no `started_at` and
no `components` in incidents. Times carry the page's own offset. Group rows stand in the component list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

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
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import (
    Object,
    as_object,
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
_ULID: Final = re.compile(r"^0[0-7][0-9A-HJKMNP-TV-Z]{24}$")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def is_ulid(value: object) -> bool:
    """Tell whether `value` is a ULID: pages of another product in Statuspage's shape have such ids."""
    return isinstance(value, str) and _ULID.match(value) is not None


def recognise_api(document: Document, *, ulids: bool) -> Recognition | None:
    """Recognise a document of the API whose page id is, or is not, a ULID."""
    root = try_object(document)
    page = as_object(root.get("page"))
    keys = [key for key in _DOCUMENT_KEYS if key in root]
    if not isinstance(page.get("id"), str) or not keys or is_ulid(page["id"]) is not ulids:
        return None
    if "status" in root and "indicator" not in as_object(root["status"]):
        return None
    return Recognition(95, f"page.id {page['id']!r} beside {', '.join(keys)}")


def page_root(address: str) -> str:
    """Return scheme and host of `address`."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}/"


def api_root(document: Document) -> Object:
    """Return the object of one API document; raise ParseError where it has none of the API's keys."""
    value = load_json(document)
    # Archives and the unresolved list of some tools hand out the bare list.
    root: Object = {"incidents": value} if isinstance(value, list) else as_object(value)
    if not any(_is_anchored(root, key) for key in _DOCUMENT_KEYS):
        raise not_this("Statuspage", document, f"none of the keys {', '.join(_DOCUMENT_KEYS)}")
    return root


def _is_anchored(root: Object, key: str) -> bool:
    if key == "status":
        return "indicator" in as_object(root.get(key))
    items = root.get(key)
    return isinstance(items, list) and all("id" in as_object(item) for item in items)


def read_api(roots: Sequence[Object], look: Look, format_name: str) -> Snapshot:
    """Read the API's documents into one Snapshot; shared with products that imitate the API."""
    notes = Notes()
    page = next((as_object(root["page"]) for root in roots if "page" in root), {})
    page_url = string(page.get("url"))
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
    )


def _coverage(roots: Iterable[Object]) -> Coverage:
    coverage = Coverage()
    for root in roots:
        is_summary = "components" in root and "incidents" in root
        coverage |= Coverage(
            rollup="status" in root,
            components="components" in root,
            incidents="incidents" in root,
            # The summary lists unresolved incidents only; the list of its own goes back.
            history="incidents" in root and not is_summary,
            maintenances="scheduled_maintenances" in root,
        )
    return coverage


def _rollup(roots: Iterable[Object], notes: Notes) -> Status | None:
    for root in roots:
        if "status" in root:
            word = as_object(root["status"]).get("indicator")
            return notes.look_up(ROLLUPS, word, Status.UNKNOWN, "page status")
    return None


def _components(roots: Iterable[Object], notes: Notes) -> tuple[Component, ...]:
    rows = {str(row.get("id")): row for root in roots for row in objects(root.get("components"))}
    groups = {key: row for key, row in rows.items() if row.get("group") is True}
    return tuple(
        Component(
            id=key,
            name=plain_line(string(row.get("name"))),
            group=_group_name(groups.get(str(row.get("group_id")))),
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
    for row in (row for root in roots for row in objects(root.get("incidents"))):
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
        id=str(row.get("id")),
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
    link = string(row.get("shortlink"))
    return link or (urljoin(page_url, f"/incidents/{row.get('id')}") if page_url else None)


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
    rows = [row for root in roots for row in objects(root.get("scheduled_maintenances"))]
    found = {str(row.get("id")): _maintenance(row, now, notes) for row in (*rows, *windows)}
    return tuple(found.values())


def _maintenance(row: Object, now: datetime, notes: Notes) -> Maintenance:
    starts_at, ends_at = (
        parse_time(row.get("scheduled_for")),
        parse_time(row.get("scheduled_until")),
    )
    by_clock = window_phase(starts_at, ends_at, now)
    phase = notes.look_up(MAINTENANCE_PHASES, row.get("status"), by_clock, "maintenance phase")
    return Maintenance(
        id=str(row.get("id")),
        title=plain_line(string(row.get("name"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_component_ids(row),
        url=string(row.get("shortlink")),
        updates=_updates(row, lambda word: MAINTENANCE_PHASES.get(fold(word), phase)),
    )
