"""What happened since the last look: (what we knew, Snapshot) → Changes and what we know now. Pure.

The rules, each a row of the truth table in the tests:

- A look that failed changes no state, opens nothing and ends nothing; several in a row make us blind.
- A first look tells what is open in one Change and stores the history silently.
- Absence ends something only where the look's documents can speak for it (Coverage) and the look is
  not suspicious (most components gone at once).
- A time stamp, order or white space that moves is no change.
- Everything is recorded at once; whether and whom to tell is the routing's judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from statusherd.model.changes import Change
from statusherd.model.records import Component, Known, Snapshot
from statusherd.model.selection import rotten
from statusherd.model.words import ChangeKind
from statusherd.watch.compare_disturbances import first_disturbance, follow_disturbance, troubled
from statusherd.watch.compare_incidents import compare_incidents
from statusherd.watch.compare_maintenances import compare_maintenances
from statusherd.watch.policy import Policy

__all__ = ["DEFAULT_POLICY", "Comparison", "Policy", "compare", "needs_history", "readable"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is known after a look, and what changed by it, in the order to tell it."""

    known: Known
    changes: tuple[Change, ...] = ()


DEFAULT_POLICY = Policy()


def compare(known: Known, snapshot: Snapshot, policy: Policy = DEFAULT_POLICY) -> Comparison:
    """Compare a look that could be read with what was known.

    A snapshot of another format than before means that the page moved, unless it came from a fallback
    source, whose snapshots the caller gives the vendor's own format.
    """
    if known.first_seen_at is None:
        return _first_look(known, snapshot, policy)
    if _is_suspicious(known, snapshot) and known.suspicious_looks + 1 < policy.accept_after:
        return _suspicious_look(known, snapshot)
    return _whole_look(known, snapshot, policy)


def _first_look(known: Known, snapshot: Snapshot, policy: Policy) -> Comparison:
    now = snapshot.observed_at
    start = replace(known, first_seen_at=now, format=snapshot.format)
    # Everything found is taken in as it is: the Changes it would make are the history, not news.
    incidents = compare_incidents(start, snapshot, policy.stale_after)
    maintenances = compare_maintenances(start, snapshot)
    after = _with_state(start, snapshot)
    after = replace(
        after,
        incidents=incidents.known,
        maintenances=maintenances.known,
        disturbance=first_disturbance(after, snapshot, policy),
    )
    change = Change(
        vendor=known.vendor,
        kind=ChangeKind.FIRST_LOOK,
        at=now,
        reason="the vendor is seen for the first time",
        after=after.status,
        status=after.status,
        incidents=snapshot.open_incidents,
        components=troubled(snapshot.components),
        page_url=snapshot.page_url,
    )
    seen = _sighted(known, now)
    return _with_filter_rot(Comparison(after, (*seen, change)), snapshot, policy)


def _is_suspicious(known: Known, snapshot: Snapshot) -> bool:
    if not snapshot.coverage.components or snapshot.format != known.format:
        return False
    before, now = len(known.components), len(snapshot.components)
    return (now == 0 and before > 0) or (before >= 4 and now * 2 < before)


def _suspicious_look(known: Known, snapshot: Snapshot) -> Comparison:
    first = known.suspicious_looks == 0
    change = Change(
        vendor=known.vendor,
        kind=ChangeKind.SUSPICIOUS,
        at=snapshot.observed_at,
        reason="most components vanished from the page at once: the old state is kept for now",
        before=str(len(known.components)),
        after=str(len(snapshot.components)),
        status=known.status,
        page_url=snapshot.page_url,
    )
    seen = _sighted(known, snapshot.observed_at)
    after = replace(readable(known), suspicious_looks=known.suspicious_looks + 1)
    return Comparison(after, (*seen, change) if first else seen)


def _whole_look(known: Known, snapshot: Snapshot, policy: Policy) -> Comparison:
    moved = _source_moved(known, snapshot)
    incidents = compare_incidents(known, snapshot, policy.stale_after)
    maintenances = compare_maintenances(known, snapshot)
    after = replace(
        _with_state(known, snapshot),
        incidents=incidents.known,
        maintenances=maintenances.known,
    )
    disturbance, disturbed = follow_disturbance(known, after, snapshot, policy)
    changes = (
        *_sighted(known, snapshot.observed_at),
        *moved,
        *incidents.changes,
        *disturbed,
        *maintenances.changes,
        *_component_changes(known, after, snapshot),
    )
    changes = tuple(replace(c, status=after.status, page_url=snapshot.page_url) for c in changes)
    after = replace(after, disturbance=disturbance)
    return _with_filter_rot(Comparison(after, changes), snapshot, policy)


def readable(known: Known) -> Known:
    """Return what is known as after a look that could be read."""
    if not known.failed_looks and known.blind_since is None:
        return known
    return replace(known, failed_looks=0, failing_since=None, blind_since=None)


def _with_state(known: Known, snapshot: Snapshot) -> Known:
    """Take over the layers that the look can speak for; the others stay as they were."""
    coverage = snapshot.coverage
    components = known.components
    if coverage.components:
        components = _adopted(known, snapshot)
    says_state = coverage.rollup or coverage.components or coverage.incidents
    return replace(
        readable(known),
        format=snapshot.format,
        page_status=snapshot.page_status if coverage.rollup else known.page_status,
        status=snapshot.status if says_state else known.status,
        components=components,
        suspicious_looks=0,
    )


def _adopted(known: Known, snapshot: Snapshot) -> Mapping[str, Component]:
    """Return the page's components: the very records that were known where nothing differs.

    What follows a look compares by identity first, and most of a page never changes.
    """
    old = known.components
    fresh = {new.id: new if (was := old.get(new.id)) != new else was for new in snapshot.components}
    return old if fresh.keys() == old.keys() and all(fresh[k] is old[k] for k in fresh) else fresh


def _source_moved(known: Known, snapshot: Snapshot) -> tuple[Change, ...]:
    if known.format == snapshot.format:
        return ()
    return (
        Change(
            vendor=known.vendor,
            kind=ChangeKind.SOURCE_MOVED,
            at=snapshot.observed_at,
            reason="the page answers in another format than before",
            before=known.format,
            after=snapshot.format,
        ),
    )


def _sighted(known: Known, now: datetime) -> tuple[Change, ...]:
    if known.blind_since is None:
        return ()
    return (
        Change(
            vendor=known.vendor,
            kind=ChangeKind.SIGHTED,
            at=now,
            reason="the source can be read again",
            since=known.blind_since,
            status=known.status,
        ),
    )


def _component_changes(before: Known, after: Known, snapshot: Snapshot) -> tuple[Change, ...]:
    if before.components is after.components:
        return ()
    # A page that renames its ids keeps its names: a component is looked for by both.
    by_name = {(c.group, c.name): c for c in before.components.values()}
    changed = tuple(
        component
        for component in after.components.values()
        if (old := before.components.get(component.id) or by_name.get((component.group, component.name)))
        and old.status is not component.status
    )
    if not changed:
        return ()
    return (
        Change(
            vendor=before.vendor,
            kind=ChangeKind.COMPONENT_CHANGED,
            at=snapshot.observed_at,
            reason="the state of components changed",
            before=before.status,
            after=after.status,
            components=changed,
        ),
    )


def _with_filter_rot(done: Comparison, snapshot: Snapshot, policy: Policy) -> Comparison:
    # A source that names only what is in trouble cannot tell that a component is gone.
    if not policy.components or not snapshot.components or not snapshot.coverage.components:
        return done
    rot = rotten(policy.components, snapshot.components)
    fresh = tuple(pattern for pattern in rot if pattern not in done.known.rotten_filters)
    if rot == done.known.rotten_filters:
        return done
    changes = tuple(
        Change(
            vendor=done.known.vendor,
            kind=ChangeKind.FILTER_ROT,
            at=snapshot.observed_at,
            reason="the filter matches no component on the live page",
            subject=pattern,
            status=done.known.status,
            page_url=snapshot.page_url,
        )
        for pattern in fresh
    )
    return Comparison(replace(done.known, rotten_filters=rot), (*done.changes, *changes))


def needs_history(known: Known, snapshot: Snapshot) -> bool:
    """Tell whether the source's history should be read with this look.

    That is at a first one, and when an open incident is gone from the list: to learn how and when it ended.
    """
    if known.first_seen_at is None:
        return True
    if not snapshot.coverage.incidents or snapshot.coverage.history:
        return False
    listed = {incident.id for incident in snapshot.incidents}
    return any(i.is_open and i.id not in listed for i in known.incidents.values())
