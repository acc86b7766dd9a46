"""What holds of every rotation: one person at each instant, and shifts that tile time."""

# ruff: noqa: DTZ001 - local times have no zone of their own

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from statusherd.model.oncall import Cycle, Override, Rotation, Rule
from statusherd.respond.handovers import every, from_cron, from_rrule
from statusherd.respond.oncall import instant, next_handover, person_at, shift_at, shifts

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
)
PEOPLE = ("ada", "bob", "cyd", "dan")
STARTS = st.dates(date(1970, 1, 1), date(2070, 12, 31))
AT = st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1), timezones=st.just(UTC))
# Around the changes of clocks in 2026, to the minute.
CHANGES = st.builds(
    lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(
        ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-03-22"]
    ),
    st.integers(-24 * 60, 24 * 60),
)
MOMENTS = AT | CHANGES


@st.composite
def cycles(draw) -> Cycle:
    start = draw(STARTS)
    kind = draw(st.sampled_from(["every", "cron", "rrule"]))
    hour, minute = draw(st.integers(0, 23)), draw(st.sampled_from([0, 15, 30]))
    if kind == "every":
        period = draw(st.sampled_from([1, 2, 8, 12, 24, 36, 7 * 24, 14 * 24]))
        weekday = draw(st.none() | st.integers(0, 6))
        return every(timedelta(hours=period), start, time(hour, minute), weekday=weekday)
    if kind == "cron":
        days = draw(st.sampled_from(["* * *", "* * 1", "* * 1-5", "1,15 * *", "31 * 0", "* 2 *"]))
        return from_cron(f"{minute} {draw(st.sampled_from(['*', '*/2', str(hour)]))} {days}", start)
    rule = draw(
        st.sampled_from(["WEEKLY", "WEEKLY;INTERVAL=3;BYDAY=MO,FR", "DAILY;INTERVAL=5", "MONTHLY;BYDAY=-1FR"])
    )
    return from_rrule(f"FREQ={rule};BYHOUR={hour};BYMINUTE={minute}", start)


ROTATIONS = st.builds(
    lambda zone, count, cycle: Rotation("r", zone, PEOPLE[:count], Rule(date(2026, 1, 5)), cycle),
    st.sampled_from(ZONES), st.integers(1, 4), cycles(),
)  # fmt: skip
OVERRIDES = st.lists(
    st.tuples(st.sampled_from(PEOPLE), MOMENTS, st.integers(1, 40 * 24 * 60)), max_size=4
).map(
    lambda drawn: [
        Override(number, "r", person, begin, begin + timedelta(minutes=minutes))
        for number, (person, begin, minutes) in enumerate(drawn)
    ]
)


@settings(max_examples=150, deadline=None)
@given(ROTATIONS, MOMENTS, st.integers(1, 60 * 24), OVERRIDES)
def test_shifts_tile_time_without_gap_or_overlap(rotation, begin, minutes, overrides):
    end = begin + timedelta(minutes=minutes)
    found = shifts(rotation, begin, end, overrides)
    assert (found[0].begins_at, found[-1].ends_at) == (begin, end)
    assert all(shift.begins_at < shift.ends_at for shift in found)
    assert all(before.ends_at == after.begins_at for before, after in pairwise(found))


@settings(max_examples=150, deadline=None)
@given(ROTATIONS, MOMENTS, OVERRIDES, st.data())
def test_at_each_instant_exactly_one_person_is_on_call_whichever_way_one_asks(rotation, at, overrides, data):
    shift = shift_at(rotation, at, overrides)
    assert shift.begins_at <= at < shift.ends_at
    assert person_at(rotation, at, overrides) == shift.person
    assert next_handover(rotation, at, overrides) == shift.ends_at
    within = data.draw(st.integers(0, int((shift.ends_at - shift.begins_at).total_seconds()) - 1))
    assert person_at(rotation, shift.begins_at + timedelta(seconds=within), overrides) == shift.person
    around = shifts(rotation, at - timedelta(days=2), at + timedelta(days=2), overrides)
    assert [each.person for each in around if each.begins_at <= at < each.ends_at] == [shift.person]


@settings(max_examples=100, deadline=None)
@given(ROTATIONS, MOMENTS)
def test_each_handover_is_to_the_next_person(rotation, at):
    assume(rotation.cycle.shortest > timedelta(hours=1))  # else two may be in one skipped hour
    first = shift_at(rotation, at)
    second = shift_at(rotation, first.ends_at)
    assert second.begins_at == first.ends_at
    people = rotation.people
    assert people.index(second.person) == (people.index(first.person) + 1) % len(people)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(0, 4000))
def test_a_later_local_time_is_never_an_earlier_instant(zone, local, minutes):
    later = local + timedelta(minutes=minutes)
    assert instant(local, ZoneInfo(zone)) <= instant(later, ZoneInfo(zone))
