"""Bodies made to exhaust us cost a bounded amount of memory and time."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

BOMBS = Path(__file__).resolve().parents[2] / "benchmarks" / "body_bombs.py"


async def test_every_bomb_is_refused_within_bounds() -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, BOMBS, stdout=asyncio.subprocess.PIPE)
    out, _ = await child.communicate()
    results = [json.loads(line) for line in out.splitlines()]
    assert len(results) >= 10
    for result in results:
        assert result["ended"] in ("too_large", "encoding"), result
        assert result["value"] <= 64, result
        assert result["seconds"] <= 5, result
