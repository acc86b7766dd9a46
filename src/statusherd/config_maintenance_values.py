"""Values of a config on maintenances: the ends of a freeze, and when to remind.

Each `parse_…` takes what stands in the file and returns the value, or raises ValueError with a sentence on
what is wrong and one on what to write.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from statusherd.config_values import between, parse_duration, parse_texts

_HINT: Final = 'Write it like "2026-12-15" or "2026-12-15 18:00"'
_BEFORE: Final = between(parse_duration, "5m", "30d")


def parse_begin(value: object) -> datetime:
    """Return when something begins: a time, or the beginning of a day."""
    found = _read(value)
    return found if isinstance(found, datetime) else datetime.combine(found, time())


def parse_end(value: object) -> datetime:
    """Return when something ends: a time, or the end of a day."""
    found = _read(value)
    if isinstance(found, datetime):
        return found
    return datetime.combine(found + timedelta(days=1), time())


def _read(value: object) -> date:
    found = value
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
        except ValueError:
            found = None
    if not isinstance(found, date):
        raise ValueError(f"must be a day or a time. {_HINT}")  # noqa: TRY004 - as all parsers do
    if not 1971 <= found.year <= 2098:
        raise ValueError("is out of bounds. Take a date of the years 1971 to 2098")
    return found


def parse_reminders(value: object) -> tuple[float, ...]:
    """Return durations, the longest first; one alone may stand without brackets."""
    return tuple(sorted({_BEFORE(text) for text in parse_texts(value)}, reverse=True))
