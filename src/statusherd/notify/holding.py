"""What becomes of a message that must wait: it is held, told anew later, or let go. Pure.

What waits is kept by thread and channel with the newest Change, so that later one message tells where the
thread stands then, and never the backlog.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from statusherd.model.changes import Change
from statusherd.model.delivery import Held, Reason, Thread, Told
from statusherd.notify.behind import wait_behind
from statusherd.notify.facts import Facts, Like, Past
from statusherd.notify.grouping import note, stays_in_group, together
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route_table import Verdict
from statusherd.notify.threads import STEPS, Step, thread_id, thread_of
from statusherd.notify.waiting import FLAP_HOLD, Candidate, at_once, is_worth_a_line, open_route, wait_for


def like_of(question: Question, facts: Facts) -> Like:
    """Return what the thread of a Change is about."""
    known = facts.threads.get(thread_id(question.change))
    thread = known or thread_of(question.change, question.title)
    return thread.vendor, thread.subject


def over(change: Change, held: Held) -> Verdict:
    """Return what becomes of a message that waits when its thread ends: nothing, or a line in the morning."""
    if held.why is Reason.DIGEST:
        return Verdict(held.channel, held.why, until=held.until, group=held.group_thread)
    if held.why is Reason.OUTSIDE_HOURS and is_worth_a_line(change):
        return Verdict(held.channel, Reason.OUTSIDE_HOURS, until=held.until)
    return Verdict(held.channel, Reason.OVER_BEFORE_TOLD)


def patient(
    verdict: Verdict, question: Question, facts: Facts, moment: Moment, *, gathered: bool = False
) -> Verdict:
    """Return the verdict, or in place of one that tells: that it waits; not for others once `gathered`."""
    if not verdict.told or verdict.channel is None:
        return verdict
    key = (thread_id(question.change), verdict.channel)
    before, held = facts.told.get(key), facts.held.get(key)
    past = facts.past.get(like_of(question, facts)) if facts.past else None
    candidate = Candidate(
        question.subject(key[0]),
        verdict.channel,
        verdict.by,
        creates=before is None or before.ended,
        since=held.since if held else moment.now,
        flapped_at=past.ended.get(verdict.channel) if past else None,
    )
    gather = at_once if gathered else partial(together, question, verdict.channel, facts, moment)
    wait = wait_for(candidate, moment.calm, moment.now, gather)
    wait = wait or wait_behind(question, verdict.channel, facts, moment.now)
    if wait is None and not gathered:
        wait = stays_in_group(before, facts, moment.now)
    if wait is None:
        by = open_route(candidate, moment.calm, moment.now, gather) if verdict.route else None
        return replace(verdict, route=by)
    if wait.group is not None:
        note(wait.group, wait.until, facts)
    return replace(
        verdict, told=False, reason=wait.why, route=wait.route or verdict.route, until=wait.until,
        silence=wait.silence, behind=wait.behind, group=wait.group.thread.id if wait.group else None,
    )  # fmt: skip


def waits(
    question: Question, verdicts: Sequence[Verdict], threads: Sequence[Thread], facts: Facts, now: datetime
) -> tuple[tuple[Held, ...], tuple[tuple[str, str], ...]]:
    """Return what waits in `threads` from now on, and what no more (thread, channel)."""
    if not facts.held and all(verdict.until is None for verdict in verdicts):
        return (), ()
    change, number = question.change, question.logged.number
    held: list[Held] = []
    let_go: list[tuple[str, str]] = []
    for verdict in verdicts:
        for key in ((each.id, verdict.channel) for each in threads if verdict.channel):
            old = facts.held.pop(key, None)
            if verdict.until is not None:
                since = old.since if old else now
                why, silence = verdict.reason, verdict.silence
                held.append(
                    Held(*key, number, since, verdict.until, why, silence, verdict.behind, verdict.group)
                )
            elif verdict.told or verdict.reason is Reason.OVER_BEFORE_TOLD:
                let_go.extend([key] if old else [])
            elif old:
                held.append(replace(old, change_number=number))
    answered = {(row.thread, row.channel) for row in held}
    if STEPS[change.kind][1] is not Step.RECORD:  # what waits for another reason is told as it stands now
        every = (row for thread in threads for row in facts.held_in(thread.id))
        rest = (row for row in every if (row.thread, row.channel) not in answered)
        held.extend(replace(row, change_number=number) for row in rest)
    facts.held.update({(row.thread, row.channel): row for row in held})
    return tuple(held), tuple(let_go)


def remember(
    facts: Facts, thread: Thread, told: Sequence[Told], fresh: Sequence[Thread], now: datetime
) -> None:
    """Keep the past of one thread's like up to date, so that a batch sees what it just decided."""
    like = (thread.vendor, thread.subject)
    if (past := facts.past.get(like)) is None:
        return
    was_short = now - thread.opened_at < FLAP_HOLD
    ended = {fact.channel: now for fact in told if fact.ended and was_short and fact.thread == thread.id}
    opened = sum(each.id == thread.id for each in fresh)
    since = past.since or (thread.opened_at if opened else None)
    facts.past[like] = Past(past.openings + opened, since, {**past.ended, **ended})
