"""The alerts of monitoring systems: which incident each belongs to, or why to none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from statusherd.model.incidents import Member
from statusherd.model.words import Severity
from statusherd.store import tables
from statusherd.store.rows import dump_words, load_words

_member, _incident = tables.incident_member, tables.incident
_AT_ONCE: Final = 500


def put(conn: Connection, member: Member) -> Member:
    """Store an alert as it stands, in the place of the one of its number; return it with a number."""
    row = _row(member)
    if member.number:
        conn.execute(update(_member).where(_member.c.number == member.number).values(row))
        return member
    number = conn.scalar(insert(_member).returning(_member.c.number), row)
    assert number is not None
    return replace(member, number=number)


def newest(conn: Connection, intake: str, keys: Collection[str]) -> tuple[Member, ...]:
    """Return how the keys of an intake stood last; those that we ever heard of."""
    wanted = sorted(keys)
    batches = (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
    return tuple(
        _record(row) for ids in batches for row in conn.execute(_NEWEST, {"intake": intake, "ids": ids})
    )


def of_incidents(conn: Connection, numbers: Collection[int]) -> tuple[Member, ...]:
    """Return the alerts of incidents, in the order in which they came."""
    wanted = sorted(numbers)
    batches = (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
    return tuple(_record(row) for ids in batches for row in conn.execute(_OF, {"ids": ids}))


def incidents_of_groups(conn: Connection, intake: str, groups: Collection[str]) -> frozenset[int]:
    """Return the open incidents that have alerts of groups of an intake."""
    values = {"intake": intake, "groups": sorted(groups)}
    return frozenset(conn.scalars(_OF_GROUPS, values)) if groups else frozenset()


def withheld(conn: Connection, limit: int = 1000) -> tuple[Member, ...]:
    """Return the alerts that fire and opened nothing, the newest first."""
    return tuple(map(_record, conn.execute(_WITHHELD, {"most": limit})))


def move(conn: Connection, numbers: Collection[int], incident: int) -> None:
    """Let alerts belong to another incident."""
    rows = [{"row": number, "to": incident} for number in sorted(numbers)]
    if rows:
        conn.execute(_MOVE, rows)


def _row(member: Member) -> dict[str, Any]:
    return {
        "intake": member.intake,
        "key": member.key,
        "incident": member.incident or None,
        "title": member.title,
        "since": member.since,
        "until": member.until,
        "severity": member.severity,
        "services": dump_words(member.services),
        "group_key": member.group,
        "seen_at": member.seen_at or member.since,
        "withheld": member.withheld,
    }


def _record(row: Row[Any]) -> Member:
    return Member(
        intake=row.intake,
        key=row.key,
        incident=row.incident or 0,
        title=row.title,
        since=row.since,
        until=row.until,
        severity=Severity(row.severity),
        services=load_words(row.services),
        group=row.group_key,
        seen_at=row.seen_at,
        withheld=row.withheld,
        number=row.number,
    )


_LAST = (
    select(func.max(_member.c.number))
    .where(_member.c.intake == bindparam("intake"), _member.c.key.in_(bindparam("ids", expanding=True)))
    .group_by(_member.c.key)
)
_NEWEST = select(_member).where(_member.c.number.in_(_LAST)).order_by(_member.c.number)
_OF = (
    select(_member).where(_member.c.incident.in_(bindparam("ids", expanding=True))).order_by(_member.c.number)
)
_OF_GROUPS = (
    select(_member.c.incident)
    .distinct()
    .join(_incident, _incident.c.number == _member.c.incident)
    .where(
        _incident.c.over_at.is_(None),
        _member.c.intake == bindparam("intake"),
        _member.c.group_key.in_(bindparam("groups", expanding=True)),
    )
)
_WITHHELD = (
    select(_member)
    .where(_member.c.incident.is_(None), _member.c.until.is_(None))
    .order_by(_member.c.since.desc(), _member.c.number.desc())
    .limit(bindparam("most"))
)
_MOVE = update(_member).where(_member.c.number == bindparam("row")).values(incident=bindparam("to"))
