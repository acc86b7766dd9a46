"""Whatever comes in the place of a hosted page's document: a Snapshot or a LookError, never a false "operational"."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Status
from statusherd.watch.formats import Look, format_named
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).resolve().parents[1] / "formats" / "fixtures"


def load(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


DOCUMENTS = [
    ("statuspal", load("statuspal/all_well.json")),
    ("statuspal", load("statuspal/incident_open.json")),
    ("statuspal", load("statuspal/maintenance_running.json")),
    ("statusiq", load("statusiq/summary.json")),
    ("statuscast", load("statuscast/status.json")),
    ("statuscast", load("statuscast/components.json")),
    ("statuscast", load("statuscast/incidents.json")),
    ("uptimerobot", load("uptimerobot/incident_open.json")),
    ("uptimerobot", load("uptimerobot/list_of_2026.json")),
    ("uptimerobot", load("uptimerobot/event_feed.json")),
]
PAGES = [
    ("statusiq", (FIXTURES / "statusiq/outage.rss").read_bytes()),
    ("statuscast", (FIXTURES / "statuscast/incident_open.html").read_bytes()),
]
NAMES = sorted({name for name, _ in DOCUMENTS})
LOOK = Look("hostile", datetime(2026, 5, 4, 9, 0, tzinfo=UTC))
HOSTILE: list[Any] = [
    None, True, -1, 10**400, float("nan"), "", "\x00\ud800", "9" * 400, "2026-02-30T25:61:61", "http://[",
    "<b>x", "<script>" * 50, [], {}, [[]], [{}], [None, 1, "a"], [{"id": "a"}, {"id": "a"}], {"id": {"id": []}},
]  # fmt: skip
quick = settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
values = st.recursive(
    st.sampled_from(HOSTILE) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(root: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = root.items() if isinstance(root, dict) else enumerate(root) if isinstance(root, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def replaced(root: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(root) if isinstance(root, dict) else list(root)
    copy[path[0]] = replaced(root[path[0]], path[1:], value)
    return copy


def try_to_read(name: str, body: bytes) -> Snapshot | None:
    form = format_named(name)
    document = Document(body, "https://status.hostile.example/")
    form.recognise(document)
    try:
        snapshot = form.parse([document], LOOK)
    except LookError:
        return None
    ids = [
        *(component.id for component in snapshot.components),
        *(incident.id for incident in snapshot.incidents),
        *(maintenance.id for maintenance in snapshot.maintenances),
    ]
    assert all(ids)
    "".join(ids).encode()
    return snapshot


@pytest.mark.parametrize("name", NAMES)
@quick
@given(
    body=st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | values.map(lambda value: json.dumps(value).encode())
)
def test_what_is_no_document_of_the_format_is_never_operational(name: str, body: bytes) -> None:
    snapshot = try_to_read(name, body)
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(name: str, root: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(root))))
    try_to_read(name, json.dumps(replaced(root, path, data.draw(values))).encode())


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
def test_every_hostile_value_in_every_place_is_read_or_refused(name: str, root: Any) -> None:
    for number, value in enumerate(HOSTILE):
        for path in list(places(root))[number % 3 :: 3]:
            try_to_read(name, json.dumps(replaced(root, path, value)).encode())


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
def test_a_document_that_breaks_off_anywhere_is_refused(name: str, root: Any) -> None:
    whole = json.dumps(root).encode()
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 60)):
        assert try_to_read(name, whole[:cut]) is None


@pytest.mark.parametrize(("name", "whole"), PAGES)
def test_a_page_that_breaks_off_anywhere_is_refused(name: str, whole: bytes) -> None:
    for cut in range(0, len(whole) - 12, max(1, len(whole) // 60)):
        assert try_to_read(name, whole[:cut]) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"data":' * 50_000,
        b"<rss><channel>" + b"<item>" * 50_000,
        b"<!DOCTYPE html>" + b"<div>" * 50_000,
    ],
    ids=range(4),
)
def test_deep_bodies_are_refused(name: str, body: bytes) -> None:
    assert try_to_read(name, body) is None


def test_services_nested_without_end_are_read_or_refused() -> None:
    tree = '{"id":1,"name":"a","children":[' * 400 + "]}" * 400
    body = f'{{"services":[{tree}],"status_page":{{"current_incident_type":null}}}}'
    try_to_read("statuspal", body.encode())


BOMBS = {
    "items": '<div class="incident-body incident-type-a incident-status-inprogress">' * 25_000,
    "open items": '<div class="incident-body ' * 70_000,
    "one item": '<div class="incident-body incident-status-inprogress">'
    + "<i class=component-degraded>" * 60_000,
    "headings": '<h1 class="sc-hero__title"' * 70_000,
    "posts": '<div class="incident-body ">' + '<div class="incident-update-when">1</div>' * 45_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_two_megabytes_of_hostile_page_are_read_in_time(name: str) -> None:
    head = "<!DOCTYPE html><title>x powered by StatusCast</title><div class=widget-incidentlist>"
    began = time.perf_counter()
    try_to_read("statuscast", f"{head}{BOMBS[name]}</html>".encode())
    assert time.perf_counter() - began < 3
