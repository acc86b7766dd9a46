"""When a message that was not accepted is sent again. Pure."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

FIRST: Final = 5.0
"""Seconds: the longest wait after the first failure; it doubles with each further one."""
LONGEST: Final = 15 * 60.0
LONGEST_ASKED: Final = 60 * 60.0
"""A service may ask for no longer wait than this: the message would be stale."""
GIVE_UP_AFTER: Final = timedelta(hours=24)
_SHORTEST: Final = 1.0


def next_attempt(
    attempts: int,
    created_at: datetime,
    now: datetime,
    retry_after: float | None,
    rng: random.Random,
) -> datetime | None:
    """Return when to try again after `attempts` failures, None to give up: a day after `created_at`.

    The wait is drawn anew from a range that doubles, so messages that failed together do not come back
    together. Where the service said how long to wait (`retry_after`, seconds), it is at least that.
    """
    if now - created_at >= GIVE_UP_AFTER:
        return None
    ceiling = min(LONGEST, FIRST * 2 ** min(max(attempts, 1) - 1, 30))
    if retry_after is None:
        return now + timedelta(seconds=rng.uniform(_SHORTEST, ceiling))
    asked = min(max(retry_after, _SHORTEST), LONGEST_ASKED)
    return now + timedelta(seconds=asked + rng.uniform(0.0, min(ceiling, asked / 10 + 1)))
