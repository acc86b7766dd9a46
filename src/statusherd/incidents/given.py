"""What people and programs give us to write about incidents, as it is taken: cleaned and bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from statusherd.model.errors import NotUnderstoodError
from statusherd.model.services import Service
from statusherd.respond.intents import BY_INTAKE

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 8000
LONGEST_REVIEW: Final = 60_000
LONGEST_REASON: Final = 500
LONGEST_NAME: Final = 100
MOST_SERVICES: Final = 100
_UNPRINTABLE: Final = re.compile(r"[^\S\n]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def line(value: str, what: str, longest: int = LONGEST_REASON) -> str:
    """Return a text on one line; raise NotUnderstoodError where it is empty or too long."""
    found = " ".join(_UNPRINTABLE.sub(" ", value).split())
    if not found:
        raise NotUnderstoodError(f"{what} is empty", remedy=f"Give {what}")
    return _bounded(found, what, longest)


def line_or_nothing(value: str, what: str, longest: int = LONGEST_REASON) -> str:
    """Return a text on one line, which may be empty; raise NotUnderstoodError where it is too long."""
    return line(value, what, longest) if value.strip() else ""


def text(value: str, what: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text of several lines; raise NotUnderstoodError where it is too long."""
    cleaned = (_UNPRINTABLE.sub(" ", each).rstrip() for each in value.replace("\r\n", "\n").split("\n"))
    return _bounded("\n".join(cleaned).strip(), what, longest)


def author(value: str) -> str:
    """Return the name of a person; raise NotUnderstoodError where it is none, or would pass for an intake."""
    name = line(value, "the author", LONGEST_NAME)
    if name.casefold().startswith(BY_INTAKE):
        raise NotUnderstoodError(
            "is the name of an intake", subject=repr(name), remedy="Give a person's name"
        )
    return name


def services_of(names: Iterable[str], services: Iterable[Service]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return those of `names` that are services of ours, in our spelling, and those that are none."""
    by_key = {service.name.casefold(): service.name for service in services}
    wanted = dict.fromkeys(line(name, "the name of a service", LONGEST_TITLE) for name in names)
    if len(wanted) > MOST_SERVICES:
        raise NotUnderstoodError("too many services", remedy=f"Name at most {MOST_SERVICES}")
    ours = tuple(dict.fromkeys(by_key[name.casefold()] for name in wanted if name.casefold() in by_key))
    return ours, tuple(name for name in wanted if name.casefold() not in by_key)


def _bounded(value: str, what: str, longest: int) -> str:
    if len(value) > longest:
        raise NotUnderstoodError(f"{what} is too long", remedy=f"Give at most {longest} characters")
    return value
