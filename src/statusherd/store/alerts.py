"""What people ask of alerts: what was told to whom, what was not, and why; what was given up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, Row, bindparam, exists, or_, select

from statusherd.model.changes import LoggedChange
from statusherd.model.delivery import Decision, Delivery
from statusherd.model.words import DeliveryState
from statusherd.store import tables
from statusherd.store.conversations import decision_of, decisions_of
from statusherd.store.deliveries import Attempt, attempts_of, deliveries_of_change
from statusherd.store.outbox import delivery_of
from statusherd.store.rows import CHANGE

_change, _decision, _delivery = tables.change, tables.decision, tables.delivery
_attempt, _state = tables.delivery_attempt, tables.vendor_state
_AT_ONCE: Final = 500
"""Both databases take as many parameters in one statement."""
_FOREVER: Final = datetime(9999, 1, 1, tzinfo=UTC)

Key = TypeVar("Key", bound=Hashable)
Wanted: TypeAlias = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """One decision on a Change, with the message that came of it; None where there is none (any more)."""

    logged: LoggedChange
    vendor_title: str
    decision: Decision
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision with all that came of it."""

    decision: Decision
    delivery: Delivery | None = None
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A Change and everything that was decided on it; `routed_at` None where nothing is decided yet."""

    logged: LoggedChange
    vendor_title: str
    routed_at: datetime | None
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up. `why` is what its last attempt came to.

    `overtaken`: its channel has been told something newer of the same matter since.
    """

    delivery: Delivery
    why: str
    overtaken: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """When a vendor's source was last read, and since when it cannot be."""

    seen_at: datetime | None
    failing_since: datetime | None
    blind_since: datetime | None


def answers(
    conn: Connection,
    since: datetime,
    limit: int,
    *,
    wanted: Wanted | None = None,
    channel: str | None = None,
    not_told: bool = False,
) -> tuple[Answer, ...]:
    """Return the decisions on the Changes since an instant, the newest Change first.

    `wanted` is asked with a vendor's name and title. The newest Changes are gone through until `limit` is
    reached, or `since`.
    """
    rows: list[Any] = []
    for page in _pages(conn, since, wanted):
        query = _DECISIONS.where(_decision.c.change_number.in_(page))
        if channel is not None:
            query = query.where(_decision.c.channel == channel)
        if not_told:
            query = query.where(_decision.c.told.is_(False))
        places = {number: place for place, number in enumerate(page)}
        rows += sorted(conn.execute(query), key=lambda row: (places[row.change_number], row.id))
        if len(rows) >= limit:
            break
    return _answers(conn, rows[:limit])


def _pages(conn: Connection, since: datetime, wanted: Wanted | None) -> Iterator[list[int]]:
    """Yield the numbers of Changes, the newest first, some at a time: along an index, whatever is asked."""
    query = _NEWEST.where(_change.c.at >= since)
    chosen = cache(wanted or (lambda _name, _title: True))
    until, last = _FOREVER, 0
    while rows := list(conn.execute(query, {"until": until, "last": last})):
        until, last = rows[-1].at, rows[-1].number
        yield [row.number for row in rows if chosen(row.vendor, row.title or row.vendor)]


def _answers(conn: Connection, rows: Sequence[Any]) -> tuple[Answer, ...]:
    numbers = {row.change_number for row in rows}
    older = {row.change_number for row in rows if row.told and not row.message}
    by_change, by_key = _messages(conn, older), _with_keys(conn, {row.message for row in rows if row.message})
    logged: dict[int, LoggedChange] = {}
    titles: dict[int, str] = {}
    for some in _some(numbers):
        for row in conn.execute(_BODIES, {"numbers": some}):
            logged[row.number] = LoggedChange(row.number, CHANGE.load(row.body))
            titles[row.number] = _title(logged[row.number], row.title)
    return tuple(
        Answer(
            logged[row.change_number],
            titles[row.change_number],
            decision_of(row),
            _told_by(row, by_key, by_change) if row.told else None,
        )
        for row in rows
    )


def _title(logged: LoggedChange, vendors: str | None) -> str:
    """Return whose a Change is: the title of its vendor, or the name of an incident of ours."""
    ours = logged.change.ours
    return ours.incident.name if ours else vendors or logged.change.vendor


def _some(numbers: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(numbers)
    yield from (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


def account_of(conn: Connection, number: int) -> Account | None:
    """Return what was decided on a Change; None where the log has none of that number."""
    row = conn.execute(_CHANGE, {"number": number}).one_or_none()
    if row is None:
        return None
    decisions, logged = decisions_of(conn, number), LoggedChange(row.number, CHANGE.load(row.body))
    by_key = _with_keys(conn, {each.message for each in decisions if each.message})
    others = (each for each in deliveries_of_change(conn, number) if each.dedup_key not in by_key)
    messages = _in_turn((each.channel, each) for each in others)
    verdicts = [_verdict(conn, each, by_key, messages) for each in decisions]
    return Account(
        logged,
        _title(logged, row.title),
        row.routed_at,
        tuple(verdicts),
    )


def numbers_before(conn: Connection, vendor: str, at: datetime, limit: int) -> tuple[int, ...]:
    """Return the Changes of the last look at a vendor that had any, not later than `at`, in their order."""
    last = conn.scalar(_LAST_AT, {"name": vendor, "until": at})
    if last is None:
        return ()
    return tuple(conn.scalars(_OF_LOOK, {"name": vendor, "then": last, "most": limit}))


def sight_of(conn: Connection, vendor: str) -> Sight | None:
    """Return when a vendor was read last; None where it was never looked at."""
    row = conn.execute(_SIGHT, {"name": vendor}).one_or_none()
    return None if row is None else Sight(*row)


def vendors_matching(conn: Connection, wanted: Wanted) -> tuple[str, ...]:
    """Return the names of the vendors that were looked at whose name and title are `wanted`."""
    found = {row.vendor: row.title or row.vendor for row in conn.execute(_NAMES)}
    return tuple(name for name, title in found.items() if wanted(name, title))


def dead_letters(
    conn: Connection,
    limit: int,
    *,
    channel: str | None = None,
    number: int | None = None,
    key: str | None = None,
) -> tuple[DeadLetter, ...]:
    """Return the messages that were given up, the newest first: all, or a channel's, a Change's, or one."""
    query = _DEAD
    for column, value in (("channel", channel), ("change_number", number), ("dedup_key", key)):
        if value is not None:
            query = query.where(_delivery.c[column] == value)
    return tuple(
        DeadLetter(delivery_of(row), row.why or "", bool(row.overtaken))
        for row in conn.execute(query.limit(limit))
    )


def message_with(conn: Connection, key: str) -> Delivery | None:
    """Return the message with this key; None where there is none."""
    row = conn.execute(select(_delivery).where(_delivery.c.dedup_key == key)).one_or_none()
    return None if row is None else delivery_of(row)


def heard_before(conn: Connection, thread: str, channel: str, number: int) -> Delivery | None:
    """Return the last message of a thread to a channel that told an earlier Change than `number`."""
    values = {"thread": thread, "channel": channel, "number": number}
    row = conn.execute(_BEFORE, values).one_or_none()
    return None if row is None else delivery_of(row)


def _messages(conn: Connection, numbers: Iterable[int]) -> dict[tuple[int, str], deque[Delivery]]:
    """Return the messages that tell these Changes, by Change and channel, the oldest first."""
    rows: list[Row[Any]] = []
    for some in _some(numbers):
        rows += conn.execute(select(_delivery).where(_delivery.c.change_number.in_(some)))
    in_order = sorted(rows, key=lambda row: row.id)
    return _in_turn(((row.change_number, row.channel), delivery_of(row)) for row in in_order)


def _in_turn(messages: Iterable[tuple[Key, Delivery]]) -> dict[Key, deque[Delivery]]:
    """Return messages by what they answer: of several for one channel, each decision has its own."""
    found: dict[Key, deque[Delivery]] = {}
    for key, message in messages:
        found.setdefault(key, deque()).append(message)
    return found


def _next(messages: Mapping[Key, deque[Delivery]], key: Key) -> Delivery | None:
    waiting = messages.get(key)
    return waiting.popleft() if waiting else None


def _told_by(
    row: Row[Any], by_key: Mapping[str, Delivery], by_change: Mapping[tuple[int, str], deque[Delivery]]
) -> Delivery | None:
    return by_key.get(row.message) if row.message else _next(by_change, (row.change_number, row.channel))


def _with_keys(conn: Connection, keys: Iterable[str]) -> dict[str, Delivery]:
    """Return the messages with these keys, by key."""
    every = sorted(keys)
    found = (
        delivery_of(row)
        for start in range(0, len(every), _AT_ONCE)
        for row in conn.execute(
            select(_delivery).where(_delivery.c.dedup_key.in_(every[start : start + _AT_ONCE]))
        )
    )
    return {delivery.dedup_key: delivery for delivery in found}


def _verdict(
    conn: Connection,
    decision: Decision,
    by_key: Mapping[str, Delivery],
    messages: Mapping[str, deque[Delivery]],
) -> Verdict:
    """Return a decision with its message: by its key, or of an older version's the next of its channel."""
    delivery = None
    if decision.told and decision.message:
        delivery = by_key.get(decision.message)
    elif decision.told:
        delivery = _next(messages, decision.channel or "")
    return Verdict(decision, delivery, attempts_of(conn, delivery.id) if delivery else ())


_NEWEST = (
    select(_change.c.number, _change.c.vendor, _change.c.at, _state.c.title)
    .outerjoin(_state, _state.c.vendor == _change.c.vendor)
    .where(
        _change.c.at <= bindparam("until"),
        or_(_change.c.at < bindparam("until"), _change.c.number < bindparam("last")),
    )
    .order_by(_change.c.at.desc(), _change.c.number.desc())
    .limit(_AT_ONCE)
)
_DECISIONS = select(_decision)
_BODIES = (
    select(_change.c.number, _change.c.vendor, _change.c.body, _state.c.title)
    .outerjoin(_state, _state.c.vendor == _change.c.vendor)
    .where(_change.c.number.in_(bindparam("numbers", expanding=True)))
)
_CHANGE = (
    select(_change.c.number, _change.c.vendor, _change.c.routed_at, _change.c.body, _state.c.title)
    .outerjoin(_state, _state.c.vendor == _change.c.vendor)
    .where(_change.c.number == bindparam("number"))
)
_LAST_AT = (
    select(_change.c.at)
    .where(_change.c.vendor == bindparam("name"), _change.c.at <= bindparam("until"))
    .order_by(_change.c.at.desc())
    .limit(1)
)
_OF_LOOK = (
    select(_change.c.number)
    .where(_change.c.vendor == bindparam("name"), _change.c.at == bindparam("then"))
    .order_by(_change.c.number)
    .limit(bindparam("most"))
)
_SIGHT = select(_state.c.seen_at, _state.c.failing_since, _state.c.blind_since).where(
    _state.c.vendor == bindparam("name")
)
_NAMES = select(_state.c.vendor, _state.c.title)
_BEFORE = (
    select(_delivery)
    .where(
        _delivery.c.thread == bindparam("thread"),
        _delivery.c.channel == bindparam("channel"),
        _delivery.c.change_number < bindparam("number"),
    )
    .order_by(_delivery.c.id.desc())
    .limit(1)
)
_newer = _delivery.alias("newer")
_last_try = (
    select(_attempt.c.detail)
    .where(_attempt.c.delivery == _delivery.c.id)
    .order_by(_attempt.c.at.desc())
    .limit(1)
    .correlate(_delivery)
    .scalar_subquery()
)
_overtaken = (
    exists()
    .where(
        _newer.c.thread == _delivery.c.thread,
        _newer.c.channel == _delivery.c.channel,
        _newer.c.id > _delivery.c.id,
        _newer.c.state == DeliveryState.SENT,
    )
    .correlate(_delivery)
)
_DEAD = (
    select(_delivery, _last_try.label("why"), _overtaken.label("overtaken"))
    .where(_delivery.c.state == DeliveryState.DEAD)
    .order_by(_delivery.c.id.desc())
)
