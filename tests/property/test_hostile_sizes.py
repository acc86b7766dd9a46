"""Bodies as large as the client lets through, and what is deep or made to hurt one reader: all end in time.

The time is that of this process, in proportion to the size (fuzz/oracle.py): what is quadratic takes minutes. Every body
is handed to every format, as finding out a page's format does; what was decoded once is not decoded again.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hostile import FORMATS, MIB, PATIENCE, at, each_format, large, own_documents, places, read

from inputs import DETECTION, HOME
from mutations import mutable_json
from oracle import DETECTION_SECONDS, within
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses

PIECES = {
    "objects": (b'{"components": [', b'{"id": 1},', b"{}]}"),
    "a text": (b'{"page": "', b"x", b'"}'),
    "escapes": (b'{"page": "', b"\\u00e9\\n", b'"}'),
    "keys": (b"{", b'"k": [],', b'"page": {}}'),
    "zeros": (b'{"page": ', b"0", b"}"),
    "white space": (b"", b" \n", b"{}"),
    "brackets": (b"", b"[{", b""),
    "elements": (b"<!DOCTYPE html><html><body>", b'<a href="/incident/1" class="b">&amp;</a>', b"</body></html>"),
    "opening tags": (b"<!DOCTYPE html>", b"<script ", b""),
    "scripts": (b"<!DOCTYPE html>", b'<script>self.__next_f.push([1,"a:{"])</script>', b""),
    "items": (b'<rss version="2.0"><channel><title>a</title>', b"<item><title>b</title></item>", b"</channel></rss>"),
    "half items": (b"<rss><channel><title>", b"<item><![CDATA[", b"</rss>"),
    "quotes": (b"", b'"\\', b""),
}  # fmt: skip
"""Beginning, what is repeated, and end of bodies as large as the client lets through."""

OWN_SIZE = 2 * MIB
HTML = b"<!DOCTYPE html>"
DEEP = 100_000
CALL = b"streamController.enqueue("
PUSH = b'self.__next_f.push([1,"'
SVELTE = b"<!doctype html>allRecentIncidents const data = ["
STATUSCAST = b"<!DOCTYPE html><title>x powered by StatusCast</title><div class=widget-incidentlist>"
ITEM = b"<item><title>a | b | c</title><description>Type: incident %s</description></item>"
DATA_TYPE = b"ms.vss-status-web.public-status-data-provider"


def call(stream: str) -> bytes:
    return HTML + b"<script>" + CALL + json.dumps(stream).encode() + b");</script>"


BODIES: dict[str, bytes] = {
    # JSON
    "keys of data": b'{"data":' * 2 * DEEP,
    "keys of pages": b'{"page":' * DEEP,
    "keys of statuses": b'{"status":' * DEEP,
    "keys of components": b'{"components":' * DEEP,
    "keys of lists": b'{"current":' * DEEP,
    "empty lists": b"[" + b"[]," * 640_000 + b"[]]",
    "empty objects": b"[" + b"{}," * 2 * DEEP + b"{}]",
    "digits": b"9" * MIB,
    "a huge id": b'{"page":{"id":' + b"9" * 10_000 + b',"status":"UP"}}',
    "a page that is up": b'{"page":{"status":"UP"},"activeIncidents":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "wrong UTF-8": b'{"page":{"url":"a","state":"' + b"\xff" * DEEP,
    "lists in UTF-16": b"\xfe\xff" + b"\0[" * DEEP,
    "wrong rows": b'{"data":[' + b'{"id":"1","attributes":{"outage":1,"resolvedAt":0}},' * 50_000 + b"{}]}",
    "empty results": b'{"result":[' + b"{}," * 500_000 + b"{}]}",
    "a tree of components": b'{"components":[' + b'{"id":1,"name":"x","components":[' * 40_000,
    "tests": b'{"Title":"x","TestData":[' + b'{"TestID":1,"Name":"x","Status":"Up"},' * 52_000 + b"{}]}",
    "wide": b'{"components":[' + b'{"id":1,"name":"x","status":"OP"},' * 56_000 + b'{"id":2,"name":"y"}]}',
    "services in services": (
        b'{"services":[' + b'{"id":1,"name":"a","children":[' * 400 + b"]}" * 400
        + b'],"status_page":{"current_incident_type":null}}'
    ),
    # Feeds and other XML
    "items of Azure": b"<rss><channel><title>Azure Status</title>" + b"<item>" * 50_000,
    "words in items": b"<rss><channel><title>IBM Cloud</title>" + ITEM % (b"Type: " * 400) * 1_000 + b"</channel></rss>",
    "spaces in items": b"<rss><channel><title>IBM Cloud</title>" + ITEM % (b" " * 60) * 20_000 + b"</channel></rss>",
    "a title of brackets": b"<rss><channel><title>" + b"(" * 3_000 + b"</title><link>//ocistatus.</link></channel></rss>",
    "items of Volcengine": "<rss><channel><title>a(b)服务状态</title>".encode() + ITEM % b"" * 20_000 + b"</channel></rss>",
    "times in items": b"<rss><channel><link>//ocistatus.x</link>" + ITEM % (b"Mar 02 10:00" * 99) * 3_000 + b"</channel></rss>",
    "entries": b"<feed><id>:/state_feed/feed</id>" + b"<entry><title>[Ended] x</title></entry>" * 48_000,
    "categories in categories": b"<ServiceStatus><CoreServices>" + b"<a>" * DEEP,
    "instructions": b"<?" + b"<?x?>" * 2 * DEEP,
    "comments": b"<!--" * 3 * DEEP,
    "attributes": b"<ServiceStatus " + b'a="1" ' * DEEP + b"/>",
    "ampersands": b"<ServiceStatus><Status><Overall><State>" + b"&amp;" * 500_000,
    "elements in UTF-16": b"\xfe\xff" + b"\0<" * 2 * DEEP,
    # Pages
    "open angles": HTML + b"<" * 2_000_000,
    "data tags": HTML + b'<script id="data">' * DEEP,
    "data providers": HTML + b'<script id="dataProviders">' * 50_000,
    "one data provider": HTML + b" " + DATA_TYPE + b' <script id="' * 30_000,
    "data providers without end": (HTML + b" " + DATA_TYPE + b' <script id="') * 30_000,
    "tables": HTML + b"status-table data-label" + b"<table data-zone-name=a><tr><th>x<th>y" * 60_000 + b"</html>",
    "spans": b'<span data-id="incidents">[' * DEEP,
    "heads of spans": b'data-id="incidents" ' * 150_000,
    "quotes in a span": b'<span data-id="incidents">["' + b"\\" * 2_000_000,
    "marks": HTML + b'freshstatus "account_id":"x /v1/public-components/?account_id=y' * 32_000,
    "flags": HTML + b'global_is_operational" : "' * 72_000,
    "controllers": HTML + b'global_is_operational": true' + b"StatusPageDisplayController, {" * 64_000,
    "one controller": (
        HTML + b'global_is_operational": tru StatusPageDisplayController, {"a":' + b'{"a":' * 360_000
    ),
    "pushes": HTML + PUSH * 90_000,
    "closed scripts": HTML + (b"<script>" + PUSH + b"</script>") * 50_000,
    "empty pushes": HTML + (b"<script>" + PUSH + b'"])</script>') * 50_000,
    "one script of many": HTML + b"<script>" + (PUSH + b'a"]);') * 70_000 + b"</script>",
    "deep arguments": HTML + (b"<script>self.__next_f.push(" + b"[" * 900 + b"</script>") * 2_000,
    "deep argument": HTML + b"<script>self.__next_f.push([1," + b"[" * DEEP,
    "short rows": HTML + (b"<script>" + PUSH + b'1:[]\\n"])</script>') * 45_000,
    "endless texts": HTML + (b"<script>" + PUSH + b'1:Tffffffff,abc"])</script>') * 45_000,
    "marks of data": HTML + b'<script id="__NEXT_DATA__">' * 70_000,
    "colons": HTML + b"<script>" + PUSH + b"1:" * 900_000 + b'"])</script>',
    "script lists": SVELTE + b"[" * DEEP,
    "script strings": SVELTE[:-1] + b'(["' + b'\\"' * 900_000,
    "escaped quotes": SVELTE + b'"' + b'\\"' * 900_000,
    "functions": SVELTE + b"(function(a){return " * DEEP,
    "braces": SVELTE + b"(function(a){" + b"{" * 1_800_000,
    "starts": b"<!doctype html>allRecentIncidents" + b"kit.start(app, element, { node_ids: [" * 50_000,
    "many script values": SVELTE + b"1," * 300_000 + b"]",
    "calls": HTML + (CALL + b'"\\"statusPage\\"') * 48_000,
    "empty calls": HTML + (CALL + b'"\\"statusPage\\"");') * 44_000,
    "a deep stream": call('"statusPage"' + "[" * 4_000_000),
    "a long stream": call('[{"_1":2},"statusPage",' + "[1,2]," * 280_000 + "0]"),
    "incidents": STATUSCAST + b'<div class="incident-body incident-type-a incident-status-inprogress">' * 25_000,
    "open incidents": STATUSCAST + b'<div class="incident-body ' * 70_000,
    "one incident": (
        STATUSCAST + b'<div class="incident-body incident-status-inprogress">' + b"<i class=component-degraded>" * 60_000
    ),
    "headings": STATUSCAST + b'<h1 class="sc-hero__title"' * 70_000,
    "posts": STATUSCAST + b'<div class="incident-body ">' + b'<div class="incident-update-when">1</div>' * 45_000,
}  # fmt: skip
"""Some megabytes of what no page says."""

FEEDS = {"feed", "xai"}
READ_BY: dict[str, set[str]] = {
    "wide": {"freshstatus", "incidentio", "instatus", "statuspage"},
    "services in services": {"statuspal"},
    "words in items": FEEDS,
    "spaces in items": {*FEEDS, "ibm"},
    "a title of brackets": {*FEEDS, "oracle"},
    "items of Volcengine": {*FEEDS, "volcengine"},
    "times in items": {*FEEDS, "oracle"},
}
"""The formats that find something in one of these; all others refuse it."""


def stream(rows: str) -> bytes:
    return f"<!DOCTYPE html><script>self.__next_f.push({json.dumps([1, rows])})</script>".encode()


CIRCLES = {
    "itself": '1:{"site":"$1","activeIncidents":"$1","activeMaintenances":[]}\n',
    "its own part": '1:{"ongoing_incidents":"$1:ongoing_incidents","structure":{}}\n',
    "doubling": '1:{"ongoing_incidents":["$2","$2"],"structure":{}}\n'
    + "".join(f'{n:x}:["${n + 1:x}","${n + 1:x}"]\n' for n in range(2, 60)),
    "wide": f'1:{{"ongoing_incidents":{json.dumps(["$2"] * 60_000)},"structure":{{}}}}\n'
    f'2:{{"id":"a","updates":"$3"}}\n3:{json.dumps([{}] * 2_000)}\n',
}


def inflated(document: Document) -> Document | None:
    """`document` with its longest list so long that it has the size of OWN_SIZE, each row with an id of its own."""
    found = mutable_json(document.text)
    if found is None:
        return None
    (start, end), root = found
    lists = [value for path in places(root) if isinstance(value := at(root, path), list) and value]
    longest: Any = max(lists, key=lambda rows: len(json.dumps(rows)), default=None)
    if longest is None:
        return None
    rows = list(longest)
    count = OWN_SIZE // (len(json.dumps(rows)) + 20 * len(rows))
    longest.extend(
        {**row, "id": f"{row.get('id')}-{n}"} if isinstance(row, dict) else row
        for n in range(count)
        for row in rows
    )
    text = document.text[:start] + json.dumps(root) + document.text[end:]
    return Document(text.encode(errors="replace"), document.url, document.content_type)


@pytest.mark.parametrize("what", PIECES)
def test_the_largest_bodies_end_in_time(what: str) -> None:
    document = Document(large(PIECES[what]), HOME)
    for name in FORMATS:
        read(name, document)


@pytest.mark.parametrize("what", BODIES)
def test_megabytes_for_nothing_are_refused_in_time(what: str) -> None:
    document = Document(BODIES[what], HOME)
    assert {name for name in FORMATS if read(name, document)} == READ_BY.get(what, set())


MOST_PROBES = 60
"""Addresses that a page may make us ask for: what the formats name, and a few feeds."""


@pytest.mark.parametrize("what", [what for what, body in BODIES.items() if body.startswith(HTML)])
def test_clues_are_looked_for_in_time(what: str) -> None:
    page = Document(BODIES[what], HOME, "text/html")
    with within(DETECTION_SECONDS * PATIENCE, [page]):
        found = probe_addresses(HOME, page)
    assert len(found) < MOST_PROBES


@pytest.mark.parametrize("what", PIECES)
def test_detection_ends_in_time_however_many_formats_there_are(what: str) -> None:
    read(DETECTION, Document(large(PIECES[what], MIB), HOME))


@pytest.mark.parametrize("rows", CIRCLES.values(), ids=CIRCLES.keys())
def test_tokens_that_name_each_other_without_end_are_refused(rows: str) -> None:
    document = Document(stream(rows), HOME)
    assert [name for name in FORMATS if read(name, document) is not None] == []


@each_format
def test_the_largest_documents_of_its_own_end_in_time(name: str) -> None:
    grown = [inflated(document) for document in sorted(own_documents(name), key=lambda d: -len(d.body))]
    for document in [document for document in grown if document is not None][:1]:
        read(name, document)
