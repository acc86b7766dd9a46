from __future__ import annotations

import pytest

from statusherd.watch.formats import format_named
from statusherd.watch.formats._places import page_root

HOME = "https://status.example.com/"


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("https://status.example.com", HOME),
        ("https://status.example.com/", HOME),
        ("https://status.example.com/api/v2/summary.json", HOME),
        ("https://status.example.com/api/v2", HOME),
        ("https://status.example.com/history.atom", HOME),
        ("https://status.example.com/history", HOME),
        ("https://status.example.com/incidents/abc123", HOME),
        ("https://status.example.com/v3/summary.json", HOME),
        ("https://status.example.com/index.json?x=1#top", HOME),
        ("https://status.example.com/uptime/", HOME),
        ("http://127.0.0.1:8080/acme", "http://127.0.0.1:8080/acme/"),
        ("http://127.0.0.1:8080/acme/api/v2/summary.json", "http://127.0.0.1:8080/acme/"),
        ("http://127.0.0.1:8080/a/b/incidents/x", "http://127.0.0.1:8080/a/b/"),
        ("https://status.example.com/apidocs", "https://status.example.com/apidocs/"),
    ],
)
def test_any_address_of_a_page_leads_to_where_it_lies(address: str, root: str):
    assert page_root(address) == root


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("statuspage", "/api/v2/summary.json"),
        ("incidentio", "/api/v2/summary.json"),
        ("instatus", "/summary.json"),
        ("betterstack", "/index.json"),
        ("statusio", "/1.0/status/533c6539221ae15e3f000031"),
    ],
)
def test_a_document_below_a_path_is_read_where_it_is(name: str, document: str):
    address = f"http://127.0.0.1:8080/acme{document}"
    assert format_named(name).endpoints(address).look[0] == address
