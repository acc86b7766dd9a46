"""What our own checks of a vendor say about it at the time of an incident of ours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum, auto
from itertools import pairwise
from statistics import median
from typing import Final

from statusherd.model.suspects import Evidence
from statusherd.respond.correlation.records import Check, Matter, View

SIGNAL: Final = "probes"
_BEFORE: Final = timedelta(minutes=15)
_BASELINE: Final = timedelta(hours=24)
_FEWEST: Final = 5
_SLOWER: Final = 3.0
"""So many times its usual time is slow."""


class Health(Enum):
    """What our checks say of a vendor."""

    FAILING = auto()
    SLOW = auto()
    WELL = auto()
    HARDLY_WELL = auto()  # a single check, or few
    UNCLEAR = auto()


_WEIGHTS: Final = {Health.FAILING: 2.0, Health.SLOW: 1.4, Health.WELL: -1.8, Health.HARDLY_WELL: -0.7}


def checked(vendor: str, matter: Matter, view: View) -> Evidence | None:
    """Return what our checks say of a vendor, None where there are none or they say nothing clear."""
    recent, health = _judged(vendor, matter, view)
    weight = _WEIGHTS.get(health)
    if weight is None:
        return None
    failed = sum(not check.ok for check in recent)
    text = {
        Health.FAILING: f"{failed} of {len(recent)} of our checks of it failed",
        Health.SLOW: "our checks of it take several times as long as usual",
    }.get(health, f"all {len(recent)} of our checks of it went well")
    return Evidence(SIGNAL, weight, text)


def is_failing(vendor: str, matter: Matter, view: View) -> bool:
    """Tell whether our checks see a vendor in trouble, more than once."""
    recent, health = _judged(vendor, matter, view)
    return health in (Health.FAILING, Health.SLOW) and len(recent) > 1


def _judged(vendor: str, matter: Matter, view: View) -> tuple[Sequence[Check], Health]:
    of_vendor = [check for check in view.checks if check.vendor == vendor and check.at <= view.now]
    end = matter.over_at or view.now
    recent = [check for check in of_vendor if matter.onset - _BEFORE <= check.at <= end]
    usual = [c for c in of_vendor if matter.onset - _BASELINE <= c.at < matter.onset - _BEFORE]
    return recent, _health(sorted(recent, key=lambda check: check.at), usual)


def _health(recent: Sequence[Check], usual: Sequence[Check]) -> Health:
    if not recent:
        return Health.UNCLEAR
    failed = sum(not check.ok for check in recent)
    if (failed >= 2 and (2 * failed >= len(recent) or _fail_in_a_row(recent))) or failed == len(recent):
        return Health.FAILING
    if _is_slow(recent, usual):
        return Health.SLOW
    if failed > len(recent) * 0.2:
        return Health.UNCLEAR
    return Health.WELL if len(recent) > 2 else Health.HARDLY_WELL


def _fail_in_a_row(recent: Sequence[Check]) -> bool:
    """Tell whether two in a row failed, and more than a few of all did."""
    failed = sum(not check.ok for check in recent)
    return 4 * failed >= len(recent) and any(not a.ok and not b.ok for a, b in pairwise(recent))


def _is_slow(recent: Sequence[Check], usual: Sequence[Check]) -> bool:
    now = [check.latency_ms for check in recent if check.latency_ms is not None]
    before = [check.latency_ms for check in usual if check.latency_ms is not None and check.ok]
    if len(now) < 2:
        return False
    if len(before) >= _FEWEST:
        return median(now) >= _SLOWER * median(before)
    return len(now) > 2 and max(now[-2:]) >= 2 * _SLOWER * min(now)
