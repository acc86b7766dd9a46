"""What a thread of feed items amounts to: an incident or a maintenance, open or over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.records import Maintenance, Update, VendorIncident
from statusherd.model.words import Impact, MaintenancePhase, Phase
from statusherd.watch.formats._feed_items import Item
from statusherd.watch.formats._feed_posts import Body, Post, duration_of, read_body, scheduled_event
from statusherd.watch.formats._feed_threads import Thread
from statusherd.watch.formats._feed_words import (
    NO_CHANGE,
    RESOLVED,
    State,
    bare_title,
    is_maintenance_title,
    lead,
    newest_state,
    says_normal,
    says_over,
    state_of,
    title_state,
)
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import link
from statusherd.watch.reading.words import Notes, fold

BENEFIT_OF_DOUBT: Final = timedelta(hours=24)
CLOCK_SKEW: Final = timedelta(minutes=5)
_WORK: Final = frozenset(
    {"maintenance", "scheduledmaintenance", "plannedmaintenance", "scheduled", "maintenances"}
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of the two, and from when on it would be another."""

    incident: VendorIncident | None = None
    maintenance: Maintenance | None = None
    rereads_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """What one item says of itself; its posts are dated, oldest first, at least one."""

    item: Item
    body: Body
    state: State | None
    posts: tuple[tuple[datetime, Post], ...]
    stamps: tuple[datetime, ...]


def judge(thread: Thread, now: datetime, notes: Notes) -> Verdict:
    """Read a thread as of `now`."""
    told = [_tell(item, now, is_volatile=thread.is_volatile) for item in thread.items]
    state = newest_state(t.state for t in told)
    begins = min((t.item.at for t in told if t.item.at), default=None)
    is_ahead = begins is not None and begins > now + CLOCK_SKEW
    is_over = state is not None and state.phase is Phase.RESOLVED
    if any(_is_work(t) for t in told) or (is_ahead and not is_over):
        return _maintenance(thread, told, state, now, notes)
    return _incident(thread, told, state, now, notes)


def _tell(item: Item, now: datetime, *, is_volatile: bool) -> _Told:
    near = item.changed_at or now
    body = read_body("" if is_volatile else item.text, near)
    state = _item_state(item, body)
    posts = body.posts or (Post(None, state, body.rest or item.title),)
    dated = tuple((post.at or near, post) for post in posts)
    own = (item.at, item.changed_at, *(post.at for post in posts))
    return _Told(item, body, state, dated, tuple(stamp for stamp in own if stamp is not None))


def _item_state(item: Item, body: Body) -> State | None:
    """Weigh the places where an item can tell its state.

    A `Status:` line is the vendor's summary and wins. Title and newest post are kept up by different hands:
    the one that says "resolved" is the later. Categories come last, prose only where nothing else speaks.
    """
    if stated := _status_line(body):
        return stated
    title = title_state(item.title)
    posted = newest_state(post.state for post in body.posts)
    if over := next((state for state in (title, posted) if _is_over(state)), None):
        return over
    if not body.posts and says_normal(body.rest):
        return RESOLVED
    state = posted or title or newest_state(state_of(term) for term in item.terms)
    if state is None and not body.posts and says_over(body.rest):
        return RESOLVED
    return state


def _is_over(state: State | None) -> bool:
    return state is not None and state.phase is Phase.RESOLVED


def _status_line(body: Body) -> State | None:
    value = body.facts.get("status", "")
    begins = lead(value)
    return state_of(value) or (begins[0] if begins else None)


def _is_work(told: _Told) -> bool:
    """Tell whether an item is about planned work. A title alone does not make trouble into work."""
    item = told.item
    if kind := fold(told.body.facts.get("type", "")):
        return kind in _WORK
    if "SCHEDULED EVENT" in item.text or any(fold(term) in _WORK for term in item.terms):
        return True
    if ":Maintenance/" in (item.guid or "") or "/maintenance" in (item.link or ""):
        return True
    states = [s for s in (told.state, *(post.state for _, post in told.posts)) if s and s is not NO_CHANGE]
    if any(state.phase is None for state in states):
        return True
    is_trouble = any(s.phase in (Phase.INVESTIGATING, Phase.IDENTIFIED) and not s.fits_work for s in states)
    return is_maintenance_title(bare_title(item.title)) and not is_trouble


def _incident(thread: Thread, told: list[_Told], state: State | None, now: datetime, notes: Notes) -> Verdict:
    stamps = [stamp for t in told for stamp in t.stamps]
    newest = max(stamps, default=None)
    phase, rereads_at = _phase(thread, state, newest, now, notes)
    updates = tuple(_incident_updates(told, phase))
    incident = VendorIncident(
        id=thread.id,
        title=_title(told),
        impact=Impact.UNKNOWN,
        phase=phase,
        started_at=None if thread.is_volatile else min(stamps, default=None),
        updated_at=newest,
        resolved_at=_end(told, updates, newest) if phase is Phase.RESOLVED else None,
        url=link(told[-1].item.link),
        updates=updates,
    )
    return Verdict(incident=incident, rereads_at=rereads_at)


def _title(told: list[_Told]) -> str:
    return bare_title(told[0].item.title) or "(untitled)"


def _phase(
    thread: Thread, state: State | None, newest: datetime | None, now: datetime, notes: Notes
) -> tuple[Phase, datetime | None]:
    """Return the phase, and when it would read as another by age alone."""
    if thread.is_superseded and not _is_over(state):
        notes.warn("an event without an end is followed by a newer one of the same service: read as over")
        return Phase.RESOLVED, None
    if state is not None and state.phase is not None:
        return state.phase, None
    if newest is not None and now - newest < BENEFIT_OF_DOUBT:
        return Phase.INVESTIGATING, newest + BENEFIT_OF_DOUBT
    notes.warn("items without a word for their phase count as over a day after their last change")
    return Phase.RESOLVED, None


def _in_order(told: list[_Told]) -> list[tuple[datetime, Post]]:
    return sorted((pair for t in told for pair in t.posts), key=lambda pair: pair[0])


def _incident_updates(told: list[_Told], phase: Phase) -> Iterator[Update]:
    """Yield the posts of a thread; one that names no phase has that of the post before it."""
    posts = _in_order(told)
    current = Phase.INVESTIGATING if len(posts) > 1 else phase
    for at, post in posts:
        current = (post.state and post.state.phase) or current
        yield Update(at, current, post.text)


def _end(told: list[_Told], updates: Iterable[Update], newest: datetime | None) -> datetime | None:
    """Return when it was over: the time in a category (cState), the post that says so, the last stamp."""
    for term in told[-1].item.terms:
        if (moment := parse_time(term)) is not None:
            return moment
    return next((update.at for update in updates if update.phase is Phase.RESOLVED), newest)


def _maintenance(
    thread: Thread, told: list[_Told], state: State | None, now: datetime, notes: Notes
) -> Verdict:
    starts_at, ends_at = _window(told)
    last = ends_at or (starts_at and starts_at + BENEFIT_OF_DOUBT)
    phase = window_phase(starts_at, last, now)
    if state is not None and state.window is not None:
        is_early = starts_at is not None and starts_at > now + CLOCK_SKEW and not state.window.is_over
        phase = MaintenancePhase.SCHEDULED if is_early else state.window
    elif phase is MaintenancePhase.COMPLETED and ends_at is None:
        notes.warn("maintenance without a phase or an end counts as over a day after its start")
    maintenance = Maintenance(
        id=thread.id,
        title=_title(told),
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        url=link(told[-1].item.link),
        updates=tuple(_maintenance_updates(told, phase)),
    )
    edges = [edge for edge in (starts_at, last) if edge is not None and edge > now]
    return Verdict(maintenance=maintenance, rereads_at=min(edges, default=None))


def _window(told: list[_Told]) -> tuple[datetime | None, datetime | None]:
    """Return the announced window: Statuspage's line, else from the item's date for its duration."""
    for t in told:
        starts_at, ends_at = (
            scheduled_event(t.item.text, t.item.changed_at) if t.item.changed_at else (None, None)
        )
        if starts_at is not None:
            return starts_at, ends_at
    starts_at = told[0].item.at
    duration = duration_of(told[-1].body.facts.get("duration", ""))
    return starts_at, starts_at + duration if starts_at and duration else None


def _maintenance_updates(told: list[_Told], phase: MaintenancePhase) -> Iterator[Update]:
    posts = _in_order(told)
    current = MaintenancePhase.SCHEDULED if len(posts) > 1 else phase
    for at, post in posts:
        current = (post.state and post.state.window) or current
        yield Update(at, current, post.text)
