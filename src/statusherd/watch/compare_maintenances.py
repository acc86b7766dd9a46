"""The maintenances' part of the comparison: announced, started, moved, ended, cancelled. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from statusherd.model.changes import Change
from statusherd.model.records import Component, Known, KnownMaintenance, Maintenance, Snapshot
from statusherd.model.words import ChangeKind, MaintenancePhase
from statusherd.watch.compare_incidents import words_of

_BY_PHASE = {
    MaintenancePhase.SCHEDULED: (ChangeKind.MAINTENANCE_ANNOUNCED, "a maintenance is announced"),
    MaintenancePhase.IN_PROGRESS: (ChangeKind.MAINTENANCE_STARTED, "the maintenance has begun"),
    MaintenancePhase.COMPLETED: (ChangeKind.MAINTENANCE_ENDED, "the vendor says it is over"),
    MaintenancePhase.CANCELLED: (ChangeKind.MAINTENANCE_CANCELLED, "the vendor called it off"),
}


@dataclass(frozen=True, slots=True)
class MaintenanceComparison:
    """What is known of a vendor's maintenances after a look, and what changed."""

    known: Mapping[str, KnownMaintenance]
    changes: tuple[Change, ...]


def compare_maintenances(known: Known, snapshot: Snapshot) -> MaintenanceComparison:
    """Compare the maintenances of a whole look with those known. Old ones that are over are dropped."""
    after: dict[str, KnownMaintenance] = {}
    changes: list[Change] = []
    for maintenance in snapshot.maintenances:
        old = known.maintenances.get(maintenance.id)
        verdict = _verdict(old, maintenance)
        if verdict is not None:
            changes.append(_tell(known, *verdict, maintenance, snapshot, old))
        after[maintenance.id] = _remember(old, maintenance, snapshot.observed_at)
    for old in known.maintenances.values():
        if old.id in after or old.phase.is_over or old.record is None:
            continue
        if snapshot.coverage.maintenances:
            kind, why, phase = _verdict_on_absence(old, snapshot.observed_at)
            changes.append(_tell(known, kind, why, replace(old.record, phase=phase), snapshot, old))
        else:
            after[old.id] = old
    return MaintenanceComparison(after if after != known.maintenances else known.maintenances, tuple(changes))


def _verdict(old: KnownMaintenance | None, new: Maintenance) -> tuple[ChangeKind, str] | None:
    if old is None:
        return None if new.phase.is_over else _BY_PHASE[new.phase]
    if old.phase is not new.phase:
        return _BY_PHASE[new.phase] if not old.phase.is_over else None
    if new.phase.is_over:
        return None
    if (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at):
        return _moved(old, new)
    if old.words != _words(new):
        return ChangeKind.MAINTENANCE_UPDATED, "its text changed"
    return None


def _moved(old: KnownMaintenance, new: Maintenance) -> tuple[ChangeKind, str]:
    if new.phase is MaintenancePhase.SCHEDULED:
        return ChangeKind.MAINTENANCE_RESCHEDULED, "its window was moved"
    later = old.ends_at is not None and (new.ends_at is None or new.ends_at > old.ends_at)
    if later:
        return ChangeKind.MAINTENANCE_EXTENDED, "its end was moved to later"
    return ChangeKind.MAINTENANCE_UPDATED, "its window was changed"


def _verdict_on_absence(old: KnownMaintenance, now: datetime) -> tuple[ChangeKind, str, MaintenancePhase]:
    if old.phase is MaintenancePhase.SCHEDULED and old.starts_at is not None and now < old.starts_at:
        why = "it is gone from the page before its window"
        return ChangeKind.MAINTENANCE_CANCELLED, why, MaintenancePhase.CANCELLED
    why = "it is gone from the page"
    return ChangeKind.MAINTENANCE_ENDED, why, MaintenancePhase.COMPLETED


def _words(maintenance: Maintenance) -> str:
    return words_of(maintenance.title, (update.text for update in maintenance.updates))


def _remember(old: KnownMaintenance | None, new: Maintenance, now: datetime) -> KnownMaintenance:
    remembered = KnownMaintenance(
        id=new.id,
        phase=new.phase,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        words=_words(new),
        first_seen_at=old.first_seen_at if old else now,
        record=None if new.phase.is_over else new,
    )
    return old if old == remembered and old is not None else remembered


def _tell(
    known: Known,
    kind: ChangeKind,
    why: str,
    maintenance: Maintenance,
    snapshot: Snapshot,
    old: KnownMaintenance | None,
) -> Change:
    return Change(
        vendor=known.vendor,
        kind=kind,
        at=snapshot.observed_at,
        reason=why,
        subject=maintenance.id,
        before=old.phase if old else None,
        after=maintenance.phase,
        maintenance=maintenance,
        components=_named(snapshot.components, maintenance),
        since=maintenance.starts_at,
    )


def _named(components: Iterable[Component], maintenance: Maintenance) -> tuple[Component, ...]:
    wanted = set(maintenance.component_ids)
    return tuple(component for component in components if component.id in wanted)
