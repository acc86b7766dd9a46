"""Whatever bytes come in the place of a self-hosted page's document: a Snapshot or a LookError."""

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
LOOK = Look("hostile", datetime(2026, 5, 4, 8, 30, tzinfo=UTC))
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
FILES = (
    "cachet/components.json",
    "cachet/groups.json",
    "cachet/incidents.json",
    "cachet/incidents_2_3.json",
    "cachet/schedules.json",
    "cachet/v3_incidents.json",
    "cstate/index_open_and_planned.json",
    "cstate/issues.json",
    "gatus/statuses_mixed.json",
    "upptime/summary_mixed.json",
)
DOCUMENTS = [
    pytest.param(format_named(file.partition("/")[0]), json.loads((FIXTURES / file).read_text()), id=file)
    for file in FILES
]
FORMATS = [format_named(name) for name in sorted({file.partition("/")[0] for file in FILES})]
HOSTILE = [
    "\ud800 lone",
    "\x00nul",
    "\u202eevil\x1b[2J",
    "9" * 400,
    "2026-02-30 25:61:61 +9900 X",
    10**400,
    float("nan"),
    True,
    None,
    {},
    [],
    [[]],
    {"id": {"id": []}},
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
    recognition = form.recognise(document)
    try:
        snapshot = form.parse([document], LOOK)
    except LookError:
        assert recognition is None, "what is recognised can be read"
        return None
    for text in texts(snapshot):
        text.encode()
        assert "\x00" not in text
    for rows in (snapshot.components, snapshot.incidents, snapshot.maintenances):
        ids = [row.id for row in rows]
        assert all(ids)
        assert len(ids) == len(set(ids))
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


@pytest.mark.parametrize(("form", "root"), DOCUMENTS)
@quick
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(form: Format, root: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(root))))
    try_to_read(form, json.dumps(replaced(root, path, data.draw(values))).encode())


@pytest.mark.parametrize(("form", "root"), DOCUMENTS)
def test_every_hostile_value_in_every_place_is_read_or_refused(form: Format, root: Any) -> None:
    everywhere = list(places(root))
    for number, value in enumerate(HOSTILE):
        for path in everywhere[number % 3 :: 3]:
            try_to_read(form, json.dumps(replaced(root, path, value)).encode())
