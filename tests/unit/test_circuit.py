"""A channel that fails again and again is left alone between probes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from statusherd.model.delivery import SendOutcome
from statusherd.notify.backoff import LONGEST, LONGEST_ASKED
from statusherd.notify.channels import Channel
from statusherd.notify.circuit import OPENS_AFTER, Circuits

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OPS = Channel("ops", "json://127.0.0.1:9/")
ALL = {"ops": OPS}
SENT = SendOutcome(sent=True, detail="")
FAILED = SendOutcome(sent=False, detail="503")
REFUSED = SendOutcome(sent=False, detail="400", permanent=True)
HELD = SendOutcome(sent=False, detail="held back", retry_after=9, tried=False)


def after(*outcomes: SendOutcome, circuits: Circuits | None = None) -> Circuits:
    circuits = circuits or Circuits()
    for outcome in outcomes:
        circuits.note(OPS, outcome, NOW, random.Random(7))
    return circuits


def wait(circuits: Circuits) -> float | None:
    at = circuits.probes(NOW, ALL).get("ops")
    return None if at is None else (at - NOW).total_seconds()


def test_the_fifth_failure_in_a_row_opens_it() -> None:
    assert wait(after(*[FAILED] * (OPENS_AFTER - 1))) is None
    assert wait(after(*[FAILED] * OPENS_AFTER)) is not None


def test_a_success_or_a_refusal_in_between_begins_the_count_anew() -> None:
    for answer in (SENT, REFUSED):
        assert wait(after(*[FAILED] * 4, answer, *[FAILED] * 4)) is None
        assert wait(after(*[FAILED] * 9, answer)) is None


def test_what_was_only_held_back_does_not_count() -> None:
    assert wait(after(*[HELD] * 99)) is None
    assert wait(after(*[FAILED] * 4, HELD, FAILED)) is not None


def test_probes_go_at_the_pace_of_the_back_off() -> None:
    for count in (5, 9, 500):
        assert 1 <= (wait(after(*[FAILED] * count)) or 0) <= LONGEST
    asked = SendOutcome(sent=False, detail="429", retry_after=600)
    assert 600 <= (wait(after(*[asked] * 5)) or 0) <= LONGEST_ASKED


def test_a_probe_is_due_when_its_time_has_come() -> None:
    circuits = after(*[FAILED] * 5)
    at = circuits.probes(NOW, ALL)["ops"]
    assert circuits.probes(at - timedelta(seconds=1), ALL)
    assert circuits.probes(at, ALL) == {}


def test_a_channel_that_was_changed_is_tried_at_once() -> None:
    circuits = after(*[FAILED] * 5)
    assert circuits.probes(NOW, {"ops": Channel("ops", "json://127.0.0.1:10/")}) == {}
    assert circuits.probes(NOW, {}) == {}


def test_a_new_run_probes_first_and_opens_at_the_next_failure() -> None:
    circuits = Circuits({"ops": 7})
    assert wait(circuits) is None
    assert wait(after(FAILED, circuits=circuits)) is not None
    assert wait(after(SENT, circuits=circuits)) is None
