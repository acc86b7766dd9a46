from __future__ import annotations

from datetime import UTC, datetime

import pytest

from statusherd.model.changes import Change
from statusherd.model.hours import parse_window
from statusherd.model.records import VendorIncident
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.words import ChangeKind, Impact, Severity, Status
from statusherd.respond.severity import SeverityRules, judge, judge_touched

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        (Impact.CRITICAL, Severity.SEV3),
        (Impact.MAJOR, Severity.SEV4),
        (Impact.MINOR, Severity.SEV4),
        (Impact.UNKNOWN, Severity.SEV4),
        (Impact.NONE, Severity.SEV4),
    ],
)
def test_without_services_an_incident_is_judged_by_its_impact_alone(impact: Impact, severity: Severity):
    change = Change("acme", ChangeKind.INCIDENT_OPENED, NOW, "", incident=VendorIncident("i", "t", impact))
    judgement = judge(change)
    assert judgement.severity is severity
    assert str(impact) in judgement.reason


def test_a_first_look_is_as_severe_as_the_worst_that_is_open():
    incidents = (VendorIncident("a", "t", Impact.MINOR), VendorIncident("b", "t", Impact.CRITICAL))
    assert (
        judge(Change("acme", ChangeKind.FIRST_LOOK, NOW, "", incidents=incidents)).severity is Severity.SEV3
    )


def test_a_disturbance_is_judged_by_the_state_it_brings():
    change = Change("acme", ChangeKind.DISTURBANCE_OPENED, NOW, "", after=Status.MAJOR_OUTAGE)
    assert judge(change).severity is Severity.SEV3


def test_the_rest_is_information():
    assert judge(Change("acme", ChangeKind.BLIND, NOW, "", after="timeout")).severity is Severity.SEV4


# With services

MONDAY_10, MONDAY_20 = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 20, tzinfo=UTC)
HOURS = (parse_window("Mon-Fri 08:00-18:00"),)
STRICT = (Severity.SEV1, Severity.SEV1, Severity.SEV2)


def touch(tier: int = 1, name: str = "checkout", **facts: object) -> Touch:
    return Touch(name, tier, "acme", TouchedBy.NAMED, **facts)


def opened(impact: Impact, at: datetime = MONDAY_10) -> Change:
    return Change("acme", ChangeKind.INCIDENT_OPENED, at, "", incident=VendorIncident("i", "t", impact))


CASES = [
    (opened(Impact.CRITICAL), (touch(1),), {}, "SEV1", "impact critical x tier 1 of checkout = SEV1"),
    (opened(Impact.CRITICAL), (touch(2),), {}, "SEV2", "impact critical x tier 2 of checkout = SEV2"),
    (opened(Impact.CRITICAL), (touch(3),), {}, "SEV3", "impact critical x tier 3 of checkout = SEV3"),
    (opened(Impact.MAJOR), (touch(1),), {}, "SEV2", "impact major x tier 1 of checkout = SEV2"),
    (opened(Impact.MAJOR), (touch(2),), {}, "SEV3", "impact major x tier 2 of checkout = SEV3"),
    (opened(Impact.MAJOR), (touch(3),), {}, "SEV4", "impact major x tier 3 of checkout = SEV4"),
    (opened(Impact.MINOR), (touch(1),), {}, "SEV3", "impact minor x tier 1 of checkout = SEV3"),
    (opened(Impact.MINOR), (touch(2),), {}, "SEV4", "impact minor x tier 2 of checkout = SEV4"),
    (opened(Impact.UNKNOWN), (touch(1),), {}, "SEV3", "impact unknown x tier 1 of checkout = SEV3"),
    (opened(Impact.NONE), (touch(1),), {}, "SEV4", "impact none: a notice that touches checkout"),
    (opened(Impact.CRITICAL), (), {}, "SEV4", "impact critical, it touches no service of ours"),
    (
        opened(Impact.MAJOR), (touch(1, cushion="checkout"),), {},
        "SEV3", "impact major x tier 1 of checkout = SEV2, fallback lowers to SEV3",
    ),
    (
        opened(Impact.MAJOR), (touch(1, cushion="pay"),), {},
        "SEV3", "impact major x tier 1 of checkout = SEV2, fallback of pay lowers to SEV3",
    ),
    (opened(Impact.MAJOR), (touch(3, cushion="checkout"),), {}, "SEV4", "impact major x tier 3 of checkout = SEV4"),
    (
        opened(Impact.CRITICAL), (touch(2), touch(1, "search", cushion="search"), touch(3, "old")), {},
        "SEV2", "impact critical x tier 2 of checkout = SEV2",
    ),
    (opened(Impact.CRITICAL), (touch(2),), {"hours": HOURS}, "SEV2", "impact critical x tier 2 of checkout = SEV2"),
    (
        opened(Impact.CRITICAL, MONDAY_20), (touch(2),), {"hours": HOURS},
        "SEV3", "impact critical x tier 2 of checkout = SEV2, outside of business hours lowers to SEV3",
    ),
    (
        opened(Impact.CRITICAL, MONDAY_20), (touch(2, cushion="checkout"),), {"hours": HOURS},
        "SEV4",
        (
            "impact critical x tier 2 of checkout = SEV2, fallback lowers to SEV3, "
            "outside of business hours lowers to SEV4"
        ),
    ),
    (
        opened(Impact.CRITICAL, MONDAY_20), (touch(1),), {"hours": HOURS},
        "SEV1", "impact critical x tier 1 of checkout = SEV1",
    ),
    (
        opened(Impact.CRITICAL, MONDAY_20), (touch(2),), {"hours": HOURS, "lower_outside": (3,)},
        "SEV2", "impact critical x tier 2 of checkout = SEV2",
    ),
    (
        opened(Impact.CRITICAL, MONDAY_20), (touch(2),), {"hours": HOURS, "zone": "America/New_York"},
        "SEV2", "impact critical x tier 2 of checkout = SEV2",
    ),
    (
        opened(Impact.MAJOR), (touch(3),), {"matrix": {Impact.MAJOR: STRICT}},
        "SEV2", "impact major x tier 3 of checkout = SEV2",
    ),
    (
        Change("acme", ChangeKind.DISTURBANCE_OPENED, MONDAY_10, "", after="major_outage"), (touch(1),), {},
        "SEV1", "impact critical x tier 1 of checkout = SEV1",
    ),
    (Change("acme", ChangeKind.BLIND, MONDAY_10, "", after="timeout"), (touch(1),), {}, "SEV4", "for information"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "touches", "rules", "severity", "reason"), CASES)
def test_the_rule_that_fired_is_a_sentence(
    change: Change, touches: tuple[Touch, ...], rules: dict, severity: str, reason: str
) -> None:
    judgement = judge_touched(change, touches, SeverityRules(**rules))
    assert (str(judgement.severity), judgement.reason) == (severity, reason)


def test_the_hour_does_not_move_what_later_changes_are_compared_with() -> None:
    rules = SeverityRules(hours=HOURS)
    by_day = judge_touched(opened(Impact.CRITICAL), (touch(2),), rules)
    by_night = judge_touched(opened(Impact.CRITICAL, MONDAY_20), (touch(2),), rules)
    assert by_day.steady is by_night.steady is Severity.SEV2
    assert by_night.severity is Severity.SEV3
