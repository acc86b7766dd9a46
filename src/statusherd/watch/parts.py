"""A vendor that is read at several places: one look at each, put together to one Snapshot. Pure.

Ids of a further source begin with its label, so that they never meet those of another. What a source cannot
speak for, or cannot be asked just now, is taken over from what was known: that begins and ends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from statusherd.model.records import Component, Coverage, Known, Maintenance, Snapshot, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.vendors import Source, WatchedVendor
from statusherd.model.words import Status
from statusherd.watch.compare_incidents import slid_out
from statusherd.watch.repeats import without_repeats

P = TypeVar("P", VendorIncident, Maintenance)


@dataclass(frozen=True, slots=True)
class Part:
    """What a look found at one source: `source` None is the vendor's own, `snapshot` None not readable."""

    source: Source | None
    known: Known
    snapshot: Snapshot | None


def known_at(known: Known, source: Source | None, labels: Iterable[str]) -> Known:
    """Return what is known of a vendor at one source. Ids stay as they are for the vendor as a whole.

    `labels` are those of all further sources of the vendor.
    """
    own = _ownership(source, labels)
    return replace(
        known,
        components={key: row for key, row in known.components.items() if own(key)},
        incidents={key: row for key, row in known.incidents.items() if own(key)},
        maintenances={key: row for key, row in known.maintenances.items() if own(key)},
    )


def under_own_ids(known: Known, source: Source | None) -> Known:
    """Return what is known of a source with its incidents under the ids that the source itself gives."""
    if source is None:
        return known
    start = len(_prefix(source))
    incidents = {key[start:]: replace(row, id=key[start:]) for key, row in known.incidents.items()}
    return replace(known, incidents=incidents)


def _ownership(source: Source | None, labels: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells an id of `source` from those of the others."""
    if source is not None:
        prefix = _prefix(source)
        return lambda key: key.startswith(prefix)
    prefixes = tuple(f"{label}/" for label in labels)
    return lambda key: not key.startswith(prefixes)


def _prefix(source: Source) -> str:
    return f"{source.label}/"


def labelled(snapshot: Snapshot, source: Source | None) -> Snapshot:
    """Return what was read at a further source under ids that are unique at the vendor."""
    if source is None:
        return snapshot
    prefix, region = _prefix(source), source.region
    components = (
        replace(row, id=prefix + row.id, group=row.group or source.label, region=row.region or region)
        for row in snapshot.components
    )
    incidents = (
        replace(row, regions=row.regions or ((region,) if region else ())) for row in snapshot.incidents
    )
    return replace(
        snapshot,
        components=tuple(components),
        incidents=tuple(_posted(row, prefix) for row in incidents),
        maintenances=tuple(_posted(row, prefix) for row in snapshot.maintenances),
        warnings=tuple(f"{source.label}: {text}" for text in snapshot.warnings),
    )


def _posted(row: P, prefix: str) -> P:
    return replace(row, id=prefix + row.id, component_ids=tuple(prefix + key for key in row.component_ids))


def merged(vendor: WatchedVendor, parts: Sequence[Part]) -> Snapshot:
    """Return what the parts of one look say together; at least one of them must have been read."""
    read = [part.snapshot for part in parts if part.snapshot is not None]
    page_status = worst(s.page_status for s in read if s.page_status is not None)
    components = tuple(row for part in parts for row in _components(part))
    listed = [row for part in parts for row in _incidents(part)]
    seen = {key for part in parts for key in part.known.incidents}
    incidents = without_repeats(listed, seen, [source.label for source in vendor.further])
    maintenances = tuple(row for part in parts for row in _maintenances(part))
    states = effective_status(page_status, components, incidents, maintenances)
    return replace(
        read[0],
        format=vendor.format,
        page_status=page_status,
        # A list of events has neither rollup nor components: what its silence says is its own status.
        status=worst((states, *(snapshot.status for snapshot in read))) or Status.UNKNOWN,
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage([snapshot.coverage for snapshot in read], is_whole=len(read) == len(parts)),
        warnings=tuple(dict.fromkeys(text for snapshot in read for text in snapshot.warnings)),
        rereads_at=min((s.rereads_at for s in read if s.rereads_at is not None), default=None),
    )


def _coverage(read: Sequence[Coverage], *, is_whole: bool) -> Coverage:
    """What any part speaks for: where one does not, what was known of it is among the rows."""
    return Coverage(
        rollup=is_whole and any(part.rollup for part in read),
        components=any(part.components for part in read),
        incidents=any(part.incidents for part in read),
        history=is_whole and all(part.history for part in read),
        maintenances=any(part.maintenances for part in read),
    )


def _components(part: Part) -> Iterable[Component]:
    if part.snapshot is not None and part.snapshot.coverage.components:
        return part.snapshot.components
    return part.known.components.values()


def _incidents(part: Part) -> Iterable[VendorIncident]:
    listed = part.snapshot.incidents if part.snapshot is not None else ()
    ids = {incident.id for incident in listed}
    open_before = (old for old in part.known.incidents.values() if old.is_open and old.id not in ids)
    carried = (
        old.record
        for old in open_before
        if old.record is not None
        and (part.snapshot is None or not part.snapshot.coverage.incidents or slid_out(part.snapshot, old))
    )
    return (*listed, *carried)


def _maintenances(part: Part) -> Iterable[Maintenance]:
    listed = part.snapshot.maintenances if part.snapshot is not None else ()
    if part.snapshot is not None and part.snapshot.coverage.maintenances:
        return listed
    ids = {window.id for window in listed}
    before = (old.record for old in part.known.maintenances.values() if old.id not in ids)
    return (*listed, *(record for record in before if record is not None))
