"""Better Stack (formerly Better Uptime): /index.json of a page, or the page itself.

Facts: JSON:API documents of real pages (2026) and a page of 2024. Reports written by hand keep `ends_at`
null when they are over, so their `aggregate_state` decides; the updates of a report are in no order; what a
relationship names may be missing from `included`. `timezone` is a Rails name and no time needs it: all carry
their offset. The page tells its state by the name of its preview image and of its icon. Every path of
*.betteruptime.com answers 200 with the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._betterstack_page import page_name, page_status, state_in
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, fold, impact_of

NAME = "betterstack"

STATES: Final[Mapping[str, Status]] = {
    "operational": Status.OPERATIONAL,
    "resolved": Status.OPERATIONAL,
    "recovered": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "downtime": Status.MAJOR_OUTAGE,
    "maintenance": Status.MAINTENANCE,
    "undermaintenance": Status.MAINTENANCE,
    "notmonitored": Status.UNKNOWN,
}
_OVER: Final = frozenset({"resolved", "recovered", "operational"})
Included = Mapping[tuple[str, str], Object]
CLUES: Final = Clues(
    in_address=(
        at_host("betteruptime.com", "/index.json"),
        at_host("betterstack.com", "/index.json"),
    ),
    in_page=((re.compile(r"uptime\.betterstack\.com/|betteruptime\.com/"), "/index.json"),),
    paths=("/index.json",),
    rank=30,
)


def recognise(document: Document) -> Recognition | None:
    """A JSON:API object of type status_page with its state, or a page with the product's assets."""
    attributes = _page_attributes(try_object(document))
    if attributes is not None:
        return Recognition(98, "data.type 'status_page' with aggregate_state")
    state = state_in(document.text)
    return Recognition(85, f"a page with Better Stack's image for {state!r}") if state else None


def endpoints(address: str) -> Endpoints:
    """The JSON document; where it is closed the page itself, then the feed of reports."""
    root = page_root(address)
    return Endpoints(
        look=(beside(root, "/index.json"),),
        fallbacks=((root, NAME), (beside(root, "/feed"), "feed")),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the JSON document, else the page."""
    notes = Notes()
    roots = [_read(document) for document in documents]
    found = [root for root in roots if isinstance(root, dict)]
    if found:
        return _from_json(found[-1], look, notes)
    return _from_page(next(root for root in roots if isinstance(root, str)), look, notes)


def _read(document: Document) -> Object | str:
    document.refuse_empty()
    text = document.text
    if looks_like_html(text):
        if state_in(text) is None:
            raise not_this("Better Stack", document, "a page without the state of a status page in it")
        return text
    root = as_object(load_json(document))
    if _page_attributes(root) is None:
        raise not_this("Better Stack", document, "no data of type status_page with an aggregate_state")
    return root


def _page_attributes(root: Object) -> Object | None:
    data = as_object(root.get("data"))
    attributes = as_object(data.get("attributes"))
    is_ours = data.get("type") == "status_page" and isinstance(attributes.get("aggregate_state"), str)
    return attributes if is_ours else None


def _from_json(root: Object, look: Look, notes: Notes) -> Snapshot:
    attributes = _page_attributes(root) or {}
    included = {key: row for row in objects(root.get("included")) if (key := _key(row))[1]}
    page_url = _page_url(attributes)
    rollup = notes.look_up(STATES, attributes["aggregate_state"], Status.UNKNOWN, "page status")
    components = tuple(_components(included, notes))
    incidents, maintenances = _reports(included, look.now, notes, page_url)
    edges = [edge for m in maintenances for edge in (m.starts_at, m.ends_at) if edge and edge > look.now]
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=rollup,
        status=effective_status(rollup, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(as_object(root["data"]), included, notes),
        warnings=notes.all,
        page_name=plain_line(string(attributes.get("company_name"))) or None,
        page_url=page_url,
        rereads_at=min(edges, default=None),
    )


def _key(row: Object) -> tuple[str, str]:
    """Return type and id of a row or of a reference to one; an empty id is none."""
    return string(row.get("type")) or "", string(row.get("id")) or ""


def _page_url(attributes: Object) -> str | None:
    if domain := string(attributes.get("custom_domain")):
        return link(f"https://{domain}/")
    subdomain = string(attributes.get("subdomain"))
    return link(f"https://{subdomain}.betteruptime.com/") if subdomain else None


def _coverage(data: Object, included: Included, notes: Notes) -> Coverage:
    """What the page names but does not include cannot be missed, so silence about it means nothing."""
    relationships = as_object(data.get("relationships"))
    has_all = {}
    for name in ("resources", "status_reports"):
        named = list(objects(as_object(relationships.get(name)).get("data")))
        missing = [row for row in named if _key(row) not in included]
        has_all[name] = not missing
        if missing:
            notes.warn(f"{len(missing)} of {len(named)} {name} are named but not included")
    return Coverage(
        rollup=True,
        components=has_all["resources"],
        incidents=has_all["status_reports"],
        history=has_all["status_reports"],
        maintenances=has_all["status_reports"],
    )


def _of_type(included: Included, kind: str) -> Iterable[tuple[str, Object]]:
    return (
        (key, as_object(row.get("attributes"))) for (type_, key), row in included.items() if type_ == kind
    )


def _components(included: Included, notes: Notes) -> Iterable[Component]:
    sections = {
        key: plain_line(string(a.get("name"))) for key, a in _of_type(included, "status_page_section")
    }
    for key, attributes in _of_type(included, "status_page_resource"):
        section = sections.get(string(attributes.get("status_page_section_id")) or "")
        yield Component(
            id=key,
            name=plain_line(string(attributes.get("public_name"))),
            group=section or None,
            status=notes.look_up(STATES, attributes.get("status"), Status.UNKNOWN, "component status"),
        )


def _reports(
    included: Included, now: datetime, notes: Notes, page_url: str | None
) -> tuple[tuple[VendorIncident, ...], tuple[Maintenance, ...]]:
    incidents, maintenances = [], []
    for key, report in _of_type(included, "status_report"):
        rows = list(_update_rows(key, included))
        url = urljoin(page_url, f"/incident/{key}") if page_url else None
        if fold(report.get("report_type")) == "maintenance":
            maintenances.append(replace(_maintenance(key, report, rows, now), url=url))
        else:
            incidents.append(replace(_incident(key, report, rows, now, notes), url=url))
    return tuple(incidents), tuple(maintenances)


def _update_rows(report_id: str, included: Included) -> Iterable[Object]:
    relationships = as_object(included["status_report", report_id].get("relationships"))
    for reference in objects(as_object(relationships.get("status_updates")).get("data")):
        row = included.get(("status_update", _key(reference)[1]))
        if row is not None:
            yield as_object(row.get("attributes"))


def _incident(
    key: str, report: Object, rows: Sequence[Object], now: datetime, notes: Notes
) -> VendorIncident:
    ends_at = parse_time(report.get("ends_at"))
    is_over = fold(report.get("aggregate_state")) in _OVER or (ends_at is not None and ends_at <= now)
    updates = _updates(rows)
    started_at = parse_time(report.get("starts_at")) or (updates[0].at if updates else None)
    last = updates[-1].at if updates else None
    states = [notes.look_up(STATES, report.get("aggregate_state"), Status.UNKNOWN, "report state")]
    states += _states(report, notes)
    if is_over:
        states = [state for row in rows for state in _states(row, notes)]
    return VendorIncident(
        id=key,
        title=plain_line(string(report.get("title"))),
        impact=_impact(states),
        phase=Phase.RESOLVED if is_over else Phase.INVESTIGATING,
        started_at=started_at,
        updated_at=last or started_at,
        resolved_at=(ends_at or last) if is_over else None,
        component_ids=_component_ids(report, rows),
        updates=updates,
    )


def _impact(states: Iterable[Status]) -> Impact:
    """Return the worst that the named components suffer; reports have no impact of their own."""
    trouble = worst(state for state in states if state.is_trouble)
    return impact_of(trouble)


def _states(row: Object, notes: Notes) -> list[Status]:
    return [
        notes.look_up(STATES, resource.get("status"), Status.UNKNOWN, "report state")
        for resource in objects(row.get("affected_resources"))
    ]


def _component_ids(report: Object, rows: Iterable[Object]) -> tuple[str, ...]:
    ids = (
        string(resource.get("status_page_resource_id"))
        for row in (report, *rows)
        for resource in objects(row.get("affected_resources"))
    )
    return tuple(dict.fromkeys(i for i in ids if i))


def _updates(rows: Iterable[Object]) -> tuple[Update, ...]:
    found = []
    for row in rows:
        at = parse_time(row.get("published_at"))
        if at is not None:
            words = [fold(resource.get("status")) for resource in objects(row.get("affected_resources"))]
            is_over = bool(words) and all(word in _OVER for word in words)
            phase = Phase.RESOLVED if is_over else Phase.INVESTIGATING
            found.append(Update(at, phase, plain_text(string(row.get("message")))))
    return tuple(sorted(found, key=lambda update: update.at))


def _maintenance(key: str, report: Object, rows: Sequence[Object], now: datetime) -> Maintenance:
    starts_at, ends_at = parse_time(report.get("starts_at")), parse_time(report.get("ends_at"))
    is_over = fold(report.get("aggregate_state")) in _OVER
    phase = MaintenancePhase.COMPLETED if is_over else window_phase(starts_at, ends_at, now)
    updates = tuple(
        Update(update.at, window_phase(starts_at, ends_at, update.at), update.text)
        for update in _updates(rows)
    )
    return Maintenance(
        id=key,
        title=plain_line(string(report.get("title"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_component_ids(report, rows),
        updates=updates,
    )


def _from_page(text: str, look: Look, notes: Notes) -> Snapshot:
    status = page_status(text, STATES, notes)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=status,
        status=effective_status(status, (), (), ()),
        coverage=Coverage(rollup=True),
        warnings=notes.all,
        page_name=page_name(text),
    )
