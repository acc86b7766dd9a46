"""Sorry's components and notices as records: what is wrong, what is planned, and what they touch.

Facts: as told in `sorry`. There is no impact: the components that a notice names tell it. A planned notice
has `begins_at` and `ends_at`, and `began_at` and `ended_at` once it did. `timeline_state` is present, future
or past.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from statusherd.model.records import Component, Maintenance, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, link, objects, string
from statusherd.watch.reading.words import (
    COMPONENT_STATES,
    MAINTENANCE_PHASES,
    PHASES,
    Notes,
    fold,
    impact_of,
)

STATES: Final[Mapping[str, Status]] = {
    **COMPONENT_STATES,
    "partiallydegraded": Status.DEGRADED,
    "outage": Status.MAJOR_OUTAGE,
}
_PHASES: Final = {**PHASES, "recovering": Phase.MONITORING, "falsealarm": Phase.RESOLVED}
_WINDOWS: Final = {
    **MAINTENANCE_PHASES,
    "underway": MaintenancePhase.IN_PROGRESS,
    "complete": MaintenancePhase.COMPLETED,
}
_INCIDENT, _WINDOW, _NOTICE = "incident", "maintenance", "notice"
_KINDS: Final = {
    "unplanned": _INCIDENT,
    "incident": _INCIDENT,
    "planned": _WINDOW,
    "maintenance": _WINDOW,
    "general": _NOTICE,
}
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?")
_MOST_NAMED: Final = 300
"""Leaves of one notice: it may name parents with thousands below them."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of a page: leaves, the states of all rows, and the leaves below each parent."""

    leaves: tuple[Component, ...] = ()
    states: Mapping[str, Status] = field(default_factory=dict)
    below: Mapping[str, list[str]] = field(default_factory=dict)


def parts_of(listed: Iterable[Object], notes: Notes) -> Parts:
    """Return the components among `listed`; the name of a parent is the group of those below it."""
    rows = {str(string(row["id"])): row for row in listed}
    states = {
        key: notes.look_up(STATES, row.get("state"), Status.UNKNOWN, "component state")
        for key, row in rows.items()
    }
    parents = {key: parent for key, row in rows.items() if (parent := _parent(key, row, rows))}
    headers = set(parents.values())
    below: dict[str, list[str]] = {}
    for key, parent in parents.items():
        if key not in headers:
            below.setdefault(parent, []).append(key)
    leaves = tuple(
        Component(key, _name(row), group=_group(parents.get(key), rows), status=states[key])
        for key, row in rows.items()
        if key not in headers
    )
    return Parts(leaves, states, below)


def _parent(key: str, row: Object, rows: Mapping[str, Object]) -> str | None:
    parent = string(row.get("parent_id"))
    return parent if parent in rows and parent != key else None


def _group(parent: str | None, rows: Mapping[str, Object]) -> str | None:
    return _name(rows[parent]) or None if parent else None


def _name(row: Object) -> str:
    return plain_line(string(row.get("name")))


def _kind(row: Object, notes: Notes) -> str:
    return notes.look_up(_KINDS, row.get("type"), _INCIDENT, "notice type")


def is_window(row: Object, now: datetime, notes: Notes) -> bool:
    """Tell planned work, and what is dated ahead of now: that is no incident yet."""
    if _kind(row, notes) == _WINDOW:
        return True
    starts_at, _ = _span(row)
    return starts_at is not None and starts_at > now


def goes_by_clock(row: Object) -> bool:
    """Tell that nothing but the clock says where the window in `row` stands."""
    return _kind(row, Notes()) != _WINDOW or fold(row.get("state")) not in _WINDOWS


def _span(row: Object) -> tuple[datetime | None, datetime | None]:
    """Return when it began and ended, else when that is planned."""
    starts_at = _time(row.get("began_at")) or _time(row.get("begins_at"))
    return starts_at, _time(row.get("ended_at")) or _time(row.get("ends_at"))


def incident_of(row: Object, parts: Parts, notes: Notes) -> VendorIncident:
    """Return an unplanned or general notice as a record."""
    phase = notes.look_up(_PHASES, row.get("state"), Phase.INVESTIGATING, "notice state")
    if fold(row.get("timeline_state")) == "past":
        phase = Phase.RESOLVED
    updates = _updates(row, _PHASES, phase)
    last = updates[-1].at if updates else None
    starts_at, _ = _span(row)
    started_at = starts_at or _time(row.get("created_at")) or (updates[0].at if updates else None)
    over = _time(row.get("ended_at")) or last or _time(row.get("updated_at"))
    return VendorIncident(
        id=str(string(row["id"])),
        title=_title(row),
        impact=_impact(row, parts, notes),
        phase=phase,
        started_at=started_at,
        updated_at=_time(row.get("updated_at")) or last,
        resolved_at=over if phase is Phase.RESOLVED else None,
        component_ids=_component_ids(row, parts),
        url=_url(row),
        updates=updates,
    )


def maintenance_of(row: Object, parts: Parts, now: datetime, notes: Notes) -> Maintenance:
    """Return a planned notice, or one that is dated ahead, as a record."""
    starts_at, ends_at = _span(row)
    phase = window_phase(starts_at, ends_at, now)
    if _kind(row, notes) == _WINDOW:
        phase = notes.look_up(_WINDOWS, row.get("state"), phase, "maintenance state")
    return Maintenance(
        id=str(string(row["id"])),
        title=_title(row),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_component_ids(row, parts),
        url=_url(row),
        updates=_updates(row, _WINDOWS, phase),
    )


def _time(value: object) -> datetime | None:
    """Read the one form that times have here: thousands of others would take too long to be refused."""
    return parse_time(value) if isinstance(value, str) and _ISO.fullmatch(value) else None


def _title(row: Object) -> str:
    return plain_line(string(row.get("subject")) or string(row.get("title")) or string(row.get("synopsis")))


def _url(row: Object) -> str | None:
    return link(row.get("url")) or link(row.get("link"))


def _named(row: Object) -> Iterator[Object]:
    return islice(objects(row.get("components")), _MOST_NAMED)


def _impact(row: Object, parts: Parts, notes: Notes) -> Impact:
    """Return the impact by the states of what the notice names; a general notice has none."""
    if _kind(row, notes) == _NOTICE:
        return Impact.NONE
    own = (notes.look_up(STATES, c.get("state"), Status.UNKNOWN, "component state") for c in _named(row))
    listed = (parts.states.get(string(c.get("id")) or "", Status.UNKNOWN) for c in _named(row))
    suffered = worst((*own, *listed))
    return impact_of(suffered) if suffered is not None and suffered.is_trouble else Impact.UNKNOWN


def _component_ids(row: Object, parts: Parts) -> tuple[str, ...]:
    """Return the leaves that a notice names; a parent stands for those below it."""
    named = dict.fromkeys(key for component in _named(row) if (key := string(component.get("id"))))
    leaves = (leaf for key in named for leaf in parts.below.get(key, [key]))
    return tuple(dict.fromkeys(islice(leaves, _MOST_NAMED)))


def _updates(
    row: Object, words: Mapping[str, Phase] | Mapping[str, MaintenancePhase], phase: Phase | MaintenancePhase
) -> tuple[Update, ...]:
    """Return the posts, oldest first; one without a known word keeps `phase`."""
    posts = list(objects(row.get("updates"))) or [as_object(row.get("latest_update"))]
    found = [
        Update(at, words.get(fold(post.get("state"))) or phase, plain_text(string(post.get("content"))))
        for post in posts
        if (at := _time(post.get("created_at"))) is not None
    ]
    return tuple(sorted(found, key=lambda update: update.at))
