"""A feed's XML made safe and short: whole, without entities of its own, the newest items, flat texts.

What comes out is well-formed and small whatever went in, so that feedparser (0.2 ms an item, and slow on
broken markup) costs a known time. A feed that was cut off is refused: what is missing could be an open
incident, and silence must not read as recovery.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from statusherd.watch.formats._xml_prolog import COMMENTS, DOCUMENT_TYPE, root_at
from statusherd.watch.reading.documents import Document, declared_charset, not_this, usable_charset
from statusherd.watch.reading.times import parse_time

MAX_ITEMS: Final = 60
MAX_DATED: Final = 1_000
MAX_BODY: Final = 100_000
MAX_FIELD: Final = 2_000
MAX_SAME: Final = 20

_DECLARATION: Final = re.compile(r"^<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
# Not allowed in XML at all; some generators let them through.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ROOT: Final = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(rss|feed|RDF)(?=[\s/>])")
_ROOT_END: Final = re.compile(r"</(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF)\s*>")
_ITEM: Final = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:item|entry)(?=[\s>])")
_QUOTE: Final = re.compile(r"<!\[CDATA\[|<!--")
_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:(\w{1,32}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)?")
_BEFORE: Final = (*COMMENTS, DOCUMENT_TYPE)

_ATOM: Final = "http://www.w3.org/2005/Atom"
_SPACES: Final = frozenset(
    [
        _ATOM,
        "http://purl.org/atom/ns#",
        "http://purl.org/rss/1.0/",
        "http://backend.userland.com/rss2",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/dc/terms/",
        "http://purl.org/rss/1.0/modules/content/",
    ]
)
_UNDECLARED: Final = frozenset(["", "atom", "dc", "dcterms", "content"])
_BODIES: Final = frozenset(["description", "summary", "content", "encoded"])
_DATES: Final = frozenset(["updated", "modified", "pubDate", "published", "date", "issued", "created"])
_TEXTS: Final = frozenset(["title", "guid", "id"])

Element = Any  # lxml has no types of its own


def root_of(text: str) -> str | None:
    """Return rss, feed or RDF where `text` begins as such a document, else None."""
    found = _find_root(text)
    return found[1] if found else None


def _find_root(text: str) -> tuple[int, str] | None:
    return root_at(text, _ROOT, _BEFORE)


def feed_text(document: Document) -> str:
    """Return the text by BOM, else as UTF-8 where it is that, else as the labels say.

    Labels come after the bytes: feeds that call their UTF-8 something else are common, the reverse is not.
    """
    body = document.body
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return document.text
    if body[:2] in (b"<\0", b"\0<"):
        return body.decode("utf-16-le" if body[:1] == b"<" else "utf-16-be", "replace")
    declared = _DECLARATION.match(body[:300].decode("ascii", "replace"))
    labels = (declared_charset(document.content_type), declared and usable_charset(declared[1]), "cp1252")
    for charset in ("utf-8", *labels):
        try:
            return body.decode(charset or "utf-8")
        except ValueError:
            continue
    return document.text


def lean_feed(document: Document) -> tuple[bytes, int]:
    """Return the feed as UTF-8 with its newest items, and how many items were left out.

    Raise ParseError where the document is no feed, was cut off, or declares entities.
    """
    document.refuse_empty()
    root = _tree(document)
    channel = _channel(root)
    if channel is None:
        raise not_this("feed", document, "an rss element without channel")
    items = _items(root, channel)
    if not items and not _has_title(channel):
        raise not_this("feed", document, "neither a title nor an item")
    kept = _newest(items)
    is_atom = _name(root) == "feed"
    return _rebuilt(channel, kept, is_atom=is_atom), len(items) - len(kept)


def every_item(document: Document) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the plain fields of the channel and of all items, where old ones count too. Raise ParseError."""
    document.refuse_empty()
    root = _tree(document)
    channel = _channel(root)
    if channel is None:
        raise not_this("feed", document, "an rss element without channel")
    return _fields(channel), [_fields(item) for item in _items(root, channel)]


def _fields(element: Element) -> dict[str, str]:
    return {name: child.text or "" for child in element if (name := _name(child)) and not len(child)}


def _tree(document: Document) -> Element:
    text = _ILLEGAL.sub("", feed_text(document))
    found = _find_root(text)
    if found is None:
        raise not_this("feed", document, "its root is neither rss, feed nor RDF")
    ends = [match.end() for match in _ROOT_END.finditer(text)]
    if not ends:
        raise not_this("feed", document, "it is cut off before its end")
    text = text[found[0] : ends[-1]]
    try:
        return etree.fromstring(text.encode(), _parser(recover=False))
    except etree.XMLSyntaxError:
        return _mended(text, document)


def _parser(*, recover: bool) -> Any:
    return etree.XMLParser(
        recover=recover,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _mended(text: str, document: Document) -> Element:
    """Read XML with mistakes in it (bare ampersands, HTML's entities, open tags), if no item gets lost."""
    text = _AMPERSAND.sub(lambda m: _character(m[1]), text)
    try:
        root = etree.fromstring(text.encode(), _parser(recover=True))
    except etree.XMLSyntaxError as error:
        raise not_this("feed", document, str(error)[:120]) from error
    if root is None or _name(root) not in ("rss", "feed", "RDF"):
        raise not_this("feed", document, "its XML cannot be mended")
    channel = _channel(root)
    found = 0 if channel is None else len(_items(root, channel))
    promised = _promised(text)
    # With no item at all the mistake may have swallowed them; that must not read as "nothing is wrong".
    if not found or promised is None or found < promised:
        raise not_this(
            "feed", document, f"its XML is broken: {found} of {promised or 'its'} items can be read"
        )
    return root


def _promised(text: str) -> int | None:
    """Count the items that begin outside of quoted sections and comments; None where one never ends."""
    count = at = 0
    while (opening := _QUOTE.search(text, at)) is not None:
        count += len(_ITEM.findall(text, at, opening.start()))
        at = text.find("]]>" if opening[0] == "<![CDATA[" else "-->", opening.end())
        if at < 0:
            return None
    return count + len(_ITEM.findall(text, at))


def _character(name: str | None) -> str:
    # A number may stand for what XML cannot hold: a lone surrogate, a control character.
    character = _ILLEGAL.sub("", html.unescape(f"&{name};")) if name else "&"
    return html.escape(character, quote=False)


def _name(element: Element) -> str:
    """Return the name of an element of the vocabularies that are read, empty for others.

    A prefix that was never declared, which no strict reader takes, is known by what it usually means.
    """
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if tag.startswith("{"):
        space, _, name = tag[1:].rpartition("}")
        return name if space in _SPACES or name == "RDF" else ""
    prefix, _, name = tag.rpartition(":")
    return name if prefix in _UNDECLARED or name == "RDF" else ""


def _channel(root: Element) -> Element | None:
    """Return the element that carries the feed's title and, but for RSS 1.0, its items."""
    if _name(root) == "feed":
        return root
    return next((child for child in root if _name(child) == "channel"), None)


def _items(root: Element, channel: Element) -> list[Element]:
    parents = [channel] if channel is root else [channel, root]
    return [child for parent in parents for child in parent if _name(child) in ("item", "entry")]


def _has_title(channel: Element) -> bool:
    return any(_name(child) == "title" and "".join(child.itertext()).strip() for child in channel)


def _newest(items: list[Element]) -> list[Element]:
    """Return the newest items, in the order of the feed, which is not always by date."""
    if len(items) <= MAX_ITEMS:
        return items
    if len(items) > MAX_DATED:
        items = items[: MAX_DATED // 2] + items[-MAX_DATED // 2 :]
    long_ago = datetime.min.replace(tzinfo=UTC)
    dates = [max(_dates(item), default=long_ago) for item in items]
    kept = sorted(range(len(items)), key=lambda index: dates[index], reverse=True)[:MAX_ITEMS]
    return [items[index] for index in sorted(kept)]


def _dates(item: Element) -> Iterator[datetime]:
    for child in item:
        if _name(child) in _DATES and (moment := parse_time(child.text)) is not None:
            yield moment


def _rebuilt(channel: Element, items: Iterable[Element], *, is_atom: bool) -> bytes:
    """Write the feed anew with the few fields that are read: feedparser then meets no surprises."""
    space = f"{{{_ATOM}}}" if is_atom else ""
    root = etree.Element(f"{space}feed" if is_atom else "rss", nsmap={None: _ATOM} if is_atom else None)
    parent = root if is_atom else etree.SubElement(root, "channel")
    _copy(channel, parent, space)
    for item in items:
        _copy(item, etree.SubElement(parent, f"{space}entry" if is_atom else "item"), space, with_body=True)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _copy(source: Element, target: Element, space: str, *, with_body: bool = False) -> None:
    seen: Counter[str] = Counter()
    body = ""
    for child in source:
        name = _name(child)
        seen[name] += 1
        if seen[name] > MAX_SAME:
            continue
        if name in _BODIES and with_body:
            body = max(body, _inner(child, MAX_BODY), key=len)
        elif name in _TEXTS or name in _DATES:
            _add(target, space + ("updated" if name == "date" else name), _inner(child))
        elif name == "link":
            _copy_link(child, target, space)
        elif name == "category":
            term = _inner(child) or child.get("term", "")[:MAX_FIELD]
            _add(target, f"{space}category", "" if space else term, **({"term": term} if space else {}))
    if with_body:
        _add(
            target, f"{space}content" if space else "description", body, **({"type": "html"} if space else {})
        )


def _copy_link(link: Element, target: Element, space: str) -> None:
    address = (link.get("href") or _inner(link)).strip()[:MAX_FIELD]
    if space:
        _add(target, f"{space}link", "", rel=link.get("rel", "alternate")[:MAX_FIELD], href=address)
    elif link.get("rel", "alternate") == "alternate":
        _add(target, "link", address)


def _inner(element: Element, limit: int = MAX_FIELD) -> str:
    text = element.text or ""
    if len(element):
        text += "".join(etree.tostring(child, encoding="unicode") for child in element)
    return str(text[:limit])


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    # feedparser handles each entity on its own; a CDATA section is one piece.
    is_markup = ("<" in text or "&" in text) and "]]>" not in text
    etree.SubElement(parent, tag, attributes).text = etree.CDATA(text) if is_markup else text
