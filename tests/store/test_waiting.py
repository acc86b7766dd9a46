"""What waits, and silences: kept, changed, taken up in time, let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from store_samples import MINUTE, T0, change

from statusherd.model.delivery import Decision, Held, Reason, Thread, Told
from statusherd.model.silences import Silence
from statusherd.model.words import Severity
from statusherd.store import changes, conversations, held, outbox, retention, silences
from statusherd.store.engine import Store

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SILENCE = Silence(T0, T0 + 60 * MINUTE, "ops", "planned", ("git*",), severities=(Severity.SEV4,))


@pytest.fixture
def waiting(store: Store) -> Held:
    """A message that waits until T0 + 3 minutes, with its thread and change."""
    return store.write_now(_put)


def _put(conn) -> Held:
    (number,) = changes.append(conn, [change()])
    conversations.put_threads(conn, [Thread("t1", "acme", "Acme: down", T0)])
    row = Held("t1", "chat", number, T0, T0 + 3 * MINUTE, Reason.HELD)
    held.put(conn, [row])
    return row


def _due(store: Store, now) -> tuple[Held, ...]:
    return store.write_now(lambda conn: held.due(conn, now, 10))


def test_what_waits_is_kept_and_comes_up_in_time(store: Store, waiting: Held) -> None:
    assert store.read_now(lambda conn: held.held_in(conn, {"t1", "t2"})) == {("t1", "chat"): waiting}
    assert store.read_now(held.next_due) == waiting.until
    assert _due(store, T0 + 2 * MINUTE) == ()
    assert _due(store, waiting.until) == (waiting,)


def test_what_waits_differently_takes_the_place_of_what_was(store: Store, waiting: Held) -> None:
    other = replace(waiting, until=T0 + DAY, why=Reason.SILENCED, silence=7)
    store.write_now(lambda conn: held.put(conn, [other]))
    assert store.read_now(lambda conn: held.held_in(conn, {"t1"})) == {("t1", "chat"): other}
    store.write_now(lambda conn: held.let_go(conn, [("t1", "chat"), ("t1", "mail")]))
    assert store.read_now(held.next_due) is None


def test_a_silence_is_kept_and_in_force_in_its_time(store: Store) -> None:
    made = store.write_now(lambda conn: silences.add(conn, SILENCE, T0 - MINUTE))
    assert made == replace(SILENCE, id=made.id, created_at=T0 - MINUTE)
    for now, found in ((T0 - MINUTE, ()), (T0, (made,)), (T0 + 60 * MINUTE, ())):
        assert store.read_now(lambda conn, now=now: silences.in_force(conn, now)) == found
    assert store.read_now(silences.every) == (made,)
    assert store.read_now(lambda conn: silences.every(conn, T0 + DAY)) == ()


def test_ending_a_silence_wakes_what_it_withholds_and_nothing_else(store: Store, waiting: Held) -> None:
    made = store.write_now(lambda conn: silences.add(conn, SILENCE, T0))
    silenced = Held("t1", "mail", waiting.change_number, T0, T0 + DAY, Reason.SILENCED, made.id)
    store.write_now(lambda conn: held.put(conn, [silenced]))
    assert store.write_now(lambda conn: silences.expire(conn, made.id, T0 + MINUTE))
    assert [row.channel for row in _due(store, T0 + MINUTE)] == ["mail"]
    assert not store.write_now(lambda conn: silences.expire(conn, made.id, T0 + MINUTE))
    assert not store.write_now(lambda conn: silences.expire(conn, 99, T0))
    assert store.read_now(lambda conn: silences.numbered(conn, made.id)).ends_at == T0 + MINUTE


def test_a_decision_keeps_its_wait_and_its_silence(store: Store, waiting: Held) -> None:
    made = Decision(waiting.change_number, False, Reason.SILENCED, "r", "chat", T0 + DAY, 7)
    store.write_now(lambda conn: conversations.put_decisions(conn, [made], T0))
    assert store.read_now(lambda conn: conversations.decisions_of(conn, waiting.change_number)) == (made,)


def test_the_past_of_a_subject_counts_its_threads_and_knows_who_heard_of_an_end(store: Store) -> None:
    threads = [Thread(f"t{n}", "acme", "Acme: down", T0 + n * MINUTE) for n in range(4)]
    other = Thread("t9", "acme", "Acme: else", T0)
    told = [
        Told("t1", "chat", "resolved", "minor", 2, ended=True, at=T0 + MINUTE),
        Told("t2", "chat", "resolved", "minor", 2, ended=True, at=T0 + 2 * MINUTE),
        Told("t3", "mail", "investigating", "minor", 1, at=T0 + 3 * MINUTE),
    ]
    store.write_now(lambda conn: outbox.put(conn, (), (), [*threads, other], told, T0))
    found = store.read_now(lambda conn: held.past_of(conn, "acme", "Acme: down", T0 + MINUTE, HOUR))
    assert found == (3, T0 + MINUTE, {"chat": T0 + 2 * MINUTE})
    assert store.read_now(lambda conn: held.past_of(conn, "acme", "Other", T0, HOUR)) == (0, None, {})


def test_the_end_of_what_lasted_is_no_past_that_counts(store: Store) -> None:
    threads = [Thread(f"t{minutes}", "acme", "Acme: down", T0 - minutes * MINUTE) for minutes in (59, 60)]
    told = [
        Told("t59", "chat", "resolved", "minor", 2, ended=True, at=T0),
        Told("t60", "mail", "resolved", "minor", 2, ended=True, at=T0),
    ]
    store.write_now(lambda conn: outbox.put(conn, (), (), threads, told, T0))
    found = store.read_now(lambda conn: held.past_of(conn, "acme", "Acme: down", T0, HOUR))
    assert found == (0, None, {"chat": T0})


def test_what_still_waits_is_not_let_go_of_for_its_age(store: Store, waiting: Held) -> None:
    store.write_now(lambda conn: changes.mark_routed(conn, [waiting.change_number], T0))
    store.write_now(lambda conn: silences.add(conn, SILENCE, T0))
    late = T0 + timedelta(days=500)
    while store.write_now(lambda conn: retention.prune(conn, late)):
        pass
    assert _due(store, late) == (waiting,)
    assert store.read_now(silences.every) == ()


def test_what_was_told_before_the_time_was_noted_is_read(store: Store, waiting: Held) -> None:
    row = (
        "INSERT INTO told (thread, channel, phase, impact, messages, ended) VALUES ('t1','c','p','i',1,true)"
    )
    store.write_now(lambda conn: conn.execute(text(row)))
    assert waiting
    _, told = store.read_now(lambda conn: conversations.facts(conn, {"t1"}))
    assert told["t1", "c"].at is None


def test_what_waits_behind_a_thread_is_found_by_it_and_follows_its_end(store: Store, waiting: Held) -> None:
    after = replace(waiting, until=T0 + DAY, why=Reason.INHIBITED, behind="cause")
    store.write_now(lambda conn: held.put(conn, [after]))
    found = store.read_now(lambda conn: held.behind(conn, {"cause", "other"}))
    assert found == ((after, "Acme: down"),)
    assert store.read_now(lambda conn: held.behind(conn, {"t1"})) == ()
    store.write_now(lambda conn: held.let_follow(conn, "other", T0))
    assert store.read_now(held.next_due) == after.until
    for minutes in (30, 60):  # never later than before
        store.write_now(lambda conn, m=minutes: held.let_follow(conn, "cause", T0 + m * MINUTE))
        assert store.read_now(held.next_due) == T0 + 30 * MINUTE


def test_a_decision_says_behind_what_it_waits(store: Store, waiting: Held) -> None:
    number = waiting.change_number
    made = Decision(number, told=False, reason=Reason.INHIBITED, channel="chat", until=T0, behind="cause")
    store.write_now(lambda conn: conversations.put_decisions(conn, [made], T0))
    assert store.read_now(lambda conn: conversations.decisions_of(conn, number)) == (made,)
