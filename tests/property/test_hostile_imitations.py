"""Whatever comes in the place of a document of Sorry, StatusHub, OpenStatus or Rootly: a Snapshot or a LookError."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
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
LOOK = Look("hostile", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
FILES = [
    "sorry/incident_open/status.json",
    "sorry/incident_open/components.json",
    "sorry/incident_open/present.json",
    "sorry/maintenance_scheduled/future.json",
    "statushub/two_down.json",
    "openstatus/incident_open.json",
    "openstatus/maintenance_running.json",
    "rootly/incident_open.json",
    "rootly/incidents_with_ids.json",
]
NAMES = sorted({file.partition("/")[0] for file in FILES})
HOSTILE: list[Any] = [
    None, True, -1, 10**400, float("nan"), "", "\x00\ud800", "9" * 400, "2026-02-30T25:61:61", "http://[",
    "<b>x", "<script>" * 50, "https://a.example/\x00", "\u202eevil\x1b[2J", [], {}, [[]], [{}], [None, 1, "a"],
    [{"id": "a"}, {"id": "a"}], {"id": {"id": []}}, {"next_page": True},
]  # fmt: skip
quick = settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
values = st.recursive(
    st.sampled_from(HOSTILE) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def load(file: str) -> Any:
    return json.loads((FIXTURES / file).read_text())


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


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from texts(getattr(value, part.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)


def try_to_read(name: str, *bodies: bytes) -> Snapshot | None:
    """Read the bodies of one look; a LookError is an answer, any other exception fails the test."""
    form = format_named(name)
    documents = [Document(body, "https://status.hostile.example/") for body in bodies]
    for document in documents:
        form.recognise(document)
    try:
        snapshot = form.parse(documents, LOOK)
    except LookError:
        return None
    for text in texts(snapshot):
        text.encode()
        assert "\x00" not in text
    for rows in (snapshot.components, snapshot.incidents, snapshot.maintenances):
        ids = [row.id for row in rows]
        assert all(ids)
        assert len(set(ids)) == len(ids)
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


@pytest.mark.parametrize("file", FILES)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(file: str, data: st.DataObject) -> None:
    root = load(file)
    path = data.draw(st.sampled_from(list(places(root))))
    body = json.dumps(replaced(root, path, data.draw(values))).encode()
    try_to_read(file.partition("/")[0], body)


@pytest.mark.parametrize("file", FILES)
def test_every_hostile_value_in_every_place_is_read_or_refused(file: str) -> None:
    root = load(file)
    for number, value in enumerate(HOSTILE):
        for path in list(places(root))[number % 3 :: 3]:
            try_to_read(file.partition("/")[0], json.dumps(replaced(root, path, value)).encode())


@pytest.mark.parametrize("file", FILES)
def test_a_document_that_breaks_off_anywhere_is_refused(file: str) -> None:
    whole = json.dumps(load(file)).encode()
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 60)):
        assert try_to_read(file.partition("/")[0], whole[:cut]) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"page":' * 50_000,
        b'{"page":{"url":"a","state":"' + b"\xff" * 100_000,
        b"<!DOCTYPE html>" + b"<div>" * 50_000,
    ],
    ids=range(4),
)
def test_deep_bodies_are_refused(name: str, body: bytes) -> None:
    assert try_to_read(name, body) is None


def many_components() -> bytes:
    rows = [{"id": n, "name": "x", "state": "operational", "parent_id": n - 1} for n in range(30_000)]
    return json.dumps({"components": rows}).encode()


def many_notices() -> bytes:
    notice = {"type": "unplanned", "state": "open", "components": [{"id": n} for n in range(50)]}
    rows = [notice | {"id": n, "began_at": f"the {n % 9}th of March 26, 8pm"} for n in range(3_000)]
    return json.dumps({"notices": rows}).encode()


def many_names() -> bytes:
    rows = [{"name": name, "status": "operational"} for n in range(20_000) for name in ("A", f"A ({n})")]
    return json.dumps(load("openstatus/all_well.json") | {"components": rows}).encode()


def many_posts() -> bytes:
    posts = [{"status": "odd", "body": "x", "created_at": "2026-03-02T11:00:00Z"} for _ in range(30_000)]
    rows = [{"name": "x", "status": "started", "incident_updates": posts}]
    return json.dumps(load("rootly/all_well.json") | {"incidents": rows}).encode()


def many_counters() -> bytes:
    counters = {f"count_status_{n}": 1 for n in range(1, 100_000)}
    return json.dumps({"counters": counters}).encode()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("sorry", many_components()),
        ("sorry", many_notices()),
        ("openstatus", many_names()),
        ("rootly", many_posts()),
        ("statushub", many_counters()),
    ],
    ids=["components", "notices", "names", "posts", "counters"],
)
def test_megabytes_of_rows_are_read_in_time(name: str, body: bytes) -> None:
    began = time.perf_counter()
    assert try_to_read(name, body) is not None
    assert time.perf_counter() - began < 5
