"""What alerts do to incidents, rule by rule, on a board that the test keeps as the store would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.incidents import Incident, IncidentPhase, Member
from statusherd.model.intake import IncidentPer, Intake
from statusherd.model.services import Service
from statusherd.model.signals import Signal, SignalState
from statusherd.model.words import Severity
from statusherd.respond.intents import Board, Intent, IntentKind, OpeningRules
from statusherd.respond.lifecycle import moved
from statusherd.respond.opening import decide

K, P, S = IntentKind, IncidentPhase, Severity
T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
SERVICES = (Service("checkout", tier=1), Service("search", tier=2), Service("jobs", tier=3))
EACH = Intake("prom", "alertmanager", per=IncidentPer.ALERT)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def fired(key: str = "k", minutes: float = 0, **more) -> Signal:
    return Signal(key, SignalState.FIRING, more.pop("title", f"{key} is high"), at(minutes), **more)


def ended(key: str = "k", minutes: float = 0, **more) -> Signal:
    return Signal(key, SignalState.RESOLVED, f"{key} is high", at(minutes), **more)


def unsure(key: str = "k", minutes: float = 0) -> Signal:
    return Signal(key, SignalState.UNKNOWN, f"{key} is high", at(minutes))


class Desk:
    """Keeps the board between deliveries, with numbers as the store gives them."""

    def __init__(self, intake: Intake = EACH, **rules) -> None:
        self.intake = intake
        self.rules = OpeningRules(SERVICES, **rules)
        self.incidents: dict[int, Incident] = {}
        self.members: dict[int, Member] = {}

    def take(self, *signals: Signal, minutes: float | None = None, intake: Intake | None = None) -> list[str]:
        """Let a delivery arrive, at the time of its newest signal unless told otherwise; return the kinds."""
        now = max(signal.at for signal in signals) if minutes is None else at(minutes)
        self.last = self._write(decide(intake or self.intake, signals, self.board(), self.rules, now))
        return [intent.kind.value for intent in self.last]

    def board(self) -> Board:
        return Board(dict(self.incidents), tuple(self.members.values()))

    def _write(self, intents: Iterable[Intent]) -> list[Intent]:
        numbers: dict[int, int] = {}
        rows: dict[int, int] = {}
        done = []
        for intent in intents:
            if incident := intent.incident:
                number = numbers.setdefault(
                    incident.number, max(incident.number, 0) or len(self.incidents) + 1
                )
                self.incidents[number] = incident = replace(incident, number=number)
            if member := intent.member:
                row = rows.setdefault(member.number, max(member.number, 0) or len(self.members) + 1)
                whose = numbers.get(member.incident, member.incident)
                self.members[row] = replace(member, number=row, incident=whose)
            done.append(replace(intent, incident=incident))
        firing = [(m.intake, m.key) for m in self.members.values() if m.fires]
        assert len(firing) == len(set(firing)), "of one key one row fires"
        return done

    @property
    def states(self) -> list[str]:
        return [incident.phase.value for incident in self.incidents.values()]

    def __getitem__(self, number: int) -> Incident:
        return self.incidents[number]

    def change(self, number: int, **values) -> None:
        self.incidents[number] = replace(self.incidents[number], **values)


# One alert


def test_what_fires_opens_an_incident_with_all_that_the_sender_says() -> None:
    desk = Desk()
    said = fired(
        text="p99 over 3 s", severity=S.SEV2, service="Checkout", labels={"env": "prod"}, started_at=at(-3),
        url="https://prom.example/1", title=" High\n latency ",
    )  # fmt: skip
    assert desk.take(said) == ["open"]
    made = desk[1]
    assert (made.title, made.severity, made.phase) == ("High latency", S.SEV2, P.DETECTED)
    assert made.severity_reason == "the sender says SEV2 x tier 1 of checkout = SEV2"
    assert (made.opened_by, made.severity_by, made.services) == ("intake prom", "intake prom", ("checkout",))
    assert (made.text, made.labels, made.url) == ("p99 over 3 s", {"env": "prod"}, "https://prom.example/1")
    assert (made.opened_at, made.began_at) == (T0, at(-3))
    assert desk.members[1].since == at(-3)


def test_a_severity_that_nobody_said_is_not_set_and_a_stranger_is_a_label() -> None:
    desk = Desk(replace(EACH, severity=S.SEV2))
    desk.take(fired(service="billing", title=""))
    assert (desk[1].title, desk[1].severity, desk[1].severity_by) == ("k", S.SEV2, "")
    assert (desk[1].services, desk[1].labels) == ((), {"service": "billing"})


def test_repeats_are_no_news() -> None:
    desk = Desk()
    desk.take(fired())
    before = desk[1]
    for minute in range(1, 50):
        assert desk.take(fired(minutes=minute)) == ["refresh"]
    assert desk.incidents == {1: before}
    assert desk.members[1].seen_at == at(49)


def test_a_repeat_in_other_words_is_told_of() -> None:
    desk = Desk()
    desk.take(fired(title="Latency is 3 s"))
    assert desk.take(fired(minutes=1, title="Latency is 9 s")) == ["reword"]
    assert desk.last[0].reason == "it was: Latency is 3 s"
    assert desk[1].title == "Latency is 3 s"


def test_the_end_of_the_only_alert_resolves_the_incident() -> None:
    desk = Desk()
    desk.take(fired())
    assert desk.take(ended(minutes=5, ended_at=at(4))) == ["close_member", "resolve"]
    assert (desk[1].phase, desk[1].resolved_by, desk[1].resolved_at) == (P.RESOLVED, "intake prom", at(5))
    assert desk.members[1].until == at(4)
    assert desk.take(ended(minutes=6)) == ["refresh"]


def test_an_end_closes_its_own_key_alone() -> None:
    desk = Desk()
    desk.take(fired("a"), fired("b"))
    desk.take(ended("a", 1))
    assert desk.states == ["resolved", "detected"]
    assert [member.fires for member in desk.members.values()] == [False, True]


def test_the_keys_of_another_intake_are_others() -> None:
    desk = Desk()
    other = replace(EACH, name="grafana")
    desk.take(fired())
    assert desk.take(fired(), intake=other) == ["open"]
    assert desk.take(ended(minutes=1), intake=other) == ["close_member", "resolve"]
    assert desk.states == ["detected", "resolved"]


def test_unknown_changes_nothing_at_all() -> None:
    desk = Desk()
    assert desk.take(unsure()) == ["ignored"]
    desk.take(fired())
    before = desk.board()
    assert desk.take(unsure(minutes=5)) == ["ignored"]
    assert desk.board() == before
    assert desk.take(ended(minutes=4), minutes=5) == ["close_member", "resolve"], "older than the unknown one"


def test_the_end_of_something_never_seen_opens_nothing_and_is_remembered() -> None:
    desk = Desk()
    assert desk.take(ended(minutes=2)) == ["ignored"]
    assert desk.take(fired(minutes=1), minutes=3) == ["ignored"], "its firing, come late"
    assert desk.incidents == {}
    assert desk.take(fired(minutes=4)) == ["open"]


def test_old_news_changes_nothing() -> None:
    desk = Desk()
    desk.take(fired(minutes=0))
    desk.take(fired(minutes=10))
    assert desk.take(ended(minutes=5), minutes=11) == ["ignored"], "it fired again since"
    desk.take(ended(minutes=12))
    assert desk.take(fired(minutes=11), minutes=13) == ["ignored"]
    assert desk.take(fired(minutes=12), minutes=13) == ["ignored"], "of one instant the end is the last word"
    assert desk.states == ["resolved"]


def test_a_clock_that_goes_ahead_does_not_outdate_what_comes_after() -> None:
    desk = Desk()
    desk.take(fired(minutes=9000), minutes=0)
    assert desk.take(ended(minutes=5), minutes=5) == ["close_member", "resolve"]


# Firing again


def test_what_fires_again_soon_is_the_same_incident_and_later_a_new_one() -> None:
    desk = Desk(reopen_within=timedelta(minutes=30))
    desk.take(fired())
    desk.take(ended(minutes=10))
    assert desk.take(fired(minutes=40)) == ["reopen"]
    assert (desk[1].phase, desk[1].resolved_at, desk[1].resolved_by) == (P.DETECTED, None, "")
    assert len(desk.members) == 1
    desk.take(ended(minutes=50))
    assert desk.take(fired(minutes=81)) == ["open"]
    assert desk.last[0].reason == "it fires anew, long after INC-1 was over"
    assert desk.states == ["resolved", "detected"]
    assert [member.incident for member in desk.members.values()] == [1, 2]


def test_it_goes_back_to_the_phase_in_which_it_was_broken() -> None:
    desk = Desk()
    desk.take(fired())
    desk.incidents[1] = moved(moved(desk[1], P.INVESTIGATING, "ada", at(1)), P.MITIGATED, "ada", at(2))
    desk.take(ended(minutes=3))
    desk.take(fired(minutes=4))
    assert (desk[1].phase, desk[1].mitigated_at) == (P.INVESTIGATING, None)


def test_what_a_person_resolved_stays_so() -> None:
    desk = Desk()
    desk.take(fired())
    desk.incidents[1] = moved(desk[1], P.RESOLVED, "ada", at(1))
    assert desk.take(fired(minutes=2)) == ["refresh"]
    assert desk.last[0].reason == "it fires on; INC-1 is over by the word of ada"
    assert desk.take(ended(minutes=3)) == ["close_member"]
    assert desk.take(fired(minutes=4)) == ["open"]
    assert desk.last[0].reason == "it fires anew: INC-1 was resolved by ada, and stays so"


def test_what_is_closed_is_not_opened_again() -> None:
    desk = Desk()
    desk.take(fired())
    desk.take(ended(minutes=1))
    desk.incidents[1] = moved(desk[1], P.CLOSED, "ada", at(2))
    assert desk.take(fired(minutes=3)) == ["open"]


# Several alerts, one incident


GROUP = replace(EACH, per=IncidentPer.GROUP)
SERVICE = replace(EACH, per=IncidentPer.SERVICE)


def test_what_the_sender_groups_is_one_and_over_when_all_of_it_is() -> None:
    desk = Desk(GROUP)
    assert desk.take(fired("a", group="g"), fired("b", group="g"), fired("c", group="h")) == [
        "open",
        "join",
        "open",
    ]
    assert desk.take(fired("d", 1, group="g")) == ["join"]
    for key in "ab":
        assert desk.take(ended(key, 2, group="g")) == ["close_member"]
    assert desk.take(ended("d", 3, group="g")) == ["close_member", "resolve"]
    assert desk.states == ["resolved", "detected"]


def test_without_a_group_each_alert_is_its_own() -> None:
    assert Desk(GROUP).take(fired("a"), fired("b")) == ["open", "open"]
    assert Desk(SERVICE).take(fired("a"), fired("b")) == ["open", "open"]


def test_what_concerns_one_service_is_one_while_it_is_open() -> None:
    desk = Desk(SERVICE)
    assert desk.take(fired("a", service="jobs"), fired("b", service="JOBS"), fired("c", service="search")) == [
        "open", "join", "open",
    ]  # fmt: skip
    desk.take(ended("a", 1, service="jobs"), ended("b", 1, service="jobs"))
    assert desk.take(fired("d", 2, service="jobs")) == ["open"]


def test_what_concerns_one_stranger_is_one_too() -> None:
    desk = Desk(SERVICE)
    assert desk.take(fired("a", service="billing"), fired("b", service="Billing")) == ["open", "join"]


def test_an_alert_that_fires_again_in_an_open_incident_belongs_to_it_still() -> None:
    desk = Desk(GROUP)
    desk.take(fired("a", group="g"), fired("b", group="g"))
    desk.take(ended("a", 1))
    assert desk.take(fired("a", 2)) == ["join"]
    assert desk.take(ended("b", 3)) == ["close_member"], "one of them fires"


def test_an_earlier_beginning_is_taken_over() -> None:
    desk = Desk(GROUP)
    desk.take(fired("a", group="g"))
    desk.take(fired("b", 1, group="g", started_at=at(-20)))
    assert desk[1].began_at == at(-20)


# Severity and services


def test_a_worse_alert_raises_the_incident_and_a_lighter_one_does_not_lower_it() -> None:
    desk = Desk(GROUP)
    desk.take(fired("a", group="g", severity=S.SEV3, service="checkout"))
    assert desk.take(fired("b", 1, group="g", severity=S.SEV1, service="search")) == [
        "join",
        "raise",
        "widen",
    ]
    assert (desk[1].severity, desk[1].services) == (S.SEV2, ("checkout", "search"))
    assert desk[1].severity_reason == "b is high: the sender says SEV1 x tier 2 of search = SEV2"
    desk.take(ended("b", 2))
    assert desk.take(fired("a", 3, severity=S.SEV4)) == ["refresh"]
    assert desk[1].severity is S.SEV2


def test_an_alert_that_grows_worse_raises_it_too() -> None:
    desk = Desk()
    desk.take(fired(severity=S.SEV3))
    assert desk.take(fired(minutes=1, severity=S.SEV1)) == ["refresh", "raise"]


def test_a_persons_word_holds_until_something_is_worse_than_before() -> None:
    desk = Desk(GROUP)
    desk.take(fired("a", group="g", severity=S.SEV2))
    desk.change(1, severity=S.SEV4, severity_by="ada")
    assert desk.take(fired("a", 1, severity=S.SEV2)) == ["refresh"]
    desk.take(fired("b", 1, group="g", severity=S.SEV4))
    desk.take(ended("a", 2))
    assert desk.take(fired("a", 3, severity=S.SEV2)) == ["join"], "it was as severe before ada said SEV4"
    assert desk[1].severity is S.SEV4
    assert desk.take(fired("c", 4, group="g", severity=S.SEV3)) == ["join", "raise"]
    assert desk[1].severity_reason == "c is high: the sender says SEV3; ada had said SEV4"


# Withheld


def test_what_is_less_severe_than_asked_for_is_kept_and_opens_when_it_grows_worse() -> None:
    desk = Desk(replace(EACH, opens_at=S.SEV2))
    assert desk.take(fired(severity=S.SEV2, service="search")) == ["withheld"]
    why = "less severe than SEV2, which the intake prom asks for (the sender says SEV2 x tier 2 of search = SEV3)"
    assert (desk.incidents, desk.members[1].withheld, desk.members[1].fires) == ({}, why, True)
    assert desk.take(fired(minutes=1, severity=S.SEV2, service="search")) == ["refresh"]
    assert desk.take(fired(minutes=2, severity=S.SEV1, service="search")) == ["open"]
    assert [(m.incident, m.withheld, m.since) for m in desk.members.values()] == [(1, "", at(2))]


def test_what_was_withheld_ends_without_a_word() -> None:
    desk = Desk(replace(EACH, opens_at=S.SEV1))
    desk.take(fired())
    assert desk.take(ended(minutes=1)) == ["close_member"]
    assert desk.take(fired(minutes=2)) == ["withheld"]
    assert len(desk.members) == 1


def test_a_service_in_maintenance_opens_nothing_until_it_is_over() -> None:
    desk = Desk(maintained=frozenset({"Search"}))
    assert desk.take(fired(service="search")) == ["withheld"]
    assert desk.members[1].withheld == "search: in maintenance of our own"
    assert desk.take(fired("b", service="checkout")) == ["open"]
    desk.rules = OpeningRules(SERVICES)
    assert desk.take(fired(minutes=1, service="search")) == ["open"]


def test_maintenance_of_one_of_several_services_withholds_nothing() -> None:
    desk = Desk(replace(EACH, service="*"), maintained=frozenset({"search"}))
    assert desk.take(fired()) == ["open"]


def test_maintenance_holds_up_no_end_and_no_alert_of_an_open_incident() -> None:
    desk = Desk(GROUP)
    desk.take(fired("a", group="g", service="search"), fired("b", group="g", service="search"))
    desk.take(ended("a", 1))
    desk.rules = OpeningRules(SERVICES, maintained=frozenset({"search"}))
    assert desk.take(fired("a", 2, service="search")) == ["join"]
    assert desk.take(fired("c", 3, group="g", service="search")) == ["withheld"]
    assert desk.take(ended("a", 4), ended("b", 4)) == ["close_member", "close_member", "resolve"]
    assert desk.take(fired("a", 5, service="search")) == ["withheld"]


# Who resolves


def test_what_a_person_opened_waits_for_a_person() -> None:
    desk = Desk(SERVICE)
    desk.incidents[1] = Incident(1, "Slow", S.SEV3, "", P.DETECTED, T0, "ada", services=("jobs",))
    assert desk.take(fired(service="jobs")) == ["join"]
    assert desk.take(ended(minutes=1)) == ["close_member", "stay"]
    assert desk.last[1].reason == "all its alerts are over; ada opened it, so that a person resolves it"
    assert desk.states == ["detected"]


def test_an_intake_may_leave_resolving_to_people() -> None:
    desk = Desk(replace(EACH, resolves=False))
    desk.take(fired())
    assert desk.take(ended(minutes=1)) == ["close_member", "stay"]
    assert "leaves resolving to people" in desk.last[1].reason


# One delivery


@pytest.mark.parametrize("turn", [1, -1])
def test_within_a_delivery_the_senders_time_counts_not_the_order(turn: int) -> None:
    desk = Desk()
    assert desk.take(*[fired(), ended(minutes=1), fired(minutes=2)][::turn]) == [
        "open",
        "close_member",
        "resolve",
        "reopen",
    ]
    assert desk.states == ["detected"]
    assert len(desk.members) == 1


def test_an_incident_is_called_by_the_worst_of_its_alerts() -> None:
    desk = Desk(GROUP)
    kinds = desk.take(fired("a", group="g"), fired("z", group="g", severity=S.SEV1), fired("b", group="g"))
    assert kinds == ["open", "join", "join"]
    assert (desk[1].title, desk[1].severity) == ("z is high", S.SEV1)


def test_what_begins_and_ends_in_one_instant_is_over() -> None:
    desk = Desk()
    desk.take(ended(), fired())
    assert desk.states == ["resolved"]


def test_one_delivery_may_withhold_and_open() -> None:
    desk = Desk(replace(EACH, opens_at=S.SEV2))
    assert desk.take(fired(severity=S.SEV3), fired(minutes=1, severity=S.SEV1)) == ["withheld", "open"]
    assert [(m.incident, m.fires) for m in desk.members.values()] == [(1, True)]
