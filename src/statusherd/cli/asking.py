"""What the commands of `statusherd alert` ask the store, with errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection

from statusherd.cli.stores import watched_vendors
from statusherd.clock import SystemClock
from statusherd.config import Config
from statusherd.explaining import Explanation, OurSide, explain, explain_last
from statusherd.inquiring import Inquiry, inquire_of
from statusherd.model.changes import OURS
from statusherd.model.errors import StatusherdError
from statusherd.model.selection import matches
from statusherd.notify.threads import own_number
from statusherd.setup_reading import setup_of
from statusherd.store import alerts, outbox
from statusherd.store import changes as change_log
from statusherd.store.alerts import Answer, DeadLetter, Sight
from statusherd.store.engine import Store

MOST_LETTERS: Final = 1000
_LARGEST: Final = 2**63 - 1
_OVERTAKEN: Final = "the channel heard something newer of the same matter. Name its ID to send it anyway"

Left = tuple[DeadLetter, str]


def found_answers(
    store: Store,
    since: datetime,
    limit: int,
    *,
    vendor: str | None,
    channel: str | None,
    not_told: bool,
) -> tuple[Answer, ...]:
    """Return the decisions since an instant, the newest first; `vendor` is a glob."""
    wanted = partial(matches, vendor) if vendor else None
    return store.read_now(
        lambda conn: alerts.answers(conn, since, limit, wanted=wanted, channel=channel, not_told=not_told)
    )


def explained(store: Store, id_: str, ours: OurSide) -> tuple[Explanation, ...]:
    """Return why what `id_` names was told to whom; raise StatusherdError where it names nothing."""
    found = store.read_now(lambda conn: _explained(conn, id_, ours))
    if found is None:
        remedy = "`statusherd alert list` shows the IDs; messages are kept for 90 days, changes for 400"
        raise StatusherdError("there is no such alert", subject=repr(id_[:60]), remedy=remedy)
    return (found,)


def _explained(conn: Connection, id_: str, ours: OurSide) -> Explanation | None:
    number = change_named(conn, id_)
    return None if number is None else explain(conn, number, ours)


def change_named(conn: Connection, id_: str) -> int | None:
    """Return the Change that an ID means: the key of a message, its own number, the newest of INC-12."""
    message = alerts.message_with(conn, id_.strip())
    if message is not None:
        return message.change_number
    own = own_number(id_)
    return _as_number(id_) if own is None else change_log.newest_about(conn, OURS, f"INC-{own}")


def _as_number(id_: str) -> int | None:
    bare = id_.strip().removeprefix("#")
    number = int(bare) if re.fullmatch(r"[0-9]{1,19}", bare) else 0
    return number if 0 < number <= _LARGEST else None


def explained_vendor(
    store: Store, vendor: str, at: datetime, ours: OurSide
) -> tuple[tuple[Explanation, ...], Sight | None]:
    """Return why the last news of a vendor was told to whom, and when its page was last read."""

    def query(conn: Connection) -> tuple[tuple[Explanation, ...], Sight | None, tuple[str, ...]]:
        found = explain_last(conn, vendor, at, ours)
        near = alerts.vendors_matching(conn, partial(matches, f"*{vendor}*")) if not found else ()
        return found, alerts.sight_of(conn, vendor), near

    found, sight, near = store.read_now(query)
    if not found:
        known = vendor in near
        message = "nothing that happened there is recorded by then" if known else "is not known here"
        remedy = "" if known else _advice(near)
        raise StatusherdError(message, subject=repr(vendor[:60]), remedy=remedy)
    return found, sight


def inquired(
    store: Store, found: Sequence[Explanation], config: Config
) -> tuple[tuple[Explanation, Inquiry], ...]:
    """Return what was explained, each with what the routes of now answer."""
    setup, clock = setup_of(config).with_vendors(watched_vendors(config, store)), SystemClock()
    return store.read_now(lambda conn: tuple((e, inquire_of(conn, e, setup, clock)) for e in found))


def _advice(near: Sequence[str]) -> str:
    names = [name for name in near if not name.startswith("*")][:5]
    return f"Did you mean {', '.join(names)}?" if names else "`statusherd vendor list` shows those that are"


def letters(store: Store) -> tuple[DeadLetter, ...]:
    """Return the messages that were given up, the newest first."""
    return store.read_now(lambda conn: alerts.dead_letters(conn, MOST_LETTERS))


def send_again(
    store: Store, id_: str | None, channel: str | None, channels: Collection[str], now: datetime
) -> tuple[Sequence[DeadLetter], Sequence[Left]]:
    """Send again what `id_` names, all where it is None; return what is sent and what is left, with why."""
    return store.write_now(lambda conn: _send_again(conn, id_, channel, channels, now))


def _send_again(
    conn: Connection, id_: str | None, channel: str | None, channels: Collection[str], now: datetime
) -> tuple[Sequence[DeadLetter], Sequence[Left]]:
    sent: list[DeadLetter] = []
    left: list[Left] = []
    for letter in reversed(_named(conn, id_, channel)):
        why = _why_not(letter, channels, named=id_ is not None)
        if why is None and outbox.resend(conn, letter.delivery.id, now):
            sent.append(letter)
        elif why is not None:
            left.append((letter, why))
    return sent, left


def _named(conn: Connection, id_: str | None, channel: str | None) -> tuple[DeadLetter, ...]:
    if id_ is None:
        return alerts.dead_letters(conn, MOST_LETTERS, channel=channel)
    message = alerts.message_with(conn, id_.strip())
    if message:
        found = alerts.dead_letters(conn, 1, channel=channel, key=message.dedup_key)
        is_its = channel in (None, message.channel)
        what = f"is {message.state}" if is_its else f"is to {message.channel}"
    else:
        found = alerts.dead_letters(conn, MOST_LETTERS, channel=channel, number=_as_number(id_) or 0)
        what = "names no message that was given up"
    if not found:
        remedy = "`statusherd alert dead` lists those that were given up"
        raise StatusherdError(what, subject=repr(id_[:60]), remedy=remedy)
    return found


def _why_not(letter: DeadLetter, channels: Collection[str], *, named: bool) -> str | None:
    if letter.delivery.channel not in channels:
        return "its channel is no longer configured"
    return _OVERTAKEN if letter.overtaken and not named else None
