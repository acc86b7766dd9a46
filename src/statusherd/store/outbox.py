"""The outbox: messages written with the decisions that caused them, claimed, sent, recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from statusherd.model.delivery import Decision, Delivery, NewDelivery, Reason, SendOutcome, Thread, Told
from statusherd.model.words import DeliveryState
from statusherd.store import tables
from statusherd.store.conversations import facts, put_decisions, put_threads, put_told
from statusherd.store.rows import ALERT, counter, insert_or_ignore

__all__ = [
    "behind",
    "claim_due",
    "dead_letters",
    "facts",
    "give_back",
    "next_due",
    "pending_count",
    "put",
    "put_deliveries",
    "record_outcome",
    "release_orphans",
    "resend",
    "resends",
    "wake",
]

_delivery, _attempt, _change = tables.delivery, tables.delivery_attempt, tables.change
_WAITING: Final = (DeliveryState.PENDING, DeliveryState.SENDING)


def put(
    conn: Connection,
    deliveries: Sequence[NewDelivery],
    decisions: Sequence[Decision],
    threads: Iterable[Thread],
    told: Iterable[Told],
    at: datetime,
) -> None:
    """Write what the routing decided on Changes, in the transaction that marks them routed."""
    put_threads(conn, threads)
    put_told(conn, told)
    put_decisions(conn, decisions, at)
    put_deliveries(conn, deliveries, at)


def put_deliveries(conn: Connection, deliveries: Sequence[NewDelivery], at: datetime) -> None:
    """Put messages into the outbox; one whose dedup_key is there already is left as it is."""
    if not deliveries:
        return
    put_threads(conn, {delivery.alert.thread.id: delivery.alert.thread for delivery in deliveries}.values())
    conn.execute(_PUT.on(conn), [_row(delivery, at) for delivery in deliveries])


def claim_due(
    conn: Connection,
    now: datetime,
    owner: str,
    lease_until: datetime,
    limit: int,
    skip_channels: Collection[str] = (),
) -> tuple[Delivery, ...]:
    """Claim messages that are due, the longest waiting first, for `owner` until `lease_until`.

    One statement, so that no two claim the same. A claim that ran out is free, its message marked as
    perhaps sent. Of a thread in a channel only the oldest message that is not delivered can be claimed:
    its order is kept whatever fails.
    """
    values = {"now": now, "holder": owner, "until": lease_until, "most": limit, "skip": list(skip_channels)}
    claimed = [delivery_of(row) for row in conn.execute(_CLAIM, values)]
    return tuple(sorted(claimed, key=lambda delivery: (delivery.due_at, delivery.id)))


def record_outcome(
    conn: Connection,
    delivery: Delivery,
    outcome: SendOutcome,
    now: datetime,
    *,
    retry_at: datetime | None = None,
    instead: Sequence[NewDelivery] = (),
) -> bool:
    """Write down what became of a claimed message: sent, to be tried again at `retry_at`, else dead.

    `instead` are messages to put into the outbox in its place. Returns False where the claim had run out
    and somebody else has the message: a failure changes nothing then, a success counts all the same.
    """
    if outcome.tried or retry_at is None:
        conn.execute(_NOTE.on(conn), _attempt_row(delivery, outcome, now))
    if outcome.sent:
        return conn.execute(_SENT, {"key": delivery.id, "now": now}).rowcount == 1
    values = {
        "key": delivery.id,
        "claim": delivery.attempts + 1,
        "state": DeliveryState.DEAD if retry_at is None else DeliveryState.PENDING,
        "due": retry_at or now,
        "maybe": outcome.maybe_sent,
        "untried": int(not outcome.tried),
    }
    ours = conn.execute(_NOT_SENT, values).rowcount == 1
    if ours:
        _put_instead(conn, instead, now)
    return ours


def _put_instead(conn: Connection, instead: Sequence[NewDelivery], now: datetime) -> None:
    """Put stand-ins into the outbox, but tell no channel what it is told of the same Change already."""
    for new in instead:
        values = {"number": new.change_number, "name": new.channel}
        told = new.change_number is None or conn.execute(_ON_ITS_WAY, values).first() is None
        if told:
            put_deliveries(conn, (new,), now)
        if new.change_number is not None:
            reason = Reason.STANDS_IN if told else Reason.ALREADY_TOLD
            put_decisions(conn, (Decision(new.change_number, told, reason, channel=new.channel),), now)


def behind(conn: Connection, delivery: Delivery) -> tuple[Delivery, ...]:
    """Return the messages of the same thread that wait for a channel behind one of its messages."""
    values = {"of": delivery.alert.thread.id, "to": delivery.channel, "key": delivery.id}
    return tuple(delivery_of(row) for row in conn.execute(_BEHIND, values))


def give_back(conn: Connection, ids: Iterable[int]) -> None:
    """Put claimed messages back that were not sent: as if they had not been claimed."""
    rows = [{"key": id_} for id_ in ids]
    if rows:
        conn.execute(_GIVE_BACK, rows)


def release_orphans(conn: Connection, owner: str, now: datetime) -> int:
    """Free the claims of dead processes, their messages marked as perhaps sent; return how many.

    With SQLite there is one process, so every claim of another `owner` is an orphan. With PostgreSQL the
    others may be alive: there a claim is one once its lease has run out.
    """
    orphans = _ORPHANS.where(_delivery.c.lease_until < now)
    if conn.dialect.name == "sqlite":
        orphans = _ORPHANS.where(or_(_delivery.c.owner != owner, _delivery.c.lease_until < now))
    return conn.execute(orphans).rowcount


def next_due(conn: Connection, *, skip_channels: Collection[str] = ()) -> datetime | None:
    """Return when the next message can be claimed, which may be past; None where none waits."""
    found: datetime | None = conn.scalar(_NEXT, {"skip": list(skip_channels)})
    return found


def pending_count(conn: Connection) -> int:
    """Return how many messages are not delivered yet."""
    return conn.scalar(_PENDING) or 0


def dead_letters(conn: Connection, limit: int = 100) -> tuple[Delivery, ...]:
    """Return the messages that were given up, the newest first."""
    return tuple(delivery_of(row) for row in conn.execute(_DEAD, {"most": limit}))


def resend(conn: Connection, delivery_id: int, now: datetime) -> bool:
    """Put a message that was given up back into the outbox; False where there is no such one."""
    found = conn.execute(_RESEND, {"key": delivery_id, "now": now}).rowcount == 1
    if found:
        wake(conn)
    return found


def wake(conn: Connection) -> None:
    """Let a running daemon look at once for what another process has put here."""
    conn.execute(_COUNT_RESENT.on(conn))


def resends(conn: Connection) -> int:
    """Return a number that changes whenever another process has put something here. Cheap enough to poll."""
    return conn.scalar(_RESENT) or 0


def delivery_of(row: Row[Any]) -> Delivery:
    """Return a message as the model has it: `attempts` does not count the one under way."""
    state = DeliveryState(row.state)
    return Delivery(
        id=row.id,
        channel=row.channel,
        dedup_key=row.dedup_key,
        alert=ALERT.load(row.alert),
        due_at=row.due_at,
        state=state,
        attempts=row.attempts - (state is DeliveryState.SENDING),
        maybe_sent=row.maybe_sent,
        created_at=row.created_at,
        sent_at=row.sent_at,
        change_number=row.change_number,
    )


def _row(delivery: NewDelivery, at: datetime) -> dict[str, Any]:
    return {
        "channel": delivery.channel,
        "dedup_key": delivery.dedup_key,
        "thread": delivery.alert.thread.id,
        "change_number": delivery.change_number,
        "created_at": at,
        "due_at": delivery.due_at,
        "state": DeliveryState.PENDING,
        "attempts": 0,
        "maybe_sent": False,
        "alert": ALERT.dump(delivery.alert),
    }


def _attempt_row(delivery: Delivery, outcome: SendOutcome, now: datetime) -> dict[str, Any]:
    return {
        "delivery": delivery.id,
        "at": now,
        "number": delivery.attempts + 1,
        "sent": outcome.sent,
        "permanent": outcome.permanent,
        "maybe_sent": outcome.maybe_sent,
        "elapsed": outcome.elapsed,
        "detail": outcome.detail,
    }


_waiting, _older = _delivery.alias("waiting"), _delivery.alias("older")
_its_turn = ~exists().where(
    _older.c.thread == _waiting.c.thread,
    _older.c.channel == _waiting.c.channel,
    _older.c.id < _waiting.c.id,
    _older.c.state.in_(_WAITING),
)
_not_busy = _waiting.c.channel.not_in(bindparam("skip", expanding=True))
_free = or_(
    and_(_waiting.c.state == DeliveryState.PENDING, _waiting.c.due_at <= bindparam("now")),
    and_(_waiting.c.state == DeliveryState.SENDING, _waiting.c.lease_until <= bindparam("now")),
)


def _claim() -> Any:
    due = (
        select(_waiting.c.id)
        .where(_free, _its_turn, _not_busy)
        .order_by(_waiting.c.due_at, _waiting.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=_waiting)  # PostgreSQL; SQLite has one writer at a time
        .cte("due")
    )
    ran_out = _delivery.c.state == DeliveryState.SENDING
    return (
        update(_delivery)
        .where(_delivery.c.id.in_(select(due.c.id)))
        .values(
            state=DeliveryState.SENDING,
            owner=bindparam("holder"),
            lease_until=bindparam("until"),
            attempts=_delivery.c.attempts + 1,
            maybe_sent=or_(_delivery.c.maybe_sent, ran_out),
        )
        .returning(_delivery)
    )


_FREE: Final = {"owner": None, "lease_until": None}
_PUT = insert_or_ignore(_delivery)
_NOTE = insert_or_ignore(_attempt)
_CLAIM = _claim()
_SENT = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("key"))
    .where(_delivery.c.state.in_((*_WAITING, DeliveryState.DEAD)))
    .values(state=DeliveryState.SENT, sent_at=bindparam("now"), **_FREE)
)
_NOT_SENT = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("key"), _delivery.c.state == DeliveryState.SENDING)
    .where(_delivery.c.attempts == bindparam("claim"))
    .values(
        state=bindparam("state"),
        due_at=bindparam("due"),
        attempts=_delivery.c.attempts - bindparam("untried"),
        maybe_sent=or_(_delivery.c.maybe_sent, bindparam("maybe")),
        **_FREE,
    )
)
_ON_ITS_WAY = (
    select(_delivery.c.id)
    .where(_delivery.c.change_number == bindparam("number"), _delivery.c.channel == bindparam("name"))
    .where(_delivery.c.state.in_((*_WAITING, DeliveryState.SENT)))
    .limit(1)
)
_BEHIND = (
    select(_delivery)
    .where(_delivery.c.thread == bindparam("of"), _delivery.c.channel == bindparam("to"))
    .where(_delivery.c.id > bindparam("key"), _delivery.c.state.in_(_WAITING))
    .order_by(_delivery.c.id)
)
_GIVE_BACK = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("key"), _delivery.c.state == DeliveryState.SENDING)
    .values(state=DeliveryState.PENDING, attempts=_delivery.c.attempts - 1, **_FREE)
)
_ORPHANS = (
    update(_delivery)
    .where(_delivery.c.state == DeliveryState.SENDING)
    .values(state=DeliveryState.PENDING, maybe_sent=True, **_FREE)
)
_FREE_AT = case((_waiting.c.state == DeliveryState.PENDING, _waiting.c.due_at), else_=_waiting.c.lease_until)
_NEXT = select(func.min(_FREE_AT)).where(_waiting.c.state.in_(_WAITING), _its_turn, _not_busy)
_PENDING = select(func.count()).select_from(_delivery).where(_delivery.c.state.in_(_WAITING))
_DEAD = (
    select(_delivery)
    .where(_delivery.c.state == DeliveryState.DEAD)
    .order_by(_delivery.c.id.desc())
    .limit(bindparam("most"))
)
_COUNT_RESENT = counter("resends")
_RESENT = select(tables.meta.c.value).where(tables.meta.c.name == "resends")
_RESEND = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("key"), _delivery.c.state == DeliveryState.DEAD)
    .values(state=DeliveryState.PENDING, due_at=bindparam("now"), created_at=bindparam("now"), attempts=0)
)
