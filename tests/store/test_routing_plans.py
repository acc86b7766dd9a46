"""What the routing and the delivery ask the store does not grow with the incidents that are stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from store_samples import T0, change, incident

from statusherd.model.delivery import Delivery, SendOutcome
from statusherd.model.records import VendorIncident
from statusherd.model.routing import Route
from statusherd.model.silences import Silence
from statusherd.model.words import ChangeKind, Impact, Phase
from statusherd.notify.channels import Channel
from statusherd.router import Router
from statusherd.setup import Setup
from statusherd.states import States
from statusherd.store import changes, outbox, silences, tables
from statusherd.store.engine import Store
from statusherd.testing import FakeClock

CHANNELS = {name: Channel(name, "json://127.0.0.1:9/") for name in ("chat", "mail")}
SETUP = Setup({}, (Route("route 1", channels=tuple(CHANNELS), hold=60.0),), CHANNELS)
LEASE = timedelta(minutes=5)


def plans_of(store: Store, ask: Callable[[Connection], object]) -> list[str]:
    """Return how the database finds the rows of all that is asked of it."""

    def traced(conn: Connection) -> list[str]:
        raw: Any = conn.connection.dbapi_connection
        asked: list[str] = []
        raw.set_trace_callback(asked.append)
        ask(conn)
        raw.set_trace_callback(None)
        several = [each for each in asked if each.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))]
        return [row[3] for each in several for row in raw.execute(f"EXPLAIN QUERY PLAN {each}")]

    return store.write_now(traced)


def happen(store: Store, *several: VendorIncident, kind: ChangeKind = ChangeKind.INCIDENT_OPENED) -> None:
    found = [change(kind=kind, subject=each.id, incident=each) for each in several]
    store.write_now(lambda conn: changes.append(conn, found))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(T0)


@pytest.fixture
def router(sqlite_store: Store, clock: FakeClock) -> Router:
    """A router on a store with a silence, and incidents that wait, are told, and are ended."""
    made = Router(States(sqlite_store, clock), clock)
    asked = Silence(T0, T0 + timedelta(hours=1), "ada", "planned", ("bolt",))
    sqlite_store.write_now(lambda conn: silences.add(conn, asked, T0))
    told, waits = incident("told"), incident("waits", impact=Impact.MINOR)
    happen(sqlite_store, told, waits)
    sqlite_store.write_now(lambda conn: made.route_new(conn, SETUP))
    happen(sqlite_store, incident("told", Phase.RESOLVED), kind=ChangeKind.INCIDENT_RESOLVED)
    sqlite_store.write_now(lambda conn: made.route_new(conn, SETUP))
    return made


def reads_no_table_whole(plans: list[str]) -> bool:
    """Tell whether the few rows of a silence are all that is read without an index."""
    names = {*tables.METADATA.tables, "waiting", "older"} - {"silence", "oncall_override"}
    scans = [plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in names]
    return bool(plans) and not [plan for plan in scans if " INDEX " not in plan]


def test_deciding_on_changes_asks_for_their_own_threads_alone(sqlite_store: Store, router: Router) -> None:
    happen(sqlite_store, incident("new", impact=Impact.MINOR), incident("worse", impact=Impact.CRITICAL))
    plans = plans_of(sqlite_store, lambda conn: router.route_new(conn, SETUP))
    assert reads_no_table_whole(plans)


def test_deciding_anew_asks_for_what_is_due_alone(
    sqlite_store: Store, router: Router, clock: FakeClock
) -> None:
    clock.set(T0 + timedelta(hours=2))
    plans = plans_of(sqlite_store, lambda conn: router.route_waiting(conn, SETUP))
    assert reads_no_table_whole(plans)


@pytest.mark.usefixtures("router")
def test_sending_asks_for_what_is_due_and_what_waits_behind_it_alone(sqlite_store: Store) -> None:
    claimed: list[Delivery] = []

    def send(conn: Connection) -> None:
        claimed.extend(outbox.claim_due(conn, T0, "me", T0 + LEASE, 9))
        for delivery in claimed:
            outbox.behind(conn, delivery)
            outbox.record_outcome(conn, delivery, SendOutcome(sent=True, detail=""), T0)

    assert reads_no_table_whole(plans_of(sqlite_store, send))
    assert claimed
