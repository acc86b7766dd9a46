"""Azure DevOps: https://status.dev.azure.com/_apis/status/health, or the data inside of the page itself.

Facts: Microsoft's description of the status API, and programs that read it or the page. `status` is the
health of all, `services` name the geographies with the health of each: healthy, advisory, degraded,
unhealthy. The page carries the same object in `script#dataProviders`, with 4 to 1 in the place of the words.
Answers are kept for a minute at the source. Neither has events: what is wrong shows in the health alone.

An advisory stands below healthy on that scale, so that it is read as degraded. The health of all is as bad
as the worst of its parts: unhealthy does not speak of all of them, and is read as a partial outage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._worst import worst_of_each
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes

NAME = "azure-devops"

STATES: Final[Mapping[str, Status]] = {
    "healthy": Status.OPERATIONAL,
    "advisory": Status.DEGRADED,
    "degraded": Status.DEGRADED,
    "unhealthy": Status.MAJOR_OUTAGE,
    "4": Status.OPERATIONAL,
    "3": Status.DEGRADED,
    "2": Status.DEGRADED,
    "1": Status.MAJOR_OUTAGE,
}
ROLLUPS: Final[Mapping[str, Status]] = {
    **STATES,
    "unhealthy": Status.PARTIAL_OUTAGE,
    "1": Status.PARTIAL_OUTAGE,
}
_HOST: Final = "status.dev.azure.com"
_PATH: Final = "/_apis/status/health?api-version=7.1-preview.1"
_PROVIDER: Final = "ms.vss-status-web.public-status-data-provider"
_SCRIPT: Final = re.compile(r'<script\b[^<>]{0,200}\bid=["\']dataProviders["\'][^<>]{0,200}>', re.IGNORECASE)
CLUES: Final = Clues(
    in_address=(at_host(_HOST, f"https://{_HOST}{_PATH}"),),
    in_page=((re.compile(re.escape(_PROVIDER)), _PATH),),
)


def recognise(document: Document) -> Recognition | None:
    """Services with the health of their geographies, alone or within the page."""
    root = try_object(document)
    if _is_health(root):
        return Recognition(96, "services with the health of their geographies")
    if root or _PROVIDER not in document.text or not _is_health(_within_page(document)):
        return None
    return Recognition(95, "a page with the provider of the public status")


def endpoints(address: str) -> Endpoints:
    """The health of all services; the page where it cannot be had. A copy of either is read as it is."""
    if (urlsplit(address).hostname or "") == _HOST:
        return Endpoints(look=(f"https://{_HOST}{_PATH}",), fallbacks=((f"https://{_HOST}/", NAME),))
    return Endpoints(look=(address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look: the worst that any says of a service in a geography."""
    notes = Notes()
    roots = [_anchored(document) for document in documents]
    components = worst_of_each(leaf for root in roots for leaf in _components(root, notes))
    said = [state for root in roots if (state := _rollup(root, notes)) is not None]
    page_status = (worst(said) or Status.UNKNOWN) if said else None
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, (), ()),
        components=components,
        coverage=Coverage(rollup=page_status is not None, components=True),
        warnings=notes.all,
        page_name="Azure DevOps",
        page_url=f"https://{_HOST}/",
    )


def _is_health(root: Object) -> bool:
    services = root.get("services")
    return isinstance(services, list) and bool(services) and all(map(_is_service, services))


def _is_service(row: object) -> bool:
    service = as_object(row)
    places = service.get("geographies")
    return bool(plain_line(string(service.get("id")))) and isinstance(places, list) and _all_told(places)


def _all_told(places: Sequence[object]) -> bool:
    return all("health" in (place := as_object(row)) and _place(place)[0] for row in places)


def _anchored(document: Document) -> Object:
    document.refuse_empty()
    root = _within_page(document) if looks_like_html(document.text) else as_object(load_json(document))
    has_places = any(service.get("geographies") for service in objects(root.get("services")))
    if not _is_health(root) or not has_places:
        raise not_this("Azure DevOps", document, "no services with the health of their geographies")
    return root


def _within_page(document: Document) -> Object:
    """Return the object of the page's provider, an empty one where the page has none. Never raises."""
    text = document.text
    start = _SCRIPT.search(text)
    end = text.find("</script", start.end()) if start else -1
    if start is None or end < 0:
        return {}
    try:
        root = as_object(load_json(Document(text[start.end() : end].encode(errors="replace"))))
    except LookError:
        return {}
    return as_object(as_object(as_object(root.get("data")).get(_PROVIDER)).get("serviceStatus"))


def _rollup(root: Object, notes: Notes) -> Status | None:
    health = as_object(root.get("status")).get("health")
    return None if health is None else _state(ROLLUPS, health, notes)


def _components(root: Object, notes: Notes) -> Iterable[Component]:
    for service in objects(root["services"]):
        name = plain_line(string(service["id"]))
        for row in objects(service["geographies"]):
            key, region = _place(row)
            state = _state(STATES, row["health"], notes)
            yield Component(f"{name}/{key}", name, region=region, status=state)


def _state(table: Mapping[str, Status], health: object, notes: Notes) -> Status:
    return notes.look_up(table, string(health), Status.UNKNOWN, "Azure DevOps health")


def _place(row: Object) -> tuple[str, str]:
    """Return the short id of a geography and its name; either stands in for the other."""
    key, name = plain_line(string(row.get("id"))), plain_line(string(row.get("name")))
    return key or name, name or key
