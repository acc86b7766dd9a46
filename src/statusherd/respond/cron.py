"""Cron text, five fields: minute, hour, day of the month, month, day of the week. Pure.

Lists, ranges, steps and English names as in Vixie cron; 0 and 7 are Sunday. Where both days are restricted
a date counts that is right by either of them; a field that begins with an asterisk restricts nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

_HINT: Final = 'Write minute, hour, day, month and day of the week, like "0 9 * * 1"'
_PART: Final = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?\Z", re.ASCII)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 7, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """When cron text fires: at `minutes` of `hours`, on the dates for which `falls_on` is true."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    either_day: bool
    """One of the two days is enough."""

    @property
    def is_weekly(self) -> bool:
        """Whether one week is like the other."""
        return len(self.months) == 12 and len(self.days) == 31 and not self.either_day

    def falls_on(self, day: date) -> bool:
        """Tell whether it fires on a date."""
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        either_or_both = by_day or by_weekday if self.either_day else by_day and by_weekday
        return day.month in self.months and either_or_both


def parse_cron(text: str) -> Cron:
    """Return cron text as sets of numbers; raise ValueError, with its remedy, where it is none."""
    words = text.split()
    if len(words) != len(_FIELDS):
        raise ValueError(f"has {len(words)} fields and not 5. {_HINT}")
    minutes, hours, days, months, weekdays = (
        frozenset(_numbers(word, field)) for word, field in zip(words, _FIELDS, strict=True)
    )
    restricts_both = not words[2].startswith("*") and not words[4].startswith("*")
    return Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), restricts_both)


def _numbers(word: str, field: _Field) -> Iterator[int]:
    for part in word.split(","):
        match = _PART.match(part)
        # A step alone, "5/10", means different things to different crons.
        if match is None or (match[4] and match[2] and not match[3]):
            raise ValueError(f"{_cut(part)} is no {field.name}. {_HINT}")
        low = field.low if match[1] else _number(match[2], field)
        high = field.high if match[1] else _number(match[3], field) if match[3] else low
        step = int(match[4] or 1)
        if high < low or step == 0:
            raise ValueError(f"{_cut(part)} is an empty range of the {field.name}. {_HINT}")
        yield from range(low, high + 1, step)


def _number(word: str, field: _Field) -> int:
    if word.lower() in field.names:
        return field.names.index(word.lower()) + (field.low if field.names is _MONTHS else 0)
    if not word.isdigit() or not field.low <= int(word) <= field.high:
        raise ValueError(f"{_cut(word)} is no {field.name} from {field.low} to {field.high}. {_HINT}")
    return int(word)


def _cut(word: str) -> str:
    return f'"{word[:20]}"'
