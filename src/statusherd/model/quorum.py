"""How many vendors on one upstream must fall at once to be taken for one event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WITHIN: Final = 15 * 60.0
"""Seconds: the default of `Quorum.within`."""


@dataclass(frozen=True, slots=True)
class Quorum:
    """So many vendors on one upstream, whose incidents began within so many seconds of one another."""

    vendors: int
    within: float = WITHIN
