"""The word lists beside this module: one phrase a line, or words with spaces between."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Final

_NOT_DENIED: Final = "(?<! no )(?<! not )(?<! without )(?<! kein )(?<! sin )(?<! any )"
"""What is said not to be is no finding: "no deploy today"."""


def lines_of(name: str, *, split: bool = False) -> tuple[str, ...]:
    """Return the phrases of a list, or all its words; lines that begin with # are for people."""
    text = files(__package__).joinpath("words", name).read_text("utf-8")
    lines = (line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return tuple(word for line in lines for word in (line.split() if split else (line,)))


def pattern_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return what finds one of the phrases as whole words, where spaces stand between and around words."""
    parts = (re.escape(phrase).replace(r"\*", r"\S*") for phrase in phrases)
    return re.compile(f"{_NOT_DENIED}(?<= )(?:{'|'.join(sorted(parts, key=len, reverse=True))})(?= )")


COMMON: Final = frozenset(lines_of("common.txt", split=True))
"""Words that status pages and alerts use for anything."""
