"""Microsoft 365's public posts: https://status.cloud.microsoft/api/posts/mac and its siblings.

Facts: a post of the admin centre of 2026, and a description of the page's own requests. `mac`, `ppac` and
`azure` answer with one post, `m365Consumer` with a list of one for each service. A post's status is the
state, its message a standing text that is no incident while all is well. `LastUpdatedTime` is the clock of
the request and `InternalDateTime` moves every ten minutes: neither says that anything changed.

The posts tell whether the services can be reached, not what is wrong inside of them: incidents of Exchange
or Teams stand behind a login.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import try_json
from statusherd.watch.formats._microsoft_posts import SITE, STATES, is_post
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, load_json, objects, string
from statusherd.watch.reading.words import Notes, fold, impact_of

NAME = "m365"

_RESTORED: Final = "servicerestored"
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PAGE: Final = f"https://{SITE}/"
_POSTS: Final = f"{_PAGE}api/posts/mac"


@dataclass(frozen=True, slots=True)
class _Post:
    """A post with the state it tells."""

    row: Object
    status: Status
    is_restored: bool


CLUES: Final = Clues(in_address=(at_host(SITE, _POSTS),))


def recognise(document: Document) -> Recognition | None:
    """A post, or a list of posts, with its stamps beside a status."""
    value = try_json(document)
    rows = [value] if isinstance(value, dict) else list(objects(value))
    if not rows or not all(map(is_post, rows)):
        return None
    return Recognition(96, "Status beside AuthoredDateTime and Message")


def endpoints(address: str) -> Endpoints:
    """The post that an address names; the admin centre's for the page as a whole."""
    parts = urlsplit(address)
    if parts.hostname == SITE and not parts.path.startswith("/api/posts/"):
        return Endpoints(look=(_POSTS,))
    return Endpoints(look=(address,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read all documents of one look: a post alone is the rollup, a list has one for each service."""
    notes = Notes()
    alone: list[_Post] = []
    services: list[_Post] = []
    for document in documents:
        value = load_json(document)
        (alone if isinstance(value, dict) else services).extend(_posts(value, document, notes))
    posts = (*alone, *services)
    page_status = _worst_known(post.status for post in alone) if alone else None
    components = tuple({c.id: c for c in map(_component, services)}.values())
    incidents = tuple({i.id: i for post in posts if (i := _incident(post)) is not None}.values())
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, ()),
        components=components,
        incidents=incidents,
        coverage=_coverage(alone, services),
        warnings=notes.all,
        page_name="Microsoft 365",
        page_url=_PAGE,
    )


def _posts(value: object, document: Document, notes: Notes) -> Iterable[_Post]:
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list) or not rows:
        raise not_this("m365", document, "neither a post nor a list of posts")
    if not all(isinstance(row, dict) and is_post(row) for row in rows):
        raise not_this("m365", document, "a post has no Id, Status, Message or time")
    for row in rows:
        status = notes.look_up(STATES, string(row.get("Status")), Status.UNKNOWN, "Microsoft 365 status")
        yield _Post(row, status, fold(row.get("Status")) == _RESTORED)


def _worst_known(states: Iterable[Status]) -> Status:
    """Return the worst state; what one post does not say, the others cannot make good."""
    every = tuple(states)
    said = worst(every) or Status.UNKNOWN
    return Status.UNKNOWN if Status.UNKNOWN in every and not said.is_trouble else said


def _coverage(alone: Sequence[_Post], services: Sequence[_Post]) -> Coverage:
    """Return what the look speaks for: a state that is unknown does not end what was open."""
    is_known = all(post.status is not Status.UNKNOWN for post in (*alone, *services))
    return Coverage(rollup=bool(alone), components=bool(services), incidents=is_known)


def _component(post: _Post) -> Component:
    key = _service_id(post.row)
    return Component(key, plain_line(string(post.row.get("ServiceDisplayName"))) or key, status=post.status)


def _service_id(row: Object) -> str:
    names = (string(row.get(key)) for key in ("ServiceWorkloadName", "ServiceDisplayName", "Id"))
    return next((name[:200] for name in names if name), "")


def _incident(post: _Post) -> VendorIncident | None:
    """Return the trouble that a post tells of, open or just over; None where all is well."""
    if not post.status.is_trouble and not post.is_restored:
        return None
    row, phase = post.row, Phase.RESOLVED if post.is_restored else Phase.INVESTIGATING
    at = parse_time(row.get("AuthoredDateTime"))
    is_service = "ServiceWorkloadName" in row or "ServiceDisplayName" in row
    return VendorIncident(
        id=(string(row.get("Id")) or "")[:200],
        title=_title(row),
        impact=impact_of(None if post.is_restored else post.status),
        phase=phase,
        started_at=at,
        updated_at=at,
        resolved_at=at if post.is_restored else None,
        component_ids=(_service_id(row),) if is_service else (),
        url=_PAGE,
        updates=_updates(row, at, phase),
    )


def _title(row: Object) -> str:
    name = plain_line(string(row.get("ServiceDisplayName"))) or "Microsoft 365"
    state = _HUMP.sub(" ", plain_line(string(row.get("Status")))).lower()
    return plain_line(string(row.get("Title"))) or f"{name}: {state}"


def _updates(row: Object, at: datetime | None, phase: Phase) -> tuple[Update, ...]:
    text = plain_text(string(row.get("Message")))
    return (Update(at, phase, text),) if at is not None and text else ()
