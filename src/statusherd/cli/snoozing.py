"""Which threads an ID means, and the silence that lets them keep still."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from glob import escape
from typing import Any

from sqlalchemy import Connection

from statusherd.cli.asking import change_named
from statusherd.cli.moments import local
from statusherd.cli.output import shown
from statusherd.cli.silencing import asked
from statusherd.cli.stores import open_store
from statusherd.config import Config
from statusherd.model.changes import Change
from statusherd.model.errors import StatusherdError
from statusherd.model.silences import Silence
from statusherd.model.words import ChangeKind
from statusherd.notify.route import threads_of
from statusherd.notify.threads import first_disturbance_thread, subject_of
from statusherd.store import alerts, conversations
from statusherd.store import silences as silence_rows


def snooze(config: Config, id_: str, given: Mapping[str, Any], now: datetime) -> tuple[Silence, str]:
    """Store a silence of what an ID means; return it with its subject.

    Raise StatusherdError where the ID names nothing, or what is over.
    """
    with open_store(config) as store:
        threads, subject = store.read_now(lambda conn: _open_threads(conn, id_))
        silence = asked({**given, "threads": tuple(map(escape, threads))}, now)
        return store.write_now(lambda conn: silence_rows.add(conn, silence, now)), subject


def _open_threads(conn: Connection, id_: str) -> tuple[tuple[str, ...], str]:
    number = change_named(conn, id_)
    account = alerts.account_of(conn, number) if number is not None else None
    if account is None:
        remedy = "`statusherd alert list` shows the IDs; messages are kept for 90 days, changes for 400"
        raise StatusherdError("there is no such alert", subject=repr(id_[:60]), remedy=remedy)
    every = _threads(account.logged.change)
    known, told = conversations.facts(conn, every)
    heard = {thread: [t.ended for (of, _), t in told.items() if of == thread] for thread in every}
    still = tuple(thread for thread in every if not heard[thread] or not all(heard[thread]))
    subject = next((known[t].subject for t in every if t in known), None)
    subject = subject or subject_of(account.logged.change, account.vendor_title)
    if not still:
        raise StatusherdError("is over: nothing more comes of it", subject=shown(subject))
    return still, subject


def _threads(change: Change) -> tuple[str, ...]:
    """Return the threads that a Change is part of, or opens."""
    if change.kind is ChangeKind.FIRST_LOOK and not change.incidents:
        return (first_disturbance_thread(change),)
    own, *opened = threads_of(change)
    return tuple(opened) if change.kind is ChangeKind.FIRST_LOOK else (own,)


def snoozed_line(silence: Silence, subject: str, now: datetime) -> str:
    """Return what is said of a snooze."""
    end = local(silence.ends_at, now)
    remedy = f"End it: statusherd silence expire {silence.id}"
    return f"{shown(subject)} keeps still until {end}; what is open then is told. {remedy}"
