"""Small XML documents of vendors, read strictly: whole, without document type, entities or network.

What is not well-formed is refused, so a document that was cut off never reads as one in which little stands.
Depth, attributes and text are bounded by the library's own limits, the size by the fetcher's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from statusherd.watch.formats._feed_xml import feed_text
from statusherd.watch.formats._xml_prolog import root_at
from statusherd.watch.reading.documents import Document, not_this

Element = Any  # lxml has no types of its own

MAX_TEXT: Final = 50_000
_OPENS: Final = re.compile(r"<(?:[A-Za-z_][\w.-]{0,100}:)?([A-Za-z_][\w.-]{0,100})(?=[\s/>])")


def root_name(text: str) -> str | None:
    """Return the name of the root element without its prefix; None where `text` begins as no plain XML."""
    found = root_at(text, _OPENS)
    return found[1] if found else None


def xml_root(document: Document, root: str, format_name: str) -> Element:
    """Return the element called `root` that `document` is; raise ParseError for anything else."""
    document.refuse_empty()
    text = feed_text(document)
    found = root_at(text, _OPENS)
    if found is None or found[1] != root:
        raise not_this(format_name, document, f"its root is not {root}")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text[found[0] :].encode(errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise not_this(format_name, document, str(error)[:120]) from error


def name_of(element: Element) -> str:
    """Return the name of an element without its namespace or prefix, empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the child elements called `name`."""
    if element is not None:
        yield from (child for child in element if name_of(child) == name)


def descend(element: Element | None, *path: str) -> Element | None:
    """Return the first element behind `path`, a child's name for each step; None where it ends before."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text_at(element: Element | None, *path: str) -> str | None:
    """Return the text of the first element behind `path`, None where there is none."""
    found = descend(element, *path)
    return None if found is None or not found.text else str(found.text[:MAX_TEXT]).strip() or None
