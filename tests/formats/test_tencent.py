"""Tencent Cloud: the products of a region."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, Status
from statusherd.watch.formats import Look, tencent
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parent / "fixtures" / "tencent"


def fixture(name: str) -> Document:
    return Document((FIXTURES / f"{name}.json").read_bytes())


def read(*documents: Document) -> Snapshot:
    return tencent.parse(documents, Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC)))


def changed(change: Callable[[Any], object]) -> Document:
    root = json.loads(fixture("all_well").body)
    change(root["Response"])
    return Document(json.dumps(root).encode())


def test_normal_products_are_operational() -> None:
    snapshot = read(fixture("all_well"))
    assert [(c.id, c.name, c.group, c.region) for c in snapshot.components] == [
        ("one", "模型一", "模型", None),
        ("two", "模型二", "模型", None),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.OPERATIONAL, Status.OPERATIONAL)


def test_states_of_products_and_the_counts_of_the_summary() -> None:
    snapshot = read(fixture("incident_open"))
    assert [(c.id, c.region, c.status) for c in snapshot.components] == [
        ("ap-seoul/cvm", "ap-seoul", Status.MAJOR_OUTAGE),
        ("ap-seoul/cbs", "ap-seoul", Status.DEGRADED),
        ("ap-seoul/tke", "ap-seoul", Status.DEGRADED),
        ("clb", None, Status.OPERATIONAL),
    ]
    assert (snapshot.page_status, snapshot.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)


def test_products_that_tell_of_an_event_are_incidents() -> None:
    first, second = read(fixture("incident_open")).incidents
    assert (first.title, first.impact, first.component_ids) == (
        "Servers are away",
        Impact.CRITICAL,
        ("ap-seoul/cvm",),
    )
    assert (second.id, second.title, second.impact) == ("77", "Disks are slow", Impact.MINOR)
    assert second.started_at == datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
    assert [update.text for update in second.updates] == ["We look."]
    assert second.regions == ("ap-seoul",)


def test_an_event_under_several_products_is_one() -> None:
    root = json.loads(fixture("incident_open").body)
    products = root["Response"]["Data"]["CategoryList"][0]["ProductList"]
    products[0]["CurrentEvent"] = products[2]["CurrentEvent"] = products[1]["CurrentEvent"]
    (incident,) = read(Document(json.dumps(root).encode())).incidents
    assert incident.impact is Impact.CRITICAL
    assert incident.component_ids == ("ap-seoul/cvm", "ap-seoul/cbs", "ap-seoul/tke")


def test_a_time_without_a_zone_is_not_guessed() -> None:
    root = json.loads(fixture("incident_open").body)
    event = root["Response"]["Data"]["CategoryList"][0]["ProductList"][1]["CurrentEvent"]
    event["StartTime"] = "2026-03-05 00:30:00"
    assert read(Document(json.dumps(root).encode())).incidents[1].started_at is None


def test_ids_stay_between_looks() -> None:
    assert read(fixture("incident_open")).incidents == read(fixture("incident_open")).incidents


def test_unknown_status_is_told_and_not_well() -> None:
    def puzzle(response: Any) -> None:
        response["Data"].pop("Summary")
        for product in response["Data"]["CategoryList"][0]["ProductList"]:
            product["CurrentStatus"] = "PUZZLING"

    snapshot = read(changed(puzzle))
    assert (snapshot.page_status, snapshot.status) == (None, Status.UNKNOWN)
    assert snapshot.warnings


@pytest.mark.parametrize(
    "change",
    [
        lambda response: response["Data"].update(CategoryList=[]),
        lambda response: response["Data"].update(CategoryList=None),
        lambda response: response.update(Error={"Code": "InternalError"}),
        lambda response: response["Data"]["CategoryList"][0]["ProductList"][0].pop("CurrentStatus"),
    ],
)
def test_an_answer_without_products_or_with_an_error_is_refused(change: Callable[[Any], object]) -> None:
    with pytest.raises(LookError):
        read(changed(change))


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", '{"Response": {"Data": {}}}', '{"Response": null}', "<html></html>"]
)
def test_what_is_not_tencents_is_refused(body: str) -> None:
    with pytest.raises(LookError):
        read(Document(body.encode()))
    assert tencent.recognise(Document(body.encode())) is None


def test_a_document_that_was_cut_off_is_refused() -> None:
    with pytest.raises(LookError):
        read(fixture("malformed"))


def test_endpoint_is_what_belongs_to_no_region_unless_the_address_asks() -> None:
    path = "https://status.acme.example/v1/api/status/DescribeProductEventForRegionInPeriod?RegionId="
    assert tencent.endpoints("https://status.acme.example").look == (f"{path}non-regional",)
    assert tencent.endpoints(f"{path}ap-seoul").look == (f"{path}ap-seoul",)
