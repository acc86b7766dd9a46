"""What a vendor's trouble means for us: SEV1 to SEV4, with the rule that said so as a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from statusherd.model.changes import Change
from statusherd.model.hours import Window, is_on
from statusherd.model.services import Touch
from statusherd.model.words import ChangeKind, Impact, Severity, Status

UNMAPPED: Mapping[Impact, Severity] = {
    Impact.CRITICAL: Severity.SEV3,
    Impact.MAJOR: Severity.SEV4,
    Impact.MINOR: Severity.SEV4,
    Impact.UNKNOWN: Severity.SEV4,
    Impact.NONE: Severity.SEV4,
}
"""The column of the matrix for services of the lowest tier: what holds while no service is mapped."""

Row = tuple[Severity, Severity, Severity]
"""What an impact means for a service of tier 1, 2 and 3."""

MATRIX: Final[Mapping[Impact, Row]] = {
    Impact.CRITICAL: (Severity.SEV1, Severity.SEV2, Severity.SEV3),
    Impact.MAJOR: (Severity.SEV2, Severity.SEV3, Severity.SEV4),
    Impact.MINOR: (Severity.SEV3, Severity.SEV4, Severity.SEV4),
}

_IMPACT_OF_STATE: Mapping[str, Impact] = {
    Status.MAJOR_OUTAGE: Impact.CRITICAL,
    Status.PARTIAL_OUTAGE: Impact.MAJOR,
    Status.DEGRADED: Impact.MINOR,
}
WORST_OF_WARNINGS: Final = Severity.SEV3
"""So severe is an early warning of ours at most."""
_LOWER: Final = {
    Severity.SEV1: Severity.SEV2,
    Severity.SEV2: Severity.SEV3,
    Severity.SEV3: Severity.SEV4,
    Severity.SEV4: Severity.SEV4,
}


@dataclass(frozen=True, slots=True)
class SeverityRules:
    """The matrix, and what being outside of business hours does.

    `hours`, by the clock of `zone`, are business hours; without any, one hour is as good as another.
    `lower_outside` are the tiers whose severity is one lower outside of them; tier 1 is never among these.
    """

    matrix: Mapping[Impact, Row] = field(default_factory=lambda: MATRIX)
    hours: tuple[Window, ...] = ()
    zone: str = "UTC"
    lower_outside: tuple[int, ...] = (2, 3)

    def are_open(self, at: datetime) -> bool:
        """Tell whether a moment is within business hours."""
        return not self.hours or is_on(self.hours, at, ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A severity and the rule it comes from, as a sentence.

    `steady` is what the severity is within business hours; None where no service is mapped. The hour
    alone is no news, so it is this that a later Change is compared with.
    """

    severity: Severity
    reason: str
    steady: Severity | None = None


def judge(change: Change) -> Judgement:
    """Return what `change` means where no service is mapped."""
    impact = impact_of(change)
    if impact is None:
        return Judgement(Severity.SEV4, "for information")
    return Judgement(UNMAPPED[impact], f"impact {impact}, no service of ours is mapped to the vendor")


def judge_touched(change: Change, touches: Sequence[Touch], rules: SeverityRules) -> Judgement:
    """Return what `change` means for the services it touches: the worst of what it means for each."""
    impact = impact_of(change)
    if impact is None:
        return Judgement(Severity.SEV4, "for information", Severity.SEV4)
    if not touches:
        reason = f"impact {impact}, it touches no service of ours"
        return Judgement(Severity.SEV4, reason, Severity.SEV4)
    outside = not rules.are_open(change.at)
    # "SEV1" < "SEV2" as words; among equals the first counts, which is the most important service.
    each = [_judge_one(impact, touch, rules, outside=outside) for touch in touches]
    worst = min(each, key=lambda judgement: judgement.severity)
    steady = min(judgement.steady or judgement.severity for judgement in each)
    return Judgement(worst.severity, worst.reason, steady)


def mild(change: Change, judgement: Judgement) -> Judgement:
    """Return the judgement, of an early warning SEV3 at most: it is a guess of ours, and wakes nobody."""
    # "SEV1" < "SEV2" as words: the smaller number is the worse.
    if change.kind is not ChangeKind.EARLY_WARNING or judgement.severity >= WORST_OF_WARNINGS:
        return judgement
    steady = max(judgement.steady, WORST_OF_WARNINGS) if judgement.steady else None
    reason = f"{judgement.reason}, as an early warning of ours {WORST_OF_WARNINGS} at most"
    return Judgement(WORST_OF_WARNINGS, reason, steady)


def impact_of(change: Change) -> Impact | None:
    """Return the impact that a Change tells of, by the vendor's word or the state; None where it has none."""
    if change.kind is ChangeKind.FIRST_LOOK and change.incidents:
        return max((i.impact for i in change.incidents), key=lambda impact: impact.rank)
    if change.incident is not None:
        return change.incident.impact
    if change.kind is ChangeKind.EARLY_WARNING:
        return _IMPACT_OF_STATE.get(change.after or "", Impact.MAJOR)
    return _IMPACT_OF_STATE.get(change.after or "")


def _judge_one(impact: Impact, touch: Touch, rules: SeverityRules, *, outside: bool) -> Judgement:
    if impact is Impact.NONE:
        reason = f"impact none: a notice that touches {touch.service}"
        return Judgement(Severity.SEV4, reason, Severity.SEV4)
    row = rules.matrix[Impact.MINOR if impact is Impact.UNKNOWN else impact]
    steady = row[touch.tier - 1]
    reason = f"impact {impact} x tier {touch.tier} of {touch.service} = {steady}"
    if touch.cushion is not None and steady is not Severity.SEV4:
        steady = _LOWER[steady]
        whose = "" if touch.cushion == touch.service else f" of {touch.cushion}"
        reason = f"{reason}, fallback{whose} lowers to {steady}"
    severity = steady
    if outside and touch.tier in rules.lower_outside and touch.tier != 1 and steady is not Severity.SEV4:
        severity = _LOWER[steady]
        reason = f"{reason}, outside of business hours lowers to {severity}"
    return Judgement(severity, reason, steady)
