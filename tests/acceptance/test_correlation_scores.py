"""The scores of correlation on cases that nobody tuned on, as docs/correlation.md claims them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.correlation.__main__ import main
from benchmarks.correlation.history import HISTORY
from benchmarks.correlation.own import halves
from benchmarks.correlation.reading import Case
from benchmarks.correlation.scoring import Scored, figures

from statusherd.respond.correlation.answer import answer
from statusherd.respond.correlation.records import Settings


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    if not HISTORY.exists():
        pytest.skip("the histories of real vendors are not beside this checkout")
    return [case for _, found in halves("test") for case in found]


def scored(cases: list[Case], *without: str) -> list[Scored]:
    settings = Settings(without=frozenset(without))
    return [Scored(case, answer(case.matter, case.view, settings)) for case in cases]


def test_links_and_verdicts_are_right_and_scores_mean_what_they_say(cases):
    found = figures(scored(cases))
    assert found.cases > 900
    assert found.precision >= 0.95
    assert found.recall >= 0.85
    assert found.no_cause >= 0.95
    assert found.calibration <= 0.05


def test_the_signals_that_decide_earn_their_keep(cases):
    whole = figures(scored(cases))
    without_parts, without_time = (figures(scored(cases, signal)) for signal in ("dependency", "time"))
    assert without_parts.precision < whole.precision - 0.05
    assert without_time.precision < whole.precision or without_time.recall < whole.recall - 0.05


def test_the_command_reads_any_file_of_cases_and_writes_one_answer_each(tmp_path: Path, capsys):
    cases = Path(__file__).parents[2] / "benchmarks" / "correlation" / "handwritten.jsonl"
    answers = tmp_path / "answers.jsonl"
    main([str(cases), "--answers", str(answers), "--quick"])
    told = capsys.readouterr().out
    assert "precision" in told
    assert "calibration" in told
    wanted = [json.loads(line)["id"] for line in cases.read_text("utf-8").splitlines()]
    written = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    assert [each["id"] for each in written] == wanted
    assert {each["verdict"] for each in written} == {"vendor", "unexplained", "cannot_tell"}
    link = next(link for each in written for link in each["links"])
    assert set(link) == {"cause", "score", "reasons"}
    assert set(link["reasons"][0]) == {"signal", "weight", "evidence"}


def test_the_page_tells_the_figures_of_today(cases):
    page = (Path(__file__).parents[2] / "docs" / "correlation.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| all |"))
    told = [float(cell) for cell in row.strip("| ").split("|")[1:]]
    found = figures(scored(cases))
    assert told == pytest.approx(
        [found.cases, found.precision, found.recall, found.no_cause, found.verdicts, found.calibration],
        abs=0.002,
    )
