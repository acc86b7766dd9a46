"""What is decided when a wait is over: from where the thread stands now, not from its backlog. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Circumstances, Held, NewDelivery, Reason, Thread, Told
from statusherd.model.incidents import Incident
from statusherd.model.records import VendorIncident
from statusherd.model.words import ChangeKind, Impact, Phase, Severity, Status
from statusherd.notify.facts import Facts
from statusherd.notify.grouping import EVERYBODY
from statusherd.notify.holding import patient
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route import Routing, dedup_key, settle
from statusherd.notify.route_table import Verdict
from statusherd.notify.threads import STEPS, SUBJECT_LENGTH, Step, incident_thread, thread_id
from statusherd.notify.verdicts import by_routes, goes_on, guided
from statusherd.notify.waiting import is_worth_a_line


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """What is to be written once a wait is over, and what is to be summed up in a line to which channel."""

    routing: Routing
    missed: tuple[tuple[str, Question], ...] = ()


def reconsider(question: Question, held: Sequence[Held], moment: Moment, facts: Facts) -> Reconsidered:
    """Decide anew on what waited for one channel, `question` being the newest Change of its thread.

    Of a first look's summary all that waits for the channel comes together, as one message.
    """
    channel, now = held[0].channel, moment.now
    # A first look's threads have no message of their own yet: what they waited for goes with the summary.
    asked = replace(
        question, logged=replace(question.logged, change=_standing_now(question, held, facts, now))
    )
    waited = {(thread_id(asked.change), channel): held[0]} | {(h.thread, h.channel): h for h in held}
    facts.held.update(waited)
    verdict = _anew(asked, held[0], moment, facts)
    verdict = patient(verdict, asked, facts, moment, gathered=held[0].why in (Reason.GROUPED, Reason.DIGEST))
    is_over = STEPS[asked.change.kind][1] is Step.END
    if is_over and verdict.reason is Reason.SILENCED and _told(asked, channel, facts) is None:
        verdict = Verdict(channel, Reason.OVER_BEFORE_TOLD, route=verdict.route)
    routing = settle(asked, [verdict], facts, moment)
    stays = {(row.thread, row.channel) for row in routing.held} & waited.keys() if verdict.until else set()
    for key in waited.keys() - stays:
        facts.held.pop(key, None)
    let_go = tuple(sorted((h.thread, h.channel) for h in held if (h.thread, h.channel) not in stays))
    still = tuple(row for row in routing.held if (row.thread, row.channel) in stays)
    missed = ((channel, asked),) if verdict.reason is Reason.SUMMED_UP and verdict.told else ()
    return Reconsidered(replace(routing, held=still, let_go=let_go), missed)


def _anew(question: Question, held: Held, moment: Moment, facts: Facts) -> Verdict:
    channel, step = held.channel, STEPS[question.change.kind][1]
    if channel not in moment.channels:
        return Verdict(channel, Reason.NO_ROUTE)
    if (told := _told(question, channel, facts)) is not None:
        return guided(goes_on(question, step, told, moment.reach, facts), question, moment, facts)
    is_over, in_digest = step is Step.END, held.why is Reason.DIGEST
    is_told = in_digest or (held.why is Reason.OUTSIDE_HOURS and is_worth_a_line(question.change))
    if is_over and not is_told:
        return Verdict(channel, Reason.OVER_BEFORE_TOLD)
    found = by_routes(question, moment, frozenset({channel}), facts)
    verdict = next((v for v in found if v.channel == channel), Verdict(channel, Reason.NO_ROUTE))
    over = Reason.DIGESTED if in_digest else Reason.SUMMED_UP
    return replace(verdict, reason=over) if is_over and verdict.told else verdict


def _told(question: Question, channel: str, facts: Facts) -> Told | None:
    """Return what the channel was told, None where it does not know of the thread or heard of its end."""
    told = facts.told.get((thread_id(question.change), channel))
    return None if told is None or told.ended else told


def _standing_now(question: Question, held: Sequence[Held], facts: Facts, now: datetime) -> Change:
    """Return the Change as somebody hears of it who was not told the ones before."""
    change, told = question.change, facts.told.get((held[0].thread, held[0].channel))
    if change.kind is ChangeKind.FIRST_LOOK:
        threads = {row.thread for row in held}
        left = tuple(i for i in change.incidents if incident_thread(change.vendor, i.id) in threads)
        # A summary of what is left is a message of its own, in a thread of its own.
        return replace(change, incidents=left, subject=f"{now:%Y%m%dT%H%M%SZ}")
    if change.kind is ChangeKind.INCIDENT_REOPENED and (told is None or not told.ended):
        kind = ChangeKind.INCIDENT_UPDATED if told else ChangeKind.INCIDENT_OPENED
        return replace(change, kind=kind, before=None)
    if change.kind is ChangeKind.OUR_INCIDENT_REOPENED and (told is None or not told.ended):
        return replace(
            change, kind=ChangeKind.OUR_INCIDENT_UPDATED if told else ChangeKind.OUR_INCIDENT_OPENED
        )
    if change.kind is ChangeKind.DISTURBANCE_CHANGED and told is None:
        return replace(change, kind=ChangeKind.DISTURBANCE_OPENED)
    return change


def sum_up(channel: str, missed: Sequence[Question], now: datetime) -> tuple[NewDelivery, Thread, Told]:
    """Return the one message on what came and went while a channel was in its quiet hours."""
    incidents = tuple(_named(question) for question in missed)
    change = Change(
        EVERYBODY, ChangeKind.MISSED, now, "it came and went in quiet hours", status=Status.OPERATIONAL,
        incidents=incidents,
    )  # fmt: skip
    titles = ", ".join(dict.fromkeys(question.title for question in missed))
    subject = f"Came and went in quiet hours: {titles}"
    if len(subject) > SUBJECT_LENGTH:
        subject = f"{subject[: SUBJECT_LENGTH - 1].rstrip()}…"
    thread = Thread(f"{EVERYBODY}/missed/{channel}/{now:%Y%m%dT%H%M%SZ}", EVERYBODY, subject, now)
    worst = min(missed, key=lambda question: question.severity)
    alert = Alert(
        thread, change, "", Severity(worst.severity), worst.severity_reason, 1, ends=True,
        circumstances=Circumstances(Reason.OUTSIDE_HOURS),
    )  # fmt: skip
    number = missed[-1].logged.number
    delivery = NewDelivery(channel, dedup_key(thread.id, channel, number), alert, now, number)
    return delivery, thread, Told(thread.id, channel, "", "", 1, ended=True, at=now)


def _named(question: Question) -> VendorIncident:
    """Return an incident under a title that says whose it is: it stands among those of others."""
    ours = question.change.ours
    if ours is not None:
        return _named_ours(ours.incident, question.change.at)
    incident = question.change.incident
    assert incident is not None, "only incidents are summed up"
    ended = incident.resolved_at or question.change.at
    title, began = f"{question.title}: {incident.title}", incident.started_at or ended
    return replace(incident, title=title, started_at=began, resolved_at=ended)


def _named_ours(incident: Incident, at: datetime) -> VendorIncident:
    return VendorIncident(
        incident.name,
        f"{incident.name}: {incident.title}",
        _IMPACTS[incident.severity],
        Phase.RESOLVED,
        started_at=incident.began_at or incident.opened_at,
        resolved_at=incident.resolved_at or at,
    )


_IMPACTS: Final = {
    Severity.SEV1: Impact.CRITICAL,
    Severity.SEV2: Impact.MAJOR,
    Severity.SEV3: Impact.MINOR,
    Severity.SEV4: Impact.NONE,
}
"""How bad an incident of ours is, beside those of vendors."""


def groups(held: Iterable[Held], first_looks: frozenset[int]) -> Iterator[tuple[Held, ...]]:
    """Yield what is decided on together: one by one, but what waits for a first look's summary as a whole."""
    summaries: dict[tuple[int, str], list[Held]] = {}
    for row in held:
        if row.change_number in first_looks:
            summaries.setdefault((row.change_number, row.channel), []).append(row)
        else:
            yield (row,)
    yield from map(tuple, summaries.values())
