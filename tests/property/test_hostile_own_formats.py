"""Whatever comes in the place of a vendor's own document: a Snapshot or a LookError, never a green lie."""

from __future__ import annotations

import json
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
from statusherd.watch.formats import Look, all_formats, format_named
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parents[1] / "formats" / "fixtures"
NAMES = ["slack", "heroku", "salesforce", "infomaniak", "xai", "alibaba", "tencent", "apple"]
LOOK = Look("acme", datetime(2026, 3, 4, 17, 0, tzinfo=UTC))
DOCUMENTS = [
    pytest.param(name, json.loads(path.read_text()), id=f"{name}/{path.stem}")
    for name in NAMES
    for path in sorted((FIXTURES / name).glob("*.json"))
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
    "<script>&#x110000;",
    "9" * 400,
    [],
    [[]],
    [None, {}, "x"],
    {},
    {"id": {"id": []}},
]
VALUES = st.recursive(
    st.sampled_from(HOSTILE) | st.text(max_size=20) | st.floats() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
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
    json.dumps(asdict(snapshot), default=str, ensure_ascii=False).encode()
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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 50_000], ids=["lists", "objects", "digits"]
)
def test_deep_and_huge_bodies_are_refused(name: str, body: bytes) -> None:
    assert attempt(name, body) is None


@pytest.mark.parametrize(("name", "root"), DOCUMENTS)
def test_a_document_is_its_formats_and_nobody_elses(name: str, root: Any) -> None:
    document = Document(json.dumps(root).encode())
    found = {form.NAME: seen.certainty for form in all_formats() if (seen := form.recognise(document))}
    assert max(found, key=lambda form: found[form]) == name, found
