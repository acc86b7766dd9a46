"""Real payloads beside this checkout, each read to what a person found in it.

Every row of EXPECTED.jsonl whose format there is takes part; ../shared/captures/README.md tells how to read
a row. A format joins by being there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import MaintenancePhase, Status
from statusherd.watch.formats import Look, all_formats, format_named, format_names
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.times import parse_time

CAPTURES = Path(__file__).resolve().parents[2] / "../shared/captures"
CONTENT_TYPES = {
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".atom": "application/atom+xml",
    ".rss": "application/rss+xml",
    ".xml": "application/xml",
}
"""What a server would say; where the bytes themselves say another charset, that counts."""

pytestmark = [
    pytest.mark.captures,
    pytest.mark.skipif(
        not CAPTURES.is_dir(), reason="the captures of real status pages are not beside this checkout"
    ),
]


@dataclass(frozen=True)
class Row:
    """One main document with what it must read as."""

    folder: str
    expected: dict[str, Any]

    @property
    def format(self) -> str:
        return str(self.expected["format"]).removesuffix("-html")

    @property
    def settles(self) -> frozenset[str]:
        """The fields that the document settles: named, not null and not left open."""
        unchecked = self.expected.get("unchecked") or ()
        return frozenset(
            key for key, value in self.expected.items() if value is not None and key not in unchecked
        )

    def document(self) -> Document:
        return self._read(self.expected["file"])

    def documents(self) -> list[Document]:
        return [self.document(), *map(self._read, self.expected.get("with") or ())]

    def _read(self, name: str) -> Document:
        path = CAPTURES / self.folder / name
        return Document(
            path.read_bytes(), f"https://status.example.com/{name}", CONTENT_TYPES.get(path.suffix, "")
        )

    def snapshot(self) -> Snapshot:
        now = parse_time(self.expected["now"])
        assert now is not None
        return format_named(self.format).parse(self.documents(), Look("vendor", now))


def rows() -> Iterator[Any]:
    for path in sorted(CAPTURES.glob("*/EXPECTED.jsonl")):
        for line in path.read_text().splitlines():
            row = Row(path.parent.name, json.loads(line))
            if row.expected["sure"] and row.expected["format"] and row.format in format_names():
                yield pytest.param(row, id=f"{row.folder}/{row.expected['file']}")


ROWS = list(rows()) or [pytest.param(None, id="none")]


def to_the_second(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(microsecond=0)


def found(snapshot: Snapshot) -> dict[str, Any]:
    """What a Snapshot says in the words of EXPECTED.jsonl."""
    ongoing = snapshot.open_incidents
    phases = Counter(window.phase for window in snapshot.maintenances)
    return {
        "page_status": snapshot.page_status,
        "status": snapshot.status,
        "components": len(snapshot.components),
        "component_status_counts": Counter(str(c.status) for c in snapshot.components),
        "open_incidents": len(ongoing),
        "resolved_incidents": len(snapshot.incidents) - len(ongoing),
        "incident_ids_open": sorted(str(i.id) for i in ongoing),
        "title_open": sorted(i.title for i in ongoing),
        "impacts_open": sorted(i.impact for i in ongoing),
        "phases_open": sorted(i.phase for i in ongoing),
        "earliest_started_at_open": to_the_second(
            min((i.started_at for i in ongoing if i.started_at), default=None)
        ),
        "maintenances_in_progress": phases[MaintenancePhase.IN_PROGRESS],
        "maintenances_scheduled": phases[MaintenancePhase.SCHEDULED],
    }


def wanted(row: Row, key: str) -> Any:
    value = row.expected[key]
    if key == "earliest_started_at_open":
        return to_the_second(parse_time(value))
    if key == "title_open":
        return sorted([value] if isinstance(value, str) else value)
    return sorted(map(str, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("row", ROWS)
def test_a_capture_reads_as_expected(row: Row):
    if row.expected["error"]:
        with pytest.raises(LookError, match=r"\w"):
            row.snapshot()
        return
    says = found(row.snapshot())
    settled = {key: wanted(row, key) for key in says if key in row.settles}
    assert {key: says[key] for key in settled} == settled
    for key in row.settles:
        base = key.removesuffix("_in")
        if key.endswith("_in") and base in says:
            assert says[base] in row.expected[key], base
    if row.expected.get("page_status_absent"):
        assert says["page_status"] is None


@pytest.mark.parametrize("row", ROWS)
def test_a_capture_is_recognised_by_its_shape(row: Row):
    if row.expected["error"]:
        return
    document = row.document()
    taken = {form.NAME: form.recognise(document) for form in all_formats()}
    certainty = {name: recognition.certainty for name, recognition in taken.items() if recognition}
    surest = [name for name, value in certainty.items() if value == max(certainty.values())]
    assert surest == [row.format], certainty


def test_every_row_is_judged_for_what_this_test_knows():
    """A new kind of field in EXPECTED.jsonl must not go unread."""
    says = found(Snapshot("", "", datetime.now(UTC), None, Status.UNKNOWN))
    known = {
        *says,
        *(f"{key}_in" for key in says),
        *("file", "with", "format", "format_alt", "document", "now", "error", "sure", "unchecked", "why"),
        *("soft", "page_status_absent", "wrap_as"),
    }
    assert {key for row in ROWS for key in row.values[0].expected} <= known


def found_in_json(said: dict[str, Any]) -> dict[str, Any]:
    """What `inspect --json` says in the words of EXPECTED.jsonl."""
    ongoing = [incident for incident in said["incidents"] if incident["phase"] != "resolved"]
    phases = Counter(window["phase"] for window in said["maintenances"])
    return {
        "page_status": said["page_status"],
        "status": said["status"],
        "components": len(said["components"]),
        "component_status_counts": Counter(component["status"] for component in said["components"]),
        "open_incidents": len(ongoing),
        "resolved_incidents": len(said["incidents"]) - len(ongoing),
        "incident_ids_open": sorted(incident["id"] for incident in ongoing),
        "title_open": sorted(incident["title"] for incident in ongoing),
        "impacts_open": sorted(incident["impact"] for incident in ongoing),
        "phases_open": sorted(incident["phase"] for incident in ongoing),
        "earliest_started_at_open": to_the_second(
            min((parse_time(i["started_at"]) for i in ongoing if i["started_at"]), default=None)
        ),
        "maintenances_in_progress": phases["in_progress"],
        "maintenances_scheduled": phases["scheduled"],
    }


@pytest.mark.parametrize("row", ROWS)
def test_inspect_tells_of_a_capture_what_is_expected(row: Row):
    files = [
        str(CAPTURES / row.folder / name)
        for name in (row.expected["file"], *(row.expected.get("with") or ()))
    ]
    further = [word for name in files[1:] for word in ("--with", name)]
    ran = CliRunner().invoke(cli, ["inspect", files[0], *further, "--json", "--now", row.expected["now"]])
    said = json.loads(ran.stdout)
    if row.expected["error"]:
        assert (ran.exit_code, bool(said["error"]["message"])) == (1, True)
        return
    assert (ran.exit_code, said["format"]) == (0, row.format)
    says = found_in_json(said)
    settled = {key: wanted(row, key) for key in says if key in row.settles}
    assert {key: says[key] for key in settled} == settled
