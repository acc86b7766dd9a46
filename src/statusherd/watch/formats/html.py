"""Any HTML page that a provider file describes: selectors of its facts, and what its words mean.

Facts: the operator's own, in the options. A place is a CSS selector, behind which `@name` takes an attribute
in the place of the text (`span.state@class`); `@name` alone is an attribute of the row, and a single dot the
row itself. Nothing is recognised by its shape, and a page that lacks what is described is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

import soupsieve
from bs4 import BeautifulSoup
from bs4.element import Tag

from statusherd.model.errors import FailureKind, LookError
from statusherd.model.records import Snapshot
from statusherd.watch.formats import Endpoints, Look, Recognition
from statusherd.watch.formats import _described as described
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.pages import attribute
from statusherd.watch.reading.text import MAX_TEXT

NAME = "html"
IS_PLATFORM = False
MAX_PAGE: Final = 2_000_000
"""Characters of the largest page that is read: a tree of more would take seconds."""
MAX_ROWS: Final = 5_000
MAX_DEPTH: Final = 256
"""Elements in each other; browsers stop at about twice that."""
MAX_SEARCHED: Final = 60_000
"""Elements and texts in all rows of a list together; those of pages of the largest size have fewer."""


def recognise(document: Document) -> Recognition | None:  # noqa: ARG001 - no shape is this format's
    """Nothing: only a description tells what a page means."""
    return None


def endpoints(address: str) -> Endpoints:
    """The page itself."""
    return Endpoints(look=(address,))


def wrong_options(options: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the description of a page."""
    yield from described.wrong_options(options, _path_problem)


def _path_problem(path: str) -> str | None:
    selector, _ = _parts(path)
    try:
        if selector:
            _compiled(selector)
    except (soupsieve.SelectorSyntaxError, NotImplementedError, ValueError) as error:
        return f"no CSS selector: {str(error).splitlines()[0][:120]}"
    return None


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the page by its description; of several, the last."""
    document = documents[-1]
    document.refuse_empty()
    text = document.text
    if not looks_like_html(text):
        raise not_this("HTML", document, "it does not begin as a page does")
    if len(text) > MAX_PAGE:
        raise LookError(
            FailureKind.TOO_LARGE, f"the page is over {MAX_PAGE} characters", subject=document.url
        )
    soup = BeautifulSoup(text, "lxml")
    _refuse_deep(soup, document.url)
    return described.read_described(_Place(soup), look, NAME, document.url)


@dataclass(frozen=True, slots=True)
class _Place:
    """An element of the page."""

    element: Tag

    def text(self, path: str) -> str | None:
        selector, name = _parts(path)
        found = next(iter(self._select(selector, 1)), None)
        if found is None:
            return None
        return attribute(found, name) if name else _text(found)

    def has(self, path: str) -> bool:
        return self.text(path) is not None

    def rows(self, path: str) -> Sequence[_Place]:
        found = self._select(_parts(path)[0], MAX_ROWS)
        _refuse_nested(found)
        return [_Place(row) for row in found]

    def lists(self, path: str) -> bool:  # noqa: ARG002 - a list of no elements leaves no trace
        """A page shows nothing where there is nothing: its other places anchor it."""
        return True

    def _select(self, selector: str, limit: int) -> Sequence[Tag]:
        return _compiled(selector).select(self.element, limit) if selector else [self.element]


def _refuse_deep(soup: BeautifulSoup, url: str) -> None:
    """Raise LookError for a page that is nested as none is: each selector looks at all that is around."""
    level: list[Tag] = [soup]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element.children if isinstance(child, Tag)]
        if not level:
            return
    raise LookError(FailureKind.PARSE, f"the page is nested over {MAX_DEPTH} elements deep", subject=url)


def _refuse_nested(rows: Sequence[Tag]) -> None:
    """Raise LookError where rows lie in each other so that each is searched again with all around it."""
    left = MAX_SEARCHED
    for row in rows:
        left -= sum(1 for _ in islice(row.descendants, left + 1))
        if left < 0:
            message = f"rows lie in each other: over {MAX_SEARCHED} elements would be searched"
            raise LookError(FailureKind.TOO_LARGE, message)


def _text(element: Tag) -> str:
    """Return the text of an element, of a long one its beginning: rows may lie in each other, deep down."""
    pieces, length = [], 0
    for piece in element.stripped_strings:
        pieces.append(piece)
        length += len(piece)
        if length > MAX_TEXT:
            break
    return " ".join(pieces)


@lru_cache(1_000)
def _compiled(selector: str) -> soupsieve.SoupSieve:
    return soupsieve.compile(selector)


def _parts(path: str) -> tuple[str, str]:
    """Return the selector of a place, empty for the row itself, and the attribute, empty for its text."""
    head, at, name = path.rpartition("@")
    if at and name.replace("-", "").isalnum():
        return head.strip(), name
    return ("" if path == "." else path), ""
