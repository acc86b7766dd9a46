"""What is printed: safe text, tables, times, and the answers people give."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta, timezone

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.cli.choosing import filters_of
from statusherd.cli.looking import as_url, named_after
from statusherd.cli.moments import ago, given_moment
from statusherd.cli.output import print_json, shown, table, width
from statusherd.model.records import Component, Snapshot
from statusherd.model.selection import selected
from statusherd.model.stamps import iso
from statusherd.model.words import Status

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@given(st.text(), st.integers(2, 400))
def test_shown_text_is_one_safe_line(text, limit):
    line = shown(text, limit)
    assert len(line) <= limit
    assert not any(c in "\r\n\t\x1b\x9b\u202e\u2066\x00" for c in line)


def test_colour_codes_of_others_leave_nothing_behind():
    assert shown("a\x1b[31mred\x1b[0m\nb") == "ared b"


def test_plain_text_is_shown_as_it_is():
    assert shown("Zürich: 東京 🚀 @everyone") == "Zürich: 東京 🚀 @everyone"


@given(st.text())
def test_json_is_safe_for_a_terminal_and_loses_nothing(text):
    with redirect_stdout(io.StringIO()) as written:
        print_json({"name": text})
    line = written.getvalue().removesuffix("\n")
    assert json.loads(line) == {"name": text}
    assert line.isprintable()


def test_a_table_is_as_wide_as_what_is_seen_of_its_cells():
    red = click.style("東", fg="red")
    assert [click.unstyle(line) for line in table(("A", "B"), [(red, "x"), ("abcd", "y")])] == [
        "A     B",
        "東    x",
        "abcd  y",
    ]


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("東京", 4), ("e\u0301", 1), ("", 0)])
def test_width_counts_columns(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2026-01-31T12:00:00Z"),
        (NOON.replace(microsecond=250_000), "2026-01-31T12:00:00.250000Z"),
        (datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2))), "2026-01-31T12:00:00Z"),
        (None, None),
    ],
)
def test_times_in_json_are_utc(moment, text):
    assert iso(moment) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (172_800, "2 d")]
)
def test_ages_are_told_in_their_largest_unit(seconds, text):
    assert ago(NOON - timedelta(seconds=seconds), NOON) == text


@pytest.mark.parametrize("text", ["2026-01-31T12:00:00Z", "2026-01-31 13:00+01:00", "2026-01-31T12:00"])
def test_times_of_the_command_line_are_iso(text):
    assert given_moment(None, None, text) == NOON


@pytest.mark.parametrize("text", ["yesterday", "", "0001-01-01T00:00+14:00"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(click.BadParameter):
        given_moment(None, None, text)


# Choosing


PARTS = (
    Component("a1", "API"),
    Component("w1", "Web"),
    Component("w2", "Web", group="EU"),
    Component("g1", "Jobs [beta] *"),
)


@pytest.mark.parametrize(
    ("answer", "filters"),
    [
        ("", ()),
        ("1", ("API",)),
        ("1-2, 1", ("API", "w1")),
        ("W*", ("W*",)),
        ("3", ("w2",)),
        ("api,4", ("api", "Jobs [[]beta] [*]")),
    ],
)
def test_numbers_become_filters(answer, filters):
    assert filters_of(answer, PARTS) == filters


@pytest.mark.parametrize("answer", ["0", "5", "3-2", "1-9", "nothing", "999999"])
def test_what_is_not_there_is_refused(answer):
    with pytest.raises(ValueError, match=r"\.$"):
        filters_of(answer, PARTS)


@given(
    st.lists(st.builds(Component, id=st.uuids().map(str), name=st.text(max_size=8)), min_size=1, max_size=6),
    st.data(),
)
def test_a_number_selects_its_own_component_and_no_other(components, data):
    number = data.draw(st.integers(1, len(components)))
    filters = filters_of(str(number), components)
    assert selected(filters, components) == (components[number - 1],)


# Names and addresses


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://status.example.com/x", "https://status.example.com/x"),
        ("status.example.com", "https://status.example.com"),
        ("github", None),
        ("./file", None),
        ("127.0.0.1:80", None),
    ],
)
def test_addresses_are_told_from_names(text, url):
    assert as_url(text) == url


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("GitHub", "github"),
        ("Acme Payments Status", "acme-payments"),
        ("  ", "status.example.com"),
        (None, "status.example.com"),
        ("Status", "status.example.com"),
    ],
)
def test_a_vendor_is_named_after_its_page_or_host(page, name):
    snapshot = Snapshot("s", "statuspage", NOON, None, Status.UNKNOWN, page_name=page)
    assert named_after("https://status.example.com/", snapshot) == name
