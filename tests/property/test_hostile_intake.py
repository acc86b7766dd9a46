"""Hostile deliveries: whatever bytes come, each kind gives signals that can be kept, or says what is wrong."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hostile import VALUES, any_json, places, replaced
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_cases import RECEIVED, fixtures, intake_of

from statusherd.model.errors import IntakeError
from statusherd.model.inbox import Reading, Webhook
from statusherd.model.signals import Signal
from statusherd.respond.intake import MOST_HEADERS, arrival_of, kept_headers, kind_names, read
from statusherd.respond.intake._reading import LONGEST_LINE, LONGEST_TEXT, MOST_LABELS
from statusherd.store.columns import clean

each_kind = pytest.mark.parametrize("kind", kind_names())
PATIENCE = 4.0
EVENT = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "check.opened"}


def judged(kind: str, body: bytes, headers: dict[str, str] | None = None) -> Reading | None:
    """Read a delivery by all rules; None where it was refused as it should be."""
    webhook, began = Webhook(headers or {}, body, RECEIVED), time.process_time()
    arrival = arrival_of(webhook, intake_of(kind))
    assert len(arrival.identity.matter) <= 2 * LONGEST_LINE
    try:
        reading = read(webhook, intake_of(kind))
    except IntakeError as refusal:
        error: IntakeError | None = refusal
    else:
        error = None
    if error is not None:
        assert str(error) == clean(str(error)) != ""
        return None
    assert time.process_time() - began < PATIENCE
    assert reading.signals or reading.note
    for signal in reading.signals:
        judge(signal)
    return reading


def judge(signal: Signal) -> None:
    assert signal.key
    assert signal.title
    for text in (signal.key, signal.title, signal.service or "", signal.group or "", signal.url or ""):
        assert text == clean(text)
        assert "\n" not in text or text == signal.key
    assert len(signal.key) <= LONGEST_LINE + 20
    assert len(signal.title) <= LONGEST_LINE * 3
    assert len(signal.text) <= 2 * LONGEST_TEXT + 1
    assert signal.text == clean(signal.text)
    assert len(signal.labels) <= 2 * MOST_LABELS
    assert all(
        name and value and name + value == clean(name + value) for name, value in signal.labels.items()
    )
    assert signal.at.tzinfo is UTC
    assert signal.at <= RECEIVED
    for moment in (signal.started_at, signal.ended_at):
        assert moment is None or datetime(2000, 1, 1, tzinfo=UTC) <= moment < datetime(2100, 1, 1, tzinfo=UTC)
    json.dumps(dict(signal.labels), ensure_ascii=False).encode()


@each_kind
@given(body=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(kind: str, body: bytes) -> None:
    judged(kind, body)


@each_kind
def test_any_value_in_any_place_is_read_or_refused(kind: str) -> None:
    for name, fixture, body in fixtures():
        if name != kind or kind == "nagios":
            continue
        root = json.loads(body)
        for path in places(root):
            for value in VALUES:
                try:
                    judged(kind, json.dumps(replaced(root, path, value)).encode())
                except Exception as fault:
                    fault.add_note(f"{fixture}: {value!r:.200} at {path}")
                    raise


@given(
    fields=st.dictionaries(
        st.sampled_from(("type", "host", "service", "state", "time", "output", "id")), st.text()
    )
)
@settings(max_examples=200, deadline=None)
def test_any_form_is_read_or_refused(fields: dict[str, str]) -> None:
    judged("nagios", urlencode(fields, errors="replace").encode())


@each_kind
def test_json_of_any_shape_is_read_or_refused(kind: str) -> None:
    rng = random.Random(kind)
    for _ in range(150):
        judged(kind, json.dumps(any_json(rng)).encode())


@given(
    headers=st.dictionaries(st.sampled_from(sorted(EVENT)), st.text(max_size=50)), body=st.binary(max_size=60)
)
@settings(max_examples=150, deadline=None)
def test_any_headers_of_an_event_are_read_or_refused(headers: dict[str, str], body: bytes) -> None:
    judged("cloudevents", body, {**EVENT, **headers})


def test_headers_without_end_are_cut() -> None:
    headers = {f"ce-x{n}": "y" * 10_000 for n in range(1000)}
    kept = kept_headers(EVENT | headers, "cloudevents")
    assert len(kept) == MOST_HEADERS
    assert judged("cloudevents", b"{}", kept) is not None


LARGE = {
    "one text of a MiB": b'{"alerts": [{"labels": {"a": "' + b"x" * 1_000_000 + b'"}}]}',
    "350,000 empty alerts": b'{"alerts": [' + b"{}," * 340_000 + b"{}]}",
    "4,999 alerts": b'{"alerts": ['
    + b",".join(b'{"labels": {"n": "%d"}, "status": "firing"}' % n for n in range(4_999))
    + b"]}",
    "50,000 labels": b'{"alerts": [{"labels": {'
    + b",".join(b'"l%d": 1' % n for n in range(50_000))
    + b"}}]}",
    "deep": b'{"alerts": ' * 80_000 + b"1" + b"}" * 80_000,
    "escapes": b'{"alerts": [{"labels": {"a": "' + b"\\ud800" * 160_000 + b'"}}]}',
}


@pytest.mark.parametrize("what", LARGE)
@each_kind
def test_a_mib_of_anything_is_done_with_quickly(kind: str, what: str) -> None:
    judged(kind, LARGE[what])
