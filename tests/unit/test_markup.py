"""Vendor text is shown as it is, and does nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.notify.markup import capped, lines, link, markdown, one_line, within_bytes

NOTHING = "\u200b"  # a zero-width space


@pytest.mark.parametrize("name", ["everyone", "here", "channel", "all", "room", "Everyone"])
def test_a_call_to_a_group_is_broken_and_reads_the_same(name: str) -> None:
    for text in (f"@{name}", f"ops@{name} now", f"(@{name})"):
        harmless = one_line(text)
        assert f"@{name}" not in harmless
        assert harmless.replace(NOTHING, "") == text


@pytest.mark.parametrize("text", ["@alice look", "cc @U6TTX1F9R", "@**all**", "see @bob:example.org"])
def test_a_call_to_a_person_is_broken(text: str) -> None:
    assert one_line(text) == text.replace("@", f"@{NOTHING}")


def test_a_mail_address_stays_whole() -> None:
    assert one_line("write to status.team+x@vendor.example") == "write to status.team+x@vendor.example"


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<!subteam^S1|ops>",
        "<#C1|general>",
        "<script>",
        "</b>",
        "<users/all>",
        "<https://a.example|b>",
    ],
)
def test_what_begins_like_a_tag_is_none(text: str) -> None:
    assert "<" not in one_line(text)


def test_a_comparison_keeps_its_sign() -> None:
    assert one_line("latency <5 ms, p < 0.1, a <= b") == "latency <5 ms, p < 0.1, a <= b"


def test_what_steers_a_terminal_a_header_or_the_reading_is_gone() -> None:
    hostile = "ok\r\nBcc: x@evil.example\x00\x1b[31m\u202egnp.exe\u2066\ufeff\U000e0041\ud800 end"
    assert one_line(hostile) == "ok Bcc: x@evil.example[31mgnp.exe end"


def test_joined_emoji_and_other_scripts_stay() -> None:
    assert one_line("👩‍💻 نمی‌خواهم 東京 naïve") == "👩‍💻 نمی‌خواهم 東京 naïve"


def test_lines_keep_paragraphs_and_fold_the_rest() -> None:
    assert lines("  one \t two\r\n\r\n\r\n\r\nthree\u2028four  ") == ("one two", "", "three", "four")
    assert lines(" \n\t ") == ()


def test_long_text_ends_in_an_ellipsis_at_a_word() -> None:
    assert capped("alpha beta gamma delta", 18) == "alpha beta gamma…"
    assert capped("x" * 50, 10) == "x" * 9 + "…"
    assert capped("short", 10) == "short"


@pytest.mark.parametrize("limit", range(6, 60))
def test_a_text_is_cut_by_the_bytes_it_takes(limit):
    text = "Störung: задержки 遅延 🔥 in Zürich"
    cut = within_bytes(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1].rstrip()))


def test_what_fits_by_its_bytes_stays_whole():
    assert within_bytes("Störung", 8) == "Störung"
    assert within_bytes("Störung", 7) == "Stö…"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("[x](http://evil.example)", r"\[x\](http://evil.example)"),
        ("![x](http://evil.example/i.png)", r"!\[x\](http://evil.example/i.png)"),
        (
            "**bold** _it_ ~~no~~ ||spoiler|| `code`",
            r"\*\*bold\*\* \_it\_ \~\~no\~\~ \|\|spoiler\|\| \`code\`",
        ),
        ("# head", r"\# head"),
        ("> quote", r"\> quote"),
        ("- item", r"\- item"),
        ("12. item", r"12\. item"),
        ("---", r"\---"),
        ("&lt;!channel&gt;", f"&{NOTHING}lt;!channel&{NOTHING}gt;"),
        ("R&D", "R&D"),
    ],
)
def test_no_mark_of_markdown_is_at_work(text: str, written: str) -> None:
    assert markdown(text) == written


def test_an_address_in_markdown_can_still_be_opened() -> None:
    assert markdown("see https://status.example/a_b?x=1.") == "see https://status.example/a%5Fb?x=1."


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example/x",
        "https://user:pw@a.example/",
        "https://a.example/x y",
        'https://a.example/"><script>',
        "https://a.example/<b>",
        "https://a.example/x|status.example",
        "https:///nohost",
        "https://[broken/",
        "//a.example/x",
        "https://a.example/" + "x" * 600,
        "https://ex\u0430mple.com/",
        None,
    ],
)
def test_an_address_that_is_not_plainly_of_the_web_is_no_link(url: str | None) -> None:
    assert link(url) is None


def test_a_web_address_is_a_link() -> None:
    url = "https://www.githubstatus.com/incidents/x1_y?a=1&b=(2)#c"
    assert link(url) == url


@given(st.text())
def test_one_line_never_holds_a_break_or_a_control(text: str) -> None:
    harmless = one_line(text)
    assert len(harmless) <= 200
    assert all(ord(c) >= 32 and c not in "\x7f\u2028\u2029\x85" for c in harmless)
    harmless.encode()


@given(st.text(alphabet="@<>!#|[]()*_`~ \naeryvonh\u200b"))
def test_no_call_survives_whatever_stands_around_it(text: str) -> None:
    for line in lines(text + "@everyone <!here> " + text, limit=10_000):
        assert "@everyone" not in line
        assert "<!" not in line
        assert "<@" not in line
