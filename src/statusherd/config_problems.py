"""The mistakes of a config file: each with its path, its line and what to do, and all of them at once."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Final

_MANY: Final = 20

KeyPath = tuple[str | int, ...]
"""Where a value stands: ("vendor", 0, "interval")."""


@dataclass
class Problems:
    """Collects what is wrong (`add`) or doubtful (`warn`) in the TOML text `source`."""

    source: str = field(repr=False)
    _found: dict[tuple[KeyPath, str], None] = field(default_factory=dict)
    _doubts: dict[tuple[KeyPath, str], None] = field(default_factory=dict)
    places: Mapping[KeyPath, int] | None = None
    """The lines of what is no TOML."""

    def add(self, path: KeyPath, text: str) -> None:
        """Note a mistake; `text` says what is wrong and what to do, and never holds a secret."""
        self._found[path, text] = None

    def warn(self, path: KeyPath, text: str) -> None:
        """Note what works but is hardly meant."""
        self._doubts[path, text] = None

    def at(self, path: KeyPath) -> bool:
        """Tell whether a mistake is noted at `path` or below it."""
        return any(place[: len(path)] == path for place, _ in self._found)

    @property
    def all(self) -> tuple[str, ...]:
        """The mistakes in the order of the file."""
        return self._told(self._found)

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._told(self._doubts)

    def _told(self, notes: Iterable[tuple[KeyPath, str]]) -> tuple[str, ...]:
        placed = [(self._line(path), path, text) for path, text in notes]
        placed.sort(key=lambda note: note[0] or 0)
        return tuple(_told(line, path, text) for line, path, text in placed)

    def _line(self, path: KeyPath) -> int | None:
        # What is missing has no line of its own: the table it should stand in has.
        return next((line for n in range(len(path), 0, -1) if (line := self._lines.get(path[:n]))), None)

    @cached_property
    def _lines(self) -> Mapping[KeyPath, int]:
        return lines(self.source) if self.places is None else self.places


def _told(line: int | None, path: KeyPath, text: str) -> str:
    where = f"line {line}: " if line else ""
    return f"{dotted(path)}: {where}{text}" if path else f"{where}{text}"


def dotted(path: KeyPath) -> str:
    """Return a path as people write it: vendor[0].interval, counted from 0."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{_safe(key)}" for key in path]
    return "".join(parts).removeprefix(".")


def quoted(text: str) -> str:
    """Return a text of the file for a message: on one line, not longer than a line, nothing unprintable."""
    return f'"{_safe(text)}"'


def _safe(text: str, limit: int = 60) -> str:
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a question naming what `word` may stand for, else the list of what is known."""
    names = list(known)
    if near := get_close_matches(word.lower(), names, n=1, cutoff=0.6):
        return f"Did you mean {quoted(near[0])}?"
    more = ", …" if len(names) > _MANY else ""
    return f"Known are: {_safe(', '.join(names[:_MANY]), 500)}{more}" if names else "None is defined"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return the sentence on a key that is not one of `known`."""
    advice = did_you_mean(key, known)
    return f"unknown key. {advice if advice.endswith('?') else f'Remove it. {advice}'}"


def lines(source: str) -> dict[KeyPath, int]:
    """Return the line of every key, table and list item of a TOML text that tomllib has accepted."""
    try:
        return _Scanner(source).scan()
    except (_LostError, RecursionError):  # a message without its line is better than none
        return {}


class _LostError(Exception):
    """The scanner met what it does not know."""


_BLANK: Final = re.compile(r"(?:\s|#[^\n]*)*")
_BLANK_OR_COMMA: Final = re.compile(r"(?:[\s,]|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r"""
    \"{3} (?:[^\\]|\\.)*? \"{3,5} | '{3} .*? '{3,5} |   # may end in quotes
    \" (?:[^\"\\\n]|\\.)* \" | ' [^'\n]* '
    """,
    re.DOTALL | re.VERBOSE,
)
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:[\d:.+Z-]+")
_ATOM: Final = re.compile(r"[^\s,\]}#]+")


class _Scanner:
    """Walks TOML text for places only; the values are tomllib's business."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.newlines = [match.start() for match in re.finditer("\n", source)]
        self.places: dict[KeyPath, int] = {}
        self.items: dict[KeyPath, int] = {}
        """Arrays of tables, and how many of their tables came so far."""

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip(_BLANK):
            if self.source.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
        return self.places

    def _skip(self, blank: re.Pattern[str]) -> bool:
        self._take(blank)
        return self.at < len(self.source)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        if match is None:
            raise _LostError
        self.at = match.end()
        return match[0]

    def _mark(self, path: KeyPath, at: int | None = None) -> None:
        place = self.at if at is None else at
        self.places.setdefault(path, bisect_right(self.newlines, place - 1) + 1)

    def _header(self) -> KeyPath:
        start, is_array = self.at, self.source.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        path: KeyPath = ()
        for key in self._keys():
            path = (*self._inside(path), key)
        self._take(re.compile(r"\s*\]\]?"))
        self._mark(path, start)
        if is_array:
            self.items[path] = self.items.get(path, 0) + 1
        path = self._inside(path)
        self._mark(path, start)
        return path

    def _inside(self, path: KeyPath) -> KeyPath:
        return (*path, self.items[path] - 1) if path in self.items else path

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            is_quoted = self.source.startswith(('"', "'"), self.at)
            keys.append(_unquoted(self._take(_STRING)) if is_quoted else self._take(_BARE_KEY))
            self._skip(_BLANK)
            if not self.source.startswith(".", self.at):
                return keys
            self.at += 1

    def _pair(self, table: KeyPath) -> None:
        start = self.at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._mark(path, start)
        self._take(re.compile(r"\s*=\s*"))
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        first = self.source[self.at : self.at + 1]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._inline_table(path)
        elif first in ('"', "'"):
            self._take(_STRING)
        elif _DATE_TIME.match(self.source, self.at):
            self._take(_DATE_TIME)
        else:
            self._take(_ATOM)

    def _list(self, path: KeyPath) -> None:
        self.at += 1
        number = 0
        while self._skip(_BLANK_OR_COMMA) and self.source[self.at] != "]":
            self._mark((*path, number))
            self._value((*path, number))
            number += 1
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self._skip(_BLANK_OR_COMMA) and self.source[self.at] != "}":
            self._pair(path)
        self.at += 1


def _unquoted(key: str) -> str:
    return str(tomllib.loads(f"key = {key}")["key"])
