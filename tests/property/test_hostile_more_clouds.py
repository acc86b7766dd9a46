"""Whatever comes in the place of a document of Azure DevOps, Oracle, IBM, Volcengine, Graph or Azure's page."""

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
from statusherd.watch.formats import Format, Look, format_named
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).resolve().parents[1] / "formats" / "fixtures"
LOOK = Look("hostile", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
NAMES = ("azure", "azure-devops", "oracle", "ibm", "volcengine", "m365-graph")
FORMATS = [format_named(name) for name in NAMES]
QUICK_ENOUGH = 20.0
"""Seconds for a body of some megabytes on a slow machine: what is quadratic takes minutes."""
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

JSON_DOCUMENTS = [
    ("azure-devops", "azure_devops/incident_open.json"),
    ("oracle", "oracle/incident_open/components_v2.json"),
    ("oracle", "oracle/incident_open/status.json"),
    ("m365-graph", "m365_graph/incident_open/overviews.json"),
    ("m365-graph", "m365_graph/incident_open/issues.json"),
    ("m365-graph", "m365_graph/resolved/expanded.json"),
]
MARKUP = [
    ("azure", "azure/grid.html"),
    ("azure", "azure/grid_of_drawings.html"),
    ("azure-devops", "azure_devops/page.html"),
    ("oracle", "oracle/incident_open/incident-summary.rss"),
    ("ibm", "ibm/incident_open.rss"),
    ("ibm", "ibm/maintenance_running.rss"),
    ("volcengine", "volcengine/incident_open.rss"),
]
HOSTILE: list[Any] = [
    "\ud800 lone",
    "\x00nul",
    "\u202eevil\u2066\x1b[2J",
    "<script>alert(1)</script>" * 10,
    "&#x110000;&#0;" * 10,
    "http://[",
    "a-" * 5_000,
    "9" * 400,
    "2026-02-30T25:61:61Z",
    "0001-01-01T00:00:00+23:59",
    10**400,
    -(2**63),
    float("nan"),
    float("inf"),
    True,
    None,
    "",
    {},
    [],
    [[]],
    {"id": {"id": []}},
    [{"id": "a"}, {"id": "a"}],
]
values = st.one_of(
    st.sampled_from(HOSTILE),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
)


def body_of(file: str) -> bytes:
    return (FIXTURES / file).read_bytes()


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


def try_to_read(form: Format, body: bytes) -> Snapshot | None:
    """Read `body`; a LookError is an answer, any other exception fails the test."""
    document = Document(body, "https://status.hostile.example/")
    form.recognise(document)
    try:
        snapshot = form.parse([document], LOOK)
    except LookError:
        return None
    for text in texts(snapshot):
        text.encode()
        assert "\x00" not in text
    for rows in (snapshot.components, snapshot.incidents, snapshot.maintenances):
        assert all(row.id for row in rows)
        assert len({row.id for row in rows}) == len(rows)
    return snapshot


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@quick
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_refused(form: Format, body: bytes) -> None:
    assert try_to_read(form, body) is None


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@quick
@given(value=values)
def test_random_json_is_never_operational(form: Format, value: Any) -> None:
    snapshot = try_to_read(form, json.dumps(value).encode())
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize(("name", "file"), JSON_DOCUMENTS)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(name: str, file: str, data: st.DataObject) -> None:
    root = json.loads(body_of(file))
    path = data.draw(st.sampled_from(list(places(root))))
    try_to_read(format_named(name), json.dumps(replaced(root, path, data.draw(values))).encode())


@pytest.mark.parametrize(("name", "file"), JSON_DOCUMENTS)
def test_every_hostile_value_in_every_place_is_read_or_refused(name: str, file: str) -> None:
    root = json.loads(body_of(file))
    for value in HOSTILE:
        for path in places(root):
            try_to_read(format_named(name), json.dumps(replaced(root, path, value)).encode())


@pytest.mark.parametrize(("name", "file"), [*JSON_DOCUMENTS, *MARKUP])
def test_a_document_that_breaks_off_is_refused(name: str, file: str) -> None:
    whole = body_of(file).rstrip()
    # What stands behind the data of a page of Azure DevOps is not needed.
    end = whole.find(b"</script>") if file.endswith("page.html") else len(whole) - 8
    for cut in range(0, end, max(1, end // 60)):
        assert try_to_read(format_named(name), whole[:cut]) is None


@pytest.mark.parametrize(("name", "file"), MARKUP)
@quick
@given(data=st.data())
def test_markup_with_any_piece_replaced_is_read_or_refused(name: str, file: str, data: st.DataObject) -> None:
    whole = body_of(file)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    piece = data.draw(st.binary(max_size=20) | st.text(max_size=20).map(str.encode))
    try_to_read(format_named(name), whole[:start] + piece + whole[end:])


ITEM = b"<item><title>a | b | c</title><description>Type: incident %s</description></item>"


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"value":' * 100_000,
        b"<!DOCTYPE html>" + b"<div>" * 100_000,
        b'<!DOCTYPE html><script id="dataProviders">' * 50_000,
        b'<!DOCTYPE html> ms.vss-status-web.public-status-data-provider <script id="' * 30_000,
        b"<!DOCTYPE html>status-table data-label"
        + b"<table data-zone-name=a><tr><th>x<th>y" * 60_000
        + b"</html>",
        b"<rss><channel><title>IBM Cloud</title>" + ITEM % (b"Type: " * 400) * 1_000 + b"</channel></rss>",
        b"<rss><channel><title>IBM Cloud</title>" + ITEM % (b" " * 60) * 20_000 + b"</channel></rss>",
        b"<rss><channel><title>" + b"(" * 3_000 + b"</title><link>//ocistatus.</link></channel></rss>",
        "<rss><channel><title>a(b)服务状态</title>".encode() + ITEM % b"" * 20_000 + b"</channel></rss>",
        b"<rss><channel><link>//ocistatus.x</link>"
        + ITEM % (b"Mar 02 10:00" * 99) * 3_000
        + b"</channel></rss>",
    ],
    ids=range(11),
)
def test_deep_and_huge_bodies_are_quick(form: Format, body: bytes) -> None:
    started = time.monotonic()
    try_to_read(form, body)
    assert time.monotonic() - started < QUICK_ENOUGH


@pytest.mark.parametrize(("name", "file"), JSON_DOCUMENTS)
def test_a_text_of_a_megabyte_is_cut(name: str, file: str) -> None:
    root = json.loads(body_of(file))
    named = ("title", "content", "impactDescription", "serviceName", "regionName", "description")
    for path in [path for path in places(root) if path[-1] in named and path[-1] != "description"]:
        body = json.dumps(replaced(root, path, "<p>\u202e&amp;Störung ** # " * 60_000)).encode()
        snapshot = try_to_read(format_named(name), body)
        assert snapshot is not None
        assert max(map(len, texts(snapshot))) <= 20_000
