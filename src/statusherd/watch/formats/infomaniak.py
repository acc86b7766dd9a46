"""Infomaniak: the list of events of its API.

Facts: four answers of December 2022 and January 2023. The list holds what goes on and the newest that is
over; there is no rollup and no state of the services. Times are epoch seconds. The texts are French, with
translations beside them. Maintenance and enhancements stand among the incidents, told by their type. The API
wants a token; the address in use must need none, or carry its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.records import Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Endpoints, Look, Recognition
from statusherd.watch.formats._lists import identity, next_edge, once
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold

NAME = "infomaniak"

IMPACTS: Final[Mapping[str, Impact]] = {"critical": Impact.CRITICAL, "impacting": Impact.MINOR}
_PHASES: Final = {**PHASES, "inprogress": Phase.INVESTIGATING, "terminated": Phase.RESOLVED}
_WINDOWS: Final = {**MAINTENANCE_PHASES, "terminated": MaintenancePhase.COMPLETED}
_PLANNED: Final = "planned"
_LANGUAGE: Final = "en"


def recognise(document: Document) -> Recognition | None:
    """A success whose data are events with type, status and started_at."""
    rows = list(objects(_data(try_object(document))))
    if not rows or not all(map(_is_event, rows)):
        return None
    return Recognition(94, "result beside data: events with type, status, services and started_at")


def endpoints(address: str) -> Endpoints:
    """The list of events itself."""
    return Endpoints(look=(address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the lists of events. They name all that goes on: where nothing does, all is well."""
    notes = Notes()
    rows = [row for document in documents for row in _events(document)]
    incidents = once(_incident(row, notes) for row in rows if not _is_window(row))
    maintenances = once(_maintenance(row, look.now, notes) for row in rows if _is_window(row))
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, (), incidents, maintenances, silence=Status.OPERATIONAL),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(incidents=True, history=True, maintenances=True),
        warnings=notes.all,
        page_name="Infomaniak",
        rereads_at=next_edge(maintenances, look.now),
    )


def _data(root: Object) -> object:
    return root.get("data") if root.get("result") == "success" else None


def _is_event(row: Object) -> bool:
    has_words = isinstance(row.get("type"), str) and isinstance(row.get("status"), str)
    return has_words and "started_at" in row and isinstance(row.get("services"), list)


def _events(document: Document) -> list[Object]:
    data = _data(as_object(load_json(document)))
    if not isinstance(data, list) or not all(map(_is_event, map(as_object, data))):
        raise not_this(
            "Infomaniak", document, "no successful list of events with type, status and started_at"
        )
    return list(objects(data))


def _is_window(row: Object) -> bool:
    """Tell planned work: by its type, or because it is only planned."""
    return fold(row["type"]).startswith(("maintenance", "enhancement")) or fold(row["status"]) == _PLANNED


def _incident(row: Object, notes: Notes) -> VendorIncident:
    title, first = _texts(row)
    started_at, ended_at = parse_time(row["started_at"]), parse_time(row.get("ended_at"))
    unsaid = Phase.RESOLVED if ended_at else Phase.INVESTIGATING
    phase = notes.look_up(_PHASES, row["status"], unsaid, "event status")
    updates = _updates(row, first, started_at, Phase.INVESTIGATING)
    newest = updates[-1].at if updates else started_at
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=notes.look_up(IMPACTS, row["type"], Impact.UNKNOWN, "event type"),
        phase=phase,
        started_at=started_at,
        updated_at=ended_at or newest,
        resolved_at=ended_at or newest if phase is Phase.RESOLVED else None,
        component_ids=_services(row),
        url=link(row.get("url")),
        updates=updates,
    )


def _maintenance(row: Object, now: datetime, notes: Notes) -> Maintenance:
    title, first = _texts(row)
    starts_at, ends_at = parse_time(row["started_at"]), parse_time(row.get("ended_at"))
    by_clock = window_phase(starts_at, ends_at, now)
    phase = notes.look_up(_WINDOWS, row["status"], by_clock, "event status")
    if fold(row["status"]) == _PLANNED and starts_at is not None:
        phase = by_clock
    return Maintenance(
        id=identity(row.get("id"), title, starts_at),
        title=title,
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_services(row),
        url=link(row.get("url")),
        updates=_updates(row, first, starts_at, phase),
    )


def _services(row: Object) -> tuple[str, ...]:
    names = (plain_line(string(service.get("name"))) for service in objects(row["services"]))
    return tuple(dict.fromkeys(name for name in names if name))


def _texts(row: Object) -> tuple[str, str]:
    """Return the title and the first text, in English where there is a translation."""
    description = as_object(row.get("description"))
    english = _english(description.get("translations"))
    title = plain_line(string(english.get("title"))) or plain_line(string(description.get("title")))
    body = plain_text(string(english.get("body"))) or plain_text(string(description.get("description")))
    return title or plain_line(string(row["type"])), body


def _english(translations: object) -> Object:
    return next((row for row in objects(translations) if row.get("language") == _LANGUAGE), {})


def _updates(
    row: Object, first: str, started_at: datetime | None, phase: Phase | MaintenancePhase
) -> tuple[Update, ...]:
    """Return the description and the comments, oldest first."""
    posts = [(started_at, first)]
    for comment in objects(row.get("comments")):
        english = _english(comment.get("translation") or comment.get("translations"))
        body = plain_text(string(english.get("body"))) or plain_text(string(comment.get("body")))
        posts.append((parse_time(comment.get("started_at")), body))
    known = ((at, text) for at, text in posts if at is not None and text)
    return tuple(Update(at, phase, text) for at, text in sorted(known, key=lambda post: post[0]))
