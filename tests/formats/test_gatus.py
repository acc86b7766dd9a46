"""Gatus: the statuses of its endpoints."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Coverage, Snapshot
from statusherd.model.words import Status
from statusherd.watch.formats import Look, gatus
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "gatus"
NOW = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


def fixture(name: str) -> Document:
    return Document((FIXTURES / name).read_bytes(), f"https://gatus.acme.example/{name}")


def read(*documents: Document, now: datetime = NOW) -> Snapshot:
    return gatus.parse(documents, Look("acme", now))


def changed(change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture("statuses_mixed.json").body)
    change(root)
    return Document(json.dumps(root).encode())


def test_endpoint_is_as_its_newest_result() -> None:
    snapshot = read(fixture("statuses_mixed.json"))
    assert [(c.id, c.name, c.group, c.status) for c in snapshot.components] == [
        ("core_shop", "shop", "core", Status.MAJOR_OUTAGE),
        ("_mail", "mail", None, Status.OPERATIONAL),
        ("core_new", "new", "core", Status.UNKNOWN),
    ]
    assert (snapshot.page_status, snapshot.status) == (None, Status.MAJOR_OUTAGE)


def test_checks_speak_for_components_alone() -> None:
    snapshot = read(fixture("all_well.json"))
    assert (snapshot.status, snapshot.warnings) == (Status.OPERATIONAL, ())
    assert snapshot.coverage == Coverage(components=True)


def test_newest_result_is_told_by_its_time_wherever_it_stands() -> None:
    document = changed(lambda root: root[0]["results"].reverse())
    assert read(document).components[0].status is Status.MAJOR_OUTAGE


def test_last_result_counts_where_none_has_a_time() -> None:
    def forget_times(root: Any) -> None:
        for result in root[0]["results"]:
            result["timestamp"] = "0001-01-01T00:00:00Z"

    assert read(changed(forget_times)).components[0].status is Status.MAJOR_OUTAGE


def test_endpoint_without_results_is_unknown_and_raises_nothing() -> None:
    snapshot = read(changed(lambda root: root.__delitem__(slice(0, 2))))
    assert (snapshot.status, [c.status for c in snapshot.components]) == (Status.UNKNOWN, [Status.UNKNOWN])
    assert snapshot.warnings == ("core_new has no result yet",)


def test_results_of_null_are_no_results() -> None:
    snapshot = read(changed(lambda root: root[1].update(results=None)))
    assert snapshot.components[1].status is Status.UNKNOWN


def test_endpoint_that_is_no_longer_checked_is_warned_of() -> None:
    snapshot = read(fixture("all_well.json"), now=datetime(2026, 5, 6, tzinfo=UTC))
    assert snapshot.warnings[0] == "core_shop has not been checked since 2026-05-04 08:29 UTC"


def test_result_without_a_verdict_is_unknown() -> None:
    snapshot = read(changed(lambda root: root[1]["results"][1].update(success="yes")))
    assert snapshot.components[1].status is Status.UNKNOWN


def test_single_endpoint_and_further_lists_of_one_look_are_merged() -> None:
    single = Document(b'{"name": "nightly", "key": "suites_nightly", "results": [{"success": true}]}')
    snapshot = read(fixture("all_well.json"), single)
    assert [c.id for c in snapshot.components] == ["core_shop", "_mail", "suites_nightly"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"results": []}',
        '[{"name": "shop", "results": []}]',
        '[{"key": "shop", "results": {}}]',
        '[{"key": "shop", "results": []}, null]',
        "<!doctype html><title>Health Dashboard | Gatus</title>",
        '{"error": "not found"}',
        (FIXTURES / "malformed.json").read_text(),
    ],
)
def test_what_is_no_list_of_endpoints_is_refused(body: str) -> None:
    document = Document(body.encode())
    with pytest.raises(LookError):
        read(document)
    assert gatus.recognise(document) is None


def test_list_without_any_result_is_recognised_with_less_certainty() -> None:
    sure = gatus.recognise(fixture("statuses_mixed.json"))
    unsure = gatus.recognise(Document(b'[{"key": "shop", "results": []}]'))
    assert sure is not None
    assert unsure is not None
    assert sure.certainty > 90 > unsure.certainty


@pytest.mark.parametrize(
    "address",
    ["https://gatus.acme.example", "https://gatus.acme.example/api/v1/endpoints/statuses?page=1"],
)
def test_endpoint_is_the_apis_list(address: str) -> None:
    assert gatus.endpoints(address).look == ("https://gatus.acme.example/api/v1/endpoints/statuses",)
