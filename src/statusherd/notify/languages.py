"""What a message says, in the language of its readers. English stands in the code and is the key to others.

A file in `translations/` has one other language: English text = that text, with the same names in braces.
What a file lacks is said in English. Severities, kinds and ids stay as they are: people search for them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Final

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "de")

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything within in one of LANGUAGES."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """Return the language that is spoken."""
    return _spoken.get()


def say(english: str, /, **values: object) -> str:
    """Return a text of ours in the language that is spoken, its braces filled with `values`."""
    text = catalogue(_spoken.get()).get(english, english)
    return text.format_map(values) if values else text


def say_many(count: int, one: str, many: str, /, **values: object) -> str:
    """Return one of two texts, as grammar asks for it; both may hold {count}."""
    return say(one if count == 1 else many, count=count, **values)


def word(english: str) -> str:
    """Return a word that stands in data, such as a phase or a state; one that nobody knows as it is."""
    return catalogue(_spoken.get()).get(english, english)


def later(english: str, /) -> str:
    """Mark a text that is said elsewhere, where it is only named here."""
    return english


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the texts of a language by the English ones; empty for English."""
    if language == ENGLISH:
        return {}
    text = files("statusherd.notify").joinpath(f"translations/{language}.toml").read_text(encoding="utf-8")
    read: dict[str, str] = tomllib.loads(text)
    return read
