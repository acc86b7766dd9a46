"""Somebody takes on what is open: it is written down, the escalation stops, and those who heard are told."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from statusherd.explaining import alert_about
from statusherd.incident_acks import take_on_by
from statusherd.model.delivery import (
    Alert,
    Circumstances,
    Decision,
    Delivery,
    NewDelivery,
    Reason,
    Thread,
    Told,
)
from statusherd.model.errors import NoSuchAlertError, NothingOpenError
from statusherd.model.escalation import Acknowledgement
from statusherd.notify.route import dedup_key, threads_of
from statusherd.notify.threads import opened_in, own_number, own_thread
from statusherd.store import alerts, escalations, groups, outbox
from statusherd.store import changes as change_log
from statusherd.store.deliveries import deliveries_of_thread

_LARGEST: Final = 2**63 - 1
_NEWEST: Final = 200
"""So many of a vendor's Changes are looked through for the one that a thread is about."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A thread that somebody took on, and the channels that are told so."""

    acknowledgement: Acknowledgement
    thread: Thread
    told: tuple[str, ...]


def threads_named(conn: Connection, id_: str) -> tuple[str, ...]:
    """Return the ids of the threads that `id_` means: the key of a message, a Change, INC-12, a thread.

    Raises NoSuchAlertError where it means none. A first look's summary means all that it lists, and a message
    of a group all that it tells, the group's own thread first.
    """
    id_ = id_.strip()
    message = alerts.message_with(conn, id_)
    if message is not None:
        alert = message.alert
        return opened_in(alert.change) or (alert.thread.id, *(part.thread.id for part in alert.parts))
    number = int(id_) if id_.isascii() and id_.isdigit() and int(id_) <= _LARGEST else 0
    logged = change_log.change_numbered(conn, number) if number else None
    if logged is not None:
        return opened_in(logged.change) or threads_of(logged.change)[:1]
    own = own_number(id_)
    id_ = id_ if own is None else own_thread(own)
    threads, _ = outbox.facts(conn, {id_})
    if id_ in threads:
        return (id_,)
    remedy = "`statusherd alert list` shows the IDs; the reference in a message is one, too"
    raise NoSuchAlertError("there is no such alert", subject=repr(id_[:60]), remedy=remedy)


def acknowledge_named(
    conn: Connection, id_: str, author: str, note: str, now: datetime
) -> tuple[Acknowledged, ...]:
    """Write down who takes on all that `id_` means and that is open; whoever heard of it hears so once.

    Raises NoSuchAlertError or NothingOpenError, as `threads_named` and `acknowledge` do.
    """
    named = _with_groups(conn, threads_named(conn, id_))
    heard: set[str] = set()
    found = []
    for thread in open_ones(conn, named) or named[:1]:
        found.append(acknowledge(conn, thread, author, note, now, but_not=heard))
        heard.update(found[-1].told)
    return tuple(found)


def _with_groups(conn: Connection, named: tuple[str, ...]) -> tuple[str, ...]:
    """Return threads behind the groups that are open in these alone: there it is told, where it was told."""
    _, known = outbox.facts(conn, set(named))
    found = dict.fromkeys(
        told.group_thread for told in known.values() if told.group_thread and not told.ended
    )
    members = groups.members(conn, [each for each in found if each])
    whole = tuple(group for group, open_in_it in members.items() if open_in_it.keys() <= set(named))
    return tuple(dict.fromkeys((*whole, *named)))


def open_ones(conn: Connection, threads: Iterable[str]) -> tuple[str, ...]:
    """Return those of `threads` of which somebody waits for the end."""
    wanted = tuple(threads)
    _, known = outbox.facts(conn, set(wanted))
    waiting = {told.thread for told in known.values() if not told.ended}
    return tuple(thread for thread in wanted if thread in waiting)


def acknowledge(
    conn: Connection, thread: str, author: str, note: str, now: datetime, *, but_not: Container[str] = ()
) -> Acknowledged:
    """Write down who takes on a thread, and put a message to all who heard of it into the outbox.

    Raises NothingOpenError where nobody was told of it, or everybody of its end. Who acknowledges again
    what is theirs already, in the same words, tells nobody anything; nor are channels of `but_not` told.
    """
    threads, known = outbox.facts(conn, {thread})
    listening = tuple(told for told in known.values() if not told.ended)
    if thread not in threads or not listening:
        remedy = "What is over, or was told to nobody, needs no acknowledgement"
        raise NothingOpenError(
            "nobody waits for an acknowledgement", subject=repr(thread[:80]), remedy=remedy
        )
    bases = dict(_bases(conn, threads[thread], listening))
    severity = min(told.severity or bases[told.channel][0].severity for told in listening)
    ack = Acknowledgement(thread, author, now, note, severity)
    before = escalations.acknowledged_in(conn, {thread}).get(thread)
    if before is not None and replace(before, at=now) == ack:
        return Acknowledged(before, threads[thread], ())
    take_on_by(conn, thread, author, note, now)
    escalations.acknowledge(conn, ack)
    to_tell = tuple(told for told in listening if told.channel not in but_not)
    _tell(conn, ack, to_tell, bases, now)
    return Acknowledged(ack, threads[thread], tuple(sorted(told.channel for told in to_tell)))


def withdraw(conn: Connection, thread: str, now: datetime) -> bool:
    """Take an acknowledgement back, so that the escalation goes on; False where there was none."""
    found = escalations.expire(conn, thread, now)
    if found:
        outbox.wake(conn)
    return found


def _bases(
    conn: Connection, thread: Thread, listening: tuple[Told, ...]
) -> Iterator[tuple[str, tuple[Alert, int]]]:
    """Yield for each channel the alert that the message about the acknowledgement is made of."""
    last: dict[str, Delivery] = {each.channel: each for each in deliveries_of_thread(conn, thread.id)}
    spare = max(last.values(), key=lambda each: each.id, default=None)
    for told in listening:
        found = last.get(told.channel) or spare
        if found is not None:
            yield told.channel, (found.alert, found.change_number or 0)
        else:
            yield told.channel, _from_log(conn, thread)


def _from_log(conn: Connection, thread: Thread) -> tuple[Alert, int]:
    """Return the same of a thread that has no message of its own: a first look's summary told it."""
    for logged in change_log.changes_of(conn, thread.vendor, limit=_NEWEST):
        if thread.id in threads_of(logged.change) or thread.id in opened_in(logged.change):
            return alert_about(logged, thread.subject.partition(":")[0], thread), logged.number
    remedy = "Its Change is no longer kept: silence it in place of that (statusherd silence add --thread)"
    raise NothingOpenError("it cannot be acknowledged any more", subject=thread.id, remedy=remedy)


def _tell(
    conn: Connection,
    ack: Acknowledgement,
    listening: tuple[Told, ...],
    bases: dict[str, tuple[Alert, int]],
    now: datetime,
) -> None:
    messages, decisions, heard = [], [], []
    for told in listening:
        base, number = bases[told.channel]
        alert = replace(
            base, number=told.messages + 1, ends=False, circumstances=Circumstances(acknowledged=ack)
        )
        key = dedup_key(f"{ack.thread}#{ack.author}/{now.isoformat()}", told.channel, number)
        messages.append(NewDelivery(told.channel, key, alert, now, number))
        decisions.append(Decision(number, True, Reason.ACKNOWLEDGED, None, told.channel, message=key))
        heard.append(replace(told, messages=told.messages + 1))
    outbox.put(conn, messages, decisions, (), heard, now)
    outbox.wake(conn)
