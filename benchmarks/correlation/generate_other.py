"""Labelled cases told from stories: other vendors, alerts, languages and time spans than those of `generate`.

    python -m benchmarks.correlation.generate_other --seed 7 --count 400 OUT.jsonl

Nothing is read from beside the checkout. What is fitted to the first generator shows here.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.correlation.cases import KINDS, Case
from benchmarks.correlation.generate import arguments, counts, write
from benchmarks.correlation.other_telling import Telling


@cache
def stories(kind: str) -> tuple[dict[str, Any], ...]:
    text = Path(__file__).with_name("other_stories.toml").read_text(encoding="utf-8")
    return tuple(story for story in tomllib.loads(text)["story"] if story["kind"] == kind)


def cases(seed: int, count: int) -> Iterator[Case]:
    """Every story of a kind in turn, so that each is told about as often as its siblings."""
    for kind, number in counts(count, dict.fromkeys(KINDS, 1.0)).items():
        told = stories(kind)
        for index in range(number):
            rng = Random(f"other/{seed}/{kind}/{index}")
            name = f"other-{kind.replace('_', '-')}-{seed}-{index + 1:03d}"
            yield replace(Telling(rng, told[index % len(told)]).case(), id=name, kind=kind)


def main() -> int:
    given = arguments(__doc__)
    print(f"{write(given.out, cases(given.seed, given.count))} cases in {given.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
