"""When a message that was not accepted is sent again."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.notify.backoff import GIVE_UP_AFTER, LONGEST, LONGEST_ASKED, next_attempt

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def waits(attempts: int, retry_after: float | None = None) -> list[float]:
    rng = random.Random(7)
    dues = [next_attempt(attempts, NOW, NOW, retry_after, rng) for _ in range(300)]
    return [(due - NOW).total_seconds() for due in dues if due is not None]


@pytest.mark.parametrize(("attempts", "longest"), [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (500, 900)])
def test_the_range_of_the_wait_doubles_up_to_a_quarter_of_an_hour(attempts: int, longest: float) -> None:
    drawn = waits(attempts)
    assert min(drawn) >= 1
    assert max(drawn) <= longest
    assert max(drawn) > longest * 0.9


def test_messages_that_failed_together_do_not_come_back_together() -> None:
    assert len(set(waits(6))) > 290


def test_the_wait_a_service_asks_for_is_kept() -> None:
    assert min(waits(1, retry_after=120)) >= 120
    assert max(waits(1, retry_after=120)) <= 126
    assert max(waits(20, retry_after=30)) < 35


def test_a_service_that_asks_for_years_is_asked_again_within_the_hour() -> None:
    assert max(waits(1, retry_after=3e8)) <= LONGEST_ASKED + LONGEST


def test_a_service_that_asks_for_nothing_is_left_alone_for_a_second() -> None:
    assert min(waits(1, retry_after=0)) >= 1
    assert min(waits(1, retry_after=-5)) >= 1


def test_a_day_old_message_is_given_up() -> None:
    rng = random.Random(7)
    just_before = NOW + GIVE_UP_AFTER - timedelta(seconds=1)
    assert next_attempt(40, NOW, just_before, None, rng) is not None
    assert next_attempt(40, NOW, NOW + GIVE_UP_AFTER, None, rng) is None
    assert next_attempt(40, NOW, NOW + GIVE_UP_AFTER, 60.0, rng) is None
