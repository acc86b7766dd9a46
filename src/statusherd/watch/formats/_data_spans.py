"""Lists in JSON that a page carries as the text of elements, told by their attribute `data-id`."""

from __future__ import annotations

import html
import json
import re
from typing import Final

_TAG: Final = re.compile(r"<[A-Za-z]+\s([^<>]{0,1000})>\s*")
_DATA_ID: Final = re.compile(r"\bdata-id=[\"']([A-Za-z-]{1,40})[\"']")
_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)


def span_starts(page: str) -> dict[str, int]:
    """Return where the text of each element with a `data-id` begins; of several with one id, the first."""
    starts: dict[str, int] = {}
    for tag in _TAG.finditer(page):
        if named := _DATA_ID.search(tag[1]):
            starts.setdefault(named[1], tag.end())
    return starts


def span_text(page: str, start: int) -> str:
    """Return the text of the element that begins at `start`, up to the next tag."""
    end = page.find("<", start)
    return html.unescape(page[start : end if end >= 0 else len(page)]).strip()


def span_list(page: str, start: int) -> list[object] | None:
    """Return the JSON list at `start`, None where none is there.

    It is read as it stands first: its strings may hold tags. With its quotes as entities it has none.
    """
    try:
        value = _value(page, start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _value(page: str, start: int) -> object:
    if page[start : start + 1] != "[":
        return None
    try:
        return _DECODER.raw_decode(page, start)[0]
    except ValueError:
        return json.loads(span_text(page, start), parse_constant=lambda _: None)
