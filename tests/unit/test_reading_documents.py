"""A document's bytes as text, whatever its labels say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.errors import FailureKind, LookError
from statusherd.watch.reading.documents import Document, looks_like_html, not_this, usable_charset


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("ä".encode(), "", "ä"),
        ("ä".encode("latin-1"), "text/html; charset=ISO-8859-1", "ä"),
        ("ä".encode("cp1252"), 'text/html; charset="windows-1252"', "ä"),
        (b"\xef\xbb\xbf" + "ä".encode(), "text/plain; charset=latin-1", "ä"),
        (b"\xff\xfe" + "ä".encode("utf-16-le"), "", "ä"),
        (b"\xfe\xff" + "ä".encode("utf-16-be"), "application/json;charset=utf-16", "ä"),
        ("ä".encode(), "text/plain; charset=nonsense", "ä"),
        (b"\xff", "", "\ufffd"),
    ],
)
def test_text_goes_by_mark_then_label_then_utf_8(body: bytes, content_type: str, text: str) -> None:
    assert Document(body, content_type=content_type).text == text


@pytest.mark.parametrize(
    "label", ["hex", "base64", "zip", "undefined", "punycode", "idna", "unicode_escape", "rot13", ""]
)
def test_label_that_is_no_charset_falls_back_to_utf_8(label: str) -> None:
    assert usable_charset(label) is None
    assert Document("ä".encode(), content_type=f"text/plain; charset={label}").text == "ä"


@given(st.binary(), st.text(max_size=40))
def test_any_bytes_under_any_label_are_text(body: bytes, label: str) -> None:
    assert isinstance(Document(body, content_type=f"text/plain; charset={label}").text, str)


@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_empty_body_is_refused_with_its_own_kind(body: bytes) -> None:
    with pytest.raises(LookError) as caught:
        Document(body, "https://a.example/").refuse_empty()
    assert (caught.value.kind, caught.value.subject) == (FailureKind.EMPTY, "https://a.example/")


@pytest.mark.parametrize("text", ["<!DOCTYPE html>", "  <HTML lang=en>", "<!-- x --><html>", "<head>"])
def test_page_is_told_by_its_beginning(text: str) -> None:
    assert looks_like_html(text)


@pytest.mark.parametrize("text", ["", "{}", "<rss>", "<?xml version='1.0'?><feed/>", "plain <html>"])
def test_data_is_no_page(text: str) -> None:
    assert not looks_like_html(text)


def test_refusal_says_what_was_received_and_what_to_do() -> None:
    error = not_this("Statuspage", Document(b"<html></html>", "https://a.example/x"), "no keys")
    assert "https://a.example/x" in str(error)
    assert "HTML page" in str(error)
    assert "inspect" in str(error)
