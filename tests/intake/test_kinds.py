"""Each kind on deliveries written by hand: the state, the key, and what else a person would want to know."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from intake_cases import GENERIC, RECEIVED, fixtures, intake_of, read_fixture, webhook

from statusherd.model.errors import IntakeError
from statusherd.model.intake import FieldMap
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond import intake
from statusherd.respond.intake import _reading, arrival_of, kind_names, read

FIRING, RESOLVED, UNKNOWN = SignalState.FIRING, SignalState.RESOLVED, SignalState.UNKNOWN


def at(hour: int, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    return datetime(2026, 3, 1, hour, minute, second, micro, tzinfo=UTC)


EXPECTED: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("alertmanager", "one_fires_one_is_over"): [
        {
            "key": "aaaa000000000001",
            "state": FIRING,
            "title": "queue lags",
            "text": "by 9 minutes",
            "severity": Severity.SEV3,
            "service": None,
            "started_at": at(10, 0, 0, 123456),
            "ended_at": None,
            "group": '{}:{alertname="Lag"}',
            "url": "http://prom.example/graph",
            "at": RECEIVED,
        },
        {
            "key": "aaaa000000000002",
            "state": RESOLVED,
            "title": "Lag",
            "severity": Severity.SEV1,
            "ended_at": at(10, 1),
            "url": None,
        },
        {"key": "aaaa000000000003", "state": UNKNOWN},
    ],
    ("grafana", "no_alertname"): [
        {
            "key": "bbbb000000000001",
            "state": RESOLVED,
            "title": "alert without a name",
            "text": "back",
            "ended_at": at(10, 5, 0, 999999),
            "url": "https://grafana.example/d/1",
        }
    ],
    ("grafana", "rule_of_version_7_without_data"): [
        {"key": "1 4", "state": UNKNOWN, "title": "Orders", "severity": Severity.SEV2}
    ],
    ("grafana", "rule_of_version_7_over"): [
        {"key": "1 4", "state": RESOLVED, "url": "https://grafana.example/r/4"}
    ],
    ("pagerduty", "triggered"): [
        {
            "key": "PABC",
            "state": FIRING,
            "title": "Login fails",
            "severity": Severity.SEV2,
            "service": "login",
            "started_at": at(9, 59, 58),
            "at": at(10),
            "url": "https://acme.pagerduty.com/incidents/PABC",
            "labels": {"number": "7", "urgency": "high"},
        }
    ],
    ("pagerduty", "acknowledged"): [{"key": "PABC", "state": UNKNOWN}],
    ("pagerduty", "resolved"): [
        {"key": "PABC", "state": RESOLVED, "ended_at": at(10, 9), "started_at": None}
    ],
    ("opsgenie", "create"): [
        {
            "key": "0a-1",
            "state": FIRING,
            "title": "Replica lags",
            "severity": Severity.SEV1,
            "started_at": at(10),
            "at": at(10),
            "labels": {"region": "eu", "alias": "db", "entity": "db-2"},
        }
    ],
    ("opsgenie", "close_by_alias_alone"): [
        {"key": "db", "state": RESOLVED, "severity": Severity.SEV2, "ended_at": at(10, 1)}
    ],
    ("opsgenie", "note"): [{"key": "0a-1", "state": UNKNOWN}],
    ("sentry", "issue_created"): [
        {
            "key": "12",
            "state": FIRING,
            "title": "KeyError: cart",
            "text": "shop.cart in add",
            "severity": Severity.SEV2,
            "service": "shop",
            "started_at": at(10),
        }
    ],
    ("sentry", "alert_on_an_issue"): [
        {"key": "12", "state": FIRING, "severity": None, "labels": {"rule": "often", "level": "error"}}
    ],
    ("sentry", "metric_alert_over"): [
        {"key": "metric-alert/12", "state": RESOLVED, "title": "Errors", "ended_at": at(10, 30)}
    ],
    ("datadog", "triggered"): [
        {
            "key": "77 host:web-1",
            "state": FIRING,
            "title": "CPU on web-1",
            "text": "above 90",
            "severity": Severity.SEV2,
            "started_at": at(10),
            "labels": {"host": "web-1", "service": "shop"},
        }
    ],
    ("datadog", "recovered"): [
        {"key": "77 host:web-1", "state": RESOLVED, "severity": None, "ended_at": at(10, 5)}
    ],
    ("datadog", "no_data"): [{"key": "77 host:web-1", "state": UNKNOWN, "ended_at": None}],
    ("nagios", "problem_of_a_host"): [
        {
            "key": "web-1",
            "state": FIRING,
            "title": "web-1 is down",
            "text": "PING timed out",
            "severity": Severity.SEV1,
            "started_at": at(10),
            "labels": {"host": "web-1", "problem": "8"},
        }
    ],
    ("nagios", "recovery"): [{"key": "web-1;HTTP", "state": RESOLVED, "ended_at": at(10, 1)}],
    ("nagios", "plugin_cannot_tell"): [
        {"key": "web-1;HTTP", "state": UNKNOWN, "at": RECEIVED, "started_at": None}
    ],
    ("nagios", "acknowledged"): [{"key": "web-1;HTTP", "state": UNKNOWN}],
    ("uptime-kuma", "up_in_another_zone"): [
        {
            "key": "3",
            "state": RESOLVED,
            "title": "Shop",
            "ended_at": at(10),
            "severity": Severity.SEV2,
            "labels": {"monitor": "Shop", "type": "http", "severity": "high", "team": "web"},
            "url": "https://shop.example/",
        }
    ],
    ("uptime-kuma", "down_of_an_old_version"): [
        {
            "key": "3",
            "state": FIRING,
            "title": "Shop is down",
            "text": "timeout",
            "started_at": at(10),
            "url": None,
        }
    ],
    ("uptime-kuma", "pending"): [{"key": "3", "state": UNKNOWN}],
    ("pingdom", "down"): [
        {
            "key": "1",
            "state": FIRING,
            "title": "Shop is down",
            "text": "Timeout (> 30s)",
            "severity": Severity.SEV4,
            "started_at": at(10),
            "url": "https://shop.example/",
        }
    ],
    ("pingdom", "up_by_words_of_the_time_alone"): [{"key": "1", "state": RESOLVED, "ended_at": at(10)}],
    ("cloudwatch", "over"): [
        {
            "key": "1 EU%20(Ireland) lag",
            "state": RESOLVED,
            "title": "lag",
            "text": "below",
            "ended_at": at(10),
        }
    ],
    ("cloudwatch", "raw_delivery"): [
        {
            "key": "1 EU%20(Ireland) lag",
            "state": FIRING,
            "text": "queue",
            "labels": {
                "Queue": "orders",
                "region": "EU (Ireland)",
                "account": "1",
                "namespace": "Shop",
                "metric": "Lag",
            },
        }
    ],
    ("newrelic", "issue_of_a_workflow"): [
        {
            "key": "i-9",
            "state": FIRING,
            "title": "Errors are high",
            "severity": Severity.SEV1,
            "started_at": at(10),
            "at": at(10, 0, 1),
        }
    ],
    ("newrelic", "issue_closed"): [{"key": "i-9", "state": RESOLVED, "ended_at": at(10, 10)}],
    ("stackdriver", "closed"): [
        {
            "key": "0.abc",
            "state": RESOLVED,
            "title": "Web: CPU",
            "severity": Severity.SEV3,
            "started_at": at(10),
            "ended_at": at(10, 10),
            "labels": {"zone": "eu-1"},
        }
    ],
    ("cloudevents", "resolved"): [
        {
            "key": "//ops.example/checks checkout",
            "state": RESOLVED,
            "title": "Checkout 5xx",
            "severity": Severity.SEV2,
            "service": "checkout",
            "ended_at": at(10, 5),
            "started_at": None,
        }
    ],
    ("cloudevents", "of_a_type_that_says_nothing"): [
        {"key": "//ops.example/checks checkout", "state": UNKNOWN, "title": "//ops.example/checks checkout"}
    ],
    ("generic", "alert"): [
        {
            "key": "17",
            "state": FIRING,
            "title": "Disk full",
            "severity": Severity.SEV3,
            "service": "db",
            "labels": {"host": "db-1", "rack": "4"},
            "started_at": at(9),
            "url": "https://mon.example/17",
        }
    ],
    ("generic", "fixed"): [{"key": "17", "state": RESOLVED, "ended_at": at(10, 10)}],
    ("generic", "of_another_state"): [{"key": "17", "state": UNKNOWN}],
}
NOTES = {
    ("alertmanager", "one_fires_one_is_over"): "3 more alerts of the group were left out",
    ("pagerduty", "unknown_event_of_what_is_triggered"): "incident.status_update_published tells nothing",
    ("pagerduty", "ping"): "it works",
    ("sentry", "comment"): "nothing that we know",
    ("datadog", "without_the_fields_of_our_page"): "docs/intake.md",
    ("uptime-kuma", "test"): "My hook Testing",
    ("cloudwatch", "to_confirm"): "If it is yours, open within 3 days: https://sns.eu-west-1.amazonaws.com/?",
    ("cloudwatch", "to_confirm_at_a_strange_address"): "do not open it",
    ("cloudwatch", "unsubscribed"): "no longer subscribed",
    ("cloudwatch", "no_alarm"): "hello is no alarm",
    ("statuspage", "incident"): '"Queries are slow": monitoring, impact none',
    ("statuspage", "component"): 'its component "API" is major outage',
}
"""What people are told of deliveries; those that are not above hold no alert."""


@pytest.mark.parametrize(("kind", "name"), EXPECTED, ids="/".join)
def test_a_delivery_is_read(kind: str, name: str) -> None:
    signals = read_fixture(kind, name).signals
    wanted = EXPECTED[kind, name]
    found = [
        {key: getattr(signal, key) for key in each} for signal, each in zip(signals, wanted, strict=False)
    ]
    assert found == wanted
    assert len(signals) == len(wanted)


@pytest.mark.parametrize(("kind", "name"), NOTES, ids="/".join)
def test_people_are_told_what_is_no_alert(kind: str, name: str) -> None:
    reading = read_fixture(kind, name)
    assert NOTES[kind, name] in reading.note
    assert bool(reading.signals) == ((kind, name) in EXPECTED)


def test_every_fixture_is_expected_and_every_kind_has_some() -> None:
    assert {(kind, name) for kind, name, _ in fixtures()} == EXPECTED.keys() | NOTES.keys()
    assert {kind for kind, _, _ in fixtures()} == set(kind_names())


def test_begin_and_end_of_one_alert_have_one_key() -> None:
    pairs = [
        ("pagerduty", "triggered", "resolved"),
        ("sentry", "issue_created", "alert_on_an_issue"),
        ("datadog", "triggered", "recovered"),
        ("uptime-kuma", "down_of_an_old_version", "up_in_another_zone"),
        ("pingdom", "down", "up_by_words_of_the_time_alone"),
        ("cloudwatch", "raw_delivery", "over"),
        ("newrelic", "issue_of_a_workflow", "issue_closed"),
        ("generic", "alert", "fixed"),
    ]
    for kind, begin, end in pairs:
        one, other = (read_fixture(kind, name).signals[0].key for name in (begin, end))
        assert one == other, kind


REFUSED = {
    "no JSON": (b"not json", "no JSON"),
    "cut off": (b'{"alerts": [', "no JSON"),
    "no object": (b"[1, 2]", "no object"),
    "no UTF-8": (b'{"a": "\xff"}', "no UTF-8"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "deep object": (b'{"a":' * 100_000, "nested too deeply"),
    "a number of 5,000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "no JSON"),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("kind", [name for name in kind_names() if name != "nagios"])
def test_what_is_no_object_is_refused_with_what_is_wrong(kind: str, what: str) -> None:
    body, why = REFUSED[what]
    with pytest.raises(IntakeError, match=why):
        read(webhook(body), intake_of(kind))


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("alertmanager", b'{"version": "4"}', "no list of alerts"),
        ("alertmanager", b'{"alerts": [' + b"{}," * 5000 + b"{}]}", "5001 alerts, more than 5000"),
        ("grafana", b'{"state": "alerting"}', "has no ruleId"),
        ("pagerduty", b'{"event": {}}', "has no event.event_type"),
        ("pagerduty", b'{"event": {"event_type": "incident.triggered", "data": {}}}', "has no event.data.id"),
        ("opsgenie", b'{"alert": {}}', "has no action"),
        ("sentry", b'{"action": "created", "data": {"issue": {}}}', "has no data.issue.id"),
        ("datadog", b'{"alert_transition": "Triggered"}', "has no alert_id"),
        ("nagios", b"no=form&at all", "is no form|has no type"),
        ("nagios", b"type=PROBLEM", "has no host"),
        ("uptime-kuma", b'{"heartbeat": {"status": 0}}', "has no heartbeat.monitorID"),
        ("pingdom", b"{}", "has no current_state"),
        ("cloudwatch", b'{"NewStateValue": "ALARM"}', "has no AlarmName"),
        ("statuspage", b"{}", "neither an incident nor a component"),
        ("newrelic", b'{"state": "CREATED"}', "has no id"),
        ("stackdriver", b"{}", "has no incident"),
        ("cloudevents", b'{"specversion": "1.0", "id": "1"}', "has no attribute source"),
        ("cloudevents", b'{"specversion": "0.3", "id": "1", "source": "a", "type": "b"}', "version 1.0"),
        ("generic", b'{"alert": {"status": "broken"}}', "has no key at 'alert.id'"),
    ],
)
def test_what_lacks_the_facts_is_refused_with_what_is_missing(kind: str, body: bytes, why: str) -> None:
    with pytest.raises(IntakeError, match=why):
        read(webhook(body), intake_of(kind))


# CloudEvents in both modes


def test_both_modes_of_an_event_say_the_same() -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "a%201",
        "ce-source": "//ops.example/checks",
        "ce-type": "com.example.check.opened",
        "ce-subject": "checkout",
    }
    binary = webhook(b'{"title": "5xx"}', headers)
    structured = webhook(
        b'{"specversion": "1.0", "id": "a 1", "source": "//ops.example/checks", "subject": "checkout",'
        b' "type": "com.example.check.opened", "data": {"title": "5xx"}}'
    )
    of_kind = intake_of("cloudevents")
    assert read(binary, of_kind) == read(structured, of_kind)
    assert arrival_of(binary, of_kind).identity == arrival_of(structured, of_kind).identity
    assert arrival_of(binary, of_kind).identity.key == "//ops.example/checks a 1"
    assert read(binary, of_kind).signals[0].state is FIRING


def test_an_event_without_data_is_read() -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "check.closed"}
    (signal,) = read(webhook(b"", headers), intake_of("cloudevents")).signals
    assert (signal.state, signal.key) == (RESOLVED, "s")


# Mappings


def mapped(body: bytes, **mapping: Any) -> tuple[Signal, ...]:
    return read(webhook(body), intake_of("generic", FieldMap(**mapping))).signals


def test_the_usual_words_are_understood_where_the_mapping_names_none() -> None:
    for word, state in (
        ("FIRING", FIRING),
        ("Recovered", RESOLVED),
        ("true", FIRING),
        ("insufficient data", UNKNOWN),
    ):
        (signal,) = mapped(b'{"id": 1, "is": "%s"}' % word.encode(), key=("id",), state="is")
        assert signal.state is state, word
    (signal,) = mapped(b'{"id": 1, "is": false}', key=("id",), state="is")
    assert signal.state is RESOLVED


def test_words_that_the_mapping_does_not_name_change_nothing() -> None:
    for named in ({"firing": ("broken",)}, {"resolved": ("fixed",)}):
        (signal,) = mapped(b'{"id": 1, "is": "ok"}', key=("id",), state="is", **named)
        assert signal.state is UNKNOWN, named


def test_a_list_of_alerts_is_read_one_by_one_and_keys_of_several_parts_do_not_run_together() -> None:
    body = b'{"all": {"of": [{"h": "a b", "c": "d", "s": "up"}, {"h": "a", "c": "b d", "s": "down"}, 7]}}'
    one, other = mapped(body, alerts="all.of", key=("h", "c"), state="s")
    assert (one.state, other.state) == (RESOLVED, FIRING)
    assert one.key != other.key
    with pytest.raises(IntakeError, match=r"has no list at 'all\.off'"):
        mapped(body, alerts="all.off", key=("h", "c"), state="s")


def test_paths_lead_through_lists_and_to_keys_with_dots() -> None:
    body = b'{"a.b": {"c.d": "key"}, "l": [{"s": "down"}]}'
    (signal,) = mapped(body, key=("a.b.c.d",), state="l.0.s")
    assert (signal.key, signal.state) == ("key", FIRING)
    for nowhere in ("l.1.s", "l.-1.s", "l.x", "a.b.c.d.e", "l.999999999999"):
        with pytest.raises(IntakeError, match="has no key"):
            mapped(body, key=(nowhere,), state="l.0.s")


# Times


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2026-03-01T10:00:00.123456789Z", at(10, 0, 0, 123456)),
        ("2026-03-01T12:00:00+02:00", at(10)),
        ("2026-03-01T10:00:00.000+0000", at(10)),
        (1772359200, at(10)),
        (1772359200.5, at(10, 0, 0, 500000)),
        (1772359200123, at(10, 0, 0, 123000)),
        (1772359200123456, at(10, 0, 0, 123456)),
        (1772359200123456789, at(10, 0, 0, 123456)),
        ("1772359200123", at(10, 0, 0, 123000)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("2026-03-01 10:00:00", None),
        (0, None),
        (-5, None),
        (10**30, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ([], None),
        ("soon", None),
        ("9" * 400, None),
    ],
)
def test_times_of_all_units_are_read_and_others_are_none(value: object, wanted: datetime | None) -> None:
    assert _reading.moment(value) == wanted


def test_what_a_sender_dates_after_we_heard_of_it_stands_when_we_heard_of_it() -> None:
    body = b'{"event": {"event_type": "incident.resolved", "occurred_at": "2031-01-01T00:00:00Z", "data": {"id": "P"}}}'
    (signal,) = read(webhook(body), intake_of("pagerduty")).signals
    assert signal.at == RECEIVED


# By what a delivery is known again


def test_numbers_of_senders_are_the_keys_of_their_deliveries() -> None:
    wanted = {
        ("pagerduty", "triggered"): ("01AAA", "PABC"),
        ("datadog", "triggered"): ("6543 Triggered", "77 host:web-1"),
        ("cloudwatch", "over"): ("m-1", "1 EU%20(Ireland) lag"),
        ("alertmanager", "one_fires_one_is_over"): (None, 'herd {}:{alertname="Lag"}'),
        ("uptime-kuma", "pending"): (None, "3"),
        ("nagios", "recovery"): (None, "web-1;HTTP"),
    }
    bodies = {(kind, name): body for kind, name, body in fixtures()}
    for (kind, name), identity in wanted.items():
        found = arrival_of(webhook(bodies[kind, name]), intake_of(kind)).identity
        assert (found.key, found.matter) == identity


def test_what_cannot_be_read_is_known_by_its_bytes() -> None:
    of_kind = intake_of("alertmanager")
    one, same, other = (arrival_of(webhook(body), of_kind) for body in (b"\xff", b"\xff", b"\xfe"))
    assert one.identity.key is None
    assert one.digest == same.digest != other.digest


def test_a_signed_time_makes_a_number_where_the_sender_gives_none() -> None:
    body = b'{"alert": {"id": 1, "status": "broken"}}'
    keys = {arrival_of(webhook(body), intake_of("generic"), stamp).identity.key for stamp in ("", "1", "2")}
    assert len(keys) == 3
    numbered = intake_of("generic", FieldMap(key=("alert.id",), state="alert.status", id="alert.id"))
    assert arrival_of(webhook(body), numbered, "1").identity.key == "1"


def test_headers_that_are_kept_hold_no_secret() -> None:
    headers = {
        "authorization": "Bearer secret",
        "x-statusherd-token": "secret",
        "x-statusherd-signature": "sha256=00",
        "cookie": "secret",
        "content-type": "application/json",
        "user-agent": "x" * 9000,
        "sentry-hook-resource": "issue",
        "ce-id": "1",
    }
    kept = {kind: intake.kept_headers(headers, kind) for kind in kind_names()}
    assert kept["sentry"].keys() == {"content-type", "user-agent", "sentry-hook-resource"}
    assert kept["cloudevents"].keys() == {"content-type", "user-agent", "ce-id"}
    assert "secret" not in str(kept)
    assert max(len(value) for found in kept.values() for value in found.values()) == 2000


def test_the_mapping_of_the_fixtures_names_what_the_kind_needs() -> None:
    for key in intake.needed_of("generic"):
        assert getattr(GENERIC, key)
