"""Apple: the system status documents, of its services and of those for developers.

Facts: events of 2017 and 2022, and clients of both documents. The document for developers is wrapped in a
call, `jsonCallback({...});`. Services are well unless an event that goes on says otherwise; the same event is
printed under each service that it touches. The epochs are true UTC; the written dates are local to the
language of the document, and are read where they carry a zone. Events that are over stay listed for a while.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import identity, next_edge
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import MAX_LINE, MAX_TEXT, plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, strings, try_object
from statusherd.watch.reading.words import Notes, fold, impact_of

NAME = "apple"

STATES: Final[Mapping[str, Status]] = {
    "outage": Status.MAJOR_OUTAGE,
    "issue": Status.DEGRADED,
    "performance": Status.DEGRADED,
    "maintenance": Status.MAINTENANCE,
    "available": Status.OPERATIONAL,
}
_OVER: Final = ("resolved", "completed", "cancelled", "canceled")
_AHEAD: Final = ("upcoming", "scheduled")
_OPEN: Final = ("ongoing", "issue", "outage", "maintenance", "performance")
_CALL: Final = re.compile(r"^\s*[A-Za-z_$][\w.$]{0,100}\s*\(\s*(?=\{)")
_CALL_ENDS: Final = re.compile(r"\)\s*;?\s*$")
_SERVICES: Final = "https://www.apple.com/support/systemstatus/data/system_status_en_US.js"
_DEVELOPER: Final = "https://www.apple.com/support/systemstatus/data/developer/system_status_en_US.js"
MAX_NAMES_IN_TITLE: Final = 2


@dataclass(frozen=True, slots=True)
class _Event:
    """One event with all services that print it. `phase` is where it stands by the source's word."""

    row: Object
    services: tuple[str, ...]
    phase: MaintenancePhase
    status: Status
    starts_at: datetime | None
    ends_at: datetime | None

    @property
    def is_window(self) -> bool:
        return self.status is Status.MAINTENANCE or self.phase is MaintenancePhase.SCHEDULED


CLUES: Final = Clues(
    in_address=(
        (re.compile(r"^https?://developer\.apple\.com/"), _DEVELOPER),
        (re.compile(r"^https?://(?:www\.)?apple\.com/.*systemstatus"), _SERVICES),
    )
)


def recognise(document: Document) -> Recognition | None:
    """Services with serviceName and events, bare or in a call."""
    if not _services(try_object(_uncalled(document))):
        return None
    return Recognition(96, "services with serviceName and events")


def endpoints(address: str) -> Endpoints:
    """The document of the services, or that for developers where the address is theirs."""
    parts = urlsplit(address)
    if parts.path.endswith((".js", ".json")):
        return Endpoints(look=(address,))
    return Endpoints(look=(_DEVELOPER if "developer" in f"{parts.netloc}{parts.path}" else _SERVICES,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents; both may be of one look."""
    notes = Notes()
    rows = [row for document in documents for row in _read(document, notes)]
    names = dict.fromkeys(_name(row) for row in rows)
    events = _events(rows, look.now, notes)
    states = _states(events.values())
    components = tuple(Component(name, name, status=states.get(name, Status.OPERATIONAL)) for name in names)
    incidents = tuple(_incident(key, event, names) for key, event in events.items() if not event.is_window)
    maintenances = tuple(_maintenance(key, event, names) for key, event in events.items() if event.is_window)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(components=True, incidents=True, history=True, maintenances=True),
        warnings=notes.all,
        page_name="Apple",
        rereads_at=next_edge(maintenances, look.now),
    )


def _uncalled(document: Document) -> Document:
    """Return the document without the call around it. One that opens a call and never closes it stays."""
    text = document.text
    call = _CALL.match(text[:1_000])
    end = _CALL_ENDS.search(text, max(0, len(text) - 100)) if call else None
    if call is None or end is None:
        return document
    return Document(text[call.end() : end.start()].encode(errors="replace"), document.url)


def _services(root: Object) -> list[Object]:
    """Return the services; none where one of them is not like the others."""
    rows = root.get("services")
    if not isinstance(rows, list) or not all(map(_is_service, map(as_object, rows))):
        return []
    return list(objects(rows))


def _is_service(row: Object) -> bool:
    return bool(plain_line(string(row.get("serviceName")))) and isinstance(row.get("events"), list)


def _read(document: Document, notes: Notes) -> list[Object]:
    root = as_object(load_json(_uncalled(document)))
    services = _services(root)
    if not services:
        raise not_this("Apple", document, "no services with serviceName and events")
    if root.get("drpost") is True:
        notes.warn(f"the page carries a notice: {plain_line(string(root.get('drMessage')))}")
    return services


def _name(row: Object) -> str:
    return plain_line(string(row["serviceName"]))


def _events(services: Iterable[Object], now: datetime, notes: Notes) -> dict[str, _Event]:
    """Return the events by id, each with all services that print or name it.

    Where two prints of an event differ, the one that goes on counts.
    """
    found: dict[str, _Event] = {}
    touched: dict[str, dict[str, None]] = {}
    for service in services:
        for row in objects(service["events"]):
            event = _event(row, _name(service), now, notes)
            key = identity(row.get("messageId"), plain_line(string(row.get("message"))), event.starts_at)
            touched.setdefault(key, {}).update(dict.fromkeys(event.services))
            known = found.setdefault(key, event)
            if known.phase.is_over and not event.phase.is_over:
                found[key] = event
    return {key: replace(event, services=tuple(touched[key])) for key, event in found.items()}


def _event(row: Object, service: str, now: datetime, notes: Notes) -> _Event:
    starts_at = parse_time(row.get("epochStartDate")) or parse_time(row.get("startDate"), zone=None)
    ends_at = parse_time(row.get("epochEndDate")) or parse_time(row.get("endDate"), zone=None)
    named = (plain_line(name) for name in strings(row.get("affectedServices")))
    return _Event(
        row=row,
        services=tuple(dict.fromkeys((service, *(name for name in named if name)))),
        phase=_phase(row, starts_at, ends_at, now, notes),
        status=notes.look_up(STATES, row.get("statusType"), Status.UNKNOWN, "status type"),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _phase(
    row: Object, starts_at: datetime | None, ends_at: datetime | None, now: datetime, notes: Notes
) -> MaintenancePhase:
    """Return where an event stands: by its word, which comes with more words behind it, else by the clock."""
    word = fold(row.get("eventStatus"))
    if word.startswith(_OVER):
        return MaintenancePhase.CANCELLED if word.startswith("cancel") else MaintenancePhase.COMPLETED
    if word.startswith(_AHEAD):
        return MaintenancePhase.SCHEDULED
    if word and not word.startswith(_OPEN):
        notes.warn(f"unknown event status {word[:60]!r}, read by its times")
    return MaintenancePhase.IN_PROGRESS if word.startswith(_OPEN) else window_phase(starts_at, ends_at, now)


def _states(events: Iterable[_Event]) -> dict[str, Status]:
    """Return the worst that the events which go on say of each service that they touch."""
    states: dict[str, Status] = {}
    for event in events:
        if event.phase is MaintenancePhase.IN_PROGRESS:
            status = Status.DEGRADED if event.status is Status.UNKNOWN else event.status
            for name in event.services:
                states[name] = worst([status, states.get(name, status)]) or status
    return states


def _incident(key: str, event: _Event, names: Container[str]) -> VendorIncident:
    is_over = event.phase.is_over
    phase = Phase.RESOLVED if is_over else Phase.INVESTIGATING
    updates = _updates(event, phase)
    changed_at = updates[-1].at if updates else event.starts_at
    return VendorIncident(
        id=key,
        title=_title(event),
        impact=impact_of(event.status),
        phase=phase,
        started_at=event.starts_at,
        updated_at=changed_at,
        resolved_at=event.ends_at or changed_at if is_over else None,
        component_ids=_touched(event, names),
        updates=updates,
    )


def _maintenance(key: str, event: _Event, names: Container[str]) -> Maintenance:
    return Maintenance(
        id=key,
        title=_title(event),
        phase=event.phase,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        component_ids=_touched(event, names),
        updates=_updates(event, event.phase),
    )


def _touched(event: _Event, names: Container[str]) -> tuple[str, ...]:
    """Return the services of an event that the documents list; it may name parts of them too."""
    return tuple(name for name in event.services if name in names)


def _title(event: _Event) -> str:
    """Make a title, which the source has not, of the services and the kind of the event."""
    named, rest = event.services[:MAX_NAMES_IN_TITLE], len(event.services) - MAX_NAMES_IN_TITLE
    more = f" and {rest} more" if rest > 0 else ""
    return plain_line(
        f"{', '.join(named)}{more}: {plain_line(string(event.row.get('statusType'))) or 'event'}"
    )


def _updates(event: _Event, phase: Phase | MaintenancePhase) -> tuple[Update, ...]:
    """Return the one post that an event has: it is reworded in place."""
    at = parse_time(event.row.get("datePosted"), zone=None) or event.ends_at or event.starts_at
    message = plain_text(string(event.row.get("message")), MAX_TEXT - MAX_LINE - 1)
    affected = plain_line(string(event.row.get("usersAffected")))
    text = "\n".join(part for part in (message, affected) if part)
    return (Update(at, phase, text),) if at is not None and text else ()
