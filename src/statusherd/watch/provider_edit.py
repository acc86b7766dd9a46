"""A provider file with other facts in it: the lines in question change, all else stays as it was. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Final

_UNVERIFIED: Final = re.compile(r"^([ \t]*)unverified([ \t]*=[ \t]*)true", re.MULTILINE)


def with_facts(text: str, month: str, facts: Mapping[str, str]) -> str:
    """Return the file `text` as seen to answer in `month` ("2026-09"), with `facts` by their keys.

    A line that says `unverified` gives its place to the month. Raise ValueError where that would lose
    something, or the file is no TOML.
    """
    import tomlkit  # noqa: PLC0415 - takes a while to load

    new = {**facts, "verified": month}
    before = tomllib.loads(text)
    if "unverified" in before:
        text = _UNVERIFIED.sub(rf'\1verified\2"{month}"', text, count=1)
    document = tomlkit.parse(text)
    for key, value in new.items():
        if document.get(key) != value:
            document[key] = value
    written = tomlkit.dumps(document)
    kept = {key: value for key, value in before.items() if key != "unverified"}
    if tomllib.loads(written) != kept | new:
        raise ValueError("it cannot be changed without losing something")
    return written
