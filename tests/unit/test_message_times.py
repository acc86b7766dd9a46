"""Times in messages across both changes of the clocks in 2026, in three zones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from statusherd.notify.times import clock, moment, window

BERLIN, NEW_YORK, SYDNEY = (ZoneInfo(f) for f in ("Europe/Berlin", "America/New_York", "Australia/Sydney"))


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "shown"),
    [
        (BERLIN, utc(3, 29, 0, 59), "2026-03-29 01:59 CET (00:59 UTC)"),
        (BERLIN, utc(3, 29, 1, 0), "2026-03-29 03:00 CEST (01:00 UTC)"),
        (BERLIN, utc(10, 25, 0, 30), "2026-10-25 02:30 CEST (00:30 UTC)"),
        (BERLIN, utc(10, 25, 1, 30), "2026-10-25 02:30 CET (01:30 UTC)"),
        (NEW_YORK, utc(3, 8, 6, 59), "2026-03-08 01:59 EST (06:59 UTC)"),
        (NEW_YORK, utc(3, 8, 7, 0), "2026-03-08 03:00 EDT (07:00 UTC)"),
        (NEW_YORK, utc(11, 1, 5, 30), "2026-11-01 01:30 EDT (05:30 UTC)"),
        (NEW_YORK, utc(11, 1, 6, 30), "2026-11-01 01:30 EST (06:30 UTC)"),
        (SYDNEY, utc(4, 4, 15, 30), "2026-04-05 02:30 AEDT (2026-04-04 15:30 UTC)"),
        (SYDNEY, utc(4, 4, 16, 30), "2026-04-05 02:30 AEST (2026-04-04 16:30 UTC)"),
        (SYDNEY, utc(10, 3, 15, 59), "2026-10-04 01:59 AEST (2026-10-03 15:59 UTC)"),
        (SYDNEY, utc(10, 3, 16, 0), "2026-10-04 03:00 AEDT (2026-10-03 16:00 UTC)"),
    ],
)
def test_a_time_is_the_readers_own_and_utc_on_both_sides_of_a_change(
    zone: ZoneInfo, at: datetime, shown: str
) -> None:
    assert moment(at, zone) == shown


def test_the_hour_that_comes_twice_is_told_apart_by_its_name() -> None:
    today = utc(10, 25, 9)
    assert [clock(utc(10, 25, hour, 30), today, BERLIN) for hour in (0, 1)] == ["02:30 CEST", "02:30 CET"]


@pytest.mark.parametrize(
    ("zone", "start", "end", "shown"),
    [
        (BERLIN, utc(10, 24, 23), utc(10, 25, 3), "2026-10-25 01:00 CEST to 04:00 CET"),
        (BERLIN, utc(3, 28, 23), utc(3, 29, 3), "2026-03-29 00:00 CET to 05:00 CEST"),
        (NEW_YORK, utc(11, 1, 3), utc(11, 1, 8), "2026-10-31 23:00 EDT to 2026-11-01 03:00 EST"),
        (BERLIN, utc(10, 26, 1), utc(10, 26, 3), "2026-10-26 02:00 to 04:00 CET"),
    ],
)
def test_a_window_over_a_change_names_both_clocks(
    zone: ZoneInfo, start: datetime, end: datetime, shown: str
) -> None:
    assert window(start, end, zone) == shown
