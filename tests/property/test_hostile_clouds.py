"""Whatever comes in the place of a document of AWS, Google, Azure or Microsoft 365: a Snapshot or a LookError."""

from __future__ import annotations

import json
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
LOOK = Look("hostile", datetime(2026, 2, 1, 10, 30, tzinfo=UTC))
FORMATS = [format_named(name) for name in ("aws", "google", "azure", "m365")]
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

LISTS = [
    ("aws", "incident_open.utf16.json"),
    ("aws", "resolved.json"),
    ("google", "incident_open.json"),
    ("google", "resolved.json"),
    ("m365", "incident_open.json"),
    ("m365", "services.json"),
]
FEEDS = [("aws", "updates.rss"), ("azure", "incident_open.xml"), ("azure", "all_well.xml")]
HOSTILE: list[Any] = [
    "\ud800 lone",
    "\x00nul",
    "\u202eevil\u2066\x1b[2J",
    "<script>alert(1)</script>" * 10,
    "&#x110000;&#0;" * 10,
    "http://[",
    "#" * 5_000,
    "\\" * 5_000,
    "a-" * 5_000,
    "arn:aws:health:::event/" + "../" * 50,
    "[RESOLVED]",
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


def document(name: str, file: str) -> Document:
    return Document((FIXTURES / name / file).read_bytes(), f"https://status.hostile.example/{file}")


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
    read = Document(body, "https://status.hostile.example/")
    form.recognise(read)
    try:
        snapshot = form.parse([read], LOOK)
    except LookError:
        return None
    for text in texts(snapshot):
        text.encode()
        assert "\x00" not in text
    rows = (*snapshot.components, *snapshot.incidents, *snapshot.maintenances)
    assert all(row.id for row in rows)
    assert len({row.id for row in snapshot.incidents}) == len(snapshot.incidents)
    assert len({row.id for row in snapshot.components}) == len(snapshot.components)
    return snapshot


def is_bare_list(body: bytes) -> bool:
    """An empty list is a whole document of AWS and Google, and says that all is well."""
    try:
        value = json.loads(body)
    except ValueError:
        return False
    return value == [] or (isinstance(value, dict) and value.get("current") == [])


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@quick
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_never_operational(form: Format, body: bytes) -> None:
    snapshot = try_to_read(form, body)
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL or is_bare_list(body)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@quick
@given(value=values)
def test_random_json_is_never_operational(form: Format, value: Any) -> None:
    body = json.dumps(value).encode()
    snapshot = try_to_read(form, body)
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL or is_bare_list(body)


@pytest.mark.parametrize(("name", "file"), LISTS)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(name: str, file: str, data: st.DataObject) -> None:
    root = json.loads(document(name, file).text)
    path = data.draw(st.sampled_from(list(places(root))))
    try_to_read(format_named(name), json.dumps(replaced(root, path, data.draw(values))).encode())


@pytest.mark.parametrize(("name", "file"), LISTS)
def test_every_hostile_value_in_every_place_is_read_or_refused(name: str, file: str) -> None:
    root = json.loads(document(name, file).text)
    for value in HOSTILE:
        for path in places(root):
            try_to_read(format_named(name), json.dumps(replaced(root, path, value)).encode())


@pytest.mark.parametrize(("name", "file"), [*LISTS, *FEEDS])
def test_a_document_that_breaks_off_anywhere_is_refused(name: str, file: str) -> None:
    whole = document(name, file).body.rstrip()
    for cut in range(0, len(whole) - 8, max(1, len(whole) // 60)):
        assert try_to_read(format_named(name), whole[:cut]) is None


@pytest.mark.parametrize(("name", "file"), FEEDS)
@quick
@given(data=st.data())
def test_a_feed_with_any_piece_replaced_is_read_or_refused(name: str, file: str, data: st.DataObject) -> None:
    whole = document(name, file).body
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    piece = data.draw(st.binary(max_size=20) | st.text(max_size=20).map(str.encode))
    try_to_read(format_named(name), whole[:start] + piece + whole[end:])


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.NAME)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"current":' * 100_000,
        b"[" + b"[]," * 100_000 + b"[]]",
        b"9" * 100_000,
        b"<rss><channel><title>Azure Status</title>" + b"<item>" * 50_000,
        b"<!DOCTYPE html>" + b"<div>" * 100_000,
        b"\xfe\xff" + b"\0[" * 100_000,
    ],
    ids=range(7),
)
def test_deep_and_huge_bodies_are_refused(form: Format, body: bytes) -> None:
    assert try_to_read(form, body) is None


@pytest.mark.parametrize(("name", "file"), LISTS)
def test_a_text_of_a_megabyte_is_cut(name: str, file: str) -> None:
    root = json.loads(document(name, file).text)
    named = ("summary", "message", "service_name", "external_desc", "text", "title", "Title", "Message")
    for path in [path for path in places(root) if path[-1] in named]:
        body = json.dumps(replaced(root, path, "<p>\u202e&amp;Störung ** # " * 60_000)).encode()
        snapshot = try_to_read(format_named(name), body)
        assert snapshot is not None
        assert max(map(len, texts(snapshot))) <= 20_000
