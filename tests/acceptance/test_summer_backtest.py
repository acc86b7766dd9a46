"""The real summer through a team's rules: fewer messages, and nothing grave that nobody hears of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
from summer import CONFIG, HISTORY, Rung, climb, ladder, lived_through, read

from statusherd.config import load
from statusherd.model.words import Severity
from statusherd.setup import Setup
from statusherd.store.engine import Store


def too_strict(setup: Setup) -> Setup:
    """Tell of nothing that is less than SEV1."""
    return replace(setup, routes=tuple(replace(route, severity=Severity.SEV1) for route in setup.routes))


@pytest.fixture
async def rungs(tmp_path: Path) -> dict[str, Rung]:
    if not HISTORY.is_file():
        pytest.skip("the histories of real vendors are not beside this checkout")
    history = read()
    every = list(ladder(history).values())
    setups = {"none": every[0], "too strict": too_strict(every[-1]), "all": every[-1]}
    with Store.open(f"sqlite:///{tmp_path}/summer.db") as store:
        await lived_through(history, store)
        return {rung.name: rung for rung in climb(store, setups)}


def test_the_config_is_of_the_size_of_a_real_team():
    config = load(CONFIG)
    assert (len(config.services), len(config.teams), len(config.routes)) == (6, 4, 12)


@pytest.mark.timeout(420)
async def test_the_rules_against_noise_spare_most_messages_and_miss_nothing_grave(rungs: dict[str, Rung]):
    before, after = rungs["none"], rungs["all"]
    assert before.missed == ()
    assert after.missed == ()
    assert after.messages < before.messages / 5
    assert median(after.per_phase.values()) <= 1
    assert len(rungs["too strict"].missed) > 10  # the measure does find what is missed
