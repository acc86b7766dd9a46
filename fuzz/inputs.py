"""What a fuzzing input is: the documents of one look in one file, and the seeds and words to begin with.

An input is documents with SEPARATOR between them. A document's first line is its address and its media type,
with a space between; where it is no such line, it belongs to the body already. So an input can be read and
written by hand, and whatever the fuzzer does to it is an input again.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from statusherd.model.errors import CatalogError
from statusherd.watch.formats import Look, format_named, format_names
from statusherd.watch.reading.documents import Document
from statusherd.watch.source_files import flat
from statusherd.watch.whereabouts import root_of

DETECTION: Final = "detection"
"""The name of the target that is no format: which format is this, and where are its documents?"""
SEPARATOR: Final = b"\n--- next document ---\n"
NOW: Final = datetime(2026, 2, 1, 10, 30, tzinfo=UTC)
HOME: Final = "https://status.hostile.example/"
MAX_DOCUMENTS: Final = 8
MAX_PAIRS: Final = 60
FIXTURES: Final = Path(__file__).resolve().parents[1] / "tests" / "formats" / "fixtures"

# What a client can have sent for: an address in printable ASCII, whatever was pasted.
_HEAD: Final = re.compile(rb"(https?://[!-~]+)(?: ([^\r\n]*))?\n")
_WORDS: Final = re.compile(rb'"[^"\\\n]{1,40}"|</?[A-Za-z][\w:-]{0,40}|[\w:-]{1,40}="')
_CASES: Final = "cases.toml"
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


def look_at(name: str) -> Look:
    """Return what a look at a page of the format `name` knows, by the cases.toml of its fixtures."""
    told = _cases(name)
    now = datetime.fromisoformat(told["now"]) if "now" in told else NOW
    return Look("hostile", now.astimezone(UTC), dict(flat(told.get("options", {}))))


def _folder(name: str) -> Path:
    return FIXTURES / name.replace("-", "_")


@cache
def _cases(name: str) -> Mapping[str, Any]:
    path = _folder(name) / _CASES
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def fixtures(name: str) -> tuple[Document, ...]:
    """Return the documents that were written by hand for the tests of the format `name`, each by itself."""
    return tuple(document for look in fixture_looks(name) for document in look)


def fixture_looks(name: str) -> Iterator[tuple[Document, ...]]:
    """Yield the same as looks: a file is one by itself, the files of a folder are one together."""
    for path in sorted(_folder(name).iterdir()) if _folder(name).is_dir() else ():
        if path.is_dir():
            yield tuple(_fixture(name, file) for file in sorted(path.iterdir()))
        elif path.name != _CASES:
            yield (_fixture(name, path),)


def _fixture(name: str, path: Path) -> Document:
    place = path.relative_to(_folder(name)).as_posix()
    url = _cases(name).get("urls", {}).get(place, HOME + path.name)
    return Document(path.read_bytes(), url, _KINDS.get(path.suffix, ""))


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
    looks = [
        *([d] for d in (*alone, *elsewhere, *paged)),
        *pairs,
        alone[:MAX_DOCUMENTS],
        *fixture_looks(name),
    ]
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
