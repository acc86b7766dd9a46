"""Giving memory back: a burst of looks leaves the C library with free pieces that it keeps for itself."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def give_back() -> None:
    """Return free memory to the system; where the C library cannot do that, nothing happens.

    It takes some milliseconds for each 100 MB and needs no lock of the interpreter: call it in a thread.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None
