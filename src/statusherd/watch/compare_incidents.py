"""The incidents' part of the comparison: opened, updated, resolved, reopened, recorded, withdrawn. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from statusherd.model.changes import Change
from statusherd.model.records import Component, Known, KnownIncident, Snapshot, VendorIncident
from statusherd.model.words import ChangeKind, Impact, Phase

SAME_START = timedelta(minutes=10)
"""Two entries of one title that began this close together are one incident under a new id."""


REMEMBERED = 200
"""So many incidents of a vendor are kept in mind between looks; open ones always."""


@dataclass(frozen=True, slots=True)
class IncidentComparison:
    """What is known of a vendor's incidents after a look, and what changed."""

    known: Mapping[str, KnownIncident]
    changes: tuple[Change, ...]


def compare_incidents(known: Known, snapshot: Snapshot, stale_after: timedelta) -> IncidentComparison:
    """Compare the incidents of a whole look with those known."""
    after: dict[str, KnownIncident] = dict(known.incidents)
    changes: list[Change] = []
    for incident in _under_known_ids(known, snapshot.incidents):
        old = known.incidents.get(incident.id)
        change = _change(known, old, incident, snapshot)
        if change is not None:
            changes.append(change)
        after[incident.id] = _remember(old, incident, snapshot.observed_at)
    for gone in _gone(known, snapshot, after):
        change = _ended(known, gone, snapshot)
        changes.append(change)
        assert change.incident is not None
        after[gone.id] = _remember(gone, change.incident, snapshot.observed_at)
    changes.extend(_stale(known.vendor, after, snapshot, stale_after))
    after = _bounded(after, snapshot)
    return IncidentComparison(after if after != known.incidents else known.incidents, tuple(changes))


def _bounded(after: dict[str, KnownIncident], snapshot: Snapshot) -> dict[str, KnownIncident]:
    """Forget the oldest ended incidents that the source no longer lists: sources list the newest few."""
    if len(after) <= REMEMBERED:
        return after
    listed = {incident.id for incident in snapshot.incidents}
    over = [i for i in after.values() if not i.is_open and i.id not in listed]
    over.sort(key=lambda incident: incident.started_at or incident.first_seen_at)
    for incident in over[: len(after) - REMEMBERED]:
        del after[incident.id]
    return after


def words_of(title: str, texts: Iterable[str]) -> str:
    """Return a digest of a title and update texts that is blind to their order and white space."""
    folded = sorted({" ".join(text.split()) for text in texts})
    digest = blake2b(" ".join(title.split()).encode("utf-8", "replace"), digest_size=8)
    for text in folded:
        digest.update(b"\0" + text.encode("utf-8", "replace"))
    return digest.hexdigest()


def _under_known_ids(known: Known, incidents: tuple[VendorIncident, ...]) -> Iterable[VendorIncident]:
    """Yield the incidents, each under the id it is known by: ids churn, and change when a page moves."""
    listed = {incident.id for incident in incidents}
    missing = [old for old in known.incidents.values() if old.id not in listed]
    for incident in incidents:
        if incident.id in known.incidents or not missing:
            yield incident
            continue
        old = next((old for old in missing if _is_same(old, incident)), None)
        if old is not None:
            missing.remove(old)
            yield replace(incident, id=old.id)
        else:
            yield incident


def _is_same(old: KnownIncident, incident: VendorIncident) -> bool:
    if incident.url is not None and incident.url.rstrip("/").rsplit("/", 1)[-1] == old.id:
        return True
    if old.record is None or old.started_at is None or incident.started_at is None:
        return False
    same_title = old.record.title.casefold().split() == incident.title.casefold().split()
    return same_title and abs(old.started_at - incident.started_at) <= SAME_START


def _remember(old: KnownIncident | None, incident: VendorIncident, now: datetime) -> KnownIncident:
    impact = incident.impact
    if impact is Impact.UNKNOWN and old is not None:
        impact = old.impact
    remembered = KnownIncident(
        id=incident.id,
        phase=incident.phase,
        impact=impact,
        component_ids=incident.component_ids,
        words=words_of(incident.title, (update.text for update in incident.updates)),
        started_at=incident.started_at,
        resolved_at=incident.resolved_at,
        first_seen_at=old.first_seen_at if old else now,
        stale=bool(old and old.stale and incident.is_open),
        record=incident if incident.is_open else None,
    )
    return old if old == remembered and old is not None else remembered


def _change(
    known: Known, old: KnownIncident | None, incident: VendorIncident, snapshot: Snapshot
) -> Change | None:
    if old is None:
        return _new(known, incident, snapshot)
    facets = _facets(old, incident)
    if old.is_open and not incident.is_open:
        kind, why = ChangeKind.INCIDENT_RESOLVED, "the vendor says it is resolved"
    elif not old.is_open and incident.is_open:
        kind, why = ChangeKind.INCIDENT_REOPENED, "it was resolved and is open again"
    elif not facets:
        return None
    elif incident.is_open:
        kind, why = ChangeKind.INCIDENT_UPDATED, f"changed: {', '.join(facets)}"
    else:
        kind, why = ChangeKind.INCIDENT_EDITED, f"edited after its end: {', '.join(facets)}"
    return _tell(known, kind, why, incident, snapshot, old=old, facets=facets)


def _new(known: Known, incident: VendorIncident, snapshot: Snapshot) -> Change:
    if incident.is_open:
        return _tell(known, ChangeKind.INCIDENT_OPENED, "an open incident is listed", incident, snapshot)
    why = "it was over before it was first seen"
    return _tell(known, ChangeKind.INCIDENT_RECORDED, why, incident, snapshot)


def _facets(old: KnownIncident, incident: VendorIncident) -> tuple[str, ...]:
    words = words_of(incident.title, (update.text for update in incident.updates))
    moved = {
        "phase": old.phase is not incident.phase,
        # A poorer source (a feed in place of the API) knows no impact: that takes nothing back.
        "impact": incident.impact not in (old.impact, Impact.UNKNOWN),
        "components": set(old.component_ids) != set(incident.component_ids),
        "regions": old.record is not None and set(old.record.regions) != set(incident.regions),
        "text": old.words != words,
        "start": not incident.is_open and old.started_at != incident.started_at,
        "end": not incident.is_open and not old.is_open and old.resolved_at != incident.resolved_at,
    }
    return tuple(facet for facet, has_moved in moved.items() if has_moved)


def _gone(known: Known, snapshot: Snapshot, after: Mapping[str, KnownIncident]) -> Iterable[KnownIncident]:
    """Yield what was open and is absent from a list that can speak for it."""
    if not snapshot.coverage.incidents:
        return
    seen = {incident.id for incident in _under_known_ids(known, snapshot.incidents)}
    for old in known.incidents.values():
        if old.is_open and old.id not in seen and after[old.id] is old and not slid_out(snapshot, old):
            yield old


def slid_out(snapshot: Snapshot, gone: KnownIncident) -> bool:
    """Tell whether a feed has merely moved on: it lists the newest entries, and all are newer than this one.

    A feed without any entry has nothing open; a page's own list of what is open needs no age.
    """
    coverage = snapshot.coverage
    is_feed = coverage.history and not (coverage.rollup or coverage.components)
    return is_feed and bool(snapshot.incidents) and not _reaches_back(snapshot, gone)


def _ended(known: Known, gone: KnownIncident, snapshot: Snapshot) -> Change:
    now = snapshot.observed_at
    assert gone.record is not None
    over = replace(gone.record, phase=Phase.RESOLVED, resolved_at=now, updated_at=now)
    if snapshot.coverage.history and _reaches_back(snapshot, gone):
        why = "it is gone and the vendor's history does not have it"
        return _tell(known, ChangeKind.INCIDENT_WITHDRAWN, why, over, snapshot, old=gone)
    why = "it is gone from the list of open incidents; the time is that of the look"
    return _tell(known, ChangeKind.INCIDENT_RESOLVED, why, over, snapshot, old=gone)


def _reaches_back(snapshot: Snapshot, gone: KnownIncident) -> bool:
    """Tell whether the history that was read goes back to before an incident began."""
    began = gone.started_at or gone.first_seen_at
    starts = [i.started_at for i in snapshot.incidents if not i.is_open and i.started_at is not None]
    return bool(starts) and min(starts) <= began


def _stale(
    vendor: str, after: dict[str, KnownIncident], snapshot: Snapshot, stale_after: timedelta
) -> Iterable[Change]:
    now = snapshot.observed_at
    for key, incident in list(after.items()):
        if not incident.is_open or incident.stale or now - touched(incident) < stale_after:
            continue
        after[key] = replace(incident, stale=True)
        yield Change(
            vendor=vendor,
            kind=ChangeKind.INCIDENT_STALE,
            at=now,
            reason=f"open and untouched for {(now - touched(incident)).days} days",
            subject=key,
            incident=incident.record,
        )


def touched(incident: KnownIncident) -> datetime:
    """Return when the vendor last said something of an incident."""
    record = incident.record
    stamps = [incident.started_at or incident.first_seen_at]
    if record is not None:
        stamps.extend(update.at for update in record.updates)
        if record.updated_at is not None:
            stamps.append(record.updated_at)
    return max(stamps)


def _tell(  # noqa: PLR0913 - the parts of one Change
    known: Known,
    kind: ChangeKind,
    why: str,
    incident: VendorIncident,
    snapshot: Snapshot,
    *,
    old: KnownIncident | None = None,
    facets: tuple[str, ...] = (),
) -> Change:
    return Change(
        vendor=known.vendor,
        kind=kind,
        at=snapshot.observed_at,
        reason=why,
        subject=incident.id,
        facets=facets,
        before=old.phase if old else None,
        after=incident.phase,
        incident=incident,
        components=_named(known, snapshot, incident),
        since=incident.started_at,
    )


def _named(known: Known, snapshot: Snapshot, incident: VendorIncident) -> tuple[Component, ...]:
    if not incident.component_ids:
        return ()
    by_id = {**known.components, **{c.id: c for c in snapshot.components}}
    return tuple(by_id[key] for key in incident.component_ids if key in by_id)
