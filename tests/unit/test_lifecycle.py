"""The phases of incidents as a truth table: what is asked for, what is missing, and what times mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.incidents import Incident, IncidentPhase
from statusherd.model.words import Severity
from statusherd.respond.lifecycle import (
    WORDS,
    Criterion,
    Facts,
    IncidentRules,
    Wanted,
    back_from,
    fires_again,
    missing,
    moved,
    next_of,
    parse_criterion,
)

P = IncidentPhase
T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
BARE = Incident(1, "Checkout is slow", Severity.SEV3, "nobody has said", P.DETECTED, T0, "ada")
ALL = Facts(cause_answered=True, noted=True, review_written=True)
NONE = Facts(firing=("High latency",), open_tasks=("roll back",))
FULL = replace(
    BARE, severity_by="ada", services=("checkout",), acknowledged_at=T0, roles={"commander": "ada", "scribe": "bob"}
)  # fmt: skip

CRITERIA = [
    ("severity set", "nobody has said how severe it is"),
    ("service named", "it names no service of ours"),
    ("acknowledged", "nobody has acknowledged it"),
    ("commander named", "nobody is commander"),
    ("role:scribe", "nobody is scribe"),
    ("cause answered", "nobody has said whether a vendor is the cause"),
    ("no signal fires", "alerts still fire (High latency)"),
    ("note since the phase began", "no note was written since the phase began"),
    ("tasks done", "tasks are open (roll back)"),
    ("review written", "the review is not written"),
]


def asked(word: str) -> Criterion:
    found = parse_criterion(word)
    assert found
    return found


@pytest.mark.parametrize(("word", "lacks"), CRITERIA)
def test_each_criterion_is_met_or_says_what_it_lacks(word: str, lacks: str) -> None:
    rules = IncidentRules(enter={P.TRIAGED: (asked(word),)})
    assert missing(FULL, P.TRIAGED, ALL, rules) == ()
    (found,) = missing(BARE, P.TRIAGED, NONE, rules)
    assert found.what == lacks
    assert found.sentence == f"to enter triaged, “{asked(word)}”: {lacks}"


def test_the_table_has_every_word_that_a_config_may_have() -> None:
    assert {word for word, _ in CRITERIA} == {word.replace("NAME", "scribe") for word in WORDS}


@pytest.mark.parametrize("word", ["", "severity", "role:", "role", "role: ", "no signals fire", "closed"])
def test_what_is_no_criterion_is_none(word: str) -> None:
    assert parse_criterion(word) is None


@pytest.mark.parametrize("word", ["Severity  Set", "ROLE: Tech Lead", "Commander named"])
def test_case_and_spaces_do_not_matter(word: str) -> None:
    found = asked(word)
    assert asked(str(found)) == found


@pytest.mark.parametrize("start", list(P))
@pytest.mark.parametrize("end", list(P))
def test_by_default_nothing_is_in_the_way_but_of_closing(start: IncidentPhase, end: IncidentPhase) -> None:
    found = missing(replace(BARE, phase=start), end, NONE, IncidentRules())
    asks = end is P.CLOSED and start is not P.CLOSED
    wanted = (Wanted.SEVERITY_SET, Wanted.SERVICE_NAMED, Wanted.NO_SIGNAL_FIRES, Wanted.TASKS_DONE)
    assert tuple(each.criterion.wanted for each in found) == (wanted if asks else ())


ROLE, NOTE, TASKS = (
    Criterion(Wanted.ROLE, "commander"),
    Criterion(Wanted.NOTE_WRITTEN),
    Criterion(Wanted.TASKS_DONE),
)
RULES = IncidentRules(
    enter={P.INVESTIGATING: (ROLE,), P.CLOSED: (TASKS,)},
    leave={P.DETECTED: (NOTE,), P.INVESTIGATING: (TASKS, ROLE)},
)

WAYS = [
    (P.DETECTED, P.TRIAGED, [(NOTE, P.DETECTED, False)]),
    (P.TRIAGED, P.INVESTIGATING, [(ROLE, P.INVESTIGATING, True)]),
    (P.DETECTED, P.INVESTIGATING, [(NOTE, P.DETECTED, False), (ROLE, P.INVESTIGATING, True)]),
    (P.INVESTIGATING, P.MITIGATED, [(TASKS, P.INVESTIGATING, False), (ROLE, P.INVESTIGATING, False)]),
    (P.TRIAGED, P.RESOLVED, [(ROLE, P.INVESTIGATING, True), (TASKS, P.INVESTIGATING, False)]),
    (P.MITIGATED, P.RESOLVED, []),
    (P.MITIGATED, P.CLOSED, [(TASKS, P.CLOSED, True)]),
    (P.RESOLVED, P.INVESTIGATING, []),
    (P.CLOSED, P.DETECTED, []),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "lacks"), WAYS)
def test_who_skips_phases_meets_what_they_ask_for_each_thing_once(start, end, lacks) -> None:
    found = missing(replace(BARE, phase=start), end, NONE, RULES)
    assert [(each.criterion, each.phase, each.enter) for each in found] == lacks


def test_of_many_alerts_three_are_named() -> None:
    facts = Facts(firing=tuple("abcde"))
    (found,) = missing(FULL, P.CLOSED, facts, IncidentRules())
    assert found.what == "alerts still fire (a; b; c and 2 more)"


def test_the_way_forward_and_back() -> None:
    assert [next_of(phase) for phase in P] == [*list(P)[1:], None]
    back = [back_from(replace(BARE, phase=phase)) for phase in P]
    assert back == [None, P.DETECTED, P.TRIAGED, P.INVESTIGATING, P.INVESTIGATING, P.INVESTIGATING]


def hours(count: int) -> datetime:
    return T0 + timedelta(hours=count)


def times(incident: Incident) -> list[int | None]:
    """Hours after the opening at which the phases were reached."""
    found = [getattr(incident, f"{phase}_at") for phase in list(P)[1:]]
    return [at and int((at - T0).total_seconds()) // 3600 for at in found]


def test_times_of_phases_are_their_first_and_void_on_the_way_back() -> None:
    steps = [
        (P.TRIAGED, [1, None, None, None, None]),
        (P.MITIGATED, [1, None, 2, None, None]),
        (P.RESOLVED, [1, None, 2, 3, None]),
        (P.INVESTIGATING, [1, 4, None, None, None]),
        (P.TRIAGED, [1, None, None, None, None]),
        (P.CLOSED, [1, None, None, 6, 6]),
        (P.RESOLVED, [1, None, None, 6, None]),
        (P.CLOSED, [1, None, None, 6, 8]),
        (P.DETECTED, [None] * 5),
    ]
    at = BARE
    for hour, (phase, wanted) in enumerate(steps, 1):
        at = moved(at, phase, "ada" if hour < 7 else "bob", hours(hour))
        assert (at.phase, times(at)) == (phase, wanted)
        assert at.resolved_by == ("ada" if phase.is_over else ""), "who closes it has not resolved it"


def test_what_fires_again_goes_back_to_where_it_was_broken() -> None:
    assert fires_again(moved(BARE, P.RESOLVED, "x", T0)) is P.DETECTED
    assert fires_again(moved(moved(BARE, P.TRIAGED, "x", T0), P.RESOLVED, "x", T0)) is P.TRIAGED
    gone_far = moved(moved(moved(BARE, P.INVESTIGATING, "x", T0), P.MITIGATED, "x", T0), P.RESOLVED, "x", T0)
    assert fires_again(gone_far) is P.INVESTIGATING
