"""The truth tables of the alerts: what a page does, who is told of it, who is not, and why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import scenario
from scenario import Scenario, Step
from stage import Stage

from statusherd.model.delivery import Decision, Reason
from statusherd.store import changes, conversations, outbox
from statusherd.store.engine import Store
from statusherd.store.tables import held

FILES: Final = scenario.files()
FEWEST: Final = 120
CASES: Final = range(16, 54)
"""The numbers of USERS.md, parts C to J."""
NOT_ALERTS: Final = {
    25: "finding a page's components and offering them is for the commands that add vendors",
    29: "components of others on a page of our own are for publishing",
    44: "which pages can be read is for the formats",
    53: "where secrets stand is for the configuration",
}
"""Cases of these parts that no alert depends on."""
TOLD_ELSEWHERE: Final = frozenset({Reason.ROLLUP_DID_NOT_MOVE, Reason.TOLD_WITH_DISTURBANCE})
NOBODY: Final = "nobody"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new store, for stages to copy."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_scenario(path: Path, tmp_path: Path, empty: Path) -> None:
    story = scenario.read(path)
    async with Stage(tmp_path, story, empty) as stage:
        if story.first_look:
            await stage.look(minutes=0)
            assert not stage.heard(), "all is well at first"
            stage.decided()
        for number, step in enumerate(story.step, 1):
            for _ in range(step.repeat):
                await stage.play(step)
            _judge(step, stage, f"{path.name}, step {number}")
        _judge_end(story, stage)


def _judge(step: Step, stage: Stage, where: str) -> None:
    heard, decided = stage.heard(), stage.decided()
    assert _by_channel(heard) == _expected(step.told or (), heard), where
    assert _answers(step, decided) == Counter(step.not_told), where
    for phrase in step.says:
        assert any(phrase in body for _, body in heard), (where, phrase, heard)
    assert all(len(body) <= step.most for _, body in heard), where
    for phrase in step.hides:
        assert not any(phrase in body for _, body in heard), (where, phrase)


def _by_channel(heard: list[tuple[str, str]]) -> list[str]:
    """Return the first line of each message; the order between channels is nobody's concern."""
    return [f"{channel}: {_first_line(body)}" for channel, body in sorted(heard, key=lambda each: each[0])]


def _first_line(body: str) -> str:
    return body.splitlines()[0]


def _expected(told: tuple[str, ...], heard: list[tuple[str, str]]) -> list[str]:
    """Return what should be heard: the whole of a first line where it begins with what is expected."""
    wanted = sorted(told, key=lambda each: each.partition(":")[0])
    lines = _by_channel(heard)
    whole = [line if line.startswith(each) else each for each, line in zip(wanted, lines, strict=False)]
    return whole + wanted[len(lines) :]


def _answers(step: Step, decided: list[Decision]) -> Counter[str]:
    """Return the answers that were no, written as the step writes them."""
    timed = {each for each in step.not_told if " until " in each}
    found: Counter[str] = Counter()
    for each in decided:
        if each.told or (each.channel is None and each.reason in TOLD_ELSEWHERE):
            continue
        answer = f"{each.channel or NOBODY}: {each.reason}"
        until = f"{answer} until {each.until:%H:%M}" if each.until else answer
        found[until if until in timed else answer] += 1
    return found


def _judge_end(story: Scenario, stage: Stage) -> None:
    assert dict(Counter(sent.channel.name for sent in stage.sender.sent)) == story.total
    read = stage.store.read_now
    assert len(read(outbox.dead_letters)) == story.dead, "given up"
    assert read(outbox.pending_count) == story.waiting, "not sent yet"
    assert len(read(lambda conn: conn.execute(held.select()).all())) == story.held, "held"
    for logged in read(lambda conn: changes.changes_of(conn, limit=10_000)):
        assert read(lambda conn, n=logged.number: conversations.decisions_of(conn, n)), logged


def test_there_are_enough_scenarios_and_each_says_what_it_is_about() -> None:
    abouts = Counter(scenario.read(path).about for path in FILES)
    assert len(FILES) >= FEWEST
    assert max(abouts.values()) == 1, "two scenarios are about the same"


def test_every_case_of_users_has_a_scenario_or_is_none_of_the_alerts() -> None:
    played = {number for path in FILES for number in scenario.read(path).cases}
    assert not played & NOT_ALERTS.keys()
    assert {*CASES} - NOT_ALERTS.keys() <= played
    assert all(1 <= number <= 57 for number in played)


@pytest.mark.parametrize(
    "text",
    [
        'about = "x"\nnonsense = 1\n[total]\n[[step]]\nat = "+1m"\ntold = []\n',
        'about = "x"\n[total]\n[[step]]\nat = "+1m"\ntold = []\nopne = {}\n',
        'about = "x"\n[total]\n[[step]]\nat = "+1m"\ntold = []\nopen = { titel = "Errors" }\n',
        'about = "x"\n[total]\n[[step]]\nat = "+1m"\n',
        'about = "x"\n[[step]]\nat = "+1m"\ntold = []\n',
        'about = "x"\n[total]\n[[step]]\nat = "+1m"\nlook = false\nnot_told = ["ops: held"]\n',
    ],
    ids=["key", "key of a step", "key of an event", "no expectation", "no total", "expected without a look"],
)
def test_a_scenario_with_a_mistake_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match="validation error"):
        scenario.read(path)
