"""Our own incidents on both databases: what is done to them, what people hear, and that nothing is lost."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from statusherd import incidents as ours
from statusherd.incidents import Opening, ServiceChange, Splitting, Step
from statusherd.model.changes import OURS, Change
from statusherd.model.errors import IncidentRefusedError, NoSuchIncidentError, NotUnderstoodError
from statusherd.model.incidents import Entry, EntryKind, Incident, IncidentPhase, Task
from statusherd.model.intake import IncidentPer, Intake
from statusherd.model.services import Service
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import ChangeKind, Severity
from statusherd.respond.intents import IntentKind
from statusherd.respond.lifecycle import Criterion, IncidentRules, Wanted
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup
from statusherd.store import changes, incident_members, incident_tasks, incidents, retention, timeline
from statusherd.store.engine import Store

T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
P, S = IncidentPhase, Severity
SERVICES = (Service("checkout", tier=1), Service("search", tier=2))
SETUP = Setup(services=ServiceMap(SERVICES))
PROM = Intake("prom", "alertmanager", per=IncidentPer.GROUP)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def signal(key: str = "k", state: SignalState = SignalState.FIRING, minutes: float = 0, **more) -> Signal:
    return Signal(key, state, f"{key} is high", at(minutes), **more)


class Team:
    """People at one store, each deed a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.minute = 0.0

    @property
    def now(self) -> datetime:
        return at(self.minute)

    def do(self, deed: Callable[..., object], *given: object):
        return self.store.write_now(lambda conn: deed(conn, *given, self.now))

    def open(self, title: str = "Checkout is slow", *, announced: bool = True, **more) -> Incident:
        made = self.do(ours.open_incident, Opening(title, more.pop("author", "ada"), **more), SERVICES)
        if announced:
            self.announce()
        return made

    def announce(self) -> None:
        """Stand in for the part that tells people of what is new."""

        def work(conn: Connection) -> None:
            for each in incidents.to_announce(conn, self.now):
                assert incidents.announced(conn, each.number)

        self.store.write_now(work)

    def send(self, *signals: Signal, intake: Intake = PROM, maintained: tuple[str, ...] = ()) -> list[str]:
        self.minute = max(self.minute, *((each.at - T0).total_seconds() / 60 for each in signals))
        done = self.store.write_now(
            lambda conn: ours.apply_signals(conn, intake, signals, SETUP, self.now, lambda *_: maintained)
        )
        return [intent.kind.value for intent in done]

    def incident(self, number: int = 1) -> Incident:
        found = self.store.read_now(lambda conn: incidents.numbered(conn, number))
        assert found
        return found

    def all(self) -> list[Incident]:
        found = self.store.read_now(lambda conn: incidents.listed(conn, incidents.Listing(), 1000))
        return list(reversed(found))

    def entries(self, number: int = 1) -> tuple[Entry, ...]:
        return self.store.read_now(lambda conn: timeline.of_incident(conn, number))

    def lines(self, number: int = 1) -> list[str]:
        return [f"{each.kind} {each.author}: {each.text}" for each in self.entries(number)]

    def told(self) -> list[Change]:
        """What people hear, the oldest first."""
        found = self.store.read_now(lambda conn: changes.changes_of(conn, OURS))
        return sorted((each.change for each in found), key=lambda change: change.at)

    def news(self) -> list[str]:
        return [
            f"{change.subject} {change.kind.removeprefix('our_incident_')}: {change.reason}"
            for change in self.told()
        ]


@pytest.fixture
def team(store: Store) -> Team:
    return Team(store)


# What is kept


def test_an_incident_comes_back_as_it_was_stored(team: Team) -> None:
    made = team.open(
        services=("CHECKOUT", "billing"), severity=S.SEV2, text="Since the release\nat two", began_at=at(-5),
        labels={"env": "prod"}, url="https://chat.example/1",
    )  # fmt: skip
    assert made == team.incident()
    assert (made.name, made.services, made.labels) == (
        "INC-1",
        ("checkout",),
        {"env": "prod", "service": "billing"},
    )
    assert (made.severity_by, made.text, made.began_at) == ("ada", "Since the release\nat two", at(-5))
    assert team.lines() == ["opened ada: Checkout is slow"]
    assert team.store.check() == []


def test_lists_are_by_state_time_service_and_place(team: Team) -> None:
    for number, services in enumerate([("checkout",), ("search",), ("checkout", "search"), ()]):
        team.minute = 10 * number
        team.open(f"No {number}", services=services)
    team.minute = 45
    team.do(ours.advance, 1, ours.RESOLVED, "ada", IncidentRules())

    def numbers(**wanted) -> list[int]:
        listing = incidents.Listing(**wanted)
        return [each.number for each in team.store.read_now(lambda conn: incidents.listed(conn, listing, 3))]

    assert numbers() == [4, 3, 2]
    assert numbers(before=2) == [1]
    assert numbers(is_open=True) == [4, 3, 2]
    assert numbers(is_open=False) == [1]
    assert numbers(service="Checkout") == [3, 1]
    assert numbers(service="check%") == []
    assert numbers(since=at(40), is_open=False) == [1]
    assert numbers(since=at(46), is_open=False) == []
    assert numbers(since=at(46)) == [4, 3, 2], "what is open is of now"
    opened = team.store.read_now(incidents.open_ones)
    assert [each.number for each in opened] == [2, 3, 4]


def test_numbers_are_never_given_twice(team: Team) -> None:
    team.open()
    team.do(ours.advance, 1, ours.RESOLVED, "ada", IncidentRules())
    later = T0 + timedelta(days=500)
    team.store.write_now(lambda conn: retention.prune(conn, later))
    assert team.all() == []
    assert team.open().number == 2


def test_a_whole_incident_goes_when_it_is_old_and_none_that_is_open(team: Team) -> None:
    for title in ("over", "open"):
        team.open(title)
    team.send(signal(), signal("low", severity=S.SEV4), intake=replace(PROM, opens_at=S.SEV3))
    team.do(ours.add_task, Task(1, "roll back", T0), "ada")
    team.do(ours.advance, 1, ours.RESOLVED, "ada", IncidentRules())

    def prune(days: int) -> int:
        return team.store.write_now(lambda conn: retention.prune(conn, T0 + timedelta(days=days)))

    assert prune(399) == 0
    assert prune(401) > 0
    assert [each.title for each in team.all()] == ["open", "k is high"]
    assert team.entries(1) == ()
    assert len(team.entries(2)) == len(team.entries(3)) == 1
    assert team.store.read_now(lambda conn: incident_tasks.of_incident(conn, 1)) == ()
    assert team.store.read_now(incident_members.withheld) == ()


def test_nothing_in_the_source_changes_a_line_of_a_timeline_or_takes_one_away() -> None:
    """What goes goes with its whole incident: by retention, and the foreign key."""
    source = Path(incidents.__file__).parents[1]
    naming = [path for path in source.rglob("*.py") if "incident_entry" in path.read_text()]
    assert {path.name for path in naming} == {
        "tables.py",
        "incident_tables.py",
        "0008_incidents.py",
        "timeline.py",
    }
    writing = re.compile(r"\b(update|delete)\(|\b(UPDATE|DELETE)\b")
    assert not writing.search((source / "store" / "timeline.py").read_text())
    deleting = re.compile(r"tables\.incident\b|delete\(_incident|IncidentRow")
    pruning = {path.name for path in source.rglob("*.py") if re.search(r"\bdelete\(", path.read_text())}
    naming_incidents = {
        path.name
        for path in source.rglob("*.py")
        if path.name in pruning and deleting.search(path.read_text())
    }
    assert naming_incidents == {"retention.py"}


# What people do


def test_every_deed_has_its_line_and_only_news_are_told(team: Team) -> None:
    team.open()
    deeds = [
        (ours.note, 1, "ada", "The cache is cold.\nWarming it."),
        (ours.assign, 1, "Commander", "bob", "ada"),
        (ours.assign, 1, "commander", "cyd", "bob"),
        (ours.assign, 1, "commander", "", "cyd"),
        (ours.acknowledge, 1, "bob", "on it"),
        (ours.add_task, Task(1, "roll back", T0, "cyd"), "ada"),
        (ours.finish_task, 1, 1, "cyd"),
        (ours.finish_task, 1, 1, "ada"),
        (ours.set_severity, 1, S.SEV1, "bob", "nobody can pay"),
        (ours.change_services, 1, ServiceChange(("Search", "checkout")), "ada", SERVICES),
        (ours.change_services, 1, ServiceChange(remove=("SEARCH",)), "ada", SERVICES),
        (ours.advance, 1, Step(), "bob", IncidentRules()),
        (ours.advance, 1, Step(P.MITIGATED), "bob", IncidentRules()),
        (ours.advance, 1, ours.RESOLVED, "bob", IncidentRules()),
        (ours.reopen, 1, None, "ada", "it is back"),
    ]  # fmt: skip
    for deed in deeds:
        team.minute += 1
        team.do(*deed)
    assert team.lines()[1:] == [
        "note ada: The cache is cold.\nWarming it.",
        "role ada: commander: bob",
        "role bob: commander: cyd, in place of bob",
        "role cyd: commander: nobody",
        "acknowledged bob: takes it on: on it",
        "task ada: to do: #1 roll back (cyd)",
        "task cyd: done: #1 roll back",
        "severity bob: SEV3 → SEV1: nobody can pay",
        "services ada: it concerns search, checkout",
        "services ada: it concerns checkout",
        "phase bob: detected → triaged",
        "phase bob: triaged → mitigated",
        "phase bob: mitigated → resolved",
        "phase ada: resolved → investigating: it is back",
    ]
    assert team.news() == [
        "INC-1 updated: bob set the severity to SEV1: nobody can pay",
        "INC-1 updated: ada: it concerns search, checkout",
        "INC-1 updated: ada: it concerns checkout",
        "INC-1 updated: bob moved it from detected to triaged",
        "INC-1 updated: bob moved it from triaged to mitigated",
        "INC-1 resolved: bob moved it from mitigated to resolved",
        "INC-1 reopened: ada moved it from resolved to investigating: it is back",
    ]
    assert team.incident().acknowledged_at == at(5)
    assert team.incident().roles == {}


def test_a_change_has_all_that_a_message_needs(team: Team) -> None:
    team.open(began_at=at(-3))
    team.minute = 7
    team.do(ours.advance, 1, ours.RESOLVED, "ada", IncidentRules())
    (change,) = team.told()
    assert (change.vendor, change.kind, change.at) == (OURS, ChangeKind.OUR_INCIDENT_RESOLVED, at(7))
    assert (change.subject, change.facets, change.before, change.after) == (
        "INC-1",
        ("phase",),
        "detected",
        "resolved",
    )
    assert change.since == at(-3)
    assert change.ours
    assert change.ours.incident == team.incident()
    assert change.ours.news == change.reason == "ada moved it from detected to resolved"


def test_until_people_were_told_that_it_opened_they_hear_nothing_of_it(team: Team) -> None:
    team.open(announced=False)
    team.minute = 1
    team.do(ours.set_severity, 1, S.SEV1, "ada", "worse")
    assert team.told() == []
    (waiting,) = team.store.read_now(lambda conn: incidents.to_announce(conn, team.now))
    assert waiting.severity is S.SEV1, "what tells of it tells how it stands"
    assert team.store.read_now(incidents.unannounced) == {1}
    assert not team.store.read_now(lambda conn: incidents.is_announced(conn, 1))
    team.announce()
    assert team.store.read_now(incidents.unannounced) == frozenset()
    assert team.store.write_now(lambda conn: incidents.announced(conn, 1)) is False
    team.do(ours.set_severity, 1, S.SEV2, "ada", "better")
    assert len(team.told()) == 1


def test_what_is_over_is_closed_without_a_message(team: Team) -> None:
    team.open(services=("checkout",), severity=S.SEV2)
    for step in (P.RESOLVED, P.CLOSED):
        team.minute += 1
        team.do(ours.advance, 1, Step(step), "ada", IncidentRules())
    assert [change.kind for change in team.told()] == [ChangeKind.OUR_INCIDENT_RESOLVED]
    assert team.incident().closed_at == at(2)


def test_advance_says_all_that_is_missing_and_a_reason_goes_past_it(team: Team) -> None:
    team.send(signal())
    team.announce()
    team.do(ours.add_task, Task(1, "roll back", T0), "ada")
    with pytest.raises(IncidentRefusedError) as refused:
        team.do(ours.advance, 1, Step(P.CLOSED), "ada", IncidentRules())
    assert refused.value.missing == (
        "to enter closed, “severity set”: nobody has said how severe it is",
        "to enter closed, “service named”: it names no service of ours",
        "to enter closed, “no signal fires”: alerts still fire (k is high)",
        "to enter closed, “tasks done”: tasks are open (roll back)",
    )
    assert team.incident().phase is P.DETECTED
    assert team.told() == []
    team.do(ours.advance, 1, Step(P.CLOSED, "a test alert"), "ada", IncidentRules())
    assert team.incident().phase is P.CLOSED
    line = team.lines()[-1]
    assert line.startswith("phase ada: detected → closed; without to enter closed, “severity set”: nobody")
    assert line.endswith(": a test alert; 1 of its alerts still fires")


def test_a_note_counts_for_the_phase_in_which_it_was_written(team: Team) -> None:
    rules = IncidentRules(leave={phase: (Criterion(Wanted.NOTE_WRITTEN),) for phase in P})
    team.open()
    team.do(ours.note, 1, "ada", "seen")
    team.do(ours.advance, 1, Step(), "ada", rules)
    with pytest.raises(IncidentRefusedError, match="no note was written since the phase began"):
        team.do(ours.advance, 1, Step(), "ada", rules)
    team.do(ours.note, 1, "ada", "found")
    team.do(ours.advance, 1, Step(), "ada", rules)


REFUSED = [
    (ours.advance, 1, Step(P.DETECTED), "ada", IncidentRules(), "is detected already"),
    (ours.reopen, 1, None, "ada", "why", "nothing is not before that"),
    (ours.reopen, 1, P.CLOSED, "ada", "why", "closed is not before that"),
    (ours.advance, 9, Step(), "ada", IncidentRules(), "INC-9: there is no such incident"),
    (ours.finish_task, 1, 7, "ada", "INC-1: it has no task #7"),
    (ours.merge, 1, 1, "ada", "cannot be merged into itself"),
    (ours.merge, 1, 9, "ada", "INC-9: there is no such incident"),
    (ours.split, 1, Splitting("x"), "ada", "nothing is said that goes into it"),
    (ours.split, 1, Splitting("x", alerts=(5,)), "ada", "it has no alert #5"),
    (ours.split, 1, Splitting("x", services=("search",)), "ada", "a service is named that it does not concern"),
    (ours.change_services, 1, ServiceChange(("billing",)), "ada", SERVICES, "'billing': is no service of ours"),
    (ours.note, 1, "ada", " \n ", "the note is empty"),
    (ours.note, 1, " ", "hm", "the author is empty"),
    (ours.note, 1, "Intake prom", "hm", "is the name of an intake"),
    (ours.note, 1, "ada", "x" * 8001, "the note is too long"),
    (ours.set_severity, 1, S.SEV1, "ada", "", "the reason is empty"),
    (ours.open_incident, Opening("", "ada"), SERVICES, "the title is empty"),
    (ours.open_incident, Opening("x", "ada", began_at=at(60)), SERVICES, "begun in the future"),
]  # fmt: skip


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: str(refused[-1]))
def test_what_cannot_be_is_refused_and_leaves_no_trace(team: Team, refused: tuple) -> None:
    team.open()
    *deed, says = refused
    before = team.store.read_now(incidents.version)
    with pytest.raises(
        (IncidentRefusedError, NoSuchIncidentError, NotUnderstoodError), match=re.escape(says)
    ):
        team.do(*deed)
    assert team.store.read_now(incidents.version) == before
    assert len(team.all()) == len(team.lines()) == 1


def test_a_program_that_asks_again_with_its_key_gets_the_same_incident(team: Team) -> None:
    first = team.open("Slow", asked_with="req-1")
    assert team.open("Slow", asked_with="req-1") == first
    assert team.open("Slow", asked_with="req-2").number == 2
    with pytest.raises(IncidentRefusedError, match="has opened INC-1 already, with another title"):
        team.open("Fast", asked_with="req-1")
    assert len(team.lines(1)) == 1


def test_every_write_is_noticed_and_reading_is_not(team: Team) -> None:
    seen = [team.store.read_now(incidents.version)]
    for deed in (
        team.open,
        lambda: team.do(ours.note, 1, "ada", "hm"),
        lambda: team.send(signal()),
    ):
        deed()
        seen.append(team.store.read_now(incidents.version))
    assert seen == sorted(set(seen))
    team.send(signal(minutes=1))
    assert team.store.read_now(incidents.version) == seen[-1], "a repeat wakes nobody"


# Merging and splitting


def test_a_duplicate_gives_its_alerts_and_services_to_the_other(team: Team) -> None:
    team.open("Payments fail", services=("checkout",), began_at=at(-1))
    team.send(signal("a", severity=S.SEV1, service="search", group="g"), signal("b", group="g"))
    team.do(ours.add_task, Task(2, "roll back", T0), "ada")
    team.announce()
    team.minute = 3
    kept = team.do(ours.merge, 2, 1, "ada")
    assert (kept.number, kept.services, kept.severity) == (1, ("checkout", "search"), S.SEV2)
    gone = team.incident(2)
    assert (gone.merged_into, gone.is_open) == (1, False)
    assert team.lines(2)[-1] == "merged ada: merged into INC-1: Payments fail"
    assert team.lines(1)[-1] == "merged ada: INC-2 is the same: a is high, 2 of its alerts came along"
    assert sorted(team.news()) == [
        "INC-1 updated: ada merged INC-2 into it",
        "INC-2 resolved: ada merged it into INC-1",
    ]
    updated = next(change for change in team.told() if change.subject == "INC-1")
    assert updated.facets == ("merged", "severity", "services")
    assert [t.text for t in team.store.read_now(lambda conn: incident_tasks.of_incident(conn, 1))] == [
        "roll back"
    ]
    assert [each.number for each in team.store.read_now(lambda conn: incidents.merged_into(conn, 1))] == [2]
    team.minute = 4
    assert team.send(signal("a", SignalState.RESOLVED, 4), signal("b", SignalState.RESOLVED, 4)) == [
        "close_member", "close_member", "stay",
    ]  # fmt: skip
    for deed in (
        (ours.advance, 2, Step(), "ada", IncidentRules()),
        (ours.reopen, 2, None, "ada", "x"),
        (ours.merge, 2, 1, "ada"),
    ):
        with pytest.raises(IncidentRefusedError, match=r"merged.*Go on with INC-1"):
            team.do(*deed)


def test_what_is_open_is_not_merged_into_what_is_over(team: Team) -> None:
    team.open("one")
    team.open("two")
    team.do(ours.advance, 1, ours.RESOLVED, "ada", IncidentRules())
    with pytest.raises(IncidentRefusedError, match=r"INC-1: is resolved.*incident reopen 1"):
        team.do(ours.merge, 2, 1, "ada")
    team.do(ours.merge, 1, 2, "ada")
    assert team.incident(2).is_open


def test_a_part_becomes_an_incident_of_its_own(team: Team) -> None:
    team.send(
        signal("a", group="g", service="checkout"), signal("b", group="g", severity=S.SEV1, service="search")
    )
    team.do(ours.assign, 1, "commander", "ada", "ada")
    team.announce()
    (row,) = (
        m.number
        for m in team.store.read_now(lambda conn: incident_members.of_incidents(conn, (1,)))
        if m.key == "b"
    )
    team.minute = 2
    made = team.do(ours.split, 1, Splitting("Search is down", alerts=(row,), services=("Search",)), "ada")
    assert (made.number, made.split_from, made.services, made.severity) == (2, 1, ("search",), S.SEV2)
    assert (made.opened_by, made.roles) == ("intake prom", {"commander": "ada"})
    assert team.incident(1).services == ("checkout",)
    assert team.lines(1)[-1] == "split ada: INC-2 is another matter: Search is down"
    assert team.lines(2) == ["opened ada: split off INC-1: b is high"]
    assert [
        each.number for each in team.store.read_now(lambda conn: incidents.to_announce(conn, team.now))
    ] == [2]
    assert team.send(signal("a", SignalState.RESOLVED, 3)) == ["close_member", "resolve"]
    assert team.send(signal("b", SignalState.RESOLVED, 4)) == ["close_member", "resolve"]


# What monitoring sends


def test_what_is_sent_opens_repeats_ends_and_comes_back(team: Team) -> None:
    assert team.send(signal("a", group="g"), signal("b", group="g")) == ["open", "join"]
    team.announce()
    for minute in (1, 2, 3):
        assert (
            team.send(signal("a", minutes=minute, group="g"), signal("b", minutes=minute, group="g"))
            == ["refresh"] * 2
        )
    assert team.send(signal("a", SignalState.UNKNOWN, 4)) == ["ignored"]
    assert team.send(signal("a", SignalState.RESOLVED, 5)) == ["close_member"]
    assert team.incident().phase is P.DETECTED
    assert team.send(signal("b", SignalState.RESOLVED, 6)) == ["close_member", "resolve"]
    assert team.send(signal("b", minutes=7, group="g")) == ["reopen"]
    assert team.send(signal("b", SignalState.RESOLVED, 8)) == ["close_member", "resolve"]
    assert team.send(signal("b", minutes=90, group="g")) == ["open"]
    assert [each.phase for each in team.all()] == [P.RESOLVED, P.DETECTED]
    assert team.lines() == [
        "opened intake prom: a is high: it fires, and belongs to no open incident",
        "signal intake prom: fires: b is high (the sender groups it there (g))",
        "signal intake prom: over: a is high",
        "signal intake prom: over: b is high",
        "phase intake prom: detected → resolved: all its alerts are over",
        "phase intake prom: resolved → detected: it fires again, and INC-1 was resolved by itself",
        "signal intake prom: over: b is high",
        "phase intake prom: detected → resolved: all its alerts are over",
    ]
    assert [change.kind.removeprefix("our_incident_") for change in team.told()] == [
        "resolved",
        "reopened",
        "resolved",
    ]


def test_one_delivery_is_one_message(team: Team) -> None:
    team.send(signal("a", group="g"))
    team.announce()
    team.send(
        signal("b", group="g", minutes=1, severity=S.SEV2, service="checkout"),
        signal("c", group="g", minutes=1, severity=S.SEV1, service="checkout"),
    )
    (change,) = team.told()
    assert change.facets == ("severity", "services")
    assert (change.before, change.after) == ("SEV3", "SEV1")
    assert change.reason.count(";") == 1, "the worst comes first, and the others add nothing"


def test_what_comes_and_goes_in_one_delivery_moves_nobody(team: Team) -> None:
    team.send(signal())
    team.announce()
    team.send(signal("k", SignalState.RESOLVED, 1), signal("k", minutes=2))
    assert team.told() == []
    assert team.lines()[-1].startswith("phase intake prom: resolved → detected")


def test_what_is_withheld_is_kept_with_the_reason(team: Team) -> None:
    assert team.send(signal(service="search"), maintained=("search",)) == ["withheld"]
    (member,) = team.store.read_now(incident_members.withheld)
    assert (member.key, member.incident, member.withheld) == ("k", 0, "search: in maintenance of our own")
    assert team.send(signal(service="search", minutes=1)) == ["open"]
    assert team.store.read_now(incident_members.withheld) == ()
    assert [
        m.incident for m in team.store.read_now(lambda conn: incident_members.of_incidents(conn, (1,)))
    ] == [1]


def test_numbers_in_what_is_returned_are_those_of_the_store(team: Team) -> None:
    def work(conn: Connection):
        return ours.apply_signals(conn, PROM, [signal("a"), signal("b")], SETUP, T0)

    done = team.store.write_now(work)
    assert [
        (i.kind, i.incident.number, i.member.number, i.member.incident)
        for i in done
        if i.incident and i.member
    ] == [
        (IntentKind.OPEN, 1, 1, 1),
        (IntentKind.OPEN, 2, 2, 2),
    ]


def test_what_ends_and_fires_anew_in_one_delivery_finds_the_incident_of_its_group(team: Team) -> None:
    team.send(signal("a", group="g"))
    team.do(ours.advance, 1, ours.RESOLVED, "ada", IncidentRules())
    assert team.send(signal("c", minutes=1, group="g")) == ["open"]
    both = (signal("a", SignalState.RESOLVED, 2), signal("a", minutes=3, group="g"))
    assert team.send(*both) == ["close_member", "join"]


# Several processes


def at_once(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def test_two_processes_at_one_incident_lose_nothing(any_url: str) -> None:
    with Store.open(any_url) as one, Store.open(any_url) as other:
        teams = (Team(one), Team(other))
        teams[0].open()

        def work(team: Team, name: str) -> None:
            for turn in range(15):
                team.do(ours.note, 1, name, f"note {turn}")
                team.do(ours.assign, 1, f"{name} {turn}", name, name)

        at_once(lambda: work(teams[0], "ada"), lambda: work(teams[1], "bob"))
        roles = teams[0].incident().roles
        assert len(roles) == 30, "a role of one is not written over by the other"
        notes = [each for each in teams[1].entries() if each.kind is EntryKind.NOTE]
        assert [each.text for each in notes if each.author == "bob"] == [f"note {turn}" for turn in range(15)]
        assert len(teams[1].entries()) == 61


def test_two_processes_that_hear_the_same_alert_open_one_incident(any_url: str) -> None:
    with Store.open(any_url) as one, Store.open(any_url) as other:
        ready = threading.Barrier(2)

        def work(store: Store) -> None:
            team = Team(store)
            for turn in range(10):
                ready.wait(30)
                team.send(signal(f"k{turn}"))

        at_once(lambda: work(one), lambda: work(other))
        assert len(Team(one).all()) == 10


def test_merging_both_ways_at_once_merges_once(any_url: str) -> None:
    with Store.open(any_url) as one, Store.open(any_url) as other:
        Team(one).open("one")
        Team(one).open("two")
        refused = []

        def work(store: Store, duplicate: int, into: int) -> None:
            try:
                Team(store).do(ours.merge, duplicate, into, "ada")
            except IncidentRefusedError as error:
                refused.append(error)

        at_once(lambda: work(one, 1, 2), lambda: work(other, 2, 1))
        assert len(refused) == 1
        assert sum(each.is_open for each in Team(one).all()) == 1


def test_the_database_itself_refuses_a_second_row_that_fires(team: Team) -> None:
    team.send(signal())
    (member,) = team.store.read_now(lambda conn: incident_members.of_incidents(conn, (1,)))
    with pytest.raises(Exception, match=r"(?i)unique"):
        team.store.write_now(lambda conn: incident_members.put(conn, replace(member, number=0)))


def test_open_incidents_are_found_without_going_through_the_past(sqlite_store: Store) -> None:
    def plan(conn: Connection) -> str:
        rows = conn.execute(
            text("EXPLAIN QUERY PLAN SELECT * FROM incident WHERE over_at IS NULL ORDER BY number")
        )
        return " ".join(row[3] for row in rows)

    assert "USING INDEX ix_incident_over_at" in sqlite_store.read_now(plan)
