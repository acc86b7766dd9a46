"""Instatus: /summary.json and /v3/components.json of a page, or the page itself.

Facts: pages of Linear, Whereby and mastodon.social (2023 to 2026), the API's description and what its
readers met. The summary's two lists are left out where they are empty; `activeMaintenances` has windows that
have not begun; `duration` is in minutes, often as a string; times are ISO or JavaScript's Date as text; ids
may be missing, the address then ends with them. The rollup HASISSUES does not say how bad it is, so it is as
bad as the worst component or incident. /api/v2/summary.json answers too, in this shape and not Statuspage's.
An incident's impact may say OPERATIONAL while its components are down. The page embeds all of it and more:
components and posts of each incident, and what is over (`notices`, `dailyGroupedNotices`).

A look reads the two JSON documents; the page is read for what is over, and where the JSON is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._instatus_rows import (
    components_of,
    incident_of,
    is_window,
    maintenance_of,
    rereads_at,
    words_of,
)
from statusherd.watch.formats._next import Payload, read_payload
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import COMPONENT_STATES, Notes, fold

NAME = "instatus"

_STATES: Final = frozenset(
    {"operational", "degradedperformance", "minoroutage", "partialoutage", "majoroutage"}
)
_WORSE: Final = {word: COMPONENT_STATES[word] for word in (*_STATES, "undermaintenance")}
_HAS_ISSUES: Final = "hasissues"
ROLLUPS: Final[Mapping[str, Status]] = {
    "up": Status.OPERATIONAL,
    "undermaintenance": Status.MAINTENANCE,
    _HAS_ISSUES: Status.DEGRADED,
    **{f"all{word}": status for word, status in _WORSE.items()},
    # Where it is one component, or some, a major outage of theirs is a partial one of the page.
    **{
        f"{few}{word}": Status.PARTIAL_OUTAGE if status is Status.MAJOR_OUTAGE else status
        for few in ("some", "one")
        for word, status in _WORSE.items()
    },
}
_QUIET: Final = (Status.OPERATIONAL, Status.MAINTENANCE)
_LISTS: Final = ("activeIncidents", "activeMaintenances")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Told:
    """What one document tells, as rows. None: it does not speak of that."""

    name: str | None = None
    url: str | None = None
    rollup: tuple[object, ...] | None = None
    components: object = None
    incidents: object = None
    maintenances: object = None
    past: tuple[Object, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    is_page: bool = False


CLUES: Final = Clues(
    in_address=(at_host("instatus.com", "/summary.json"),),
    in_page=((re.compile(r"instatus\.com|\"activeIncidents\""), "/summary.json"),),
    paths=("/summary.json",),
    rank=20,
)


def recognise(document: Document) -> Recognition | None:
    """A summary with a word of Instatus as page.status, its components, or a page that embeds both."""
    if looks_like_html(document.text):
        return _recognise_page(document)
    root = try_object(document)
    word = as_object(root.get("page")).get("status")
    if _is_summary(root) and fold(word) in ROLLUPS:
        beside = [key for key in _LISTS if key in root]
        return Recognition(
            96 if beside else 92, f"page.status {word!r} beside {', '.join(beside) or 'no lists'}"
        )
    if _is_components(root) and all(_is_own_row(row) for row in objects(root["components"])):
        return Recognition(75, "components with states in capital letters and no page")
    return None


def _recognise_page(document: Document) -> Recognition | None:
    try:
        told = _from_page(document)
    except LookError:
        return None
    return Recognition(85, "a page that embeds site and activeIncidents") if told else None


def endpoints(address: str) -> Endpoints:
    """The summary and the components; the page for what is over, and where the JSON is closed."""
    root = page_root(address)
    return Endpoints(
        look=(beside(root, "/summary.json"), beside(root, "/v3/components.json")),
        history=(root,),
        fallbacks=((root, NAME), (beside(root, "/history.atom"), "feed")),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order."""
    notes = Notes()
    # The page adds to the JSON only what is over: a look with it must not read unlike one without.
    told = sorted((_read(document) for document in documents), key=lambda part: part.is_page)
    url = _first(part.url for part in told)
    components = components_of(_first(part.components for part in told), notes)
    listed = list(objects(_first(part.incidents for part in told)))
    windows = [*objects(_first(part.maintenances for part in told)), *filter(is_window, listed)]
    past = [row for part in told for row in part.past]
    incidents = _incidents([row for row in listed if not is_window(row)], past, look, url, notes)
    maintenances = _maintenances(windows, past, look, url, notes)
    page_status = _rollup(_first(part.rollup for part in told), components, incidents, notes)
    coverage = Coverage()
    for part in told:
        coverage |= part.coverage
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=coverage,
        warnings=notes.all,
        page_name=plain_line(_first(part.name for part in told)) or None,
        page_url=url,
        rereads_at=rereads_at(windows, look.now),
    )


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _read(document: Document) -> _Told:
    document.refuse_empty()
    if looks_like_html(document.text):
        told = _from_page(document)
        if told is None:
            raise not_this("Instatus", document, "the page embeds no site with its active incidents")
        return told
    root = as_object(load_json(document))
    if _is_summary(root):
        return _from_summary(root)
    if _is_components(root):
        return _Told(components=root["components"], coverage=Coverage(components=True))
    raise not_this("Instatus", document, "no page with a status, and no list of components")


def _is_summary(root: Object) -> bool:
    lists = (root.get(key) for key in _LISTS)
    word = as_object(root.get("page")).get("status")
    return bool(word) and isinstance(word, str) and all(_is_listing(items) for items in lists)


def _is_listing(items: object) -> bool:
    """Tell a list of objects, or none at all, from anything else."""
    return items is None or (isinstance(items, list) and all(isinstance(item, dict) for item in items))


def _is_components(root: Object) -> bool:
    rows = root.get("components")
    if not isinstance(rows, list) or "page" in root:
        return False
    return all(string(as_object(row).get("id")) for row in rows)


def _is_own_row(row: Object) -> bool:
    word = row.get("status")
    return bool(row.get("children")) or (isinstance(word, str) and word.isupper() and fold(word) in _WORSE)


def _from_summary(root: Object) -> _Told:
    page = as_object(root["page"])
    word = fold(page.get("status"))
    incidents, maintenances = (root.get(key) for key in _LISTS)
    # A list that is left out is an empty one, unless the page's own word speaks against it.
    coverage = Coverage(
        rollup=True,
        incidents=incidents is not None or ROLLUPS.get(word, Status.UNKNOWN) in _QUIET,
        maintenances=maintenances is not None or word == "up",
    )
    return _Told(
        name=string(page.get("name")),
        url=link(page.get("url")) or link(f"https://{page.get('url')}"),
        rollup=(page.get("status"),),
        incidents=incidents or [],
        maintenances=maintenances or [],
        coverage=coverage,
    )


def _from_page(document: Document) -> _Told | None:
    """Return what the page in `document` embeds, None where that is not Instatus'."""
    payload = read_payload(document.text)
    told = payload.find("site", *_LISTS) or {}
    site = as_object(told.get("site"))
    lists = (site.get("components"), *(told.get(key) for key in _LISTS))
    if not isinstance(site.get("status"), str) or not all(
        isinstance(i, list) and _is_listing(i) for i in lists
    ):
        return None
    domain = string(site.get("customDomain")) or f"{string(site.get('subdomain'))}.instatus.com"
    components, incidents, maintenances = lists
    return _Told(
        name=words_of(site.get("name")),
        url=link(f"https://{domain}/"),
        rollup=(site.get("status"), site.get("mainStatus")),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        past=tuple(_past(told, payload)),
        coverage=Coverage(rollup=True, components=True, incidents=True, maintenances=True),
        is_page=True,
    )


def _past(told: Object, payload: Payload) -> Iterable[Object]:
    """Yield the notices of the page, those with posts first."""
    for day in objects(told.get("dailyGroupedNotices")):
        yield from objects(day.get("notices"))
    bars = payload.find("componentsUptime", "notices") or {}
    yield from objects(list(as_object(bars.get("notices")).values()))


def _incidents(
    listed: Iterable[Object], past: Iterable[Object], look: Look, url: str | None, notes: Notes
) -> tuple[VendorIncident, ...]:
    """Return what is going on, and of the notices what is over and not listed as going on."""
    found = [incident_of(row, look.source, url, notes) for row in listed]
    over = (incident_of(row, look.source, url, notes) for row in past if not is_window(row))
    found += (incident for incident in over if not incident.is_open)
    return tuple({incident.id: incident for incident in reversed(found)}.values())[::-1]


def _maintenances(
    windows: Iterable[Object], past: Iterable[Object], look: Look, url: str | None, notes: Notes
) -> tuple[Maintenance, ...]:
    found = [maintenance_of(row, look.source, url, look.now, notes) for row in windows]
    over = (maintenance_of(row, look.source, url, look.now, notes) for row in past if is_window(row))
    found += (window for window in over if window.phase.is_over)
    return tuple({window.id: window for window in reversed(found)}.values())[::-1]


def _rollup(
    words: Iterable[object] | None,
    components: Iterable[Component],
    incidents: Iterable[VendorIncident],
    notes: Notes,
) -> Status | None:
    """Return the vendor's word; where it only says that there are issues, how bad they are."""
    if words is None:
        return None
    words = [word for word in words if word is not None]
    said = [notes.look_up(ROLLUPS, word, Status.UNKNOWN, "page status") for word in words]
    if any(fold(word) == _HAS_ISSUES for word in words):
        said += [component.status for component in components]
        said += [state for i in incidents if i.is_open and (state := i.impact.status) is not None]
    return worst(said) or Status.UNKNOWN
