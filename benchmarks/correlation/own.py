"""Our own sets of cases, by halves: around recorded incidents, told from stories, and written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from benchmarks.correlation import generate, generate_other
from benchmarks.correlation.history import HISTORY, read
from benchmarks.correlation.reading import Case, case_of
from benchmarks.correlation.split import half

SEED: Final = 2026
COUNT: Final = 1000
_BY_HAND: Final = Path(__file__).with_name("handwritten.jsonl")


def halves(wanted: str, seed: int = SEED, count: int = COUNT) -> Iterator[tuple[str, list[Case]]]:
    """Yield each set with the cases of one half of it; the recorded ones need ../shared."""
    if HISTORY.exists():
        made = (case.as_line() for case in generate.cases(seed, count, read()))
        yield f"around recorded incidents, {wanted} half", _those(made, wanted)
    made = (case.as_line() for case in generate_other.cases(seed, count))
    yield f"told from stories, {wanted} half", _those(made, wanted)
    yield f"written by hand, {wanted} half", _those(_BY_HAND.read_text("utf-8").splitlines(), wanted)


def _those(lines: Iterable[str], wanted: str) -> list[Case]:
    raw = (json.loads(line) for line in lines if line.strip())
    return [case_of(each) for each in raw if half(each["id"]) == wanted]
