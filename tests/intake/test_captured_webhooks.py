"""Real deliveries beside this checkout, each read to what MANIFEST.tsv says of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from intake_cases import intake_of, webhook

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Reading
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intake import arrival_of, kind_names, read

FOLDER = Path(__file__).resolve().parents[2] / "../shared/captures/webhooks"
pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason="the captures of real web hooks are not beside this checkout"
    ),
]
FIRING, RESOLVED, UNKNOWN = SignalState.FIRING, SignalState.RESOLVED, SignalState.UNKNOWN
KINDS = {
    "alerta_cloudwatch": "cloudwatch",
    "alerta_grafana": "grafana",
    "alerta_new_relic": "newrelic",
    "alerta_pingdom": "pingdom",
    "alerta_prometheus": "alertmanager",
    "alerta_stackdriver": "stackdriver",
    "alertmanager": "alertmanager",
    "cloudevents": "cloudevents",
    "nagios": "nagios",
    "uptimekuma": "uptime-kuma",
    "zulip_grafana": "grafana",
    "zulip_opsgenie": "opsgenie",
    "zulip_pagerduty": "pagerduty",
    "zulip_sentry": "sentry",
    "zulip_statuspage": "statuspage",
}


def rows() -> dict[str, str]:
    """The deliveries of the manifest, and what it says they are; headers and what is no delivery left out."""
    if not FOLDER.is_dir():
        return {}
    with (FOLDER / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        every = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row[0]: row[3] for row in every if row[0] != "file" and row[3] != "-"}


def read_capture(name: str) -> Reading:
    (kind,) = {kind for start, kind in KINDS.items() if name.startswith(start)}
    beside = (FOLDER / name).with_suffix(".headers")
    headers = json.loads(beside.read_text()) if name.startswith("cloudevents") and beside.exists() else {}
    delivery = webhook((FOLDER / name).read_bytes(), headers)
    assert arrival_of(delivery, intake_of(kind)).identity.matter
    return read(delivery, intake_of(kind))


def states(reading: Reading) -> dict[str, SignalState]:
    return {signal.key: signal.state for signal in reading.signals}


def one(reading: Reading) -> Signal:
    (signal,) = reading.signals
    return signal


def is_one(state: SignalState, **wanted: object) -> Callable[[Reading], None]:
    def check(reading: Reading) -> None:
        signal = one(reading)
        assert signal.state is state
        assert {key: getattr(signal, key) for key in wanted} == wanted

    return check


def members(**wanted: SignalState) -> Callable[[Reading], None]:
    def check(reading: Reading) -> None:
        assert {signal.labels["instance"]: signal.state for signal in reading.signals} == wanted
        assert {signal.group for signal in reading.signals} == {'{}:{alertname="DiskFull", service="db"}'}
        for signal in reading.signals:
            assert (signal.ended_at is None) == (signal.state is FIRING)

    return check


def unified(reading: Reading) -> None:
    assert states(reading) == {
        "aaafafe0953f0962": RESOLVED,
        "fb31814ac93dbe7d": RESOLVED,
        "6f9cd313db421ef1": FIRING,
    }
    ended = {signal.ended_at for signal in reading.signals}
    assert ended == {datetime(2022, 6, 17, 1, 8, 28, 652747, UTC), None}


def vendors_incident(reading: Reading) -> None:
    assert reading.signals == ()
    assert '"Database query delays": identified, impact none' in reading.note


event = is_one(
    FIRING,
    key="//ops.example.org/detector service/checkout",
    title="Checkout 5xx",
    severity=Severity.SEV2,
    at=datetime(2026, 11, 23, 12, tzinfo=UTC),
)
EXPECTED: dict[str, Callable[[Reading], None]] = {
    "alerta_cloudwatch_insufficient_data.json": is_one(UNKNOWN, title="notificationCountAlarm"),
    "alerta_cloudwatch_notification.json": is_one(FIRING, title="bucketbytesAlarm"),
    "alerta_grafana_6.json": is_one(FIRING, key="58", severity=Severity.SEV3),
    "alerta_grafana_alert_alerting.json": is_one(FIRING, key="7", title="Zeta CPU alert"),
    "alerta_new_relic_notification.json": is_one(FIRING, key="0", severity=Severity.SEV4),
    "alerta_pingdom_down.json": is_one(
        FIRING, key="803318", started_at=datetime(2017, 6, 30, 22, 25, 43, tzinfo=UTC)
    ),
    "alerta_prometheus_v4_alert.json": is_one(FIRING, ended_at=None, severity=Severity.SEV1),
    "alerta_stackdriver_open.json": is_one(FIRING, key="f2e08c333dc64cb09f75eaab355393bz", ended_at=None),
    "alertmanager_0.25_group3_all_resolved.json": members(db1=RESOLVED, db3=RESOLVED, db9=RESOLVED),
    "alertmanager_0.25_group3_firing_unicode.json": members(db1=FIRING, db2=FIRING, db3=FIRING),
    "alertmanager_0.25_group3_mixed_one_resolved.json": members(db1=FIRING, db2=RESOLVED, db3=FIRING),
    "alertmanager_0.25_single_firing.json": is_one(
        FIRING, key="6619311d94852486", ended_at=None, severity=Severity.SEV1, title="127.0.0.1:9901 is down"
    ),
    "alertmanager_0.25_single_resolved.json": is_one(
        RESOLVED, key="6619311d94852486", ended_at=datetime(2026, 11, 23, 13, 7, 26, 568000, UTC)
    ),
    "cloudevents_sdk2.2_binary.json": event,
    "cloudevents_sdk2.2_structured.json": event,
    "nagios_4.4.6_PROBLEM.form": is_one(
        FIRING, key="checkout-1;HTTP", started_at=datetime(2026, 11, 23, 13, 31, 48, tzinfo=UTC)
    ),
    "uptimekuma_2.5.3_down.json": is_one(
        FIRING, key="2", title="Checkout is down", started_at=datetime(2026, 11, 23, 12, 59, 49, tzinfo=UTC)
    ),
    "zulip_grafana_legacy_v7_no_data.json": is_one(FIRING, key="1 3"),
    "zulip_grafana_unified_mixed.json": unified,
    "zulip_opsgenie_close.json": is_one(RESOLVED, key="052652ac-5d1c-464a-812a-7dd18bbfba8c"),
    "zulip_opsgenie_create.json": is_one(
        FIRING,
        key="ec03dad6-62c8-4c94-b38b-d88f398e900f",
        severity=Severity.SEV3,
        started_at=datetime(2017, 8, 14, 11, 25, 56, 288000, UTC),
        at=datetime(2017, 8, 14, 11, 25, 56, 288000, UTC),
    ),
    "zulip_pagerduty_v3_resolved.json": is_one(RESOLVED, key="PCPZE64"),
    "zulip_pagerduty_v3_triggered.json": is_one(FIRING, key="PFQZPSY", severity=None, service="pig208"),
    "zulip_sentry_issue_resolved.json": is_one(RESOLVED, key="1638821441"),
    "zulip_statuspage_incident_created.json": vendors_incident,
}


@pytest.mark.parametrize("name", rows())
def test_a_real_delivery_is_read_as_the_manifest_says(name: str) -> None:
    EXPECTED[name](read_capture(name))


def test_nothing_of_the_manifest_is_left_out() -> None:
    assert rows().keys() == EXPECTED.keys()


def test_members_keep_their_keys_from_one_delivery_to_the_next() -> None:
    first = states(read_capture("alertmanager_0.25_group3_firing_unicode.json"))
    mixed = states(read_capture("alertmanager_0.25_group3_mixed_one_resolved.json"))
    last = states(read_capture("alertmanager_0.25_group3_all_resolved.json"))
    assert first.keys() == mixed.keys()
    (over,) = {key for key, state in mixed.items() if state is RESOLVED}
    assert over not in last, "what was told once is not told again, and stays closed"
    assert len(first.keys() & last.keys()) == 2


@pytest.mark.parametrize("name", [path.name for path in sorted(FOLDER.glob("OUTBOUND*"))])
@pytest.mark.parametrize("kind", kind_names())
def test_what_is_no_delivery_of_a_kind_is_refused_or_holds_no_alert(kind: str, name: str) -> None:
    try:
        reading = read(webhook((FOLDER / name).read_bytes()), intake_of(kind))
    except IntakeError:
        return
    assert reading.signals == ()
    assert reading.note
