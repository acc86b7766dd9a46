"""One fuzzing target: `python fuzz/target.py NAME FOLDER [OPTION OF LIBFUZZER | FOLDER OF INPUTS]…`.

NAME is a format or `detection`. An input that breaks a rule is kept in FOLDER, the shortest one of each
fault, and the target goes on: one fault does not hide the others.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import atheris

with atheris.instrument_imports(include=["statusherd.watch", "statusherd.model"]):
    import mutations
    import oracle
    from inputs import DETECTION, unpacked
    from statusherd.watch.formats import all_formats, format_named

    if sys.argv[1] == DETECTION:
        all_formats()
    else:
        format_named(sys.argv[1])

NAME: Final = sys.argv[1]
FINDINGS: Final = Path(sys.argv[2])
HOPELESS: Final = 10.0
"""Seconds of processor time over the budget after which a reading is broken off."""


class Endless(BaseException):
    """A reading that goes on and on. No reader may catch it."""


def main() -> None:
    FINDINGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGPROF, _break_off)
    atheris.Setup(
        [sys.argv[0], *sys.argv[3:]],
        run_once,
        custom_mutator=mutated,
        custom_crossover=crossed,
    )
    atheris.Fuzz()


def run_once(data: bytes) -> None:
    """Read one input, and keep it where a rule is broken."""
    documents = unpacked(data)
    signal.setitimer(signal.ITIMER_PROF, oracle.allowance(2.0, documents) + HOPELESS)
    try:
        oracle.judge(NAME, documents)
    except (Exception, Endless) as fault:  # noqa: BLE001 - whatever it is, it is what is looked for
        keep(data, fault)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _break_off(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Endless("broken off")


def keep(data: bytes, fault: BaseException) -> None:
    """Write an input and its fault, unless a shorter one with the same fault is there."""
    path = FINDINGS / f"{type(fault).__name__}-{likeness(fault)}"
    if path.exists() and path.stat().st_size <= len(data):
        return
    path.write_bytes(data)
    told = "".join(traceback.format_exception(fault))
    command = f"To repeat: .venv/bin/python fuzz/repeat.py {NAME} {os.path.relpath(path)}"
    path.with_suffix(".txt").write_text(f"{command}\n\n{told}", errors="backslashreplace")


def likeness(fault: BaseException) -> str:
    """Return what is the same for every input that shows the same fault: where it is, or the rule."""
    frames = [f for f in traceback.extract_tb(fault.__traceback__) if "statusherd" in f.filename]
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    text = fault.rule if isinstance(fault, oracle.Finding) else where
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    # The fuzzer hangs where a mutator raises.
    try:
        return mutations.mutate(data, max_size, random.Random(seed), atheris.Mutate)
    except Exception as fault:  # noqa: BLE001 - a fault of the mutator is a finding too
        keep(data, fault)
        return atheris.Mutate(data, max_size)


def crossed(one: bytes, other: bytes, max_size: int, seed: int) -> bytes:
    try:
        return mutations.crossed(one, other, max_size, random.Random(seed))
    except Exception as fault:  # noqa: BLE001 - as above
        keep(one, fault)
        return one


if __name__ == "__main__":
    main()
