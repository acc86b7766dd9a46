"""When a rotation hands over: periods, cron text and recurrence rules, as local times."""

# ruff: noqa: DTZ001 - local times have no zone of their own

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from statusherd.model.oncall import Cycle
from statusherd.respond.cron import parse_cron
from statusherd.respond.handovers import every, from_cron, from_rrule

START = date(2026, 1, 5)  # a Monday
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def following(cycle: Cycle, after: str, count: int = 3) -> list[str]:
    number = cycle.number(datetime.fromisoformat(after))
    return [f"{cycle.at(number + step):%Y-%m-%d %H:%M}" for step in range(1, count + 1)]


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("0 9 * * 1", "2026-06-03", ["2026-06-08 09:00", "2026-06-15 09:00", "2026-06-22 09:00"]),
        ("0 9 * * MON", "2026-06-08 08:59", ["2026-06-08 09:00", "2026-06-15 09:00", "2026-06-22 09:00"]),
        ("0 9 * * 0", "2026-06-03", ["2026-06-07 09:00", "2026-06-14 09:00", "2026-06-21 09:00"]),
        ("0 9 * * 7", "2026-06-03", ["2026-06-07 09:00", "2026-06-14 09:00", "2026-06-21 09:00"]),
        ("30 8 * * 1,4", "2026-06-03", ["2026-06-04 08:30", "2026-06-08 08:30", "2026-06-11 08:30"]),
        ("0 9 * * 1-5", "2026-06-05 09:00", ["2026-06-08 09:00", "2026-06-09 09:00", "2026-06-10 09:00"]),
        ("0 9 * * fri-7", "2026-06-03", ["2026-06-05 09:00", "2026-06-06 09:00", "2026-06-07 09:00"]),
        ("0 */12 * * *", "2026-06-03 01:00", ["2026-06-03 12:00", "2026-06-04 00:00", "2026-06-04 12:00"]),
        ("15 8-20/6 * * *", "2026-06-03", ["2026-06-03 08:15", "2026-06-03 14:15", "2026-06-03 20:15"]),
        ("0 9 1,15 * *", "2026-06-03", ["2026-06-15 09:00", "2026-07-01 09:00", "2026-07-15 09:00"]),
        ("0 9 31 * *", "2026-06-03", ["2026-07-31 09:00", "2026-08-31 09:00", "2026-10-31 09:00"]),
        ("0 9 29 2 *", "2026-06-03", ["2028-02-29 09:00", "2032-02-29 09:00", "2036-02-29 09:00"]),
        ("0 9 1 jan,JUL *", "2026-06-03", ["2026-07-01 09:00", "2027-01-01 09:00", "2027-07-01 09:00"]),
        # either of two restricted days
        ("0 9 13 * 5", "2026-06-01", ["2026-06-05 09:00", "2026-06-12 09:00", "2026-06-13 09:00"]),
        # an asterisk with a step restricts the days together with the other field
        ("0 9 */2 * 1", "2026-06-01 10:00", ["2026-06-15 09:00", "2026-06-29 09:00", "2026-07-13 09:00"]),
        ("0 9 * * */3", "2026-06-03 10:00", ["2026-06-06 09:00", "2026-06-07 09:00", "2026-06-10 09:00"]),
    ],
)
def test_cron_text_fires_when_it_says(text, after, expected):
    assert following(from_cron(text, START), after) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 9 * *", "has 4 fields and not 5"),
        ("@weekly", "has 1 fields and not 5"),
        ("0 9 * * 8", '"8" is no day of the week from 0 to 7'),
        ("60 9 * * 1", '"60" is no minute from 0 to 59'),
        ("0 24 * * 1", '"24" is no hour'),
        ("0 9 0 * *", '"0" is no day of the month'),
        ("0 9 * 13 *", '"13" is no month'),
        ("0 9 * foo *", '"foo" is no month'),
        ("0 9 * * fri-mon", '"fri-mon" is an empty range of the day of the week'),
        ("0 9 L * *", '"L" is no day of the month'),
        ("0 9 * * 1#2", '"1#2" is no day of the week'),
        ("0 5/10 * * *", '"5/10" is no hour'),
        ("0 */0 * * *", '"*/0" is an empty range of the hour'),
        ("0 9,, * * *", '"" is no hour'),
        ("0 ٩ * * *", "is no hour"),
        ("0 9 31 2 *", "never hands over"),
        ("*/30 * * * *", "hands over more often than once an hour"),
        ("0,59 9 * * *", "hands over more often than once an hour"),
    ],
)
def test_what_is_no_cron_text_for_a_handover_is_refused(text, says):
    with pytest.raises(ValueError, match=r"\. [A-Z]") as caught:
        from_cron(text, START)
    assert says in str(caught.value)


def test_cron_text_agrees_with_a_search_minute_by_minute():
    for text in ("10 6,18 */5 * 2-4", "10 6,18 5 * 2", "0 0 28-31 2,12 *"):
        cron, cycle = parse_cron(text), from_cron(text, date(2027, 11, 3))
        minute, found, numbered = datetime(2028, 1, 1), [], []
        while minute < datetime(2028, 4, 1):
            if minute.minute in cron.minutes and minute.hour in cron.hours and cron.falls_on(minute.date()):
                found.append(minute)
            minute += timedelta(minutes=10)
        number = cycle.number(datetime(2027, 12, 31, 23, 59)) + 1
        while (at := cycle.at(number)) < datetime(2028, 4, 1):
            numbered.append(at)
            number += 1
        assert numbered == found


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=0", "2026-06-03", ["2026-06-04 09:00", "2026-06-08 09:00", "2026-06-11 09:00"]),
        ("RRULE:FREQ=WEEKLY;BYHOUR=9", "2026-06-03", ["2026-06-08 09:00", "2026-06-15 09:00", "2026-06-22 09:00"]),
        ("freq=weekly;interval=2;byday=mo;byhour=9", "2026-06-03", ["2026-06-08 09:00", "2026-06-22 09:00", "2026-07-06 09:00"]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=8;BYMINUTE=30", "2026-06-05 12:00", ["2026-06-08 08:30", "2026-06-09 08:30", "2026-06-10 08:30"]),
        ("FREQ=DAILY;INTERVAL=3;BYHOUR=9", "2026-01-05 09:00", ["2026-01-08 09:00", "2026-01-11 09:00", "2026-01-14 09:00"]),
        ("FREQ=MONTHLY;BYDAY=1MO;BYHOUR=9", "2026-06-03", ["2026-07-06 09:00", "2026-08-03 09:00", "2026-09-07 09:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=17", "2026-06-03", ["2026-06-30 17:00", "2026-07-31 17:00", "2026-08-31 17:00"]),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1;BYHOUR=9", "2026-06-03", ["2026-07-01 09:00", "2026-10-01 09:00", "2027-01-01 09:00"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9", "2026-06-03", ["2028-02-29 09:00", "2032-02-29 09:00", "2036-02-29 09:00"]),
        ("FREQ=DAILY;BYHOUR=9,21", "2026-06-03 10:00", ["2026-06-03 21:00", "2026-06-04 09:00", "2026-06-04 21:00"]),
    ],
)  # fmt: skip
def test_a_recurrence_rule_hands_over_when_it_says(text, after, expected):
    assert following(from_rrule(text, START), after) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("WEEKLY", "must have FREQ"),
        ("FREQ=HOURLY;BYHOUR=9", "must have FREQ"),
        ("FREQ=WEEKLY;BYHOUR=9\nEXDATE:20260101T000000", "must have FREQ"),
        ("FREQ=WEEKLY;BYDAY=MO", "would hand over at midnight"),
        ("FREQ=WEEKLY;BYHOUR=9;COUNT=10", "would end by its COUNT"),
        ("FREQ=WEEKLY;BYHOUR=9;UNTIL=20270101T000000", "would end by its UNTIL"),
        ("FREQ=YEARLY;BYHOUR=9;BYEASTER=0", "must not follow Easter"),
        ("FREQ=WEEKLY;BYHOUR=25", "is no rule that can be read"),
        ("FREQ=WEEKLY;BYHOUR=9;BYDAY=XX", "is no rule that can be read"),
        ("FREQ=WEEKLY;BYHOUR=9;DTSTART=20260101", "is no rule that can be read"),
        ("FREQ=WEEKLY;BYHOUR=9;INTERVAL=0", "must have INTERVAL"),
        ("FREQ=WEEKLY;BYHOUR=9;BYMONTH=5;INTERVAL=50", "comes again only after the year 2099"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;BYHOUR=9", "never hands over"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=0,30", "hands over more often than once an hour"),
    ],
)
def test_what_is_no_rule_for_a_handover_is_refused(text, says):
    with pytest.raises(ValueError, match=r"\. [A-Z]") as caught:
        from_rrule(text, START)
    assert says in str(caught.value)


def test_cron_text_and_a_rule_of_the_same_meaning_are_the_same_cycle():
    assert from_cron("0 9 * * 1,4", START) == from_rrule("FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=9", START)
    assert from_cron("0 9 1 * *", START) == from_rrule("FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9", START)


def test_a_period_begins_on_its_start_or_the_day_of_the_week_after_it():
    assert every(WEEK, START, time(9), weekday=0).at(0) == datetime(2026, 1, 5, 9)
    assert every(WEEK, START, time(9), weekday=2).at(0) == datetime(2026, 1, 7, 9)
    assert every(DAY, START, time(9)).at(-1) == datetime(2026, 1, 4, 9)
    assert every(DAY / 2, START, time(9)).at(1) == datetime(2026, 1, 5, 21)


def test_numbers_and_times_go_both_ways_far_from_the_start():
    for cycle in (
        from_cron("0 9 29 2 *", START),
        from_cron("0 9 1,15 * 1", START),
        every(2 * WEEK, START, time(9), weekday=0),
    ):
        for number in (-300, -1, 0, 1, 300):
            at = cycle.at(number)
            assert cycle.number(at) == number
            assert cycle.number(at - timedelta(microseconds=1)) == number - 1
