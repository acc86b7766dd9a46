"""How an incident of ours goes through its phases, and what the team asks for before it may. Pure.

The way is detected, triaged, investigating, mitigated, resolved, closed; phases may be skipped. Who passes a
phase meets what is asked for to enter it and to leave it. Going back is always possible and wants a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from statusherd.model.incidents import Incident, IncidentPhase
from statusherd.model.words import Worded

P = IncidentPhase


class Wanted(Worded):
    """What can be asked for. The sentence says what is missing where it is not met."""

    SEVERITY_SET = "severity set", "nobody has said how severe it is"
    SERVICE_NAMED = "service named", "it names no service of ours"
    ACKNOWLEDGED = "acknowledged", "nobody has acknowledged it"
    ROLE = "role", "nobody has the role"
    CAUSE_ANSWERED = "cause answered", "nobody has said whether a vendor is the cause"
    NO_SIGNAL_FIRES = "no signal fires", "alerts still fire"
    NOTE_WRITTEN = "note since the phase began", "no note was written since the phase began"
    TASKS_DONE = "tasks done", "tasks are open"
    REVIEW_WRITTEN = "review written", "the review is not written"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is asked for; `role` is whose name must stand, with ROLE alone."""

    wanted: Wanted
    role: str = ""

    def __str__(self) -> str:
        """Return it as a config has it."""
        return f"role:{self.role}" if self.wanted is Wanted.ROLE else str(self.wanted)


COMMANDER: Final = "commander"
_SAME: Final = {"commander named": Criterion(Wanted.ROLE, COMMANDER)}
_PLAIN: Final = {each.value: each for each in Wanted if each is not Wanted.ROLE}
WORDS: Final = (*_PLAIN, *_SAME, "role:NAME")
"""What may stand in a config."""


def parse_criterion(text: str) -> Criterion | None:
    """Return the criterion of a word of the config; None where there is no such."""
    word = " ".join(text.casefold().split())
    if word in _SAME:
        return _SAME[word]
    kind, _, role = word.partition(":")
    if kind.strip() == Wanted.ROLE:
        return Criterion(Wanted.ROLE, role.strip()) if role.strip() else None
    return Criterion(_PLAIN[word]) if word in _PLAIN else None


_CLOSING: Final = (Wanted.SEVERITY_SET, Wanted.SERVICE_NAMED, Wanted.NO_SIGNAL_FIRES, Wanted.TASKS_DONE)


def _light() -> Mapping[IncidentPhase, tuple[Criterion, ...]]:
    """Return what is asked for where nothing is configured: nothing in the night, order at the end."""
    return {P.CLOSED: tuple(map(Criterion, _CLOSING))}


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """What the team asks for to `enter` and to `leave` a phase.

    What fires again within `reopen_within` of its end is the same incident.
    """

    enter: Mapping[IncidentPhase, tuple[Criterion, ...]] = field(default_factory=_light)
    leave: Mapping[IncidentPhase, tuple[Criterion, ...]] = field(default_factory=dict)
    reopen_within: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an incident beside its own record.

    `firing` are the titles of alerts, `open_tasks` the texts of what is to be done. The others are deeds of
    people: an answer to "us or them?", a note since the phase began, the review.
    """

    firing: tuple[str, ...] = ()
    open_tasks: tuple[str, ...] = ()
    cause_answered: bool = False
    noted: bool = False
    review_written: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A criterion that is not met, and the phase that asks for it: to `enter` it, or to leave it."""

    criterion: Criterion
    phase: IncidentPhase
    enter: bool
    what: str

    @property
    def sentence(self) -> str:
        asks = f"to {'enter' if self.enter else 'leave'} {self.phase}"
        return f"{asks}, “{self.criterion}”: {self.what}"


def missing(incident: Incident, to: IncidentPhase, facts: Facts, rules: IncidentRules) -> tuple[Missing, ...]:
    """Return all that is not met on the way to a later phase, each once; nothing on the way back."""
    found: dict[Criterion, Missing] = {}
    for phase, enter, criterion in _asked(incident.phase, to, rules):
        what = _lack(criterion, incident, facts)
        if what is not None:
            found.setdefault(criterion, Missing(criterion, phase, enter, what))
    return tuple(found.values())


def _asked(
    start: IncidentPhase, end: IncidentPhase, rules: IncidentRules
) -> Iterator[tuple[IncidentPhase, bool, Criterion]]:
    for phase in IncidentPhase:
        if start.rank < phase.rank <= end.rank:
            yield from ((phase, True, each) for each in rules.enter.get(phase, ()))
        if start.rank <= phase.rank < end.rank:
            yield from ((phase, False, each) for each in rules.leave.get(phase, ()))


def _lack(criterion: Criterion, incident: Incident, facts: Facts) -> str | None:
    """Return what a criterion misses, None where it is met."""
    is_met = {
        Wanted.SEVERITY_SET: bool(incident.severity_by),
        Wanted.SERVICE_NAMED: bool(incident.services),
        Wanted.ACKNOWLEDGED: incident.acknowledged_at is not None,
        Wanted.ROLE: bool(incident.roles.get(criterion.role)),
        Wanted.CAUSE_ANSWERED: facts.cause_answered,
        Wanted.NO_SIGNAL_FIRES: not facts.firing,
        Wanted.NOTE_WRITTEN: facts.noted,
        Wanted.TASKS_DONE: not facts.open_tasks,
        Wanted.REVIEW_WRITTEN: facts.review_written,
    }
    return None if is_met[criterion.wanted] else _said(criterion, facts)


def _said(criterion: Criterion, facts: Facts) -> str:
    named = {Wanted.NO_SIGNAL_FIRES: facts.firing, Wanted.TASKS_DONE: facts.open_tasks}
    if criterion.wanted is Wanted.ROLE:
        return f"nobody is {criterion.role}"
    which = _listed(named.get(criterion.wanted, ()))
    return f"{criterion.wanted.sentence}{which}"


def _listed(texts: tuple[str, ...]) -> str:
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return f" ({'; '.join(texts[:3])}{more})" if texts else ""


def next_of(phase: IncidentPhase) -> IncidentPhase | None:
    """Return the phase that follows, None after the last."""
    return next((each for each in IncidentPhase if each.rank == phase.rank + 1), None)


def back_from(incident: Incident) -> IncidentPhase | None:
    """Return the phase that an incident goes back to where nobody names one; None at the beginning."""
    if incident.phase.is_over:
        return P.INVESTIGATING
    return next((each for each in IncidentPhase if each.rank == incident.phase.rank - 1), None)


def fires_again(incident: Incident) -> IncidentPhase:
    """Return the phase of a resolved incident that fires again: the last in which it was broken."""
    if incident.investigating_at:
        return P.INVESTIGATING
    return P.TRIAGED if incident.triaged_at else P.DETECTED


def moved(incident: Incident, to: IncidentPhase, by: str, now: datetime) -> Incident:
    """Return an incident as it is in another phase.

    On the way forward the first time of a phase stays; what is closed is resolved as well. On the way back
    the times of the later phases are void: what they tell of did not hold.
    """
    times: dict[str, Any] = {}
    for phase in tuple(P)[1:]:
        if phase.rank > to.rank:
            times[f"{phase}_at"] = None
        elif phase is to or (phase is P.RESOLVED and to is P.CLOSED):
            times[f"{phase}_at"] = getattr(incident, f"{phase}_at") or now
    resolved_by = (incident.resolved_by or by) if to.is_over else ""
    return replace(incident, phase=to, resolved_by=resolved_by, **times)
