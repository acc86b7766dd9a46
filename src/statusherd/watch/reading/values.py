"""JSON of strangers: typed access that survives missing keys, wrong types and hostile values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from statusherd.model.errors import LookError, ParseError
from statusherd.watch.reading.documents import Document

Object = dict[str, object]
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f\\<>\"]{1,2000}\Z", re.IGNORECASE)


def load_json(document: Document) -> object:
    """Return the JSON value of `document`; raise ParseError for anything that is not JSON.

    NaN and infinities become null: they are no JSON, and no meaning rests on them. Readers share the value:
    they leave it as it is.
    """
    document.refuse_empty()
    value, fault = document.once(_loaded)
    if fault is not None:
        raise ParseError(f"not JSON: {fault}", subject=document.url)
    return value


def _loaded(document: Document) -> tuple[object, str | None]:
    try:
        return json.loads(document.text, parse_constant=lambda _: None), None
    except (ValueError, RecursionError) as error:
        return None, _short(error)


def _short(error: Exception) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)[:120]


def try_object(document: Document) -> Object:
    """Return the JSON object of `document`, an empty one where it is something else. Never raises."""
    if document.text.lstrip()[:1] != "{":
        return {}
    try:
        return as_object(load_json(document))
    except LookError:
        return {}


def as_object(value: object) -> Object:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Object]:
    """Yield the objects in the list `value`; nothing where it is no list."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def string(value: object) -> str | None:
    """Return `value` as one storable string: numbers as written, None for null, lists and objects."""
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:  # nearly all are, and it costs next to nothing
            return value
        return _UNSTORABLE.sub("\ufffd", value) if _UNSTORABLE.search(value) else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)


def link(value: object) -> str | None:
    """Return `value` if it is a whole web address; None for other schemes, bare paths and any other text."""
    text = string(value) or ""
    try:
        return text if _WEB_ADDRESS.match(text) and urlsplit(text).hostname else None
    except ValueError:
        return None


def strings(value: object) -> tuple[str, ...]:
    """Return the strings in the list `value`, empty ones left out."""
    if not isinstance(value, list):
        return ()
    return tuple(text for item in value if (text := string(item)))


def number(value: object) -> float | None:
    """Return `value` as a number, also where it is written as a string; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if abs(result) < float("inf") else None
