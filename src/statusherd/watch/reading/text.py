"""Vendors' text as plain text: no markup, no control characters, bounded length."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bs4 import BeautifulSoup

MAX_TEXT: Final = 20_000
MAX_LINE: Final = 300
_BREAKING: Final = frozenset(
    [
        "p",
        "br",
        "div",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "section",
        "article",
        "header",
        "footer",
        "blockquote",
        "pre",
        "hr",
    ]
)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{2,}")
_SILENT: Final = ["script", "style", "template", "noscript"]


def plain_text(source: str | None, limit: int = MAX_TEXT) -> str:
    """Return `source` (text or HTML) as plain text: entities decoded, white space collapsed per line.

    Blank lines are dropped, control and direction-changing characters removed; what is longer than
    `limit` characters ends with an ellipsis.
    """
    if not source:
        return ""
    # Markup can be many times its text; what lies far behind the limit can never show.
    text = source[: limit * 10]
    if "<" in text or "&" in text:
        text = _strip_markup(text)
    lines = (_SPACES.sub(" ", line).strip() for line in clean(text).splitlines())
    return _cut("\n".join(line for line in lines if line), limit)


def plain_line(source: str | None, limit: int = MAX_LINE) -> str:
    """Return `source` as one line of plain text: titles, names."""
    return _cut(" ".join(plain_text(source, limit * 4).split()), limit)


def clean(text: str) -> str:
    """Drop what could steer a terminal, a mail header or the reading direction."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)


# Cc control, Cf format (direction overrides, zero-width), Cs lone surrogates, Co private use.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co"})


def _strip_markup(text: str) -> str:
    soup = BeautifulSoup(text, "lxml")
    for tag in soup.find_all(_SILENT):
        tag.decompose()
    for tag in soup.find_all(_BREAKING):
        tag.insert_before("\n")
        tag.insert_after("\n")
    return _BLANK_LINES.sub("\n", soup.get_text())


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
