"""Times as vendors write them: read into UTC, or refused; never guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.words import MaintenancePhase
from statusherd.watch.reading.times import EARLIEST, LATEST, parse_time, window_phase, with_year_near

NEAR = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-16T08:30:00.000Z", "2026-07-16T08:30:00"),
        ("2026-07-16T08:30:00-07:00", "2026-07-16T15:30:00"),
        ("2025-07-18T08:18:26", "2025-07-18T08:18:26"),
        ("2026-11-23 13:00:29.945", "2026-11-23T13:00:29.945"),
        ("Wed, 16 Mar 2022 19:46:08 +0000", "2022-03-16T19:46:08"),
        ("Mon, 17 Aug 2026 21:01:19 PDT", "2026-08-18T04:01:19"),
        ("Thu, 23 Jul 2026 16:29:09 Z", "2026-07-23T16:29:09"),
        ("Thu, 17 Sep 2026 16:45:38 +0800", "2026-09-17T08:45:38"),
        ("Mon, 17 Aug 2026 21:01:19 CEST", "2026-08-17T19:01:19"),
        ("2024-03-01 09:30:00 +0000 UTC", "2024-03-01T09:30:00"),
        ("2024-03-01 09:30:00.5 +0300 +0300", "2024-03-01T06:30:00"),
        ("Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)", "2022-06-11T18:55:50"),
        ("Nov 23, 2026 12:00 PST", "2026-11-23T20:00:00"),
        ("November 23, 2026 12:00 UTC+2", "2026-11-23T10:00:00"),
        ("16 March 2026 10:00 PM UTC", "2026-03-16T22:00:00"),
        ("March 16, 2026 10:05PM +0200", "2026-03-16T20:05:00"),
        (1678723979, "2023-03-13T16:12:59"),
        ("1678723979", "2023-03-13T16:12:59"),
        (1678723979000, "2023-03-13T16:12:59"),
    ],
)
def test_times_of_real_sources(text: object, expected: str) -> None:
    assert parse_time(text) == utc(expected)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "<no value>",
        "soon",
        "Monday",
        "10:00",
        "March 16",
        "Mon, 17 Aug 2026 21:01:19 XYZ",
        "Mon Jan 5 10:00:00 XYZ 2026",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-13-45T99:99:99Z",
        float("nan"),
        float("inf"),
        -1,
        10**30,
        [],
        {},
        "1" * 10_000,
    ],
)
def test_what_is_no_time_is_none_and_no_warning(value: object) -> None:
    assert parse_time(value) is None


def test_time_without_a_zone_is_taken_in_the_zone_given_or_refused() -> None:
    assert parse_time("2026-01-02 12:00:00", timezone(timedelta(hours=2))) == utc("2026-01-02T10:00:00")
    assert parse_time("2026-01-02 12:00:00", None) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dec 31, 23:50 UTC", "2025-12-31T23:50"),
        ("Jan  1, 00:40 UTC", "2026-01-01T00:40"),
        ("Jun 5, 01:40:38 GMT+0", "2026-06-05T01:40:38"),
        ("Jan 1, 10:00 PM UTC", "2026-01-01T22:00"),
        ("January 1, 10:00 CET", "2026-01-01T09:00"),
    ],
)
def test_stamp_without_a_year_is_the_closest_one(text: str, expected: str) -> None:
    assert with_year_near(text, NEAR) == utc(expected)


def test_leap_day_finds_its_leap_year() -> None:
    assert with_year_near("Feb 29, 10:00 UTC", datetime(2025, 1, 10, tzinfo=UTC)) == utc("2024-02-29T10:00")


@pytest.mark.parametrize("text", ["", "soon", "Feb 30, 10:00 UTC", "Mar 16, 19:46 XYZ"])
def test_stamp_that_cannot_be_read_is_none(text: str) -> None:
    assert with_year_near(text, NEAR) is None


@pytest.mark.parametrize(
    ("starts", "ends", "phase"),
    [
        (1, 2, MaintenancePhase.SCHEDULED),
        (0, 1, MaintenancePhase.IN_PROGRESS),
        (-2, 0, MaintenancePhase.COMPLETED),
        (-2, None, MaintenancePhase.IN_PROGRESS),
        (None, None, MaintenancePhase.IN_PROGRESS),
        (None, -1, MaintenancePhase.COMPLETED),
    ],
)
def test_window_stands_where_the_clock_says(
    starts: int | None, ends: int | None, phase: MaintenancePhase
) -> None:
    starts_at, ends_at = (
        None if hours is None else NEAR + timedelta(hours=hours) for hours in (starts, ends)
    )
    assert window_phase(starts_at, ends_at, NEAR) is phase


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.lists(st.text())))
def test_anything_gives_a_plausible_time_or_none(value: object) -> None:
    moment = parse_time(value)
    assert moment is None or EARLIEST <= moment < LATEST


@given(st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2099, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001
def test_iso_times_survive_any_offset(naive: datetime, hours: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert parse_time(moment.isoformat()) == moment
