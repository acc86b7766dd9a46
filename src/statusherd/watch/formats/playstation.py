"""PlayStation Network: one document for each region, with the services of every country in it.

Facts: clients of 2019 to 2026; no whole body was seen, and one client of 2026 got 404s. A region has a list
`status` of its own, and so have its countries, their services, and the resources (kinds of devices) of these;
empty lists mean that all is well. An entry has a type (Outage, Degraded, Maintenance, OK), an id that comes
again wherever it applies, dates, and a message in many languages. What is over stays listed, without an end
more often than not: an entry that was not touched for seven days counts as over, unless its end lies ahead.
The entries at the region are its rollup: "some services are experiencing issues". An outage in some countries
or on some devices only is a partial one of its service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._playstation_region import Place, Region, is_region, read_region
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, string, try_object
from statusherd.watch.reading.words import Notes, impact_of

NAME = "playstation"

STATES: Final[Mapping[str, Status]] = {
    "ok": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "outage": Status.MAJOR_OUTAGE,
    "maintenance": Status.MAINTENANCE,
}
MAX_AGE: Final = timedelta(days=7)
MAX_NAMES_IN_TITLE: Final = 2
_REGIONS: Final = ("SCEA", "SCEE", "SCEJA")
_PATH: Final = "data/statuses/region/"
_LANGUAGES: Final = ("en-US", "en-GB", "en")
CLUES: Final = Clues(in_address=(at_host("status.playstation.com", f"/{_PATH}{_REGIONS[0]}.json"),))


@dataclass(frozen=True, slots=True)
class _Event:
    """One event with all places that print it. `phase` is where it stands by the clock."""

    id: str
    row: Object
    places: tuple[Place, ...]
    status: Status
    phase: MaintenancePhase
    starts_at: datetime | None
    ends_at: datetime | None
    changed_at: datetime | None

    @property
    def is_window(self) -> bool:
        return self.status is Status.MAINTENANCE or self.phase is MaintenancePhase.SCHEDULED

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f"{p.region}/{p.service}" for p in self.places if p.service))


def recognise(document: Document) -> Recognition | None:
    """A region with its status and countries with services."""
    text = document.text
    if '"regionName"' not in text or '"countries"' not in text or not is_region(try_object(document)):
        return None
    return Recognition(96, "regionName beside countries with services and their status")


def endpoints(address: str) -> Endpoints:
    """All regions; the one where the address is that of its document."""
    parts = urlsplit(address)
    if parts.path.endswith(".json"):
        return Endpoints(look=(address,))
    root = f"{parts.scheme}://{parts.netloc}/{_PATH}"
    return Endpoints(look=tuple(f"{root}{region}.json" for region in _REGIONS))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the regions of one look."""
    notes = Notes()
    regions = [read_region(document) for document in documents]
    events = _events(regions, look.now, notes)
    components = tuple(_components(regions, events))
    incidents = tuple(_incident(event, regions) for event in events if not event.is_window)
    maintenances = tuple(_maintenance(event) for event in events if event.is_window)
    page_status = _rollup(events)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(rollup=True, components=True, incidents=True, history=True, maintenances=True),
        warnings=notes.all,
        page_name="PlayStation Network",
        rereads_at=min(_edges(events, look.now), default=None),
    )


def _events(regions: Sequence[Region], now: datetime, notes: Notes) -> list[_Event]:
    """Return the events, each once. Where two prints of one differ, that which goes on counts."""
    found: dict[str, _Event] = {}
    places: dict[str, dict[Place, None]] = {}
    for place, row in (entry for region in regions for entry in region.entries):
        event = _event(row, now, notes)
        if event.status is Status.OPERATIONAL:
            continue
        places.setdefault(event.id, {}).setdefault(place)
        known = found.setdefault(event.id, event)
        if known.phase.is_over and not event.phase.is_over:
            found[event.id] = event
    return [_placed(event, tuple(places[key]), regions) for key, event in found.items()]


def _event(row: Object, now: datetime, notes: Notes) -> _Event:
    starts_at, ends_at = parse_time(row.get("startDate")), parse_time(row.get("endDate"))
    stamps = (starts_at, parse_time(row.get("createdDate")), parse_time(row.get("modifiedDate")))
    changed_at = max((at for at in stamps if at is not None), default=None)
    phase = window_phase(starts_at, ends_at, now)
    if ends_at is None and changed_at is not None and now - changed_at >= MAX_AGE:
        phase = MaintenancePhase.COMPLETED
    own = string(row.get("statusId"))
    return _Event(
        id=identity(own, "" if own else f"{string(row.get('statusType'))} {_message(row)}", starts_at),
        row=row,
        places=(),
        status=notes.look_up(STATES, row.get("statusType"), Status.UNKNOWN, "status type"),
        phase=phase,
        starts_at=starts_at or changed_at,
        ends_at=ends_at,
        changed_at=changed_at,
    )


def _placed(event: _Event, places: tuple[Place, ...], regions: Iterable[Region]) -> _Event:
    """Return `event` with its places; its state is a partial outage unless it is one everywhere."""
    touched = {(place.region, place.country) for place in places if place.service and not place.is_part}
    names = {place.region for place in places}
    everywhere = {(one.name, code) for one in regions if one.name in names for code in one.countries}
    status = event.status
    if status is Status.MAJOR_OUTAGE and not everywhere <= touched:
        status = Status.PARTIAL_OUTAGE
    return replace(event, places=places, status=status)


def _rollup(events: Iterable[_Event]) -> Status:
    """Return what goes on at the regions themselves, where nothing stands while all is well."""
    states = [
        event.status
        for event in events
        if event.phase is MaintenancePhase.IN_PROGRESS and any(not place.country for place in event.places)
    ]
    known = worst(states) or (Status.UNKNOWN if states else Status.OPERATIONAL)
    return Status.PARTIAL_OUTAGE if known is Status.MAJOR_OUTAGE else known


def _components(regions: Iterable[Region], events: Iterable[_Event]) -> Iterator[Component]:
    """Yield the services of each region, as bad as the worst that goes on with one in any country."""
    states: dict[str, Status] = {}
    for event in events:
        if event.phase is MaintenancePhase.IN_PROGRESS:
            status = Status.DEGRADED if event.status is Status.UNKNOWN else event.status
            for key in event.components:
                states[key] = worst([status, states.get(key, status)]) or status
    found = {f"{region.name}/{name}": (name, region.name) for region in regions for name in region.services}
    for key, (name, region) in found.items():
        yield Component(key, name, region=region, status=states.get(key, Status.OPERATIONAL))


def _incident(event: _Event, regions: Iterable[Region]) -> VendorIncident:
    is_over = event.phase.is_over
    phase = Phase.RESOLVED if is_over else Phase.INVESTIGATING
    return VendorIncident(
        id=event.id,
        title=_title(event),
        impact=impact_of(event.status),
        phase=phase,
        started_at=event.starts_at,
        updated_at=event.changed_at,
        resolved_at=(event.ends_at or event.changed_at) if is_over else None,
        component_ids=event.components,
        regions=_where(event, regions),
        updates=_updates(event, phase),
    )


def _maintenance(event: _Event) -> Maintenance:
    return Maintenance(
        id=event.id,
        title=_title(event),
        phase=event.phase,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        component_ids=event.components,
        updates=_updates(event, event.phase),
    )


def _where(event: _Event, regions: Iterable[Region]) -> tuple[str, ...]:
    """Return the regions of an event, and the countries where it is not in all of one."""
    names = dict.fromkeys(place.region for place in event.places)
    countries = {one.name: len(one.countries) for one in regions}
    for name in tuple(names):
        touched = dict.fromkeys(p.country for p in event.places if p.region == name and p.country)
        if len(touched) < countries.get(name, 0):
            names.update(touched)
    return tuple(names)


def _title(event: _Event) -> str:
    """Make a title, which the source has not, of the services and the kind of the event."""
    services = tuple(dict.fromkeys(place.service for place in event.places if place.service))
    named, rest = services[:MAX_NAMES_IN_TITLE], len(services) - MAX_NAMES_IN_TITLE
    more = f" and {rest} more" if rest > 0 else ""
    kind = plain_line(string(event.row.get("statusType"))) or "event"
    return plain_line(f"{', '.join(named) or 'PlayStation Network'}{more}: {kind}")


def _message(row: Object) -> str:
    """Return the message in English, else in the first language that it has."""
    texts = as_object(as_object(row.get("message")).get("messages"))
    ordered = (*(texts.get(language) for language in _LANGUAGES), *texts.values())
    return plain_text(next(filter(None, map(string, ordered)), None))


def _updates(event: _Event, phase: Phase | MaintenancePhase) -> tuple[Update, ...]:
    """Return the one post that an event has: it is reworded in place."""
    text = _message(event.row)
    return (Update(event.changed_at, phase, text),) if event.changed_at and text else ()


def _edges(events: Iterable[_Event], now: datetime) -> Iterator[datetime]:
    """Yield when the clock alone will open or close an event."""
    for event in events:
        if event.phase is MaintenancePhase.SCHEDULED and event.starts_at:
            yield event.starts_at
        if event.ends_at and event.ends_at > now:
            yield event.ends_at
        elif event.phase is MaintenancePhase.IN_PROGRESS and event.changed_at:
            yield event.changed_at + MAX_AGE
