"""When a vendor is looked at next: the rules one by one."""

from __future__ import annotations

import random

import pytest

from statusherd.watch.schedule import Agenda, Pace, first_look, next_look

MINUTE = Pace(60.0)


def delay(
    pace: Pace = MINUTE,
    *,
    vendor: str = "acme",
    at: float = 1000.0,
    trouble: bool = False,
    failures: int = 0,
    retry_after: float | None = None,
    seed: int = 1,
) -> float:
    due = next_look(
        pace,
        vendor=vendor,
        looked_at=at,
        trouble=trouble,
        failures=failures,
        retry_after=retry_after,
        rng=random.Random(seed),
    )
    return round(due - at, 6)


def delays(**how: object) -> list[float]:
    return [delay(seed=seed, at=seed * 7.3, **how) for seed in range(300)]  # type: ignore[arg-type]


def test_a_quiet_vendor_is_looked_at_every_interval_give_or_take_a_tenth() -> None:
    assert all(54 <= seconds <= 66 for seconds in delays())


def test_a_vendor_in_trouble_is_looked_at_twice_as_often() -> None:
    assert all(135 <= seconds <= 165 for seconds in delays(pace=Pace(300.0), trouble=True))


def test_trouble_is_not_hurried_below_half_a_minute() -> None:
    assert all(30 <= seconds <= 33 for seconds in delays(pace=Pace(40.0), trouble=True))
    assert all(30 <= seconds <= 33 for seconds in delays(trouble=True))


def test_a_shorter_configured_interval_is_its_own_limit() -> None:
    assert all(10 <= seconds <= 11 for seconds in delays(pace=Pace(10.0), trouble=True))
    assert all(1 <= seconds <= 1.1 for seconds in delays(pace=Pace(1.0)))


def test_the_operators_minimum_counts() -> None:
    assert all(seconds >= 50 for seconds in delays(pace=Pace(60.0, minimum=50.0), trouble=True))


def test_the_first_failure_is_followed_up_at_the_usual_time() -> None:
    assert all(54 <= seconds <= 66 for seconds in delays(failures=1))


def test_more_failures_are_backed_off_from_up_to_a_quarter_of_an_hour() -> None:
    assert all(60 <= seconds <= 120 for seconds in delays(failures=2))
    assert all(60 <= seconds <= 240 for seconds in delays(failures=3))
    for failures in (5, 100, 10_000):
        long = delays(failures=failures)
        assert all(60 <= seconds <= 900 for seconds in long)
        assert max(long) > 800, "full jitter uses the whole range"
        assert min(long) < 160


def test_an_interval_beyond_the_back_off_is_kept() -> None:
    assert all(3600 <= seconds <= 3600 for seconds in delays(pace=Pace(3600.0), failures=9))


@pytest.mark.parametrize(
    ("asked", "least", "most"), [(0.0, 60, 66), (5.0, 60, 66), (600.0, 600, 600), (86_400.0, 3600, 3600)]
)
def test_a_server_is_given_the_pause_it_asks_for_within_reason(
    asked: float, least: float, most: float
) -> None:
    assert all(least <= seconds <= most for seconds in delays(retry_after=asked))
    assert all(least <= seconds <= max(most, 120) for seconds in delays(retry_after=asked, failures=2))


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert delays(failures=4) == delays(failures=4)


def test_first_looks_spread_over_the_interval_and_keep_their_order_over_restarts() -> None:
    names = [f"vendor-{n}" for n in range(1000)]
    due = sorted(first_look(MINUTE, vendor=name, now=500.0) for name in names)
    assert due[0] >= 500
    assert due[-1] <= 560
    per_second = [sum(1 for at in due if second <= at - 500 < second + 1) for second in range(60)]
    assert max(per_second) < 40
    later = sorted(names, key=lambda name: first_look(MINUTE, vendor=name, now=9000.0))
    assert later == sorted(names, key=lambda name: first_look(MINUTE, vendor=name, now=500.0))


def test_vendors_that_were_looked_at_together_drift_apart_within_minutes() -> None:
    rng = random.Random(7)
    due = {f"vendor-{n}": 1000.0 for n in range(600)}  # as after a stopped process
    for _ in range(8):
        due = {
            name: next_look(
                MINUTE, vendor=name, looked_at=at, trouble=False, failures=0, retry_after=None, rng=rng
            )
            for name, at in due.items()
        }
    per_second = [sum(1 for at in due.values() if int(at) % 60 == second) for second in range(60)]
    assert max(per_second) < 30, "evenly spread would be 10"


# The agenda


def test_the_agenda_gives_what_is_due_longest_overdue_first() -> None:
    agenda = Agenda()
    for vendor, due in (("late", 3.0), ("early", 1.0), ("later", 5.0)):
        agenda.set(vendor, due)
    assert agenda.next_due() == 1.0
    assert agenda.pop_due(3.0) == ["early", "late"]
    assert agenda.pop_due(3.0) == []
    assert agenda.next_due() == 5.0
    assert len(agenda) == 1


def test_a_new_time_overrules_the_old_one_in_both_directions() -> None:
    agenda = Agenda()
    agenda.set("acme", 10.0)
    agenda.set("acme", 20.0)
    assert agenda.pop_due(15.0) == []
    agenda.set("acme", 5.0)
    assert agenda.due("acme") == 5.0
    assert agenda.pop_due(30.0) == ["acme"]
    assert agenda.pop_due(30.0) == []


def test_a_vendor_that_is_removed_is_not_looked_at() -> None:
    agenda = Agenda()
    agenda.set("acme", 1.0)
    agenda.remove("acme")
    agenda.remove("never-there")
    assert "acme" not in agenda
    assert agenda.next_due() is None
    assert agenda.pop_due(2.0) == []


def test_an_empty_agenda_has_nothing_due() -> None:
    agenda = Agenda()
    assert agenda.next_due() is None
    assert agenda.due("acme") is None
    assert agenda.pop_due(1e9) == []


def test_the_agenda_does_not_grow_with_the_number_of_changes() -> None:
    agenda = Agenda()
    for round_ in range(2000):
        for vendor in range(10):
            agenda.set(f"v{vendor}", float(round_ + vendor))
    assert len(agenda._heap) <= 2 * 10 + 64
    assert len(agenda.pop_due(1e9)) == 10
