"""Incidents and planned work of an Uptime.com page: both come in one shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from statusherd.model.records import Maintenance, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats._lists import identity, once
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, objects, string
from statusherd.watch.reading.words import COMPONENT_STATES, PHASES, Notes, fold, impact_of

STATES: Final[Mapping[str, Status]] = {
    **COMPONENT_STATES,
    "notification": Status.OPERATIONAL,
    "notmonitored": Status.UNKNOWN,
}
_WORK: Final = "scheduledmaintenance"
_NO_PHASE: Final = frozenset({"", "maintenance", "notification", "update"})
_OVER: Final = frozenset({"resolved", "completed", "postmortem"})


def events(
    open_rows: Iterable[Object], over_rows: Iterable[Object], now: datetime, notes: Notes
) -> tuple[tuple[VendorIncident, ...], tuple[Maintenance, ...]]:
    """Return incidents and windows of what goes on and of what is over, each once."""
    incidents, maintenances = [], []
    for rows, is_over in ((open_rows, False), (over_rows, True)):
        for row in rows:
            if _is_work(row, now, notes):
                maintenances.append(_maintenance(row, now, is_over=is_over))
            else:
                incidents.append(_incident(row, notes, is_over=is_over))
    return once(incidents), once(maintenances)


def _is_work(row: Object, now: datetime, notes: Notes) -> bool:
    kind = fold(row.get("incident_type"))
    if kind not in (_WORK, "incident", ""):
        notes.warn(
            f"unknown incident type {string(row.get('incident_type')) or ''!r:.60}, read as an incident"
        )
    starts_at = parse_time(row.get("starts_at"))
    return kind == _WORK or (starts_at is not None and starts_at > now)


def _posts(row: Object) -> list[tuple[datetime, str, str]]:
    """Return time, state word and text of the updates, oldest first."""
    found = []
    for post in objects(row.get("updates")):
        at = parse_time(post.get("updated_at"))
        if at is not None:
            word = string(post.get("incident_state")) or ""
            found.append((at, word, plain_text(string(post.get("description")))))
    return sorted(found, key=lambda post: post[0])


def _touched(row: Object) -> tuple[str, ...]:
    keys = (plain_line(string(part.get("id"))) for part in objects(row.get("affected_components")))
    return tuple(dict.fromkeys(key for key in keys if key))


def _updates(row: Object, notes: Notes) -> tuple[Update, ...]:
    """Return the posts with their phase; one without a word of its own keeps that of the post before it."""
    found: list[Update] = []
    phase = Phase.INVESTIGATING
    for at, word, text in _posts(row):
        phase = _phase(word, phase, notes)
        found.append(Update(at, phase, text))
    return tuple(found)


def _phase(word: str | None, before: Phase, notes: Notes) -> Phase:
    if fold(word) in _NO_PHASE:
        return before
    return notes.look_up(PHASES, word, Phase.INVESTIGATING, "incident state")


def _incident(row: Object, notes: Notes, *, is_over: bool) -> VendorIncident:
    title, updates = plain_line(string(row.get("name"))), _updates(row, notes)
    newest = updates[-1].phase if updates else Phase.INVESTIGATING
    phase = _phase(string(row.get("latest_update_incident_state")), Phase(newest), notes)
    phase = Phase.RESOLVED if is_over else phase
    started_at = parse_time(row.get("starts_at")) or (updates[0].at if updates else None)
    changed_at = updates[-1].at if updates else started_at
    states = (
        notes.look_up(STATES, part.get("status"), Status.UNKNOWN, "component status")
        for part in objects(row.get("affected_components"))
    )
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=impact_of(worst(states)),
        phase=phase,
        started_at=started_at,
        updated_at=changed_at,
        resolved_at=(parse_time(row.get("ends_at")) or changed_at) if phase is Phase.RESOLVED else None,
        component_ids=_touched(row),
        updates=updates,
    )


def _maintenance(row: Object, now: datetime, *, is_over: bool) -> Maintenance:
    title = plain_line(string(row.get("name")))
    starts_at, ends_at = parse_time(row.get("starts_at")), parse_time(row.get("ends_at"))
    posts = _posts(row)
    word = fold(row.get("latest_update_incident_state")) or (fold(posts[-1][1]) if posts else "")
    phase = window_phase(starts_at, ends_at, now) if starts_at else MaintenancePhase.SCHEDULED
    phase = MaintenancePhase.COMPLETED if is_over or word in _OVER else phase
    return Maintenance(
        id=identity(row.get("id"), title, starts_at),
        title=title,
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_touched(row),
        updates=tuple(Update(at, phase, text) for at, _, text in posts),
    )
