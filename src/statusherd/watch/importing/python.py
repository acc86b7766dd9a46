"""What a Python project needs: requirement files, pyproject.toml (PEP 621, PEP 735, Poetry), poetry.lock.

Names are compared as PEP 503 has it. A lock file that lists [[package]] does not tell what the project
itself asked for, so all of it is mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from statusherd.watch.importing.data import Table, keys, table, tables, texts, toml_table
from statusherd.watch.importing.lists import lines
from statusherd.watch.importing.mentions import Kind, Mention

_NAME: Final = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9])?)(?=$|[\s\[;@=<>!~,(])")


def requirements(text: str) -> Iterator[Mention]:
    """Yield what a requirements file names; options and addresses in it are left aside."""
    return _named(lines(text))


def pyproject(text: str) -> Iterator[Mention]:
    """Yield what a pyproject.toml asks for, its extras and groups included."""
    root = toml_table(text)
    project = table(root, "project")
    yield from _named(texts(project, "dependencies"))
    for optional in (table(project, "optional-dependencies"), table(root, "dependency-groups")):
        for group in optional:
            yield from _named(texts(optional, group))
    yield from _named(_of_poetry(table(table(root, "tool"), "poetry")))


def lock(text: str) -> Iterator[Mention]:
    """Yield the packages of a poetry.lock, or another lock file that lists [[package]]."""
    found = (package.get("name") for package in tables(toml_table(text), "package"))
    return _named(name for name in found if isinstance(name, str))


def _of_poetry(poetry: Table) -> Iterator[str]:
    groups = table(poetry, "group")
    places = [poetry, *(table(groups, name) for name in groups)]
    names = (name for place in places for part in _PARTS for name in keys(place, part))
    return (name for name in names if name != "python")


_PARTS: Final = ("dependencies", "dev-dependencies")


def _named(wanted: Iterator[str]) -> Iterator[Mention]:
    for each in wanted:
        if match := _NAME.match(each.strip()):
            yield Mention(Kind.PYTHON, match[1], re.sub(r"[-_.]+", "-", match[1]).lower())
