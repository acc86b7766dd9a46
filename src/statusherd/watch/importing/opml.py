"""The subscriptions of a feed reader, as OPML 2.0 has them (outline elements with xmlUrl, htmlUrl, title).

A document type is refused: OPML needs none, and entities are declared there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from statusherd.watch.importing.mentions import Kind, Mention

_XML_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_LONGEST: Final = 2_000


def subscriptions(text: str) -> Iterator[Mention]:
    """Yield a mention for each outline that has an address. Raise ValueError where this is no OPML."""
    for outline in _tree(text).iter("{*}outline"):
        facts = {str(key).lower(): value.strip() for key, value in outline.attrib.items()}
        found = (facts.get(key, "") for key in ("htmlurl", "xmlurl", "url"))
        addresses = tuple(address for address in found if 0 < len(address) <= _LONGEST)
        if addresses:
            title = facts.get("title") or facts.get("text") or addresses[0]
            yield Mention(Kind.SUBSCRIPTION, title, addresses[-1].casefold(), addresses)


def _tree(text: str) -> Any:
    from lxml import etree  # noqa: PLC0415 - takes a while to load; only XML needs it

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("it declares a document type, which OPML does not need and we do not read")
    declaration = _XML_DECLARATION.match(text)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text[declaration.end() if declaration else 0 :].encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is no XML: {str(error)[:120]}") from error
    if etree.QName(root).localname != "opml":
        raise ValueError("it is XML, but no OPML")
    return root
