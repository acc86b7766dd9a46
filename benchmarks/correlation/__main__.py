"""Correlation, scored: python -m benchmarks.correlation [FILE.jsonl …] [--answers OUT.jsonl]

Without a file the cases are made from the real incidents in ../shared/history by two generators of different
minds, to which the hand-written ones are added; each is split in a half for tuning and one for the test.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.correlation.reading import Case, read
from benchmarks.correlation.scoring import Figures, Scored, bins, by_kind, figures

from statusherd.model.suspects import Answer, Suspect
from statusherd.respond.correlation.answer import answer
from statusherd.respond.correlation.records import SIGNALS, Settings

Write = Callable[[str], None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Score what is asked for, and print it."""
    asked = _arguments(arguments)
    if asked.files:
        cases = [case for path in asked.files for case in read(path)]
        scored = _scored(cases, Settings())
        if asked.answers:
            _write_answers(scored, asked.answers)
        _report(", ".join(path.name for path in asked.files), cases, scored, asked)
        return
    from benchmarks.correlation.own import halves  # noqa: PLC0415 - needs ../shared

    sets = list(halves(asked.half))
    for name, cases in sets if len(sets) > 1 else ():
        _report(name, cases, _scored(cases, Settings()), replace(asked, quick=True))
    every = [case for _, cases in sets for case in cases]
    _report(f"all together, {asked.half} half", every, _scored(every, Settings()), asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line asks for."""

    files: list[Path]
    answers: Path | None
    half: str
    wrong: bool
    quick: bool


def _arguments(arguments: Sequence[str] | None) -> _Asked:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.correlation", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="cases, one JSON object a line")
    parser.add_argument("--answers", type=Path, help="write one answer a case to this file")
    parser.add_argument("--half", choices=("tuning", "test"), default="test", help="of our own cases")
    parser.add_argument("--wrong", action="store_true", help="print each case that is answered wrongly")
    parser.add_argument("--quick", action="store_true", help="do not leave out each signal in turn")
    return _Asked(**vars(parser.parse_args(arguments)))


def _scored(cases: Iterable[Case], settings: Settings) -> list[Scored]:
    return [Scored(case, answer(case.matter, case.view, settings)) for case in cases]


def _report(name: str, cases: Sequence[Case], scored: Sequence[Scored], asked: _Asked) -> None:
    write: Write = print
    write(f"\n{name}: {len(cases)} cases")
    _table(write, [("all", figures(scored)), *((k, figures(each)) for k, each in by_kind(scored).items())])
    _plot(write, scored)
    if asked.wrong:
        _wrong(write, scored)
    if not asked.quick:
        write("\nwith one signal left out")
        rows = [(s, figures(_scored(cases, Settings(without=frozenset({s}))))) for s in SIGNALS]
        _table(write, [("none", figures(scored)), *rows])


def _table(write: Write, rows: Iterable[tuple[str, Figures]]) -> None:
    write(f"{'':<26}{'cases':>6}{'precision':>11}{'recall':>8}{'no cause':>10}{'verdicts':>10}{'calibr.':>9}")
    for name, row in rows:
        shares = f"{row.precision:>11.3f}{row.recall:>8.3f}{row.no_cause:>10.3f}{row.verdicts:>10.3f}"
        write(f"{name:<26}{row.cases:>6}{shares}{row.calibration:>9.3f}")


def _plot(write: Write, scored: Sequence[Scored]) -> None:
    write("\ncalibration: score, share that are causes, count")
    for mean, share, count in bins(scored):
        if count:
            bar = "".join("#" if step / 40 < share else "." for step in range(40))
            write(f"  {mean:4.2f} |{bar}| {share:4.2f} {count:>6}")


def _wrong(write: Write, scored: Sequence[Scored]) -> None:
    for each in scored:
        if each.is_right and each.linked == each.case.causes:
            continue
        case = each.case
        right = ", ".join(sorted(case.causes)) or case.verdict
        write(f"\n{case.id} ({case.kind}): right is {right}; answered {each.answer.verdict}")
        write(f"  {case.matter.title} | {case.matter.text[:160]} | {dict(case.matter.labels)}")
        write(f"  needs {', '.join(str(way.dependency) for way in case.view.ways)}")
        for suspect in (*each.answer.links, *each.answer.suspects)[:4]:
            mark = "*" if suspect.cause in case.causes else " "
            write(f"  {mark} {suspect.score:.2f} {suspect.cause} {suspect.title[:80]}")
            for reason in suspect.reasons:
                write(f"        {reason.weight:+.1f} {reason.signal}: {reason.evidence}")
        found = {suspect.cause for suspect in (*each.answer.links, *each.answer.suspects)}
        for missed in sorted(case.causes - found):
            write(f"  * not considered: {missed}")


def _write_answers(scored: Sequence[Scored], path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        for each in scored:
            out.write(json.dumps(_answer(each.case.id, each.answer), ensure_ascii=False) + "\n")


def _answer(id_: str, found: Answer) -> dict[str, Any]:
    return {
        "id": id_,
        "verdict": str(found.verdict),
        "links": [_suspect(each) for each in found.links],
        "suspects": [_suspect(each) for each in found.suspects],
    }


def _suspect(each: Suspect) -> dict[str, Any]:
    return {
        "cause": each.cause,
        "score": each.score,
        "reasons": [asdict(reason) for reason in each.reasons],
    }


if __name__ == "__main__":
    main()
