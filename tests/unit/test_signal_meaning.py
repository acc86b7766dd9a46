"""What an alert concerns, and how severe it is for us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from statusherd.model.intake import Intake
from statusherd.model.services import Service
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Impact, Severity
from statusherd.respond.severity import MATRIX, SeverityRules
from statusherd.respond.signal_meaning import Concern, concern_of, judge_signal

T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
SERVICES = (
    Service("Checkout", tier=1),
    Service("search", tier=2),
    Service("jobs-*", tier=3),
    Service("jobs-mail"),
)


def fired(**more) -> Signal:
    return Signal("k", SignalState.FIRING, "High latency", T0, **more)


CONCERNS = [
    (fired(service="checkout"), Intake("i", "k"), ("Checkout",), None),
    (fired(service="CHECKOUT"), Intake("i", "k", service="search"), ("Checkout",), None),
    (fired(labels={"service": "Search"}), Intake("i", "k"), ("search",), None),
    (fired(labels={"app": "search"}), Intake("i", "k", service_label="app"), ("search",), None),
    (fired(labels={"app": "search"}), Intake("i", "k", service="checkout"), ("Checkout",), None),
    (fired(service="jobs-mail"), Intake("i", "k"), ("jobs-mail",), None),
    (fired(service="jobs-nightly"), Intake("i", "k"), ("jobs-*",), None),
    (fired(), Intake("i", "k", service="*s*ch*"), ("search",), None),
    (fired(service="*"), Intake("i", "k"), (), "*"),
    (fired(service="billing"), Intake("i", "k", service="search"), (), "billing"),
    (fired(), Intake("i", "k", service="billing"), (), "billing"),
    (fired(), Intake("i", "k"), (), None),
]


@pytest.mark.parametrize(("signal", "intake", "names", "stranger"), CONCERNS)
def test_names_of_services_are_found_and_strangers_kept(signal, intake, names, stranger) -> None:
    found = concern_of(signal, intake, SERVICES)
    assert (found.names, found.stranger) == (names, stranger)


S = Severity
JUDGED = [
    (S.SEV1, SERVICES[0], S.SEV1), (S.SEV2, SERVICES[0], S.SEV2), (S.SEV3, SERVICES[0], S.SEV3),
    (S.SEV1, SERVICES[1], S.SEV2), (S.SEV2, SERVICES[1], S.SEV3), (S.SEV3, SERVICES[1], S.SEV4),
    (S.SEV1, SERVICES[2], S.SEV3), (S.SEV2, SERVICES[2], S.SEV4), (S.SEV3, SERVICES[2], S.SEV4),
    (S.SEV4, SERVICES[0], S.SEV4), (S.SEV1, None, S.SEV1), (S.SEV4, None, S.SEV4),
    (None, SERVICES[0], S.SEV2), (None, None, S.SEV2),
]  # fmt: skip


@pytest.mark.parametrize(("said", "service", "judged"), JUDGED)
def test_severity_is_the_senders_word_by_the_tier_of_the_service(said, service, judged) -> None:
    concern = Concern((service,) if service else ())
    intake = Intake("prom", "alertmanager", severity=S.SEV2)
    found = judge_signal(fired(severity=said), intake, concern, SeverityRules())
    assert found.severity is judged
    assert ("the sender says nothing, so by the intake prom SEV2" in found.reason) == (said is None)
    assert ("tier" in found.reason) == (service is not None)


def test_the_matrix_of_the_config_counts_and_the_most_important_service() -> None:
    rules = SeverityRules(MATRIX | {Impact.MAJOR: (S.SEV1, S.SEV1, S.SEV1)})
    found = judge_signal(fired(severity=S.SEV2), Intake("i", "k"), Concern(SERVICES), rules)
    assert (found.severity, found.reason) == (S.SEV1, "the sender says SEV2 x tier 1 of Checkout = SEV1")
