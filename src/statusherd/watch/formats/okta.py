"""Okta: the page itself, whose lists of incidents and planned outages stand in it as JSON.

Facts: four clients of the page (2020 to 2026). Elements with the `data-id` incidents, planned-outages and
cellList carry records of Salesforce (`Status__c`, `Category__c`) and the names of the cells, by commas. The
incidents are the newest, most of them over; there is no rollup. A cell is as bad as the open incidents that
name it. Times carry their offset. Of Minor Service Disruption clients differ: the lower reading counts. A
planned outage was not seen; by a client it is a record like the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._data_spans import span_list, span_starts, span_text
from statusherd.watch.formats._lists import entries, next_edge, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, objects, string
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold

NAME = "okta"

CATEGORIES: Final[Mapping[str, Impact]] = {
    "servicedisruption": Impact.CRITICAL,
    "majorservicedisruption": Impact.CRITICAL,
    "minorservicedisruption": Impact.MAJOR,
    "servicedegradation": Impact.MINOR,
    "degradation": Impact.MINOR,
    "performanceissue": Impact.MINOR,
    "featuredisruption": Impact.MINOR,
}
_PHASES: Final = {**PHASES, "complete": Phase.RESOLVED}
_WINDOWS: Final = {
    **MAINTENANCE_PHASES,
    "complete": MaintenancePhase.COMPLETED,
    "closed": MaintenancePhase.COMPLETED,
}
_ONLY_OF_WINDOWS: Final = ("scheduled", "inprogress", "maintenance")
_INCIDENTS, _PLANNED, _CELLS = "incidents", "planned-outages", "cellList"
_BETWEEN: Final = re.compile(r"[;,]")
MOST_CELLS: Final = 10_000
"""Characters of a list of cells: there are some dozens, with short names."""
CLUES: Final = Clues(in_address=(at_host("status.okta.com", "/"),))


@dataclass(frozen=True, slots=True)
class _Page:
    """What the page carries: its lists, None where it has none that can be read, and its cells."""

    incidents: list[object] | None
    planned: list[object] | None
    cells: tuple[str, ...]


def recognise(document: Document) -> Recognition | None:
    """A page with the records of incidents in an element, or with an empty list of them beside cells."""
    page = _page(document.text)
    rows = list(objects(page.incidents))
    if rows and all(map(_is_record, rows)):
        return Recognition(96, "incidents with Status__c and Category__c in the page")
    if page.incidents == [] and page.cells and page.planned is not None:
        return Recognition(92, "no incidents, beside planned outages and cells")
    return None


def endpoints(address: str) -> Endpoints:
    """The page: an incident has none of its own that carries the lists."""
    parts = urlsplit(address)
    return Endpoints(look=(f"{parts.scheme}://{parts.netloc}/",))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the page; of several, the last. Where no incident is open, all is well."""
    notes, document = Notes(), documents[-1]
    document.refuse_empty()
    page = _page(document.text)
    if page.incidents is None or not (page.incidents or page.cells or page.planned is not None):
        raise not_this("Okta", document, "no list of incidents in an element with the data-id incidents")
    listed = entries(page.incidents, _is_record, document, "Okta", notes)
    planned = _planned(page, notes)
    incidents = once(_incident(row, notes) for row in listed.rows if not _is_window(row))
    works = (*(planned or ()), *filter(_is_window, listed.rows))
    maintenances = once(_maintenance(row, look.now, notes) for row in works)
    silence = Status.OPERATIONAL if listed.is_whole else Status.UNKNOWN
    components = tuple(_components(page.cells, incidents, maintenances, silence))
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances, silence=silence),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            components=bool(components) and listed.is_whole,
            incidents=listed.is_whole,
            history=True,
            maintenances=planned is not None and len(planned) == len(page.planned or ()),
        ),
        warnings=notes.all,
        page_name="Okta",
        rereads_at=next_edge(maintenances, look.now),
    )


def _page(text: str) -> _Page:
    is_likely = f'data-id="{_INCIDENTS}"' in text or f"data-id='{_INCIDENTS}'" in text
    starts = span_starts(text) if is_likely else {}
    if _INCIDENTS not in starts:
        return _Page(None, None, ())
    cells = span_text(text, starts[_CELLS]) if _CELLS in starts else ""
    planned = span_list(text, starts[_PLANNED]) if _PLANNED in starts else None
    return _Page(span_list(text, starts[_INCIDENTS]), planned, _names(cells))


def _planned(page: _Page, notes: Notes) -> list[Object] | None:
    """Return the records of planned outages, None where their list cannot be read."""
    if page.planned is None:
        notes.warn("the page has no list of planned outages that can be read")
        return None
    rows = [row for row in objects(page.planned) if plain_line(string(row.get("Id")))]
    if len(rows) < len(page.planned):
        notes.warn(f"{len(page.planned) - len(rows)} planned outages cannot be read")
    return rows


def _names(text: str | None) -> tuple[str, ...]:
    """Return the cells that stand in `text`, each once."""
    names = (plain_line(name) for name in _BETWEEN.split((text or "")[:MOST_CELLS]))
    return tuple(dict.fromkeys(name for name in names if name))


def _is_record(row: Object) -> bool:
    return bool(plain_line(string(row.get("Id")))) and "Status__c" in row and "Category__c" in row


def _is_window(row: Object) -> bool:
    """Tell planned work among the incidents: by its category, or by a status that only windows have."""
    is_planned = fold(row["Category__c"]).startswith(("maintenance", "planned", "scheduled"))
    return is_planned or fold(row["Status__c"]) in _ONLY_OF_WINDOWS


def _components(
    cells: Iterable[str],
    incidents: Iterable[VendorIncident],
    maintenances: Iterable[Maintenance],
    silence: Status,
) -> Iterable[Component]:
    """Yield the cells, each as bad as the worst that names it."""
    hit: dict[str, list[Status]] = {}
    for incident in incidents:
        for cell in incident.component_ids if incident.is_open else ():
            hit.setdefault(cell, []).append(incident.impact.status or Status.OPERATIONAL)
    for window in maintenances:
        for cell in window.component_ids if window.phase is MaintenancePhase.IN_PROGRESS else ():
            hit.setdefault(cell, []).append(Status.MAINTENANCE)
    for cell in cells:
        yield Component(cell, cell, status=worst(hit.get(cell, ())) or silence)


def _first_time(row: Object, *keys: str) -> datetime | None:
    return next((at for key in keys if (at := parse_time(row.get(key)))), None)


def _starts_at(row: Object) -> datetime | None:
    return _first_time(row, "Start_Time__c", "Start_Date__c")


def _ends_at(row: Object) -> datetime | None:
    return _first_time(row, "End_Time__c", "End_Date__c")


def _title(row: Object) -> str:
    """Return the title, else the category with the feature that it touches."""
    titles = (plain_line(string(row.get(key))) for key in ("Incident_Title__c", "Title__c"))
    parts = (plain_line(string(row.get(key))) for key in ("Category__c", "Service_Feature__c"))
    return next((title for title in titles if title), ": ".join(part for part in parts if part))


def _incident(row: Object, notes: Notes) -> VendorIncident:
    phase = notes.look_up(_PHASES, row["Status__c"], Phase.INVESTIGATING, "incident status")
    started_at, changed_at = (
        _starts_at(row) or _first_time(row, "CreatedDate"),
        _first_time(row, "Last_Updated__c"),
    )
    return VendorIncident(
        id=plain_line(string(row["Id"])),
        title=_title(row),
        impact=notes.look_up(CATEGORIES, row["Category__c"], Impact.UNKNOWN, "category"),
        phase=phase,
        started_at=started_at,
        updated_at=changed_at or started_at,
        resolved_at=(_ends_at(row) or changed_at) if phase is Phase.RESOLVED else None,
        component_ids=_names(string(row.get("Impacted_Cells__c"))),
        updates=_log(row, changed_at or started_at, phase),
    )


def _log(row: Object, at: datetime | None, phase: Phase | MaintenancePhase) -> tuple[Update, ...]:
    """Return the log as one update: it is one text, to which the vendor adds."""
    text = plain_text(string(row.get("Log__c")))
    return (Update(at, phase, text),) if text and at is not None else ()


def _maintenance(row: Object, now: datetime, notes: Notes) -> Maintenance:
    starts_at, ends_at = _starts_at(row), _ends_at(row)
    by_clock = window_phase(starts_at, ends_at, now) if starts_at else MaintenancePhase.SCHEDULED
    phase = notes.look_up(_WINDOWS, row.get("Status__c"), by_clock, "status of a planned outage")
    return Maintenance(
        id=plain_line(string(row["Id"])),
        title=_title(row),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_names(string(row.get("Impacted_Cells__c"))),
        updates=_log(row, _first_time(row, "Last_Updated__c", "CreatedDate"), phase),
    )
