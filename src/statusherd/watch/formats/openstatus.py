"""OpenStatus: /summary.json of a page, in Statuspage's shape (see `_api_v2`) with less in it.

Facts: the product's source (2026). The page has no id, components have a name and a state and no id,
incidents neither impact, start, link nor components. Groups are flattened. `incidents` are the open reports,
`scheduled_maintenances` the windows that are not over. /current.json has the rollup alone, /incidents.json
the open reports alone; what is over stands in the feeds only. An indicator "major" is told where any
component is down. A state that the product itself does not know it writes as operational: that cannot be
seen from here.

A component's id is made of its name, so one that is renamed is another one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from statusherd.model.records import Coverage, Snapshot
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._api_v2 import ROLLUPS, anchored, read_api
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, link, load_json, string, try_object
from statusherd.watch.reading.words import fold

NAME = "openstatus"

_LISTS: Final = ("components", "incidents", "scheduled_maintenances")
_PLACES: Final = (("incidents", "report"), ("scheduled_maintenances", "maintenance"))
# A page may be read in other languages than its own: /fr/events.
_PARTS: Final = re.compile(r"/(?:[a-z]{2}/)?(?:events|monitors|feed)(?:/[^?]*)?(?:\?.*)?$")
CLUES: Final = Clues(
    in_address=(at_host("openstatus.dev", "/summary.json"),),
    in_page=((re.compile(r"openstatus\.dev"), "/summary.json"),),
    paths=("/summary.json",),
    rank=75,
)


def recognise(document: Document) -> Recognition | None:
    """Statuspage's lists and rollup below a page that has no id, the rollup alone, or the incidents alone."""
    root = try_object(document)
    page = as_object(root.get("page"))
    if not isinstance(page.get("url"), str) or "id" in page or "time_zone" in page:
        return None
    has_rollup = fold(as_object(root.get("status")).get("indicator")) in ROLLUPS
    if has_rollup and _is_summary(root):
        return Recognition(95, f"a page without an id beside status, {', '.join(_LISTS)}")
    if root.keys() == {"page", "status"} and has_rollup:
        return Recognition(70, "a page without an id beside status")
    if root.keys() == {"page", "incidents"} and _are_reports(root["incidents"]):
        return Recognition(60, "a page without an id beside incidents")
    return None


def endpoints(address: str) -> Endpoints:
    """The summary; the feed where it cannot be had."""
    root = page_root(_PARTS.sub("/", address))
    return Endpoints(look=(beside(root, "/summary.json"),), fallbacks=((beside(root, "/feed/rss"), "feed"),))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order."""
    roots = [_root(document) for document in documents]
    coverage = Coverage()
    for root in roots:
        coverage |= _coverage(root)
    return replace(read_api(roots, look, NAME), coverage=coverage)


def _is_summary(root: Object) -> bool:
    return isinstance(root.get("status"), dict) and all(isinstance(root.get(key), list) for key in _LISTS)


def _are_reports(rows: object) -> bool:
    """Tell the open reports from incidents of others, which say when they began."""
    marks = {"id", "name", "status", "incident_updates"}
    return isinstance(rows, list) and all(
        marks <= row.keys() and "started_at" not in row for row in map(as_object, rows)
    )


def _root(document: Document) -> Object:
    """Return the API's object with the ids and links that Statuspage's would have."""
    root = as_object(load_json(document))
    page = as_object(root.get("page"))
    if not isinstance(page.get("url"), str):
        raise not_this("OpenStatus", document, "no page with an address")
    if {"components", "scheduled_maintenances"} & root.keys() and not _is_summary(root):
        raise not_this("OpenStatus", document, f"a summary without all of status, {', '.join(_LISTS)}")
    filled = dict(root)
    if isinstance(rows := root.get("components"), list):
        filled["components"] = _with_ids(rows)
    for key, place in _PLACES:
        if isinstance(rows := root.get(key), list):
            filled[key] = [_with_link(row, f"{string(page['url'])}/events/{place}") for row in rows]
    return anchored(filled, document, "OpenStatus")


def _with_ids(rows: Iterable[object]) -> list[Object]:
    """Return the components with their names as ids; further ones of the same name are numbered."""
    numbers: Counter[str] = Counter()
    taken: set[str] = set()
    filled = []
    for row in map(as_object, rows):
        key = name = plain_line(string(row.get("name")))
        while key in taken:
            numbers[name] += 1
            key = f"{name} ({numbers[name] + 1})"
        taken.add(key)
        filled.append({"id": key} | row)
    return filled


def _with_link(row: object, place: str) -> Object:
    key = string(as_object(row).get("id"))
    return {"shortlink": link(f"{place}/{key}")} | as_object(row)


def _coverage(root: Object) -> Coverage:
    return Coverage(
        rollup=root.get("status") is not None,
        components=root.get("components") is not None,
        incidents=root.get("incidents") is not None,
        maintenances=root.get("scheduled_maintenances") is not None,
    )
