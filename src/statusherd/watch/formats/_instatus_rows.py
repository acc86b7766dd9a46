"""Instatus' rows as records: components, incidents and maintenances, from the JSON or from the page.

Facts: as told in `instatus`. A name is a string or an object with one name per language. Components stand in
one list, each with its `group`, or below a parent row (`children`, formerly `components`). What is archived
is not on the page. The page's addresses are /incident/<id> and /maintenance/<id>.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Maintenance, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, link, number, objects, string
from statusherd.watch.reading.words import (
    COMPONENT_STATES,
    MAINTENANCE_PHASES,
    PHASES,
    Notes,
    fold,
    impact_of,
)

_DEEPEST: Final = 8
_WINDOW_WORDS: Final = frozenset({"notstartedyet", "scheduled", "inprogress", "verifying", "completed"})
_LONGEST: Final = 60 * 24 * 366
"""Minutes; what is said to last longer than a year has no end that means anything."""

Phases = Mapping[str, Phase | MaintenancePhase]


def components_of(rows: object, notes: Notes) -> tuple[Component, ...]:
    """Return the leaves of a list of components, each once: below its parent if it also stands alone."""
    found: dict[str, Component] = {}
    for component in _leaves(rows, None, 0, notes):
        known = found.get(component.id)
        if known is None or known.group is None:
            found[component.id] = component
    return tuple(found.values())


def _leaves(rows: object, group: str | None, depth: int, notes: Notes) -> Iterator[Component]:
    for row in objects(rows):
        key, name = string(row.get("id")), plain_line(words_of(row.get("name")))
        below = [*objects(row.get("children")), *objects(row.get("components"))]
        if below and depth < _DEEPEST:
            yield from _leaves(below, name or group, depth + 1, notes)
        elif key and row.get("isParent") is not True and row.get("archivedAt") is None:
            yield Component(key, name, _group(row) or group, status=_status(row.get("status"), notes))


def _group(row: Object) -> str | None:
    group = row.get("group")
    return plain_line(words_of(group.get("name") if isinstance(group, dict) else group)) or None


def _status(word: object, notes: Notes) -> Status:
    return notes.look_up(COMPONENT_STATES, word, Status.UNKNOWN, "component status")


def words_of(value: object) -> str | None:
    """Return a text, of one in several languages the page's own."""
    if isinstance(value, dict):
        value = value.get("default") or value.get("en") or next(iter(value.values()), None)
    return string(value)


def is_window(row: Object) -> bool:
    """Tell a maintenance from an incident by its word: lists of what is over hold both."""
    return fold(row.get("status")) in _WINDOW_WORDS or fold(row.get("type")) == "maintenance"


def incident_of(row: Object, source: str, page_url: str | None, notes: Notes) -> VendorIncident:
    """Return a row of `activeIncidents` or of the notices as a record."""
    phase = notes.look_up(PHASES, row.get("status"), Phase.INVESTIGATING, "incident phase")
    updates = _updates(row, phase, PHASES)
    started_at = parse_time(row.get("started")) or (updates[0].at if updates else None)
    newest = updates[-1].at if updates else None
    key = _identity(row, source, started_at)
    return VendorIncident(
        id=key,
        title=plain_line(words_of(row.get("name"))),
        impact=_impact(row, notes),
        phase=phase,
        started_at=started_at,
        updated_at=parse_time(row.get("updatedAt")) or newest,
        resolved_at=(parse_time(row.get("resolved")) or newest) if phase is Phase.RESOLVED else None,
        component_ids=_component_ids(row),
        url=_url(row, page_url, "incident", key),
        updates=updates,
    )


def _impact(row: Object, notes: Notes) -> Impact:
    """Return the stated impact; where that is none, what the named components suffer."""
    told = _status(row.get("impact"), notes)
    suffered = worst(_status(part.get("status"), Notes()) for part in objects(row.get("components")))
    if suffered is not None and suffered.is_trouble and not told.is_trouble:
        return impact_of(suffered)
    return impact_of(told)


def _identity(row: Object, source: str, began: datetime | None) -> str:
    """Return the row's id, else the end of its address, else what its title and its beginning make."""
    if key := string(row.get("id")):
        return key
    path = urlsplit(link(row.get("url")) or "").path.strip("/")
    if "/" in path:
        return path.rpartition("/")[2]
    title = " ".join((words_of(row.get("name")) or "").casefold().split())
    seed = f"{source}\0{title}\0{began.isoformat() if began else ''}"
    return blake2b(seed.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _component_ids(row: Object) -> tuple[str, ...]:
    ids = (string(part.get("id")) for part in objects(row.get("components")))
    return tuple(dict.fromkeys(key for key in ids if key))


def _url(row: Object, page_url: str | None, kind: str, key: str) -> str | None:
    told = link(row.get("url"))
    return told or (link(f"{page_url.rstrip('/')}/{kind}/{key}") if page_url else None)


def _updates(row: Object, phase: Phase | MaintenancePhase, words: Phases) -> tuple[Update, ...]:
    found = [
        Update(at, words.get(fold(post.get("status")), phase), plain_text(_message(post)))
        for post in objects(row.get("updates"))
        if (at := parse_time(post.get("started")) or parse_time(post.get("createdAt"))) is not None
    ]
    return tuple(sorted(found, key=lambda update: update.at))


def _message(post: Object) -> str | None:
    return words_of(post.get("message")) or words_of(post.get("messageHtml"))


def maintenance_of(
    row: Object, source: str, page_url: str | None, now: datetime, notes: Notes
) -> Maintenance:
    """Return a row of `activeMaintenances` or of the notices as a record."""
    starts_at, ends_at = _span(row)
    by_clock = window_phase(starts_at, ends_at, now)
    phase = notes.look_up(MAINTENANCE_PHASES, row.get("status"), by_clock, "maintenance phase")
    key = _identity(row, source, starts_at)
    return Maintenance(
        id=key,
        title=plain_line(words_of(row.get("name"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_component_ids(row),
        url=_url(row, page_url, "maintenance", key),
        updates=_updates(row, phase, MAINTENANCE_PHASES),
    )


def _span(row: Object) -> tuple[datetime | None, datetime | None]:
    starts_at = parse_time(row.get("start")) or parse_time(row.get("started"))
    ends_at = parse_time(row.get("end")) or parse_time(row.get("resolved"))
    minutes = number(row.get("duration"))
    if ends_at is None and starts_at is not None and minutes is not None and 0 < minutes <= _LONGEST:
        ends_at = starts_at + timedelta(minutes=minutes)
    return starts_at, ends_at


def rereads_at(rows: Iterable[Object], now: datetime) -> datetime | None:
    """Return when the clock alone moves a window next: that is where a row's own word does not tell."""
    by_clock = (row for row in rows if fold(row.get("status")) not in MAINTENANCE_PHASES)
    edges = [edge for row in by_clock for edge in _span(row) if edge is not None and edge > now]
    return min(edges, default=None)
