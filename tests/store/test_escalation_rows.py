"""Escalations and acknowledgements in the store, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from store_samples import T0

from statusherd.model.delivery import Thread
from statusherd.model.escalation import Acknowledgement, Climb
from statusherd.model.words import Severity
from statusherd.store import escalations
from statusherd.store.conversations import put_threads
from statusherd.store.engine import Store

MINUTE = timedelta(minutes=1)
IDS = ("acme/incident/i1", "acme/incident/i2")
CLIMB = Climb(IDS[0], "duty", 7, 1, 0, Severity.SEV2, T0, T0 + 10 * MINUTE)
ACK = Acknowledgement(IDS[0], "ada", T0 + MINUTE, "rolling back", Severity.SEV2)


@pytest.fixture(autouse=True)
def _threads(store: Store) -> None:
    threads = [Thread(id_, "acme", "Acme: API down", T0) for id_ in IDS]
    store.write_now(lambda conn: put_threads(conn, threads))


def put(store: Store, *climbs: Climb) -> None:
    store.write_now(lambda conn: escalations.put(conn, climbs))


def due(store: Store, minutes: int) -> list[str]:
    found = store.write_now(lambda conn: escalations.due(conn, T0 + minutes * MINUTE, 10))
    return [each.thread for each in found]


def test_how_far_one_got_comes_back_and_a_step_further_replaces_it(store: Store) -> None:
    put(store, CLIMB)
    further = replace(CLIMB, step=0, round=1, due_at=None)
    for climb in (CLIMB, further):
        put(store, climb)
        found = store.read_now(lambda conn: escalations.climbs_in(conn, IDS))
        assert found == {(IDS[0], "duty"): climb}


def test_those_are_due_whose_time_has_come_the_longest_waiting_first(store: Store) -> None:
    later = replace(CLIMB, thread=IDS[1], due_at=T0 + 12 * MINUTE)
    put(store, later, CLIMB, replace(CLIMB, escalation="night", due_at=None))
    assert store.read_now(escalations.next_due) == CLIMB.due_at
    assert [due(store, minutes) for minutes in (9, 10, 12)] == [[], [IDS[0]], [IDS[0], IDS[1]]]


def test_an_acknowledgement_holds_its_thread_alone_until_it_is_taken_back(store: Store) -> None:
    put(store, CLIMB, replace(CLIMB, thread=IDS[1]))
    store.write_now(lambda conn: escalations.acknowledge(conn, ACK))
    assert due(store, 60) == [IDS[1]]
    assert store.read_now(lambda conn: escalations.acknowledged_in(conn, IDS)) == {IDS[0]: ACK}
    assert store.write_now(lambda conn: escalations.expire(conn, IDS[0], T0 + 5 * MINUTE))
    assert not store.write_now(lambda conn: escalations.expire(conn, IDS[0], T0 + 6 * MINUTE))
    assert sorted(due(store, 60)) == list(IDS)
    (kept,) = store.read_now(lambda conn: escalations.acknowledgements(conn, IDS[0]))
    assert kept == replace(ACK, until=T0 + 5 * MINUTE)


def test_who_takes_over_is_kept_beside_who_had_it(store: Store) -> None:
    bob = replace(ACK, author="bob", at=T0 + 2 * MINUTE)
    for each in (ACK, bob):
        store.write_now(lambda conn, each=each: escalations.acknowledge(conn, each))
    assert store.read_now(lambda conn: escalations.acknowledged_in(conn, IDS)) == {IDS[0]: bob}
    every = store.read_now(lambda conn: escalations.acknowledgements(conn, IDS[0]))
    assert every == (replace(ACK, until=bob.at), bob)


def test_the_end_of_a_thread_lets_go_of_both(store: Store) -> None:
    put(store, CLIMB, replace(CLIMB, thread=IDS[1]))
    store.write_now(lambda conn: escalations.acknowledge(conn, ACK))
    store.write_now(lambda conn: escalations.end(conn, (IDS[0],), T0 + MINUTE))
    assert {of for of, _ in store.read_now(lambda conn: escalations.climbs_in(conn, IDS))} == {IDS[1]}
    assert store.read_now(lambda conn: escalations.acknowledged_in(conn, IDS)) == {}
