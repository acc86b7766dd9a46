"""Rootly: /api/v1/status.json of a page at a domain of its own, in Statuspage's shape with less in it.

Facts: the product's description of its public API (2026); no body of a real page was seen. status.json has
the rollup and the active incidents, incidents.json the same incidents by the page; there are no components.
Two descriptions differ: in one, pages and incidents have ids (UUIDs) and a `shortlink`, in the other a `url`
and no ids; both are read. An incident's status is that of the company's own work on it ("started",
"mitigated"), while its posts have the public words: where it only says that the work is on, the newest post
tells the phase. Whether scheduled work is listed among the incidents is not described; such rows are read as
maintenances.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Coverage, Snapshot
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._api_v2 import ROLLUPS, anchored, read_api
from statusherd.watch.formats._api_v2_ids import is_uuid
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import (
    Object,
    as_object,
    link,
    load_json,
    number,
    objects,
    string,
    try_object,
)
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, fold

NAME = "rootly"

_PAGE_OF: Final = 25
"""Incidents of one page of the list; whether status.json ends there too is not described."""
_AT_WORK: Final = frozenset({"intriage", "started", "detected", "acknowledged"})
_PUBLIC: Final[Mapping[str, str]] = {
    **dict.fromkeys(_AT_WORK, "investigating"),
    "mitigated": "monitoring",
    "cancelled": "closed",
    "canceled": "closed",
}
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
CLUES: Final = Clues(
    in_page=((re.compile(r"rootly\.com"), "/api/v1/status.json"),),
    paths=("/api/v1/status.json",),
    rank=85,
)


def recognise(document: Document) -> Recognition | None:
    """Rollup and incidents, or incidents by the page, below a page with no id or a UUID; no components."""
    root = try_object(document)
    page = as_object(root.get("page"))
    has_own_id = page.get("id") is None or is_uuid(page["id"])
    if not has_own_id or not isinstance(root.get("incidents"), list) or "components" in root:
        return None
    is_sure = "time_zone" in page and "scheduled_maintenances" not in root
    if fold(as_object(root.get("status")).get("indicator")) in ROLLUPS:
        return Recognition(93 if is_sure else 60, "page.time_zone beside status and incidents alone")
    if {"per_page", "total_pages"} <= as_object(root.get("pagination")).keys():
        return Recognition(92 if is_sure else 60, "page.time_zone beside incidents and their pagination")
    return None


def endpoints(address: str) -> Endpoints:
    """The status, which lists the active incidents."""
    return Endpoints(look=(beside(page_root(address), "/api/v1/status.json"),))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order."""
    roots = [_root(document) for document in documents]
    coverage = Coverage()
    for root in roots:
        coverage |= Coverage(rollup=root.get("status") is not None, incidents=_is_whole(root))
    return replace(read_api(roots, look, NAME), coverage=coverage)


def _root(document: Document) -> Object:
    """Return the API's object with incidents as Statuspage would tell them."""
    root = as_object(load_json(document))
    rows = root.get("incidents")
    if not isinstance(root.get("page"), dict) or not isinstance(rows, list):
        raise not_this("Rootly", document, "no page beside a list of incidents")
    if not isinstance(root.get("status"), dict) and not isinstance(root.get("pagination"), dict):
        raise not_this("Rootly", document, "neither a status nor the pages of the list")
    filled = [_filled(row) if _is_incident(row) else row for row in map(as_object, rows)]
    return anchored({**root, "incidents": filled}, document, "Rootly")


def _is_incident(row: Object) -> bool:
    return isinstance(row.get("name"), str) and isinstance(row.get("status"), str)


def _is_whole(root: Object) -> bool:
    """Tell whether there is no further page of incidents."""
    if root.get("pagination") is None:
        return len(list(objects(root["incidents"]))) < _PAGE_OF
    return number(as_object(root["pagination"]).get("total_pages")) in (0, 1)


def _filled(row: Object) -> Object:
    posts = sorted(objects(row.get("incident_updates")), key=_posted_at)
    began, url = row.get("started_at"), link(row.get("shortlink")) or link(row.get("url"))
    last = posts[-1] if posts else {}
    return {
        **row,
        "id": _id(row, url),
        "status": _status(row, last),
        "shortlink": url,
        "updated_at": row.get("updated_at") or last.get("created_at"),
        "scheduled_for": row.get("scheduled_for") or began,
        "incident_updates": [{**post, "status": _public(post.get("status"))} for post in posts],
    }


def _posted_at(post: Object) -> datetime:
    return parse_time(post.get("display_at")) or parse_time(post.get("created_at")) or _LONG_AGO


def _id(row: Object, url: str | None) -> str:
    """Return the incident's id, else the end of its address, else what title and start make."""
    _, _, end = urlsplit(url or "").path.rstrip("/").rpartition("/")
    return identity(row.get("id") or end, plain_line(string(row["name"])), parse_time(row.get("started_at")))


def _status(row: Object, last: Object) -> object:
    """Return the public word for where the incident stands."""
    word = fold(last.get("status"))
    if fold(row["status"]) in _AT_WORK and (word in PHASES or word in MAINTENANCE_PHASES):
        return _public(last["status"])
    return _public(row["status"])


def _public(word: object) -> object:
    return _PUBLIC.get(fold(word), word)
