"""OnlineOrNot status pages: the data that the page carries for its own scripts.

Facts: three pages of one vendor (December 2025, March and July 2026), one page of its /incidents, and three
programs that read them. There is no rollup: `noIncidents` is of the last two weeks only. Components stand in
the root's data, in the older pages among the rows of `uptime`, whose groups are lists of the same rows.
`activeIncidents` is the whole list of what is open; `incidents` has the last fifteen days, /incidents the
months. No page with an open incident or a maintenance ahead has been seen: their keys are known from
programs. The days of a component name the incidents that hit it, with their impact, for ninety days. Updates
come newest first. Planned work is listed in `scheduledMaintenance`, later among the incidents with an update
that says COMPLETED. A maintenance's `ended` is taken for its end, where it is ahead too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import next_edge
from statusherd.watch.formats._onlineornot_page import (
    STATES,
    Event,
    Hits,
    Page,
    components_of,
    dated_events,
    events,
    hits_of,
    read_page,
)
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.times import window_phase
from statusherd.watch.reading.values import as_object, link, string
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold, impact_of

NAME = "onlineornot"

_NO_PHASE: Final = frozenset({"", "update"})
_FEED: Final = re.compile(r"/incidents\.rss$")
CLUES: Final = Clues(
    in_page=((re.compile(r"utm_source=onlineornot-status|//(?:img|dashboard)\.onlineornot\.com/"), "/"),),
)


def recognise(document: Document) -> Recognition | None:
    """A page of React Router with a statusPage and active incidents, or with the incidents of months."""
    try:
        page = read_page(document)
    except LookError:
        return None
    if page.home:
        return Recognition(95, "loaderData with statusPage and activeIncidents")
    return Recognition(90, "loaderData with statusPage and the incidents of months")


def endpoints(address: str) -> Endpoints:
    """The page itself, its incidents of some months, and the feed where the page cannot be read."""
    root = page_root(_FEED.sub("/", address.partition("?")[0]))
    return Endpoints(
        look=(root,),
        history=(beside(root, "incidents"),),
        fallbacks=((beside(root, "incidents.rss"), "feed"),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the page and the page of months, in any order."""
    notes = Notes()
    pages = [read_page(document) for document in documents]
    page = next((page for page in reversed(pages) if page.home), pages[0])
    components, hits = components_of(page, notes), hits_of(page, notes)
    active = {event.id: event for event in events(page.home.get("activeIncidents"))}
    planned = {event.id: event for event in events(page.home.get("scheduledMaintenance"))}
    past = _past(pages, hits, {**active, **planned}, notes)
    works = [*planned.values(), *(event for event in past if event.is_work)]
    trouble = [event for event in past if not event.is_work]
    site = next((page_root(document.url) for document in documents if link(document.url)), None)
    incidents = (
        *(_incident(event, hits.get(key), site, notes, is_active=True) for key, event in active.items()),
        *(_incident(event, hits.get(event.id), site, notes, is_active=False) for event in trouble),
    )
    maintenances = tuple(_maintenance(event, hits.get(event.id), site, look.now) for event in works)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(page),
        warnings=notes.all,
        page_name=plain_line(string(as_object(page.root.get("statusPage")).get("name"))) or None,
        page_url=link(site),
        rereads_at=next_edge(maintenances, look.now),
    )


def _coverage(page: Page) -> Coverage:
    is_home = bool(page.home)
    return Coverage(
        components=is_home,
        incidents=is_home,
        history=True,
        maintenances=isinstance(page.home.get("scheduledMaintenance"), list),
    )


def _past(
    pages: Sequence[Page], hits: Mapping[str, Hits], listed: Mapping[str, Event], notes: Notes
) -> list[Event]:
    """Return each event that is not `listed` as going on, as the list that says most of it has it.

    What has no end and is not among the active ones is neither open nor over by the page's own word.
    """
    found: dict[str, Event] = {}
    has_home = any(page.home for page in pages)
    for event in (*(e for page in pages for e in dated_events(page)), *(hit.event for hit in hits.values())):
        if event.id in listed or event.id in found:
            continue
        if has_home and not event.is_work and not event.is_over:
            notes.warn("an incident without an end is not among the active ones: it is left out")
            continue
        found[event.id] = event
    return list(found.values())


def _url(site: str | None, event: Event) -> str | None:
    return link(f"{site}incidents/{event.id}") if site else None


def _updates(event: Event, notes: Notes) -> tuple[Update, ...]:
    """Return the posts with their phase; one that says nothing of it keeps that of the post before."""
    found: list[Update] = []
    phase = Phase.INVESTIGATING
    for post in event.posts:
        if fold(post.word) not in _NO_PHASE:
            phase = notes.look_up(PHASES, post.word, Phase.INVESTIGATING, "update status")
        found.append(Update(post.at, phase, post.text))
    return tuple(found)


def _incident(
    event: Event, hits: Hits | None, site: str | None, notes: Notes, *, is_active: bool
) -> VendorIncident:
    updates = _updates(event, notes)
    phase = _phase(event, updates, is_active=is_active)
    own = notes.look_up(STATES, event.impact, Status.UNKNOWN, "impact")
    changed_at = updates[-1].at if updates else event.ended_at or event.started_at
    return VendorIncident(
        id=event.id,
        title=event.title,
        impact=impact_of(worst((own, *(hits.states if hits else ())))),
        phase=phase,
        started_at=event.started_at or (updates[0].at if updates else None),
        updated_at=changed_at,
        resolved_at=(event.ended_at or changed_at) if phase is Phase.RESOLVED else None,
        component_ids=tuple(hits.component_ids) if hits else (),
        url=_url(site, event),
        updates=updates,
    )


def _phase(event: Event, updates: Sequence[Update], *, is_active: bool) -> Phase:
    if event.ended_at is not None:
        return Phase.RESOLVED
    newest = Phase(updates[-1].phase) if updates else Phase.INVESTIGATING
    # The list says that it goes on, whatever its last post says.
    return Phase.MONITORING if is_active and newest is Phase.RESOLVED else newest


def _maintenance(event: Event, hits: Hits | None, site: str | None, now: datetime) -> Maintenance:
    said = MAINTENANCE_PHASES.get(fold(event.posts[-1].word)) if event.posts else None
    phase = said or MaintenancePhase.SCHEDULED
    if event.started_at is not None and not phase.is_over:
        phase = window_phase(event.started_at, event.ended_at, now)
    return Maintenance(
        id=event.id,
        title=event.title,
        phase=phase,
        starts_at=event.started_at,
        ends_at=event.ended_at,
        component_ids=tuple(hits.component_ids) if hits else (),
        url=_url(site, event),
        updates=tuple(Update(post.at, phase, post.text) for post in event.posts),
    )
