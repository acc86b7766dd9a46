"""Heroku: its own status API, version 4.

Facts: `current-status` of October 2019, clients and a description of the API from 2026. Each system (Apps,
Data, Tools) has a colour; there is no rollup beside them. The colours in an incident's updates are its
impact. `resolved` may stay false in an incident whose state is resolved. Planned work has its window in
words only, and may stay "upcoming" long after its last update says that it is complete: it never sets a
state here, the colours do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import identity, once, try_rows
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import (
    Object,
    as_object,
    link,
    load_json,
    objects,
    string,
    strings,
    try_object,
)
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold, impact_of

NAME = "heroku"
Systems = Mapping[str, str]
"""The ids of the systems by their folded names."""

COLOURS: Final[Mapping[str, Status]] = {
    "green": Status.OPERATIONAL,
    "blue": Status.MAINTENANCE,
    "yellow": Status.DEGRADED,
    "red": Status.MAJOR_OUTAGE,
}
_PHASES: Final = {**PHASES, "issue": Phase.INVESTIGATING}
_WINDOWS: Final = {
    **MAINTENANCE_PHASES,
    "open": MaintenancePhase.IN_PROGRESS,
    "maintenance": MaintenancePhase.IN_PROGRESS,
}
_PLANNED: Final = ("scheduled", "maintenance")
_NO_PHASE: Final = ("", "update", *_PLANNED)
_SAYS_COMPLETE: Final = re.compile(r"\b(?:is|are|was|has been|now)\s+(?:now\s+)?completed?\b", re.IGNORECASE)
CLUES: Final = Clues(in_address=(at_host("status.heroku.com", "/api/v4/current-status"),))


def recognise(document: Document) -> Recognition | None:
    """Systems with colours beside incidents, or a list of incidents with their updates."""
    if _is_current(try_object(document)):
        return Recognition(95, "status as a list of systems beside incidents")
    rows = list(try_rows(document, '"full_url"', '"resolved"', '"updates"'))
    if rows and all(map(_is_incident, rows)):
        return Recognition(92, "a list of incidents with full_url, state, resolved and updates")
    return None


def endpoints(address: str) -> Endpoints:
    """What is current, the newest incidents, and the feed where the API is not to be had."""
    root = page_root(address.partition("/api/")[0])
    return Endpoints(
        look=(f"{root}api/v4/current-status",),
        history=(f"{root}api/v4/incidents",),
        fallbacks=((f"{root}feed", "feed"),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge `current-status` and the list of incidents. The list alone has no state of the systems."""
    notes = Notes()
    roots = [load_json(document) for document in documents]
    currents = [root for root in map(as_object, roots) if _is_current(root)]
    for document, root in zip(documents, roots, strict=True):
        _refuse_others(document, root, has_current=bool(currents))
    components = _components(currents, notes)
    systems = {fold(component.name): component.id for component in components}
    rows = [row for root in roots for row in objects(_list(root))]
    planned = [row for root in currents for row in objects(root.get("scheduled"))]
    incidents = once(_incident(row, systems, notes) for row in rows if not _is_planned(row))
    works = (*planned, *filter(_is_planned, rows))
    maintenances = once(_maintenance(row, systems, notes) for row in works)
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
            components=bool(currents),
            incidents=bool(currents),
            history=len(currents) < len(roots),
            maintenances=any(isinstance(root.get("scheduled"), list) for root in currents),
        ),
        warnings=notes.all,
        page_name="Heroku",
    )


def _is_current(root: Object) -> bool:
    systems = list(objects(root.get("status")))
    has_systems = bool(systems) and all("system" in row and "status" in row for row in systems)
    return has_systems and isinstance(root.get("incidents"), list)


def _is_incident(row: Object) -> bool:
    return "state" in row and "resolved" in row and isinstance(row.get("updates"), list)


def _refuse_others(document: Document, root: object, *, has_current: bool) -> None:
    """A list of incidents may be empty beside the systems; alone, an empty list could be anybody's."""
    if isinstance(root, list) and all(map(_is_incident, map(as_object, root))) and (root or has_current):
        return
    if not _is_current(as_object(root)):
        raise not_this("Heroku", document, "neither systems beside incidents nor a list of incidents")


def _list(root: object) -> object:
    return as_object(root).get("incidents") if isinstance(root, dict) else root


def _components(currents: Sequence[Object], notes: Notes) -> tuple[Component, ...]:
    found: dict[str, Component] = {}
    for row in (row for root in currents for row in objects(root["status"])):
        name = plain_line(string(row["system"]))
        if name:
            found[name] = Component(name, name, status=_colour(row["status"], notes))
    return tuple(found.values())


def _incident(row: Object, systems: Systems, notes: Notes) -> VendorIncident:
    updates = _updates(row, notes)
    phase = _phase(row, updates)
    title = plain_line(string(row.get("title")))
    started_at = parse_time(row.get("created_at")) or (updates[0].at if updates else None)
    stamps = [at for at in (parse_time(row.get("updated_at")), *(u.at for u in updates)) if at is not None]
    changed_at = max(stamps, default=started_at)
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=_impact(row, notes),
        phase=phase,
        started_at=started_at,
        updated_at=changed_at,
        resolved_at=(parse_time(row.get("resolved_at")) or changed_at) if phase is Phase.RESOLVED else None,
        component_ids=_systems(row, systems),
        regions=tuple(dict.fromkeys(map(plain_line, strings(row.get("tags"))))),
        url=link(row.get("full_url")),
        updates=updates,
    )


def _phase(row: Object, updates: Sequence[Update]) -> Phase:
    """Either of two fields may say that it is over; so may the newest update, before they follow."""
    if row.get("resolved") is True or PHASES.get(fold(row.get("state"))) is Phase.RESOLVED:
        return Phase.RESOLVED
    newest = updates[-1].phase if updates else None
    return newest if isinstance(newest, Phase) else Phase.INVESTIGATING


def _impact(row: Object, notes: Notes) -> Impact:
    """Return what the newest colours of trouble mean; green ones behind them do not unsay it."""
    colours = [[update.get("status_prod"), update.get("status_dev")] for _, update in _dated(row)]
    colours.append([system.get("status") for system in objects(row.get("systems"))])
    known = [worst(_colour(colour, notes) for colour in together) for together in colours]
    states = [state for state in known if state is not None]
    newest = next((state for state in reversed(states) if state.is_trouble), None)
    return impact_of(newest or worst(states))


def _colour(word: object, notes: Notes) -> Status:
    return notes.look_up(COLOURS, word, Status.UNKNOWN, "colour")


def _systems(row: Object, systems: Systems) -> tuple[str, ...]:
    """Return the systems that an incident names; those of 2019 name none."""
    named = (fold(system.get("name")) for system in objects(row.get("systems")))
    return tuple(dict.fromkeys(systems[name] for name in named if name in systems))


def _dated(row: Object) -> list[tuple[datetime, Object]]:
    """Return the updates that have a time, oldest first."""
    dated = ((parse_time(update.get("created_at")), update) for update in objects(row.get("updates")))
    return sorted(((at, update) for at, update in dated if at is not None), key=lambda pair: pair[0])


def _updates(row: Object, notes: Notes) -> tuple[Update, ...]:
    found: list[Update] = []
    phase = Phase.INVESTIGATING
    for at, update in _dated(row):
        if fold(update.get("update_type")) not in _NO_PHASE:
            phase = notes.look_up(_PHASES, update.get("update_type"), phase, "update type")
        found.append(Update(at, phase, plain_text(string(update.get("contents")))))
    return tuple(found)


def _is_planned(row: Object) -> bool:
    """Tell planned work in the list of incidents by how it began."""
    updates = _dated(row)
    return bool(updates) and fold(updates[0][1].get("update_type")) in _PLANNED


def _maintenance(row: Object, systems: Systems, notes: Notes) -> Maintenance:
    title = plain_line(string(row.get("title")))
    phase = _window_phase(row, notes)
    return Maintenance(
        id=identity(row.get("id"), title, parse_time(row.get("created_at"))),
        title=title,
        phase=phase,
        component_ids=_systems(row, systems),
        url=link(row.get("full_url")),
        updates=tuple(
            Update(at, phase, plain_text(string(update.get("contents")))) for at, update in _dated(row)
        ),
    )


def _window_phase(row: Object, notes: Notes) -> MaintenancePhase:
    newest = next((update for _, update in reversed(_dated(row))), {})
    is_complete = _SAYS_COMPLETE.search(plain_text(string(newest.get("contents"))))
    if (
        row.get("resolved") is True
        or is_complete
        or PHASES.get(fold(newest.get("update_type"))) is Phase.RESOLVED
    ):
        return MaintenancePhase.COMPLETED
    return notes.look_up(_WINDOWS, row.get("state"), MaintenancePhase.SCHEDULED, "maintenance state")
