"""Gatus: /api/v1/endpoints/statuses, the results of the dashboard's own checks; suites have the same shape.

Facts: Gatus' source and answers of a running one (2026). Pages of the API page the results, never the
endpoints. The newest result comes last; a store may hold results without a time (year 1). An endpoint that
has not been checked yet has no result. Nothing here is a rollup or an incident: the checks speak for
themselves, and one that fails is an outage of its endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string
from statusherd.watch.reading.words import Notes

NAME = "gatus"
IS_PLATFORM = False

STALE_AFTER: Final = timedelta(days=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
CLUES: Final = Clues(
    in_page=((re.compile(r"<title>[^<]{0,80}\| Gatus</title>"), "/api/v1/endpoints/statuses"),),
    paths=("/api/v1/endpoints/statuses",),
    rank=45,
)


def recognise(document: Document) -> Recognition | None:
    """A list of endpoints with keys and results, or one endpoint."""
    if document.text.lstrip()[:1] not in ("[", "{") or '"results"' not in document.text:
        return None
    try:
        rows = _rows(document)
    except LookError:
        return None
    is_sure = any(_is_result(result) for row in rows for result in objects(row["results"]))
    return Recognition(96 if is_sure else 75, "endpoints with key and results")


def endpoints(address: str) -> Endpoints:
    """The API's list of endpoints."""
    return Endpoints(look=(beside(page_root(address), "/api/v1/endpoints/statuses"),))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the lists of endpoints; each endpoint is as its newest result."""
    notes = Notes()
    rows = {_key(row): row for document in documents for row in _rows(document)}
    components = tuple(_component(key, row, look.now, notes) for key, row in rows.items())
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, (), ()),
        components=components,
        coverage=Coverage(components=True),
        warnings=notes.all,
    )


def _rows(document: Document) -> list[Object]:
    """Return the endpoints of `document`; an empty list could be anybody's and proves nothing."""
    value = load_json(document)
    items = value if isinstance(value, list) else [value]
    rows = [as_object(item) for item in items]
    if not rows or not all(_is_endpoint(row) for row in rows):
        raise not_this("Gatus", document, "no endpoints with key and results")
    return rows


def _is_endpoint(row: Object) -> bool:
    results = row.get("results", "absent")
    return bool(_key(row)) and (results is None or isinstance(results, list))


def _is_result(row: Object) -> bool:
    return isinstance(row.get("success"), bool) and "timestamp" in row


def _key(row: Object) -> str:
    key = row.get("key")
    return (string(key) or "") if isinstance(key, str) else ""


def _component(key: str, row: Object, now: datetime, notes: Notes) -> Component:
    return Component(
        id=key,
        name=plain_line(string(row.get("name"))) or plain_line(key),
        group=plain_line(string(row.get("group"))) or None,
        status=_status(key, objects(row.get("results")), now, notes),
    )


def _status(key: str, results: Iterable[Object], now: datetime, notes: Notes) -> Status:
    dated = [(parse_time(row.get("timestamp")) or _LONG_AGO, row.get("success")) for row in results]
    if not dated:
        notes.warn(f"{plain_line(key)} has no result yet")
        return Status.UNKNOWN
    newest = max(at for at, _ in dated)
    if _LONG_AGO < newest < now - STALE_AFTER:
        notes.warn(f"{plain_line(key)} has not been checked since {newest:%Y-%m-%d %H:%M} UTC")
    success = [success for at, success in dated if at == newest][-1]
    if not isinstance(success, bool):
        notes.warn(f"the newest result of {plain_line(key)} says neither success nor failure")
        return Status.UNKNOWN
    return Status.OPERATIONAL if success else Status.MAJOR_OUTAGE
