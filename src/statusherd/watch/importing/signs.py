"""Which vendor a piece of software talks to: package_signs.toml, beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from statusherd.watch.importing.mentions import Mention

_FILE: Final = Path(__file__).with_name("package_signs.toml")


@dataclass(frozen=True)
class Signs:
    """For each kind of software: its names and the vendor of the catalogue that each stands for.

    A name that ends with `*` stands for all that begin so; the longest that fits counts, an exact one first.
    """

    table: Mapping[str, Mapping[str, str]]

    def vendor_of(self, mention: Mention) -> str | None:
        """Return the name of the vendor that a mention speaks for, None where it speaks for none."""
        rows = self.table.get(mention.kind, {})
        if vendor := rows.get(mention.key):
            return vendor
        ends = range(len(mention.key), 0, -1)
        return next((vendor for end in ends if (vendor := rows.get(f"{mention.key[:end]}*"))), None)


@cache
def packaged_signs() -> Signs:
    """Return the signs that came with the program."""
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Signs({kind: {key.casefold(): name for key, name in rows.items()} for kind, rows in raw.items()})
