"""Times as people read them, and as they are given on the command line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import click

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago `moment` was, in its largest unit: "12 s", "3 min", "5 h", "2 d"."""
    seconds = int((now - moment).total_seconds())
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(0, seconds)} s"


def local(moment: datetime, now: datetime, *, seconds: bool = False) -> str:
    """Return a time on the clock of the terminal: "14:02 CET" today, else with the date."""
    there, today = moment.astimezone(), now.astimezone().date()
    time = f"{there:%H:%M:%S %Z}" if seconds else f"{there:%H:%M %Z}"
    return time if there.date() == today else f"{there:%Y-%m-%d} {time}"


def given_moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Read a time of the command line, in ISO 8601; UTC where it names no zone. A callback of options."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        text = f'{value[:60]!r} is no time. Write it like "2026-01-31T14:02:00Z".'
        raise click.BadParameter(text, ctx, param) from None


def given_time(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Read a time of the command line as `given_moment` does, or "02:40": the last such on our clock."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value.strip()) if value else None
    if found is None:
        return given_moment(ctx, param, value)
    now = datetime.now().astimezone()
    # Without its zone, so that the clock of another day has that day's offset.
    there = now.replace(hour=int(found[1]), minute=int(found[2]), second=59, microsecond=0, tzinfo=None)
    today = there.astimezone(UTC)
    return today if today - timedelta(minutes=1) <= now else (there - timedelta(days=1)).astimezone(UTC)
