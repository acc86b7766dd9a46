"""Checkly status pages: the three documents behind /api/status-page/<name>/ that the page itself reads.

Facts: a body of Mistral's page (July 2026), the incident object of the vendor's API, and two programs that
read the same documents. `unresolved-incidents` is the whole list of what is open; `uptime` names the services
by group in `metadata`, with the days behind them; `maintenance-windows` has `active` and `upcoming`. Services
carry no state: that of the open incidents that name one is theirs. Severities are MINOR, MEDIUM, MAJOR,
CRITICAL, and most incidents are MEDIUM. The name stands in the address of pages at checkly-status-page.com;
of a page at a domain of its own, only the documents' addresses have it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.errors import CatalogError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import PHASES, Notes

NAME = "checkly"

SEVERITIES: Final[Mapping[str, Impact]] = {
    "maintenance": Impact.NONE,
    "minor": Impact.MINOR,
    "medium": Impact.MAJOR,
    "major": Impact.MAJOR,
    "critical": Impact.CRITICAL,
}
_HOSTED: Final = re.compile(r"^([a-z0-9-]+)\.checkly-status-pages?\.com$")
_PLACE: Final = re.compile(r"^(.*)/api/status-page/([\w-]+)(?:/.*)?$")
_OPEN, _UPTIME, _WINDOWS = "unresolved-incidents", "uptime", "maintenance-windows"
CLUES: Final = Clues(
    in_address=(
        (
            re.compile(r"^(https?://([a-z0-9-]+)\.checkly-status-pages?\.com)/"),
            r"\1/api/status-page/\2/uptime",
        ),
    )
)


def recognise(document: Document) -> Recognition | None:
    """Incidents with a severity, services and updates, or the services by group beside their uptime."""
    root = try_object(document)
    if _is_uptime(root):
        return Recognition(92, "metadata and uptime with services")
    rows = list(objects(root.get("incidents")))
    if not rows or not _is_open_list(root):
        return None
    is_whole = all("lastUpdateStatus" in row and "incidentUpdates" in row for row in rows)
    return Recognition(94 if is_whole else 70, "incidents with severity and services")


def endpoints(address: str) -> Endpoints:
    """Incidents, services and windows; the incidents alone where the others cannot be had."""
    root, name = _place(address)
    look = tuple(f"{root}/api/status-page/{name}/{part}" for part in (_OPEN, _UPTIME, _WINDOWS))
    return Endpoints(look=look, fallbacks=((look[0], NAME),))


def _place(address: str) -> tuple[str, str]:
    """Return the page's address without a slash at its end, and its name."""
    parts = urlsplit(address)
    if match := _PLACE.match(parts.path):
        return f"{parts.scheme}://{parts.netloc}{match[1]}", match[2]
    if match := _HOSTED.match((parts.hostname or "").lower()):
        return f"{parts.scheme}://{parts.netloc}", match[1]
    raise CatalogError(
        "the address of a Checkly page at a domain of its own must hold the page's name",
        subject=address,
        remedy="Give it as https://…/api/status-page/NAME; the page's own requests show the name",
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the open incidents, and the services and windows where they are there too."""
    notes = Notes()
    roots = [_root(document) for document in documents]
    url, listed = _open_list(documents, roots)
    services = next((root for root in roots if _is_uptime(root)), None)
    windows = next((root for root in roots if _is_windows(root)), None)
    rows = dict(_by_id(listed["incidents"]))
    incidents = tuple(_incident(key, row, _page_of(url), notes) for key, row in rows.items())
    components = tuple(_components(services or {}, incidents))
    maintenances = tuple({window.id: window for window in _maintenances(windows or {})}.values())
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances, silence=Status.OPERATIONAL),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(components=services is not None, incidents=True, maintenances=windows is not None),
        warnings=notes.all,
        page_url=link(_page_of(url)),
    )


def _root(document: Document) -> Object:
    root = as_object(load_json(document))
    if not (_is_open_list(root) or _is_uptime(root) or _is_windows(root)):
        raise not_this("Checkly", document, "neither incidents, services nor maintenance windows")
    return root


def _open_list(documents: Sequence[Document], roots: Sequence[Object]) -> tuple[str, Object]:
    for document, root in zip(documents, roots, strict=True):
        if _is_open_list(root):
            return document.url, root
    raise not_this("Checkly", documents[0], "the list of unresolved incidents is not among them")


def _is_open_list(root: Object) -> bool:
    """Tell the list of incidents: of an empty one, that there is nothing else beside it."""
    rows = root.get("incidents")
    if not isinstance(rows, list):
        return False
    return all(_is_incident(as_object(row)) for row in rows) if rows else len(root) == 1


def _is_incident(row: Object) -> bool:
    has_more = "services" in row or "incidentUpdates" in row
    return bool(string(row.get("id"))) and isinstance(row.get("severity"), str) and has_more


def _is_uptime(root: Object) -> bool:
    groups = [*objects(root.get("metadata")), *objects(root.get("uptime"))]
    has_lists = isinstance(root.get("metadata"), list) and isinstance(root.get("uptime"), list)
    return has_lists and bool(groups) and all(isinstance(group.get("services"), list) for group in groups)


def _is_windows(root: Object) -> bool:
    return isinstance(root.get("active"), list) and isinstance(root.get("upcoming"), list)


def _by_id(rows: object) -> Iterable[tuple[str, Object]]:
    return ((key, row) for row in objects(rows) if (key := string(row.get("id"))))


def _page_of(url: str) -> str | None:
    """Return the page's address from that of one of its documents."""
    parts = urlsplit(url)
    match = _PLACE.match(parts.path)
    return f"{parts.scheme}://{parts.netloc}{match[1]}/" if match else None


def _incident(key: str, row: Object, page: str | None, notes: Notes) -> VendorIncident:
    updates = _updates(row, notes)
    newest = updates[-1].phase if updates else Phase.INVESTIGATING
    phase = notes.look_up(PHASES, row.get("lastUpdateStatus"), Phase(newest), "incident status")
    started_at = parse_time(row.get("created_at")) or (updates[0].at if updates else None)
    last = updates[-1].at if updates else None
    return VendorIncident(
        id=key,
        title=plain_line(string(row.get("name"))),
        impact=notes.look_up(SEVERITIES, row.get("severity"), Impact.UNKNOWN, "severity"),
        phase=phase,
        started_at=started_at,
        updated_at=parse_time(row.get("updated_at")) or last or started_at,
        resolved_at=(last or parse_time(row.get("updated_at"))) if phase is Phase.RESOLVED else None,
        component_ids=tuple(dict(_by_id(row.get("services")))),
        url=link(f"{page}incident/{key}") if page else None,
        updates=updates,
    )


def _updates(row: Object, notes: Notes) -> tuple[Update, ...]:
    found = []
    for update in objects(row.get("incidentUpdates")):
        at = parse_time(update.get("publicIncidentUpdateDate")) or parse_time(update.get("created_at"))
        if at is not None:
            phase = notes.look_up(PHASES, update.get("status"), Phase.INVESTIGATING, "update status")
            found.append(Update(at, phase, plain_text(string(update.get("description")))))
    return tuple(sorted(found, key=lambda update: update.at))


def _components(services: Object, incidents: Iterable[VendorIncident]) -> Iterable[Component]:
    """Yield the services, each as bad as the worst open incident that names it."""
    hit: dict[str, list[Status]] = {}
    for incident in incidents:
        if incident.is_open and (status := incident.impact.status) is not None:
            for key in incident.component_ids:
                hit.setdefault(key, []).append(status)
    rows = {
        key: (row, plain_line(string(group.get("name"))) or None)
        for part in (_UPTIME, "metadata")
        for group in objects(services.get(part))
        for key, row in _by_id(group.get("services"))
    }
    for key, (row, group) in rows.items():
        status = worst(hit.get(key, ())) or Status.OPERATIONAL
        yield Component(key, plain_line(string(row.get("name"))), group=group, status=status)


def _maintenances(windows: Object) -> Iterable[Maintenance]:
    """Yield the windows; one that stands in both lists last as the running one."""
    for part, phase in (("upcoming", MaintenancePhase.SCHEDULED), ("active", MaintenancePhase.IN_PROGRESS)):
        for row in objects(windows.get(part)):
            title = plain_line(string(row.get("name")) or string(row.get("title")))
            start = string(row.get("startsAt")) or string(row.get("startAt")) or ""
            yield Maintenance(
                id=string(row.get("id")) or _digest(title, start),
                title=title,
                phase=phase,
                starts_at=parse_time(start),
                ends_at=parse_time(row.get("endsAt")) or parse_time(row.get("endAt")),
                component_ids=tuple(dict(_by_id(row.get("services")))),
            )


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode(errors="replace")).hexdigest()[:16]
