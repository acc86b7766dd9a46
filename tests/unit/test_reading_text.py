"""Vendors' text as plain text: nothing in it can steer a terminal, a header or the reading direction."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.watch.reading.text import MAX_LINE, MAX_TEXT, clean, plain_line, plain_text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (None, ""),
        ("", ""),
        ("plain", "plain"),
        ("a\r\nb\n\n\nc", "a\nb\nc"),
        ("  a \t b  ", "a b"),
        ("AT&amp;T &lt;b&gt; &nbsp;x", "AT&T <b> x"),
        ("a < b and c > d", "a < b and c > d"),
        ("<p>One</p><p>Two<br/>Three</p>", "One\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<b>bold</b>er", "bolder"),
        (
            "<small>Mar <var>16</var>, <var>19:46</var> UTC</small><br><strong>Resolved</strong> - ok",
            "Mar 16, 19:46 UTC\nResolved - ok",
        ),
        ("x<script>alert(1)</script><style>b{}</style><template>t</template>y", "xy"),
        ("<!-- hidden -->shown", "shown"),
        ("<p>open <p>still", "open\nstill"),
        ("<div>" * 1000 + "deep" + "</div>" * 1000, "deep"),
        ("<", "<"),
        ("a\x00b<p>c", "ab\nc"),
        ("<a href='javascript:x()'>link</a>", "link"),
    ],
)
def test_markup_becomes_lines(source: str | None, expected: str) -> None:
    assert plain_text(source) == expected


def test_line_is_one_line() -> None:
    assert plain_line("<p>One</p>\n<p>Two</p>") == "One Two"


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    assert len(plain_text("x" * 50_000)) == MAX_TEXT
    assert plain_text("x" * 50_000).endswith("…")
    assert len(plain_line("word " * 500)) <= MAX_LINE


def test_direction_and_control_characters_are_dropped() -> None:
    assert clean("a\u202eb\u200bc\x1b[31md\ud800e\n\tf") == "abc[31mde\n\tf"


@given(st.text())
def test_no_text_keeps_characters_that_steer(source: str) -> None:
    categories = {unicodedata.category(c) for c in plain_text(source) if c != "\n"}
    assert not categories & {"Cc", "Cf", "Cs", "Co"}
    assert "\n" not in plain_line(source)


@given(st.text(alphabet="<>&;!-[]/ab= \"'", max_size=200))
def test_broken_markup_is_read_all_the_same(source: str) -> None:
    assert len(plain_text(source)) <= MAX_TEXT


@pytest.mark.parametrize(
    "piece", ["<!--", "<!", "<![CDATA[", "<a ", "<div>", "&", "<p>", "<table>", "<b></i>"]
)
def test_hostile_markup_costs_little(piece: str) -> None:
    begin = time.process_time()
    plain_text(piece * (2_000_000 // len(piece)))
    assert time.process_time() - begin < 0.5
