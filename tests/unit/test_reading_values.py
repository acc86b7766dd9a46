"""JSON of strangers: typed access that no document can break."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.errors import LookError, ParseError
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.values import as_object, load_json, number, objects, string, strings, try_object
from statusherd.watch.reading.words import Notes, fold

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_empty_body_is_an_error_of_its_own(body: bytes) -> None:
    with pytest.raises(LookError, match="empty"):
        load_json(Document(body))


@pytest.mark.parametrize(
    "body", [b"{", b"k", b"<html>", b'{"a": 1}x', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_what_is_no_json_is_a_parse_error(body: bytes) -> None:
    with pytest.raises(ParseError):
        load_json(Document(body))
    assert try_object(Document(body)) == {}


def test_nan_and_infinity_are_null() -> None:
    assert load_json(Document(b"[NaN, Infinity, -Infinity, 1]")) == [None, None, None, 1]


def test_json_in_utf_16_with_a_mark_is_read() -> None:
    body = b"\xfe\xff" + '{"a": "ä"}'.encode("utf-16-be")
    assert load_json(Document(body, content_type="application/json;charset=utf-16")) == {"a": "ä"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        (1, "1"),
        (1.5, "1.5"),
        (True, None),
        (None, None),
        ([], None),
        ({}, None),
        ("a\x00b", "a\ufffdb"),
        ("\ud800", "\ufffd"),
    ],
)
def test_string_is_storable_or_none(value: object, expected: str | None) -> None:
    assert string(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.5", 1.5),
        (3, 3.0),
        (True, None),
        ("x", None),
        ("nan", None),
        ("inf", None),
        (10**400, None),
        (None, None),
    ],
)
def test_number_is_finite_or_none(value: object, expected: float | None) -> None:
    assert number(value) == expected


def test_lists_and_objects_are_taken_for_what_they_are() -> None:
    assert list(objects([{"a": 1}, 2, None, {"b": 2}])) == [{"a": 1}, {"b": 2}]
    assert list(objects({"a": 1})) == []
    assert as_object([1]) == {}
    assert strings(["a", 1, None, "", {}]) == ("a", "1")
    assert strings("abc") == ()


@given(ANY_JSON)
def test_no_value_breaks_the_access(value: object) -> None:
    text = string(value)
    assert text is None or not any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text)
    found = number(value)
    assert found is None or math.isfinite(found)
    assert all(isinstance(item, dict) for item in objects(value))
    assert isinstance(try_object(Document(json.dumps(value).encode())), dict)


def test_words_compare_without_case_and_separators() -> None:
    assert fold("Partial_Outage") == fold("partial outage") == fold("PARTIAL-OUTAGE") == "partialoutage"
    assert fold(None) == ""


def test_unknown_word_is_told_once_and_a_missing_one_never() -> None:
    notes = Notes()
    for word in ("odd", "odd", None, ""):
        assert notes.look_up({"known": 1}, word, 0, "state") == 0
    assert notes.look_up({"known": 1}, "KNOWN", 0, "state") == 1
    assert notes.all == ("unknown state 'odd', read as 0",)
