"""What projects in Go, Ruby and PHP need: go.mod, Gemfile and its lock, composer.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from statusherd.watch.importing.data import json_table, keys
from statusherd.watch.importing.mentions import Kind, Mention

_GO_LINE: Final = re.compile(r"^(?:require\s+)?([\w.~-]+\.[a-z]+(?:/[\w.~!-]+)*)\s+v\d\S*(.*)$")
_GO_VERSION: Final = re.compile(r"/v\d+$")
_GEM: Final = re.compile(r"""^[ \t]*gem[ \t(]+["']([\w.-]+)["']""", re.MULTILINE)
_GEM_LOCKED: Final = re.compile(r"^ {2}([\w.-]+)!?(?: \(.*\))?$")


def go_mod(text: str) -> Iterator[Mention]:
    """Yield the modules that a go.mod requires itself, not those it needs for others (`// indirect`)."""
    for line in text.splitlines():
        match = _GO_LINE.match(line.strip())
        if match and "indirect" not in match[2] and "=>" not in line:
            path = _GO_VERSION.sub("", match[1])
            yield Mention(Kind.GO, path, path.casefold())


def gemfile(text: str) -> Iterator[Mention]:
    """Yield the gems that a Gemfile names."""
    return (Mention(Kind.RUBY, name, name.casefold()) for name in _GEM.findall(text))


def gemfile_lock(text: str) -> Iterator[Mention]:
    """Yield the gems that the Gemfile of a lock file names: its section DEPENDENCIES."""
    _, found, rest = text.partition("\nDEPENDENCIES\n")
    if not found:
        raise ValueError("it has no section DEPENDENCIES")
    for line in rest.splitlines():
        match = _GEM_LOCKED.match(line)
        if match is None:
            return
        yield Mention(Kind.RUBY, match[1], match[1].casefold())


def composer(text: str) -> Iterator[Mention]:
    """Yield the packages that a composer.json requires; the platform's own parts have no vendor."""
    root = json_table(text)
    for part in ("require", "require-dev"):
        for name in keys(root, part):
            if "/" in name:
                yield Mention(Kind.PHP, name, name.casefold())
