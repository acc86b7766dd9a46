"""Times as status pages write them, read into UTC. Never guessed: what cannot be read is None."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final

from dateutil import parser as dateutil_parser

from statusherd.model.words import MaintenancePhase

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_HALF_A_YEAR: Final = timedelta(days=180)

# Abbreviations seen in status feeds with the offset in hours that their senders mean. The library's
# own table is not used: it knows few, and reads "UTC+2" with the sign turned round.
_ZONES: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "BRT": -3,
}  # fmt: skip
_TZINFOS: Final = {name: timezone(timedelta(hours=hours)) for name, hours in _ZONES.items()} | {
    "IST": timezone(timedelta(hours=5, minutes=30)),
    "ACST": timezone(timedelta(hours=9, minutes=30)),
}
# JavaScript's Date and Go's Time add the zone's name behind its offset; only the offset is sure.
_GO = re.compile(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? ([+-]\d{4}) \S+$")
_JS_ZONE_NAME = re.compile(r"\s*\([^)]*\)\s*$")
_UTC_OFFSET = re.compile(r"(?<![A-Za-z])(?:UTC|GMT)\s*([+-])\s*(\d{1,2})(?::?(\d\d))?\b")
_EPOCH = re.compile(r"^\d{9,14}(\.\d+)?$")
_HALF_DAY = re.compile(r"\b\d{1,2}(?::\d\d){0,2}\s*[AaPp]\.?[Mm]\b")
_RFC822_ZONE = re.compile(r"[+-]\d{4}$|\b(GMT|UTC|Z|EST|EDT|CST|CDT|MST|MDT|PST|PDT)$")
_YEARLESS = re.compile(r"^([A-Z][a-z]{2})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{1,2}:\d\d(?::\d\d)?)\b\s*(.*)$")
_WORD: Final = re.compile(r"[^\W\d_]+")
_DATE_WORDS: Final = frozenset({
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed",
    "thu", "fri", "sat", "sun", "am", "pm", "a", "p", "m", "t", "z", "at", "of", "on", "and", "st", "nd",
    "rd", "th", "the", "h",
})  # fmt: skip
"""The beginnings of words that stand in dates: three letters of months and days, and what joins them."""
_ALPHA_ZONE = re.compile(r"\b([A-Z]{2,5})\s*$")


def parse_time(value: object, zone: tzinfo | None = UTC) -> datetime | None:
    """Return `value` in UTC, or None where it is no time between 2000 and 2100.

    Understands ISO 8601, RFC 822, epoch seconds and milliseconds (numbers or digits), Go and JavaScript
    strings, and dates in English words. A time without a zone is taken in `zone`; with `zone` None it
    is refused. An unknown zone abbreviation is refused too: reading it as UTC could be hours wrong.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _from_epoch(value)
    if not isinstance(value, str) or not (text := value.strip()) or len(text) > 100:
        return None
    if _EPOCH.match(text):
        return _from_epoch(float(text))
    moment = _from_iso(text) or _from_words(text)
    return None if moment is None else _to_utc(moment, zone)


def _from_epoch(seconds: float) -> datetime | None:
    try:
        if seconds > 1e11:
            seconds /= 1000
        return _plausible(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _from_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_words(text: str) -> datetime | None:
    if go := _GO.match(text):
        return _from_iso(f"{go[1]}T{go[2]}{go[4]}")
    text = _UTC_OFFSET.sub(_plain_offset, _JS_ZONE_NAME.sub("", text))
    if (abbreviation := _ALPHA_ZONE.search(text)) and not _is_readable(abbreviation[1]):
        return None
    return _from_rfc822(text) or _from_english(text)


def _plain_offset(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]):02d}{match[3] or '00'}"


def _is_readable(abbreviation: str) -> bool:
    return abbreviation in _TZINFOS or abbreviation in ("AM", "PM")


def _from_rfc822(text: str) -> datetime | None:
    # The standard library reads zones it does not know as "-0000", so those never get here, and takes
    # "10:00 PM" for ten in the morning.
    if _HALF_DAY.search(text) or not _RFC822_ZONE.search(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _may_be_english(text: str) -> bool:
    """Tell at a glance what can be no date: the library takes its time to find that out."""
    words = _WORD.findall(text)
    known = all(word.casefold()[:3] in _DATE_WORDS or word.upper() in _TZINFOS for word in words)
    return known and len(words) <= 8 and 5 <= sum(c.isdigit() for c in text) <= 26


def _from_english(text: str) -> datetime | None:
    if not _may_be_english(text):
        return None
    # Two far-apart defaults show which parts the text itself gives: a year or a day that is filled in
    # by the library would be a guess.
    try:
        one, other = (
            dateutil_parser.parse(text, tzinfos=_zone_of, default=default)
            for default in (datetime(2001, 1, 1), datetime(2002, 2, 2))  # noqa: DTZ001
        )
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None
    return one if one == other else None


def _zone_of(name: str | None, offset: int | None) -> tzinfo | None:
    """Return the zone that stands in a date; raise ValueError for a name we do not know."""
    if name is None:
        return None if offset is None else timezone(timedelta(seconds=offset))
    if name.upper() not in _TZINFOS:
        raise ValueError(f"unknown time zone {name!r}")
    return _TZINFOS[name.upper()]


def _to_utc(moment: datetime, zone: tzinfo | None) -> datetime | None:
    if moment.tzinfo is None:
        if zone is None:
            return None
        moment = moment.replace(tzinfo=zone)
    try:
        return _plausible(moment.astimezone(UTC))
    except (OverflowError, ValueError):
        return None


def _plausible(moment: datetime) -> datetime | None:
    return moment if EARLIEST <= moment < LATEST else None


def with_year_near(text: str, near: datetime, zone: tzinfo = UTC) -> datetime | None:
    """Read a stamp without a year ("Mar 16, 19:46 UTC") as the one closest to `near`."""
    # In the order of mail headers the standard library reads it, many times faster.
    match = _YEARLESS.match(text)
    before, after = (f"{match[2]} {match[1]} ", f" {match[3]} {match[4]}") if match else ("", f" {text}")
    best = None
    for year in (near.year, near.year - 1, near.year + 1):
        moment = parse_time(f"{before}{year}{after}", zone)
        if moment is None:
            continue
        if abs(moment - near) < _HALF_A_YEAR:
            return moment
        best = moment if best is None else min(best, moment, key=lambda candidate: abs(candidate - near))
    return best


def window_phase(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> MaintenancePhase:
    """Return where a window stands by the clock, for sources that have no phase of their own."""
    if ends_at is not None and now >= ends_at:
        return MaintenancePhase.COMPLETED
    if starts_at is not None and now < starts_at:
        return MaintenancePhase.SCHEDULED
    return MaintenancePhase.IN_PROGRESS
