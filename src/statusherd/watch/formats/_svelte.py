"""What a page built with SvelteKit carries for its own scripts, without running any of them.

The data is written as JavaScript by the library `devalue`: literals with bare keys, `void 0`, `new Date(1)`;
what occurs twice is the parameter of a function around the whole, filled in by statements before its
`return`. Only that subset is understood; anything else is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from statusherd.model.errors import ParseError
from statusherd.watch.reading.values import Object, as_object

_START: Final = re.compile(
    r"\b(?:const data = |kit\.start\(app, element, \{\s*node_ids: \[[\d, ]*\],\s*data: )(?=\[)"
)
_TOKEN: Final = re.compile(
    r'\s*(?:("[^"\\]*(?:\\.[^"\\]*)*")|(-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)n?|([A-Za-z_$][\w$]*)|([^\s"]))',
    re.DOTALL,
)
_BRACES: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}"]', re.DOTALL)
_STRING, _NUMBER, _NAME = 1, 2, 3
_CONSTANTS: Final = {
    "true": True,
    "false": False,
    "null": None,
    "undefined": None,
    "NaN": None,
    "Infinity": None,
}
_DEEPEST: Final = 60
_LONGEST_LIST: Final = 100_000


def page_data(text: str, url: str = "") -> tuple[Object, ...]:
    """Return the data of each layout and page in `text`, outermost first; none where it carries none.

    Raise ParseError where the data breaks off or is more than literals.
    """
    start = _START.search(text)
    if start is None:
        return ()
    try:
        nodes = _Reader(text, start.end()).value()
    except ValueError as error:
        raise ParseError(f"the page's data cannot be read: {error}", subject=url) from error
    found = (as_object(node).get("data") for node in (nodes if isinstance(nodes, list) else ()))
    return tuple(data for data in found if isinstance(data, dict))


class _Reader:
    """Reads one value after another from a position in a script. Raises ValueError."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self._at = at
        self._depth = 0
        self._names: dict[str, object] | None = None

    def value(self) -> object:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("nested too deeply")
        found = self._value()
        self._depth -= 1
        return found

    def _value(self) -> object:
        kind, word = self._next()
        if kind == _STRING:
            return _string(word)
        if kind == _NUMBER:
            return _number(word)
        if kind == _NAME:
            return self._named(word)
        read = {"[": self._list, "{": self._object, "(": self._function}.get(word)
        if read is None:
            raise ValueError(f"unexpected {word!r}")
        return read()

    def _next(self) -> tuple[int, str]:
        match = _TOKEN.match(self._text, self._at)
        if match is None or match.lastindex is None:
            raise ValueError("it breaks off")
        self._at = match.end()
        return match.lastindex, match[match.lastindex]

    def _peek(self) -> str:
        before = self._at
        _, word = self._next()
        self._at = before
        return word

    def _expect(self, *tokens: str) -> None:
        for wanted in tokens:
            _, word = self._next()
            if word != wanted:
                raise ValueError(f"{word[:20]!r} where {wanted!r} should be")

    def _goes_on(self, end: str) -> bool:
        """Pass over a comma, or over `end`; tell whether more items follow."""
        _, word = self._next()
        if word not in (",", end):
            raise ValueError(f"{word[:20]!r} where a list should go on")
        return word == ","

    def _list(self) -> list[object]:
        found: list[object] = []
        while True:
            ahead = self._peek()
            if ahead == "]":
                break
            found.append(None if ahead == "," else self.value())  # a hole, or an item
            if not self._goes_on("]"):
                return found
        self._expect("]")
        return found

    def _object(self) -> Object:
        found: Object = {}
        if self._peek() == "}":
            self._expect("}")
            return found
        while True:
            key = self._key()
            self._expect(":")
            found[key] = self.value()
            if not self._goes_on("}"):
                return found

    def _key(self) -> str:
        kind, word = self._next()
        if kind not in (_STRING, _NUMBER, _NAME):
            raise ValueError(f"{word!r} where a key should be")
        return _string(word) if kind == _STRING else word

    def _named(self, name: str) -> object:
        """Read a constant, a shared value, or what is made by a call."""
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "void":
            self.value()
            return None
        if name == "new":
            made = self._next()[1]
            given = self._arguments() if self._peek() == "(" else []
            return given[0] if made == "Date" and given else None
        if name == "Array":
            self._arguments()
            return []
        if name == "Object":
            if self._peek() == ".":
                self._expect(".", "create")
            self._arguments()
            return {}
        if self._names is None or name not in self._names:
            raise ValueError(f"unknown name {name[:20]!r}")
        return self._names[name]

    def _arguments(self) -> list[object]:
        self._expect("(")
        found: list[object] = []
        if self._peek() == ")":
            self._expect(")")
            return found
        while True:
            found.append(self.value())
            if not self._goes_on(")"):
                return found

    def _function(self) -> object:
        """Read `(function(a,b){a.x=1;return {…}}({},[]))`: what it returns."""
        if self._names is not None:
            raise ValueError("a function in a function")
        self._expect("function", "(")
        names = list(self._parameters())
        self._expect("{")
        body = self._at
        self._pass_body()
        values = self._arguments()
        self._expect(")")
        end, self._at = self._at, body
        self._names = dict(zip(names, values, strict=False))
        while self._peek() != "return":
            self._statement()
        self._expect("return")
        found = self.value()
        self._names, self._at = None, end
        return found

    def _parameters(self) -> Iterator[str]:
        while True:
            kind, word = self._next()
            if word == ")":
                return
            if kind == _NAME:
                yield word

    def _pass_body(self) -> None:
        depth = 1
        for match in _BRACES.finditer(self._text, self._at):
            depth += (match[0] == "{") - (match[0] == "}")
            if not depth:
                self._at = match.end()
                return
            if depth > _DEEPEST or match[0] == '"':
                break
        raise ValueError("a function that does not end")

    def _statement(self) -> None:
        """Read `a.key=value;` or `a[0]=value;` and fill it in; pass over what fills a map or a set."""
        target = self.value()
        _, word = self._next()
        if word not in (".", "["):
            raise ValueError(f"{word[:20]!r} where a part should be named")
        key = self._key()
        if word == "[":
            self._expect("]")
        if self._peek() == "(":
            self._arguments()
        else:
            self._expect("=")
            _fill(target, key, self.value())
        while self._peek() == ".":
            self._expect(".")
            self._next()
            self._arguments()
        if self._peek() == ";":
            self._expect(";")


def _fill(target: object, key: str, value: object) -> None:
    if isinstance(target, dict):
        target[key] = value
    elif isinstance(target, list):
        place = int(key)
        if not 0 <= place < _LONGEST_LIST:
            raise ValueError(f"place {key[:20]} in a list")
        target.extend([None] * (place + 1 - len(target)))
        target[place] = value


def _string(word: str) -> str:
    return str(json.loads(word, strict=False)) if "\\" in word else word[1:-1]


def _number(word: str) -> float:
    return int(word) if word.lstrip("-").isdecimal() else float(word)
