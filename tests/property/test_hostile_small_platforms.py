"""Whatever comes in the place of a document of five hosted platforms: a Snapshot or a LookError."""

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
from statusherd.watch.whereabouts import probe_addresses

FIXTURES = Path(__file__).resolve().parents[1] / "formats" / "fixtures"
LOOK = Look("hostile", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
NAMES = ("onlineornot", "hund", "freshstatus", "statuscake", "uptime-com")
FORMATS = [format_named(name) for name in NAMES]
CALL = "streamController.enqueue("
SECONDS = 5.0
"""For two megabytes; a quadratic reader takes minutes."""
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

DATA = [
    ("statuscake", "statuscake/incident_open.json"),
    ("uptime-com", "uptime_com/incident_open.json"),
    ("uptime-com", "uptime_com/maintenance_running.json"),
    ("uptime-com", "uptime_com/resolved/history.json"),
    ("freshstatus", "freshstatus/incident_open/components.json"),
    ("freshstatus", "freshstatus/incident_open/open.json"),
    ("freshstatus", "freshstatus/maintenance_running/open.json"),
    ("onlineornot", "onlineornot/incident_open.html"),
    ("onlineornot", "onlineornot/resolved.html"),
    ("onlineornot", "onlineornot/maintenance_running.html"),
]
TEXTS = [
    ("hund", "hund/incident_open.atom"),
    ("hund", "hund/resolved.atom"),
    ("onlineornot", "onlineornot/incident_open.html"),
    ("uptime-com", "uptime_com/page.html"),
    ("uptime-com", "uptime_com/flag_alone.html"),
]
HOSTILE: list[Any] = [
    "\ud800 lone",
    "\x00nul",
    "\u202eevil\u2066\x1b[2J",
    "<script>alert(1)</script>" * 10,
    "&#x110000;&#0;" * 10,
    "http://[",
    "#" * 5_000,
    "a-" * 5_000,
    "[RESOLVED]",
    "9" * 400,
    "2026-02-30T25:61:61Z",
    "0001-01-01T00:00:00+23:59",
    10**400,
    -(2**63),
    float("nan"),
    True,
    False,
    None,
    "",
    0,
    7,
    {},
    [],
    [[]],
    {"_1": 0},
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


def root_of(file: str) -> Any:
    """The JSON of a document, or the list of values that a page embeds."""
    text = body_of(file).decode()
    if file.endswith(".json"):
        return json.loads(text)
    return json.loads(json.JSONDecoder().raw_decode(text, text.index(CALL) + len(CALL))[0])


def with_root(file: str, root: Any) -> bytes:
    if file.endswith(".json"):
        return json.dumps(root).encode()
    return f"<!DOCTYPE html><script>{CALL}{json.dumps(json.dumps(root))});</script>".encode()


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


def try_to_read(form: Format, *bodies: bytes) -> Snapshot | None:
    """Read `bodies`; a LookError is an answer, any other exception fails the test."""
    documents = [Document(body, "https://status.hostile.example/") for body in bodies]
    for document in documents:
        form.recognise(document)
    try:
        snapshot = form.parse(documents, LOOK)
    except LookError:
        return None
    for text in texts(snapshot):
        assert "\0" not in text
        text.encode()  # lone surrogates cannot be stored
    for rows in (snapshot.incidents, snapshot.components, snapshot.maintenances):
        assert all(row.id for row in rows)
        assert len({row.id for row in rows}) == len(rows)
    return snapshot


@pytest.mark.parametrize("form", FORMATS, ids=NAMES)
@quick
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | values.map(json.dumps))
def test_random_bytes_and_json_are_never_operational(form: Format, body: bytes | str) -> None:
    snapshot = try_to_read(form, body if isinstance(body, bytes) else body.encode())
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize(("name", "file"), DATA)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(name: str, file: str, data: st.DataObject) -> None:
    root = root_of(file)
    path = data.draw(st.sampled_from(list(places(root))))
    try_to_read(format_named(name), with_root(file, replaced(root, path, data.draw(values))))


@pytest.mark.parametrize(("name", "file"), DATA)
def test_every_hostile_value_in_every_place_is_read_or_refused(name: str, file: str) -> None:
    root = root_of(file)
    for value in HOSTILE:
        for path in list(places(root))[:: 1 if file.endswith(".json") else 9]:
            try_to_read(format_named(name), with_root(file, replaced(root, path, value)))


@pytest.mark.parametrize(("name", "file"), [pair for pair in DATA + TEXTS if not pair[1].endswith(".html")])
def test_a_document_that_breaks_off_anywhere_is_refused(name: str, file: str) -> None:
    whole = body_of(file).rstrip()
    for cut in range(0, len(whole) - 8, max(1, len(whole) // 60)):
        assert try_to_read(format_named(name), whole[:cut]) is None


@pytest.mark.parametrize(
    ("name", "file", "end"),
    [
        ("onlineornot", "onlineornot/incident_open.html", '\\n");</script>'),
        ("uptime-com", "uptime_com/page.html", "));\n"),
        ("uptime-com", "uptime_com/flag_alone.html", "</html>"),
    ],
)
def test_a_page_that_breaks_off_in_its_data_is_refused(name: str, file: str, end: str) -> None:
    whole = body_of(file)
    last = whole.index(end.encode()) - 1
    for cut in {*range(0, last, max(1, last // 60)), last}:
        assert try_to_read(format_named(name), whole[:cut]) is None


@pytest.mark.parametrize(("name", "file"), TEXTS)
@quick
@given(data=st.data())
def test_a_text_with_any_piece_replaced_is_read_or_refused(name: str, file: str, data: st.DataObject) -> None:
    whole = body_of(file)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    piece = data.draw(st.binary(max_size=20) | st.text(max_size=20).map(str.encode))
    try_to_read(format_named(name), whole[:start] + piece + whole[end:])


def page(stream: str) -> bytes:
    return f"<!DOCTYPE html><script>{CALL}{json.dumps(stream)});</script>".encode()


def shared_stream() -> bytes:
    """Some kilobytes of places that name each other: thousands of rows that all are one."""
    flat: list[Any] = root_of("onlineornot/resolved.html")
    many = [
        [place] * 3_000 if isinstance(place, int) else value
        for value in flat
        for place in [value[0] if isinstance(value, list) and value else None]
    ]
    return page(json.dumps(many))


BIG = {
    "brackets": b"[" * 2_000_000,
    "objects": b'{"components":' * 140_000,
    "lists": b"[" + b"[]," * 640_000 + b"[]]",
    "calls": b"<!DOCTYPE html>" + f'{CALL}"\\"statusPage\\"'.encode() * 48_000,
    "empty calls": b"<!DOCTYPE html>" + f'{CALL}"\\"statusPage\\"");'.encode() * 44_000,
    "deep stream": page('"statusPage"' + "[" * 4_000_000),
    "long stream": page('[{"_1":2},"statusPage",' + "[1,2]," * 280_000 + "0]"),
    "shared stream": shared_stream(),
    "controllers": b'<!DOCTYPE html>global_is_operational": true'
    + b"StatusPageDisplayController, {" * 64_000,
    "one controller": b'<!DOCTYPE html>global_is_operational": tru StatusPageDisplayController, {"a":'
    + b'{"a":' * 360_000,
    "flags": b"<!DOCTYPE html>" + b'global_is_operational" : "' * 72_000,
    "marks": b"<!DOCTYPE html>" + b'freshstatus "account_id":"x /v1/public-components/?account_id=y' * 32_000,
    "entries": b"<feed><id>:/state_feed/feed</id>" + b"<entry><title>[Ended] x</title></entry>" * 48_000,
    "tree": b'{"components":[' + b'{"id":1,"name":"x","components":[' * 40_000,
    "tests": b'{"Title":"x","TestData":[' + b'{"TestID":1,"Name":"x","Status":"Up"},' * 52_000 + b"{}]}",
    "wide": b'{"components":[' + b'{"id":1,"name":"x","status":"OP"},' * 56_000 + b'{"id":2,"name":"y"}]}',
}


@pytest.mark.parametrize("name", BIG)
def test_two_megabytes_of_anything_are_read_or_refused_in_linear_time(name: str) -> None:
    for form in FORMATS:
        began = time.process_time()
        try_to_read(form, BIG[name])
        assert time.process_time() - began < SECONDS, form.NAME


@pytest.mark.parametrize("name", [name for name in BIG if BIG[name].startswith(b"<!DOCTYPE")])
def test_clues_are_looked_for_in_linear_time(name: str) -> None:
    own = "https://status.hostile.example/"
    began = time.process_time()
    probe_addresses(own, Document(BIG[name], own, "text/html"))
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(("name", "file"), DATA)
def test_a_text_of_a_megabyte_is_cut(name: str, file: str) -> None:
    root = root_of(file)
    words = [path for path in places(root) if path[-1] in ("description", "title", "name", "Name", "Title")]
    long = "<p>\u202e&amp;Störung ** # " * 60_000
    for path in words:
        snapshot = try_to_read(format_named(name), with_root(file, replaced(root, path, long)))
        assert snapshot is None or max(map(len, texts(snapshot))) <= 20_000
