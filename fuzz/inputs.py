"""What a fuzzing input is: the documents of one look in one file, and the seeds and words to begin with.

An input is documents with SEPARATOR between them. A document's first line is its address and its media type,
with a space between; where it is no such line, it belongs to the body already. So an input can be read and
written by hand, and whatever the fuzzer does to it is an input again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

from statusherd.model.errors import CatalogError
from statusherd.watch.formats import format_named, format_names
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import root_of

DETECTION: Final = "detection"
"""The name of the target that is no format: which format is this, and where are its documents?"""
SEPARATOR: Final = b"\n--- next document ---\n"
HOME: Final = "https://status.hostile.example/"
MAX_DOCUMENTS: Final = 8
MAX_PAIRS: Final = 60
FIXTURES: Final = Path(__file__).resolve().parents[1] / "tests" / "formats" / "fixtures"

# What a client can have sent for: an address in printable ASCII, whatever was pasted.
_HEAD: Final = re.compile(rb"(https?://[!-~]+)(?: ([^\r\n]*))?\n")
_WORDS: Final = re.compile(rb'"[^"\\\n]{1,40}"|</?[A-Za-z][\w:-]{0,40}|[\w:-]{1,40}="')
_KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "application/javascript",
    ".json": "application/json",
    ".xml": "application/xml",
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml",
    ".rdf": "application/rdf+xml",
}
_MANNERS: Final = (
    '<!DOCTYPE html><html><body><script id="__NEXT_DATA__" type="application/json">%s</script></body></html>',
    "<!DOCTYPE html><html><body><script>self.__next_f.push([1,%s])</script></body></html>",
    "jsonCallback(%s);",
)


def target_names() -> tuple[str, ...]:
    """Return the names of all targets."""
    return (*format_names(), DETECTION)


def unpacked(data: bytes) -> tuple[Document, ...]:
    """Return the documents of an input; any bytes are at least one."""
    return tuple(_document(part) for part in data.split(SEPARATOR)[:MAX_DOCUMENTS])


def _document(part: bytes) -> Document:
    head = _HEAD.match(part)
    url = head[1].decode("ascii") if head else ""
    if head is None or not root_of(url):
        return Document(part, HOME)
    return Document(part[head.end() :], url, (head[2] or b"").decode("utf-8", "surrogateescape"))


def packed(documents: Sequence[Document]) -> bytes:
    """Return the input that `documents` are."""
    parts = (f"{d.url or HOME} {d.content_type}\n".encode() + d.body for d in documents)
    return SEPARATOR.join(parts)


def fixtures(name: str) -> tuple[Document, ...]:
    """Return the documents that were written by hand for the tests of the format `name`, each by itself."""
    folder = FIXTURES / name.replace("-", "_")
    files = sorted(path for path in folder.glob("*") if path.is_file())
    return tuple(Document(p.read_bytes(), HOME + p.name, _KINDS.get(p.suffix, "")) for p in files)


def seeds(name: str) -> list[bytes]:
    """Return the inputs to begin with: fixtures alone, in pages, at the format's addresses, and together."""
    if name == DETECTION:
        return list(dict.fromkeys(packed([d]) for form in format_names() for d in fixtures(form)))
    alone = fixtures(name) or (Document(b"{}", HOME), Document(b"<rss><channel/></rss>", HOME))
    places = addresses(name)
    elsewhere = [
        Document(document.body, place, document.content_type) for document in alone for place in places[:4]
    ]
    paged = [page for document in alone for page in in_pages(document)]
    pairs = list(combinations(alone, 2))[:MAX_PAIRS]
    looks = [*([d] for d in (*alone, *elsewhere, *paged)), *map(list, pairs), list(alone[:MAX_DOCUMENTS])]
    return list(dict.fromkeys(map(packed, looks)))


def addresses(name: str) -> tuple[str, ...]:
    """Return where the documents of a page of the format `name` lie, nothing where its home does not tell."""
    try:
        places = format_named(name).endpoints(HOME)
    except CatalogError:
        return ()
    return tuple(dict.fromkeys((*places.look, *places.optional, *places.history)))


def in_pages(document: Document) -> Iterator[Document]:
    """Yield the ways in which pages carry a JSON document."""
    try:
        value = json.loads(document.text)
    except ValueError:
        return
    text = json.dumps(value)
    for manner in _MANNERS:
        carried = json.dumps(f"1:{text}\n") if "__next_f" in manner else text
        yield Document((manner % carried).encode(), HOME, "text/html; charset=utf-8")


def dictionary(name: str) -> list[bytes]:
    """Return the words of the seeds: keys, short strings, tags and attributes."""
    words: dict[bytes, None] = {}
    for form in format_names() if name == DETECTION else (name,):
        for document in fixtures(form):
            words.update(dict.fromkeys(_WORDS.findall(document.body)))
    return list(words)[:2_000]
