"""A document of a look, and how its bytes become text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from statusherd.model.errors import FailureKind, LookError, ParseError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """One body as it was received: decoded from its content encoding, not yet from its charset."""

    body: bytes
    url: str = ""
    content_type: str = ""
    """The media type header as sent, with its charset, or empty."""

    @property
    def text(self) -> str:
        """The text by BOM, else the declared charset, else UTF-8; wrong bytes become U+FFFD."""
        for bom, encoding in _BOMS:
            if self.body.startswith(bom):
                return self.body[len(bom) :].decode(encoding, "replace")
        return self.body.decode(_charset(self.content_type), "replace")

    def refuse_empty(self) -> None:
        """Raise LookError where there is nothing to read."""
        if not self.body.strip():
            raise LookError(FailureKind.EMPTY, "the body is empty", subject=self.url)


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            try:
                return codecs.lookup(value.strip().strip("\"'")).name
            except (LookupError, ValueError):
                break
    return "utf-8"


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
