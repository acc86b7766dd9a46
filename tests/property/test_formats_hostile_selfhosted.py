"""Whatever comes in the place of Uptime Kuma's, PagerDuty's, Kener's or Checkly's documents: a Snapshot or a LookError."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
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
from statusherd.watch.formats._svelte import page_data
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).resolve().parents[1] / "formats" / "fixtures"
LOOK = Look("hostile", datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def as_json(root: Any) -> bytes:
    return json.dumps(root).encode()


def as_pagerduty(root: Any) -> bytes:
    data = json.dumps(root).replace("<", "\\u003c")
    return f'<!DOCTYPE html><script id="data" type="application/json">{data}</script>'.encode()


def as_svelte(root: Any) -> bytes:
    nodes = [{"type": "data", "data": data} for data in root] if isinstance(root, list) else root
    data = json.dumps(nodes).replace("<", "\\u003c")
    return f"<!doctype html><script>const data = {data};/* allRecentIncidents thisMonthName */".encode()


def load(name: str) -> Any:
    text = (FIXTURES / name).read_text()
    if name.startswith("kener"):
        return list(page_data(text))
    if name.startswith("pagerduty"):
        return json.loads(text.partition('json">')[2].partition("</script>")[0])
    return json.loads(text)


@dataclass(frozen=True)
class Case:
    """The documents of one look: how they are written and what is in them."""

    format: str
    write: Callable[[Any], bytes]
    roots: tuple[Any, ...]

    def read(self, changes: dict[int, Any]) -> Snapshot | None:
        bodies = [self.write(changes.get(number, root)) for number, root in enumerate(self.roots)]
        return try_to_read(self.format, *bodies)


def case(name: str, write: Callable[[Any], bytes], *files: str) -> Case:
    return Case(name, write, tuple(load(f"{name.replace('-', '_')}/{file}") for file in files))


CASES = [
    case(
        "uptime-kuma",
        as_json,
        "page_incident_and_windows.json",
        "heartbeats_down_pending_maintenance.json",
        "history_resolved.json",
    ),
    case("pagerduty", as_pagerduty, "open_incident_and_windows.html"),
    case("kener", as_svelte, "home_incident_and_windows.html", "month.html"),
    case("checkly", as_json, "unresolved_two.json", "uptime.json", "windows.json"),
]
PLACES = [pytest.param(case, n, id=f"{case.format}-{n}") for case in CASES for n in range(len(case.roots))]
NAMES = [case.format for case in CASES]

HOSTILE: list[Any] = [
    None,
    "",
    "\ud800 lone",
    "\x00nul",
    "<script>alert(1)</script>" * 10,
    "&#x110000;&#0;" * 10,
    "9" * 400,
    "http://[",
    "+99:99",
    "2026-02-30T25:61:61Z",
    "0001-01-01T00:00:00+23:59",
    10**400,
    -1,
    float("nan"),
    float("inf"),
    1e308,
    True,
    {},
    [],
    [[]],
    [{}],
    [{"id": {}}],
    {"id": {"id": []}},
    [{"id": "a"}, {"id": "a"}],
]
values = st.sampled_from(HOSTILE) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
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


def try_to_read(name: str, *bodies: bytes) -> Snapshot | None:
    """Read `bodies`; a LookError is an answer, any other exception fails the test."""
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
        assert len(ids) == len(set(ids))
    return snapshot


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_documents_themselves_are_read(case: Case) -> None:
    assert case.read({}) is not None


@pytest.mark.parametrize("name", NAMES)
@quick
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_refused(name: str, body: bytes) -> None:
    assert try_to_read(name, body) is None


@pytest.mark.parametrize("case", CASES, ids=NAMES)
@quick
@given(value=values)
def test_random_json_is_never_operational(case: Case, value: Any) -> None:
    for body in (as_json(value), case.write(value)):
        snapshot = try_to_read(case.format, body)
        assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize(("case", "number"), PLACES)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(case: Case, number: int, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(case.roots[number]))))
    case.read({number: replaced(case.roots[number], path, data.draw(values))})


@pytest.mark.parametrize(("case", "number"), PLACES)
def test_every_hostile_value_in_every_place_is_read_or_refused(case: Case, number: int) -> None:
    everywhere = list(places(case.roots[number]))
    for turn, value in enumerate(HOSTILE):
        for path in everywhere[turn % 5 :: 5]:
            case.read({number: replaced(case.roots[number], path, value)})


@pytest.mark.parametrize(("case", "number"), PLACES)
def test_a_document_that_breaks_off_anywhere_is_refused(case: Case, number: int) -> None:
    bodies = [case.write(root) for root in case.roots]
    whole = bodies[number].removesuffix(b"/* allRecentIncidents thisMonthName */").rstrip(b";")
    end = whole.rfind(b"</script") if b"</script" in whole else len(whole) - 1
    for cut in range(0, end, max(1, end // 60)):
        bodies[number] = whole[:cut]
        assert try_to_read(case.format, *bodies) is None


DEEP = 100_000
BOMBS = {
    "open lists": b"[" * DEEP,
    "deep json": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "tags": b"<!DOCTYPE html>" + b"<script " * 250_000,
    "data tags": b"<!DOCTYPE html>" + b'<script id="data">' * 100_000,
    "script lists": as_svelte([[]])[:-60] + b"[" * DEEP,
    "script strings": b'<!doctype html><script>allRecentIncidents const data = (["' + b'\\"' * 900_000,
    "escaped quotes": b'<!doctype html><script>allRecentIncidents const data = ["' + b'\\"' * 900_000,
    "functions": b"<!doctype html>allRecentIncidents const data = [" + b"(function(a){return " * DEEP,
    "braces": b"<!doctype html>allRecentIncidents const data = [(function(a){" + b"{" * 1_800_000,
    "starts": b"<!doctype html>allRecentIncidents" + b"kit.start(app, element, { node_ids: [" * 50_000,
    "many items": b"<!doctype html>allRecentIncidents const data = [" + b"1," * 300_000 + b"]",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bomb", BOMBS)
def test_megabytes_for_nothing_are_refused_in_time(name: str, bomb: str) -> None:
    began = time.process_time()
    assert try_to_read(name, BOMBS[bomb]) is None
    assert time.process_time() - began < 4


def test_entries_that_share_long_lists_are_read_in_time() -> None:
    rows = ",".join(f'{{id:{n},title:"a",monitors:a,comments:b}}' for n in range(2_000))
    tags = ",".join(f'{{tag:"{n}"}}' for n in range(2_000))
    comments = ",".join('{commented_at:1767259800,comment:"b"}' for _ in range(2_000))
    home = f"(function(a,b){{return {{monitors:[],allRecentIncidents:[{rows}]}}}}([{tags}],[{comments}]))"
    page = f'<!doctype html><script>const data = [{{type:"data",data:{home}}}]</script>'
    began = time.process_time()
    assert try_to_read("kener", page.encode()) is not None
    assert time.process_time() - began < 8
