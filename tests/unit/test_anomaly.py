"""What is usual and what is not: rules of the judgement one by one, and its figures on fixed seeds."""

from __future__ import annotations

import math
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from statusherd.model.probes import Early, ProbeHour, ProbeResult, Stage
from statusherd.testing.endpoints import KINDS, MONDAY, Endpoint, Recorded, Trouble
from statusherd.testing.recording import record
from statusherd.watch import usual as rules
from statusherd.watch.anomaly import FAILING_CAP, SLOW_CAP, Sums, step, threshold
from statusherd.watch.course import Course
from statusherd.watch.usual import Usual, summed_up, usual

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
H = threshold(1.0, 60.0, 1)
WELL, SLOW, FAILS = Trouble(), Trouble(slower=5.0), Trouble(failing=0.2)
KNOWN = Usual(math.log(100), 0.25, 0.005, 1000)


def found(
    latency_ms: float | None = 100.0, failed: int = 0, minute: int = 0, attempts: int = 15
) -> ProbeResult:
    at = MONDAY + minute * MINUTE
    return ProbeResult("acme", "api", at, 2 * failed < attempts, latency_ms, Stage.HTTP, "", attempts, failed)


def after(results: list[ProbeResult], normal: Usual = KNOWN, h: float = H) -> Sums:
    sums = Sums()
    for result in results:
        sums = step(sums, result, normal, h)
    return sums


# The rules


def test_five_times_the_usual_is_trouble_from_the_second_round_on() -> None:
    rounds = [found(500.0, minute=n) for n in range(2)]
    assert not after(rounds[:1]).in_trouble
    sums = after(rounds)
    assert (sums.since, sums.slower, sums.fails, sums.rounds) == (MONDAY, True, False, 2)


def test_no_single_round_is_believed_however_bad() -> None:
    dead = found(None, failed=45, attempts=45)
    for result, cap in ((found(60_000.0), SLOW_CAP), (dead, FAILING_CAP)):
        sums = after([result])
        assert max(sums.slow, sums.failing) == pytest.approx(cap * H)
        assert not sums.in_trouble


def test_less_than_twice_the_usual_never_adds_up() -> None:
    assert not after([found(195.0, minute=n) for n in range(500)]).in_trouble
    assert after([found(230.0, minute=n) for n in range(500)]).in_trouble


def test_what_nobody_feels_is_no_trouble_however_many_times_the_usual() -> None:
    quick = replace(KNOWN, latency=math.log(5.0))
    assert not after([found(5.0 + 24.0, minute=n) for n in range(50)], quick).in_trouble
    assert after([found(5.0 + 26.0, minute=n) for n in range(50)], quick).in_trouble


def test_a_round_that_is_well_takes_slowness_back() -> None:
    sums = after([found(500.0), found(100.0, minute=1)])
    assert (sums.slow, sums.slow_since) == (0.0, None)


def test_half_a_percent_of_errors_is_usual_and_a_fifth_is_not() -> None:
    assert not after([found(failed=n % 14 == 0, minute=n) for n in range(1000)]).in_trouble
    assert after([found(failed=3, minute=n) for n in range(4)]).fails


def test_trouble_is_over_after_three_rounds_that_are_well() -> None:
    bad = [found(500.0, minute=n) for n in range(3)]
    well = [found(100.0, minute=3 + n) for n in range(3)]
    assert after([*bad, *well[:2]]).in_trouble
    assert after([*bad, *well]) == Sums()
    assert after([*bad, *well[:2], found(500.0, minute=5), well[0]]).in_trouble


def test_rounds_that_count_for_nothing_change_nothing() -> None:
    sums = after([found(500.0)])
    assert step(sums, replace(found(None), attempts=0, counts=False), KNOWN, H) == sums


def test_the_threshold_is_what_the_operator_bears() -> None:
    rounds_a_month = 30.44 * 1440
    assert math.exp(H) == pytest.approx(2 * rounds_a_month)
    assert threshold(0.1, 60.0, 1) > H > threshold(10.0, 60.0, 1)
    assert threshold(1.0, 60.0, 5) > H > threshold(1.0, 600.0, 1)


def test_where_rounds_resemble_each_other_only_what_is_new_speaks() -> None:
    wandering = replace(KNOWN, follows=0.8)
    rising = [found(100.0 * 2.6 ** min(1.0, n / 15), minute=n) for n in range(30)]
    assert after(rising).in_trouble
    assert not after(rising, wandering).in_trouble
    assert after([found(700.0, minute=n) for n in range(3)], wandering).in_trouble


def test_errors_that_come_in_bursts_say_less() -> None:
    rounds = [found(failed=3, minute=n) for n in range(3)]
    assert after(rounds).in_trouble
    assert not after(rounds, replace(KNOWN, scatter=4.0)).in_trouble


# What is usual


def hour(at: datetime, latency_ms: float = 100.0, failed: int = 0, spread: float = 0.05) -> ProbeHour:
    middle = math.log(latency_ms)
    quantiles = tuple(middle + spread * each for each in (-1.6, -0.7, 0.0, 0.7, 1.6))
    return ProbeHour(at, 60, 900, failed, quantiles)


def fortnight(latency_ms=lambda _: 100.0, failed=lambda _: 0) -> list[ProbeHour]:
    hours = (MONDAY + n * HOUR for n in range(14 * 24))
    return [hour(at, latency_ms(at), failed(at)) for at in hours]


NEXT: datetime = MONDAY + timedelta(days=14)


def expected(hours: list[ProbeHour], at: datetime = NEXT) -> float:
    latency = usual(hours, at).latency_ms
    assert latency is not None
    return latency


def test_nothing_is_usual_before_ten_rounds() -> None:
    course, begun = Course(), MONDAY + timedelta(minutes=10)
    for n in range(9):
        course.take(replace(found(minute=n), failed=15, ok=False), H)
        assert not course.usual(begun).is_known
    course.take(found(minute=9), H)
    assert course.usual(begun).is_known
    assert not course.sums.in_trouble, "what fails from the first round on is no news"


def test_the_hour_of_the_day_is_expected() -> None:
    by_day = fortnight(lambda at: 200.0 if 9 <= at.hour < 18 else 100.0)
    assert expected(by_day, NEXT + 12 * HOUR) == pytest.approx(200.0, rel=0.05)
    assert expected(by_day, NEXT + 3 * HOUR) == pytest.approx(100.0, rel=0.05)


def test_a_quiet_weekend_makes_no_evening_slow() -> None:
    workdays = fortnight(lambda at: 200.0 if at.weekday() < 5 and 9 <= at.hour < 18 else 100.0)
    first_saturday = [each for each in workdays if each.at < MONDAY + timedelta(days=5, hours=19)]
    assert expected(first_saturday, MONDAY + timedelta(days=5, hours=19)) > 95.0


def test_an_outage_of_hours_moves_nothing_and_a_lasting_change_is_usual_after_half_a_day() -> None:
    def since(hours: int) -> list[ProbeHour]:
        return fortnight(lambda at: 500.0 if NEXT - hours * HOUR <= at else 100.0)

    assert expected(since(4)) == pytest.approx(100.0)
    assert expected(since(13)) == pytest.approx(500.0)


def test_an_old_outage_is_no_usual_error_rate() -> None:
    outage = fortnight(failed=lambda at: 450 if at.day == 3 and at.hour < 10 else 1)
    assert usual(outage, NEXT).errors == rules.LEAST_ERRORS
    assert usual(fortnight(failed=lambda _: 18), NEXT).errors == pytest.approx(0.02)


def test_bursts_are_seen_in_the_scatter_of_hours() -> None:
    even = usual(fortnight(failed=lambda _: 9), NEXT)
    bursts = usual(fortnight(failed=lambda at: 36 if at.hour % 4 == 0 else 0), NEXT)
    assert even.scatter == rules.SCATTER[0]
    assert bursts.scatter > 4 * even.scatter


def test_a_tiny_spread_is_not_believed() -> None:
    assert usual(fortnight(), NEXT).spread == rules.LEAST_SPREAD


def test_an_hour_keeps_quantiles_and_how_its_rounds_follow_each_other() -> None:
    slow_wave = [found(100.0 + 50 * math.sin(n / 8), minute=n) for n in range(60)]
    to_and_fro = [found(100.0 + 50 * (-1) ** n, minute=n) for n in range(60)]
    assert summed_up(MONDAY, slow_wave).follows > 0.8
    assert summed_up(MONDAY, to_and_fro).follows == 0.0
    kept = summed_up(MONDAY, [*slow_wave, found(None, failed=15, minute=60)])
    assert (kept.rounds, kept.attempts, kept.failed, len(kept.latency)) == (61, 61 * 15, 15, 5)


def test_a_course_gives_each_hour_once_it_is_over() -> None:
    course = Course()
    given = [course.take(found(minute=n), H) for n in range(0, 150, 10)]
    assert [each.at for each in given if each] == [MONDAY, MONDAY + HOUR]
    assert [each.rounds for each in given if each] == [6, 6]


# The figures; benchmarks/anomaly.py measures more of the same


def run(endpoint: Endpoint, course: Course, until: datetime, at: datetime = MONDAY) -> tuple[int, datetime]:
    """Let a sound endpoint be probed; return how often it was taken for one in trouble, and the time."""
    h, alarms = threshold(Early().false_alarms, endpoint.interval, 1), 0
    while at < until:
        was = course.sums.in_trouble
        course.take(endpoint.round(at, WELL, suspicious=course.sums.is_suspicious), h)
        alarms += course.sums.in_trouble and not was
        at += timedelta(seconds=endpoint.interval)
    return alarms, at


def delay(endpoint: Endpoint, course: Course, at: datetime, trouble: Trouble) -> int:
    h = threshold(Early().false_alarms, endpoint.interval, 1)
    for number in range(1, 11):
        course.take(endpoint.round(at, trouble, suspicious=course.sums.is_suspicious), h)
        if course.sums.in_trouble:
            return number
        at += timedelta(seconds=endpoint.interval)
    return 11


def judged(endpoint: Endpoint, episodes: int = 10) -> tuple[int, Counter[int], Counter[int]]:
    """Return alarms in the days 5 to 10, and after how many probes two kinds of episodes then are seen."""
    course, seen = Course(), (Counter(), Counter())
    run(endpoint, course, MONDAY + timedelta(days=4))
    alarms, at = run(endpoint, course, MONDAY + timedelta(days=10), MONDAY + timedelta(days=4))
    for _ in range(episodes):
        _, at = run(endpoint, course, at + timedelta(hours=5), at)
        for trouble, counted in zip((SLOW, FAILS), seen, strict=True):
            counted[delay(deepcopy(endpoint), deepcopy(course), at, trouble)] += 1
    return alarms, *seen


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_endpoint_is_left_alone_and_trouble_is_seen_within_three_probes(kind: str) -> None:
    alarms, slow, fails = judged(KINDS[kind](77))
    assert alarms <= 1, "six days of at most one false alarm a month"
    for counted in (slow, fails):
        assert sum(number for after_, number in counted.items() if after_ <= 3) >= 0.9 * counted.total()
        assert max(counted) <= 5


async def test_the_same_holds_for_a_recorded_endpoint() -> None:
    endpoint = Recorded(5, await record(400))
    alarms, slow, fails = judged(endpoint)
    assert alarms <= 1
    assert max(slow) <= 3
    assert max(fails) <= 4


def test_a_probe_that_began_half_an_hour_ago_is_not_blind() -> None:
    for trouble, most in ((SLOW, 3), (FAILS, 4)):
        endpoint, course = KINDS["diurnal"](5), Course()
        alarms, at = run(endpoint, course, MONDAY + timedelta(minutes=30))
        assert alarms == 0
        assert delay(endpoint, course, at, trouble) <= most
