"""Salesforce Trust: the instances (`/v1/instances/status/preview`), all of them or one.

Facts: a whole `preview` of July 2020 (1,528 instances, a megabyte), its table of texts, and clients of the
API. Each instance is a component; those that are not active are no longer in use. An incident and a
maintenance are printed under every instance that they touch. An incident has no title: it is made of the
type of its newest impact and the services. It is over when all its impacts have an end, and then leaves the
document. A maintenance has a planned window, and events that may end it early.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import identity, next_edge, once, try_rows
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, strings, try_object
from statusherd.watch.reading.words import MAINTENANCE_PHASES, Notes, fold

NAME = "salesforce"

STATES: Final[Mapping[str, Status]] = {
    "ok": Status.OPERATIONAL,
    "informational": Status.OPERATIONAL,
    "informationalnoncore": Status.OPERATIONAL,
    "informationalcore": Status.OPERATIONAL,
    "maintenance": Status.MAINTENANCE,
    "maintenancenoncore": Status.MAINTENANCE,
    "maintenancecore": Status.MAINTENANCE,
    "unplannedmaintenancenoncore": Status.MAINTENANCE,
    "unplannedmaintenancecore": Status.MAINTENANCE,
    "minorincidentnoncore": Status.DEGRADED,
    "minorincidentcore": Status.DEGRADED,
    "majorincidentnoncore": Status.PARTIAL_OUTAGE,
    "majorincidentcore": Status.MAJOR_OUTAGE,
}
IMPACTS: Final[Mapping[str, Impact]] = {
    "informational": Impact.NONE,
    "minor": Impact.MINOR,
    "major": Impact.MAJOR,
}
# The beginnings of the types of events, in the API's own table of texts.
_PHASES: Final[Sequence[tuple[str, Phase]]] = (
    ("investigating", Phase.INVESTIGATING),
    ("issueIsolated", Phase.IDENTIFIED),
    ("implementingSolution", Phase.IDENTIFIED),
    ("monitoring", Phase.MONITORING),
)
_API: Final = "https://api.status.salesforce.com/v1/"
_ALL: Final = "instances/status/preview"
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ONE_INSTANCE: Final = re.compile(r"/(?:v1/)?instances/([A-Za-z0-9._-]{1,60})(?:/|$)")
MAX_SERVICES_IN_TITLE: Final = 3
CLUES: Final = Clues(in_address=(at_host("status.salesforce.com", _API + _ALL),))


def recognise(document: Document) -> Recognition | None:
    """A list of instances with Incidents and Maintenances, or one of them."""
    rows = list(try_rows(document, '"Incidents"', '"Maintenances"', '"environment"')) or [
        try_object(document)
    ]
    if not all(map(_is_instance, rows)):
        return None
    return Recognition(96, "instances with key, status, Incidents and Maintenances")


def endpoints(address: str) -> Endpoints:
    """All instances; only one where the address names it."""
    path = urlsplit(address).path.rstrip("/")
    if "/v1/" in path and path.endswith(("/preview", "/status")):
        return Endpoints(look=(address,))
    host = urlsplit(address).hostname or ""
    api = _API if host.endswith("status.salesforce.com") else f"{page_root(address.partition('/v1')[0])}v1/"
    match = _ONE_INSTANCE.search(path)
    one = f"instances/{match[1].upper()}/status" if match and match[1] != "status" else _ALL
    return Endpoints(look=(api + one,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the instances of all documents; what is printed under several is one."""
    notes = Notes()
    rows = [row for document in documents for row in _instances(document)]
    active = [row for row in rows if row.get("isActive") is not False]
    components = {component.id: component for row in active if (component := _component(row, notes))}
    incidents = once(_incident(row, notes) for row in _distinct(active, "Incidents"))
    maintenances = once(_maintenance(row, look.now) for row in _distinct(active, "Maintenances"))
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components.values(), incidents, maintenances),
        components=tuple(components.values()),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(components=True, incidents=True, maintenances=True),
        warnings=notes.all,
        page_name="Salesforce Trust",
        rereads_at=next_edge(maintenances, look.now),
    )


def _is_instance(row: Object) -> bool:
    has_state = isinstance(row.get("key"), str) and isinstance(row.get("status"), str)
    return has_state and isinstance(row.get("Incidents"), list) and isinstance(row.get("Maintenances"), list)


def _instances(document: Document) -> list[Object]:
    root = load_json(document)
    rows = [as_object(item) for item in (root if isinstance(root, list) else [root])]
    if not rows or not all(map(_is_instance, rows)):
        raise not_this("Salesforce", document, "not a list of instances with status and Incidents")
    return rows


def _component(row: Object, notes: Notes) -> Component | None:
    key = plain_line(string(row["key"]))
    if not key:
        return None
    return Component(
        id=key,
        name=key,
        group=plain_line(string(row.get("environment"))) or None,
        region=plain_line(string(row.get("location"))) or None,
        status=notes.look_up(STATES, row["status"], Status.UNKNOWN, "instance status"),
    )


def _distinct(instances: Iterable[Object], key: str) -> Iterable[Object]:
    """Return the rows under `key` of all instances; a hundred instances may print the same."""
    rows: dict[str, Object] = {}
    nameless: list[Object] = []
    for row in (row for instance in instances for row in objects(instance[key])):
        own = string(row.get("id"))
        if own:
            rows.setdefault(own, row)
        else:
            nameless.append(row)
    return [*rows.values(), *nameless]


def _incident(row: Object, notes: Notes) -> VendorIncident:
    impacts = list(objects(row.get("IncidentImpacts")))
    updates = _updates(row)
    ended_at = _ended_at(impacts)
    starts = [at for impact in impacts if (at := parse_time(impact.get("startTime"))) is not None]
    started_at = min(starts, default=None) or parse_time(row.get("createdAt"))
    title = _title(row, impacts)
    stamps = (parse_time(row.get("updatedAt")), *(update.at for update in updates))
    is_over = ended_at is not None or fold(row.get("status")) == "resolved"
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=_impact(row, impacts, notes),
        phase=Phase.RESOLVED if is_over else _newest_phase(updates),
        started_at=started_at,
        updated_at=max((at for at in stamps if at is not None), default=started_at),
        resolved_at=ended_at or parse_time(row.get("updatedAt")) if is_over else None,
        component_ids=_keys(row),
        updates=updates,
    )


def _newest_phase(updates: Sequence[Update]) -> Phase:
    newest = updates[-1].phase if updates else None
    return newest if isinstance(newest, Phase) else Phase.INVESTIGATING


def _ended_at(impacts: Sequence[Object]) -> datetime | None:
    """Return when the last impact ended; None while one of them has no end, or none is told."""
    ends = [parse_time(impact.get("endTime")) for impact in impacts]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def _impact(row: Object, impacts: Sequence[Object], notes: Notes) -> Impact:
    """Return the worst of the impacts that go on, else of all; what is major in the core is critical."""
    going_on = [impact for impact in impacts if not impact.get("endTime")] or impacts
    known = [
        notes.look_up(IMPACTS, impact.get("severity"), Impact.UNKNOWN, "severity") for impact in going_on
    ]
    worst = max(known, key=lambda impact: impact.rank, default=Impact.UNKNOWN)
    return Impact.CRITICAL if worst is Impact.MAJOR and row.get("isCore") is True else worst


def _title(row: Object, impacts: Sequence[Object]) -> str:
    kinds = [text for impact in impacts if (text := _words(impact.get("type")))]
    services = [text for key in strings(row.get("serviceKeys")) if (text := _words(key))]
    title = kinds[-1] if kinds else "Incident"
    listed = ", ".join(services[:MAX_SERVICES_IN_TITLE])
    more = (
        f" and {len(services) - MAX_SERVICES_IN_TITLE} more" if len(services) > MAX_SERVICES_IN_TITLE else ""
    )
    return plain_line(f"{title} ({listed}{more})" if listed else title)


def _words(key: object) -> str:
    """Return "performanceDegradation" as "Performance degradation"."""
    return _HUMP.sub(" ", plain_line(string(key))).capitalize()


def _keys(row: Object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for text in strings(row.get("instanceKeys")) if (key := plain_line(text))))


def _posts(events: object) -> list[tuple[datetime, str, str]]:
    """Return time, type and text of events that have a time, oldest first."""
    dated = ((parse_time(event.get("createdAt")), event) for event in objects(events))
    posts = (
        (at, string(event.get("type")) or "", plain_text(string(event.get("message"))))
        for at, event in dated
        if at is not None
    )
    return sorted(posts, key=lambda post: post[0])


def _updates(row: Object) -> tuple[Update, ...]:
    found: list[Update] = []
    phase = Phase.INVESTIGATING
    for at, kind, text in _posts(row.get("IncidentEvents")):
        phase = next((told for start, told in _PHASES if kind.startswith(start)), phase)
        if text:
            found.append(Update(at, phase, text))
    return tuple(found)


def _maintenance(row: Object, now: datetime) -> Maintenance:
    starts_at, ends_at = parse_time(row.get("plannedStartTime")), parse_time(row.get("plannedEndTime"))
    posts = _posts(row.get("MaintenanceEvents"))
    phase = _window_phase([kind for _, kind, _ in posts], starts_at, ends_at, now)
    title = plain_line(string(row.get("name"))) or "Maintenance"
    return Maintenance(
        id=identity(row.get("id"), title, starts_at),
        title=title,
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_keys(row),
        updates=tuple(Update(at, phase, text) for at, _, text in posts if text),
    )


def _window_phase(
    words: Sequence[str], starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> MaintenancePhase:
    """Return where a window stands: by the clock, unless an event ended it early."""
    told = next(
        (p for word in reversed(words) if (p := MAINTENANCE_PHASES.get(fold(word))) is not None), None
    )
    if told is not None and told.is_over:
        return told
    if starts_at is None:
        return told or MaintenancePhase.SCHEDULED
    return window_phase(starts_at, ends_at, now)
