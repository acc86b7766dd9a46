"""How often one address may ask."""

from __future__ import annotations

import pytest

from statusherd.publish import limits
from statusherd.publish.limits import Limits
from statusherd.publish.words_given import Given, given


def test_so_many_may_come_together_and_then_so_many_a_second():
    limit = Limits(at_once=3, per_second=0.5)
    assert [limit.wait("192.0.2.1", 10.0) for _ in range(4)] == [0, 0, 0, 2]
    assert limit.wait("192.0.2.1", 11.0) == 1
    assert limit.wait("192.0.2.1", 12.0) == 0
    assert limit.wait("192.0.2.1", 12.0) == 2
    assert [limit.wait("192.0.2.1", 1000.0) for _ in range(4)] == [0, 0, 0, 2], "no more is saved up"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "not an address", True),
    ],
)
def test_whoever_has_one_address_of_a_network_has_all_of_it(one, other, same):
    limit = Limits(at_once=1, per_second=1)
    assert limit.wait(one, 0.0) == 0
    assert (limit.wait(other, 0.0) > 0) is same


def test_only_so_many_addresses_are_remembered():
    limit = Limits(at_once=1, per_second=0.001)
    for number in range(limits.MOST_ADDRESSES + 100):
        assert limit.wait(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 0.0) == 0
    assert len(limit._buckets) == limits.MOST_ADDRESSES
    assert limit.wait("10.0.0.0", 0.0) == 0, "the longest silent is forgotten"


@pytest.mark.parametrize(
    ("author", "note", "expected"),
    [
        ("ada", "", Given("ada", "")),
        ("  ada\r\nBcc: x ", "a\x00b\u202e\n", Given("ada Bcc: x", "a b")),
        ("", "", "Say who takes it on: give a name."),
        (" \t\x00 ", "", "Say who takes it on: give a name."),
        ("a" * 101, "", "The name is too long: at most 100 characters."),
        ("ada", "n" * 501, "The note is too long: at most 500 characters."),
        (None, "", "author and note must be texts."),
        ("ada", 7, "author and note must be texts."),
    ],
)
def test_who_and_what_are_one_line_each(author, note, expected):
    assert given(author, note) == expected
