"""Slack: its own status API, version 2.0.0.

Facts: `current` of July 2020, `history` of August 2026, Slack's description of the API. `current` lists what
is active; `history` is a bare list of the newest events, those still active among them. The page says "ok"
or "active", without a level; what an event is worth says its type. The services that an event names are no
list of components: services that are well are nowhere. The notes have no phases; HTML, oldest first. What is
over has no time of its end: its last change stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from statusherd.model.records import Coverage, Maintenance, Snapshot, Update, VendorIncident
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
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold

NAME = "slack"

IMPACTS: Final[Mapping[str, Impact]] = {
    "notice": Impact.MINOR,
    "incident": Impact.MAJOR,
    "outage": Impact.CRITICAL,
}
_PHASES: Final = {**PHASES, "active": Phase.INVESTIGATING}
_WINDOWS: Final = {**MAINTENANCE_PHASES, "active": MaintenancePhase.IN_PROGRESS}
_ONLY_OF_WINDOWS: Final = ("scheduled", "inprogress", "completed", "cancelled", "canceled")
_OK: Final = "ok"
_ACTIVE: Final = "active"
CLUES: Final = Clues(
    in_address=(
        at_host("slack-status.com", "/api/v2.0.0/current"),
        at_host("status.slack.com", "https://slack-status.com/api/v2.0.0/current"),
    )
)


def recognise(document: Document) -> Recognition | None:
    """A status word beside active_incidents, or a list of events with notes and services."""
    if _is_current(try_object(document)):
        return Recognition(95, "status beside active_incidents")
    rows = list(try_rows(document, '"notes"', '"services"', '"date_created"'))
    if rows and all(map(_is_event, rows)):
        return Recognition(92, "a list of events with type, notes and services")
    return None


def endpoints(address: str) -> Endpoints:
    """What is active, the newest events, and the feed where the API is not to be had."""
    root = page_root(address.partition("/api/")[0])
    return Endpoints(
        look=(f"{root}api/v2.0.0/current",),
        history=(f"{root}api/v2.0.0/history",),
        fallbacks=((f"{root}feed/rss", "feed"),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge `current` and `history`. History alone speaks for the events that it lists."""
    notes = Notes()
    roots = [load_json(document) for document in documents]
    currents = [root for root in map(as_object, roots) if _is_current(root)]
    for document, root in zip(documents, roots, strict=True):
        _refuse_others(document, root, has_current=bool(currents))
    rows = [row for root in roots for row in _events(root)]
    incidents = once(_incident(row, notes) for row in rows if not _is_maintenance(row))
    maintenances = once(_maintenance(row, notes) for row in rows if _is_maintenance(row))
    page_status = worst(_page_status(root, notes) for root in currents) if currents else None
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=Status.UNKNOWN if currents and page_status is None else page_status,
        status=effective_status(page_status, (), incidents, maintenances),
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(current=len(currents), history=len(roots) - len(currents)),
        warnings=notes.all,
        page_name="Slack",
    )


def _coverage(current: int, history: int) -> Coverage:
    """Planned work that is neither active nor among the newest events is over: both documents must say so."""
    has_current, has_history = current > 0, history > 0
    return Coverage(
        rollup=has_current,
        incidents=has_current,
        history=has_history,
        maintenances=has_current and has_history,
    )


def _is_current(root: Object) -> bool:
    return isinstance(root.get("status"), str) and isinstance(root.get("active_incidents"), list)


def _is_event(row: Object) -> bool:
    has_words = isinstance(row.get("type"), str) and isinstance(row.get("status"), str)
    return has_words and isinstance(row.get("notes"), list) and "date_created" in row


def _refuse_others(document: Document, root: object, *, has_current: bool) -> None:
    """A history may be empty beside what is current; alone, an empty list could be anybody's."""
    if isinstance(root, list) and all(map(_is_event, map(as_object, root))) and (root or has_current):
        return
    if not _is_current(as_object(root)):
        raise not_this("Slack", document, "neither active_incidents nor a list of events with notes")


def _events(root: object) -> Iterable[Object]:
    return objects(as_object(root).get("active_incidents") if isinstance(root, dict) else root)


def _page_status(root: Object, notes: Notes) -> Status:
    """Read "active", which has no level, as the least that it can mean."""
    rows = list(objects(root["active_incidents"]))
    is_planned = bool(rows) and all(map(_is_maintenance, rows))
    words = {_OK: Status.OPERATIONAL, _ACTIVE: Status.MAINTENANCE if is_planned else Status.DEGRADED}
    return notes.look_up(words, root["status"], Status.UNKNOWN, "page status")


def _is_maintenance(row: Object) -> bool:
    return "maintenance" in fold(row.get("type")) or fold(row.get("status")) in _ONLY_OF_WINDOWS


def _incident(row: Object, notes: Notes) -> VendorIncident:
    phase = notes.look_up(_PHASES, row.get("status"), Phase.INVESTIGATING, "incident status")
    updates = _updates(row, Phase.INVESTIGATING, phase)
    title = plain_line(string(row.get("title")))
    started_at = parse_time(row.get("date_created")) or (updates[0].at if updates else None)
    changed_at = parse_time(row.get("date_updated")) or (updates[-1].at if updates else started_at)
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=notes.look_up(IMPACTS, row.get("type"), Impact.UNKNOWN, "incident type"),
        phase=phase,
        started_at=started_at,
        updated_at=changed_at,
        resolved_at=changed_at if phase is Phase.RESOLVED else None,
        component_ids=_services(row),
        url=link(row.get("url")),
        updates=updates,
    )


def _maintenance(row: Object, notes: Notes) -> Maintenance:
    """Read planned work. Its window stands in its words only, so it has no times."""
    phase = notes.look_up(_WINDOWS, row.get("status"), MaintenancePhase.SCHEDULED, "maintenance status")
    title = plain_line(string(row.get("title")))
    return Maintenance(
        id=identity(row.get("id"), title, parse_time(row.get("date_created"))),
        title=title,
        phase=phase,
        component_ids=_services(row),
        url=link(row.get("url")),
        updates=_updates(row, phase, phase),
    )


def _services(row: Object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in strings(row.get("services")) if (name := plain_line(text))))


def _updates(
    row: Object, phase: Phase | MaintenancePhase, last: Phase | MaintenancePhase
) -> tuple[Update, ...]:
    """Return the notes, oldest first; the newest stands for where the event is."""
    dated = (
        (parse_time(note.get("date_created")), string(note.get("body"))) for note in objects(row.get("notes"))
    )
    posts = sorted(((at, plain_text(body)) for at, body in dated if at is not None), key=lambda post: post[0])
    return tuple(
        Update(at, last if number == len(posts) else phase, text)
        for number, (at, text) in enumerate(posts, start=1)
    )
