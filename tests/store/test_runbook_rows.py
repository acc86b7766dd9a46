"""Runs of runbooks and our own maintenance in both databases: who may do what, and what is written down."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statusherd.assembly import take_signals
from statusherd.incidents import Opening, open_incident
from statusherd.maintaining import checked, freezes_in_the_way, maintained, unknown_services
from statusherd.model.errors import NoSuchIncidentError, NotUnderstoodError, Refused, RefusedError
from statusherd.model.freezes import Freeze
from statusherd.model.incidents import EntryKind
from statusherd.model.intake import Intake
from statusherd.model.own_maintenance import OwnMaintenance, WindowState
from statusherd.model.runbooks import HOLDS, Command, Plan, Run, Runbook, Runbooks, RunState, Step
from statusherd.model.services import Service
from statusherd.model.signals import Signal, SignalState
from statusherd.respond.runbook import planned
from statusherd.respond.services import ServiceMap
from statusherd.runbooks import Asked, Begun, approve, begin, carry_out, note_done
from statusherd.setup import Setup
from statusherd.store import incidents, own_maintenances, retention, runbook_runs, timeline
from statusherd.store.engine import Store
from statusherd.testing import FakeClock

T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
COMMANDS = {
    "say": Command("say", ("/bin/echo", "hello")),
    "fail": Command("fail", ("/bin/false",)),
    "gone": Command("gone", ("/nowhere/at/all",)),
    "slow": Command("slow", ("/bin/sleep", "600"), timeout=1.0),
    "flip": Command("flip", ("/bin/echo", "flip"), approval=True),
}
BOOKS = Runbooks(
    (Runbook("all", (*(Step(name.title(), command=name) for name in COMMANDS), Step("Call them"))),), COMMANDS
)
STEPS = {name: number for number, name in enumerate(COMMANDS, 1)}


def plan(name: str) -> Plan:
    return planned(BOOKS, "all", STEPS[name], {})


def asked_for(store: Store, name: str, asked: Asked = Asked("ada"), now: datetime = T0) -> Begun:  # noqa: B008
    return store.write_now(lambda conn: begin(conn, plan(name), asked, now))


def approved(
    store: Store, number: int, author: str = "bob", now: datetime = T0, books: Runbooks = BOOKS
) -> Begun:
    return store.write_now(lambda conn: approve(conn, books, number, author, now))


def incident(store: Store) -> int:
    return store.write_now(lambda conn: open_incident(conn, Opening("Slow", "ada"), (), T0)).number


def stored(store: Store, number: int) -> Run:
    found = store.read_now(lambda conn: runbook_runs.numbered(conn, number))
    assert found is not None
    return found


# Running


@pytest.mark.parametrize(
    ("name", "state", "code", "output"),
    [
        ("say", RunState.DONE, 0, "hello\n"),
        ("fail", RunState.FAILED, 1, ""),
        ("gone", RunState.NOT_STARTED, None, "/nowhere/at/all: no such file or directory"),
        ("slow", RunState.TIMED_OUT, -15, ""),
    ],
)
async def test_how_it_ended_is_written_down(
    store: Store, tmp_path: Path, name: str, state: RunState, code: int | None, output: str
):
    number = incident(store)
    ended = await carry_out(store, asked_for(store, name, Asked("ada", number)), tmp_path, FakeClock())
    assert stored(store, ended.number) == ended
    assert (ended.state, ended.exit_code, ended.output) == (state, code, output)
    lines = store.read_now(lambda conn: timeline.of_kinds(conn, number, [EntryKind.RUNBOOK]))
    assert [line.author for line in lines] == ["ada", "ada"]
    assert lines[0].text.startswith(f'runs step {STEPS[name]} of "all" (run 1): /')
    assert state.sentence in lines[1].text
    assert lines[1].text.endswith(output)
    assert lines[1].data == {
        "run": "1", "runbook": "all", "step": str(STEPS[name]), "state": state.value, "argv": lines[0].data["argv"],
    }  # fmt: skip


def test_other_processes_notice_what_a_runbook_writes_on_a_timeline(store: Store):
    number = incident(store)
    before = store.read_now(incidents.version)
    asked_for(store, "say", Asked("ada", number))
    assert store.read_now(incidents.version) > before


def test_for_an_incident_that_does_not_exist_nothing_is_run(store: Store):
    with pytest.raises(NoSuchIncidentError):
        asked_for(store, "say", Asked("ada", 77))
    assert store.read_now(runbook_runs.newest) == ()


def test_who_asks_has_a_name(store: Store):
    for name in ("", " ", "\n\0", "x" * 101):
        with pytest.raises(NotUnderstoodError):
            asked_for(store, "say", Asked(name))
    assert asked_for(store, "say", Asked(" ada \n lovelace ")).run.asked_by == "ada lovelace"


def test_a_step_is_not_run_twice_at_once(store: Store):
    asked_for(store, "slow")
    with pytest.raises(RefusedError, match="is being run already, asked for by ada") as caught:
        asked_for(store, "slow", Asked("bob"))
    assert caught.value.refused is Refused.CONFLICT
    asked_for(store, "say")  # another step may be
    asked_for(store, "slow", now=T0 + timedelta(minutes=2))  # the first has died with whoever ran it


def test_a_run_whose_end_nobody_wrote_down_is_lost(store: Store):
    number = asked_for(store, "slow").run.number
    assert stored(store, number).state_at(T0 + timedelta(seconds=61)) is RunState.RUNNING
    assert stored(store, number).state_at(T0 + timedelta(seconds=62)) is RunState.LOST


# A second person


async def test_a_second_person_lets_it_run(store: Store, tmp_path: Path):
    number = incident(store)
    proposed = asked_for(store, "flip", Asked("ada", number)).run
    assert (proposed.state, proposed.began_at) == (RunState.WAITING, None)
    ended = await carry_out(store, approved(store, proposed.number), tmp_path, FakeClock())
    assert (ended.state, ended.asked_by, ended.approved_by) == (RunState.DONE, "ada", "bob")
    lines = store.read_now(lambda conn: timeline.of_kinds(conn, number, [EntryKind.RUNBOOK]))
    assert [(line.author, line.text.split()[0]) for line in lines] == [
        ("ada", "proposes"), ("bob", "approves"), ("bob", "step"),
    ]  # fmt: skip
    with pytest.raises(RefusedError, match="it was done"):
        approved(store, proposed.number, "carol")


@pytest.mark.parametrize("name", ["ada", " ADA", "A da"])
def test_nobody_approves_their_own(store: Store, name: str):
    number = asked_for(store, "flip").run.number
    with pytest.raises(RefusedError, match="another person has to approve it"):
        approved(store, number, name)
    assert stored(store, number).state is RunState.WAITING


def test_a_proposal_does_not_wait_for_ever(store: Store):
    number = asked_for(store, "flip").run.number
    with pytest.raises(
        RefusedError, match=r"nobody approved it in time. A proposal holds for 1 h. Ask for it anew"
    ):
        approved(store, number, now=T0 + HOLDS)
    assert stored(store, number).state_at(T0 + HOLDS) is RunState.EXPIRED
    approved(store, number, now=T0 + HOLDS - timedelta(seconds=1))


def test_what_was_proposed_is_not_run_once_the_configuration_says_something_else(store: Store):
    number = asked_for(store, "flip").run.number
    other = Command("flip", ("/bin/echo", "flop"), approval=True)
    for books in (Runbooks(), Runbooks(BOOKS.every, COMMANDS | {"flip": other}), Runbooks(BOOKS.every, {})):
        with pytest.raises(RefusedError, match="the configuration has changed since"):
            approved(store, number, books=books)
    with pytest.raises(RefusedError, match="there is no such run"):
        approved(store, 99)


def test_of_two_who_approve_at_once_one_does(any_url: str):
    with Store.open(any_url) as first, Store.open(any_url) as second:
        number = asked_for(first, "flip").run.number
        refused: list[str] = []
        begun: list[Begun] = []
        gate = threading.Barrier(2)

        def try_it(store: Store, name: str) -> None:
            gate.wait(10)
            try:
                begun.append(approved(store, number, name))
            except RefusedError as error:
                refused.append(str(error))

        both = [threading.Thread(target=try_it, args=each) for each in ((first, "bob"), (second, "carol"))]
        for each in both:
            each.start()
        for each in both:
            each.join(30)
        assert (len(begun), len(refused)) == (1, 1)
        assert stored(first, number).approved_by == begun[0].run.approved_by


# By hand


def test_a_step_by_hand_is_noted(store: Store):
    number, step = incident(store), len(COMMANDS) + 1
    store.write_now(lambda conn: note_done(conn, BOOKS, "all", step, Asked("ada", number), T0))
    (line,) = store.read_now(lambda conn: timeline.of_kinds(conn, number, [EntryKind.RUNBOOK]))
    assert line.text == f'has done step {step} of "all" by hand: Call them'
    for wrong in (STEPS["say"], 0, 99):
        with pytest.raises(RefusedError):
            store.write_now(lambda conn, n=wrong: note_done(conn, BOOKS, "all", n, Asked("ada", number), T0))
    with pytest.raises(RefusedError):
        store.write_now(lambda conn: note_done(conn, BOOKS, "all", step, Asked("ada"), T0))


def test_runs_are_listed_by_incident_and_old_ones_go(store: Store):
    number = incident(store)
    asked_for(store, "say", Asked("ada", number))
    asked_for(store, "fail")
    assert [run.number for run in store.read_now(runbook_runs.newest)] == [2, 1]
    assert [run.number for run in store.read_now(lambda c: runbook_runs.newest(c, incident=number))] == [1]
    assert [run.number for run in store.read_now(lambda c: runbook_runs.newest(c, limit=1))] == [2]
    store.write_now(lambda conn: retention.prune(conn, T0 + timedelta(days=500)))
    assert store.read_now(runbook_runs.newest) == ()


# Our own maintenance


def window(
    services: tuple[str, ...] = ("checkout",), begins: timedelta = timedelta(), lasts: timedelta = HOUR
):
    return OwnMaintenance("upgrade", services, T0 + begins, T0 + begins + lasts, "ada", "OPS-12")


def planned_window(store: Store, made: OwnMaintenance, now: datetime = T0) -> OwnMaintenance:
    return store.write_now(lambda conn: own_maintenances.add(conn, checked(made, now), now))


def in_maintenance(store: Store, at: datetime, *names: str) -> frozenset[str]:
    return store.read_now(lambda conn: own_maintenances.in_maintenance(conn, names, at))


def test_services_are_in_maintenance_from_and_until(store: Store):
    planned_window(store, window(("Check*", "search"), HOUR))
    names = ("checkout", "search", "login")
    assert in_maintenance(store, T0, *names) == frozenset()
    assert in_maintenance(store, T0 + HOUR, *names) == {"checkout", "search"}
    assert in_maintenance(store, T0 + 2 * HOUR - timedelta(seconds=1), *names) == {"checkout", "search"}
    assert in_maintenance(store, T0 + 2 * HOUR, *names) == frozenset()
    assert store.read_now(lambda conn: maintained(names)(conn, T0 + HOUR)) == {"checkout", "search"}


def test_an_alert_about_a_service_in_maintenance_opens_nothing_and_one_about_what_needs_it_does(store: Store):
    services = (Service("checkout"), Service("shop", needs=("checkout",)))
    setup, intake = Setup(services=ServiceMap(services)), Intake("prom", "alertmanager")

    def alert(service: str, at: datetime) -> None:
        signal = Signal(f"{service}{at}", SignalState.FIRING, f"{service} is slow", at, service=service)
        store.write_now(lambda conn: take_signals(conn, intake, [signal], setup, at))

    planned_window(store, window())
    alert("checkout", T0)
    assert store.read_now(incidents.open_ones) == ()
    alert("shop", T0)
    alert("checkout", T0 + HOUR)
    opened = store.read_now(incidents.open_ones)
    assert sorted(each.services for each in opened) == [("checkout",), ("shop",)]


def test_a_window_is_kept_listed_and_ended(store: Store):
    late, early = planned_window(store, window(begins=2 * HOUR)), planned_window(store, window())
    assert (late.number, early.number, early.created_at) == (1, 2, T0)
    every = store.read_now(own_maintenances.every)
    assert every == (early, late)
    assert [each.state_at(T0) for each in every] == [WindowState.ON, WindowState.AHEAD]
    now = T0 + timedelta(minutes=10)
    assert store.write_now(lambda conn: own_maintenances.end(conn, early.number, now))
    assert not store.write_now(lambda conn: own_maintenances.end(conn, early.number, now))
    assert not store.write_now(lambda conn: own_maintenances.end(conn, 99, now))
    ended = store.read_now(lambda conn: own_maintenances.numbered(conn, early.number))
    assert ended == replace(early, ends_at=now)
    assert in_maintenance(store, now, "checkout") == frozenset()
    assert store.read_now(lambda conn: own_maintenances.every(conn, now)) == (late,)
    assert store.write_now(lambda conn: own_maintenances.end(conn, late.number, now))
    assert in_maintenance(store, T0 + 2 * HOUR, "checkout") == frozenset()
    store.write_now(lambda conn: retention.prune(conn, T0 + timedelta(days=500)))
    assert store.read_now(own_maintenances.every) == ()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(window(), title=" \0"), "the title is empty"),
        (replace(window(), author=""), "the author is empty"),
        (replace(window(), services=()), "name 1 to 100 services"),
        (replace(window(), services=("",)), "the name of a service is empty"),
        (window(lasts=timedelta()), "over before it begins"),
        (window(begins=-3 * HOUR), "over before it begins"),
        (window(lasts=timedelta(days=31)), "more than 30 days"),
    ],
)
def test_a_window_that_cannot_be_is_refused(wrong: OwnMaintenance, says: str):
    with pytest.raises(NotUnderstoodError, match=says):
        checked(wrong, T0)


def test_a_window_does_not_begin_in_the_past():
    assert checked(window(begins=-HOUR / 2), T0).starts_at == T0


def _freeze(name: str, begins: str, ends: str, **more) -> Freeze:
    return Freeze(name, datetime.fromisoformat(begins), datetime.fromisoformat(ends), **more)


def test_a_freeze_in_the_way_is_named():
    day = timedelta(days=1)
    freezes = (
        _freeze("everything", "2026-05-31", "2026-06-02"),
        _freeze("checkout", "2026-05-31", "2026-06-02", services=("CHECK*",)),
        _freeze("search", "2026-05-31", "2026-06-02", services=("search",)),
        _freeze("over", "2026-05-01", "2026-05-02"),
        _freeze("weekly", "2026-01-05", "2026-01-06", rrule="FREQ=WEEKLY;BYDAY=MO"),
    )
    names = ("checkout", "search")
    found = [each.name for each in freezes_in_the_way(window(("check*",)), freezes, names)]
    assert found == ["everything", "checkout", "weekly"]
    assert freezes_in_the_way(window(("check*",), 2 * day), freezes, names) == ()
    assert [each.name for each in freezes_in_the_way(window(("search",)), freezes, ())] == [
        "everything", "search", "weekly",
    ]  # fmt: skip
    assert unknown_services(window(("check*", "serach")), names) == ("serach",)
