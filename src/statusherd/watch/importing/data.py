"""JSON and TOML that may be anything, as tables and lists that can be asked for."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any, TypeAlias

Table: TypeAlias = dict[str, Any]


def json_table(text: str) -> Table:
    """Return the object that `text` is; raise ValueError where it is none."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error.msg} in line {error.lineno}") from error
    if not isinstance(found, dict):
        raise ValueError("it is JSON, but no object")  # noqa: TRY004 - of the file, not of our call
    return found


def toml_table(text: str) -> Table:
    """Return the tables that `text` holds; raise ValueError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"it is no TOML: {error}") from error


def table(parent: Table, key: str) -> Table:
    """Return the table under `key`, an empty one where something else stands there."""
    found = parent.get(key)
    return found if isinstance(found, dict) else {}


def keys(parent: Table, key: str) -> Iterator[str]:
    """Yield the keys of the table under `key`."""
    return (str(each) for each in table(parent, key))


def texts(parent: Table, key: str) -> Iterator[str]:
    """Yield the texts of the list under `key`."""
    found = parent.get(key)
    return (each for each in found if isinstance(each, str)) if isinstance(found, list) else iter(())


def tables(parent: Table, key: str) -> Iterator[Table]:
    """Yield the tables of the list under `key`."""
    found = parent.get(key)
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())
