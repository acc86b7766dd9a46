"""When an escalation begins, goes a step further, and ends. Pure: records in, decisions out.

It begins with the message that a route sends to it, goes on while nobody acknowledges, and ends with its
thread. Quiet hours do not hold it up, since it is what breaks through them; a silence does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from statusherd.model.changes import Change
from statusherd.model.delivery import NewDelivery, Reason, Thread
from statusherd.model.escalation import Climb, Escalation, Unanswered
from statusherd.model.words import ChangeKind
from statusherd.notify.facts import Facts
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route_table import Verdict
from statusherd.notify.threads import (
    STEPS,
    Step,
    event_of,
    first_disturbance_thread,
    incident_thread,
    thread_id,
)
from statusherd.notify.updates import severity_before
from statusherd.notify.waiting import silenced

if TYPE_CHECKING:
    from statusherd.notify.route import Routing

_BEGIN: Final = frozenset({Reason.OPENED, Reason.REOPENED, Reason.ALREADY_OPEN})
_CALLS: Final = frozenset({"incident", "disturbance", "own_incident"})
"""Events that somebody has to do something about."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What to write of escalations after a Change: those that began or went on, and threads that ended."""

    climbs: tuple[Climb, ...] = ()
    ended: tuple[str, ...] = ()
    overtaken: tuple[str, ...] = ()
    """Threads whose acknowledgement no longer holds: they are more severe than what was acknowledged."""


NOTHING_FOLLOWED: Final = Followed()


def together(every: Iterable[Followed]) -> Followed:
    """Return the same of several Changes."""
    each = tuple(every)
    return Followed(
        tuple(climb for one in each for climb in one.climbs),
        tuple(thread for one in each for thread in one.ended),
        tuple(thread for one in each for thread in one.overtaken),
    )


@dataclass(frozen=True, slots=True)
class Taken:
    """What the next step of an escalation is: its answers, how far it got, and what its messages say."""

    verdicts: tuple[Verdict, ...]
    climb: Climb
    unanswered: Unanswered


def follow(
    question: Question, verdicts: Sequence[Verdict], threads: Sequence[Thread], facts: Facts, moment: Moment
) -> Followed:
    """Return what becomes of the escalations of `threads` after a Change; `facts` is brought up to date."""
    if not moment.escalations and not facts.climbs and not facts.acknowledged:
        return NOTHING_FOLLOWED
    if STEPS[question.change.kind][1] is Step.END:
        ended = tuple(thread.id for thread in threads if _forget(facts, thread.id))
        return Followed(ended=ended)
    overtaken = tuple(thread.id for thread in threads if _overtakes(question, thread.id, facts))
    wanted = tuple(_wanted(question, verdicts, facts, moment.escalations))
    climbs = [climb for thread in threads for climb in _climbs(question, thread.id, wanted, facts, moment)]
    facts.climbs.update({(climb.thread, climb.escalation): climb for climb in climbs})
    return Followed(tuple(climbs), overtaken=overtaken)


def _overtakes(question: Question, thread: str, facts: Facts) -> bool:
    """Let an acknowledgement hold no more where a Change is more severe; tell whether that is so."""
    known = facts.acknowledged.get(thread)
    # "SEV1" < "SEV2" as words: the smaller number is the worse.
    if known is None or STEPS[question.change.kind][1] is Step.RECORD or question.lasting >= known.severity:
        return False
    del facts.acknowledged[thread]
    return True


def _forget(facts: Facts, thread: str) -> bool:
    gone = [key for key in facts.climbs if key[0] == thread]
    for key in gone:
        del facts.climbs[key]
    return facts.acknowledged.pop(thread, None) is not None or bool(gone)


def _wanted(
    question: Question, verdicts: Sequence[Verdict], facts: Facts, known: Mapping[str, Escalation]
) -> Iterator[Escalation]:
    """Yield the escalations that the routes of what is told name, each once."""
    if event_of(question.change) not in _CALLS:
        return
    begin = [each for each in verdicts if each.told and _begins(question, each, facts)]
    names = dict.fromkeys(name for each in begin for route in each.by for name in route.channels)
    yield from (known[name] for name in names if name in known)


def _begins(question: Question, verdict: Verdict, facts: Facts) -> bool:
    if verdict.reason in _BEGIN:
        return True
    told = facts.told.get((thread_id(question.change), verdict.channel or ""))
    before = severity_before(question, told)
    return before is not None and question.steady is not None and question.steady < before


def _climbs(
    question: Question, thread: str, wanted: Sequence[Escalation], facts: Facts, moment: Moment
) -> Iterator[Climb]:
    number, severity = question.logged.number, question.lasting
    names = {escalation.name for escalation in wanted}
    for (of, name), climb in tuple(facts.climbs.items()):
        if of == thread and name not in names and climb.change_number != number:
            yield replace(climb, change_number=number)
    for escalation in wanted:
        old = facts.climbs.get((thread, escalation.name))
        if old is not None and old.severity <= severity:
            yield replace(old, change_number=number)
            continue
        if thread in facts.acknowledged or _is_taken_on(question.change):
            continue
        due_at = moment.now + timedelta(seconds=escalation.steps[0].wait)
        yield Climb(thread, escalation.name, number, 0, 0, severity, moment.now, due_at)


def _is_taken_on(change: Change) -> bool:
    """Tell whether somebody has an incident of ours on hand before anybody else hears of it."""
    is_new = change.kind is ChangeKind.OUR_INCIDENT_OPENED
    return is_new and change.ours is not None and change.ours.incident.acknowledged_at is not None


# A step further


def asked_in(question: Question, thread: str) -> Question:
    """Return the same of one thread: a first look's Change is about several."""
    change = question.change
    if change.kind is not ChangeKind.FIRST_LOOK:
        return question
    change = _opened(change, thread)
    return replace(question, logged=replace(question.logged, change=change))


def _opened(change: Change, thread: str) -> Change:
    for incident in change.incidents:
        if incident_thread(change.vendor, incident.id) == thread:
            kind = ChangeKind.INCIDENT_OPENED
            return replace(change, kind=kind, subject=incident.id, incident=incident, incidents=())
    subject = first_disturbance_thread(change).removeprefix(f"{change.vendor}/")
    return replace(change, kind=ChangeKind.DISTURBANCE_OPENED, subject=subject, incidents=())


def next_step(question: Question, climb: Climb, escalation: Escalation, moment: Moment) -> Taken:
    """Return the step of an escalation that is due; `question` is the newest Change of its thread."""
    number, round_ = climb.step + 1, climb.round
    if number >= len(escalation.steps):
        number, round_ = 0, round_ + 1
    unanswered = Unanswered(escalation.name, number + 1, len(escalation.steps), climb.began_at)
    if round_ > escalation.repeat:
        over = Verdict(None, Reason.ESCALATION_OVER, route=escalation.target)
        return Taken((over,), replace(climb, due_at=None), unanswered)
    where = f"{escalation.target} step {number + 1}"
    if (wait := silenced(question.subject(climb.thread), moment.calm.silences, moment.now)) is not None:
        withheld = Verdict(None, wait.why, route=where, until=wait.until, silence=wait.silence)
        return Taken((withheld,), replace(climb, due_at=wait.until), unanswered)
    step = escalation.steps[number]
    reached = [each for each in moment.reach.channels(step.channels) if each in moment.channels]
    told = tuple(Verdict(channel, Reason.ESCALATED, told=True, route=where) for channel in reached)
    # Where a step reaches nobody, its time is not waited for.
    due_at = moment.now + timedelta(seconds=step.wait if told else 0)
    further = replace(climb, step=number, round=round_, due_at=due_at)
    return Taken(told or (Verdict(None, Reason.NOBODY_ON_STEP, route=where),), further, unanswered)


def messages_of(taken: Taken, answer: Routing, key_of: Callable[[str, str, int], str]) -> Routing:
    """Return the answer of a step with what sets its messages apart: nobody answered, and keys of their own.

    `key_of` makes a key of a thread, a channel and a number, as for every message. The same step is another
    one in each round, and whenever the escalation begins anew.
    """
    climb = taken.climb
    turn = f"{climb.thread}#{climb.escalation}/{climb.began_at.isoformat()}/{climb.round}/{climb.step}"
    keys = {each.channel: key_of(turn, each.channel, climb.change_number) for each in answer.deliveries}
    deliveries = tuple(_unanswered(each, keys[each.channel], taken.unanswered) for each in answer.deliveries)
    decisions = tuple(
        replace(each, message=keys.get(each.channel or "")) if each.told else each
        for each in answer.decisions
    )
    return replace(answer, deliveries=deliveries, decisions=decisions)


def _unanswered(delivery: NewDelivery, key: str, unanswered: Unanswered) -> NewDelivery:
    circumstances = replace(delivery.alert.circumstances, unanswered=unanswered)
    return replace(delivery, dedup_key=key, alert=replace(delivery.alert, circumstances=circumstances))
