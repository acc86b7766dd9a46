"""What people ask of alerts and channels, from both kinds of store; and that asking stays cheap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from store_samples import MINUTE, T0, change, delivery

from statusherd.model.delivery import Decision, Delivery, Reason, SendOutcome
from statusherd.model.words import DeliveryState
from statusherd.store import alerts, changes, health, outbox
from statusherd.store.engine import Store

SENT = SendOutcome(sent=True, detail="accepted")
FAILED = SendOutcome(sent=False, detail="503")
MAYBE = SendOutcome(sent=False, detail="no answer", maybe_sent=True)
REFUSED = SendOutcome(sent=False, detail="404", permanent=True)
HELD = SendOutcome(sent=False, detail="held back", retry_after=60, tried=False)


def happen(store: Store, vendor: str = "acme", minute: int = 0) -> int:
    what = change(vendor, at=T0 + minute * MINUTE)
    (number,) = store.write_now(lambda conn: changes.append(conn, [what]))
    return number


def tell(store: Store, number: int, channel: str = "chat", thread: str = "t1") -> str:
    key = f"k{number}{channel}"
    new = replace(delivery(key, channel, thread), change_number=number)
    decided = Decision(number, told=True, reason=Reason.OPENED, route="route 1", channel=channel)
    store.write_now(lambda conn: outbox.put(conn, [new], [decided], (), (), T0))
    return key


def refuse(store: Store, number: int, channel: str | None, why: Reason) -> None:
    decided = Decision(number, told=False, reason=why, route="route 2", channel=channel)
    store.write_now(lambda conn: outbox.put(conn, (), [decided], (), (), T0))


def work(store: Store, *outcomes: SendOutcome, minute: int = 0, **more: Any) -> list[Delivery]:
    """Let the messages that are due come to these outcomes, one after the other."""
    now = T0 + minute * MINUTE
    claimed = store.write_now(lambda conn: outbox.claim_due(conn, now, "me", now + MINUTE, len(outcomes)))
    for each, outcome in zip(claimed, outcomes, strict=True):
        store.write_now(lambda conn, e=each, o=outcome: outbox.record_outcome(conn, e, o, now, **more))
    return list(claimed)


def listed(store: Store, limit: int = 50, **more: Any) -> list[tuple[int, str | None, str]]:
    found = store.read_now(lambda conn: alerts.answers(conn, T0, limit, **more))
    return [(each.logged.number, each.decision.channel, each.decision.reason.value) for each in found]


def test_answers_stand_newest_first_and_can_be_narrowed(store: Store) -> None:
    first, second = happen(store), happen(store, "globex", 1)
    tell(store, first)
    refuse(store, first, "mail", Reason.BELOW_SEVERITY)
    refuse(store, second, None, Reason.NO_ROUTE)
    everything = [
        (second, None, "no_route"),
        (first, "chat", "opened"),
        (first, "mail", "below_severity"),
    ]
    assert listed(store) == everything
    assert listed(store, 2) == everything[:2]
    assert listed(store, wanted=lambda name, _: name == "acme") == everything[1:]
    assert listed(store, wanted=lambda _name, _title: False) == []
    assert listed(store, channel="mail") == everything[2:]
    assert listed(store, not_told=True) == [everything[0], everything[2]]
    assert store.read_now(lambda conn: alerts.answers(conn, T0 + 2 * MINUTE, 9)) == ()


def test_an_answer_carries_its_message(store: Store) -> None:
    number = happen(store)
    key = tell(store, number)
    work(store, SENT, minute=3)
    (answer,) = store.read_now(lambda conn: alerts.answers(conn, T0, 9))
    assert answer.delivery is not None
    assert (answer.delivery.dedup_key, answer.delivery.state) == (key, DeliveryState.SENT)
    assert (answer.delivery.sent_at, answer.delivery.change_number) == (T0 + 3 * MINUTE, number)


def test_an_account_has_every_decision_and_every_attempt(store: Store) -> None:
    number = happen(store)
    tell(store, number)
    refuse(store, number, "mail", Reason.BELOW_SEVERITY)
    work(store, MAYBE, retry_at=T0)
    work(store, SENT, minute=1)
    account = store.read_now(lambda conn: alerts.account_of(conn, number))
    assert account is not None
    told, refused = account.verdicts
    assert [attempt.outcome.detail for attempt in told.attempts] == ["no answer", "accepted"]
    assert (refused.decision.reason, refused.delivery) == (Reason.BELOW_SEVERITY, None)
    assert account.routed_at is None
    assert store.read_now(lambda conn: alerts.account_of(conn, 10**9)) is None


def test_the_changes_of_the_last_look_before_a_time_are_found(store: Store) -> None:
    numbers = [happen(store, minute=minute) for minute in (0, 1, 1, 5)]
    before = store.read_now(lambda conn: alerts.numbers_before(conn, "acme", T0 + 4 * MINUTE, 9))
    assert before == tuple(numbers[1:3])
    assert store.read_now(lambda conn: alerts.numbers_before(conn, "acme", T0 - MINUTE, 9)) == ()


def test_what_a_channel_heard_before_is_found(store: Store) -> None:
    first, second = happen(store), happen(store, minute=1)
    key = tell(store, first)
    tell(store, second)
    found = store.read_now(lambda conn: alerts.heard_before(conn, "t1", "chat", second))
    assert found is not None
    assert found.dedup_key == key
    assert store.read_now(lambda conn: alerts.heard_before(conn, "t1", "chat", first)) is None


def test_a_dead_letter_says_why_and_whether_it_was_overtaken(store: Store) -> None:
    first, second = happen(store), happen(store, minute=1)
    tell(store, first)
    tell(store, second)
    work(store, REFUSED)
    (letter,) = store.read_now(lambda conn: alerts.dead_letters(conn, 9))
    assert (letter.why, letter.overtaken) == ("404", False)
    work(store, SENT, minute=1)
    (letter,) = store.read_now(lambda conn: alerts.dead_letters(conn, 9, channel="chat", number=first))
    assert letter.overtaken
    assert store.read_now(lambda conn: alerts.dead_letters(conn, 9, channel="mail")) == ()


def test_a_stand_in_is_a_decision_and_tells_no_channel_twice(store: Store) -> None:
    number = happen(store)
    tell(store, number, "chat")
    tell(store, number, "mail")
    work(store, REFUSED, SENT, instead=(replace(delivery("s1", "mail"), change_number=number),))
    assert listed(store)[2:] == [(number, "mail", "already_told")]
    assert store.read_now(outbox.pending_count) == 0
    other = happen(store, minute=1)
    tell(store, other, "chat", "t2")
    spare = replace(delivery("s2", "mail", "t2"), change_number=other)
    work(store, REFUSED, minute=1, instead=(spare,))
    assert listed(store)[:2] == [(other, "chat", "opened"), (other, "mail", "stands_in")]
    assert store.read_now(outbox.pending_count) == 1


def test_what_was_only_held_back_is_no_attempt(store: Store) -> None:
    tell(store, happen(store))
    (held,) = work(store, HELD, retry_at=T0)
    (again,) = work(store, SENT, minute=1)
    assert again.attempts == held.attempts == 0


def test_a_resend_is_noticed_by_other_processes(store: Store) -> None:
    tell(store, happen(store))
    (dead,) = work(store, REFUSED)
    before = store.read_now(outbox.resends)
    assert store.write_now(lambda conn: outbox.resend(conn, dead.id, T0))
    assert store.read_now(outbox.resends) == before + 1
    assert not store.write_now(lambda conn: outbox.resend(conn, dead.id, T0))
    assert store.read_now(outbox.resends) == before + 1


# How channels fare


def fares(store: Store, *channels: str) -> list[health.ChannelHealth]:
    return list(store.read_now(lambda conn: health.health_of(conn, channels)))


def test_how_channels_fare_is_read_from_their_messages(store: Store) -> None:
    for n in range(3):
        tell(store, happen(store), "chat", f"t{n}")
    work(store, SENT, FAILED, REFUSED, minute=1, retry_at=T0)
    # The refused one was to be tried again as well: `retry_at` says so. It fails once more.
    work(store, FAILED, FAILED, minute=2, retry_at=T0 + 9 * MINUTE)
    chat, unused = fares(store, "chat", "unused")
    assert unused == health.ChannelHealth("unused")
    assert (chat.last_sent_at, chat.waiting, chat.dead) == (T0 + MINUTE, 2, 0)
    assert (chat.failing_since, chat.failures, chat.error) == (T0 + 2 * MINUTE, 2, "503")
    assert store.read_now(health.failures_in_a_row) == {"chat": 2}


def test_a_refusal_ends_the_row_and_a_success_ends_the_trouble(store: Store) -> None:
    tell(store, happen(store), "chat", "t1")
    for minute, outcome in enumerate((FAILED, FAILED, REFUSED, FAILED)):
        work(store, outcome, minute=minute, retry_at=T0)
    (chat,) = fares(store, "chat")
    assert (chat.failing_since, chat.failures) == (T0, 1)
    work(store, SENT, minute=9)
    (chat,) = fares(store, "chat")
    assert (chat.failing_since, chat.failures, chat.last_sent_at) == (None, 0, T0 + 9 * MINUTE)


def test_given_up_messages_count_as_failures_until_something_goes_out(store: Store) -> None:
    tell(store, happen(store), "chat", "t1")
    work(store, FAILED)
    (chat,) = fares(store, "chat")
    assert (chat.dead, chat.failing_since, chat.failures) == (1, T0, 1)


# What asking costs


QUESTIONS: dict[str, Any] = {
    "list": lambda conn: alerts.answers(conn, T0, 50),
    "list of vendors": lambda conn: alerts.answers(
        conn, T0, 50, wanted=lambda name, _: name == "acme", not_told=True
    ),
    "list of a channel": lambda conn: alerts.answers(conn, T0, 50, channel="chat"),
    "explain": lambda conn: alerts.account_of(conn, 1),
    "explain by key": lambda conn: alerts.message_with(conn, "k1chat"),
    "explain a vendor": lambda conn: alerts.numbers_before(conn, "acme", T0, 9),
    "heard before": lambda conn: alerts.heard_before(conn, "t1", "chat", 2),
    "dead letters": lambda conn: alerts.dead_letters(conn, 9),
    "health": lambda conn: health.health_of(conn, ("chat", "mail")),
    "failures": health.failures_in_a_row,
    "resends": outbox.resends,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_reads_a_table_from_end_to_end(sqlite_store: Store, question: str) -> None:
    for minute in range(3):
        tell(sqlite_store, happen(sqlite_store, minute=minute), thread=f"t{minute}")
    work(sqlite_store, SENT, REFUSED, FAILED)

    def plans_of(conn: Any) -> list[str]:
        raw = conn.connection.dbapi_connection
        asked: list[str] = []
        raw.set_trace_callback(asked.append)
        QUESTIONS[question](conn)
        raw.set_trace_callback(None)
        selects = [each for each in asked if each.startswith("SELECT")]
        return [row[3] for each in selects for row in raw.execute(f"EXPLAIN QUERY PLAN {each}")]

    plans = sqlite_store.write_now(plans_of)
    assert plans
    # A scan by an index in its order stops at the limit.
    assert [plan for plan in plans if plan.startswith("SCAN") and " INDEX " not in plan] == []
    if question.startswith("list"):
        assert not any("B-TREE FOR ORDER BY" in plan for plan in plans)


def test_a_list_of_a_long_history_is_quick_and_short(sqlite_store: Store) -> None:
    """As many decisions as a year has; only as many as are shown are loaded."""

    def fill(conn: Any) -> None:
        several = [change(f"v{n % 50}", at=T0 + timedelta(seconds=n)) for n in range(5000)]
        for number in changes.append(conn, several):
            decided = Decision(number, told=False, reason=Reason.NO_ROUTE)
            outbox.put(conn, (), [decided], (), (), T0)

    sqlite_store.write_now(fill)
    assert len(listed(sqlite_store, 100)) == 100
    assert len(listed(sqlite_store, 100, wanted=lambda name, _: name == "v7")) == 100
