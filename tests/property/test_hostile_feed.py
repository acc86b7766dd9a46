"""Feeds and other XML made to hurt: a Snapshot or a named error, cheaply, never a green lie."""

from __future__ import annotations

from email.utils import format_datetime

import pytest
from hostile import read_body
from hypothesis import given, settings
from hypothesis import strategies as st

from inputs import look_at
from statusherd.model.records import Snapshot
from statusherd.watch.detect import detect, probe_addresses
from statusherd.watch.reading.documents import Document

NOW = look_at("feed").now
MANY = 60
"""How many entries of a feed are read."""
CATEGORY = "<Category><Name>%d</Name><Status><Name>None</Name></Status></Category>"
quick = settings(max_examples=60, deadline=None, derandomize=True)


def attempt(body: bytes) -> Snapshot | None:
    return read_body("feed", body)


def rss(items: str, prolog: str = "", head: str = "<title>Acme status</title>") -> bytes:
    return f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def item(number: int, title: str = "Slow API", text: str = "We look.", guid: str | None = None) -> str:
    date = format_datetime(NOW)
    return (
        f"<item><title>{title}</title><guid>{guid or number}</guid>"
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
    )


# Any words


@quick
@given(body=st.binary(max_size=400), address=st.text(max_size=60))
def test_detection_survives_any_bytes_and_any_address(body: bytes, address: str) -> None:
    document = Document(body, address)
    assert detect([document]) is None
    assert all(a.startswith(("http://", "https://")) for a in probe_addresses(address, document))


WORDS = st.text(st.characters(codec="utf-8"), max_size=200)


@quick
@given(WORDS, WORDS, WORDS, WORDS)
def test_any_words_in_an_item_give_a_snapshot(title: str, text: str, guid: str, date: str) -> None:
    def quoted(value: str) -> str:
        return f"<![CDATA[{value.replace(']]>', '')}]]>"

    snapshot = attempt(
        rss(
            f"<item><title>{quoted(title)}</title><guid>{quoted(guid)}</guid><link>{quoted(guid)}</link>"
            f"<pubDate>{quoted(date)}</pubDate><category>{quoted(date)}</category>"
            f"<description>{quoted(text)}</description></item>"
        ),
    )
    assert snapshot is not None
    assert len(snapshot.incidents) + len(snapshot.maintenances) == 1


@quick
@given(st.lists(st.sampled_from(
    ["Resolved - done\n", "Mar 16, 10:00 UTC\n", "Investigating\n", "Status: resolved\n", "Update - x\n", "Scheduled\n",
     "THIS IS A SCHEDULED EVENT Feb 30, 10:00 - 12:00 UTC\n", "(10:00 — Feb 29)\n", "[Monitoring] y\n", "Duration: 9 days\n"]
), max_size=12))  # fmt: skip
def test_posts_come_oldest_first_however_they_stand(lines: list[str]) -> None:
    snapshot = attempt(rss(item(1, text="".join(lines))))
    assert snapshot is not None
    for event in (*snapshot.incidents, *snapshot.maintenances):
        assert [u.at for u in event.updates] == sorted(u.at for u in event.updates)


# XML made to hurt

LEVELS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
REFUSED = {
    "entity bomb": rss("", f'<!DOCTYPE rss [<!ENTITY a0 "ha">{LEVELS}]>', "<title>&a9;</title>"),
    "entity bomb behind a comment": b"<!-- <rss> -->"
    + rss("", f'<!DOCTYPE rss [<!ENTITY a0 "ha">{LEVELS}]>')[21:],
    "quadratic blow-up": rss(item(1, text="&a;" * 20_000), f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'),
    "external entity": rss(
        "", '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "<title>&x;</title>"
    ),
    "parameter entity": rss("", '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/e"> %x;]>'),
    "unclosed quotes": b"<rss><channel><title>x</title>" + b"<![CDATA[" * 100_000 + b"</channel></rss>",
    "unclosed comment": b"<rss><channel><title>x</title><!-- " + item(1).encode() + b"</channel></rss>",
    "only brackets": b"<rss><channel><title>x</title>" + b"<" * 500_000 + b"</channel></rss>",
    "never closed items": b"<rss><channel><title>x</title>"
    + b"<item><title>a</title>" * 20_000
    + b"</channel></rss>",
    "endless instructions": b"<?x ?>" * 300_000,
    "endless space": b" " * 2_000_000,
    "roots without end": b"<rss>" * 300_000,
}
READ = {
    "external DTD": rss(item(1), '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">'),
    "ten thousand entries": rss("".join(item(n) for n in range(10_000))),
    "a title of a megabyte": rss(item(1, title="T" * 1_000_000)),
    "a title of tags": rss(item(1, title="&lt;b&gt;" * 100_000)),
    "a text of tags": rss(item(1, text="<b/>" * 300_000)),
    "a deep text": rss(item(1, text="<div>" * 200 + "x" + "</div>" * 200)),
    "a text of ampersands": rss(item(1, text="&" * 500_000)),
    "texts of stamps": rss(
        "".join(item(n, text="&lt;p&gt;5 January 2026 at 10:00 o" * 500) for n in range(60))
    ),
    "texts of posts": rss("".join(item(n, text="Done. b\n" * 1_000) for n in range(60))),
    "a text of lines": rss(item(1, text="Resolved - a\n" + "b\n" * 10_000)),
    "a root of attributes": rss(item(1)).replace(
        b'<rss version="2.0"', b"<rss " + b" ".join(b'a%d="1"' % n for n in range(100_000))
    ),
    "many categories": rss(item(1).replace("<guid>", "<category>x</category>" * 50_000 + "<guid>")),
    "broken links": rss(item(1).replace("<guid>", "<link>http://[bad/</link><guid>http://[bad#") * 2),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_xml_that_hides_something_is_refused_cheaply(body: bytes) -> None:
    assert attempt(body) is None


@pytest.mark.parametrize("body", READ.values(), ids=READ.keys())
def test_xml_that_is_only_large_is_read_at_a_bounded_cost(body: bytes) -> None:
    snapshot = attempt(body)
    assert snapshot is not None
    assert 1 <= len(snapshot.incidents) <= MANY


def test_guids_that_change_on_every_poll_change_nothing_but_the_identity() -> None:
    polls = [attempt(rss(item(1, title="Identified: Slow API", guid=f"poll-{n}"))) for n in range(3)]
    assert len({poll.status for poll in polls if poll}) == 1
    assert all(len(poll.open_incidents) == 1 for poll in polls if poll)


@pytest.mark.parametrize("path", ["/etc/hostname", "file:///etc/hostname", "http://127.0.0.1:9/feed.xml"])
def test_body_that_is_an_address_or_a_path_is_refused(path: str) -> None:
    assert attempt(path.encode()) is None
    assert attempt(path.encode("utf-16")) is None


def test_many_categories_of_xml_are_read_in_time() -> None:
    rows = "".join(CATEGORY % number for number in range(10_000))
    snapshot = read_body("xbox", f"<ServiceStatus><CoreServices>{rows}</CoreServices></ServiceStatus>")
    assert snapshot is not None
    assert len(snapshot.components) == 10_000
