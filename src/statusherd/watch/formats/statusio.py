"""Status.io: the public document of a page at https://api.status.io/1.0/status/<page id>.

Facts: payloads of Docker, GitLab (2020) and Roblox (2026), and the API's description. A component stands
for one or several containers (locations, products); the same container id stands under many components.
Where a component has one container, the component is the leaf; where it has several, each pair is a leaf
and the component their group, since the state is kept per pair. Incidents carry no impact: the state code
in their messages does. Resolved incidents vanish from the document. The overall code hides an incident
behind a maintenance; status texts are the customer's own, so only codes are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.errors import CatalogError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import each_once, identity, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, impact_of

NAME = "statusio"

CODES: Final[Mapping[str, Status]] = {
    "100": Status.OPERATIONAL,
    "200": Status.MAINTENANCE,
    "300": Status.DEGRADED,
    "400": Status.PARTIAL_OUTAGE,
    "500": Status.MAJOR_OUTAGE,
    "600": Status.MAJOR_OUTAGE,  # a security event
}
STATES: Final[Mapping[str, Phase]] = {
    "100": Phase.INVESTIGATING,
    "200": Phase.IDENTIFIED,
    "300": Phase.MONITORING,
    "400": Phase.RESOLVED,
}
_PAGE_ID: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")
_API: Final = r"https://api.status.io/1.0/status/\1"
CLUES: Final = Clues(
    in_address=((re.compile(r"/pages/[^?#]*?([0-9a-f]{24})"), _API),),
    in_page=((re.compile(r"pageId\s*=\s*[\"']([0-9a-f]{24})[\"']"), _API),),
    rank=10,
)


def recognise(document: Document) -> Recognition | None:
    """A result with an overall status code beside the list of components."""
    result = as_object(try_object(document).get("result"))
    if not _is_anchored(result):
        return None
    return Recognition(97, "result.status_overall.status_code beside result.status")


def endpoints(address: str) -> Endpoints:
    """The API's document of the page whose id stands in `address`; the page's feed as fallback."""
    match = _PAGE_ID.search(address.lower())
    if match is None:
        raise CatalogError(
            "the address of a Status.io page must hold its id of 24 hex digits",
            subject=address,
            remedy="`statusherd inspect` with the page's address finds it (`pageId` in the page's source)",
        )
    if "/1.0/status/" in address:  # the document itself, be it a mirror's
        return Endpoints(look=(address,))
    return Endpoints(
        look=(f"https://api.status.io/1.0/status/{match[0]}",),
        fallbacks=((f"https://status.io/pages/{match[0]}/rss", "feed"),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the document; of several, the one whose overall state was updated last."""
    notes = Notes()
    result = max((_result(document) for document in documents), key=_updated)
    page_status = _status(as_object(result["status_overall"]).get("status_code"), notes)
    rows = list(objects(result["status"]))
    leaves = (leaf for row in rows for leaf in _leaves(row, notes) if leaf.id)
    components = tuple(each_once(leaves, lambda leaf: leaf.id, _is_worse))
    incidents = once(_incident(row, rows, notes) for row in objects(result.get("incidents")))
    maintenances = once(_maintenances(as_object(result.get("maintenance")), rows))
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            rollup=True,
            components=True,
            incidents=isinstance(result.get("incidents"), list),
            maintenances=isinstance(result.get("maintenance"), dict),
        ),
        warnings=notes.all,
    )


def _result(document: Document) -> Object:
    result = as_object(as_object(load_json(document)).get("result"))
    if not _is_anchored(result):
        raise not_this("Status.io", document, "no result with status_overall and status")
    return result


def _is_anchored(result: Object) -> bool:
    return "status_code" in as_object(result.get("status_overall")) and isinstance(result.get("status"), list)


def _updated(result: Object) -> float:
    moment = parse_time(as_object(result["status_overall"]).get("updated"))
    return moment.timestamp() if moment else 0.0


def _status(code: object, notes: Notes) -> Status:
    return notes.look_up(CODES, string(code), Status.UNKNOWN, "status code")


def _is_worse(one: Component, other: Component) -> bool:
    return one.status.rank > other.status.rank


def _key(row: Object) -> str:
    """Return the id of a component or container, its name where it has none."""
    return string(row.get("id")) or plain_line(string(row.get("name")))


def _leaves(row: Object, notes: Notes) -> Iterable[Component]:
    key, name = _key(row), plain_line(string(row.get("name")))
    containers = list(objects(row.get("containers")))
    if len(containers) < 2:
        yield Component(key, name, status=_status(row.get("status_code"), notes))
        return
    for container in containers:
        yield Component(
            id=_pair(row, container),
            name=plain_line(string(container.get("name"))),
            group=name,
            status=_status(container.get("status_code"), notes),
        )


def _pair(component: Object, container: Object) -> str:
    return f"{_key(component)}/{_key(container)}"


def _affected(event: Object, rows: Iterable[Object]) -> tuple[str, ...]:
    """Return the leaves an event names: its components, or the pairs with its containers."""
    components = set(_own_ids(event.get("components_affected")))
    named = set(_own_ids(event.get("containers_affected")))
    ids: list[str] = []
    for row in rows:
        if string(row.get("id")) not in components:
            continue
        containers = list(objects(row.get("containers")))
        hit = [c for c in containers if string(c.get("id")) in named] or containers
        is_leaf = len(containers) < 2
        ids.extend([_key(row)] if is_leaf else [_pair(row, c) for c in hit])
    return tuple(dict.fromkeys(ids))


def _own_ids(rows: object) -> Iterable[str]:
    return (key for row in objects(rows) if (key := string(row.get("_id"))))


def _messages(event: Object) -> list[tuple[datetime, Object]]:
    """Return the messages of an event, oldest first."""
    dated = ((parse_time(row.get("datetime")), row) for row in objects(event.get("messages")))
    return sorted(((at, row) for at, row in dated if at is not None), key=lambda pair: pair[0])


def _incident(event: Object, rows: Sequence[Object], notes: Notes) -> VendorIncident:
    messages = _messages(event)
    updates = tuple(
        Update(at, _phase(row, notes), plain_text(string(row.get("details")))) for at, row in messages
    )
    last = updates[-1] if updates else None
    phase = last.phase if last is not None and isinstance(last.phase, Phase) else Phase.INVESTIGATING
    started_at = parse_time(event.get("datetime_open")) or (updates[0].at if updates else None)
    title = plain_line(string(event.get("name")))
    return VendorIncident(
        id=identity(event.get("_id"), title, started_at),
        title=title,
        impact=_impact([_status(row.get("status"), notes) for _, row in messages]),
        phase=phase,
        started_at=started_at,
        updated_at=last.at if last else started_at,
        resolved_at=last.at if last and phase is Phase.RESOLVED else None,
        component_ids=_affected(event, rows),
        updates=updates,
    )


def _phase(message: Object, notes: Notes) -> Phase:
    return notes.look_up(STATES, string(message.get("state")), Phase.INVESTIGATING, "incident state")


def _impact(states: Sequence[Status]) -> Impact:
    """Return the impact of the newest message; one that says "operational" does not unsay the trouble."""
    if states and states[-1].is_trouble:
        return impact_of(states[-1])
    return impact_of(worst(state for state in states if state.is_trouble))


def _maintenances(windows: Object, rows: Sequence[Object]) -> Iterable[Maintenance]:
    for key, phase in (("active", MaintenancePhase.IN_PROGRESS), ("upcoming", MaintenancePhase.SCHEDULED)):
        for event in objects(windows.get(key)):
            title = plain_line(string(event.get("name")))
            planned = parse_time(event.get("datetime_planned_start"))
            starts_at = planned or parse_time(event.get("datetime_open"))
            yield Maintenance(
                id=identity(event.get("_id"), title, starts_at),
                title=title,
                phase=phase,
                starts_at=starts_at,
                ends_at=parse_time(event.get("datetime_planned_end")),
                component_ids=_affected(event, rows),
                updates=tuple(
                    Update(at, phase, plain_text(string(row.get("details")))) for at, row in _messages(event)
                ),
            )
