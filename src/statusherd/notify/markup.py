"""Making words of others harmless: vendor text is hostile, wherever it is shown. Pure.

Two steps, never mixed up. `one_line` and `lines` take text in: what controls a terminal, a mail header or
the direction of reading goes out, and what would call people or hide an address is broken so that it
reads the same and does nothing. `markdown` writes text out into a Markdown message.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

ELLIPSIS: Final = "…"
_BREAK: Final = "\u200b"
"""A zero-width space: shown as nothing, and no service reads a mention across it."""

# @everyone, @here and their like in any place; any other name only where it cannot be a mail address.
_CALL: Final = re.compile(
    r"([@\uff20])(?=(?:everyone|here|channel|all|room|team|group)\b)|(?<![\w.+-])([@\uff20])(?=\S)",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&(?=#?\w{1,31};)")
# <!channel>, <@U1>, <#C1>, <https://evil|name>, <users/all>, <script>: what begins like a tag or an address.
_TAG: Final = re.compile(r"<(?=[^\s\d=<>-])")
_LOOKS_LIKE_LESS: Final = "\u2039"
_HIDDEN: Final = 8
_SPARE: Final = 2000
"""So many characters are looked at for each that may be shown, and besides: some of them are not shown."""
_SPACES: Final = re.compile(r"[^\S\n]+")
_LINE_BREAKS: Final = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_MARKS: Final = re.compile(r"([\\`*_\[\]<~|])")
_BLOCK: Final = re.compile(r"^(\s*)([#>+=-]|\d{1,9}[.)])", re.MULTILINE)
_ADDRESS: Final = re.compile(r"(https?://[^\s<>()\[\]\\`*|\"\u200b]+)", re.IGNORECASE)
_IN_ADDRESS: Final = {"_": "%5F", "~": "%7E"}
_LONGEST_URL: Final = 500
_SAFE_URL: Final = re.compile(r"https?://[!#$%&'()+,\-./0-9:;=?@A-Z\[\]_a-z~]+", re.IGNORECASE)


class Link(str):
    """An address of ours to show: whole, checked, and safe to stand in any of the formats."""

    __slots__ = ()


def one_line(text: str, limit: int = 200) -> str:
    """Return `text` as one harmless line of at most `limit` characters."""
    return capped(" ".join(_harmless(_start_of(text, limit)).split()), limit)


def lines(text: str, limit: int = 1500) -> tuple[str, ...]:
    """Return `text` as harmless lines of at most `limit` characters in all."""
    flat = _SPACES.sub(" ", _harmless(_start_of(text, limit)))
    kept = "\n".join(line.strip() for line in flat.split("\n")).strip()
    return tuple(capped(_EMPTY_LINES.sub("\n\n", kept), limit).split("\n")) if kept else ()


def capped(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, an ellipsis in place of what is left out."""
    if len(text) <= limit:
        return text
    cut = text[: max(limit - 1, 0)]
    at_word = cut.rfind(" ")
    if at_word > len(cut) * 3 // 4:
        cut = cut[:at_word]
    return cut.rstrip() + ELLIPSIS


def within_bytes(text: str, limit: int) -> str:
    """Return `text`, cut at a word where there is one near, so that its UTF-8 has at most `limit` bytes."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    kept = raw[: max(limit - len(ELLIPSIS.encode()), 0)].decode(errors="ignore")
    return capped(text, len(kept) + 1)


def _start_of(text: str, limit: int) -> str:
    """Return as much of a text as `limit` characters that can be seen may take: a megabyte costs nothing."""
    most = _HIDDEN * limit + _SPARE
    return text if len(text) <= most else text[:most] + ELLIPSIS


def _harmless(text: str) -> str:
    kept = "".join(_shown(c) for c in _LINE_BREAKS.sub("\n", text))
    kept = _CALL.sub(rf"\g<0>{_BREAK}", kept)
    return _TAG.sub(_LOOKS_LIKE_LESS, kept)


def _shown(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() or char == "\n" else " " if char == "\t" else ""
    # Cc and Cf steer (direction of reading, zero widths, tags), Cs cannot be encoded, Co shows anything.
    category = unicodedata.category(char)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return char if char in "\u200c\u200d" else ""  # these two join and part letters and emoji
    return char


def markdown(text: str) -> str:
    """Return `text` for a Markdown message: shown as it is, with no mark of it at work.

    An address stays whole, so that it can be opened; it is never hidden behind other words.
    """
    pieces = _ADDRESS.split(_ENTITY.sub(f"&{_BREAK}", text))
    escaped = (
        _literal_address(p) if number % 2 else _MARKS.sub(r"\\\1", p) for number, p in enumerate(pieces)
    )
    return _BLOCK.sub(_literal_block, "".join(escaped))


def _literal_address(address: str) -> str:
    return "".join(_IN_ADDRESS.get(char, char) for char in address)


def _literal_block(match: re.Match[str]) -> str:
    space, mark = match[1], match[2]
    # "1." is a list; its number must stay, so the point is escaped.
    return f"{space}{mark[:-1]}\\{mark[-1]}"


def link(url: str | None) -> Link | None:
    """Return an http or https address that may be shown as a link, None where it is not to be trusted."""
    if url is None or len(url) > _LONGEST_URL or not _SAFE_URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return Link(url)
