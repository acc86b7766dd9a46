"""StatusCast: the JSON documents of a page, or the page itself.

Facts: the page of Fastly (2023), what clients read of it in 2026 (a heading with the state, the severity of
an item among its class names), and the keys that other clients read of the JSON documents. The page lists
what runs, what is planned and what is over; it has no state of its components, so that the components of an
incident are their names there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from statusherd.model.errors import ParseError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import next_edge, once
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.formats._statuscast_json import components, items, kind_of, rollup
from statusherd.watch.formats._statuscast_page import is_page, is_whole, page_name, page_status, read_items
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.values import as_object, load_json
from statusherd.watch.reading.words import Notes

NAME = "statuscast"

_EVIDENCE: Final = {
    "status": "Status beside StatusText",
    "components": "a list of rows with text and CurrentStatus",
    "incidents": "a list of rows with Title, Status and IncidentType",
}
_KEYS: Final = ('"StatusText"', '"CurrentStatus"', '"IncidentType"')
CLUES: Final = Clues(
    in_page=((re.compile("powered by StatusCast", re.IGNORECASE), "/status.json"),),
    paths=("/status.json",),
    rank=75,
)


def recognise(document: Document) -> Recognition | None:
    """One of the JSON documents, or a page of the product that shows its incidents."""
    text = document.text
    if is_page(text):
        return Recognition(86, "a page powered by StatusCast")
    if text.lstrip()[:1] not in ("{", "[") or not any(key in text for key in _KEYS):
        return None
    try:
        kind = kind_of(load_json(document))
    except ParseError:
        return None
    return Recognition(92, _EVIDENCE[kind]) if kind else None


def endpoints(address: str) -> Endpoints:
    """The three JSON documents; where a page has them not, the page itself, then its feed."""
    root = page_root(address)
    return Endpoints(
        look=tuple(beside(root, f"/{name}.json") for name in ("status", "components", "incidents")),
        fallbacks=((root, NAME), (beside(root, "/rss"), "feed")),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the JSON documents, else the page, which a host may serve in the place of each of them."""
    notes = Notes()
    found = dict(_read(document) for document in documents)
    if found.keys() == {"page"}:
        return _from_page(documents[-1], look, notes)
    return _from_json(found, look, notes)


def _read(document: Document) -> tuple[str, object]:
    """Return what kind of document it is, and its JSON value. Raise ParseError for other content."""
    document.refuse_empty()
    text = document.text
    if is_page(text):
        if not is_whole(text):
            raise not_this("StatusCast", document, "the page is cut off before its end")
        return "page", None
    if looks_like_html(text):
        raise not_this("StatusCast", document, "a page without the lists of StatusCast")
    root = load_json(document)
    kind = kind_of(root) or (_kind_by_address(document) if root == [] else None)
    if kind is None:
        raise not_this("StatusCast", document, "neither Status with StatusText nor rows of the platform")
    return kind, root


def _kind_by_address(document: Document) -> str:
    """Return which list is empty: only where it came from can tell."""
    return next((kind for kind in ("incidents", "components") if f"/{kind}.json" in document.url), "empty")


def _from_json(found: dict[str, object], look: Look, notes: Notes) -> Snapshot:
    if not any(root for kind, root in found.items() if kind != "page"):
        raise ParseError("empty lists alone are no StatusCast page", subject=look.source)
    state = rollup(as_object(found["status"]), notes) if "status" in found else None
    leaves = {leaf.id: leaf for leaf in components(found.get("components"), notes)}
    told, planned = items(found.get("incidents"), notes)
    incidents, maintenances = once(told), once(planned)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=state,
        status=effective_status(state, leaves.values(), incidents, maintenances),
        components=tuple(leaves.values()),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            rollup=state is not None,
            components=bool(leaves),
            incidents="incidents" in found,
            history="incidents" in found,
        ),
        warnings=notes.all,
    )


def _from_page(document: Document, look: Look, notes: Notes) -> Snapshot:
    text = document.text
    state = page_status(text, notes)
    told, planned = read_items(text, document.url, notes)
    incidents, maintenances = once(told), once(planned)
    silence = Status.UNKNOWN if state is Status.UNKNOWN else Status.OPERATIONAL
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=state,
        status=effective_status(state, (), incidents, maintenances, silence=silence),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(rollup=state is not None, incidents=True, history=True, maintenances=True),
        warnings=notes.all,
        page_name=page_name(text),
        page_url=document.url or None,
        rereads_at=next_edge(maintenances, look.now),
    )
