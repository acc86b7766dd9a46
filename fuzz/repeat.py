"""Read an input that fuzzing kept, without the fuzzer: `python fuzz/repeat.py NAME FILE…`."""

from __future__ import annotations

import sys
from pathlib import Path

import oracle
from inputs import unpacked


def main() -> None:
    name, *files = sys.argv[1:]
    for file in files:
        documents = unpacked(Path(file).read_bytes())
        for document in documents:
            print(f"{document.url} [{document.content_type}] {len(document.body)} bytes")
        snapshot = oracle.judge(name, documents)
        print("refused, as it should be" if snapshot is None else snapshot)


if __name__ == "__main__":
    main()
