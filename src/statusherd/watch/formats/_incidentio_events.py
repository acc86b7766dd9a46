"""incident.io's incidents and maintenances as records, from the widget or from the page.

Facts: as told in `_incidentio_summary`. An incident's `affected_components` have a peak (`status`) and a
state of now (`current_status`); its impact is the worst it ever was, which `status_summaries` and
`component_impacts` tell too. The widget has of an incident its last post only, and not when it began: that
is told by its id, a ULID, which holds the time of its making. A maintenance may stand among the incidents,
by its `type` or by a status that begins with "maintenance".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from statusherd.model.records import Maintenance, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats._api_v2_ids import is_ulid
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, link, objects, string
from statusherd.watch.reading.words import COMPONENT_STATES, PHASES, Notes, fold, impact_of

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_MAINTENANCE: Final = "maintenance"
_WINDOW_PHASES: Final[Mapping[str, MaintenancePhase]] = {
    "scheduled": MaintenancePhase.SCHEDULED,
    "inprogress": MaintenancePhase.IN_PROGRESS,
    "verifying": MaintenancePhase.IN_PROGRESS,
    "complete": MaintenancePhase.COMPLETED,
    "completed": MaintenancePhase.COMPLETED,
    "canceled": MaintenancePhase.CANCELLED,
    "cancelled": MaintenancePhase.CANCELLED,
}
_ULID_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def component_id(row: Object) -> str | None:
    """Return the id of the component that a row is about."""
    return string(row.get("component_id")) or string(row.get("id"))


def status_of(word: object, notes: Notes) -> Status:
    """Return the state that a component's word stands for."""
    return notes.look_up(COMPONENT_STATES, word, Status.UNKNOWN, "component status")


def incident_of(row: Object, page_url: str | None, notes: Notes) -> VendorIncident:
    """Return a row of `ongoing_incidents` as a record."""
    phase = notes.look_up(PHASES, row.get("status"), Phase.INVESTIGATING, "incident phase")
    updates = _updates(row, phase, PHASES)
    newest = updates[-1].at if updates else None
    return VendorIncident(
        id=_id(row),
        title=plain_line(string(row.get("name"))),
        impact=_impact(row, notes),
        phase=phase,
        started_at=_started_at(row) or (updates[0].at if updates else None),
        updated_at=newest,
        resolved_at=newest if phase is Phase.RESOLVED else None,
        component_ids=_component_ids(row),
        url=_url(row, page_url),
        updates=updates,
    )


def told_last(found: Iterable[VendorIncident]) -> tuple[VendorIncident, ...]:
    """Return each incident once, as it was told last; of two equally new tellings the later, richer one."""
    merged: dict[str, VendorIncident] = {}
    for incident in found:
        known = merged.get(incident.id)
        if known is None or (incident.updated_at or _LONG_AGO) >= (known.updated_at or _LONG_AGO):
            merged[incident.id] = incident
    return tuple(merged.values())


def _started_at(row: Object) -> datetime | None:
    told = parse_time(row.get("started_at")) or min(_times(row, "status_summaries", "start_at"), default=None)
    return told or parse_time(row.get("published_at")) or _made_at(string(row.get("id")))


def _made_at(ulid: str | None) -> datetime | None:
    """Return the time that stands in the first ten digits of a ULID, in milliseconds."""
    if ulid is None or not is_ulid(ulid):
        return None
    milliseconds = 0
    for digit in ulid[:10]:
        milliseconds = milliseconds * 32 + _ULID_DIGITS.index(digit)
    return parse_time(milliseconds)


def _times(row: Object, key: str, name: str) -> list[datetime]:
    return [at for part in objects(row.get(key)) if (at := parse_time(part.get(name))) is not None]


def _impact(row: Object, notes: Notes) -> Impact:
    """Return the worst that an incident did to components; unknown where it names none."""
    words = [row.get("current_worst_impact")]
    words += [part.get("worst_component_status") for part in objects(row.get("status_summaries"))]
    named = [*objects(row.get("affected_components")), *objects(row.get("component_impacts"))]
    words += [part.get(key) for part in named for key in ("status", "current_status")]
    found = worst(status_of(word, notes) for word in words if word is not None)
    if found is not None and not found.is_trouble and not named:
        return Impact.UNKNOWN
    return impact_of(found)


def _component_ids(row: Object) -> tuple[str, ...]:
    named = (*objects(row.get("affected_components")), *objects(row.get("component_impacts")))
    ids = (string(part.get("component_id")) for part in named)
    listed = (component_id(part) for part in objects(row.get("affected_components")))
    return tuple(dict.fromkeys(key for key in (*listed, *ids) if key))


def _updates(
    row: Object, phase: Phase | MaintenancePhase, words: Mapping[str, Phase | MaintenancePhase]
) -> tuple[Update, ...]:
    """Return the posts of a row, oldest first; of the widget's rows the one that stands in the row itself."""
    posts = [
        (post.get("published_at"), post.get("message_string"), post.get("to_status"))
        for post in objects(row.get("updates"))
    ]
    posts = posts or [(row.get("last_update_at"), row.get("last_update_message"), None)]
    found = [
        Update(at, words.get(_bare(word), phase), plain_text(string(text)))
        for time, text, word in posts
        if (at := parse_time(time)) is not None
    ]
    return tuple(sorted(found, key=lambda update: update.at))


def _id(row: Object) -> str:
    return string(row.get("id")) or ""


def _url(row: Object, page_url: str | None) -> str | None:
    told = link(row.get("url"))
    return told or (link(f"{page_url.rstrip('/')}/incidents/{_id(row)}") if page_url else None)


def statuspage_word(row: Object) -> str | None:
    """Return Statuspage's word for a status that is a maintenance's, None for an incident's."""
    word = fold(row.get("status"))
    if not word.startswith(_MAINTENANCE):
        return None
    return _WINDOW_PHASES.get(_bare(word), MaintenancePhase.IN_PROGRESS).value


def is_window(row: Object) -> bool:
    """Tell a maintenance among the incidents."""
    return fold(row.get("type")) == _MAINTENANCE or fold(row.get("status")).startswith(_MAINTENANCE)


def _bare(word: object) -> str:
    return fold(word).removeprefix(_MAINTENANCE)


def maintenance_of(
    row: Object, page_url: str | None, now: datetime, notes: Notes, *, planned: bool
) -> Maintenance:
    """Return a maintenance as a record; where a `planned` one has no phase, the clock tells it."""
    starts_at, ends_at = _span(row)
    default = window_phase(starts_at, ends_at, now) if planned else MaintenancePhase.IN_PROGRESS
    phase = notes.look_up(_WINDOW_PHASES, _bare(row.get("status")), default, "maintenance phase")
    return Maintenance(
        id=_id(row),
        title=plain_line(string(row.get("name"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=_component_ids(row),
        url=_url(row, page_url),
        updates=_updates(row, phase, _WINDOW_PHASES),
    )


def _span(row: Object) -> tuple[datetime | None, datetime | None]:
    starts_at = _first(row, ("starts_at", "scheduled_start_at", "started_at"))
    ends_at = _first(row, ("ends_at", "scheduled_end_at"))
    return (
        starts_at or min(_times(row, "component_impacts", "start_at"), default=None),
        ends_at or max(_times(row, "component_impacts", "end_at"), default=None),
    )


def _first(row: Object, keys: Iterable[str]) -> datetime | None:
    return next((at for key in keys if (at := parse_time(row.get(key))) is not None), None)


def rereads_at(planned: Iterable[Object], now: datetime) -> datetime | None:
    """Return when the clock alone moves a window next: that is where a row's own word does not tell."""
    by_clock = (row for row in planned if _bare(row.get("status")) not in _WINDOW_PHASES)
    edges = [edge for row in by_clock for edge in _span(row) if edge is not None and edge > now]
    return min(edges, default=None)
