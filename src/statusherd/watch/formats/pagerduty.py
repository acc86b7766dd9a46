"""PagerDuty status pages: the data that the page carries in its `script#data`.

Facts: PagerDuty's own page (December 2023, eighty resolved incidents) and the description of a status page
post in the vendor's REST API. Updates come newest first; the newest one's severity is the incident's, its
list of services says how each one fares. Words of a service are those of incidents or `outage`. An update may
say `all_good` while the incident is open. Services have no state of their own: one that no open incident
names is well, as the page shows it. The headline is a fixed text ("Everything is running smoothly"), no
rollup. Groups are in the layout, by the ids of business services.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, strings
from statusherd.watch.reading.words import PHASES, Notes, impact_of

NAME = "pagerduty"

SEVERITIES: Final[Mapping[str, Status]] = {
    "allgood": Status.OPERATIONAL,
    "operational": Status.OPERATIONAL,
    "maintenance": Status.MAINTENANCE,
    "minor": Status.DEGRADED,
    "major": Status.PARTIAL_OUTAGE,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "outage": Status.MAJOR_OUTAGE,
}
_DATA: Final = re.compile(r"<script\b[^<>]{0,200}?\bid=[\"']?data[\"']?[^<>]{0,200}>", re.IGNORECASE)
_BEHIND: Final = re.compile(r"/(?:posts|incident_details|incidents|api)(?:/[^?#]*)?(?=$|[?#])")
_BEFORE: Final = 100_000
"""Characters in which the data begins: it is the first thing in the page's body."""


@dataclass(frozen=True, slots=True)
class _Post:
    """One update of an incident: how bad it says it is, and how each service it names fares."""

    update: Update
    severity: Status
    services: Mapping[str, Status]


CLUES: Final = Clues(paths=("/api/posts",), rank=80)


def recognise(document: Document) -> Recognition | None:
    """A page whose script#data has a summary with open incidents and services."""
    try:
        _data(document)
    except LookError:
        return None
    return Recognition(95, "script#data with summary.open_incidents")


def endpoints(address: str) -> Endpoints:
    """The page itself."""
    return Endpoints(look=(page_root(_BEHIND.sub("/", address)),))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the page; of several, the last."""
    notes = Notes()
    data = [_data(document) for document in documents][-1]
    summary, layout = (
        as_object(data["summary"]),
        as_object(as_object(data.get("layout")).get("layout_settings")),
    )
    rows = dict(_by_id(summary["open_incidents"]))
    posts = {key: _posts(row, notes) for key, row in rows.items()}
    ongoing = [_incident(key, row, posts[key], None) for key, row in rows.items()]
    over = [
        _incident(key, row, _posts(row, notes), Phase.RESOLVED)
        for key, row in dict(_by_id(summary["resolved_incidents"])).items()
        if key not in rows
    ]
    components = _components(summary, layout, [told[-1] for told in posts.values() if told])
    maintenances = tuple(_maintenances(summary.get("posts"), look.now))
    edges = [e for m in maintenances for e in (m.starts_at, m.ends_at) if e is not None and e > look.now]
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, ongoing, maintenances, silence=Status.OPERATIONAL),
        components=components,
        incidents=(*ongoing, *over),
        maintenances=maintenances,
        coverage=Coverage(
            components=isinstance(summary.get("post_status_page_services"), list),
            incidents=True,
            history=True,
            maintenances=isinstance(summary.get("posts"), list),
        ),
        warnings=notes.all,
        page_name=plain_line(string(layout.get("name"))) or None,
        rereads_at=min(edges, default=None),
    )


def _data(document: Document) -> Object:
    """Return what the page carries; raise ParseError where that is not its summary."""
    document.refuse_empty()
    text = document.text
    tag = _DATA.search(text, 0, _BEFORE) if looks_like_html(text) else None
    end = text.find("</script", tag.end()) if tag else -1
    if tag is None or end < 0:
        raise not_this("PagerDuty", document, "no whole script#data")
    data = as_object(load_json(Document(text[tag.end() : end].encode(errors="replace"), document.url)))
    summary = as_object(data.get("summary"))
    for key in ("open_incidents", "resolved_incidents"):
        rows = summary.get(key)
        if not isinstance(rows, list) or not all(string(as_object(row).get("id")) for row in rows):
            raise not_this("PagerDuty", document, f"script#data has no list summary.{key}")
    return data


def _by_id(rows: object) -> Iterable[tuple[str, Object]]:
    return ((key, row) for row in objects(rows) if (key := string(row.get("id"))))


def _posts(incident: Object, notes: Notes) -> tuple[_Post, ...]:
    """Return the updates of an incident, oldest first."""
    found = []
    for row in objects(incident.get("updates")):
        at = parse_time(row.get("reported_at")) or parse_time(row.get("created_at"))
        if at is None:
            continue
        phase = notes.look_up(PHASES, row.get("status"), Phase.INVESTIGATING, "incident status")
        services = {
            key: _status(service.get("severity"), notes)
            for key, service in _by_id(row.get("impacted_business_services"))
        }
        update = Update(at, phase, plain_text(string(row.get("message"))))
        found.append(_Post(update, _status(row.get("severity"), notes), services))
    return tuple(sorted(found, key=lambda post: post.update.at))


def _status(word: object, notes: Notes) -> Status:
    return notes.look_up(SEVERITIES, word, Status.UNKNOWN, "severity")


def _incident(key: str, row: Object, posts: Sequence[_Post], phase: Phase | None) -> VendorIncident:
    """Return an incident in `phase`, else in the one of its newest update."""
    first, last = (posts[0].update.at, posts[-1].update) if posts else (None, None)
    if phase is None:
        phase = last.phase if last and isinstance(last.phase, Phase) else Phase.INVESTIGATING
    return VendorIncident(
        id=key,
        title=plain_line(string(row.get("title"))),
        impact=_impact(posts),
        phase=phase,
        started_at=first,
        updated_at=last.at if last else None,
        resolved_at=last.at if last and phase is Phase.RESOLVED else None,
        component_ids=tuple(dict.fromkeys(service for post in posts for service in post.services)),
        updates=tuple(post.update for post in posts),
    )


def _impact(posts: Sequence[_Post]) -> Impact:
    """Return the severity of the newest update that tells of trouble: "all good" does not unsay it."""
    told = [worst((post.severity,)) or worst(post.services.values()) for post in posts]
    trouble = [status for status in told if status is not None and status.is_trouble]
    return impact_of(trouble[-1] if trouble else next((s for s in reversed(told) if s is not None), None))


def _components(summary: Object, layout: Object, newest: Iterable[_Post]) -> tuple[Component, ...]:
    groups = _groups(layout)
    hit: dict[str, list[Status]] = {}
    for post in newest:
        if post.update.phase is not Phase.RESOLVED:
            for service, status in post.services.items():
                hit.setdefault(service, []).append(status)
    return tuple(
        Component(
            id=key,
            name=plain_line(string(row.get("name"))),
            group=groups.get(string(row.get("external_business_service_id")) or ""),
            status=(worst(hit[key]) or Status.UNKNOWN) if key in hit else Status.OPERATIONAL,
        )
        for key, row in dict(_by_id(summary.get("post_status_page_services"))).items()
        if row.get("is_active") is not False
    )


def _groups(layout: Object) -> dict[str, str]:
    """Return the name of the group for the id of each business service in one."""
    return {
        child: plain_line(string(row.get("name")))
        for row in objects(layout.get("business_services"))
        if row.get("grouping_element") is True
        for child in strings(row.get("child_business_services"))
    }


def _maintenances(posts: object, now: datetime) -> Iterable[Maintenance]:
    """Yield the windows among the page's posts; where they stand is told by the clock."""
    for key, row in dict(_by_id(posts)).items():
        if row.get("post_type") == "maintenance":
            starts_at, ends_at = parse_time(row.get("starts_at")), parse_time(row.get("ends_at"))
            yield Maintenance(
                id=key,
                title=plain_line(string(row.get("title"))),
                phase=window_phase(starts_at, ends_at, now),
                starts_at=starts_at,
                ends_at=ends_at,
            )
