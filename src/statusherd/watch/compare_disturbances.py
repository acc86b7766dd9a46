"""Trouble that no posted incident explains: of the page, and of components that services need. Pure.

There is one disturbance of a vendor at a time. It opens where a state fell with this look: the page's own
word, or a component that a service of ours depends on. It goes on while either is in trouble that no
incident speaks for, and ends when both are well, or when an incident takes it over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.records import Component, Disturbance, Known, KnownIncident, Snapshot
from statusherd.model.selection import names_region, names_selected, selected, selects
from statusherd.model.services import Dependency
from statusherd.model.status import worst
from statusherd.model.words import ChangeKind, Status
from statusherd.watch.compare_incidents import touched
from statusherd.watch.policy import Policy

_SPEAKS_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a look shows: the page's state before and now, and the components in trouble that services need.

    `explained`: an incident speaks for the page's state. `own` are those that no incident speaks for;
    `fallen` are those of them that fell with this look.
    """

    was: Status
    now: Status
    explained: bool
    own_before: tuple[Component, ...]
    own: tuple[Component, ...]
    fallen: tuple[Component, ...]


def first_disturbance(known: Known, snapshot: Snapshot, policy: Policy) -> Disturbance | None:
    """Return the trouble without an incident that a first look finds."""
    if snapshot.open_incidents:
        return None
    state, own = _watched(known, policy), _own(known, snapshot.observed_at, policy)
    if state.is_trouble:
        return Disturbance(snapshot.observed_at, worst((state, *_states(own))) or state)
    if not own:
        return None
    return Disturbance(snapshot.observed_at, worst(_states(own)) or state, floor=Status.OPERATIONAL)


def follow_disturbance(
    before: Known, after: Known, snapshot: Snapshot, policy: Policy
) -> tuple[Disturbance | None, tuple[Change, ...]]:
    """Return the disturbance as it stands after a look, and what changed of it."""
    scene = _scene(before, after, snapshot.observed_at, policy)
    current = before.disturbance
    if current is None:
        opened = _opened(scene, snapshot.observed_at)
        if opened is None:
            return None, ()
        return opened, (_told(scene, snapshot, before, opened, ChangeKind.DISTURBANCE_OPENED),)
    if (why := _over(scene, current, after)) is not None:
        return None, (_ended(scene, snapshot, before, current, after, why),)
    state = _state(scene, current)
    if state is None or (state is current.status and not _widened(scene, before)):
        return current, ()
    moved = replace(current, status=state)
    return moved, (_told(scene, snapshot, before, moved, ChangeKind.DISTURBANCE_CHANGED),)


def _scene(before: Known, after: Known, now: datetime, policy: Policy) -> _Scene:
    own = _own(after, now, policy)
    fallen = tuple(c for c in own if (old := before.components.get(c.id)) is not None and _fell(old, c))
    return _Scene(
        was=_watched(before, policy),
        now=_watched(after, policy),
        explained=_is_explained(after, now, policy),
        own_before=_own(before, now, policy),
        own=own,
        fallen=fallen,
    )


def _fell(old: Component, new: Component) -> bool:
    return old.status is not Status.UNKNOWN and new.status.rank > old.status.rank


def _opened(scene: _Scene, now: datetime) -> Disturbance | None:
    fell = scene.now.is_trouble and scene.now.rank > scene.was.rank and scene.was is not Status.UNKNOWN
    if fell and not scene.explained:
        return Disturbance(now, worst((scene.now, *_states(scene.own))) or scene.now)
    if not scene.fallen:
        return None
    # What the page said all along is not the trouble that this is about.
    floor = scene.now if scene.now.is_trouble else Status.OPERATIONAL
    return Disturbance(now, worst(_states(scene.own)) or scene.now, floor=floor)


def _page_speaks(scene: _Scene, current: Disturbance) -> bool:
    """Tell whether the page's own word is trouble that the disturbance is about."""
    floor = current.floor or Status.MAINTENANCE
    return not scene.explained and scene.now.is_trouble and scene.now.rank > floor.rank


def _state(scene: _Scene, current: Disturbance) -> Status | None:
    """Return how bad the disturbance is now; None where that cannot be told."""
    page = (scene.now,) if _page_speaks(scene, current) else ()
    return worst((*page, *_states(scene.own)))


def _over(scene: _Scene, current: Disturbance, after: Known) -> str | None:
    """Return why a disturbance is over, "taken_over" or "recovered"; None where it goes on."""
    if scene.own or _page_speaks(scene, current):
        return None
    if scene.own_before:
        now = (after.components.get(component.id) for component in scene.own_before)
        still = any(component is not None and component.status.is_trouble for component in now)
        return "taken_over" if still else "recovered"
    if scene.explained:
        return "taken_over"
    return None if scene.now is Status.UNKNOWN and current.floor is None else "recovered"


def _widened(scene: _Scene, before: Known) -> bool:
    """Tell whether further components that services need are in trouble since this look."""
    return any((old := before.components.get(c.id)) is None or not old.status.is_trouble for c in scene.own)


def _told(
    scene: _Scene, snapshot: Snapshot, known: Known, disturbance: Disturbance, kind: ChangeKind
) -> Change:
    is_page = _page_speaks(scene, disturbance)
    whose = "the state" if is_page else "what services depend on"
    verb = "fell" if kind is ChangeKind.DISTURBANCE_OPENED else "changed"
    return Change(
        vendor=known.vendor,
        kind=kind,
        at=snapshot.observed_at,
        reason=f"{whose} {verb} and no incident is posted",
        subject=disturbance.id,
        facets=() if is_page else ("components",),
        before=scene.was,
        after=disturbance.status,
        since=disturbance.since,
        components=troubled(snapshot.components) if is_page else scene.own,
    )


def _ended(
    scene: _Scene, snapshot: Snapshot, known: Known, current: Disturbance, after: Known, why: str
) -> Change:
    ended = replace(
        _told(scene, snapshot, known, current, ChangeKind.DISTURBANCE_ENDED),
        after=scene.now,
        facets=(),
        components=troubled(snapshot.components),
    )
    if why == "taken_over":
        reason = "an incident was posted and tells it from here on"
        return replace(ended, reason=reason, facets=("taken_over",))
    if current.floor is None and not scene.explained:
        return replace(ended, reason="the state recovered")
    well = tuple(c for old in scene.own_before if (c := after.components.get(old.id)))
    state = worst(_states(well)) or Status.OPERATIONAL
    reason = "what services depend on recovered"
    return replace(ended, reason=reason, facets=("components",), after=state, components=well)


def troubled(components: tuple[Component, ...]) -> tuple[Component, ...]:
    """Return the components that are in trouble."""
    return tuple(component for component in components if component.status.is_trouble)


def _states(components: tuple[Component, ...]) -> tuple[Status, ...]:
    return tuple(component.status for component in components)


def _watched(known: Known, policy: Policy) -> Status:
    """Return the state whose fall means trouble: of the selected components, else the page's own word."""
    if policy.components and known.components:
        chosen = selected(policy.components, known.components.values())
        return worst(component.status for component in chosen) or Status.UNKNOWN
    if known.page_status is not None:
        return known.page_status
    return known.status


def _is_explained(known: Known, now: datetime, policy: Policy) -> bool:
    """Tell whether an open incident of our part of the page speaks for its state.

    One that nobody touched for a day does not: pages keep forgotten incidents open for months.
    """
    return any(
        _speaks(incident, now)
        and (incident.record is None or names_selected(policy.components, incident.record, known.components))
        for incident in known.incidents.values()
    )


def _speaks(incident: KnownIncident, now: datetime) -> bool:
    return incident.is_open and now - touched(incident) < _SPEAKS_FOR


def _own(known: Known, now: datetime, policy: Policy) -> tuple[Component, ...]:
    """Return the components in trouble that services depend on and that no open incident speaks for."""
    if not policy.depended_on:
        return ()
    hit = [c for c in known.components.values() if c.status.is_trouble and _is_needed(policy.depended_on, c)]
    if not hit:
        return ()
    speaking = [incident for incident in known.incidents.values() if _speaks(incident, now)]
    return tuple(c for c in hit if not any(_speaks_of(i, c, known.components) for i in speaking))


def _is_needed(dependencies: tuple[Dependency, ...], component: Component) -> bool:
    return any(
        each.component is not None
        and selects((each.component,), component)
        and (each.region is None or names_region((each.region,), _regions(component)))
        for each in dependencies
    )


def _speaks_of(incident: KnownIncident, component: Component, page: Mapping[str, Component]) -> bool:
    """Tell whether an incident is about a component: it names it, or nothing that we know."""
    regions = incident.record.regions if incident.record else ()
    if not any(key in page for key in incident.component_ids):
        return component.region is None or names_region((component.region,), regions)
    return component.id in incident.component_ids


def _regions(component: Component) -> tuple[str, ...]:
    return (component.region,) if component.region else ()
