"""Hours of the week on somebody's clock: when they are on, and when that changes. Pure.

A window begins and ends by the wall clock of a time zone of the IANA list. Where clocks are put forward over
its edge, the edge is the moment of the jump; where they are put back, it begins the first time and ends the
last time its edge is shown. A window over midnight belongs to the day on which it begins.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from statusherd.model.clocks import instant

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EVERY_DAY: Final = frozenset(range(7))
MIDNIGHT: Final = 24 * 60
_WEEK: Final = timedelta(days=7)
_CLOCK: Final = r"(\d{1,2}):(\d\d)"
_TIMES: Final = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}\Z", re.ASCII)
_HINT: Final = 'Write it like "Mon-Fri 08:00-18:00", "22:00-07:00" or "Sat,Sun"'

Span = tuple[datetime, datetime]
"""From, and until but without it; UTC."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the day on some days of the week (0 is Monday), in minutes after midnight.

    `end` is at or before `start` where it is on the next day; `MIDNIGHT` is the end of the day.
    """

    days: frozenset[int]
    start: int = 0
    end: int = MIDNIGHT

    def __str__(self) -> str:
        days = "" if self.days == EVERY_DAY else ",".join(DAYS[day] for day in sorted(self.days)) + " "
        return f"{days}{_clock(self.start)}-{_clock(self.end)}"


def parse_window(text: str) -> Window:
    """Return "Mon-Fri 08:00-18:00" as a Window: days, times, or both; raise ValueError where it is none."""
    words = text.split(maxsplit=1)
    has_days = bool(words) and words[0][0].isalpha()
    days = _days(words[0]) if has_days else EVERY_DAY
    times = " ".join(words[has_days:])
    if not times and has_days:
        return Window(days)
    match = _TIMES.match(times)
    if match is None:
        raise ValueError(f"is no window of time. {_HINT}")
    start, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
    if start in (end, MIDNIGHT):
        raise ValueError(f"begins where it ends. {_HINT}")
    return Window(days, start, end)


def is_on(windows: Sequence[Window], at: datetime, zone: tzinfo, off: Collection[date] = ()) -> bool:
    """Tell whether one of the windows is on at an instant; on the dates `off` none begins."""
    return any(begins <= at < ends for begins, ends in _spans(windows, at, zone, off, days=1))


def on_from(windows: Sequence[Window], at: datetime, zone: tzinfo, off: Collection[date] = ()) -> datetime:
    """Return the first instant from `at` on (UTC) at which a window is on: `at` itself where one is.

    A week after `at` where that is not within the days that `off` leaves: ask again then.
    """
    spans = _spans(windows, at, zone, off, days=8 + 7 * len(off))
    return min((max(begins, at) for begins, ends in spans if ends > at), default=at + _WEEK)


def off_from(windows: Sequence[Window], at: datetime, zone: tzinfo) -> datetime:
    """Return the first instant from `at` on (UTC) at which no window is on; at most a week later."""
    end = at
    for begins, ends in sorted(_spans(windows, at, zone, (), days=8)):
        if begins <= end < ends:
            end = ends
    return min(end, at + _WEEK)


def covers_week(windows: Sequence[Window]) -> bool:
    """Tell whether there is no minute of the week outside the windows."""
    week = 7 * MIDNIGHT
    minutes = bytearray(week)
    for window in windows:
        for day in window.days:
            first = day * MIDNIGHT + window.start
            length = (window.end - window.start) % MIDNIGHT or MIDNIGHT
            for minute in range(first, first + length):
                minutes[minute % week] = 1
    return all(minutes)


def _spans(
    windows: Sequence[Window], at: datetime, zone: tzinfo, off: Collection[date], *, days: int
) -> Iterator[Span]:
    """Yield the windows that begin from the day before `at` until so many days after it."""
    today = at.astimezone(zone).date()
    for number in range(-2, days):  # two: a zone may skip a whole day
        day = today + timedelta(days=number)
        if day in off:
            continue
        for window in windows:
            if day.weekday() in window.days:
                yield _span(window, day, zone)


@lru_cache(4096)
def _span(window: Window, day: date, zone: tzinfo) -> Span:
    is_next_day = window.end <= window.start
    ends_on = day + timedelta(days=1) if is_next_day else day
    return _instant(day, window.start, zone, last=False), _instant(ends_on, window.end, zone, last=True)


def _instant(day: date, minutes: int, zone: tzinfo, *, last: bool) -> datetime:
    """Return when the clock of a zone shows so many minutes after midnight of `day`."""
    return instant(datetime.combine(day, time()) + timedelta(minutes=minutes), zone, last=last)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        begin, end = _day(first), _day(last if dash else first)
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(found)


def _day(text: str) -> int:
    word = text.strip().capitalize()
    if word not in DAYS:
        raise ValueError(f"has a day that is none of {', '.join(DAYS)}. {_HINT}")
    return DAYS.index(word)


def _minutes(hours: str, minutes: str) -> int:
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > MIDNIGHT:
        raise ValueError(f"has a time that is none of the day. {_HINT}")
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
