"""Hostile content for feeds, Better Stack and Status.io: a Snapshot or a named error, cheaply, never a green lie."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import Status
from statusherd.watch.detect import detect, probe_addresses
from statusherd.watch.formats import Look, betterstack, feed, statusio
from statusherd.watch.reading.documents import Document

FIXTURES = Path(__file__).parents[1] / "formats" / "fixtures"
NOW = datetime(2026, 7, 16, 9, 30, tzinfo=UTC)
LOOK = Look("acme", NOW)
FORMATS = [feed, betterstack, statusio]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FEEDS = sorted(path for path in (FIXTURES / "feed").iterdir() if path.stem not in ("cases", "malformed"))
MAX_CPU = 1.0


def attempt(form: ModuleType, body: bytes, content_type: str = "") -> Snapshot | None:
    """Read `body`; None where it was refused as it should be."""
    document = Document(body, "https://status.acme.example/x", content_type)
    form.recognise(document)
    try:
        snapshot = form.parse([document], LOOK)
    except LookError:
        return None
    assert isinstance(snapshot, Snapshot)
    return snapshot


def rss(items: str, prolog: str = "", head: str = "<title>Acme status</title>") -> bytes:
    return f'<?xml version="1.0"?>{prolog}<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def item(number: int, title: str = "Slow API", text: str = "We look.", guid: str | None = None) -> str:
    date = format_datetime(NOW)
    return (
        f"<item><title>{title}</title><guid>{guid or number}</guid>"
        f"<pubDate>{date}</pubDate><description>{text}</description></item>"
    )


# Any bytes


@pytest.mark.parametrize("form", FORMATS)
@given(body=st.binary(max_size=400), content_type=st.text(max_size=40))
def test_bytes_that_are_not_the_format_are_refused(form: ModuleType, body: bytes, content_type: str) -> None:
    assert attempt(form, body, content_type) is None


@given(body=st.binary(max_size=400), address=st.text(max_size=60))
def test_detection_survives_any_bytes_and_any_address(body: bytes, address: str) -> None:
    document = Document(body, address)
    assert detect([document]) is None
    assert all(a.startswith(("http://", "https://")) for a in probe_addresses(address, document))


@given(st.sampled_from(FEEDS), st.data())
def test_feed_with_bytes_replaced_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    body = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    attempt(feed, bytes(body))


@given(st.sampled_from(FEEDS), st.floats(0, 0.99))
def test_feed_that_was_cut_off_is_refused(path: Path, share: float) -> None:
    body = path.read_bytes().rstrip()
    assert attempt(feed, body[: int(len(body) * share)]) is None


WORDS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(WORDS, WORDS, WORDS, WORDS)
def test_any_words_in_an_item_give_a_snapshot(title: str, text: str, guid: str, date: str) -> None:
    def quoted(value: str) -> str:
        return f"<![CDATA[{value.replace(']]>', '')}]]>"

    snapshot = attempt(
        feed,
        rss(
            f"<item><title>{quoted(title)}</title><guid>{quoted(guid)}</guid><link>{quoted(guid)}</link>"
            f"<pubDate>{quoted(date)}</pubDate><category>{quoted(date)}</category>"
            f"<description>{quoted(text)}</description></item>"
        ),
    )
    assert snapshot is not None
    assert len(snapshot.incidents) + len(snapshot.maintenances) == 1


@given(st.lists(st.sampled_from(
    ["Resolved - done\n", "Mar 16, 10:00 UTC\n", "Investigating\n", "Status: resolved\n", "Update - x\n", "Scheduled\n",
     "THIS IS A SCHEDULED EVENT Feb 30, 10:00 - 12:00 UTC\n", "(10:00 — Feb 29)\n", "[Monitoring] y\n", "Duration: 9 days\n"]
), max_size=12))  # fmt: skip
def test_posts_come_oldest_first_however_they_stand(lines: list[str]) -> None:
    snapshot = attempt(feed, rss(item(1, text="".join(lines))))
    assert snapshot is not None
    for event in (*snapshot.incidents, *snapshot.maintenances):
        assert [u.at for u in event.updates] == sorted(u.at for u in event.updates)


# Any JSON value in place of any key


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from places(child, (*path, key))


DOCUMENTS = [
    (betterstack, json.loads((FIXTURES / "betterstack" / "index_with_open_report.json").read_bytes())),
    (statusio, json.loads((FIXTURES / "statusio" / "two_locations.json").read_bytes())),
]
PLACES = {form.NAME: list(places(root)) for form, root in DOCUMENTS}


@pytest.mark.parametrize(("form", "root"), DOCUMENTS, ids=["betterstack", "statusio"])
@given(data=st.data())
def test_any_value_in_place_of_any_other_is_read_or_refused(
    form: ModuleType, root: Any, data: st.DataObject
) -> None:
    changed = copy.deepcopy(root)
    *way, last = data.draw(st.sampled_from(PLACES[form.NAME]))
    parent = changed
    for key in way:
        parent = parent[key]
    parent[last] = data.draw(ANY_JSON)
    snapshot = attempt(form, json.dumps(changed).encode())
    assert snapshot is None or snapshot.status is not Status.OPERATIONAL


@pytest.mark.parametrize("form", [betterstack, statusio])
@given(value=ANY_JSON)
def test_other_json_is_refused(form: ModuleType, value: object) -> None:
    assert attempt(form, json.dumps(value).encode()) is None


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
    begin = time.process_time()
    assert attempt(feed, body) is None
    assert time.process_time() - begin < MAX_CPU / 2


@pytest.mark.parametrize("body", READ.values(), ids=READ.keys())
def test_xml_that_is_only_large_is_read_at_a_bounded_cost(body: bytes) -> None:
    begin = time.process_time()
    snapshot = attempt(feed, body)
    assert time.process_time() - begin < MAX_CPU
    assert snapshot is not None
    assert 1 <= len(snapshot.incidents) <= 60


def test_guids_that_change_on_every_poll_change_nothing_but_the_identity() -> None:
    polls = [attempt(feed, rss(item(1, title="Identified: Slow API", guid=f"poll-{n}"))) for n in range(3)]
    assert len({poll.status for poll in polls if poll}) == 1
    assert all(len(poll.open_incidents) == 1 for poll in polls if poll)


@pytest.mark.parametrize("path", ["/etc/hostname", "file:///etc/hostname", "http://127.0.0.1:9/feed.xml"])
def test_body_that_is_an_address_or_a_path_is_refused(path: str) -> None:
    assert attempt(feed, path.encode()) is None
    assert attempt(feed, path.encode("utf-16")) is None
