"""When a rotation hands over, as a cycle of local times: from a period, from cron text, from an RRULE. Pure.

The calendar comes again after 28 years, as long as no year like 1900 or 2100 is among them: rules on months
and dates are laid out over 28 years and are right from 1970 to 2099, others for ever. So no question is
answered by counting from the first handover on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Final

from statusherd.model.oncall import Cycle
from statusherd.respond.cron import Cron, parse_cron

CALENDAR: Final = 10_227
"""Days after which the calendar comes again: 28 years."""
SHORTEST: Final = timedelta(hours=1)
_MOST: Final = CALENDAR * 24
_SAME_CALENDAR: Final = 7600
"""So many years later, 19 times 400, every date has the same day of the week."""
_UNITS: Final = {"DAILY": CALENDAR, "WEEKLY": CALENDAR // 7, "MONTHLY": 28 * 12, "YEARLY": 28}
"""How many of a frequency's periods are in the 28 years."""
_INTERVAL: Final = re.compile(r"[1-9]\d{0,2}\Z", re.ASCII)
_FREQ: Final = 'Write it like "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=0"'
_ALLOWED: Final = re.compile(r"[A-Z0-9=;,+-]+\Z", re.ASCII)
_REFUSED: Final = {
    "COUNT": "would end by its COUNT, and nobody would be on call then. Remove that part",
    "UNTIL": "would end by its UNTIL, and nobody would be on call then. Remove that part",
    "BYEASTER": "must not follow Easter. Remove BYEASTER",
}
FIRST_START: Final = date(1970, 1, 1)
LAST_START: Final = date(2070, 12, 31)
_LAST: Final = date(2099, 12, 31)


def every(period: timedelta, start: date, at: time, weekday: int | None = None) -> Cycle:
    """Return a handover each `period`: the first on `start` or, with a day of the week, on the next such."""
    days = 0 if weekday is None else (weekday - start.weekday()) % 7
    return Cycle(datetime.combine(start + timedelta(days=days), at), period)


def from_cron(text: str, start: date) -> Cycle:
    """Return a handover each time that cron text fires; raise ValueError with a sentence and its remedy."""
    cron = parse_cron(text)
    length = 7 if cron.is_weekly else CALENDAR
    return _checked(Cycle(_midnight(start), timedelta(days=length), tuple(_firings(cron, start, length))))


def _firings(cron: Cron, start: date, length: int) -> Iterable[timedelta]:
    times = [timedelta(hours=hour, minutes=minute) for hour in cron.hours for minute in cron.minutes]
    for number in range(length):
        if cron.falls_on(start + timedelta(days=number)):
            yield from (timedelta(days=number) + each for each in sorted(times))


def from_rrule(text: str, start: date) -> Cycle:
    """Return a handover at each occurrence of an RRULE that begins on `start`.

    Raise ValueError with a sentence and its remedy: for what is no rule, ends, or says no hour.
    """
    # Costs a tenth of the time that a quick command takes, and few configs need it.
    from dateutil.rrule import rrulestr  # noqa: PLC0415

    parts = _parts(text)
    length = timedelta(days=_length(parts, start))
    # A rule that never occurs is searched up to the year 9999: near to it, that is soon done.
    begin = _midnight(start.replace(year=start.year + _SAME_CALENDAR))
    try:
        rule = rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=begin)
        occurrences = takewhile(lambda each: each < begin + length, islice(rule, _MOST))
        offsets = tuple(each - begin for each in occurrences)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"is no rule that can be read. {_FREQ}") from error
    return _checked(Cycle(_midnight(start), length, offsets))


def _parts(text: str) -> dict[str, str]:
    words = text.strip().upper().removeprefix("RRULE:")
    parts = dict(part.partition("=")[::2] for part in words.split(";"))
    if not _ALLOWED.match(words) or parts.get("FREQ") not in _UNITS:
        raise ValueError(f"must have FREQ as DAILY, WEEKLY, MONTHLY or YEARLY. {_FREQ}")
    for key in parts.keys() & _REFUSED.keys():
        raise ValueError(_REFUSED[key])
    if "BYHOUR" not in parts:
        raise ValueError("says no hour, so it would hand over at midnight. Add ;BYHOUR=9;BYMINUTE=0")
    if not _INTERVAL.match(parts.get("INTERVAL", "1")):
        raise ValueError("must have INTERVAL as a whole number from 1 to 999. Correct it")
    return parts | {"BYMINUTE": parts.get("BYMINUTE", "0"), "BYSECOND": "0"}


def _length(parts: dict[str, str], start: date) -> int:
    """Return the days after which a rule comes again."""
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    plain = {"FREQ", "INTERVAL", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "WKST"}
    if frequency == "WEEKLY" and parts.keys() <= plain:
        return 7 * interval
    if frequency == "DAILY" and parts.keys() <= plain:
        return math.lcm(7, interval)
    length = CALENDAR * (interval // math.gcd(interval, _UNITS[frequency]))
    if length > (_LAST - start).days:
        raise ValueError("comes again only after the year 2099. Take another INTERVAL")
    return length


def _checked(cycle: Cycle) -> Cycle:
    if not cycle.offsets:
        raise ValueError("never hands over. Correct the days and months")
    if cycle.shortest < SHORTEST:
        raise ValueError("hands over more often than once an hour. Name one minute, and fewer hours")
    return cycle


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
