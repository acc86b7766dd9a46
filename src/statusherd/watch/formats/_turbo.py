"""What pages made with React Router embed for their own scripts, as plain JSON objects.

Facts: React Router's encoding ("turbo-stream") and pages of 2025 and 2026. Scripts call
`streamController.enqueue("…")`; the strings make one text, whose first value is a JSON list of all values of
the page. The first of them is the root. A whole number in an object or list stands for the value at that
place, a negative one for undefined, null and the like; an object's key "_7" is the string at place 7. Lists
that begin with a letter are dates, sets and other types. What a server sends later, in lines of its own, is
not read.
"""

from __future__ import annotations

import json
import re
from typing import Final

from statusherd.watch.reading.values import Object, as_object

MAX_VALUES: Final = 200_000
"""A page with more is not read: those that were seen have some thousands."""

_CALL: Final = "streamController.enqueue("
_KEY: Final = re.compile(r"_(\d{1,7})")
_TYPED: Final = re.compile(r"[A-Z]")
_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)


def loader_data(text: str) -> Object:
    """Return what the loaders of the page `text` gave, by their routes; empty where it has no such stream.

    Takes linear time: a value that is named twice is one object in two places. So a walk through all of it
    may not end; look up what is wanted, and count what is listed.
    """
    values = _values(_stream(text))
    made = [_empty(value) for value in values]
    for value, target in zip(values, made, strict=True):
        if isinstance(value, dict) and isinstance(target, dict):
            _fill_object(value, target, values, made)
        elif isinstance(value, list) and isinstance(target, list):
            target.extend(_named(reference, made) for reference in (value[1:] if _is_typed(value) else value))
    return as_object(as_object(made[0]).get("loaderData")) if made else {}


def _stream(text: str) -> str:
    """Return the strings of all calls as one text. Each is looked at once, however it is broken."""
    pieces: list[str] = []
    at = text.find(_CALL)
    while at >= 0:
        try:
            piece, end = _DECODER.raw_decode(text, at + len(_CALL))
        except (ValueError, RecursionError):
            break
        pieces.append(piece if isinstance(piece, str) else "")
        at = text.find(_CALL, end)
    return "".join(pieces)


def _values(stream: str) -> list[object]:
    try:
        values, _ = _DECODER.raw_decode(stream.lstrip())
    except (ValueError, RecursionError):
        return []
    return values if isinstance(values, list) and len(values) <= MAX_VALUES else []


def _is_typed(value: list[object]) -> bool:
    return bool(value) and isinstance(value[0], str) and _TYPED.fullmatch(value[0]) is not None


def _empty(value: object) -> object:
    """Return what stands for `value` until what it names is known; scalars stand for themselves."""
    if isinstance(value, dict):
        return {}
    if not isinstance(value, list):
        return value
    if not _is_typed(value) or value[0] == "S":
        return []
    return value[1] if value[0] == "D" and len(value) == 2 and not isinstance(value[1], dict | list) else None


def _fill_object(value: Object, target: Object, values: list[object], made: list[object]) -> None:
    for key, reference in value.items():
        match = _KEY.fullmatch(key)
        place = int(match[1]) if match else len(values)
        name = values[place] if place < len(values) else None
        if isinstance(name, str):
            target[name] = _named(reference, made)


def _named(reference: object, made: list[object]) -> object:
    if not isinstance(reference, int) or isinstance(reference, bool):
        return None
    return made[reference] if 0 <= reference < len(made) else None
