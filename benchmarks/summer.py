"""Messages a week to each recipient of a real summer, before and after each rule against noise.

    python benchmarks/summer.py

Prints the table of docs/backtest.md. It needs the histories beside the checkout and takes some minutes.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from statusherd import logs
from statusherd.store.engine import Store

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "acceptance"))
import summer


def main() -> int:
    """Replay the summer once, then through each configuration of the ladder."""
    if not summer.HISTORY.is_file():
        print("the histories of real vendors are not beside this checkout", file=sys.stderr)
        return 1
    logs.set_up("error")
    history = summer.read()
    with TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/summer.db") as store:
        asyncio.run(summer.lived_through(history, store))
        print("\n".join(summer.table_of(summer.climb(store, summer.ladder(history)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
