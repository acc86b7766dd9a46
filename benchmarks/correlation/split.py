"""Halves of a set of cases: one to tune on, one that nobody looks at while tuning.

    python -m benchmarks.correlation.split CASES.jsonl test > TEST.jsonl

The half hangs on the case's id alone, so it stays the same whatever else is in the file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Final

HALVES: Final = ("tuning", "test")


def half(case_id: str) -> str:
    """ "tuning" or "test"."""
    return HALVES[hashlib.sha256(case_id.encode()).digest()[0] % 2]


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[2] not in HALVES:
        print(
            f"usage: python -m benchmarks.correlation.split CASES.jsonl {'|'.join(HALVES)}", file=sys.stderr
        )
        return 2
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        if half(json.loads(line)["id"]) == sys.argv[2]:
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
