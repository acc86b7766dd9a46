"""Upptime: the summary in the repository's history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Status
from statusherd.watch.formats import Look, upptime
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "upptime"
RAW = "https://raw.githubusercontent.com/acme"


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"{RAW}/upptime/master/history/summary.json")


def read(*documents: Document) -> Snapshot:
    return upptime.parse(documents, Look("acme", datetime(2026, 5, 4, 8, 30, tzinfo=UTC)))


def test_site_is_a_component_with_its_own_state() -> None:
    snapshot = read(fixture("summary_mixed.json"))
    assert [(c.id, c.name, c.status) for c in snapshot.components] == [
        ("shop", "Shop", Status.OPERATIONAL),
        ("intranet", "Intranet", Status.DEGRADED),
        ("mail-calendar", "Mail & Calendar", Status.MAJOR_OUTAGE),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.MAJOR_OUTAGE)


def test_summary_speaks_for_components_alone() -> None:
    snapshot = read(fixture("all_well.json"))
    assert snapshot.status is Status.OPERATIONAL
    assert snapshot.coverage == Coverage(components=True)


def test_unknown_word_is_unknown_and_warned_of() -> None:
    body = (FIXTURES / "all_well.json").read_bytes().replace(b'"up"', b'"paused"')
    snapshot = read(Document(body))
    assert (snapshot.status, snapshot.components[0].status) == (Status.UNKNOWN, Status.UNKNOWN)
    assert "paused" in snapshot.warnings[0]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        "404: Not Found",
        "<!doctype html><title>Acme</title>",
        '{"slug": "shop", "status": "up"}',
        '[{"name": "Shop", "slug": 5, "status": "up", "uptime": "1%", "time": 1}]',
        (FIXTURES / "malformed.json").read_text(),
        (FIXTURES / "summary_mixed.json").read_text()[:200],
    ],
)
def test_what_is_no_summary_is_refused(body: str) -> None:
    document = Document(body.encode())
    with pytest.raises(LookError):
        read(document)
    assert upptime.recognise(document) is None


@pytest.mark.parametrize(
    ("address", "summary"),
    [
        ("https://github.com/acme/uptime", f"{RAW}/uptime/HEAD/history/summary.json"),
        ("https://github.com/acme/upptime.git", f"{RAW}/upptime/HEAD/history/summary.json"),
        ("https://github.com/acme/upptime/tree/main", f"{RAW}/upptime/main/history/summary.json"),
        ("https://acme.github.io/upptime/", f"{RAW}/upptime/HEAD/history/summary.json"),
        ("https://acme.github.io/", f"{RAW}/acme.github.io/HEAD/history/summary.json"),
        (f"{RAW}/uptime/main/history/summary.json", f"{RAW}/uptime/main/history/summary.json"),
        ("https://status.acme.example/copy/", "https://status.acme.example/copy/history/summary.json"),
    ],
)
def test_endpoint_is_the_summary_of_the_repository(address: str, summary: str) -> None:
    assert upptime.endpoints(address).look == (summary,)
