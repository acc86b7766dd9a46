"""Cachet: /api/v1/ of versions 2.x (components, incidents, schedules, status), /api/ of version 3.

Facts: answers of 2.x, and the resources of version 3's source. Lists have 20 rows a page, the oldest first
unless asked otherwise. Times are naive, in a zone that only the server knows. An incident has no impact, and
its own status may lag behind its updates: `latest_status` and `is_resolved` hold. Up to 2.3 a maintenance is
an incident of status 0 without an end. `schedules` and `status` came with 2.4, so a look does not need them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._cachet_documents import Answer, Kind, place_of, read_answer
from statusherd.watch.formats._cachet_words import COMPONENTS, INCIDENTS, ROLLUPS, SCHEDULES
from statusherd.watch.formats._places import beside
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, impact_of

NAME = "cachet"
IS_PLATFORM = False

_SCHEDULED: Final = "0"
_LONGEST: Final = timedelta(days=1)
"""A maintenance that never tells its end is taken as over after this."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the rows of one look are read with."""

    now: datetime
    zone: tzinfo | None
    """The zone of the server, None where nobody said."""
    notes: Notes

    def time(self, row: Object, *keys: str) -> datetime | None:
        """Return the first time that `row` has under `keys`."""
        found = (parse_time(row.get(key), self.zone or UTC) for key in keys)
        return next((at for at in found if at is not None), None)

    def past(self, row: Object, *keys: str) -> datetime | None:
        """Return a time that cannot be ahead; one that is was written in a zone we do not know."""
        at = self.time(row, *keys)
        return None if at is not None and self.zone is None and at > self.now else at


CLUES: Final = Clues(
    in_page=((re.compile("cachet", re.IGNORECASE), "/api/v1/components"),),
    paths=("/api/v1/components",),
    rank=60,
)


def recognise(document: Document) -> Recognition | None:
    """Rows of components, incidents or schedules, or the rollup; an empty list by its address at best."""
    answer = read_answer(try_object(document), document.url)
    if answer is None or answer.kind is None:
        return None
    if not answer.rows:
        return Recognition(60, f"an empty list of {answer.kind} with Cachet's pagination")
    return Recognition(80 if answer.kind is Kind.STATUS else 92, f"rows of {answer.kind}")


def wrong_options(options: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with `options`: the page's `timezone`, which its times do not say."""
    yield from (f"unknown option {key!r}" for key in options if key != "timezone")
    if "timezone" in options and _zone(options["timezone"], Notes()) is None:
        yield f"timezone: there is no zone {options['timezone'][:60]!r}"


def endpoints(address: str) -> Endpoints:
    """Components and the newest incidents; schedules where the version has them."""
    root, is_unversioned = place_of(address)
    here = partial(beside, root)
    feed = ((here("/rss"), "feed"),)
    if is_unversioned:
        names = (Kind.COMPONENTS, Kind.INCIDENTS, Kind.SCHEDULES)
        components, incidents, schedules = (here(f"/api/{name}?per_page=100") for name in names)
    else:
        components = here("/api/v1/components?per_page=1000")
        incidents, schedules = (
            here(f"/api/v1/{name}?sort=id&order=desc&per_page=50")
            for name in (Kind.INCIDENTS, Kind.SCHEDULES)
        )
    return Endpoints(look=(components, incidents), optional=(schedules,), fallbacks=feed)


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read all documents of one look, told apart by their rows."""
    notes = Notes()
    reader = _Reader(look.now, _zone(look.options.get("timezone"), notes), notes)
    answers = [_answer(document) for document in documents]
    rollup = next(iter(_rows(answers, Kind.STATUS)), None)
    page_status = notes.look_up(ROLLUPS, rollup["status"], Status.UNKNOWN, "page status") if rollup else None
    components = _components(answers, notes)
    states = {component.id: component.status for component in components}
    rows = _rows(answers, Kind.INCIDENTS)
    incidents = tuple(_incident(row, states, reader) for row in rows if not _is_window(row))
    maintenances = (
        *(_maintenance(row, reader) for row in _rows(answers, Kind.SCHEDULES)),
        *(replace(_window(row, reader), id=f"incident-{_id(row)}") for row in rows if _is_window(row)),
    )
    if reader.zone is None and (incidents or maintenances):
        notes.warn("the page's times name no zone and are read as UTC")
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(answers),
        warnings=notes.all,
        page_name=plain_line(string(rollup.get("name"))) or None if rollup else None,
        rereads_at=_rereads_at(maintenances, look.now),
    )


def _answer(document: Document) -> Answer:
    answer = read_answer(as_object(load_json(document)), document.url)
    if answer is None:
        raise not_this("Cachet", document, "no data of components, incidents, schedules or a status")
    return answer


def _zone(name: str | None, notes: Notes) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        notes.warn(f"unknown time zone {name!r}")
        return None


def _coverage(answers: Iterable[Answer]) -> Coverage:
    coverage = Coverage()
    for answer in answers:
        kind, is_whole = answer.kind, answer.is_whole
        coverage |= Coverage(
            rollup=kind is Kind.STATUS,
            components=kind is Kind.COMPONENTS and is_whole,
            # Beyond the first page there may be older ones that are still open.
            incidents=kind is Kind.INCIDENTS and is_whole,
            history=kind is Kind.INCIDENTS and answer.is_list,
            maintenances=kind is Kind.SCHEDULES and is_whole,
        )
    return coverage


def _rows(answers: Iterable[Answer], *kinds: Kind) -> list[Object]:
    """Return the rows of these kinds, each id once; what is deleted or switched off is left out."""
    found = {
        string(row.get("id")): row
        for answer in answers
        if answer.kind in kinds
        for row in answer.rows
        if not row.get("deleted_at") and row.get("enabled") not in (False, 0)
    }
    return list(found.values())


def _id(row: Object) -> str:
    return string(row.get("id")) or ""


def _components(answers: Sequence[Answer], notes: Notes) -> tuple[Component, ...]:
    groups = {key: name for answer in answers for key, name in answer.groups.items()}
    return tuple(
        Component(
            id=_id(row),
            name=plain_line(string(row.get("name"))),
            group=plain_line(groups.get(string(row.get("group_id")) or "")) or None,
            status=notes.look_up(COMPONENTS, string(row.get("status")), Status.UNKNOWN, "component status"),
        )
        for row in _rows(answers, Kind.GROUPS, Kind.COMPONENTS)
    )


def _is_window(row: Object) -> bool:
    return string(row.get("status")) == _SCHEDULED and string(row.get("latest_status")) in (None, _SCHEDULED)


def _named(row: Object) -> tuple[str, ...]:
    """Return the components that a row names."""
    ids = [string(row.get("component_id")), *(string(tie.get("id")) for tie in objects(row.get("ties")))]
    ids += [string(c.get("component_id")) or string(c.get("id")) for c in objects(row.get("components"))]
    return tuple(dict.fromkeys(key for key in ids if key and key != "0"))


def _incident(row: Object, states: Mapping[str, Status], reader: _Reader) -> VendorIncident:
    updates, named = _updates(row, reader), _named(row)
    phase = _phase(row, reader.notes)
    started_at = reader.past(row, "occurred_at", "occurred", "created_at", "created")
    updated_at = reader.past(row, "updated_at", "updated")
    last = updates[-1].at if updates and updates[-1].phase is Phase.RESOLVED else None
    return VendorIncident(
        id=_id(row),
        title=plain_line(string(row.get("name"))),
        impact=_impact(states.get(key, Status.UNKNOWN) for key in named),
        phase=phase,
        started_at=started_at,
        updated_at=updated_at,
        resolved_at=(last or updated_at) if phase is Phase.RESOLVED else None,
        component_ids=named,
        url=link(row.get("permalink")),
        updates=updates,
    )


def _phase(row: Object, notes: Notes) -> Phase:
    word = string(row.get("latest_status")) or string(row.get("status"))
    phase = notes.look_up(INCIDENTS, word, Phase.INVESTIGATING, "incident status")
    return Phase.RESOLVED if row.get("is_resolved") is True else phase


def _impact(states: Iterable[Status]) -> Impact:
    """Return what the named components suffer; incidents have no impact of their own."""
    return impact_of(worst(state for state in states if state.is_trouble))


def _updates(row: Object, reader: _Reader) -> tuple[Update, ...]:
    """Return the message with which an incident began and all that followed, oldest first."""

    def phase_of(post: Object) -> Phase:
        default = Phase.INVESTIGATING
        return reader.notes.look_up(INCIDENTS, string(post.get("status")), default, "update status")

    opening = _post(row, phase_of, reader, "occurred_at", "occurred", "created_at", "created")
    later = [_post(post, phase_of, reader, "created_at", "created") for post in objects(row.get("updates"))]
    found = [update for update in (opening, *later) if update is not None]
    return tuple(sorted(found, key=lambda update: update.at))


def _post(
    post: Object, phase_of: Callable[[Object], Phase | MaintenancePhase], reader: _Reader, *keys: str
) -> Update | None:
    at, text = reader.time(post, *keys), plain_text(string(post.get("message")))
    return Update(at, phase_of(post), text) if at is not None and text else None


def _maintenance(row: Object, reader: _Reader) -> Maintenance:
    default = MaintenancePhase.SCHEDULED
    phase = reader.notes.look_up(SCHEDULES, string(row.get("status")), default, "schedule status")
    return _planned(row, phase, reader)


def _window(row: Object, reader: _Reader) -> Maintenance:
    """Read a maintenance of version 2.3: the clock tells where it stands."""
    starts_at = reader.time(row, "scheduled_at", "occurred_at", "created_at")
    phase = MaintenancePhase.IN_PROGRESS
    if starts_at is not None and reader.now < starts_at:
        phase = MaintenancePhase.SCHEDULED
    elif starts_at is None or reader.now - starts_at > _LONGEST or row.get("is_resolved") is True:
        phase = MaintenancePhase.COMPLETED
    return _planned(row, phase, reader)


def _planned(row: Object, phase: MaintenancePhase, reader: _Reader) -> Maintenance:
    opening = _post(row, lambda _: MaintenancePhase.SCHEDULED, reader, "created_at", "created")
    return Maintenance(
        id=_id(row),
        title=plain_line(string(row.get("name"))),
        phase=phase,
        starts_at=reader.time(row, "scheduled_at", "scheduled", "occurred_at"),
        ends_at=reader.time(row, "completed_at", "completed"),
        component_ids=_named(row),
        url=link(row.get("permalink")),
        updates=(opening,) if opening else (),
    )


def _rereads_at(maintenances: Iterable[Maintenance], now: datetime) -> datetime | None:
    """Return when the next window begins, for those whose phase the clock tells."""
    return min((m.starts_at for m in maintenances if m.starts_at and m.starts_at > now), default=None)
