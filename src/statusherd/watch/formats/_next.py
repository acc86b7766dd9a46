"""What pages made with Next.js embed for their own scripts, as plain JSON objects.

Facts: Next.js and real pages of 2023 to 2026. Older pages have one `<script id="__NEXT_DATA__">` with JSON.
Newer ones call `self.__next_f.push([1, "…"])` many times; the strings make one stream (kind 3: the same as
base64). The stream has rows `id:JSON`, one a line, and `id:Tlength,text` for long texts, the length in
bytes. In its JSON a string with a `$` in front is a token of React's: "$undefined" is null, "$$x" is "$x",
"$D…" a date, "$1f" the row 1f, "$5:1:props:x" a part of row 5. The page's HTML escapes `<` in all of them.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from statusherd.model.errors import ParseError
from statusherd.watch.reading.values import Object

MAX_NODES: Final = 300_000
"""So many values one search hands out: a few kilobytes of tokens can name each other without end."""

_PUSH: Final = "self.__next_f.push("
_NEXT_DATA: Final = 'id="__NEXT_DATA__"'
_DATA_ROW: Final = "__NEXT_DATA__"
_TOKEN: Final = re.compile(r"\$([0-9a-f]{1,8})((?::[^:]{1,60}){0,12})\Z")
_ROW: Final = re.compile(rb"([0-9a-f]{1,8}):(?:T([0-9a-f]{1,8}),)?")
_DECODER: Final = json.JSONDecoder(parse_constant=lambda _: None)


@dataclass(frozen=True, slots=True)
class Payload:
    """The JSON that a page embeds: its rows by their id, in their order."""

    rows: dict[str, object] = field(default_factory=dict)

    def find(self, *keys: str) -> Object | None:
        """Return the first object with all of `keys`, its tokens read; None where there is none.

        Raise ParseError where it cannot be read within reason.
        """
        for row, value in self.rows.items():
            for found in _objects(value):
                if all(key in found for key in keys):
                    return found if row == _DATA_ROW else without_tokens(found, self.rows)
        return None


def read_payload(text: str) -> Payload:
    """Return what the page `text` embeds, an empty payload where that is nothing. Takes linear time."""
    rows: dict[str, object] = {}
    data = _next_data(text)
    if data is not None:
        rows[_DATA_ROW] = data
    for key, value in _rows(b"".join(_chunks(text))):
        rows.setdefault(key, value)
    return Payload(rows)


def without_tokens(found: Object, rows: Mapping[str, object] | None = None) -> Object:
    """Return `found`, a part of the stream, with what its tokens stand for.

    Raise ParseError where they go on without end.
    """
    reader = _Reader(rows or {})
    try:
        return {key: reader.plain(value) for key, value in found.items()}
    except RecursionError as error:
        raise ParseError("the page's embedded data is nested too deeply") from error


def _next_data(text: str) -> object:
    begin = text.find(">", text.find(_NEXT_DATA)) + 1 if _NEXT_DATA in text else 0
    end = text.find("</script", begin)
    return _json(text[begin:end]) if 0 < begin < end else None


def _json(source: str) -> object:
    try:
        return _DECODER.decode(source)
    except (ValueError, RecursionError):
        return None


def _chunks(text: str) -> Iterator[bytes]:
    """Yield the pieces of the stream. Each script is looked at once, however it is broken."""
    begin = text.find(_PUSH)
    while begin >= 0:
        end = text.find("</script", begin)
        if end < 0:
            return
        yield from _pushed(text[begin:end])
        begin = text.find(_PUSH, end)


def _pushed(script: str) -> Iterator[bytes]:
    position = script.find(_PUSH)
    while position >= 0:
        try:
            call, end = _DECODER.raw_decode(script, position + len(_PUSH))
        except (ValueError, RecursionError):
            return
        yield _piece(call)
        position = script.find(_PUSH, end)


def _piece(call: object) -> bytes:
    match call:
        case [1, str(piece)]:
            return piece.encode("utf-8", "replace")
        case [3, str(piece)]:
            try:
                return b64decode(piece)
            except binascii.Error:
                return b""
        case _:
            return b""


def _rows(stream: bytes) -> Iterator[tuple[str, object]]:
    """Yield the rows with JSON or text in them; those with code and hints are left out."""
    position = 0
    while position < len(stream):
        row = _ROW.match(stream, position)
        if row is not None and row[2] is not None:
            position = row.end() + int(row[2], 16)
            yield row[1].decode(), stream[row.end() : position].decode("utf-8", "replace")
            continue
        end = stream.find(b"\n", position)
        end = len(stream) if end < 0 else end
        if row is not None and stream[row.end() : row.end() + 1] in (b"[", b"{"):
            yield row[1].decode(), _json(stream[row.end() : end].decode("utf-8", "replace"))
        position = end + 1


def _objects(value: object) -> Iterator[Object]:
    """Yield every object in `value`, outer ones first, in the order of the page."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            yield current
            waiting.extend(reversed(current.values()))
        elif isinstance(current, list):
            waiting.extend(reversed(current))


class _Reader:
    """Copies values, putting what the tokens stand for in their places."""

    def __init__(self, rows: Mapping[str, object]) -> None:
        self._rows = rows
        self._left = MAX_NODES

    def plain(self, value: object) -> object:
        self._left -= 1
        if self._left < 0:
            raise ParseError(f"the page's embedded data has more than {MAX_NODES} values")
        if isinstance(value, dict):
            return {key: self.plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        return self._token(value) if isinstance(value, str) and value.startswith("$") else value

    def _token(self, token: str) -> object:
        if token.startswith("$$"):
            return token[1:]
        if token.startswith("$D"):
            return token[2:]
        match = _TOKEN.match(token)
        if match is None:
            return None
        target = self._rows.get(match[1])
        for step in filter(None, match[2].split(":")):
            target = _inside(target, step)
        if isinstance(target, str):
            # A long text is handed out as it is; a token in its place is read in its turn.
            self._left -= len(target) // 100
            return self._token(target) if match[2] and target.startswith("$") else target
        return self.plain(target)


def _inside(value: object, step: str) -> object:
    """Return the part of `value` that `step` names; of an element ["$", type, key, props] also by name."""
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list):
        if step == "props" and value[:1] == ["$"]:
            step = "3"
        if step.isdecimal() and int(step) < len(value):
            return value[int(step)]
    return None
