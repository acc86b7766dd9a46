"""StatusPal: the summary of a page at https://statuspal.io/api/v2/status_pages/<subdomain>/summary.

Facts: payloads of Exoscale (2023, 2025) and Maslak (2023), and the API's description, which says that all
times are UTC although they carry no zone. Pages of European accounts answer at statuspal.eu only. A state is
the type of the incident that causes it, null where there is none; a newer second rollup may be coarser than
the first. Services are a tree: those with children only group them. What is over leaves the summary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import urlsplit

from statusherd.model.errors import CatalogError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import identity, next_edge, once
from statusherd.watch.formats._statuspal_tree import component_ids, leaves_below, services
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold, impact_of

NAME = "statuspal"

TYPES: Final[Mapping[str, Status]] = {
    "info": Status.OPERATIONAL,
    "minor": Status.DEGRADED,
    "performance": Status.DEGRADED,
    "major": Status.MAJOR_OUTAGE,
    "scheduled": Status.MAINTENANCE,
    "emergencymaintenance": Status.MAINTENANCE,
}
_ISSUE_PHASES: Final[Mapping[str, Phase]] = {**PHASES, "issue": Phase.INVESTIGATING}
# Marks of a post that do not say where the event stands.
_WORDS_WITHOUT_PHASE: Final = frozenset({"essential", "info", "issue", "monitoring", "scheduled", "update"})
P = TypeVar("P", Phase, MaintenancePhase)
_SUBDOMAIN: Final = r"[A-Za-z0-9_-]{1,80}"
_API: Final = re.compile(rf"/api/v2/status_pages/({_SUBDOMAIN})(?:/summary)?/?$")
_BELOW: Final = re.compile(rf"^/(?:status_pages/)?({_SUBDOMAIN})(?:/|$)")
_PLATFORMS: Final = ("statuspal.io", "statuspal.eu")
_SUMMARY: Final = r"https://\2/api/v2/status_pages/\1/summary"
CLUES: Final = Clues(
    in_address=((re.compile(r"^https?://([a-z0-9-]+)\.(statuspal\.(?:io|eu))(?::\d+)?/"), _SUMMARY),),
    in_page=((re.compile(r"//([a-z0-9-]{1,60})\.(statuspal\.(?:io|eu))"), _SUMMARY),),
    rank=13,
)


def recognise(document: Document) -> Recognition | None:
    """A tree of services beside a page that has the type of its current incident."""
    if "current_incident_type" not in document.text or not _is_anchored(try_object(document)):
        return None
    return Recognition(97, "status_page.current_incident_type beside services")


def endpoints(address: str) -> Endpoints:
    """The summary of the page whose subdomain stands in `address`; a page on a domain of its own hides it."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    if _API.search(parts.path):  # the document itself, be it a mirror's
        root = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/summary')}"
        return Endpoints(look=(f"{root}/summary",))
    name, _, platform = host.partition(".")
    if platform in _PLATFORMS:
        return Endpoints(look=(f"https://{platform}/api/v2/status_pages/{name}/summary",))
    if host in _PLATFORMS and (match := _BELOW.match(parts.path)):
        return Endpoints(look=(f"https://{host}/api/v2/status_pages/{match[1]}/summary",))
    raise CatalogError(
        "the address of a StatusPal page must hold its subdomain: https://<subdomain>.statuspal.io or .eu",
        subject=address,
        remedy="`statusherd inspect` with the page's address finds it in the page's source",
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the summary; of several, the last."""
    notes = Notes()
    root, where = [(_root(document), document.url) for document in documents][-1]
    tree = list(services(root["services"]))
    # The type "scheduled" stays on a page and its services before and after the window.
    is_window_open = any(True for _ in objects(root.get("maintenances")))
    page_status = _page_status(root, notes, is_window_open=is_window_open)
    components = tuple(
        Component(key, name, group, status=_state(row, notes, is_window_open=is_window_open))
        for key, name, group, row, is_leaf in tree
        if is_leaf
    )
    leaves = leaves_below(tree)
    incidents = once(_incidents(root, leaves, look.now, notes))
    maintenances = once(_maintenances(root, leaves, look.now, notes))
    page = as_object(root["status_page"])
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(root),
        warnings=notes.all,
        page_name=plain_line(string(page.get("name"))) or None,
        page_url=_page_url(page, where),
        rereads_at=next_edge(maintenances, look.now),
    )


def _coverage(root: Object) -> Coverage:
    lists = {key for key, value in root.items() if isinstance(value, list)}
    return Coverage(
        rollup=True,
        components=True,
        incidents="incidents" in lists,
        maintenances={"maintenances", "upcoming_maintenances"} <= lists,
    )


def _root(document: Document) -> Object:
    root = as_object(load_json(document))
    if not _is_anchored(root):
        raise not_this("StatusPal", document, "no services beside a status_page with current_incident_type")
    return root


def _is_anchored(root: Object) -> bool:
    return "current_incident_type" in as_object(root.get("status_page")) and isinstance(
        root.get("services"), list
    )


def _page_url(page: Object, where: str) -> str | None:
    """Return the page's address on the platform: `url` in the summary is the company's own site."""
    platform = urlsplit(where).hostname if link(where) else None
    subdomain = string(page.get("subdomain")) or ""
    if platform not in _PLATFORMS or not re.fullmatch(_SUBDOMAIN, subdomain):
        return None
    return f"https://{subdomain}.{platform}/"


def _page_status(root: Object, notes: Notes, *, is_window_open: bool) -> Status:
    """Return the worse of the two rollups: the newer one knows fewer words."""
    told = [as_object(root["status_page"])["current_incident_type"]]
    if root.get("current_status_type") is not None:
        told.append(root["current_status_type"])
    states = [_of_type(word, notes, is_window_open=is_window_open) for word in told]
    return worst(states) or Status.UNKNOWN


def _state(row: Object, notes: Notes, *, is_window_open: bool) -> Status:
    if "current_incident_type" not in row:
        return Status.UNKNOWN
    return _of_type(row["current_incident_type"], notes, is_window_open=is_window_open)


def _of_type(word: object, notes: Notes, *, is_window_open: bool) -> Status:
    if word is None or (fold(word) == "scheduled" and not is_window_open):
        return Status.OPERATIONAL
    return notes.look_up(TYPES, word, Status.UNKNOWN, "incident type")


def _is_window(row: Object) -> bool:
    return TYPES.get(fold(row.get("type"))) is Status.MAINTENANCE


def _is_planned_notice(row: Object, now: datetime) -> bool:
    starts_at = parse_time(row.get("starts_at"))
    return starts_at is not None and starts_at > now


def _incidents(
    root: Object, leaves: Mapping[str, tuple[str, ...]], now: datetime, notes: Notes
) -> Iterator[VendorIncident]:
    """Yield what is wrong, and notices: those of the future are planned work."""
    for row in objects(root.get("incidents")):
        if not _is_window(row):
            yield _incident(row, leaves, now, notes)
    for row in objects(root.get("info_notices")):
        if not _is_planned_notice(row, now):
            yield _incident({**row, "type": "info"}, leaves, now, notes)


def _incident(
    row: Object, leaves: Mapping[str, tuple[str, ...]], now: datetime, notes: Notes
) -> VendorIncident:
    updates = _updates(row, _ISSUE_PHASES, Phase.INVESTIGATING, notes)
    last = updates[-1] if updates else None
    starts_at, ends_at, title = _head(row)
    started_at = starts_at or parse_time(row.get("inserted_at")) or (updates[0].at if updates else None)
    phase = last.phase if last is not None and isinstance(last.phase, Phase) else Phase.INVESTIGATING
    is_over = phase is Phase.RESOLVED or (ends_at is not None and ends_at <= now)
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=_impact(row.get("type"), notes),
        phase=Phase.RESOLVED if is_over else phase,
        started_at=started_at,
        updated_at=last.at if last else started_at,
        resolved_at=(ends_at or (last.at if last else None)) if is_over else None,
        component_ids=component_ids(row, leaves),
        url=link(row.get("url")),
        updates=updates,
    )


def _impact(word: object, notes: Notes) -> Impact:
    return impact_of(notes.look_up(TYPES, word, Status.UNKNOWN, "incident type"))


def _head(row: Object) -> tuple[datetime | None, datetime | None, str]:
    """Return start, end and title of an event."""
    return (
        parse_time(row.get("starts_at")),
        parse_time(row.get("ends_at")),
        plain_line(string(row.get("title"))),
    )


def _maintenances(
    root: Object, leaves: Mapping[str, tuple[str, ...]], now: datetime, notes: Notes
) -> Iterator[Maintenance]:
    """Yield the windows: the list they stand in tells their phase, for announced ones the clock does."""
    misplaced = [row for row in objects(root.get("incidents")) if _is_window(row)]
    for row in (*objects(root.get("maintenances")), *misplaced):
        yield _maintenance(row, leaves, MaintenancePhase.IN_PROGRESS, notes)
    notices = [row for row in objects(root.get("info_notices")) if _is_planned_notice(row, now)]
    for row in (*objects(root.get("upcoming_maintenances")), *notices):
        starts_at, ends_at, _ = _head(row)
        phase = window_phase(starts_at, ends_at, now) if starts_at else MaintenancePhase.SCHEDULED
        yield _maintenance(row, leaves, phase, notes)


def _maintenance(
    row: Object, leaves: Mapping[str, tuple[str, ...]], phase: MaintenancePhase, notes: Notes
) -> Maintenance:
    starts_at, ends_at, title = _head(row)
    updates = _updates(row, MAINTENANCE_PHASES, phase, notes)
    last = updates[-1].phase if updates else phase
    return Maintenance(
        id=identity(row.get("id"), title, starts_at),
        title=title,
        phase=last if isinstance(last, MaintenancePhase) and last.is_over else phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=component_ids(row, leaves),
        url=link(row.get("url")),
        updates=updates,
    )


def _updates(row: Object, words: Mapping[str, P], default: P, notes: Notes) -> tuple[Update, ...]:
    """Return the posts, oldest first; a post whose word is no phase keeps `default`."""
    found = []
    for post in objects(row.get("updates")):
        at = parse_time(post.get("posted_at")) or parse_time(post.get("inserted_at"))
        if at is not None:
            word = "" if fold(post.get("type")) in _WORDS_WITHOUT_PHASE - words.keys() else post.get("type")
            phase = notes.look_up(words, word, default, "update type")
            text = string(post.get("description")) or string(post.get("description_html"))
            found.append(Update(at, phase, plain_text(text)))
    return tuple(sorted(found, key=lambda update: update.at))
