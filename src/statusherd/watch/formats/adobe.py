"""Adobe: StatusEvents, the document of all events of the last forty days that the status page reads.

Facts: six clients (2021 to 2026). Everything is a dictionary by ids: `incidentEvent.incidents` and
`maintenanceEvent.maintenance`, in each event its `products`, and in each product a `history` by epoch seconds
whose last step is where the product stands. Titles and texts are tokens into `messages`, by language. Of the
severity major clients differ, and one knows critical above it: the lower reading counts. Potential and
trivial ones are notices. There is no rollup and no list of all products: those that events name are the
components, well unless an open event says otherwise. `startedOn` and `completedOn` of maintenance are its
window, by a client. A document has several megabytes; the server may want headers as a browser sends them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._adobe_events import (
    STATUSES,
    Messages,
    Product,
    by_id,
    epoch,
    messages_of,
    products_of,
)
from statusherd.watch.formats._lists import next_edge, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.times import window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, string, try_object
from statusherd.watch.reading.words import MAINTENANCE_PHASES, Notes, fold

NAME = "adobe"
P = TypeVar("P", Phase, MaintenancePhase)

_WINDOWS: Final[Mapping[str, MaintenancePhase]] = {
    **MAINTENANCE_PHASES,
    "started": MaintenancePhase.IN_PROGRESS,
    "ongoing": MaintenancePhase.IN_PROGRESS,
    "closed": MaintenancePhase.COMPLETED,
    "dismissed": MaintenancePhase.CANCELLED,
}
_NO_PHASE: Final = ("", "discovery", "opened", "updated", "reopened")
_DOCUMENT: Final = "/adobestatus/StatusEvents"
_HOSTS: Final = ("status.adobe.com", "data.status.adobe.com")
_HOME: Final = f"https://data.status.adobe.com{_DOCUMENT}"
CLUES: Final = Clues(in_address=((re.compile(r"^https?://(?:data\.)?status\.adobe\.com(?::\d+)?/"), _HOME),))
_SECTIONS: Final = (("incidentEvent", "incidents"), ("maintenanceEvent", "maintenance"))


@dataclass(frozen=True, slots=True)
class _Event:
    """An event with its id, its products, and the messages that they point to."""

    id: str
    row: Object
    products: tuple[Product, ...]
    messages: Messages


def recognise(document: Document) -> Recognition | None:
    """Incidents and maintenance, each a dictionary within its event."""
    if '"incidentEvent"' not in document.text or not _is_ours(try_object(document)):
        return None
    return Recognition(96, "incidentEvent.incidents beside maintenanceEvent.maintenance")


def endpoints(address: str) -> Endpoints:
    """The one document: it lies on a host of its own."""
    parts = urlsplit(address)
    if parts.hostname in _HOSTS:
        return Endpoints(look=(_HOME,))
    return Endpoints(look=(f"{parts.scheme}://{parts.netloc}{_DOCUMENT}",))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the document; of several, the last. It has all events: where none is open, all is well."""
    notes, document = Notes(), documents[-1]
    root = as_object(load_json(document))
    if not _is_ours(root):
        raise not_this("Adobe", document, "no dictionaries of incidents and of maintenance")
    hits, works = (_events(root, *section, len(document.text), notes) for section in _SECTIONS)
    told = [event for event in hits if event.products]
    incidents = once(_incident(event, notes) for event in told)
    maintenances = once(_maintenance(event, look.now, notes) for event in works)
    components = _components(told, works, maintenances, notes)
    is_whole = len(told) == len(_rows(root, *_SECTIONS[0]))
    if not is_whole:
        notes.warn("some incidents cannot be read: silence means nothing")
    says = effective_status(None, components, incidents, maintenances, silence=Status.OPERATIONAL)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=says if is_whole or says.is_trouble else Status.UNKNOWN,
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            incidents=is_whole, history=True, maintenances=len(works) == len(_rows(root, *_SECTIONS[1]))
        ),
        warnings=notes.all,
        page_name="Adobe",
        page_url="https://status.adobe.com/",
        rereads_at=next_edge(maintenances, look.now),
    )


def _is_ours(root: Object) -> bool:
    return all(isinstance(as_object(root.get(section)).get(name), dict) for section, name in _SECTIONS)


def _rows(root: Object, section: str, name: str) -> Object:
    return as_object(as_object(root[section])[name])


def _events(root: Object, section: str, name: str, length: int, notes: Notes) -> list[_Event]:
    messages = messages_of(as_object(root[section]), length, notes)
    rows = by_id(_rows(root, section, name))
    return [_Event(key, row, products_of(row), messages) for key, row in rows]


def _incident(event: _Event, notes: Notes) -> VendorIncident:
    phases = [(product, product.phase(notes)) for product in event.products]
    ongoing = [(product, phase) for product, phase in phases if phase is not Phase.RESOLVED]
    # What is over for some products goes on for the others.
    told = [product for product, _ in ongoing or phases]
    updates = tuple(_updates(event, Phase.INVESTIGATING, STATUSES))
    started_at = min((p.started_at for p in event.products if p.started_at), default=None)
    newest = updates[-1].at if updates else started_at
    ended_at = max((p.ended_at for p in event.products if p.ended_at), default=newest)
    return VendorIncident(
        id=event.id,
        title=_title(told, event.messages),
        impact=max((product.impact(notes) for product in told), key=lambda impact: impact.rank),
        phase=min((phase for _, phase in ongoing), key=list(Phase).index, default=Phase.RESOLVED),
        started_at=started_at or (updates[0].at if updates else None),
        updated_at=newest,
        resolved_at=None if ongoing else ended_at,
        component_ids=tuple(product.id for product in told),
        regions=_regions(told),
        updates=updates,
    )


def _title(products: Sequence[Product], messages: Messages) -> str:
    """Return the newest title, else the name of a product: an event has no title of its own."""
    known = [product for product in products if product.history]
    newest = max(known, key=lambda product: product.history[-1].at, default=None)
    title = messages.title(newest.newest.get("titleToken")) if newest else ""
    return title or next((product.name for product in products), "")


def _regions(products: Iterable[Product]) -> tuple[str, ...]:
    """Return the regions of all products, none where one of them is hit everywhere."""
    named = [product.regions for product in products]
    return tuple(dict.fromkeys(region for regions in named for region in regions)) if all(named) else ()


def _updates(event: _Event, unsaid: P, table: Mapping[str, P]) -> Iterable[Update]:
    """Yield the steps, oldest first; one that several products have is told once."""
    steps = {
        (entry.at, string(entry.row.get("messageToken"))): (product, entry)
        for product in event.products
        for entry in product.history
    }
    for (at, token), (product, entry) in sorted(steps.items(), key=lambda step: step[0][0]):
        word = fold(entry.row.get("status") or entry.row.get("csoStatus"))
        text = event.messages.text(token, product.started_at, product.ended_at)
        yield Update(at, table.get(word, unsaid), text)


def _components(
    hits: Iterable[_Event], works: Iterable[_Event], maintenances: Iterable[Maintenance], notes: Notes
) -> tuple[Component, ...]:
    """Return the products that events name, each as bad as what is open says of it."""
    running = {window.id for window in maintenances if window.phase is MaintenancePhase.IN_PROGRESS}
    products: dict[str, Product] = {}
    states: dict[str, list[Status]] = {}
    for event in hits:
        for product in event.products:
            products[product.id] = product
            if product.phase(notes) is not Phase.RESOLVED and (status := product.impact(notes).status):
                states.setdefault(product.id, []).append(status)
    for event in works:
        for product in event.products:
            products.setdefault(product.id, product)
            if event.id in running:
                states.setdefault(product.id, []).append(Status.MAINTENANCE)
    return tuple(
        Component(key, one.name, group=one.group, status=worst(states.get(key, ())) or Status.OPERATIONAL)
        for key, one in products.items()
    )


def _window(event: _Event) -> tuple[datetime | None, datetime | None]:
    """Return when planned work starts and ends: as the event says, else from its products."""
    first = min((p.started_at for p in event.products if p.started_at), default=None)
    last = max((p.ended_at for p in event.products if p.ended_at), default=None)
    starts_at = epoch(event.row.get("startedOn")) or epoch(event.row.get("scheduledDate"))
    return starts_at or first, epoch(event.row.get("completedOn")) or last


def _maintenance(event: _Event, now: datetime, notes: Notes) -> Maintenance:
    """Read planned work. Where no status tells, the clock does."""
    row, products = event.row, event.products
    starts_at, ends_at = _window(event)
    by_clock = window_phase(starts_at, ends_at, now) if starts_at else MaintenancePhase.SCHEDULED
    said = next((product.newest.get("status") for product in products), None)
    word = row.get("status") or row.get("cmrStatus") or said
    is_said = fold(word) not in _NO_PHASE
    phase = notes.look_up(_WINDOWS, word, by_clock, "maintenance status") if is_said else by_clock
    return Maintenance(
        id=event.id,
        title=_title(products, event.messages),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=tuple(product.id for product in products),
        updates=tuple(_updates(event, phase, _WINDOWS)),
    )
