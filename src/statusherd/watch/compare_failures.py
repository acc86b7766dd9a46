"""What follows from a look that established nothing, or not all: in time we say that we are blind. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from statusherd.model.changes import Change
from statusherd.model.errors import LookError
from statusherd.model.records import Known, Snapshot
from statusherd.model.words import ChangeKind, Status
from statusherd.watch.compare import DEFAULT_POLICY, Comparison, Policy, compare, readable


def compare_failure(
    known: Known,
    failure: LookError,
    now: datetime,
    policy: Policy = DEFAULT_POLICY,
    *,
    cannot_see_out: bool = False,
) -> Comparison:
    """Note a look that established nothing. The vendor's state stays; in time we say that we are blind.

    While we cannot see out at all, no vendor is called blind: the fault is on our side.
    """
    after = replace(
        known,
        failed_looks=known.failed_looks + 1,
        failing_since=known.failing_since or now,
    )
    if after.blind_since is not None or cannot_see_out or not _is_blind(after, now, policy):
        return Comparison(after)
    change = Change(
        vendor=known.vendor,
        kind=ChangeKind.BLIND,
        at=now,
        reason=failure.message,
        before=known.status,
        after=failure.kind,
        since=after.failing_since,
        status=Status.UNKNOWN,
    )
    return Comparison(replace(after, blind_since=after.failing_since), (change,))


def _is_blind(known: Known, now: datetime, policy: Policy) -> bool:
    lasted = now - (known.failing_since or now)
    return known.failed_looks >= policy.blind_after and lasted >= policy.blind_for


def compare_partial(
    known: Known, snapshot: Snapshot, failure: LookError, policy: Policy = DEFAULT_POLICY
) -> Comparison:
    """Compare a look that read some of a vendor's sources but not all, for which `failure` says why.

    What was read is judged as ever; what was not counts towards being blind, and nobody is told that the
    vendor is in sight again before all of it is.
    """
    done = compare(readable(known), snapshot, policy)
    counted = replace(
        done.known,
        failed_looks=known.failed_looks,
        failing_since=known.failing_since,
        blind_since=known.blind_since,
    )
    failed = compare_failure(counted, failure, snapshot.observed_at, policy)
    return Comparison(failed.known, (*done.changes, *failed.changes))
