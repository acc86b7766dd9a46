"""How channels fare, read from the messages that went through them and those that wait or were given up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from statusherd.model.words import DeliveryState
from statusherd.store import tables

_delivery, _attempt = tables.delivery, tables.delivery_attempt
_WAITING: Final = (DeliveryState.PENDING, DeliveryState.SENDING)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST: Final = 1000
"""So many failures of a channel are looked at, the newest."""


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel fares. `failures` counts those in a row that trying again may mend.

    `failing_since` is the first failure since the last message that went out, `error` the newest one's
    words; both None where the last thing tried went out, or nothing was tried.
    """

    channel: str
    last_sent_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    error: str | None = None
    waiting: int = 0
    dead: int = 0


def health_of(conn: Connection, channels: Iterable[str]) -> tuple[ChannelHealth, ...]:
    """Return how each channel fares, in the order given."""
    waiting, dead = _counts(conn, _WAITING), _counts(conn, (DeliveryState.DEAD,))
    return tuple(_health(conn, name, waiting.get(name, 0), dead.get(name, 0)) for name in channels)


def failures_in_a_row(conn: Connection) -> dict[str, int]:
    """Return how often the channels with messages that wait have failed in a row, where they have."""
    found = health_of(conn, _counts(conn, _WAITING))
    return {each.channel: each.failures for each in found if each.failures}


def _counts(conn: Connection, states: Iterable[DeliveryState]) -> dict[str, int]:
    return {name: count for name, count in conn.execute(_COUNT, {"states": list(states)})}  # noqa: C416


def _health(conn: Connection, channel: str, waiting: int, dead: int) -> ChannelHealth:
    sent = conn.scalar(_LAST_SENT, {"name": channel})
    values = {"name": channel, "after": sent or _LONG_AGO, "most": _MOST}
    failed: list[Any] = list(conn.execute(_FAILED, values))
    return ChannelHealth(
        channel,
        last_sent_at=sent,
        failing_since=failed[-1].at if failed else None,
        failures=next((n for n, row in enumerate(failed) if row.permanent), len(failed)),
        error=failed[0].detail if failed else None,
        waiting=waiting,
        dead=dead,
    )


_COUNT = (
    select(_delivery.c.channel, func.count())
    .where(_delivery.c.state.in_(bindparam("states", expanding=True)))
    .group_by(_delivery.c.channel)
)
# Along the index on state and time, from the newest: what is looked at is kept for 90 days.
_LAST_SENT = (
    select(_delivery.c.sent_at)
    .where(_delivery.c.state == DeliveryState.SENT, _delivery.c.channel == bindparam("name"))
    .order_by(_delivery.c.due_at.desc())
    .limit(1)
)
_FAILED = (
    select(_attempt.c.at, _attempt.c.permanent, _attempt.c.detail)
    .join(_delivery, _delivery.c.id == _attempt.c.delivery)
    .where(
        _delivery.c.channel == bindparam("name"),
        or_(
            _delivery.c.state.in_(_WAITING),
            # A message is due for the last time when it is given up.
            and_(_delivery.c.state == DeliveryState.DEAD, _delivery.c.due_at > bindparam("after")),
        ),
        _attempt.c.at > bindparam("after"),
    )
    .order_by(_attempt.c.at.desc())
    .limit(bindparam("most"))
)
