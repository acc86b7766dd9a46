"""What a JavaScript project needs: package.json and package-lock.json (versions 1 to 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statusherd.watch.importing.data import Table, json_table, keys, table
from statusherd.watch.importing.mentions import Kind, Mention

_PARTS: Final = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def package_json(text: str) -> Iterator[Mention]:
    """Yield what a package.json asks for."""
    return _direct(json_table(text))


def package_lock(text: str) -> Iterator[Mention]:
    """Yield what the project itself asks for; the whole tree where the file does not tell (version 1)."""
    lock = json_table(text)
    root = table(table(lock, "packages"), "")
    return _direct(root or lock)


def _direct(project: Table) -> Iterator[Mention]:
    for part in _PARTS:
        for name in keys(project, part):
            yield Mention(Kind.NODE, name, name.casefold())
