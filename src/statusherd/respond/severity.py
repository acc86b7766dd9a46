"""What a vendor's trouble means for us: SEV1 to SEV4, with the rule that said so. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from statusherd.model.changes import Change
from statusherd.model.words import ChangeKind, Impact, Severity, Status

UNMAPPED: Mapping[Impact, Severity] = {
    Impact.CRITICAL: Severity.SEV3,
    Impact.MAJOR: Severity.SEV4,
    Impact.MINOR: Severity.SEV4,
    Impact.UNKNOWN: Severity.SEV4,
    Impact.NONE: Severity.SEV4,
}
"""The column of the matrix for services of the lowest tier: what holds while no service is mapped."""

_IMPACT_OF_STATE: Mapping[str, Impact] = {
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.DEGRADED: Impact.MINOR,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A severity and the rule it comes from, as a sentence."""

    severity: Severity
    reason: str


def judge(change: Change) -> Judgement:
    """Return what `change` means for us."""
    if change.kind is ChangeKind.FIRST_LOOK and change.incidents:
        return _by_impact(max((i.impact for i in change.incidents), key=lambda impact: impact.rank))
    if change.incident is not None:
        return _by_impact(change.incident.impact)
    impact = _IMPACT_OF_STATE.get(change.after or "")
    if impact is not None:
        return _by_impact(impact)
    return Judgement(Severity.SEV4, "for information")


def _by_impact(impact: Impact) -> Judgement:
    severity = UNMAPPED[impact]
    return Judgement(severity, f"impact {impact}, no service of ours is mapped to the vendor")
