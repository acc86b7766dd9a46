"""The six cases of a format: hand-written documents that stand by name in tests/formats/fixtures/<format>/.

A case is one file, `<case>.<any ending>`, or a folder, `<case>/`, with the documents of one look. Beside them
`cases.toml` says at what instant they are read (`now`), what their addresses are (`[urls]`, by file or path in
the folder), what the format is told of the page (`[options]`), and which cases the format cannot tell and why
(`[cannot]`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from statusherd.watch.formats import Look
from statusherd.watch.reading.documents import Document

CASES = ("all_well", "incident_open", "maintenance_scheduled", "maintenance_running", "resolved", "malformed")
FIXTURES = Path(__file__).parent / "fixtures"
TABLE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
CONTENT_TYPES = {
    ".atom": "application/atom+xml",
    ".html": "text/html; charset=utf-8",
    ".js": "application/javascript",
    ".json": "application/json",
    ".rdf": "application/rdf+xml",
    ".rss": "application/rss+xml",
    ".xml": "application/xml",
}
KEYS = {"now", "urls", "options", "cannot"}


@dataclass(frozen=True)
class Fixtures:
    """The cases of one format."""

    folder: Path
    now: datetime
    urls: Mapping[str, str]
    options: Mapping[str, str]
    cannot: Mapping[str, str]

    @property
    def look(self) -> Look:
        return Look("acme", self.now, self.options)

    def places(self, case: str) -> list[Path]:
        """The file or the folder of a case; none where it is missing, several where it stands there twice."""
        return sorted(path for path in self.folder.iterdir() if path.name.partition(".")[0] == case)

    def documents(self, case: str) -> list[Document]:
        """The documents of a case in the order of their names; none where it is missing."""
        return [self._document(file) for place in self.places(case) for file in _files(place)]

    def _document(self, file: Path) -> Document:
        path = file.relative_to(self.folder).as_posix()
        url = self.urls.get(path) or self.urls.get(file.name) or f"https://status.acme.example/{file.name}"
        return Document(file.read_bytes(), url, CONTENT_TYPES.get(file.suffix, ""))

    def lost_urls(self) -> set[str]:
        """The keys of `[urls]` that name no file."""
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        names = {file.name for file in files} | {file.relative_to(self.folder).as_posix() for file in files}
        return self.urls.keys() - names


def fixtures_of(name: str) -> Fixtures:
    """Return the cases of the format called `name`; fails where it has no cases.toml, or a wrong one."""
    folder = FIXTURES / name.replace("-", "_")
    told = folder / "cases.toml"
    assert told.is_file(), f"{name} has no {told.relative_to(FIXTURES.parents[2])}"
    table = tomllib.loads(told.read_text())
    assert table.keys() <= KEYS, f"{name}: cases.toml has the unknown keys {sorted(table.keys() - KEYS)}"
    now = table.get("now")
    now = datetime.fromisoformat(now) if isinstance(now, str) else now
    assert isinstance(now, datetime), f"{name}: cases.toml must say at what instant it is read: now"
    assert now.tzinfo, f"{name}: now has no zone"
    options = dict(_flat(table.get("options", {})))
    return Fixtures(folder, now, table.get("urls", {}), options, table.get("cannot", {}))


def _files(place: Path) -> list[Path]:
    return sorted(file for file in place.rglob("*") if file.is_file()) if place.is_dir() else [place]


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def columns_of(name: str) -> dict[str, str]:
    """Return what docs/formats.md says of a format, by column; empty while it has no row there."""
    rows = [_cells(line) for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    told = {row[0].strip("`"): dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    return told.get(name, {})


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
