"""Which format a page has, where to look for its documents, and what to keep as its address."""

from __future__ import annotations

import json

import pytest

from statusherd.watch.detect import (
    address_of,
    answers_everything,
    detect,
    distinct,
    probe_addresses,
)
from statusherd.watch.reading.documents import Document

ROOT = "https://status.acme.example/"
PAGE_ID = "5b36dc6502d06804c08349f7"
FEED = b"<rss version='2.0'><channel><title>Acme status</title></channel></rss>"


def document(value: object, path: str = "") -> Document:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Document(body, f"{ROOT}{path}")


def statuspage(page_id: str = "z5s8xghvb0vf") -> object:
    status = {"indicator": "none", "description": "ok"}
    return {"page": {"id": page_id, "name": "Acme"}, "status": status, "components": [], "incidents": []}


def better_stack() -> object:
    return {"data": {"type": "status_page", "attributes": {"aggregate_state": "operational"}}, "included": []}


def html(head: str = "", token: str = "a" * 40) -> bytes:
    return f"<!DOCTYPE html><html><head><meta name='csrf' content='{token}'>{head}</head><body>Hi</body></html>".encode()


# detect


@pytest.mark.parametrize(
    ("value", "path", "name"),
    [
        (statuspage(), "api/v2/summary.json", "statuspage"),
        (better_stack(), "index.json", "betterstack"),
        ({"result": {"status_overall": {"status_code": 100}, "status": []}}, "", "statusio"),
        (FEED, "history.rss", "feed"),
    ],
)
def test_format_is_told_by_shape(value: object, path: str, name: str) -> None:
    found = detect([document(value, path)])
    assert found is not None
    assert (found.format, found.url) == (name, ROOT + path)
    assert found.evidence


def test_document_of_a_platform_beats_its_feed_which_is_runner_up() -> None:
    found = detect([document(FEED, "history.rss"), document(statuspage(), "api/v2/summary.json")])
    assert found is not None
    assert found.format == "statuspage"
    assert found.is_certain
    assert [candidate.format for candidate in found.runners_up] == ["feed"]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"k", html(), b'{"error": "not found"}', b"\xff\xfe\x00"]
)
def test_what_no_format_knows_is_none(body: bytes) -> None:
    assert detect([document(body)]) is None


def test_nothing_fetched_is_none() -> None:
    assert detect([]) is None


def test_page_that_answers_every_path_is_counted_once() -> None:
    documents = [
        document(html(token=letter * 40), path) for letter, path in zip("abc", ("", "x", "y"), strict=True)
    ]
    assert distinct(documents) == (documents[0],)
    assert answers_everything(documents[0], documents[1])


def test_answer_with_other_words_is_no_repetition() -> None:
    assert not answers_everything(document(html()), document(html("<title>History</title>")))
    assert not answers_everything(document(FEED), document(FEED))


# address_of


def kept(value: object, path: str, pasted: str) -> str:
    found = detect([document(value, path)])
    assert found is not None
    return address_of(found, pasted)


def test_page_is_kept_where_the_format_finds_its_documents_from_it() -> None:
    assert kept(statuspage(), "api/v2/summary.json", f"{ROOT}incidents/abc") == ROOT
    assert kept(better_stack(), "index.json", ROOT) == ROOT


def test_documents_own_address_is_kept_where_the_page_does_not_lead_to_it() -> None:
    assert kept(FEED, "some/feed.xml", ROOT) == f"{ROOT}some/feed.xml"


def test_statusio_keeps_the_address_with_the_page_id() -> None:
    body = json.dumps({"result": {"status_overall": {"status_code": 100}, "status": []}}).encode()
    api = f"https://api.status.io/1.0/status/{PAGE_ID}"
    found = detect([Document(body, api)])
    assert found is not None
    assert address_of(found, ROOT) == api


# probe_addresses


def test_permalink_leads_to_the_root_and_to_the_most_common_documents_first() -> None:
    probes = probe_addresses(f"{ROOT}incidents/abc123")
    assert probes[:3] == (f"{ROOT}incidents/abc123", ROOT, f"{ROOT}api/v2/summary.json")
    assert len(set(probes)) == len(probes)


def test_address_without_a_scheme_is_https() -> None:
    assert probe_addresses("status.acme.example")[0] == ROOT


@pytest.mark.parametrize(
    "address",
    ["", "acme", "ftp://a.example/", "file:///etc/hostname", "http://[bad", "a b.example", "https://a:port/"],
)
def test_what_is_no_web_address_gives_nothing_to_try(address: str) -> None:
    assert probe_addresses(address) == ()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://acme.betteruptime.com/", "https://acme.betteruptime.com/index.json"),
        ("https://acme.instatus.com", "https://acme.instatus.com/summary.json"),
        ("https://acme.statuspal.eu/", "https://statuspal.eu/api/v2/status_pages/acme/summary"),
        (f"https://status.io/pages/{PAGE_ID}", f"https://api.status.io/1.0/status/{PAGE_ID}"),
        ("https://stats.uptimerobot.com/k3y", "https://stats.uptimerobot.com/api/getMonitorList/k3y"),
        ("https://health.aws.amazon.com/health/status", "https://health.aws.amazon.com/public/currentevents"),
        ("https://up.acme.example/status/Main", "https://up.acme.example/api/status-page/main"),
        (
            "https://github.com/acme/up",
            "https://raw.githubusercontent.com/acme/up/master/history/summary.json",
        ),
    ],
)
def test_host_or_path_that_gives_the_platform_away_is_tried_first(address: str, expected: str) -> None:
    assert probe_addresses(address)[1] == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f"<script>var pageId = '{PAGE_ID}';</script>", f"https://api.status.io/1.0/status/{PAGE_ID}"),
        ("<script src='https://uptime.betterstack.com/packs/a.js'></script>", f"{ROOT}index.json"),
        ("<meta name='generator' content='cState v6.0.1'>", f"{ROOT}index.json"),
        ("<title>Health Dashboard | Gatus</title>", f"{ROOT}api/v1/endpoints/statuses"),
        ("<script>window.preloadData = {'config':{'slug':'acme'}};</script>", f"{ROOT}api/status-page/acme"),
        (
            "<script src='https://acme.statuspal.io/x.js'></script>",
            "https://statuspal.io/api/v2/status_pages/acme/summary",
        ),
    ],
)
def test_marker_in_the_source_is_tried_first(head: str, expected: str) -> None:
    assert probe_addresses(ROOT, document(html(head)))[0] == expected


def test_statuspage_id_in_the_source_leads_to_its_own_host() -> None:
    page = document(html("<a href='https://z5s8xghvb0vf.statuspage.io/'>"))
    assert "https://z5s8xghvb0vf.statuspage.io/api/v2/summary.json" in probe_addresses(ROOT, page)


def test_linked_feeds_come_after_documents_and_before_guessed_feeds() -> None:
    page = document(
        html(
            "<link rel=alternate type=application/atom+xml href='/news.atom?a=1&amp;b=2'>"
            "<link href='javascript:x' rel='alternate' type='application/rss+xml'>"
            "<link rel='stylesheet' href='/a.css'>"
        )
    )
    probes = probe_addresses(ROOT, page)
    feed = probes.index(f"{ROOT}news.atom?a=1&b=2")
    assert probes.index(f"{ROOT}index.json") < feed < probes.index(f"{ROOT}history.atom")
    assert not any("javascript" in probe for probe in probes)


def test_page_that_was_fetched_is_not_tried_again() -> None:
    assert ROOT not in probe_addresses(ROOT, document(html()))


def test_page_full_of_feed_links_gives_few_of_them() -> None:
    links = "".join(f"<link rel='alternate' type='application/rss+xml' href='/{n}.rss'>" for n in range(500))
    assert len(probe_addresses(ROOT, document(html(links)))) < 40
