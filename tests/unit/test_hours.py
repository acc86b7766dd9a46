"""Hours of the week in any zone: on, off, and the instants between, across both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.hours import (
    MIDNIGHT,
    Window,
    covers_week,
    is_on,
    off_from,
    on_from,
    parse_window,
)

OFFICE, NIGHT = "Mon-Fri 08:00-18:00", "22:00-07:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (OFFICE, "Mon,Tue,Wed,Thu,Fri 08:00-18:00"),
        (NIGHT, NIGHT),
        ("Sat,Sun", "Sat,Sun 00:00-24:00"),
        ("fri-MON 9:05 - 24:00", "Mon,Fri,Sat,Sun 09:05-24:00"),
        ("22:00-00:00", "22:00-00:00"),
        ("00:00-24:00", "00:00-24:00"),
    ],
)
def test_a_window_is_read_and_shown(text: str, shown: str) -> None:
    assert str(parse_window(text)) == shown
    assert parse_window(shown) == parse_window(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon-Fry",
        "8-18",
        "08:00-25:00",
        "08:60-09:00",
        "08:00-08:00",
        "24:00-08:00",
        "Mon 08:00",
        "Mon-Fri 8",
    ],
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Write it like"):
        parse_window(text)


# Zone, windows, an instant (UTC), and the first instant from it on that is on, and that is off.
TABLE = [
    ("UTC", OFFICE, "2026-03-02T07:59", "2026-03-02T08:00", None),
    ("UTC", OFFICE, "2026-03-02T08:00", None, "2026-03-02T18:00"),
    ("UTC", OFFICE, "2026-03-06T18:00", "2026-03-09T08:00", None),
    ("UTC", NIGHT, "2026-03-02T23:00", None, "2026-03-03T07:00"),
    ("UTC", NIGHT, "2026-03-02T07:00", "2026-03-02T22:00", None),
    ("UTC", "Fri 22:00-07:00", "2026-03-07T06:59", None, "2026-03-07T07:00"),
    ("UTC", "Fri 22:00-07:00", "2026-03-06T06:59", "2026-03-06T22:00", None),
    ("America/New_York", OFFICE, "2026-03-08T12:00", "2026-03-09T12:00", None),  # EST to EDT on the 8th
    ("America/New_York", OFFICE, "2026-11-01T12:00", "2026-11-02T13:00", None),
    ("Asia/Kolkata", OFFICE, "2026-03-02T00:00", "2026-03-02T02:30", None),
    ("Europe/Berlin", NIGHT, "2026-03-28T23:00", None, "2026-03-29T05:00"),  # the short night
    ("Europe/Berlin", NIGHT, "2026-10-24T22:00", None, "2026-10-25T06:00"),  # the long one
    ("Europe/Berlin", "02:30-05:00", "2026-03-29T00:30", "2026-03-29T01:00", None),  # the edge is jumped over
    ("Europe/Berlin", "00:30-02:30", "2026-03-29T00:30", None, "2026-03-29T01:00"),
    ("Europe/Berlin", "02:30-05:00", "2026-10-25T00:00", "2026-10-25T00:30", None),  # shown twice: the first
    ("Europe/Berlin", "00:30-02:30", "2026-10-25T00:45", None, "2026-10-25T01:30"),  # shown twice: the last
    ("America/New_York", "02:30-05:00", "2026-03-08T06:00", "2026-03-08T07:00", None),
    ("Australia/Lord_Howe", "02:10-05:00", "2026-10-03T15:00", "2026-10-03T15:30", None),  # half an hour
    ("Pacific/Apia", "Fri 08:00-18:00", "2011-12-30T10:30", "2012-01-05T18:00", None),  # a day that never was
]


@pytest.mark.parametrize(("zone", "window", "instant", "on", "off"), TABLE)
def test_when_it_is_on_and_when_off(
    zone: str, window: str, instant: str, on: str | None, off: str | None
) -> None:
    windows, there, where = (parse_window(window),), at(instant), ZoneInfo(zone)
    assert is_on(windows, there, where) is (on is None)
    assert on_from(windows, there, where) == at(on or instant)
    assert off_from(windows, there, where) == at(off or instant)


def test_no_window_begins_on_a_holiday() -> None:
    windows, off = (parse_window(OFFICE),), (date(2026, 12, 25), date(2026, 12, 28))
    zone = ZoneInfo("Europe/Berlin")
    assert not is_on(windows, at("2026-12-25T10:00"), zone, off)
    assert on_from(windows, at("2026-12-24T18:00"), zone, off) == at("2026-12-29T07:00")


def test_hours_that_only_holidays_have_are_asked_for_again() -> None:
    windows = (parse_window("Mon"),)
    off = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(3)]
    assert on_from(windows, at("2026-01-04T12:00"), ZoneInfo("UTC"), off) == at("2026-01-26T00:00")


def test_windows_that_touch_are_one() -> None:
    windows = (parse_window("Fri 22:00-24:00"), parse_window("Sat,Sun"), parse_window("Mon 00:00-07:00"))
    assert off_from(windows, at("2026-03-06T23:00"), ZoneInfo("UTC")) == at("2026-03-09T07:00")


def test_a_week_without_a_gap_is_seen() -> None:
    assert covers_week((parse_window("Mon-Fri"), parse_window("Sat,Sun 00:00-24:00")))
    assert covers_week((parse_window("22:00-07:00"), parse_window("07:00-22:00")))
    assert not covers_week((parse_window("22:00-07:00"), parse_window("Mon-Sat 07:00-22:00")))
    assert not covers_week(())


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca",
     "Pacific/Chatham", "America/Santiago"]
)  # fmt: skip
MINUTES = st.integers(0, MIDNIGHT - 1)
WINDOWS = st.lists(
    st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), MINUTES, st.integers(0, MIDNIGHT)).filter(
        lambda window: window.start != window.end
    ),
    min_size=1,
    max_size=3,
)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda past: at("2026-01-01T00:00") + past)


@given(WINDOWS, INSTANTS, ZONES)
def test_the_instants_are_the_first_of_their_kind(windows: list[Window], now: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    on, off = on_from(windows, now, zone), off_from(windows, now, zone)
    assert is_on(windows, now, zone) is (on == now) is not (off == now)
    assert is_on(windows, on, zone) or on == now + timedelta(weeks=1)
    assert not is_on(windows, off, zone) or off == now + timedelta(weeks=1)
    for end, wanted in ((on, False), (off, True)):
        steps = [now + (end - now) * n / 7 for n in range(7)] if end > now else []
        assert all(is_on(windows, step, zone) is wanted for step in steps)
