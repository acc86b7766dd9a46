"""Values of a config on runbooks: what a person reads, the words of a command, what may vary in them.

Each `parse_…` takes what stands in the file and returns the value, or raises ValueError with a sentence on
what is wrong and one on what to write.
"""

from __future__ import annotations

import re
from typing import Any, Final

from statusherd.config_problems import quoted
from statusherd.model.runbooks import PLACEHOLDER, Parameter

LONGEST_LINE: Final = 300
_LONGEST_TEXT: Final = 16_384
_MOST: Final = 100
_INSIDE: Final = re.compile(r"\{[A-Za-z][A-Za-z0-9_-]{0,39}\}", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}\Z", re.ASCII)
_CHOICE: Final = 'Write it like { host = "a" }, { host = ["a", "b"] } or { host = { pattern = "[a-z]+" } }'


def parse_line(value: object) -> str:
    """Return a text on one line."""
    if (
        not isinstance(value, str)
        or not value.strip()
        or not value.isprintable()
        or len(value) > LONGEST_LINE
    ):
        raise ValueError(f"must be a text on one line, at most {LONGEST_LINE} characters. Write it in quotes")
    return value.strip()


def parse_text(value: object) -> str:
    """Return a text of several lines."""
    if not isinstance(value, str) or not value.strip() or "\0" in value or len(value) > _LONGEST_TEXT:
        raise ValueError("must be a text that is not empty. Write it in quotes")
    return value.strip()


def parse_words(value: object) -> tuple[str, ...]:
    """Return the words of a command: a program by its absolute path, and what it is given."""
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST or not all(map(_is_word, value)):
        raise ValueError(
            'must be a list of words that can be seen. Write it like ["/usr/local/bin/flip", "{target}"]'
        )
    for word in value:
        if not PLACEHOLDER.match(word) and (inside := _INSIDE.search(word)):
            text = f"{quoted(word)} holds a parameter inside of a word. Let {inside[0]} be a word of its own"
            raise ValueError(text)
    if not value[0].startswith("/"):
        raise ValueError(f"{quoted(value[0])} is no absolute path. Write the program's whole path")
    return tuple(value)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value and value.isprintable() and len(value) <= 1000


def parse_parameters(value: object) -> tuple[Parameter, ...]:
    """Return what may stand in the places of a command's parameters."""
    if not isinstance(value, dict) or len(value) > _MOST:
        raise ValueError(f"must be a table. {_CHOICE}")
    return tuple(_parameter(name, given) for name, given in value.items())


def _parameter(name: str, given: object) -> Parameter:
    if not _NAME.match(name):
        raise ValueError(f"{quoted(name)} is no name of a parameter. Take letters, digits, _ and -")
    if isinstance(given, dict) and given.keys() == {"pattern"}:
        return Parameter(name, pattern=_pattern(name, given["pattern"]))
    values: list[Any] = given if isinstance(given, list) else [given]
    if not values or not all(map(_is_word, values)):
        raise ValueError(f"{quoted(name)} must be a word, a list of words or a pattern. {_CHOICE}")
    return Parameter(name, tuple(dict.fromkeys(values)))


def _pattern(name: str, given: object) -> str:
    try:
        re.compile(given if isinstance(given, str) else "(")
    except (re.error, OverflowError, RecursionError):
        text = f'the pattern of {quoted(name)} cannot be read. Write it like "[a-z0-9-]+"'
        raise ValueError(text) from None
    return str(given)


def parse_table(value: object) -> dict[str, Any]:
    """Return a table whose values are judged one by one."""
    if not isinstance(value, dict):
        raise ValueError("must be a table. Write its keys below a [header]")  # noqa: TRY004 - as all parsers do
    return value


def parse_list(value: object) -> list[Any]:
    """Return a list whose items are judged one by one."""
    if not isinstance(value, list):
        raise ValueError("must be a list of tables, each in double brackets")  # noqa: TRY004 - as all parsers do
    return value
