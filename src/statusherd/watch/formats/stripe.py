"""Stripe's own document, /current/full at status.stripe.com.

Facts: two clients (2022 to 2026). `UptimeStatus` is the state of all (up, degraded, down; by one of the
clients also pending and paused, which it takes for maintenance), beside a `message`. `uptimeData` has the
parts by key and title; a part is well while its `warning` is null, and of the others no more is known than
that. There are no incidents, windows or times. The page for people is a Statuspage at www.stripestatus.com
now, which tells much more: prefer it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes

NAME = "stripe"

STATES: Final[Mapping[str, Status]] = {
    "up": Status.OPERATIONAL,
    "degraded": Status.DEGRADED,
    "down": Status.MAJOR_OUTAGE,
    "pending": Status.MAINTENANCE,
    "paused": Status.MAINTENANCE,
}
_BEHIND: Final = re.compile(r"/current(?:/.*)?$")
CLUES: Final = Clues(in_address=(at_host("status.stripe.com", "/current/full"),))


def recognise(document: Document) -> Recognition | None:
    """The keys UptimeStatus and message, which no other document has together."""
    if '"UptimeStatus"' not in document.text:
        return None
    root = try_object(document)
    if not _is_ours(root):
        return None
    return Recognition(96 if _parts(root) else 90, "UptimeStatus beside message")


def endpoints(address: str) -> Endpoints:
    """The one document."""
    parts = urlsplit(address)
    root = f"{parts.scheme}://{parts.netloc}{_BEHIND.sub('', parts.path).rstrip('/')}"
    return Endpoints(look=(f"{root}/current/full",))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the document; of several, the last."""
    notes, document = Notes(), documents[-1]
    root = as_object(load_json(document))
    if not _is_ours(root):
        raise not_this("Stripe", document, "no UptimeStatus beside a message")
    page_status = notes.look_up(STATES, root["UptimeStatus"], Status.UNKNOWN, "page status")
    components = tuple({part.id: part for part in _components(_parts(root), notes)}.values())
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, (), ()),
        components=components,
        coverage=Coverage(rollup=True, components=bool(components)),
        warnings=notes.all,
        page_name="Stripe",
    )


def _is_ours(root: Object) -> bool:
    word = root.get("UptimeStatus")
    return isinstance(word, str) and bool(word.strip()) and "message" in root


def _parts(root: Object) -> list[Object]:
    return list(objects(root.get("uptimeData")))


def _components(rows: Iterable[Object], notes: Notes) -> Iterable[Component]:
    for row in rows:
        key, title = plain_line(string(row.get("key"))), plain_line(string(row.get("title")))
        if key or title:
            yield Component(key or title, title or key, status=_status(row, notes))


def _status(row: Object, notes: Notes) -> Status:
    if "warning" not in row:
        notes.warn("some parts do not say whether there is a warning")
        return Status.UNKNOWN
    return Status.OPERATIONAL if row["warning"] is None else Status.DEGRADED
