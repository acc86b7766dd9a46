r"""Any JSON document that a provider file describes: paths to its facts, and what its words mean.

Facts: the operator's own, in the options. A path is made of keys with dots between them: `page.state`; `*` is
every value of a list or an object, a number one entry of a list, `@key` the key under which a row stands in
an object, and a single dot the row itself. A dot in a key is written `\.`. Nothing is recognised by its
shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from statusherd.model.records import Snapshot
from statusherd.watch.formats import Endpoints, Look, Recognition
from statusherd.watch.formats import _described as described
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.values import load_json, string

NAME = "json"
IS_PLATFORM = False
MAX_ROWS: Final = 20_000
"""So many rows of a list are read; no page has more components or events."""
_DOT: Final = re.compile(r"(?<!\\)\.")
_KEY: Final = "@key"


def recognise(document: Document) -> Recognition | None:  # noqa: ARG001 - no shape is this format's
    """Nothing: only a description tells what a document means."""
    return None


def endpoints(address: str) -> Endpoints:
    """The document itself."""
    return Endpoints(look=(address,))


def wrong_options(options: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the description of a page."""
    yield from described.wrong_options(options, _path_problem)


def _path_problem(path: str) -> str | None:
    return None if path == "." or all(_DOT.split(path)) else "a path has its keys between dots: page.state"


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the document by its description; of several, the last."""
    document = documents[-1]
    return described.read_described(_Place(load_json(document)), look, NAME, document.url)


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of the document, and the key under which it stands."""

    value: object
    key: str = ""

    def text(self, path: str) -> str | None:
        found = next(iter(_found(self, path)), None)
        if found is None or isinstance(found.value, dict | list):
            return None
        if isinstance(found.value, bool):
            return "true" if found.value else "false"
        return string(found.value)

    def has(self, path: str) -> bool:
        return any(True for _ in _found(self, path)) or self._is_empty_list(path)

    def rows(self, path: str) -> Sequence[_Place]:
        return [place for place, _ in zip(_found(self, path), range(MAX_ROWS), strict=False)]

    def lists(self, path: str) -> bool:
        return self.has(path)

    def _is_empty_list(self, path: str) -> bool:
        """Tell a list that is there and has no entries from one that is not there."""
        head = path.removesuffix("*").removesuffix(".") or "."
        return path.endswith("*") and any(
            isinstance(place.value, list | dict) for place in _found(self, head)
        )


def _found(place: _Place, path: str) -> Iterator[_Place]:
    """Yield every place that `path` names from `place`, in the order of the document."""
    steps = [] if path == "." else [step.replace("\\.", ".") for step in _DOT.split(path)]
    yield from _walk(place, steps)


def _walk(place: _Place, steps: Sequence[str]) -> Iterator[_Place]:
    if not steps:
        yield place
        return
    for inner in _step(place, steps[0]):
        yield from _walk(inner, steps[1:])


def _step(place: _Place, step: str) -> Iterator[_Place]:
    value = place.value
    if step == _KEY:
        yield _Place(place.key)
    elif step == "*" and isinstance(value, dict):
        yield from (_Place(inner, key) for key, inner in value.items())
    elif step == "*" and isinstance(value, list):
        yield from (_Place(inner, str(number)) for number, inner in enumerate(value))
    elif isinstance(value, dict) and step in value:
        yield _Place(value[step], step)
    elif isinstance(value, list) and step.isdecimal() and int(step[:9]) < len(value):
        yield _Place(value[int(step[:9])], step)
