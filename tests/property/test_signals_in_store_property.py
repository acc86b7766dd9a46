"""Deliveries into a store: what is read of it for a decision decides the same as all of it would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from statusherd import incidents as ours
from statusherd.model.incidents import Incident
from statusherd.model.intake import IncidentPer, Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intents import Board, Intent, OpeningRules
from statusherd.respond.lifecycle import IncidentRules
from statusherd.respond.opening import decide
from statusherd.setup import Setup
from statusherd.store import incident_members, incidents
from statusherd.store.engine import Store

T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
SIGNAL = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from(SignalState),
    st.sampled_from((None, "g")),
    st.sampled_from((None, *Severity)),
)
DELIVERY = st.lists(SIGNAL, min_size=1, max_size=4)
STEPS = st.lists(st.tuples(st.integers(1, 40), st.none() | DELIVERY), min_size=3, max_size=12)


class UndoneError(Exception):
    """Ends an example and takes back what it wrote: the next one finds the store empty."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('store')}/s.db") as store:
        yield store


def whole(conn: Connection) -> Board:
    """All that the store has, whether it matters or not."""
    every = incidents.listed(conn, incidents.Listing(), 1000)
    members = incident_members.of_incidents(conn, [each.number for each in every])
    astray = incident_members.newest(conn, "prom", "abc")
    found = {each.number: each for each in (*members, *astray)}
    return Board({each.number: each for each in every}, tuple(found.values()))


def told(intents: tuple[Intent, ...], known: int) -> list[tuple[str, str, int]]:
    """What is done to which key and incident; 0 for what is new, or none."""
    return [(each.kind.value, each.signal.key, numbered(each.incident, known)) for each in intents]


def numbered(incident: Incident | None, known: int) -> int:
    return incident.number if incident and 0 < incident.number <= known else 0


def resolve_the_oldest(conn: Connection, now: datetime) -> None:
    for each in incidents.open_ones(conn)[:1]:
        ours.advance(conn, each.number, ours.RESOLVED, "ada", IncidentRules(), now)


def deliver(conn: Connection, intake: Intake, signals: list[Signal], now: datetime) -> None:
    board = whole(conn)
    wanted = decide(intake, signals, board, OpeningRules(), now)
    done = ours.apply_signals(conn, intake, signals, Setup(), now)
    known = len(board.incidents)
    assert told(done, known) == told(wanted, known)


def go_through(conn: Connection, intake: Intake, steps: list[tuple[int, list[tuple] | None]]) -> None:
    now = T0
    for pause, delivery in steps:
        now += timedelta(minutes=pause)
        if delivery is None:
            resolve_the_oldest(conn, now)
            continue
        signals = [
            Signal(key, state, key, now + timedelta(seconds=place), severity=severity, group=group)
            for place, (key, state, group, severity) in enumerate(delivery)
        ]
        deliver(conn, intake, signals, now + timedelta(minutes=1))


@given(STEPS, st.sampled_from(IncidentPer), st.sampled_from((True, False)))
@settings(max_examples=150, deadline=None)
def test_what_is_read_for_a_delivery_is_enough(empty: Store, steps, per, resolves) -> None:
    intake = Intake("prom", "alertmanager", per=per, resolves=resolves, opens_at=Severity.SEV3)

    def work(conn: Connection) -> None:
        go_through(conn, intake, steps)
        raise UndoneError

    with pytest.raises(UndoneError):
        empty.write_now(work)
    assert empty.read_now(incidents.version) == 0
