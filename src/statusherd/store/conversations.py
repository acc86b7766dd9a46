"""Threads, what was told in them, and the decisions of the routing: what `alert explain` answers from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select

from statusherd.model.delivery import Decision, Reason, Thread, Told
from statusherd.model.words import Severity
from statusherd.store import tables
from statusherd.store.rows import dump_words, insert_or_ignore, insert_or_replace, load_words

_thread, _told, _decision = tables.thread, tables.told, tables.decision
_AT_ONCE: Final = 500
"""Both databases take as many parameters in one statement."""


def facts(
    conn: Connection, threads: Collection[str]
) -> tuple[dict[str, Thread], dict[tuple[str, str], Told]]:
    """Return the threads of these ids that exist, and what was told in them by (thread, channel)."""
    known: dict[str, Thread] = {}
    told: dict[tuple[str, str], Told] = {}
    ids = sorted(threads)
    for start in range(0, len(ids), _AT_ONCE):
        some = {"ids": ids[start : start + _AT_ONCE]}
        for row in conn.execute(_THREADS, some):
            known[row.id] = Thread(row.id, row.vendor, row.subject, row.opened_at)
        for row in conn.execute(_TOLD, some):
            told[row.thread, row.channel] = _told_of(row)
    return known, told


def put_threads(conn: Connection, threads: Iterable[Thread]) -> None:
    """Open threads. One that is open keeps its subject: it was frozen with the first message."""
    rows = [{"id": t.id, "vendor": t.vendor, "subject": t.subject, "opened_at": t.opened_at} for t in threads]
    if rows:
        conn.execute(_PUT_THREAD.on(conn), rows)


def put_told(conn: Connection, told: Iterable[Told]) -> None:
    """Note what the channels know now. Their threads must be there."""
    rows = [
        {
            "thread": each.thread,
            "channel": each.channel,
            "phase": each.phase,
            "impact": each.impact,
            "messages": each.messages,
            "ended": each.ended,
            "severity": each.severity,
            "services": dump_words(each.services) if each.services else None,
            "at": each.at,
            "group_thread": each.group_thread,
        }
        for each in told
    ]
    if rows:
        conn.execute(_PUT_TOLD.on(conn), rows)


def put_decisions(conn: Connection, decisions: Iterable[Decision], at: datetime) -> None:
    """Append decisions to the audit trail."""
    rows = [
        {
            "change_number": each.change_number,
            "at": at,
            "told": each.told,
            "reason": each.reason.value,
            "route": each.route,
            "channel": each.channel,
            "until": each.until,
            "silence": each.silence,
            "behind": each.behind,
            "message": each.message,
        }
        for each in decisions
    ]
    if rows:
        conn.execute(_PUT_DECISION, rows)


def decisions_of(conn: Connection, change_number: int) -> tuple[Decision, ...]:
    """Return the decisions on a Change in the order they were made."""
    query = select(_decision).where(_decision.c.change_number == change_number).order_by(_decision.c.id)
    return tuple(decision_of(row) for row in conn.execute(query))


def decision_of(row: Row[Any]) -> Decision:
    """Return a decision as the model has it."""
    return Decision(
        row.change_number, row.told, _REASONS[row.reason], row.route, row.channel, row.until, row.silence,
        row.behind,
        row.message,
    )  # fmt: skip


def _told_of(row: Row[Any]) -> Told:
    return Told(
        row.thread,
        row.channel,
        row.phase,
        row.impact,
        row.messages,
        row.ended,
        Severity(row.severity) if row.severity is not None else None,
        load_words(row.services) if row.services is not None else (),
        row.at,
        row.group_thread,
    )


_REASONS: Final = {each.value: each for each in Reason}
_THREADS = select(_thread).where(_thread.c.id.in_(bindparam("ids", expanding=True)))
_TOLD = select(_told).where(_told.c.thread.in_(bindparam("ids", expanding=True)))
_PUT_THREAD = insert_or_ignore(_thread)
_PUT_TOLD = insert_or_replace(_told)
_PUT_DECISION = insert(_decision)
