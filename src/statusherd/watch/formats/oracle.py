"""Oracle Cloud Infrastructure: https://ocistatus.oraclecloud.com/api/v2/, and the realms of governments.

Facts: Oracle's description of its reports, and programs that read them and the feed. `components.json` and
its successor `components_v2.json` have the services of every region with their state and the ids of their
incidents; `status.json` has the rollup, in Statuspage's words but without a page id; `incident-summary.rss`
has the incidents' words. The reports give an incident no title, time or phase, the feed no list that is
whole: an incident is open while a report names it, unless the feed says that it is resolved.

States are of two generations: NormalPerformance, Informational, ServiceDisruption and ServiceDown in Oracle's
description, DegradedPerformance, PartialOutage and MajorOutage in programs. A disruption makes a service
unavailable for some of the time: a partial outage. What a report says of a service that a region does not
have was not seen. No maintenance was seen in any of the documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import once
from statusherd.watch.formats._oracle_feed import is_feed, verdicts
from statusherd.watch.formats._worst import worst_of_each
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes

NAME = "oracle"

STATES: Final[Mapping[str, Status]] = {
    "normalperformance": Status.OPERATIONAL,
    "informational": Status.OPERATIONAL,
    "degradedperformance": Status.DEGRADED,
    "servicedisruption": Status.PARTIAL_OUTAGE,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "servicedown": Status.MAJOR_OUTAGE,
    "majoroutage": Status.MAJOR_OUTAGE,
}
SEVERITIES: Final[Mapping[str, Impact]] = {
    "normalperformance": Impact.NONE,
    "informational": Impact.NONE,
    "degradedperformance": Impact.MINOR,
    "servicedisruption": Impact.MAJOR,
    "partialoutage": Impact.MAJOR,
    "servicedown": Impact.CRITICAL,
    "majoroutage": Impact.CRITICAL,
}
ROLLUPS: Final[Mapping[str, Status]] = {
    "none": Status.OPERATIONAL,
    "minor": Status.DEGRADED,
    "major": Status.PARTIAL_OUTAGE,
    "critical": Status.MAJOR_OUTAGE,
}
_HOSTS: Final = ("ocistatus.oraclecloud.com", "gov.ocistatus.com")
_REPORTS: Final = ("components_v2.json", "components.json")
_ROLLUP, _FEED = "status.json", "incident-summary.rss"
CLUES: Final = Clues(in_address=tuple(at_host(host, f"/api/v2/{_REPORTS[0]}") for host in _HOSTS))


def recognise(document: Document) -> Recognition | None:
    """Regions with the health of their services; the rollup of a page called OCI; the feed."""
    root = try_object(document)
    if _is_report(root):
        return Recognition(97, "regionHealthReports with serviceHealthReports")
    if _is_rollup(root):
        return Recognition(85, "status.indicator of a page called OCI")
    return Recognition(93, "an RSS feed of Oracle's incidents") if not root and is_feed(document) else None


def endpoints(address: str) -> Endpoints:
    """The services by region; beside them the rollup and the incidents' words, which Oracle may not have."""
    parts = urlsplit(address)
    if parts.hostname not in _HOSTS and not parts.path.startswith("/api/v2/") and parts.path.strip("/"):
        return Endpoints(look=(address,))
    root = f"{parts.scheme}://{parts.netloc}/api/v2/"
    return Endpoints(
        look=(root + _REPORTS[0],),
        optional=(root + _ROLLUP, root + _FEED),
        fallbacks=tuple((root + name, NAME) for name in (_REPORTS[1], _FEED, _ROLLUP)),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the reports and the feed of one look, in any order."""
    notes = Notes()
    feeds = [document for document in documents if is_feed(document)]
    roots = [_anchored(document) for document in documents if document not in feeds]
    reports = [root for root in roots if _is_report(root)]
    rows = [pair for root in reports for pair in _services(root)]
    judged = [v for feed in feeds for v in verdicts(feed, look.now, notes)]
    leaves = {c.id: c for c in worst_of_each(_component(region, row, notes) for region, row in rows)}
    named = tuple(_named(rows, notes))
    incidents = _merged(named, once(v.incident for v in judged if v.incident is not None), leaves)
    maintenances = once(v.maintenance for v in judged if v.maintenance is not None)
    page_status = _page_status(roots, notes)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(
            page_status,
            leaves.values(),
            incidents,
            maintenances,
            silence=Status.OPERATIONAL if feeds else Status.UNKNOWN,
        ),
        components=tuple(leaves.values()),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            rollup=page_status is not None,
            components=bool(reports),
            incidents=bool(reports),
            history=bool(feeds),
        ),
        warnings=notes.all,
        page_name="Oracle Cloud Infrastructure",
        rereads_at=min((v.rereads_at for v in judged if v.rereads_at), default=None),
    )


def _is_report(root: Object) -> bool:
    regions = root.get("regionHealthReports")
    return isinstance(regions, list) and bool(regions) and all(map(_is_region, regions))


def _is_region(value: object) -> bool:
    region = as_object(value)
    services = region.get("serviceHealthReports")
    return bool(_region_name(region)) and isinstance(services, list) and all(map(_is_service, services))


def _is_service(value: object) -> bool:
    service = as_object(value)
    return bool(_service_name(service)) and isinstance(service.get("serviceStatus"), str)


def _is_rollup(root: Object) -> bool:
    page, status = as_object(root.get("page")), as_object(root.get("status"))
    is_ours = plain_line(string(page.get("name"))).upper().startswith(("OCI", "ORACLE CLOUD"))
    return is_ours and "id" not in page and isinstance(status.get("indicator"), str)


def _anchored(document: Document) -> Object:
    root = as_object(load_json(document))
    if not _is_report(root) and not _is_rollup(root):
        raise not_this("Oracle Cloud", document, "neither regions with their services nor the rollup")
    if _is_report(root) and not any(True for _ in _services(root)):
        raise not_this("Oracle Cloud", document, "no region has a service")
    return root


def _services(root: Object) -> Iterable[tuple[Object, Object]]:
    for region in objects(root.get("regionHealthReports")):
        for service in objects(region.get("serviceHealthReports")):
            yield region, service


def _first(row: Object, *keys: str) -> str:
    return next((text for key in keys if (text := plain_line(string(row.get(key))))), "")


def _region_name(region: Object) -> str:
    return _first(region, "regionName", "regionCanonicalName", "regionId")


def _service_name(service: Object) -> str:
    return _first(service, "serviceName", "serviceCanonicalName", "serviceId")


def _key(region: Object, service: Object) -> str:
    place = _first(region, "regionCanonicalName", "regionId", "regionName")
    return f"{place}/{_first(service, 'serviceCanonicalName', 'serviceId', 'serviceName')}"


def _component(region: Object, service: Object, notes: Notes) -> Component:
    return Component(
        id=_key(region, service),
        name=_service_name(service),
        group=_first(service, "serviceCategoryName") or None,
        region=_region_name(region),
        status=notes.look_up(STATES, service["serviceStatus"], Status.UNKNOWN, "service status"),
    )


def _page_status(roots: Iterable[Object], notes: Notes) -> Status | None:
    indicators = [as_object(root["status"])["indicator"] for root in roots if _is_rollup(root)]
    states = [notes.look_up(ROLLUPS, word, Status.UNKNOWN, "indicator") for word in indicators]
    return (worst(states) or Status.UNKNOWN) if states else None


def _named(rows: Iterable[tuple[Object, Object]], notes: Notes) -> Iterable[VendorIncident]:
    """Yield the incidents that the reports name, each as of all the services and regions that name it."""
    places: dict[str, list[tuple[Object, Object, Impact]]] = {}
    for region, service in rows:
        for row in objects(service.get("incidents")):
            impact = notes.look_up(SEVERITIES, string(row.get("severity")), Impact.UNKNOWN, "severity")
            if key := _first(row, "incidentId", "id"):
                places.setdefault(key, []).append((region, service, impact))
    for key, found in places.items():
        services = tuple(dict.fromkeys(_service_name(service) for _, service, _ in found))
        regions = tuple(dict.fromkeys(_region_name(region) for region, _, _ in found))
        yield VendorIncident(
            id=key,
            title=f"{_one(services, 'Multiple Services')} | {_one(regions, 'Multiple Regions')}",
            impact=max((impact for _, _, impact in found), key=lambda impact: impact.rank),
            component_ids=tuple(dict.fromkeys(_key(region, service) for region, service, _ in found)),
            regions=regions,
        )


def _one(names: tuple[str, ...], otherwise: str) -> str:
    return names[0] if len(names) == 1 else otherwise


def _merged(
    named: Iterable[VendorIncident], told: Iterable[VendorIncident], leaves: Mapping[str, Component]
) -> tuple[VendorIncident, ...]:
    """Return the incidents of both: the feed has the words, a report how bad it is, and where."""
    kept = {incident.id: incident for incident in named}
    keys = {(leaf.name, leaf.region): leaf.id for leaf in leaves.values()}
    for incident in told:
        known = kept.get(incident.id)
        if known is None:
            kept[incident.id] = _placed(incident, keys)
            continue
        kept[incident.id] = replace(
            _reopened(incident),
            impact=known.impact,
            component_ids=known.component_ids,
            regions=known.regions,
        )
    return tuple(kept.values())


def _reopened(incident: VendorIncident) -> VendorIncident:
    """Return `incident` as open where only its age in the feed ends it: a report still names it."""
    if incident.is_open or incident.resolved_at is not None:
        return incident
    return replace(incident, phase=Phase.INVESTIGATING)


def _placed(incident: VendorIncident, keys: Mapping[tuple[str, str | None], str]) -> VendorIncident:
    """Return `incident` with the ids of its components where a report has them."""
    found = (
        keys.get((name, region), name)
        for name in incident.component_ids
        for region in incident.regions or (None,)
    )
    return replace(incident, component_ids=tuple(dict.fromkeys(found)))
