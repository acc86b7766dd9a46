"""Whatever comes in the place of a document of Okta, Zendesk, Stripe, PayPal or Adobe: never a green lie."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable, Iterator
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
from statusherd.watch.formats import Look, all_formats, format_named
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parents[1] / "formats" / "fixtures"
NAMES = ["okta", "zendesk", "stripe", "paypal", "adobe"]
LOOK = Look("acme", datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
DOCUMENTS = [
    pytest.param(name, json.loads(path.read_text()), id=f"{name}/{path.relative_to(FIXTURES / name)}")
    for name in NAMES
    for path in sorted((FIXTURES / name).rglob("*.json"))
    if "malformed" not in str(path)
]
PAGES = [
    pytest.param(path.read_bytes(), id=path.stem)
    for path in sorted((FIXTURES / "okta").glob("*.html"))
    if path.stem != "malformed"
]
HOSTILE: list[Any] = [
    None,
    True,
    -1,
    10**400,
    1e308,
    float("nan"),
    "",
    "\ud800\x00",
    "<script>&#x110000;\u202e",
    "</span>",
    "9" * 400,
    "0001-01-01T00:00:00+23:59",
    [],
    [[]],
    [None, {}, "x"],
    {},
    {"": {}, "\x00\ud800": {"history": {"1": {}}}},
    {"id": {"id": []}},
]
VALUES = st.recursive(
    st.sampled_from(HOSTILE) | st.text(max_size=20) | st.floats() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
RECORD = {
    "Id": "a1",
    "Status__c": "Investigating",
    "Category__c": "Service Disruption",
    "Incident_Title__c": "Slow",
    "Impacted_Cells__c": "a;b",
    "Start_Time__c": "2026-03-02T11:00:00.000+0000",
    "Last_Updated__c": "2026-03-02T11:30:00.000+0000",
    "Log__c": "We look.",
}
quick = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def attempt(name: str, body: bytes) -> Snapshot | None:
    """Read `body`; None where it was refused as it should be."""
    form, document = format_named(name), Document(body, "https://status.acme.example/")
    form.recognise(document)
    try:
        snapshot = form.parse([document], LOOK)
    except LookError:
        return None
    for rows in (snapshot.components, snapshot.incidents, snapshot.maintenances):
        ids = [row.id for row in rows]
        assert all(ids)
        assert len(set(ids)) == len(ids)
    told = json.dumps(asdict(snapshot), default=str, ensure_ascii=False)
    told.encode()
    assert "\\u0000" not in told
    return snapshot


def page(incidents: str, planned: str = "[]", cells: str = "a,b") -> bytes:
    spans = (("cellList", cells), ("incidents", incidents), ("planned-outages", planned))
    body = "".join(f'<span data-id="{name}">{text}</span>' for name, text in spans)
    return f"<!DOCTYPE html><html><body>{body}</body></html>".encode(errors="replace")


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


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
def test_a_hostile_value_in_any_place_is_read_or_refused(name: str, root: Any) -> None:
    for number, path in enumerate(places(root)):
        for value in HOSTILE[number % 3 :: 3]:
            attempt(name, json.dumps(replaced(root, path, value)).encode())


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(name: str, root: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(root))))
    attempt(name, json.dumps(replaced(root, path, data.draw(VALUES))).encode())


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
def test_a_document_that_breaks_off_anywhere_is_refused(name: str, root: Any) -> None:
    whole = json.dumps(root).encode()
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        assert attempt(name, whole[:cut]) is None


@pytest.mark.parametrize("written", [str, html.escape], ids=["bare", "escaped"])
@quick
@given(data=st.data())
def test_any_value_in_any_place_of_a_page_is_read_or_refused(
    written: Callable[[str], str], data: st.DataObject
) -> None:
    for_each = [[RECORD], [RECORD | {"Status__c": "Resolved"}]]
    lists = [
        json.dumps(replaced(root, data.draw(st.sampled_from(list(places(root)))), data.draw(VALUES)))
        for root in for_each
    ]
    attempt("okta", page(*map(written, lists)))


@pytest.mark.parametrize("whole", PAGES)
def test_a_page_that_breaks_off_before_its_incidents_end_is_refused(whole: bytes) -> None:
    end = whole.index(b"]", whole.index(b'data-id="incidents"'))
    for cut in range(0, end, max(1, end // 60)):
        assert attempt("okta", whole[:cut]) is None


HUGE = {
    "lists": b"[" * 2_000_000,
    "objects": b'{"data":' * 200_000,
    "digits": b"9" * 1_000_000,
    "spans": b'<span data-id="incidents">[' * 100_000,
    "heads": b'data-id="incidents" ' * 150_000,
    "quotes": b'<span data-id="incidents">["' + b"\\" * 2_000_000,
    "data": b'{"data":[' + b'{"id":"1","attributes":{"outage":1,"resolvedAt":0}},' * 50_000 + b"{}]}",
    "result": b'{"result":[' + b"{}," * 500_000 + b"{}]}",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE.keys())
def test_deep_and_huge_bodies_are_refused(name: str, body: bytes) -> None:
    assert attempt(name, body) is None


def many_steps() -> bytes:
    """One long text that each step of very many events points to."""
    step = {"status": "Opened", "severity": "Minor", "titleToken": "m", "messageToken": "m"}
    events = {str(n): {"products": {"1": {"history": {"1772448000": step}}}} for n in range(15_000)}
    messages = {"en": {"m": {"htmlMessage": "<b>{startDateTime} &amp;</b> " * 10_000}}}
    incidents = {"incidents": events, "messages": messages}
    return json.dumps({"incidentEvent": incidents, "maintenanceEvent": {"maintenance": {}}}).encode()


def many_references() -> bytes:
    """Very many incidents that all claim one long post."""
    reference = {"incidentUpdates": {"data": [{"id": "p"}]}}
    own = {"outage": True, "resolvedAt": None}
    rows = [{"id": str(n), "attributes": own, "relationships": reference} for n in range(15_000)]
    post = {"createdAt": "2026-03-02T11:00:00Z", "description": "<b>word</b> " * 20_000}
    included = [{"id": "p", "type": "incidentUpdate", "attributes": post}]
    return json.dumps({"data": rows, "included": included}).encode()


def many_records() -> bytes:
    cells = ",".join(f"c{n}" for n in range(200))
    rows = [RECORD | {"Id": str(n), "Impacted_Cells__c": cells} for n in range(2_000)]
    return page(json.dumps(rows), json.dumps(rows[:500]), ",".join(f"c{n}" for n in range(100_000)))


MANY = [("adobe", many_steps()), ("zendesk", many_references()), ("okta", many_records())]


@pytest.mark.parametrize(("name", "body"), MANY, ids=[name for name, _ in MANY])
def test_what_many_rows_share_is_not_told_by_each(name: str, body: bytes) -> None:
    began = time.process_time()
    snapshot = attempt(name, body)
    assert snapshot is not None
    assert sum(len(u.text) for i in snapshot.incidents for u in i.updates) <= len(body)
    assert time.process_time() - began < 20


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
def test_a_document_is_its_formats_and_nobody_elses(name: str, root: Any) -> None:
    document = Document(json.dumps(root).encode())
    found = {form.NAME: seen.certainty for form in all_formats() if (seen := form.recognise(document))}
    if found or root.get("data") != []:
        assert max(found, key=lambda form: found[form]) == name, found


@pytest.mark.parametrize("whole", PAGES)
def test_a_page_is_oktas_and_nobody_elses(whole: bytes) -> None:
    found = {form.NAME for form in all_formats() if form.recognise(Document(whole))}
    assert found == {"okta"}
