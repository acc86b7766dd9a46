"""Reminders between the store and the routing: what is due is read, decided on, and written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection

from statusherd.model.changes import LoggedChange
from statusherd.model.pacing import Repeat
from statusherd.notify.facts import Facts
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.repeating import Member, Reminded, remind
from statusherd.notify.route import Routing
from statusherd.notify.threads import STEPS, Step, thread_id
from statusherd.store import changes, escalations, groups, outbox, repeats
from statusherd.store import held as held_rows

Asks: TypeAlias = Callable[[LoggedChange], Question]


def newest(conn: Connection, question: Question, moment: Moment) -> None:
    """Let the reminders of a Change's thread tell from it, where routes remind."""
    if moment.table.repeats and STEPS[question.change.kind][1] is not Step.RECORD:
        repeats.note(conn, thread_id(question.change), question.logged.number)


def keep(conn: Connection, answer: Routing, moment: Moment) -> None:
    """Write down what is to be repeated after an answer, and what is not any more."""
    repeats.put(conn, answer.repeats)
    for told in answer.told if moment.table.repeats else ():
        if told.ended:
            repeats.drop(conn, told.thread, told.channel)


def take_up(conn: Connection, row: Repeat, asks: Asks, moment: Moment) -> Reminded | None:
    """Decide on a reminder that is due, and plan the next one; None where its Change is gone."""
    logged = changes.change_numbered(conn, row.change_number)
    found = None if logged is None else _decided(conn, row, asks(logged), moment)
    if found is None or found.again is None:
        repeats.drop(conn, row.thread, row.channel)
    else:
        repeats.put(conn, (found.again,))
    return found


def _decided(conn: Connection, row: Repeat, question: Question, moment: Moment) -> Reminded:
    threads = {row.thread, thread_id(question.change)}
    facts = Facts(*outbox.facts(conn, threads), held_rows.held_in(conn, threads))
    is_acknowledged = row.thread in escalations.acknowledged_in(conn, {row.thread})
    return remind(row, question, facts, moment, members=_members(conn, row), is_acknowledged=is_acknowledged)


def _members(conn: Connection, row: Repeat) -> tuple[Member, ...]:
    """Return what is open in a group, without that of which the end waits to be told."""
    found = groups.members(conn, (row.thread,))[row.thread]
    if not found:
        return ()
    severities = {told.thread: told.severity for told in outbox.facts(conn, found.keys())[1].values()}
    waiting = ((held.thread, held.change_number) for held in held_rows.of_groups(conn, (row.thread,)))
    over = {thread for thread, number in waiting if _is_end(conn, number)}
    return tuple(Member(found[each], severities.get(each)) for each in found if each not in over)


def _is_end(conn: Connection, number: int) -> bool:
    logged = changes.change_numbered(conn, number)
    return logged is not None and STEPS[logged.change.kind][1] is Step.END
