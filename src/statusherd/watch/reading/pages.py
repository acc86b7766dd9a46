"""HTML pages: the few elements that a reader asks for, found without reading the whole page into a tree."""

from __future__ import annotations

from bs4 import BeautifulSoup
from bs4.element import Tag
from bs4.filter import SoupStrainer

MAX_PAGE = 1_000_000
"""Characters of a page that are looked at: what a page says of itself stands at its beginning."""


def elements(text: str, *names: str) -> tuple[Tag, ...]:
    """Return the elements called `names` in the order of the page, however broken it is."""
    # lxml as the parser: the standard library's takes quadratic time on hostile pages.
    soup = BeautifulSoup(text[:MAX_PAGE], "lxml", parse_only=SoupStrainer(list(names)))
    return tuple(soup.find_all(list(names)))


def first_text(text: str, name: str) -> str | None:
    """Return the text of the first element called `name`, None where there is none."""
    return next((found.get_text(" ", strip=True) for found in elements(text, name)), None)


def attribute(element: Tag, name: str) -> str:
    """Return an attribute of `element` as one string, empty where it has none."""
    value = element.get(name)
    return " ".join(value) if isinstance(value, list) else value or ""
