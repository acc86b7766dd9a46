"""Who is on call: turns over the year, where clocks change, overrides, and to whom routes lead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from statusherd.model.clocks import instant
from statusherd.model.oncall import Cycle, Override, Person, Roster, Rotation, Rule
from statusherd.respond.handovers import every, from_cron
from statusherd.respond.oncall import next_handover, person_at, reach, shift_at, shifts

START = date(2026, 1, 5)
WEEKLY = every(timedelta(weeks=1), START, time(9), weekday=0)
PEOPLE = ("ada", "bob", "cyd")


def rotation(
    cycle: Cycle = WEEKLY, zone: str = "Europe/Berlin", people: tuple[str, ...] = PEOPLE
) -> Rotation:
    return Rotation("primary", zone, people, Rule(START), cycle)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(found) -> list[str]:
    return [f"{s.person} {s.begins_at:%m-%d %H:%M} to {s.ends_at:%m-%d %H:%M}" for s in found]


# Turns


def test_the_first_person_takes_over_at_the_start_and_the_others_follow():
    on_call = [
        person_at(rotation(), utc("2026-01-05 08:00") + week * timedelta(weeks=1)) for week in range(4)
    ]
    assert on_call == ["ada", "bob", "cyd", "ada"]


def test_before_its_start_a_rotation_went_the_same_way():
    assert person_at(rotation(), utc("2026-01-05 07:59")) == "cyd"
    assert person_at(rotation(), utc("2020-06-01 12:00")) in PEOPLE


def test_one_person_can_have_more_turns_than_another():
    days = every(timedelta(days=1), START, time(9))
    found = shifts(
        rotation(days, "UTC", ("ada", "ada", "bob")), utc("2026-01-05 09:00"), utc("2026-01-09 09:00")
    )
    assert [shift.person for shift in found] == ["ada", "ada", "bob", "ada"]


# Clocks that change, both ways in 2026. Handovers are local; these are their instants in UTC.

DST = [
    ("Europe/Berlin", "2026-03-22", ["03-22 08:00", "03-23 08:00", "03-24 08:00", "03-25 08:00", "03-26 08:00", "03-27 08:00", "03-28 08:00", "03-29 07:00", "03-30 07:00"]),
    ("Europe/Berlin", "2026-10-24", ["10-24 07:00", "10-25 08:00", "10-26 08:00"]),
    ("America/New_York", "2026-03-07", ["03-07 14:00", "03-08 13:00", "03-09 13:00"]),
    ("America/New_York", "2026-10-31", ["10-31 13:00", "11-01 14:00", "11-02 14:00"]),
    ("Australia/Sydney", "2026-04-04", ["04-03 22:00", "04-04 23:00", "04-05 23:00"]),
    ("Australia/Sydney", "2026-10-03", ["10-02 23:00", "10-03 22:00", "10-04 22:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "day", "expected"), DST)
def test_a_handover_keeps_its_local_time_when_clocks_change(zone, day, expected):
    days = rotation(every(timedelta(days=1), START, time(9)), zone)
    begin = instant(datetime.fromisoformat(f"{day} 09:00"), ZoneInfo(zone))
    found = shifts(days, begin, begin + timedelta(days=len(expected), hours=-3))
    assert [f"{shift.begins_at:%m-%d %H:%M}" for shift in found] == expected
    assert {shift.begins_at.astimezone(ZoneInfo(zone)).hour for shift in found} == {9}
    assert [shift.person for shift in found] == [
        PEOPLE[(PEOPLE.index(found[0].person) + n) % 3] for n in range(len(found))
    ]


LENGTHS = [
    ("Europe/Berlin", "2026-03-23", 7 * 24 - 1),
    ("Europe/Berlin", "2026-10-19", 7 * 24 + 1),
    ("America/New_York", "2026-03-02", 7 * 24 - 1),
    ("America/New_York", "2026-10-26", 7 * 24 + 1),
    ("Australia/Sydney", "2026-03-30", 7 * 24 + 1),
    ("Australia/Sydney", "2026-09-28", 7 * 24 - 1),
]


@pytest.mark.parametrize(("zone", "monday", "hours"), LENGTHS)
def test_the_week_in_which_clocks_change_is_an_hour_longer_or_shorter(zone, monday, hours):
    begin = instant(datetime.fromisoformat(f"{monday} 09:00"), ZoneInfo(zone))
    before, shift, after = (
        shift_at(rotation(zone=zone), begin + timedelta(days=days)) for days in (-1, 3, 9)
    )
    assert (shift.begins_at, shift.ends_at - shift.begins_at) == (begin, timedelta(hours=hours))
    assert (before.ends_at, after.begins_at) == (shift.begins_at, shift.ends_at)
    assert len({before.person, shift.person, after.person}) == 3


# A handover at 02:30: skipped or twice in Berlin and Sydney (02:30 to 03:30 does not exist, or is there twice)
# and New York; the third column is when it takes place.

ODD_HOURS = [
    (
        "Europe/Berlin",
        "2026-03-29 02:30",
        "2026-03-29 01:00",
        "skipped: when clocks jump from 02:00 to 03:00",
    ),
    ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "twice: the first time, at UTC+2"),
    ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00", "skipped"),
    ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "twice"),
    ("Australia/Sydney", "2026-10-04 02:30", "2026-10-03 16:00", "skipped"),
    ("Australia/Sydney", "2026-04-05 02:30", "2026-04-04 15:30", "twice"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30", "half an hour is skipped"),
]


@pytest.mark.parametrize(("zone", "local", "expected", "why"), ODD_HOURS)
def test_a_handover_in_an_hour_that_is_skipped_or_comes_twice(zone, local, expected, why):
    at = datetime.fromisoformat(local)
    assert instant(at, ZoneInfo(zone)) == utc(expected), why
    days = rotation(every(timedelta(days=1), START, at.time()), zone)
    around = shifts(days, utc(expected) - timedelta(hours=20), utc(expected) + timedelta(hours=20))
    assert [shift.begins_at for shift in around][1:] == [utc(expected)]
    assert around[0].person != around[1].person
    for step in (
        -61,
        -60,
        -31,
        -30,
        -1,
        0,
        1,
        29,
        30,
        31,
        59,
        60,
        61,
    ):  # minutes, over both passes of an hour
        on_call = person_at(days, utc(expected) + timedelta(minutes=step))
        assert on_call == around[step >= 0].person, step


def test_of_two_handovers_in_a_skipped_day_only_the_last_person_begins():
    twice = from_cron("0 9,21 * * *", date(2011, 12, 1))
    found = shifts(rotation(twice, "Pacific/Apia"), utc("2011-12-29 20:00"), utc("2011-12-31 08:00"))
    assert told(found) == [
        "cyd 12-29 20:00 to 12-30 07:00",
        "ada 12-30 07:00 to 12-30 10:00",
        "cyd 12-30 10:00 to 12-30 19:00",
        "ada 12-30 19:00 to 12-31 07:00",
        "bob 12-31 07:00 to 12-31 08:00",
    ]


class Counting(Cycle):
    """A cycle that counts how often it is asked."""

    asked = 0

    def at(self, number: int) -> datetime:
        Counting.asked += 1
        return super().at(number)


@pytest.mark.parametrize("start", [date(1970, 1, 1), date(2026, 6, 1), date(2070, 1, 1)])
def test_an_answer_takes_as_long_whenever_the_turns_began(start):
    hourly = rotation(Counting(datetime.combine(start, time()), timedelta(hours=1)))
    Counting.asked = 0
    for minute in range(0, 10_000, 100):
        person_at(hourly, utc("2026-06-01 12:00") + timedelta(minutes=minute))
    assert Counting.asked <= 200


def test_the_turns_do_not_depend_on_which_handover_they_are_counted_from():
    later = every(timedelta(weeks=1), START + timedelta(weeks=3 * 40), time(9), weekday=0)
    for days in range(0, 700, 5):
        at = utc("2026-01-01 00:00") + timedelta(days=days, hours=days % 24)
        assert person_at(rotation(), at) == person_at(rotation(later), at)


# Overrides


def override(number: int, person: str, begin: str, end: str) -> Override:
    return Override(number, "primary", person, utc(begin), utc(end))


NIGHT = override(1, "cyd", "2026-01-07 18:00", "2026-01-08 06:00")


def test_an_override_stands_in_and_the_turn_goes_on_after_it():
    week = (utc("2026-01-05 08:00"), utc("2026-01-12 08:00"))
    assert told(shifts(rotation(), *week, [NIGHT])) == [
        "ada 01-05 08:00 to 01-07 18:00",
        "cyd 01-07 18:00 to 01-08 06:00",
        "ada 01-08 06:00 to 01-12 08:00",
    ]
    assert person_at(rotation(), utc("2026-01-07 18:00"), [NIGHT]) == "cyd"
    assert person_at(rotation(), utc("2026-01-08 06:00"), [NIGHT]) == "ada"
    assert next_handover(rotation(), utc("2026-01-05 09:00"), [NIGHT]) == utc("2026-01-07 18:00")
    assert shift_at(rotation(), utc("2026-01-08 00:00"), [NIGHT]).override == NIGHT


def test_an_override_over_a_handover_is_one_shift():
    over = override(1, "cyd", "2026-01-11 20:00", "2026-01-13 20:00")
    shift = shift_at(rotation(), utc("2026-01-12 08:00"), [over])
    assert told([shift]) == ["cyd 01-11 20:00 to 01-13 20:00"]


def test_where_overrides_overlap_the_last_one_made_counts():
    inner = override(2, "bob", "2026-01-07 20:00", "2026-01-07 22:00")
    for order in ([NIGHT, inner], [inner, NIGHT]):
        found = shifts(rotation(), utc("2026-01-07 12:00"), utc("2026-01-08 12:00"), order)
        assert [shift.person for shift in found] == ["ada", "cyd", "bob", "cyd", "ada"]
        assert person_at(rotation(), utc("2026-01-07 21:00"), order) == "bob"
    assert told([shift_at(rotation(), utc("2026-01-07 23:00"), [NIGHT, inner])]) == [
        "cyd 01-07 22:00 to 01-08 06:00"
    ]


# To whom routes lead

ROSTER = Roster(
    {
        "ada": Person("ada", ("ada-phone", "ada-mail")),
        "bob": Person("bob", ("bob-phone",)),
        "cyd": Person("cyd", ("ops",)),
    },
    {"primary": rotation()},
)


def test_a_rotation_leads_to_the_channels_of_who_is_on_call():
    found = reach(ROSTER, ["oncall:primary", "ops"], (), utc("2026-01-05 08:00"))
    assert found.channels(("ops", "oncall:primary", "ops")) == ("ops", "ada-phone", "ada-mail")
    assert found.off_duty == {"bob-phone"}, "a channel that routes name by itself is nobody's turn"


def test_an_override_leads_to_the_one_who_stands_in():
    found = reach(ROSTER, ["oncall:primary"], [NIGHT], utc("2026-01-07 19:00"))
    assert found.channels(("oncall:primary",)) == ("ops",)
    assert found.off_duty == {"ada-phone", "ada-mail", "bob-phone"}


def test_an_override_for_somebody_who_is_gone_or_of_another_rotation_does_not_count():
    gone = Override(1, "primary", "dan", utc("2026-01-05 00:00"), utc("2026-02-01 00:00"))
    other = Override(2, "backup", "bob", utc("2026-01-05 00:00"), utc("2026-02-01 00:00"))
    found = reach(ROSTER, ["oncall:primary"], [gone, other], utc("2026-01-05 08:00"))
    assert found.channels(("oncall:primary",)) == ("ada-phone", "ada-mail")


def test_without_a_rotation_among_the_targets_nobody_is_off_duty():
    found = reach(ROSTER, ["ops"], (), utc("2026-01-05 08:00"))
    assert (found.channels(("ops",)), found.off_duty) == (("ops",), frozenset())


def test_a_rotation_that_is_gone_leads_to_nobody():
    found = reach(ROSTER, ["oncall:old"], (), utc("2026-01-05 08:00"))
    assert found.channels(("oncall:old", "ops")) == ("ops",)
