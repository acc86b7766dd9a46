"""What waits behind other trouble that a channel was told of: one cause is one message. Pure.

It is told apart where it goes beyond what was told: a service more, or worse. What outlives the cause is told
a while after its end, for a vendor recovers after the one it runs on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Held, Reason, Told
from statusherd.notify.facts import Facts
from statusherd.notify.question import Question
from statusherd.notify.route_table import Verdict
from statusherd.notify.threads import STEPS, Step, thread_id
from statusherd.notify.troubles import LONGEST, Trouble
from statusherd.notify.waiting import Wait

GRACE: Final = timedelta(minutes=30)
"""How long after the end of its cause something may go on before it is told."""

_SHORT: Final = frozenset({Reason.HELD, Reason.FLAPPING})


def wait_behind(question: Question, channel: str, facts: Facts, now: datetime) -> Wait | None:
    """Return what a message waits behind; None where nothing tells it to the channel."""
    if question.change.incident is None:
        return None
    key = (thread_id(question.change), channel)
    before, held = facts.told.get(key), facts.held.get(key)
    if before is not None and not before.ended:
        return None
    until = (held.since if held else now) + LONGEST
    if now >= until:
        return None
    for trouble in question.troubles:
        told = facts.told.get((trouble.thread, channel))
        if told is not None and not told.ended and _covers(told, question, trouble):
            return Wait(until, trouble.why, behind=trouble.thread)
    return _grace(question, channel, held, facts, now)


def _grace(question: Question, channel: str, held: Held | None, facts: Facts, now: datetime) -> Wait | None:
    """Return the rest of the wait of something whose cause was over a short while ago."""
    if held is None or held.behind is None or not now < held.until <= now + GRACE:
        return None
    told = facts.told.get((held.behind, channel))
    if told is None or not _covers(told, question, None):
        return None
    return Wait(held.until, held.why, behind=held.behind)


def _covers(told: Told, question: Question, trouble: Trouble | None) -> bool:
    """Tell whether what a channel was told is as much as this: no service more, and nothing worse."""
    if not set(question.services) <= set(told.services):
        return False
    if question.steady is not None and told.severity is not None:
        return question.steady >= told.severity  # as words: the smaller number is the worse
    incident = question.change.incident
    return trouble is None or incident is None or incident.impact.rank <= trouble.rank


def taken_over(question: Question, channel: str, facts: Facts) -> Verdict | None:
    """Return why a disturbance that an incident took over is not ended to a channel; None where it is.

    Who is told of the incident needs no word. Where that waits, so does this: it may come to nothing.
    """
    threads = [trouble.thread for trouble in question.troubles]
    for told in (facts.told.get((thread, channel)) for thread in threads):
        if told is not None and not told.ended:
            return Verdict(channel, Reason.PART_OF_INCIDENT)
    waiting = (held for thread in threads if (held := facts.held.get((thread, channel))))
    first = min((h for h in waiting if h.why in _SHORT), key=lambda held: held.until, default=None)
    return Verdict(channel, first.why, until=first.until) if first else None


def released(change: Change, facts: Facts, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the thread that a Change ends with the time until which others may wait behind it still."""
    if STEPS[change.kind][1] is not Step.END:
        return
    thread, until = thread_id(change), now + GRACE
    waiting = [key for key, held in facts.held.items() if held.behind == thread and held.until > until]
    for key in waiting:
        facts.held[key] = replace(facts.held[key], until=until)
    if waiting:
        yield thread, until


def subject_behind(held: Held | None, facts: Facts) -> str | None:
    """Return the subject of the thread that told something until now."""
    thread = facts.threads.get(held.behind) if held and held.behind else None
    return thread.subject if thread else None


def tells_for(thread: str, channel: str, facts: Facts) -> tuple[str, ...]:
    """Return the subjects of what waits behind a thread, for one channel."""
    behind = (held for held in facts.held.values() if held.behind == thread and held.channel == channel)
    waiting = (held for held in behind if held.why is not Reason.DUPLICATE)
    return tuple(subject for held in waiting if (subject := _subject(held.thread, facts)))


def _subject(thread: str, facts: Facts) -> str | None:
    known = facts.threads.get(thread)
    return known.subject if known else facts.subjects.get(thread)
