"""Scores answers against labels: precision and recall of links, verdicts by kind, calibration of scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.correlation.reading import Case

from statusherd.model.suspects import Answer

BINS = 10


@dataclass(frozen=True, slots=True)
class Scored:
    """A case and what was answered."""

    case: Case
    answer: Answer

    @property
    def linked(self) -> frozenset[str]:
        return frozenset(link.cause for link in self.answer.links)

    @property
    def is_right(self) -> bool:
        """Whether the verdict is the one that is right."""
        return str(self.answer.verdict) == self.case.verdict

    def scores(self) -> Iterator[tuple[float, bool]]:
        """Yield the score of each link and suspect, and whether it is a cause."""
        for each in (*self.answer.links, *self.answer.suspects):
            yield each.score, each.cause in self.case.causes


@dataclass(frozen=True, slots=True)
class Figures:
    """What a set of answers comes to."""

    cases: int
    precision: float
    recall: float
    no_cause: float
    """Share of right verdicts among the cases that no vendor explains."""
    verdicts: float
    calibration: float
    """Expected calibration error over all links and suspects."""


def figures(scored: Sequence[Scored]) -> Figures:
    """Return the figures of a set of answers; a share of nothing is 1."""
    hits = sum(len(each.linked & each.case.causes) for each in scored)
    linked = sum(len(each.linked) for each in scored)
    causes = sum(len(each.case.causes) for each in scored)
    none = [each for each in scored if each.case.verdict == "unexplained"]
    return Figures(
        cases=len(scored),
        precision=_share(hits, linked),
        recall=_share(hits, causes),
        no_cause=_share(sum(each.is_right for each in none), len(none)),
        verdicts=_share(sum(each.is_right for each in scored), len(scored)),
        calibration=calibration_error(scored),
    )


def calibration_error(scored: Sequence[Scored]) -> float:
    """Return the mean distance between scores and the share that are causes, bin by bin."""
    pairs = [pair for each in scored for pair in each.scores()]
    filled = [row for row in bins(scored) if row[2]]
    return sum(abs(mean - share) * count for mean, share, count in filled) / max(1, len(pairs))


def bins(scored: Sequence[Scored]) -> list[tuple[float, float, int]]:
    """Return for each tenth of the scores: their mean, the share that are causes, how many they are."""
    rows: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for each in scored:
        for score, is_cause in each.scores():
            rows[min(BINS - 1, int(score * BINS))].append((score, is_cause))
    return [
        (_share(sum(s for s, _ in row), len(row)), _share(sum(c for _, c in row), len(row)), len(row))
        for row in rows
    ]


def by_kind(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Return the answers by the kind of their cases."""
    found: dict[str, list[Scored]] = {}
    for each in scored:
        found.setdefault(each.case.kind, []).append(each)
    return dict(sorted(found.items()))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 1.0
