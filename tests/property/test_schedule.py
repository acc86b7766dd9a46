"""Whatever happens at the sources, every vendor is looked at, and none too often."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from statusherd.watch.schedule import JITTER, LONGEST_BACK_OFF, LONGEST_WAIT, Agenda, Pace, next_look

PACES = st.builds(Pace, interval=st.floats(1.0, 86_400.0), minimum=st.floats(1.0, 600.0))
WAITS = st.none() | st.floats(0.0, 1e7)
VENDORS = st.text(max_size=20)


@given(
    pace=PACES,
    vendor=VENDORS,
    looked_at=st.floats(0.0, 1e8),
    trouble=st.booleans(),
    failures=st.integers(0, 100_000),
    retry_after=WAITS,
    seed=st.integers(),
)
def test_the_pause_is_never_below_its_floor_nor_beyond_its_bound(
    *,
    pace: Pace,
    vendor: str,
    looked_at: float,
    trouble: bool,
    failures: int,
    retry_after: float | None,
    seed: int,
) -> None:
    dues = {
        next_look(
            pace,
            vendor=vendor,
            looked_at=looked_at,
            trouble=trouble,
            failures=failures,
            retry_after=retry_after,
            rng=random.Random(seed),
        )
        for _ in range(2)
    }
    assert len(dues) == 1, "the same seed gives the same time"
    pause = dues.pop() - looked_at
    longest = max(
        pace.interval * (1 + JITTER), LONGEST_BACK_OFF, LONGEST_WAIT if retry_after is not None else 0
    )
    rounding = 1e-6
    assert pace.floor - rounding <= pause <= longest + rounding
    if retry_after is not None:
        assert pause >= min(retry_after, LONGEST_WAIT) - rounding


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), WAITS), min_size=1, max_size=60),
    st.integers(),
)
def test_no_vendor_starves_and_none_is_looked_at_twice_in_a_floor(
    outcomes: list[tuple[bool, bool, float | None]], seed: int
) -> None:
    """Three vendors share the outcomes, each with its own phase, for two hours of schedule."""
    rng, pace, agenda = random.Random(seed), Pace(60.0), Agenda()
    failures, looks = dict.fromkeys("abc", 0), {vendor: [0.0] for vendor in "abc"}
    for vendor in failures:
        agenda.set(vendor, 0.0)
    turn = 0
    while (now := agenda.next_due()) is not None and now < 7200.0:
        for vendor in agenda.pop_due(now):
            failed, trouble, wait = outcomes[turn % len(outcomes)]
            turn += 1
            failures[vendor] = failures[vendor] + 1 if failed else 0
            looks[vendor].append(now)
            due = next_look(
                pace,
                vendor=vendor,
                looked_at=now,
                trouble=trouble,
                failures=failures[vendor],
                retry_after=wait,
                rng=rng,
            )
            agenda.set(vendor, due)
    for times in looks.values():
        gaps = [later - earlier for earlier, later in pairwise(times[1:])]
        assert all(pace.floor <= gap + 1e-6 and gap <= LONGEST_WAIT + 1e-6 for gap in gaps)
    assert len(agenda) == 3


class AgendaAgainstADictionary(RuleBasedStateMachine):
    """The heap with its stale entries behaves as a plain table of due times would."""

    def __init__(self) -> None:
        super().__init__()
        self.agenda = Agenda()
        self.table: dict[str, float] = {}

    names = st.sampled_from([f"v{n}" for n in range(6)])
    times = st.integers(0, 20).map(float)

    @rule(vendor=names, due=times)
    def set(self, vendor: str, due: float) -> None:
        self.agenda.set(vendor, due)
        self.table[vendor] = due

    @rule(vendor=names)
    def remove(self, vendor: str) -> None:
        self.agenda.remove(vendor)
        self.table.pop(vendor, None)

    @rule(now=times)
    def pop(self, now: float) -> None:
        expected = sorted((due, vendor) for vendor, due in self.table.items() if due <= now)
        assert self.agenda.pop_due(now) == [vendor for _, vendor in expected]
        for _, vendor in expected:
            del self.table[vendor]

    @invariant()
    def same(self) -> None:
        assert len(self.agenda) == len(self.table)
        assert self.agenda.next_due() == min(self.table.values(), default=None)
        assert all(self.agenda.due(vendor) == due for vendor, due in self.table.items())


TestAgenda = AgendaAgainstADictionary.TestCase
