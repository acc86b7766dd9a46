"""What the hostile tests share: reading by the rules of fuzzing, and the places of a document with their values.

Every format is tested on its own fixtures, found by its name: a new format joins by being there.
"""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias

import pytest

from inputs import HOME, fixture_looks, fixtures, in_pages, packed
from mutations import HOSTILE_TEXTS, mutable_json
from oracle import judge
from statusherd.model.errors import ParseError
from statusherd.model.records import Snapshot
from statusherd.watch.formats import format_names
from statusherd.watch.formats._svelte import page_data
from statusherd.watch.reading.documents import Document, looks_like_html

FORMATS = format_names()
MIB = 1024 * 1024
BIG = 5 * MIB
"""As large as the client lets a body through."""
PATIENCE = 4.0
"""Tests run beside others on slow machines. What is quadratic takes longer still."""
each_format = pytest.mark.parametrize("name", FORMATS)

Path: TypeAlias = tuple[Any, ...]
"""The keys and indexes that lead to a value."""

VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 10**400, 1e308, float("nan"), float("inf"), "", "\ud800\x00", "\u202eevil\u2066\x1b[2J",
    "<script>&#x110000;&#0;" * 10, "</span><b>x", "http://[", "https://a.example/\x00", "#-\\" * 3_000, "9" * 400,
    "2026-02-30T25:61:61Z", "0001-01-01T00:00:00+23:59", {}, [], [[]], [{}], [None, 1, "a"], {"id": {"id": []}},
    [{"id": "a"}, {"id": "a"}],
)  # fmt: skip
"""What is put into every place of every document."""
_TOKENS = ("$undefined", "$1", "$4", "$4:3:props", "$L1", "$D2026-13-45")
OWN_VALUES: dict[str, tuple[Any, ...]] = {
    "adobe": ({"": {}, "\x00\ud800": {"history": {"1": {}}}},),
    "aws": ("arn:aws:health:::event/" + "../" * 50, "[RESOLVED]"),
    "cachet": ("2026-02-30 25:61:61 +9900 X",),
    "hund": ("[RESOLVED]",),
    "incidentio": _TOKENS,
    "instatus": _TOKENS,
    "kener": ("+99:99",),
    "onlineornot": ({"_1": 0}, 7, False),
    "sorry": ({"next_page": True},),
    "uptime-kuma": ("+99:99",),
}
"""What is put into every place of a format's documents besides."""


def any_json(rng: random.Random, depth: int = 3) -> Any:
    """A value that is nested up to `depth`, in which hostile ones stand."""
    draw = rng.random()
    if depth == 0 or draw < 0.4:
        return rng.choice(
            (rng.choice(VALUES), rng.choice(HOSTILE_TEXTS), rng.randint(-9, 2**40), rng.random())
        )
    inner = [any_json(rng, depth - 1) for _ in range(rng.randrange(4))]
    return inner if draw < 0.7 else {any_key(rng): value for value in inner}


@cache
def known_keys() -> tuple[str, ...]:
    """The keys that any format's documents have."""
    roots = (part.root for name in FORMATS for part in parts(name))
    return tuple(
        sorted({key for root in roots for path in places(root) for key in path if isinstance(key, str)})
    )


def any_key(rng: random.Random) -> str:
    return rng.choice(known_keys()) if rng.random() < 0.7 else rng.choice(HOSTILE_TEXTS)


# Reading


def read(name: str, *documents: Document) -> Snapshot | None:
    """Judge one look; None where it was refused as it should be. A fault tells what was read."""
    try:
        return judge(name, documents, PATIENCE)
    except Exception as fault:
        fault.add_note(f"{name} read {packed(documents)[:2_000]!r}")
        raise


def read_body(name: str, body: bytes | str) -> Snapshot | None:
    return read(name, Document(body if isinstance(body, bytes) else body.encode(), HOME))


def told(snapshot: Snapshot | None) -> object:
    """What is said, without the remarks on how it was read."""
    return snapshot and replace(snapshot, warnings=())


def large(piece: tuple[bytes, bytes, bytes], size: int = BIG) -> bytes:
    start, again, end = piece
    return start + again * ((size - len(start) - len(end)) // len(again)) + end


# The data of documents


def places(root: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every value in `root`, itself among them."""
    yield path
    items = root.items() if isinstance(root, dict) else enumerate(root) if isinstance(root, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def at(root: Any, path: Path) -> Any:
    for key in path:
        root = root[key]
    return root


def replaced(root: Any, path: Path, value: Any) -> Any:
    """`root` with another value in one place; what is not on the way there is shared."""
    if not path:
        return value
    copy = dict(root) if isinstance(root, dict) else list(root)
    copy[path[0]] = replaced(root[path[0]], path[1:], value)
    return copy


@dataclass(frozen=True)
class Part:
    """The data that one document of a look carries, and how the document is written with other data."""

    look: tuple[Document, ...]
    number: int
    root: Any
    write: Callable[[str], str]

    @property
    def document(self) -> Document:
        return self.look[self.number]

    def with_body(self, body: bytes) -> tuple[Document, ...]:
        """The look with another body in the place of this document's."""
        ours = replace(self.document, body=body)
        return (*self.look[: self.number], ours, *self.look[self.number + 1 :])

    def with_value(self, path: Path, value: Any) -> tuple[Document, ...]:
        text = self.write(json.dumps(replaced(self.root, path, value)))
        return self.with_body(text.encode(errors="replace"))

    def shapes(self) -> dict[tuple[Any, ...], list[Path]]:
        """The places by what leads there: the rows of a list are alike, unless they are of all kinds."""
        kind = tuple(self.root) if isinstance(self.root, dict) else ()
        found: dict[tuple[Any, ...], list[Path]] = {}
        for path in places(self.root):
            keys = tuple(map(self._likened, path))
            found.setdefault((len(self.look) > 1, kind, keys), []).append(path)
        return found

    def _likened(self, key: Any) -> Any:
        if isinstance(key, int) and isinstance(self.root, list) and len(set(map(type, self.root))) > 3:
            return key % 12  # a list of values of all kinds, that name each other
        return "*" if isinstance(key, int) or key.lstrip("_").isdecimal() else key


_TEXT = re.compile(r'"(?=[\[{]|\w+:[\[{])(?:[^"\\]|\\.){60,}"', re.DOTALL)


def carried(look: tuple[Document, ...], number: int) -> Part | None:
    """The data of a document: what its script holds, a text with JSON in it, or the longest JSON; None without any."""
    text = look[number].text
    try:
        nodes = [{"type": "data", "data": data} for data in page_data(text)]
    except ParseError:
        nodes = []
    if nodes:
        return Part(look, number, nodes, _as_svelte)
    return _in_text(look, number) or _in_script(look, number)


def _in_text(look: tuple[Document, ...], number: int) -> Part | None:
    """What the longest text of a script holds, where it is JSON."""
    text = look[number].text
    quoted = max(_TEXT.findall(text), key=len, default="")
    before, _, behind = text.partition(quoted) if quoted else ("", "", "")
    inner = _unquoted(quoted)
    found = mutable_json(inner)
    if found is None or found[0][1] - found[0][0] < len(inner) / 2:
        return None
    (start, end), root = found
    return Part(
        look, number, root, lambda data: before + json.dumps(inner[:start] + data + inner[end:]) + behind
    )


def _in_script(look: tuple[Document, ...], number: int) -> Part | None:
    text = look[number].text
    found = mutable_json(text)
    if found is None:
        return None
    (start, end), root = found
    return Part(look, number, root, lambda data: text[:start] + data + text[end:])


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return ""


def _as_svelte(data: str) -> str:
    page = data.replace("<", "\\u003c")
    return f"<!doctype html><script>const data = {page};/* allRecentIncidents thisMonthName */"


own_documents = cache(fixtures)


@cache
def own_looks(name: str) -> tuple[tuple[Document, ...], ...]:
    """The documents of a format's fixtures, each alone, those of one look together, and JSON in pages that it reads."""
    alone = [(document,) for document in own_documents(name)]
    together = [look for look in fixture_looks(name) if len(look) > 1]
    pages = [(page,) for (document,) in alone for page in in_pages(document) if read(name, page) is not None]
    return (*alone, *together, *pages)


@cache
def parts(name: str) -> tuple[Part, ...]:
    """The data of every document in the looks of a format's fixtures."""
    looks = ((look, number) for look in own_looks(name) for number in range(len(look)))
    bare = [part for look, number in looks if (part := carried(look, number))]
    escaped = [
        replace(part, write=_escaped(part.write)) for part in bare if looks_like_html(part.document.text)
    ]
    return (*bare, *(part for part in escaped if read(name, *part.with_value((), part.root)) is not None))


def _escaped(write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda data: write(html.escape(data))


def places_of(name: str) -> dict[tuple[Any, ...], list[tuple[Part, Path]]]:
    """The places in a format's documents by what leads there, however many documents have it."""
    found: dict[tuple[Any, ...], list[tuple[Part, Path]]] = {}
    for part in parts(name):
        for shape, paths in part.shapes().items():
            found.setdefault(shape, []).extend((part, path) for path in paths)
    return found


def documents_of(values: Sequence[Any]) -> tuple[Document, ...]:
    return tuple(Document(json.dumps(value).encode(), HOME) for value in values)
