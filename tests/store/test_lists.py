"""Added vendors, leases, what is let go of, and that no question reads a whole table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from store_samples import MINUTE, T0, change, delivery, incident, known, remembered, snapshot

from statusherd.model.delivery import Decision, Reason, SendOutcome, Told
from statusherd.model.errors import StoreError
from statusherd.model.records import Known
from statusherd.model.vendors import Origin, WatchedVendor
from statusherd.model.words import Impact, Phase, Status
from statusherd.store import (
    bodies,
    changes,
    conversations,
    deliveries,
    glance,
    leases,
    looks,
    outbox,
    retention,
    spans,
    state,
    tables,
    vendors,
)
from statusherd.store.engine import Store
from statusherd.store.looks import LookRecord

DAY = timedelta(days=1)


def _vendor(name: str, **more: Any) -> WatchedVendor:
    return WatchedVendor(
        name, name.title(), f"https://{name}.example", "statuspage", origin=Origin.ADDED, **more
    )


def test_added_vendors_are_listed_as_they_were_added(store: Store) -> None:
    acme = _vendor("acme", components=("API*",), min_impact=Impact.MAJOR, interval=30.0, tags=("pay",))
    zeta = _vendor("zeta")
    for at, each in enumerate((zeta, acme)):
        store.write_now(lambda conn, at=at, each=each: vendors.add_vendor(conn, each, T0 + at * MINUTE))
    assert store.read_now(vendors.added_vendors) == (zeta, acme)


def test_any_change_of_the_list_changes_its_version(store: Store) -> None:
    versions = [store.read_now(vendors.vendors_version)]
    for work in (
        lambda conn: vendors.add_vendor(conn, _vendor("acme"), T0),
        lambda conn: vendors.add_vendor(conn, _vendor("acme", interval=5.0), T0),
        lambda conn: vendors.remove_vendor(conn, "acme"),
    ):
        store.write_now(work)
        versions.append(store.read_now(vendors.vendors_version))
    assert len(set(versions)) == 4
    assert not store.write_now(lambda conn: vendors.remove_vendor(conn, "acme"))
    assert store.read_now(vendors.vendors_version) == versions[-1]
    assert store.read_now(vendors.added_vendors) == ()


def test_a_lease_is_held_by_one_until_it_runs_out_or_is_given_up(store: Store) -> None:
    def take(owner: str, now: Any) -> bool:
        return store.write_now(lambda conn: leases.take(conn, "look:acme", owner, now, now + MINUTE))

    assert take("a", T0)
    assert take("a", T0 + MINUTE / 2)  # renewed
    assert not take("b", T0 + MINUTE)
    assert take("b", T0 + 2 * MINUTE)
    store.write_now(lambda conn: leases.give_up(conn, ["look:acme"], "a"))
    assert not take("a", T0 + 2 * MINUTE)
    store.write_now(lambda conn: leases.give_up(conn, ["look:acme"], "b"))
    assert take("a", T0 + 2 * MINUTE)


def _fill(conn: Connection) -> None:
    """A vendor with a past: an open and a forgotten incident, messages sent and waiting, threads of each kind."""
    over = incident("i0", Phase.RESOLVED)
    first = replace(
        known("acme", Status.OPERATIONAL),
        incidents={"i1": remembered(incident()), "i0": remembered(over)},
    )
    page = snapshot(incidents=(over,))
    body = (("u", bodies.packed(b"body")),)
    looks.save_look(conn, LookRecord("acme", T0, Known("acme"), first, 0, page, (change(),), bodies=body))
    down = replace(known("acme", Status.MAJOR_OUTAGE), incidents={"i1": first.incidents["i1"]})
    later = T0 + MINUTE
    looks.save_look(conn, LookRecord("acme", later, first, down, 1, page, (change(at=later),)))
    numbers = [each.number for each in changes.unrouted(conn)]
    decided = [Decision(number, told=True, reason=Reason.OPENED) for number in numbers]
    told = [
        Told("over", "chat", "resolved", "major", 1, ended=True),
        Told("open", "chat", "investigating", "major", 1),
    ]
    threads = [delivery("x", thread=name).alert.thread for name in ("over", "open")]
    messages = [delivery("sent", thread="over"), delivery("waits", thread="open", due=T0 + 9999 * DAY)]
    outbox.put(conn, messages, decided, threads, told, T0)
    (claimed,) = outbox.claim_due(conn, T0, "me", T0 + DAY, 9)
    outbox.record_outcome(conn, claimed, SendOutcome(sent=True, detail="ok"), T0)
    changes.mark_routed(conn, numbers[:1], T0)


def test_what_is_old_and_over_goes_and_the_rest_stays(store: Store) -> None:
    store.write_now(_fill)
    assert store.write_now(lambda conn: retention.prune(conn, T0 + DAY)) == 0
    far = T0 + 1000 * DAY
    gone = store.write_now(lambda conn: retention.prune(conn, far))
    # a body, a message, its thread, a routed change, an ended span and the incident nobody remembers
    assert gone == 6
    assert store.write_now(lambda conn: retention.prune(conn, far)) == 0
    left = {
        table: store.read_now(lambda conn, table=table: conn.scalar(text(f"SELECT count(*) FROM {table}")))
        for table in ("look_body", "delivery", "delivery_attempt", "thread", "told", "change", "decision")
    }
    assert left == {
        "look_body": 0,
        "delivery": 1,
        "delivery_attempt": 0,
        "thread": 1,
        "told": 1,
        "change": 1,
        "decision": 1,
    }
    open_ones = store.read_now(state.incidents_of)
    assert [each.incident.id for each in open_ones] == ["i1"]
    assert store.check() == []


def test_a_piece_of_pruning_is_bounded(store: Store) -> None:
    body = tuple((str(n), b"x") for n in range(25))
    store.write_now(lambda conn: bodies.keep_bodies(conn, "acme", T0, body))
    pieces = [store.write_now(lambda conn: retention.prune(conn, T0 + 99 * DAY, limit=10)) for _ in range(4)]
    assert pieces == [10, 10, 5, 0]


_QUESTIONS = {
    "unrouted": changes.unrouted,
    "mark_routed": lambda conn: changes.mark_routed(conn, [1], T0),
    "changes_of": lambda conn: changes.changes_of(conn, "acme", T0),
    "all changes": lambda conn: changes.changes_of(conn, since=T0),
    "load one": lambda conn: looks.load_state(conn, "acme"),
    "touch": lambda conn: looks.touch_seen(conn, {"acme": T0}),
    "forget": lambda conn: looks.forget_vendor(conn, "acme", T0),
    "claim": lambda conn: outbox.claim_due(conn, T0, "me", T0, 10, ("mail",)),
    "next_due": outbox.next_due,
    "pending": outbox.pending_count,
    "dead": outbox.dead_letters,
    "resend": lambda conn: outbox.resend(conn, 1, T0),
    "orphans": lambda conn: outbox.release_orphans(conn, "me", T0),
    "facts": lambda conn: outbox.facts(conn, ["t1", "t2"]),
    "decisions": lambda conn: conversations.decisions_of(conn, 1),
    "by change": lambda conn: deliveries.deliveries_of_change(conn, 1),
    "by thread": lambda conn: deliveries.deliveries_of_thread(conn, "t"),
    "attempts": lambda conn: deliveries.attempts_of(conn, 1),
    "spans": lambda conn: spans.spans(conn, "acme", T0),
    "all spans": lambda conn: spans.spans(conn, "acme", T0, None),
    "bodies": lambda conn: bodies.kept_bodies(conn, "acme", T0),
    "components": lambda conn: state.components_of(conn, "acme"),
    "incidents": lambda conn: state.incidents_of(conn, "acme"),
    "open incidents": lambda conn: state.incidents_of(conn, open_only=True),
    "all incidents": state.incidents_of,
    "maintenances": lambda conn: state.maintenances_of(conn, "acme"),
    "version": vendors.vendors_version,
    "second look": lambda conn: looks.save_look(
        conn,
        LookRecord(
            "acme", T0, known("acme", Status.OPERATIONAL), known("acme", Status.DEGRADED), 2, snapshot()
        ),
    ),
}


@pytest.mark.parametrize("question", _QUESTIONS)
def test_no_question_reads_a_whole_table(sqlite_store: Store, question: str) -> None:
    sqlite_store.write_now(_fill)

    def plans_of(conn: Connection) -> list[str]:
        raw: Any = conn.connection.dbapi_connection
        asked: list[str] = []
        raw.set_trace_callback(asked.append)  # all that the database is asked, whoever asks
        _QUESTIONS[question](conn)
        raw.set_trace_callback(None)
        several = [
            statement for statement in asked if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))
        ]
        return [row[3] for statement in several for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}")]

    plans = sqlite_store.write_now(plans_of)
    assert plans
    names = {*tables.METADATA.tables, "waiting", "older"}
    scans = [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in names]
    # A scan by an index in its order, or of the few rows of a partial index, stops at the limit.
    assert [plan for plan in scans if " INDEX " not in plan] == []


def test_the_quick_list_gives_way_to_the_store_where_something_is_odd(url: str) -> None:
    with pytest.raises(StoreError, match="there is no database yet"):
        glance.glance(url)
