"""Zendesk: /api/ssp/incidents.json and /api/ssp/services.json of its status page, in JSON:API.

Facts: the vendor's description of its API, and six clients (2023 to 2026). An incident is open while
`resolvedAt` is null; its `impact` is critical, major, minor, none or maintenance, with the flags `outage` and
`degradation` beside it. `included` has, by incident and service, an incidentService with flags and an end of
its own; a service below another names it in `serviceParentId`. Services carry no state: that of the open
incidents is theirs, and where there are none all is well. How the posts of an incident look was not seen.
Incidents of Zendesk's internal tools raise nothing. `?subdomain=` narrows both documents to one account.
Ten requests a minute are allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._jsonapi import attributes, id_of, included_by_row, is_list_of
from statusherd.watch.formats._lists import next_edge, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold

NAME = "zendesk"

IMPACTS: Final[Mapping[str, Impact]] = {
    "none": Impact.NONE,
    "maintenance": Impact.NONE,
    "minor": Impact.MINOR,
    "major": Impact.MAJOR,
    "critical": Impact.CRITICAL,
}
_ONLY_OF_WINDOWS: Final = ("scheduled", "inprogress", "verifying", "completed")
_SERVICE, _POST = "incidentservice", "incidentupdate"
_INCIDENTS, _SERVICES = "api/ssp/incidents.json", "api/ssp/services.json"
CLUES: Final = Clues(
    in_address=(
        at_host("status.zendesk.com", f"/{_INCIDENTS}"),
        # An empty list of incidents could be anybody's: on a quiet day the services tell.
        at_host("status.zendesk.com", f"/{_SERVICES}"),
    )
)


@dataclass(frozen=True, slots=True)
class _Event:
    """An incident or planned work: its id and attributes, and those of what it links and of its posts."""

    id: str
    own: Object
    links: Sequence[Object]
    posts: Sequence[Object]

    @property
    def is_window(self) -> bool:
        by_status = fold(self.own.get("status")) in _ONLY_OF_WINDOWS
        return by_status or fold(self.own.get("impact")) == "maintenance"


def recognise(document: Document) -> Recognition | None:
    """Data that are incidents with flags and resolvedAt, or services with slug and position."""
    if '"attributes"' not in document.text:
        return None
    root = try_object(document)
    if is_list_of(root, _is_incident):
        return Recognition(94, "data: incidents with outage or impact and resolvedAt")
    if is_list_of(root, _is_service):
        return Recognition(92, "data: services with name, slug, position and deprecated")
    return None


def endpoints(address: str) -> Endpoints:
    """The incidents and the services, of the account whose subdomain the address holds."""
    parts = urlsplit(address)
    asked = [(key, value) for key, value in parse_qsl(parts.query) if key == "subdomain"]
    query = f"?{urlencode(asked)}" if asked else ""
    root = f"{parts.scheme}://{parts.netloc}/"
    return Endpoints(look=(f"{root}{_INCIDENTS}{query}",), optional=(f"{root}{_SERVICES}{query}",))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge incidents and services. The incidents must be there; services alone have no state."""
    notes = Notes()
    roots = [(document, as_object(load_json(document))) for document in documents]
    services = [row for _, root in roots if is_list_of(root, _is_service) for row in objects(root["data"])]
    lists = [(document, root) for document, root in roots if not is_list_of(root, _is_service)]
    for document, root in lists:
        _refuse_others(document, root, has_services=bool(services))
    if not lists:
        raise not_this("Zendesk", documents[0], "the list of incidents is not among them")
    page = _page_of(lists[-1][0].url)
    events = [event for _, root in lists for event in _events(root)]
    incidents = once(_incident(event, page, notes) for event in events if not event.is_window)
    maintenances = once(_maintenance(event, look.now, notes) for event in events if event.is_window)
    components = tuple(_components(services, events, incidents, maintenances))
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances, silence=Status.OPERATIONAL),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(components=bool(components), incidents=True),
        warnings=notes.all,
        page_name="Zendesk",
        page_url=page,
        rereads_at=next_edge(maintenances, look.now),
    )


def _is_incident(own: Object) -> bool:
    return "resolvedAt" in own and ("outage" in own or "impact" in own)


def _is_service(own: Object) -> bool:
    return isinstance(own.get("name"), str) and {"slug", "position", "deprecated"} <= own.keys()


def _refuse_others(document: Document, root: Object, *, has_services: bool) -> None:
    """An empty list is Zendesk's beside its services, or by the empty list of what it includes."""
    is_empty = root.get("data") == [] and "errors" not in root
    is_ours = is_empty and (has_services or isinstance(root.get("included"), list))
    if not is_ours and not is_list_of(root, _is_incident):
        raise not_this("Zendesk", document, "its data are neither incidents with resolvedAt nor services")


def _page_of(url: str) -> str | None:
    parts = urlsplit(url)
    return link(f"{parts.scheme}://{parts.netloc}/")


def _events(root: Object) -> Iterable[_Event]:
    links = included_by_row(root, _SERVICE, "incidentServices", "incidentId")
    posts = included_by_row(root, _POST, "incidentUpdates", "incidentId")
    for row in objects(root["data"]):
        key = id_of(row)
        yield _Event(key, attributes(row), links.get(key, []), posts.get(key, []))


def _service_of(own: Object) -> str:
    """Return the service that is listed: that above the one which is hit, where there is one."""
    return plain_line(string(own.get("serviceParentId")) or string(own.get("serviceId")))


def _services(event: _Event) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for own in event.links if (key := _service_of(own))))


def _components(
    services: Iterable[Object],
    events: Iterable[_Event],
    incidents: Iterable[VendorIncident],
    maintenances: Iterable[Maintenance],
) -> Iterable[Component]:
    """Yield the services that are in use, each as bad as what is open says of it."""
    hitting = {i.id: i.impact.status for i in incidents if i.is_open}
    working = {w.id: Status.MAINTENANCE for w in maintenances if w.phase is MaintenancePhase.IN_PROGRESS}
    hit: dict[str, list[Status]] = {}
    for event in events:
        status = hitting.get(event.id) or working.get(event.id)
        for own in event.links if status else ():
            if own.get("resolvedAt") is None:
                state = Status.MAINTENANCE if event.is_window else _flagged(own)
                hit.setdefault(_service_of(own), []).append(state)
    for key, own in {id_of(row): attributes(row) for row in services}.items():
        if own["deprecated"] is not True:
            status = worst(hit.get(key, ())) or Status.OPERATIONAL
            yield Component(key, plain_line(string(own["name"])), status=status)


def _flagged(own: Object) -> Status:
    return Status.MAJOR_OUTAGE if own.get("outage") is True else Status.DEGRADED


def _incident(event: _Event, page: str | None, notes: Notes) -> VendorIncident:
    own = event.own
    ended_at, started_at = parse_time(own["resolvedAt"]), parse_time(own.get("startedAt"))
    phase = notes.look_up(PHASES, own.get("status"), Phase.INVESTIGATING, "incident status")
    phase = Phase.RESOLVED if own["resolvedAt"] is not None else phase
    updates = tuple(_updates(event, phase))
    stamps = (started_at, ended_at, *(update.at for update in updates))
    newest = max((at for at in stamps if at is not None), default=None)
    return VendorIncident(
        id=event.id,
        title=plain_line(string(own.get("name"))),
        impact=_impact(own, notes),
        phase=phase,
        started_at=started_at or (updates[0].at if updates else None),
        updated_at=newest,
        resolved_at=(ended_at or newest) if phase is Phase.RESOLVED else None,
        component_ids=_services(event),
        url=link(f"{page}incidents/{event.id}") if page and event.id.isalnum() else None,
        updates=updates,
    )


def _impact(own: Object, notes: Notes) -> Impact:
    """Return the impact by its word, by the flags where it has none."""
    if own.get("internalToolsOnly") is True:
        return Impact.NONE
    word, outage = own.get("impact"), own.get("outage")
    if word is None and isinstance(outage, bool):
        return Impact.CRITICAL if outage else Impact.MINOR
    return notes.look_up(IMPACTS, word, Impact.UNKNOWN, "impact")


def _updates(event: _Event, phase: Phase | MaintenancePhase) -> Iterable[Update]:
    """Yield the posts, oldest first: those before the newest say nothing of the phase."""
    dated = ((parse_time(own.get("createdAt")), own) for own in event.posts)
    posts = sorted(((at, own) for at, own in dated if at is not None), key=lambda post: post[0])
    before = phase if isinstance(phase, MaintenancePhase) else Phase.INVESTIGATING
    for number, (at, own) in enumerate(posts, start=1):
        text = plain_text(string(own.get("description")) or string(own.get("body")))
        yield Update(at, phase if number == len(posts) else before, text)


def _maintenance(event: _Event, now: datetime, notes: Notes) -> Maintenance:
    """Read planned work. Where its status does not tell, the clock does."""
    own = event.own
    starts_at, ends_at = parse_time(own.get("startedAt")), parse_time(own["resolvedAt"])
    by_clock = window_phase(starts_at, ends_at, now) if starts_at else MaintenancePhase.SCHEDULED
    phase = notes.look_up(MAINTENANCE_PHASES, own.get("status"), by_clock, "maintenance status")
    return Maintenance(
        id=event.id,
        title=plain_line(string(own.get("name"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_services(event),
        updates=tuple(_updates(event, phase)),
    )
