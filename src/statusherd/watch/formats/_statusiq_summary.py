"""The JSON summary of a StatusIQ page: components in groups, open incidents, and those of the last days.

Facts: the field names of the vendor's published kits for mobile apps, and what other clients read. Codes are
the same for components, groups, the page and the severity of an incident; 4 is the maintenance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.records import Component, Maintenance, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats._lists import identity
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, number, objects, string, strings
from statusherd.watch.reading.words import PHASES, Notes, impact_of

CODES: Final[Mapping[str, Status]] = {
    "1": Status.OPERATIONAL,
    "2": Status.OPERATIONAL,  # informational
    "3": Status.DEGRADED,
    "4": Status.MAINTENANCE,
    "5": Status.PARTIAL_OUTAGE,
    "6": Status.MAJOR_OUTAGE,
}
WORDS: Final[Mapping[str, Status]] = {
    "operational": Status.OPERATIONAL,
    "informational": Status.OPERATIONAL,
    "degradedperformance": Status.DEGRADED,
    "undermaintenance": Status.MAINTENANCE,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "majoroutage": Status.MAJOR_OUTAGE,
}


def data_of(root: Object) -> Object | None:
    """Return the data of a summary; None where `root` is none."""
    data = as_object(root.get("data"))
    rows = data.get("current_status")
    if not isinstance(rows, list) or not ("statuspage_details" in data or "active_incident_details" in data):
        return None
    is_ours = all("component_status" in row or "componentgroup_status" in row for row in objects(rows))
    return data if is_ours else None


def read_summary(document: Document) -> Object:
    """Return the data of a summary; raise ParseError for other content."""
    data = data_of(as_object(load_json(document)))
    if data is None:
        raise not_this("StatusIQ", document, "no data.current_status with the state of components")
    return data


def page_status(data: Object, notes: Notes) -> Status | None:
    """Return the vendor's own rollup, by its code, else by its word; None where there is none."""
    details = as_object(data.get("statuspage_details"))
    if details.get("status") is not None:
        return _of_code(details["status"], notes)
    word = string(as_object(details.get("current_status")).get("severity"))
    return notes.look_up(WORDS, word, Status.UNKNOWN, "page status") if word else None


def _of_code(code: object, notes: Notes) -> Status:
    value = number(code)
    key = f"{value:g}" if value is not None else string(code)
    return notes.look_up(CODES, key, Status.UNKNOWN, "status code")


def components(data: Object, notes: Notes) -> tuple[Component, ...]:
    """Return the leaves. Their id is their name, since the feed has no other; doubles add their group."""
    rows = list(_rows(data))
    names = Counter(name for _, name, _ in rows)
    found: dict[str, Component] = {}
    for group, name, row in rows:
        key = f"{group} / {name}" if names[name] > 1 and group else name
        status = _of_code(row.get("component_status"), notes)
        found.setdefault(key, Component(key, name, group, status=status))
    return tuple(found.values())


def _rows(data: Object) -> Iterator[tuple[str | None, str, Object]]:
    for row in objects(data.get("current_status")):
        children = list(objects(row.get("componentgroup_components")))
        is_group = bool(children) or row.get("is_group") is True
        group = plain_line(string(row.get("componentgroup_display_name")) or string(row.get("display_name")))
        for leaf in children if is_group else [row]:
            name = plain_line(string(leaf.get("display_name")))
            if name:
                yield (group or None) if is_group else None, name, leaf


def events(
    data: Object, leaves: Sequence[Component], now: datetime, notes: Notes
) -> tuple[list[VendorIncident], list[Maintenance]]:
    """Return what is open and what is over; an event with the severity of a maintenance is one."""
    incidents, maintenances = [], []
    for row, is_open in _events(data):
        if _of_code(row.get("incident_severity_id"), Notes()) is Status.MAINTENANCE:
            maintenances.append(_maintenance(row, leaves, now, is_open=is_open))
        else:
            incidents.append(_incident(row, leaves, notes, is_open=is_open))
    return incidents, maintenances


def _events(data: Object) -> Iterator[tuple[Object, bool]]:
    for row in objects(data.get("active_incident_details")):
        yield row, True
    for day in objects(data.get("resolved_incident_details")):
        for row in objects(day.get("grp_by_incidents_list")):
            yield row, False


def _head(row: Object) -> tuple[str, str, datetime | None, datetime | None]:
    """Return id, title, start and end of an event, under the names of either generation of the page."""
    title = plain_line(string(row.get("incident_title")) or string(row.get("title")))
    began = parse_time(row.get("incident_began_at")) or parse_time(row.get("started_at"))
    key = string(row.get("enc_inc_id")) or string(row.get("enc_incident_id"))
    return identity(key, title, began), title, began, parse_time(row.get("incident_ended_at"))


def _incident(row: Object, leaves: Sequence[Component], notes: Notes, *, is_open: bool) -> VendorIncident:
    key, title, began, ended = _head(row)
    updates = _updates(row, notes)
    last = updates[-1] if updates else None
    phase = _phase(row, last, notes) if is_open else Phase.RESOLVED
    is_over = phase is Phase.RESOLVED
    started_at = began or (updates[0].at if updates else None)
    ids = _component_ids(row, leaves)
    return VendorIncident(
        id=key,
        title=title,
        impact=_impact(row, [leaf.status for leaf in leaves if leaf.id in ids], notes),
        phase=phase,
        started_at=started_at,
        updated_at=last.at if last else started_at,
        resolved_at=(ended or (last.at if last else None)) if is_over else None,
        component_ids=ids,
        updates=updates,
    )


def _phase(row: Object, last: Update | None, notes: Notes) -> Phase:
    if last is not None and isinstance(last.phase, Phase):
        return last.phase
    return notes.look_up(PHASES, string(row.get("status")), Phase.INVESTIGATING, "incident state")


def _impact(row: Object, suffered: Iterable[Status], notes: Notes) -> Impact:
    """Return the impact by the incident's severity, else by what the named components suffer."""
    if row.get("incident_severity_id") is not None:
        return impact_of(_of_code(row["incident_severity_id"], notes))
    if word := string(row.get("incident_severity")):
        return impact_of(notes.look_up(WORDS, word, Status.UNKNOWN, "incident severity"))
    return impact_of(worst(status for status in suffered if status.is_trouble))


def _updates(row: Object, notes: Notes) -> tuple[Update, ...]:
    found = []
    for post in objects(row.get("incident_status_updates")):
        at = parse_time(post.get("status_updated_at"))
        if at is not None:
            word = string(post.get("incident_status"))
            phase = notes.look_up(PHASES, word, Phase.INVESTIGATING, "incident state")
            found.append(Update(at, phase, plain_text(string(post.get("incident_status_desc")))))
    return tuple(sorted(found, key=lambda update: update.at))


def _component_ids(row: Object, leaves: Iterable[Component]) -> tuple[str, ...]:
    affected = row.get("incident_affected_components")
    names = {plain_line(string(part.get("display_name"))) for part in objects(affected)}
    names.update(plain_line(name) for name in strings(affected))
    return tuple(leaf.id for leaf in leaves if leaf.name in names)


def _maintenance(row: Object, leaves: Sequence[Component], now: datetime, *, is_open: bool) -> Maintenance:
    key, title, began, ended = _head(row)
    return Maintenance(
        id=key,
        title=title,
        phase=window_phase(began, ended, now) if is_open else MaintenancePhase.COMPLETED,
        starts_at=began,
        ends_at=ended,
        component_ids=_component_ids(row, leaves),
        updates=tuple(
            Update(update.at, window_phase(began, ended, update.at), update.text)
            for update in _updates(row, Notes())
        ),
    )
