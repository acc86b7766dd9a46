"""The outbox: each message claimed by one, in its order, and lost by none."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from store_samples import MINUTE, T0, change, delivery

from statusherd.model.delivery import Decision, Delivery, NewDelivery, Reason, SendOutcome, Thread, Told
from statusherd.model.words import ChangeKind, DeliveryState, Severity
from statusherd.store import changes, conversations, deliveries, outbox
from statusherd.store.engine import Store

SENT = SendOutcome(sent=True, detail="accepted", elapsed=0.25)
FAILED = SendOutcome(sent=False, detail="503")
MAYBE = SendOutcome(sent=False, detail="no answer", maybe_sent=True)
REFUSED = SendOutcome(sent=False, detail="404", permanent=True)
LEASE = 10 * MINUTE


def _put(store: Store, *new: NewDelivery) -> None:
    store.write_now(lambda conn: outbox.put_deliveries(conn, new, T0))


def _claim(
    store: Store, now: datetime = T0, owner: str = "me", limit: int = 50, skip: tuple[str, ...] = ()
) -> list[Delivery]:
    found = store.write_now(lambda conn: outbox.claim_due(conn, now, owner, now + LEASE, limit, skip))
    return list(found)


def _record(store: Store, what: Delivery, outcome: SendOutcome, now: datetime = T0, **more: Any) -> bool:
    return store.write_now(lambda conn: outbox.record_outcome(conn, what, outcome, now, **more))


def _keys(claimed: list[Delivery]) -> list[str]:
    return [each.dedup_key for each in claimed]


def _next(store: Store, *busy: str) -> datetime | None:
    return store.read_now(lambda conn: outbox.next_due(conn, skip_channels=busy))


def test_a_message_is_claimed_as_it_was_put(store: Store) -> None:
    new = delivery("k1")
    _put(store, new)
    (claimed,) = _claim(store)
    assert (claimed.channel, claimed.dedup_key, claimed.alert) == ("chat", "k1", new.alert)
    assert (claimed.state, claimed.attempts, claimed.maybe_sent) == (DeliveryState.SENDING, 0, False)
    assert (claimed.due_at, claimed.created_at) == (T0, T0)
    assert _claim(store) == []


def test_a_message_with_a_key_that_is_there_is_left_out(store: Store) -> None:
    _put(store, delivery("k1"))
    _put(store, delivery("k1", channel="other"), delivery("k2", thread="t2"))
    assert sorted(_keys(_claim(store))) == ["k1", "k2"]


def test_what_is_not_due_waits(store: Store) -> None:
    _put(store, delivery("later", due=T0 + MINUTE))
    assert _claim(store) == []
    assert _next(store) == T0 + MINUTE
    assert _keys(_claim(store, T0 + MINUTE)) == ["later"]


def test_the_longest_waiting_comes_first_and_the_limit_holds(store: Store) -> None:
    _put(store, *(delivery(f"k{n}", thread=f"t{n}", due=T0 - n * MINUTE) for n in range(5)))
    assert _keys(_claim(store, limit=2)) == ["k4", "k3"]


def test_busy_channels_are_passed_over(store: Store) -> None:
    _put(store, delivery("a", "mail"), delivery("b", "chat"))
    assert _keys(_claim(store, skip=("mail", "sms"))) == ["b"]
    assert _next(store, "mail") == T0 + LEASE  # the claim of b runs out then
    assert _next(store, "chat") == T0


def test_a_thread_keeps_its_order_in_a_channel_whatever_fails(store: Store) -> None:
    _put(store, delivery("opened"), delivery("resolved"), delivery("elsewhere", thread="t2"))
    first = {each.dedup_key: each for each in _claim(store)}
    assert set(first) == {"opened", "elsewhere"}
    _record(store, first["opened"], FAILED, retry_at=T0 + MINUTE)
    assert _claim(store) == []
    assert _next(store) == T0 + MINUTE  # not the one that is due but has to wait: no busy loop
    (again,) = _claim(store, T0 + MINUTE)
    assert (again.dedup_key, again.attempts) == ("opened", 1)
    _record(store, again, SENT, T0 + MINUTE)
    assert _keys(_claim(store, T0 + MINUTE)) == ["resolved"]


def test_one_channel_does_not_wait_for_another_in_a_thread(store: Store) -> None:
    _put(store, delivery("a1", "a"), delivery("b1", "b"), delivery("b2", "b"))
    for each in _claim(store):
        outcome = SENT if each.channel == "b" else FAILED
        _record(store, each, outcome, retry_at=None if outcome.sent else T0 + LEASE)
    assert _keys(_claim(store)) == ["b2"]


def test_a_dead_message_lets_the_next_pass(store: Store) -> None:
    _put(store, delivery("k1"), delivery("k2"))
    (first,) = _claim(store)
    assert _record(store, first, REFUSED)
    assert _keys(_claim(store)) == ["k2"]
    (letter,) = store.read_now(outbox.dead_letters)
    assert (letter.dedup_key, letter.state) == ("k1", DeliveryState.DEAD)


def test_the_stand_in_is_put_in_the_same_transaction(store: Store) -> None:
    _put(store, delivery("k1"))
    (first,) = _claim(store)
    _record(store, first, REFUSED, instead=(delivery("k1b", "mail"),))
    assert [(each.channel, each.dedup_key) for each in _claim(store)] == [("mail", "k1b")]


def test_a_resent_letter_is_tried_from_the_start(store: Store) -> None:
    _put(store, delivery("k1"))
    (first,) = _claim(store)
    _record(store, first, REFUSED)
    later = T0 + timedelta(days=3)
    assert store.write_now(lambda conn: outbox.resend(conn, first.id, later))
    assert not store.write_now(lambda conn: outbox.resend(conn, first.id, later))
    (again,) = _claim(store, later)
    assert (again.attempts, again.created_at) == (0, later)


def test_maybe_sent_stays(store: Store) -> None:
    _put(store, delivery("k1"))
    (first,) = _claim(store)
    _record(store, first, MAYBE, retry_at=T0)
    (second,) = _claim(store)
    assert second.maybe_sent
    _record(store, second, FAILED, T0 + MINUTE, retry_at=T0 + MINUTE)
    (third,) = _claim(store, T0 + MINUTE)
    assert third.maybe_sent


def test_what_is_given_back_is_as_if_never_claimed(store: Store) -> None:
    _put(store, delivery("k1"))
    (first,) = _claim(store)
    store.write_now(lambda conn: outbox.give_back(conn, [first.id]))
    assert _claim(store) == [first]


def test_a_claim_that_ran_out_is_free_and_marked(store: Store) -> None:
    _put(store, delivery("k1"))
    _claim(store)
    assert _claim(store, T0 + LEASE - MINUTE, "you") == []
    assert _next(store) == T0 + LEASE
    (again,) = _claim(store, T0 + LEASE, "you")
    assert again.maybe_sent
    assert again.attempts == 1


def test_a_late_failure_does_not_disturb_who_has_the_message_now(store: Store) -> None:
    _put(store, delivery("k1"))
    (mine,) = _claim(store)
    (yours,) = _claim(store, T0 + LEASE, "you")
    assert not _record(store, mine, REFUSED, T0 + LEASE, instead=(delivery("spare"),))
    assert _claim(store, T0 + LEASE) == []
    assert _record(store, yours, SENT, T0 + LEASE + MINUTE)
    assert store.read_now(outbox.pending_count) == 0


def test_a_late_success_counts(store: Store) -> None:
    _put(store, delivery("k1"))
    (mine,) = _claim(store)
    (yours,) = _claim(store, T0 + LEASE, "you")
    assert _record(store, mine, SENT, T0 + LEASE)
    assert not _record(store, yours, FAILED, T0 + LEASE + MINUTE, retry_at=T0 + LEASE)
    assert _claim(store, T0 + 9 * LEASE) == []


def test_the_claims_of_a_dead_process_are_freed_and_marked(sqlite_store: Store) -> None:
    _put(sqlite_store, delivery("k1"), delivery("k2", thread="t2"))
    _claim(sqlite_store, owner="dead", limit=1)
    _claim(sqlite_store, owner="me", limit=1)
    assert sqlite_store.write_now(lambda conn: outbox.release_orphans(conn, "me", T0)) == 1
    (again,) = _claim(sqlite_store)
    assert (again.dedup_key, again.maybe_sent) == ("k1", True)


def test_claims_of_another_daemon_are_respected_until_they_run_out(store: Store) -> None:
    if store.address.path is not None:
        return
    _put(store, delivery("k1"))
    _claim(store, owner="other daemon")
    assert store.write_now(lambda conn: outbox.release_orphans(conn, "me", T0 + MINUTE)) == 0
    assert store.write_now(lambda conn: outbox.release_orphans(conn, "me", T0 + 2 * LEASE)) == 1


def test_every_attempt_is_written_down_once(store: Store) -> None:
    _put(store, delivery("k1"))
    (first,) = _claim(store)
    _record(store, first, MAYBE, retry_at=T0)
    (second,) = _claim(store)
    for _ in range(2):  # a transaction that had to be run again
        _record(store, second, SENT, T0 + MINUTE)
    found = store.read_now(lambda conn: deliveries.attempts_of(conn, first.id))
    assert found == (deliveries.Attempt(1, T0, MAYBE), deliveries.Attempt(2, T0 + MINUTE, SENT))


_CLAIM_ALL = """
import sys
from datetime import datetime, timedelta
from statusherd.store.engine import Store
from statusherd.store.outbox import claim_due
now = datetime.fromisoformat(sys.argv[2])
with Store.open(sys.argv[1], migrate=False) as store:
    while True:
        got = store.write_now(lambda conn: claim_due(conn, now, "w", now + timedelta(hours=1), 7))
        if not got:
            break
        print("\\n".join(each.dedup_key for each in got))
"""


def test_no_two_workers_claim_the_same(store: Store, any_url: str) -> None:
    _put(store, *(delivery(f"k{n}", f"c{n % 3}", f"t{n}") for n in range(300)))
    program = [sys.executable, "-c", _CLAIM_ALL, any_url, T0.isoformat()]
    workers = [subprocess.Popen(program, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    claimed = Counter(key for worker in workers for key in worker.communicate(timeout=90)[0].split())
    assert claimed == Counter(f"k{n}" for n in range(300))


def _logged(store: Store, count: int = 1) -> tuple[int, ...]:
    several = [change(at=T0 + n * MINUTE) for n in range(count)]
    return store.write_now(lambda conn: changes.append(conn, several))


def test_decisions_threads_and_messages_are_found_again(store: Store) -> None:
    first, second = _logged(store, 2)
    thread = Thread("t1", "acme", "Acme: API errors", T0)
    told = Told("t1", "chat", "investigating", "major", 1, False, Severity.SEV2, ("checkout", "Suche"))
    decided = (
        Decision(first, told=True, reason=Reason.OPENED, route="route 1", channel="chat"),
        Decision(first, told=False, reason=Reason.NO_ROUTE),
        Decision(second, told=False, reason=Reason.NOTHING_NEW, route="route 1", channel="chat"),
    )
    new = (replace(delivery("k1"), change_number=first),)
    store.write_now(lambda conn: outbox.put(conn, new, decided, (thread,), (told,), T0))
    assert store.read_now(lambda conn: conversations.decisions_of(conn, first)) == decided[:2]
    (found,) = store.read_now(lambda conn: deliveries.deliveries_of_change(conn, first))
    assert found.dedup_key == "k1"
    assert store.read_now(lambda conn: deliveries.deliveries_of_change(conn, second)) == ()
    assert store.read_now(lambda conn: deliveries.deliveries_of_thread(conn, "t1")) == (found,)
    known, said = store.read_now(lambda conn: outbox.facts(conn, ["t1", "t9"]))
    assert known == {"t1": thread}
    assert said == {("t1", "chat"): told}


def test_what_was_told_is_brought_up_to_date_and_a_subject_stays(store: Store) -> None:
    for subject, phase, ended in (("first", "investigating", False), ("second", "resolved", True)):
        thread = Thread("t1", "acme", subject, T0)
        told = Told("t1", "chat", phase, "major", 1 + ended, ended)
        store.write_now(
            lambda conn, thread=thread, told=told: outbox.put(conn, (), (), (thread,), (told,), T0)
        )
    known, said = store.read_now(lambda conn: outbox.facts(conn, ["t1"]))
    assert known["t1"].subject == "first"
    assert said["t1", "chat"] == Told("t1", "chat", "resolved", "major", 2, ended=True)


def test_facts_of_very_many_threads(store: Store) -> None:
    threads = [Thread(f"t{n}", "acme", "s", T0) for n in range(1200)]
    store.write_now(lambda conn: conversations.put_threads(conn, threads))
    known, _ = store.read_now(lambda conn: outbox.facts(conn, [f"t{n}" for n in range(2000)]))
    assert len(known) == 1200


def test_changes_wait_in_order_until_they_are_routed(store: Store) -> None:
    numbers = _logged(store, 5)
    waiting = store.read_now(lambda conn: changes.unrouted(conn, 3))
    assert [each.number for each in waiting] == list(numbers[:3])
    assert waiting[0].change == change()
    store.write_now(lambda conn: changes.mark_routed(conn, numbers[:4], T0))
    waiting = store.write_now(lambda conn: changes.unrouted(conn, lock=True))
    assert [each.number for each in waiting] == [numbers[4]]


def test_the_log_is_shown_newest_first(store: Store) -> None:
    numbers = _logged(store, 3)
    store.write_now(lambda conn: changes.append(conn, [change("zeta", ChangeKind.BLIND)]))
    shown = store.read_now(lambda conn: changes.changes_of(conn, "acme", T0 + MINUTE))
    assert [each.number for each in shown] == [numbers[2], numbers[1]]
    assert len(store.read_now(lambda conn: changes.changes_of(conn, limit=2))) == 2
    assert store.read_now(lambda conn: changes.change_numbered(conn, 10**9)) is None


def test_two_daemons_route_a_change_once(store: Store, any_url: str) -> None:
    """The second waits for the first to commit and finds nothing left."""
    if store.address.path is not None:
        return
    numbers = _logged(store)
    with Store.open(any_url) as other:

        def first(conn: Any) -> Any:
            taken = changes.unrouted(conn, lock=True)
            second = other._submit(
                other._writer, other._writing, lambda conn: changes.unrouted(conn, lock=True)
            )
            changes.mark_routed(conn, [each.number for each in taken], T0)
            return taken, second

        taken, second = store.write_now(first)
        assert [each.number for each in taken] == list(numbers)
        assert second.result(30) == ()


def test_a_message_without_its_thread_makes_it(store: Store) -> None:
    new = delivery("drill")
    drill = replace(new, alert=replace(new.alert, drill=True))
    _put(store, drill)
    assert _claim(store)[0].alert.drill
    count = store.read_now(lambda conn: conn.scalar(text("SELECT count(*) FROM thread")))
    assert count == 1
