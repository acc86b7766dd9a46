"""From the time that clocks of a zone show to the instant that it is, over changes of the clocks. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache


@lru_cache(8192)
def instant(local: datetime, zone: tzinfo, *, last: bool = False) -> datetime:
    """Return when the clocks of a zone show the naive time `local`, in UTC: the first, or the `last` time.

    A time that they jump over is the moment of the jump.
    """
    first = local.replace(tzinfo=zone).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return second if last else first
    before = second.astimezone(zone).utcoffset()
    while first - second > timedelta(seconds=1):  # the jump is after `second`, and not after `first`
        middle = second + (first - second) / 2
        if middle.astimezone(zone).utcoffset() == before:
            second = middle
        else:
            first = middle
    return first.replace(microsecond=0)
