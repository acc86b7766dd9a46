"""Times in a message: the reader's own clock first, UTC beside it. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from statusherd.notify.languages import say


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a time as "2026-11-23 10:47 CET (09:47 UTC)"; the date is repeated where it differs."""
    utc = at.astimezone(UTC)
    local = _local(at, zone)
    if local.utcoffset() == timedelta(0):
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    beside = f"{utc:%H:%M} UTC" if local.date() == utc.date() else f"{utc:%Y-%m-%d %H:%M} UTC"
    return f"{local:%Y-%m-%d %H:%M} {_zone_name(local)} ({beside})"


def clock(at: datetime, today: datetime, zone: ZoneInfo) -> str:
    """Return a time as "10:47 CET", with its date before it where that is not today's."""
    local = _local(at, zone)
    date = "" if local.date() == _local(today, zone).date() else f"{local:%Y-%m-%d} "
    return f"{date}{local:%H:%M} {_zone_name(local)}"


def window(start: datetime | None, end: datetime | None, zone: ZoneInfo) -> str:
    """Return a planned window as "2026-11-24 02:00 to 04:00 CET", empty where its start is unknown."""
    if start is None:
        return ""
    begins = _local(start, zone)
    if end is None:
        at = f"{begins:%Y-%m-%d %H:%M} {_zone_name(begins)}"
        return say("{time}, no end given", time=at)
    ends = _local(end, zone)
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%Y-%m-%d %H:%M}"
    # Where the clocks are changed in between, the start is on another clock than the end.
    clock_then = "" if begins.utcoffset() == ends.utcoffset() else f" {_zone_name(begins)}"
    start_text = f"{begins:%Y-%m-%d %H:%M}{clock_then}"
    return say("{start} to {end}", start=start_text, end=f"{until} {_zone_name(ends)}")


def length(span: timedelta) -> str:
    """Return a duration as "42 min", "3 h 5 min" or "2 d 4 h"."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return say("less than a minute")
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return say("{days} d {hours} h", days=days, hours=hours) if hours else say("{days} d", days=days)
    if hours:
        if not minutes:
            return say("{hours} h", hours=hours)
        return say("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return say("{minutes} min", minutes=minutes)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    try:
        return at.astimezone(zone)
    except OverflowError:  # the year 1 or 9999, as some pages write "never"
        return at.astimezone(UTC)


def _zone_name(local: datetime) -> str:
    name = local.tzname() or ""
    # Zones without letters of their own are called "+04": that needs the word.
    return name if name[:1].isalpha() else f"UTC{name}"
