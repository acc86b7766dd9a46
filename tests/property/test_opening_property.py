"""Alerts in any order, any number of times: what holds of incidents whatever a sender does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from statusherd.model.incidents import Incident, IncidentPhase, Member
from statusherd.model.intake import IncidentPer, Intake
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intents import Board, Intent, IntentKind, OpeningRules
from statusherd.respond.lifecycle import moved
from statusherd.respond.opening import decide

T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
SOON = timedelta(minutes=30)
KEYS = st.sampled_from("abcd")
STATES = st.sampled_from(SignalState)
SEVERITIES = st.sampled_from((None, *Severity))
GROUPS = {"a": "g", "b": "g", "c": "h", "d": None}


def minute(count: int) -> datetime:
    return T0 + timedelta(minutes=count)


def said(key: str, state: SignalState, at: int, severity: Severity | None = None) -> Signal:
    return Signal(key, state, key, minute(at), severity=severity, group=GROUPS[key])


class Desk:
    """The board as the store keeps it between deliveries."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.incidents: dict[int, Incident] = {}
        self.members: dict[int, Member] = {}

    def take(self, signals: Iterable[Signal], now: datetime) -> tuple[Intent, ...]:
        board = Board(dict(self.incidents), tuple(self.members.values()))
        intents = decide(self.intake, tuple(signals), board, OpeningRules(reopen_within=SOON), now)
        numbers: dict[int, int] = {}
        rows: dict[int, int] = {}
        for intent in intents:
            if (incident := intent.incident) is not None:
                number = numbers.setdefault(
                    incident.number, max(incident.number, 0) or len(self.incidents) + 1
                )
                self.incidents[number] = replace(incident, number=number)
            if (member := intent.member) is not None:
                row = rows.setdefault(member.number, max(member.number, 0) or len(self.members) + 1)
                whose = numbers.get(member.incident, member.incident)
                self.members[row] = replace(member, number=row, incident=whose)
        return intents

    def firing(self) -> set[str]:
        return {member.key for member in self.members.values() if member.fires}

    def view(self) -> object:
        """What people see, without numbers and the times of our clock."""
        return sorted(
            (i.phase, sorted((m.key, m.since, m.until) for m in self.members.values() if m.incident == n))
            for n, i in self.incidents.items()
        )


class Sender(RuleBasedStateMachine):
    """A sender that repeats itself, sends late and twice, and people who resolve meanwhile."""

    @initialize(per=st.sampled_from(IncidentPer), opens_at=st.sampled_from((Severity.SEV4, Severity.SEV2)))
    def begin(self, per: IncidentPer, opens_at: Severity) -> None:
        self.desk = Desk(Intake("prom", "alertmanager", per=per, opens_at=opens_at))
        self.clock = 0
        self.newest: dict[str, tuple[int, bool, SignalState]] = {}
        self.sent: list[Signal] = []

    @rule(key=KEYS, state=STATES, severity=SEVERITIES, pause=st.integers(0, 50))
    def send(self, key: str, state: SignalState, severity: Severity | None, pause: int) -> None:
        self.clock += pause
        self.deliver(said(key, state, self.clock, severity))

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        if self.sent:
            old = data.draw(st.sampled_from(self.sent))
            before = self.desk.view()
            self.deliver(old)
            assert self.desk.view() == before, "what came before is no news"

    @rule(key=KEYS, state=STATES, late=st.integers(1, 60))
    def send_late(self, key: str, state: SignalState, late: int) -> None:
        self.deliver(said(key, state, max(0, self.clock - late)))

    @rule()
    def a_person_resolves(self) -> None:
        for number, incident in self.desk.incidents.items():
            if incident.is_open:
                now = minute(self.clock)
                self.desk.incidents[number] = moved(incident, IncidentPhase.RESOLVED, "ada", now)
                return

    def deliver(self, signal: Signal) -> None:
        before = dict(self.desk.incidents)
        firing = self.desk.firing()
        intents = self.desk.take([signal], minute(self.clock))
        self.sent.append(signal)
        kinds = [intent.kind for intent in intents]
        opened = len(self.desk.incidents) - len(before)
        assert opened <= (signal.state is SignalState.FIRING), "only what fires opens, and one"
        assert firing - self.desk.firing() <= {signal.key}, "an end closes its own key alone"
        for number, incident in before.items():
            after = self.desk.incidents[number]
            if after.phase is not incident.phase:
                assert {IntentKind.RESOLVE, IntentKind.REOPEN} & set(kinds)
                assert incident.resolved_by != "ada", "what a person resolved stays so"
        if signal.state is SignalState.UNKNOWN:
            assert kinds == [IntentKind.IGNORED]
            return
        stamp = (int((signal.at - T0).total_seconds()), signal.state is SignalState.RESOLVED, signal.state)
        self.newest[signal.key] = max(self.newest.get(signal.key, stamp), stamp)

    @invariant()
    def what_fires_is_what_the_newest_word_says(self) -> None:
        if hasattr(self, "desk"):
            says = {key for key, (_, _, state) in self.newest.items() if state is SignalState.FIRING}
            assert self.desk.firing() == says

    @invariant()
    def no_open_incident_of_a_sender_is_without_an_alert_that_fires(self) -> None:
        if not hasattr(self, "desk"):
            return
        live = {member.incident for member in self.desk.members.values() if member.fires}
        assert {number for number, each in self.desk.incidents.items() if each.is_open} <= live

    @invariant()
    def of_a_key_one_row_fires(self) -> None:
        if hasattr(self, "desk"):
            rows = [member.key for member in self.desk.members.values() if member.fires]
            assert len(rows) == len(set(rows))


Sender.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestSender = Sender.TestCase

MOMENTS = st.lists(st.integers(0, 200), min_size=1, max_size=8, unique=True).map(sorted)


@given(
    st.lists(st.tuples(KEYS, STATES, st.integers(0, 100)), max_size=12),
    st.randoms(use_true_random=False),
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_the_order_within_a_delivery_and_repeats_in_it_do_not_matter(drawn, random, data) -> None:
    signals = [said(*each) for each in drawn]
    intake = Intake("prom", "alertmanager", per=data.draw(st.sampled_from(IncidentPer)))
    straight, mixed = Desk(intake), Desk(intake)
    straight.take(signals, minute(100))
    again = signals + (data.draw(st.lists(st.sampled_from(signals), max_size=4)) if signals else [])
    random.shuffle(again)
    mixed.take(again, minute(100))
    assert mixed.view() == straight.view()


@given(
    st.permutations(
        [("a", SignalState.FIRING, 0), ("a", SignalState.FIRING, 5), ("a", SignalState.RESOLVED, 9)]
    )
)
def test_in_whatever_order_deliveries_come_what_is_over_is_over(order) -> None:
    desk = Desk(Intake("prom", "alertmanager"))
    for each in order:
        desk.take([said(*each)], minute(10))
    assert desk.firing() == set()
    assert not any(incident.is_open for incident in desk.incidents.values())


@given(st.integers(1, 60))
def test_any_number_of_repeats_is_one_incident(count: int) -> None:
    desk = Desk(Intake("prom", "alertmanager"))
    for number in range(count):
        desk.take([said("a", SignalState.FIRING, number)], minute(number))
    assert len(desk.incidents) == len(desk.members) == 1
