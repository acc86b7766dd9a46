"""Alibaba Cloud: the lists of events behind its status page.

Facts: an answer of September 2026 with events that are over, and clients of the two lists, of what goes on
and of what was. An event has no impact, and until now no products, regions or updates either. It is over
when it has an end, or when its title says so. An answer may carry HTTP status 200 and another code inside.
Times are epoch milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.records import Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import identity, next_edge, once
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import fold

NAME = "alibaba"

_GOING_ON: Final = "api/status/listEventInProgress"
_HISTORY: Final = "api/status/listHistoryEvent"
_ENVELOPE: Final = frozenset(["data", "code", "success", "httpCode", "requestId"])
_SAYS_OVER: Final = re.compile(r"\(?\b(?:recovered|resolved|completed)\b\)?\]", re.IGNORECASE)
# "[Incident (Recovered)] ", "[Incident Recovered] ": where an event stands, not what it is called.
_STATE_IN_TITLE: Final = re.compile(r"^\[(?:incident|maintenance)\b[^\]]{0,40}\]\s*(?=\S)", re.IGNORECASE)
_PLANNED: Final = ("maint", "upgrade", "change")
_NAMES: Final = ("name", "productName", "regionName", "productCode", "regionId")
CLUES: Final = Clues(in_address=(at_host("status.alibabacloud.com", "/api/status/listEventInProgress"),))


def recognise(document: Document) -> Recognition | None:
    """Its envelope, and in it events with eventType, startTime and endTime, or none."""
    root = try_object(document)
    if not _ENVELOPE.issubset(root) or not isinstance(root["data"], list):
        return None
    rows = [as_object(row) for row in root["data"]]
    if not all(map(_is_event, rows)):
        return None
    if rows:
        return Recognition(94, "data: events with eventType, startTime and endTime")
    return Recognition(70, "an empty list in an envelope of code, success, httpCode and requestId")


def endpoints(address: str) -> Endpoints:
    """What goes on, and what was; one list alone where the address names it."""
    if "/api/status/list" in address:
        return Endpoints(look=(address,))
    root = page_root(address)
    return Endpoints(look=(root + _GOING_ON,), history=(root + _HISTORY,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the lists. Between them they name all that goes on: where nothing does, all is well."""
    rows = [row for document in documents for row in _events(document)]
    incidents = once(_incident(row) for row in rows if not _is_window(row))
    maintenances = once(_maintenance(row, look.now) for row in rows if _is_window(row))
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, (), incidents, maintenances, silence=Status.OPERATIONAL),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            incidents=True, history=any(not incident.is_open for incident in incidents), maintenances=True
        ),
        page_name="Alibaba Cloud",
        rereads_at=next_edge(maintenances, look.now),
    )


def _is_event(row: Object) -> bool:
    return isinstance(row.get("title"), str) and {"eventType", "startTime", "endTime"} <= row.keys()


def _events(document: Document) -> list[Object]:
    root = as_object(load_json(document))
    data = root.get("data")
    if root.get("success") is not True or string(root.get("code")) != "200":
        code = plain_line(string(root.get("code")), 40) or "none"
        raise not_this("Alibaba Cloud", document, f"it does not report success (code {code})")
    if not isinstance(data, list) or not all(map(_is_event, map(as_object, data))):
        raise not_this("Alibaba Cloud", document, "data is no list of events")
    return list(objects(data))


def _is_window(row: Object) -> bool:
    return any(word in fold(row["eventType"]) for word in _PLANNED)


def _title(row: Object) -> str:
    return _STATE_IN_TITLE.sub("", plain_line(string(row["title"])))


def _incident(row: Object) -> VendorIncident:
    title = _title(row)
    started_at, ended_at = parse_time(row["startTime"]), parse_time(row["endTime"])
    changed_at = parse_time(row.get("lastUpdateTime"))
    is_over = ended_at is not None or bool(_SAYS_OVER.search(plain_line(string(row["title"]))))
    updates = _updates(row, Phase.INVESTIGATING)
    newest = updates[-1].at if updates else started_at
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=Impact.UNKNOWN,
        phase=Phase.RESOLVED if is_over else Phase.INVESTIGATING,
        started_at=started_at,
        updated_at=changed_at or newest,
        resolved_at=ended_at or changed_at or newest if is_over else None,
        component_ids=_names(row.get("products")),
        regions=_names(row.get("regions")),
        updates=updates,
    )


def _maintenance(row: Object, now: datetime) -> Maintenance:
    title = _title(row)
    starts_at, ends_at = parse_time(row["startTime"]), parse_time(row["endTime"])
    is_over = bool(_SAYS_OVER.search(plain_line(string(row["title"]))))
    phase = MaintenancePhase.COMPLETED if is_over else window_phase(starts_at, ends_at, now)
    return Maintenance(
        id=identity(row.get("id"), title, starts_at),
        title=title,
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_names(row.get("products")),
        updates=_updates(row, phase),
    )


def _updates(row: Object, phase: Phase | MaintenancePhase) -> tuple[Update, ...]:
    found: list[Update] = []
    for post in objects(row.get("eventUpdates")):
        at, text = parse_time(post.get("publishTime")), plain_text(string(post.get("content")))
        if at is not None and text:
            found.append(Update(at, phase, text))
    return tuple(sorted(found, key=lambda update: update.at))


def _names(value: object) -> tuple[str, ...]:
    """Return the names in a list of strings or of objects; until now the source sends null."""
    return tuple(dict.fromkeys(name for item in _items(value) if (name := plain_line(_name(item)))))


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _name(item: object) -> str | None:
    if not isinstance(item, dict):
        return string(item)
    return next((text for key in _NAMES if (text := string(item.get(key)))), None)
