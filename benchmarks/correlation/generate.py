"""Labelled cases around recorded incidents of real vendors.

    python -m benchmarks.correlation.generate --seed 7 --count 400 OUT.jsonl

The same seed and count give the same bytes. The files hold recorded texts: they stay out of the repository.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.correlation import (
    history,
    kinds_bystander,
    kinds_elsewhere,
    kinds_misleading,
    kinds_unseen,
    kinds_upstream,
    kinds_vendor,
)
from benchmarks.correlation.cases import KINDS, Case, VendorIncident
from benchmarks.correlation.world import World

SHARES: Final = dict.fromkeys(KINDS, 6.05) | {
    "plain": 10.5,
    "late_admission": 8.0,
    "coincident": 8.0,
    "none": 7.0,
}
"""Percent of each kind; no kind is rare, or its score would say nothing."""

BUILDERS: Final[Mapping[str, Callable[[World], Case]]] = {
    "plain": kinds_vendor.plain,
    "late_admission": kinds_vendor.late_admission,
    "early_vendor": kinds_vendor.early_vendor,
    "coincident": kinds_bystander.coincident,
    "two_causes": kinds_vendor.two_causes,
    "wrong_region": kinds_elsewhere.wrong_region,
    "wrong_component": kinds_elsewhere.wrong_component,
    "shared_upstream": kinds_upstream.shared_upstream,
    "misleading_text": kinds_misleading.misleading_text,
    "blind_vendor": kinds_unseen.blind_vendor,
    "resolved_before": kinds_bystander.resolved_before,
    "long_running_background": kinds_bystander.long_running_background,
    "maintenance": kinds_unseen.maintenance,
    "no_dependency": kinds_bystander.no_dependency,
    "none": kinds_bystander.none,
}


def counts(count: int, shares: Mapping[str, float] = SHARES) -> dict[str, int]:
    """How many of each kind: by largest remainder, so that they add up."""
    total = sum(shares.values())
    exact = {kind: share * count / total for kind, share in shares.items()}
    whole = {kind: int(number) for kind, number in exact.items()}
    rest = sorted(exact, key=lambda kind: (whole[kind] - exact[kind], kind))
    for kind in rest[: count - sum(whole.values())]:
        whole[kind] += 1
    return whole


def cases(seed: int, count: int, recorded: tuple[VendorIncident, ...]) -> Iterator[Case]:
    for kind, number in counts(count).items():
        for index in range(number):
            world = World(Random(f"{seed}/{kind}/{index}"), recorded)
            name = f"{kind.replace('_', '-')}-{seed}-{index + 1:03d}"
            yield replace(BUILDERS[kind](world), id=name, kind=kind)


def write(out: Path, made: Iterator[Case]) -> int:
    lines = [case.as_line() for case in made]
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def arguments(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("out", type=Path)
    return parser.parse_args()


def main() -> int:
    given = arguments(__doc__)
    if not history.HISTORY.is_file():
        print("the recorded incident history is not beside this checkout", file=sys.stderr)
        return 1
    print(
        f"{write(given.out, cases(given.seed, given.count, history.read()))} cases in {given.out}",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
