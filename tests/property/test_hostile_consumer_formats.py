"""Whatever comes in the place of a document of Meta, PlayStation, Xbox, Riot or Algolia: read or refused."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
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

FIXTURES = Path(__file__).parents[1] / "formats" / "fixtures"
NAMES = ("meta", "playstation", "xbox", "riot", "algolia")
LOOK = Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
URLS = {"acme-chat": "https://status.acme.example/data/outages/acme-chat.json"}
FILES = [
    pytest.param(name, path, id=str(path.relative_to(FIXTURES)))
    for name in NAMES
    for path in sorted((FIXTURES / name).rglob("*"))
    if path.suffix in (".json", ".xml") and path.stem not in ("malformed", "entities")
]
JSONS = [param for param in FILES if param.values[1].suffix == ".json"]
XMLS = [param for param in FILES if param.values[1].suffix == ".xml"]
HOSTILE: list[Any] = [
    None,
    True,
    -1,
    10**400,
    float("nan"),
    "",
    "\ud800\x00",
    "\u202eevil\x1b[2J",
    "<script>&#x110000;&#0;",
    "http://[",
    "0001-01-01T00:00:00+23:59",
    "9" * 400,
    [],
    [[]],
    [None, {}, "x"],
    {},
    {"id": {"id": []}},
    [{"id": "a"}, {"id": "a"}],
]
VALUES = st.recursive(
    st.sampled_from(HOSTILE) | st.text(max_size=20) | st.floats() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
quick = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def attempt(name: str, body: bytes, stem: str = "") -> Snapshot | None:
    """Read `body`; None where it was refused as it should be."""
    form, document = format_named(name), Document(body, URLS.get(stem, "https://status.acme.example/"))
    form.recognise(document)
    try:
        snapshot = form.parse([document], LOOK)
    except LookError:
        return None
    for rows in (snapshot.components, snapshot.incidents, snapshot.maintenances):
        ids = [row.id for row in rows]
        assert all(ids)
        assert len(set(ids)) == len(ids)
    text = json.dumps(asdict(snapshot), default=str, ensure_ascii=False)
    text.encode()
    assert "\\u0000" not in text
    return snapshot


def places(root: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = root.items() if isinstance(root, dict) else enumerate(root) if isinstance(root, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def replaced(root: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(root) if isinstance(root, dict) else list(root)
    copy[path[0]] = replaced(root[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize("name", NAMES)
@quick
@given(body=st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_foreign_bytes_are_never_operational(name: str, body: bytes) -> None:
    snapshot = attempt(name, body)
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize(("name", "path"), JSONS)
def test_a_hostile_value_in_any_place_is_read_or_refused(name: str, path: Path) -> None:
    root = json.loads(path.read_text())
    for number, place in enumerate(places(root)):
        for value in HOSTILE[number % 3 :: 3]:
            attempt(name, json.dumps(replaced(root, place, value)).encode(), path.stem)


@pytest.mark.parametrize(("name", "path"), JSONS)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(name: str, path: Path, data: st.DataObject) -> None:
    root = json.loads(path.read_text())
    place = data.draw(st.sampled_from(list(places(root))))
    attempt(name, json.dumps(replaced(root, place, data.draw(VALUES))).encode(), path.stem)


@pytest.mark.parametrize(("name", "path"), XMLS)
@quick
@given(data=st.data())
def test_xml_with_any_piece_replaced_is_read_or_refused(name: str, path: Path, data: st.DataObject) -> None:
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    piece = data.draw(st.binary(max_size=20) | st.text(max_size=20).map(str.encode))
    attempt(name, whole[:start] + piece + whole[end:])


@pytest.mark.parametrize(("name", "path"), FILES)
def test_a_document_that_breaks_off_anywhere_is_refused(name: str, path: Path) -> None:
    whole = path.read_bytes().rstrip()
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        assert attempt(name, whole[:cut], path.stem) is None


NESTED = b"<a>" * 100_000
CATEGORY = b"<Category><Name>%d</Name><Status><Name>None</Name></Status></Category>"
HUGE = [
    b"[" * 200_000,
    b'{"status":' * 100_000,
    b"[" + b"{}," * 200_000 + b"{}]",
    b"<ServiceStatus><CoreServices>" + NESTED,
    b"<?" + b"<?x?>" * 200_000,
    b"<!--" * 300_000,
    b"<ServiceStatus " + b'a="1" ' * 100_000 + b"/>",
    b"<ServiceStatus><Status><Overall><State>" + b"&amp;" * 500_000,
    b"\xfe\xff" + b"\0<" * 200_000,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", HUGE, ids=range(len(HUGE)))
def test_deep_and_huge_bodies_are_refused(name: str, body: bytes) -> None:
    began = time.process_time()
    assert attempt(name, body) is None
    assert time.process_time() - began < 5


def _riot(count: int) -> Any:
    rows = [{"id": 1, "titles": [{"content": "x" * 9}] * 3, "updates": [{"created_at": 1772449200}] * 3}]
    return {"id": "EUW1", "locales": [], "incidents": rows * count, "maintenances": rows * count}


def _playstation(count: int) -> Any:
    entries = [{"statusType": "Outage", "startDate": "2026-03-02T09:00:00Z"}] * 20
    services = [{"serviceName": f"s{number % 997}", "status": entries} for number in range(count // 20)]
    countries = [{"countryCode": f"c{n % 50}", "services": services[n::100]} for n in range(100)]
    return {"regionName": "SCEA", "status": [], "countries": countries}


def _algolia(count: int) -> Any:
    log = [{"t": 1772449200000 + n, "v": {"title": "x", "status": "major_outage"}} for n in range(count)]
    return {"incidents": {"c1-de": log, "c2-de": log}}


def _meta(count: int) -> Any:
    posts = [{"status": "resolved", "description": "<b>x</b>", "time": 1772449200 + n} for n in range(9)]
    return [{"id": n, "service_id": 1, "status": "resolved", "posts": posts} for n in range(count // 9)]


def _xbox(count: int) -> Any:
    incident = {"Begin": "2026-03-02T09:00:00Z", "Stage": {"Message": "x"}}
    scenario = {"Name": "s", "Status": {"Name": "Impacted"}, "Incidents": [incident] * 10}
    rows = [
        {"Name": f"n{n}", "Status": {"Name": "None"}, "Scenarios": [scenario]} for n in range(count // 10)
    ]
    return {"CoreServices": rows}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("riot", _riot),
        ("playstation", _playstation),
        ("algolia", _algolia),
        ("meta", _meta),
        ("xbox", _xbox),
    ],
)
def test_time_grows_with_the_size_alone(name: str, make: Any) -> None:
    took = []
    for count in (3_000, 12_000):
        body = json.dumps(make(count)).encode()
        began = time.process_time()
        assert attempt(name, body) is not None
        took.append(time.process_time() - began)
    assert took[1] < 12 * took[0] + 1


def test_many_categories_of_xml_are_read_quickly() -> None:
    rows = b"".join(CATEGORY % number for number in range(10_000))
    body = b"<ServiceStatus><CoreServices>" + rows + b"</CoreServices></ServiceStatus>"
    began = time.process_time()
    snapshot = attempt("xbox", body)
    assert snapshot is not None
    assert len(snapshot.components) == 10_000
    assert time.process_time() - began < 10
