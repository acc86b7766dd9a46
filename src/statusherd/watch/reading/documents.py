"""A document of a look, and how its bytes become text."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from statusherd.model.errors import FailureKind, LookError, ParseError

T = TypeVar("T")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Codecs of the standard library that a label can name, and that are slow or no charsets at all.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})


@dataclass(frozen=True, slots=True)
class Document:
    """One body as it was received: decoded from its content encoding, not yet from its charset."""

    body: bytes
    url: str = ""
    content_type: str = ""
    """The media type header as sent, with its charset, or empty."""
    _known: dict[Callable[[Document], object], object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def text(self) -> str:
        """The text by BOM, else the declared charset, else UTF-8; wrong bytes become U+FFFD."""
        return self.once(_decoded)

    def once(self, reader: Callable[[Document], T]) -> T:
        """Return what `reader` makes of this document, worked out once: every format asks for the same."""
        if reader not in self._known:
            self._known[reader] = reader(self)
        return cast("T", self._known[reader])

    def copy(self) -> Document:
        """Return the same document with nothing worked out yet, and so nothing kept when it is let go."""
        return replace(self)

    def refuse_empty(self) -> None:
        """Raise LookError where there is nothing to read."""
        if not self.body.strip():
            raise LookError(FailureKind.EMPTY, "the body is empty", subject=self.url)


def _decoded(document: Document) -> str:
    body = document.body
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    return body.decode(declared_charset(document.content_type) or "utf-8", "replace")


def declared_charset(content_type: str) -> str | None:
    """Return the charset that a media type header names; None where it names none that decodes text."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return usable_charset(value)
    return None


def usable_charset(name: str) -> str | None:
    """Return the codec behind a charset's name, None where it is unknown or no charset of documents."""
    try:
        codec = codecs.lookup(name.strip().strip("\"'")).name
        b" ".decode(codec, "replace")
    except (LookupError, ValueError):
        return None
    return None if codec in _NO_CHARSETS else codec


def looks_like_html(text: str) -> bool:
    """Tell an HTML page from data by how it begins."""
    head = text[:512].lstrip().lower()
    return head.startswith(("<!doctype html", "<html", "<!--", "<head"))


def not_this(format_name: str, document: Document, why: str) -> ParseError:
    """Return the error for a body that is not what `format_name` expects."""
    kind = "an HTML page" if looks_like_html(document.text[:2048]) else "other content"
    return ParseError(
        f"not a {format_name} document: {why} (received {kind}, {len(document.body)} bytes)",
        subject=document.url,
        remedy="`statusherd inspect` with this address tells which format it has now",
    )
