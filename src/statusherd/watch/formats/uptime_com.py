"""Uptime.com status pages: the JSON at <page>/ajax and <page>/history, or the page that embeds the former.

Facts: a trimmed `ajax` and `history` of September 2026 and three programs that read them or the page. Both
answer as {error, fields, data}; the page hands the same data to its StatusPageDisplayController. The flag
`global_is_operational` is the rollup: false says that something is wrong, not how much. Groups carry the
state of what is below them and are no components. An open incident has no `ends_at`; its state is that of
its newest update. Incidents have no impact but the states they give to components. Planned work is an
incident of the type SCHEDULED_MAINTENANCE, among the active ones or those about to start; where it stands is
told by the clock. An account has pages at /statuspage/<name>. That a page at a domain of its own answers at
/ajax has not been seen: where it does not, the page itself is read. Of a page with the flag alone, the flag
is all that is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urljoin, urlsplit

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import next_edge
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.formats._uptime_com_events import STATES, events
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string
from statusherd.watch.reading.words import Notes

NAME = "uptime-com"

_PAGE: Final = re.compile(r"^(.*/statuspage/[^/]+)(?:/.*)?$")
_PARTS: Final = re.compile(r"/(?:ajax|history)/?$")
_CONTROLLER: Final = "StatusPageDisplayController"
_FLAG: Final = re.compile(r"global_is_operational\"\s?:\s?(true|false)\b")
_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)
_MOST_TRIES: Final = 20
CLUES: Final = Clues(
    in_address=(
        (re.compile(r"^https?://(?:[^/]+\.)?uptime\.com/statuspage/([\w.-]{1,80})"), r"/statuspage/\1/ajax"),
    ),
)


def recognise(document: Document) -> Recognition | None:
    """The flag beside components, as data or in a page; or closed incidents beside the days' uptime."""
    if "global_is_operational" not in document.text and "past_incidents" not in document.text:
        return None
    try:
        data = _data(document)
    except LookError:
        return None
    if _is_past(data):
        return Recognition(90, "past_incidents beside component_history and date_history")
    if _is_flag_alone(data):
        return Recognition(75, "global_is_operational in the source of a page")
    return Recognition(95, "global_is_operational beside components and active_incidents")


def endpoints(address: str) -> Endpoints:
    """The page's data, what is over as history, and the page itself where they cannot be had."""
    parts = urlsplit(address)
    match = _PAGE.match(parts.path)
    if match:
        page = f"{parts.scheme}://{parts.netloc}{match[1]}"
        return Endpoints((f"{page}/ajax",), history=(f"{page}/history",), fallbacks=((page, NAME),))
    root = page_root(address if not _PARTS.search(parts.path) else _PARTS.sub("/", address.partition("?")[0]))
    return Endpoints(
        look=(beside(root, "ajax"),), history=(beside(root, "history"),), fallbacks=((root, NAME),)
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge what goes on and what is over, in any order; of several documents of a kind, the last counts."""
    notes = Notes()
    read = [(_data(document), document.url) for document in documents]
    page, where = next((pair for pair in reversed(read) if not _is_past(pair[0])), ({}, ""))
    past = [data for data, _ in read if _is_past(data)]
    components = tuple({c.id: c for c in _components(page.get("components"), None, notes)}.values())
    open_rows = [*objects(page.get("active_incidents")), *objects(page.get("upcoming_maintenance"))]
    over_rows = [row for data in past for row in objects(data["past_incidents"])]
    incidents, maintenances = events(open_rows, over_rows, look.now, notes)
    page_status = _rollup(page, components)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(page, is_past_read=bool(past)),
        warnings=notes.all,
        page_name=plain_line(string(page.get("name"))) or None,
        page_url=_page_url(page, where),
        rereads_at=next_edge(maintenances, look.now),
    )


def _data(document: Document) -> Object:
    """Return the data of a document; raise ParseError where it has none of the shapes."""
    document.refuse_empty()
    text = document.text
    is_html = looks_like_html(text)
    data = _embedded(text) if is_html else as_object(as_object(load_json(document)).get("data"))
    if not (_is_page(data) or _is_past(data) or (is_html and _is_flag_alone(data))):
        raise not_this("Uptime.com", document, "neither the flag beside components nor past incidents")
    return data


def _is_page(data: Object) -> bool:
    lists = (data.get("components"), data.get("active_incidents"))
    return isinstance(data.get("global_is_operational"), bool) and all(isinstance(x, list) for x in lists)


def _is_past(data: Object) -> bool:
    has_days = isinstance(data.get("date_history"), dict) or isinstance(data.get("component_history"), dict)
    return isinstance(data.get("past_incidents"), list) and has_days


def _is_flag_alone(data: Object) -> bool:
    return data.keys() == {"global_is_operational"}


def _embedded(text: str) -> Object:
    """Return what a page hands to its controller; the bare flag of a whole page that has no controller."""
    at, tries = text.find(_CONTROLLER), 0
    if at < 0:
        flag = _FLAG.search(text)
        return {"global_is_operational": flag[1] == "true"} if flag and "</html" in text[-2_000:] else {}
    while at >= 0 and tries < _MOST_TRIES:
        begin = text.find("{", at, at + 300)
        if begin >= 0:
            page = as_object(_json_at(text, begin).get("statuspage"))
            if _is_page(page):
                return page
        at, tries = text.find(_CONTROLLER, at + len(_CONTROLLER)), tries + 1
    return {}


def _json_at(text: str, begin: int) -> Object:
    try:
        return as_object(_DECODER.raw_decode(text, begin)[0])
    except (ValueError, RecursionError):
        return {}


def _rollup(page: Object, components: Iterable[Component]) -> Status | None:
    """Return what the flags say: at the least, since they do not say how much is wrong."""
    flag = page.get("global_is_operational")
    if not isinstance(flag, bool):
        return None
    if flag:
        return Status.OPERATIONAL
    if page.get("has_components_under_critical_state") is True:
        return Status.PARTIAL_OUTAGE
    state = worst(component.status for component in components)
    is_work = page.get("has_components_under_maintenance_state") is True or state is Status.MAINTENANCE
    return Status.MAINTENANCE if is_work and not (state and state.is_trouble) else Status.DEGRADED


def _coverage(page: Object, *, is_past_read: bool) -> Coverage:
    has_lists = isinstance(page.get("active_incidents"), list)
    return Coverage(
        rollup=bool(page),
        components=has_lists,
        incidents=has_lists,
        history=is_past_read,
        maintenances=has_lists and isinstance(page.get("upcoming_maintenance"), list),
    )


def _page_url(page: Object, where: str) -> str | None:
    own = string(page.get("public_url"))
    try:
        return link(urljoin(where, own)) if own else None
    except ValueError:
        return None


def _components(rows: object, group: str | None, notes: Notes) -> Iterator[Component]:
    """Yield the leaves. Groups hold components and no further groups."""
    for row in objects(rows):
        name, below = plain_line(string(row.get("name"))), list(objects(row.get("subcomponents")))
        if below and group is None:
            yield from _components(below, name, notes)
        elif row.get("is_group") is not True and (key := plain_line(string(row.get("id")))):
            status = notes.look_up(STATES, row.get("status"), Status.UNKNOWN, "component status")
            yield Component(key, name or key, group or None, status=status)
