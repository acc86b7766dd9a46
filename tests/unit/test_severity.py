from __future__ import annotations

from datetime import UTC, datetime

import pytest

from statusherd.model.changes import Change
from statusherd.model.records import VendorIncident
from statusherd.model.words import ChangeKind, Impact, Severity, Status
from statusherd.respond.severity import judge

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
