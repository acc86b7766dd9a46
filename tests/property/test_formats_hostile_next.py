"""Whatever bytes come in the place of a Statuspage, incident.io or Instatus document: a Snapshot or a LookError."""

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
from statusherd.watch.formats._next import read_payload
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).resolve().parents[1] / "formats" / "fixtures"
LOOK = Look("hostile", datetime(2026, 5, 4, 8, 30, tzinfo=UTC))
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def load(name: str) -> Any:
    return json.loads((FIXTURES / name).read_text())


def as_json(root: Any) -> bytes:
    return json.dumps(root).encode()


def as_stream(root: Any) -> bytes:
    row = f'4:["$","div",null,{json.dumps(root)}]\n'
    call = json.dumps([1, row]).replace("<", "\\u003c")
    return f"<!DOCTYPE html><html><script>self.__next_f.push({call})</script></html>".encode()


def as_next_data(root: Any) -> bytes:
    data = json.dumps({"props": {"pageProps": root}}).replace("<", "\\u003c")
    return f'<!DOCTYPE html><html><script id="__NEXT_DATA__">{data}</script></html>'.encode()


DOCUMENTS = [
    ("statuspage", as_json, load("statuspage/summary.json")),
    ("statuspage", as_json, load("statuspage/incidents.json")),
    ("incidentio", as_json, load("incidentio/api-summary-two-open.json")),
    ("incidentio", as_json, load("incidentio/widget-incident-and-maintenances.json")),
    ("incidentio", as_json, load("incidentio/page-monitoring-recovered.json")),
    ("incidentio", as_stream, {"summary": load("incidentio/page-monitoring-recovered.json")}),
    ("incidentio", as_stream, load("incidentio/page-parent.json")),
    ("instatus", as_json, load("instatus/summary-incident-and-windows.json")),
    ("instatus", as_json, load("instatus/components.json")),
    ("instatus", as_stream, load("instatus/page-props-2026.json")),
    ("instatus", as_next_data, load("instatus/page-props-2026.json")),
]
FORMATS = [format_named(name) for name in ("statuspage", "incidentio", "instatus")]

HOSTILE = [
    "\ud800 lone",
    "\x00nul",
    "\u202eevil\u2066\x1b[2J",
    "<script>alert(1)</script>" * 10,
    "&#x110000;&#0;" * 10,
    "$undefined",
    "$1",
    "$4",
    "$4:3:props",
    "$L1",
    "$D2026-13-45",
    "http://[",
    "9" * 400,
    "2026-02-30T25:61:61Z",
    "0001-01-01T00:00:00+23:59",
    10**400,
    -(2**63),
    float("nan"),
    float("inf"),
    1e308,
    True,
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
    ids = [row.id for row in (*snapshot.components, *snapshot.incidents, *snapshot.maintenances)]
    assert all(ids)
    return snapshot


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@quick
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_never_operational(form: Format, body: bytes) -> None:
    snapshot = try_to_read(form, body)
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@quick
@given(value=values)
def test_random_json_is_never_operational(form: Format, value: Any) -> None:
    snapshot = try_to_read(form, json.dumps(value).encode())
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize(("name", "write", "root"), DOCUMENTS)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(
    name: str, write: Any, root: Any, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(list(places(root))))
    body = write(replaced(root, path, data.draw(values)))
    try_to_read(format_named(name), body)


@pytest.mark.parametrize(("name", "write", "root"), DOCUMENTS)
def test_every_hostile_value_in_every_place_is_read_or_refused(name: str, write: Any, root: Any) -> None:
    form, everywhere = format_named(name), list(places(root))
    for number, value in enumerate(HOSTILE):
        for path in everywhere[number % 5 :: 5]:
            try_to_read(form, write(replaced(root, path, value)))


@pytest.mark.parametrize(("name", "write", "root"), DOCUMENTS)
def test_a_document_that_breaks_off_anywhere_is_refused(name: str, write: Any, root: Any) -> None:
    whole = write(root)
    end = whole.rindex(b"</html>") - 20 if whole.startswith(b"<") else len(whole) - 1
    for cut in range(0, end, max(1, end // 60)):
        assert try_to_read(format_named(name), whole[:cut]) is None


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"page":' * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"9" * 100_000,
        b'{"page":{"id":' + b"9" * 10_000 + b',"status":"UP"}}',
        b'{"page":{"status":"UP"},"activeIncidents":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        as_stream([[]])[:-30] + b"[" * 100_000,
        b"<!DOCTYPE html>" + b"<div>" * 100_000,
    ],
    ids=range(8),
)
def test_deep_and_huge_bodies_are_refused(form: Format, body: bytes) -> None:
    snapshot = try_to_read(form, body)
    assert snapshot is None or snapshot.status is Status.UNKNOWN


@pytest.mark.parametrize(("name", "write", "root"), DOCUMENTS)
def test_a_title_of_a_megabyte_is_cut(name: str, write: Any, root: Any) -> None:
    named = [path for path in places(root) if path[-1] in ("name", "title", "body", "message_string")]
    long = "<p>\u202e&amp;Störung " * 60_000
    for path in named[:3]:
        snapshot = try_to_read(format_named(name), write(replaced(root, path, long)))
        assert snapshot is not None
        assert max(map(len, texts(snapshot))) <= 20_000


# Pages that are long for nothing

PUSH = 'self.__next_f.push([1,"'
BOMBS = {
    "open pushes": PUSH * 90_000,
    "closed scripts": f"<script>{PUSH}</script>" * 50_000,
    "empty pushes": f'<script>{PUSH}"])</script>' * 50_000,
    "one script of many": "<script>" + f'{PUSH}a"]);' * 70_000 + "</script>",
    "deep arguments": f"<script>self.__next_f.push({'[' * 900}</script>" * 2_000,
    "short rows": f'<script>{PUSH}{"1:[]" + chr(92) + "n"}"])</script>' * 45_000,
    "endless text": f'<script>{PUSH}1:Tffffffff,abc"])</script>' * 45_000,
    "data markers": '<script id="__NEXT_DATA__">' * 70_000,
    "colons": "<script>" + PUSH + "1:" * 900_000 + '"])</script>',
    "nothing": "<" * 2_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_two_megabytes_of_hostile_page_are_read_in_time(name: str) -> None:
    text = "<!DOCTYPE html>" + BOMBS[name]
    began = time.perf_counter()
    assert read_payload(text).find("site") is None
    assert time.perf_counter() - began < 1


def stream_page(rows: str) -> bytes:
    return f"<!DOCTYPE html><script>self.__next_f.push({json.dumps([1, rows])})</script>".encode()


@pytest.mark.parametrize(
    "rows",
    [
        '1:{"site":"$1","activeIncidents":"$1","activeMaintenances":[]}\n',
        '1:{"ongoing_incidents":"$1:ongoing_incidents","structure":{}}\n',
        '1:{"ongoing_incidents":["$2","$2"],"structure":{}}\n'
        + "".join(f'{n:x}:["${n + 1:x}","${n + 1:x}"]\n' for n in range(2, 60)),
        '1:{"ongoing_incidents":'
        + json.dumps(["$2"] * 60_000)
        + ',"structure":{}}\n2:{"id":"a","updates":"$3"}\n3:'
        + json.dumps([{}] * 2_000)
        + "\n",
    ],
    ids=["itself", "its own part", "doubling", "wide"],
)
def test_tokens_that_name_each_other_without_end_are_refused(rows: str) -> None:
    began = time.perf_counter()
    for form in FORMATS[1:]:
        assert try_to_read(form, stream_page(rows)) is None
    assert time.perf_counter() - began < 5
