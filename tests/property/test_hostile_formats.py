"""Hostile bytes against every format there is: a Snapshot that holds or a LookError, in bounded time.

The rules and the mutations are those of `make fuzz` (docs/fuzzing.md); here they run with a fixed seed, for about
a second of processor time per format. A new format joins by being there.
"""

from __future__ import annotations

import codecs
import json
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from inputs import DETECTION, HOME, NOW, SEPARATOR, fixtures, packed, seeds, target_names, unpacked
from mutations import HOSTILE_TEXTS, MEDIA_TYPES, mutable_json, mutate
from oracle import Finding, judge, judge_snapshot
from statusherd.model.records import Snapshot, Update
from statusherd.model.words import Phase, Status
from statusherd.watch.formats import format_names
from statusherd.watch.reading.documents import Document

SECONDS = 1.0
MUTATIONS = 1_000
MIB = 1024 * 1024
BIG = 5 * MIB
LATER = NOW + timedelta(hours=1)
FORMATS = format_names()
PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Please sign in</form></body></html>"
)

FOREIGN = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "a BOM alone": codecs.BOM_UTF8,
    "half a BOM": b"\xff",
    "zeros": bytes(1000),
    "random bytes": random.Random(0).randbytes(5_000),
    "a sign-in page": PAGE,
    "a sign-in page in UTF-16": codecs.BOM_UTF16_LE + PAGE.decode().encode("utf-16-le"),
    "a page in a JSON string": json.dumps(PAGE.decode()).encode(),
    "a page that loads itself": b"<!doctype html><html><body><div id=root></div><script src=/a.js></script></body></html>",
    "an empty object": b"{}",
    "an error object": b'{"error": {"code": 404, "message": "not found"}, "status": 404}',
    "a word": b"operational",
    "a JSON word": b'"operational"',
    "null": b"null",
    "not a number": b"NaN",
    "infinity in an object": b'{"status": Infinity, "page": -Infinity, "components": NaN, "incidents": NaN}',
    "a list of nothing": b"[null, [], {}, 1, NaN]",
    "a lone surrogate": b'{"status": "\\ud800", "\\udfff": ["\\ud83d"]}',
    "a lone surrogate in bytes": b'{"status": "\xed\xa0\x80"}',
    "a huge number": b'{"status": ' + b"9" * 10_000 + b"}",
    "an RSS without channel": b'<?xml version="1.0"?><rss version="2.0"></rss>',
    "another XML": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "entities of its own": b'<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>',
    "opening lists": b"[" * 200_000,
    "opening objects": b'{"a":' * 100_000,
    "nested lists": b"[" * 50_000 + b"]" * 50_000,
    "nested objects": b'{"data":' * 50_000 + b"1" + b"}" * 50_000,
    "nested elements": b"<!doctype html>" + b"<div>" * 50_000,
    "nested feeds": b"<rss><channel>" * 20_000,
}
"""What is no document of any format."""

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

FOUND = [
    ("cachet", b'{"data": {"status": [], "message": ""}}'),
    ("cachet", b'{"data": {"status": {}, "message": ""}}'),
    (
        "feed",
        b"<rss><channel><title>a</title><item><title>&#xd800;&#11;&#0;</title><b></item></channel></rss>",
    ),
    (
        "feed",
        b"<rss><channel><title>a</title><item><title>b<i>&#xd800;</i></title><b></item></channel></rss>",
    ),
    (
        "betterstack",
        (
            b'{"data": {"type": "status_page", "attributes": {"aggregate_state": "operational"}}, "included": ['
            b'{"type": "status_page_resource", "id": ""}, {"type": "status_report"}, {"type": "status_report", "id": ""},'
            b'{"type": "status_report", "id": "\\ud800"}, {"type": "status_page_resource", "id": null}]}'
        ),
    ),
    (
        "incidentio",
        b'{"ongoing_incidents": [{"id": "1"}, {"id": "1"}], "scheduled_maintenances": [{"id": "2"}, {"id": "2"}]}',
    ),
    (
        "incidentio",
        b'{"ongoing_incidents": [{"id": "1", "current_worst_impact": "full_outage"}], "scheduled_maintenances": []}'
        + SEPARATOR
        + b'{"page": {"id": "01HZX0A0A0A0A0A0A0A0A0A0A0"}, "incidents": [{"id": "1", "status": "resolved",'
        b' "name": "a", "updated_at": "2026-01-01T00:00:00Z", "incident_updates": []}]}',
    ),
    (
        "statusio",
        (
            b'{"result": {"status_overall": {"status_code": 100}, "status": [{}, {"id": ""}, {"id": 1}, {"id": "1"},'
            b' {"containers": [{}, {}]}], "incidents": [{}, {}, {"_id": ""}, {"_id": "a"}, {"_id": "a"}],'
            b' "maintenance": {"active": [{"_id": "b"}], "upcoming": [{"_id": "b"}, {}]}}}'
        ),
    ),
    (
        "incidentio",
        (
            b'<!DOCTYPE html><script>self.__next_f.push([1,"1:{\\"summary\\":{\\"ongoing_incidents\\":[],'
            b'\\"structure\\":{},\\"page_type\\":\\"parent\\",\\"scheduled_maintenances\\":[]},'
            b'\\"initialSubpages\\":[{\\"id\\":\\"1\\"},{\\"id\\":\\"1\\"}]}\\n"])</script>'
        ),
    ),
    (DETECTION, b"https://a.example\x00/ "),
    (DETECTION, HOME.encode() + b" application/json\n\xff\xfe\0\0" + b"\xff" * MIB),
]
"""What fuzzing has found, made short."""


def read(name: str, *documents: Document) -> Snapshot | None:
    """Judge one look; a fault tells what was read."""
    try:
        return judge(name, documents)
    except Exception as fault:
        fault.add_note(f"{name} read {packed(documents)[:2_000]!r}")
        raise


def large(piece: tuple[bytes, bytes, bytes], size: int = BIG) -> bytes:
    start, again, end = piece
    return start + again * ((size - len(start) - len(end)) // len(again)) + end


def places(root: Any) -> Iterator[tuple[Any, Any]]:
    """Every list or object in `root` with each of its indexes or keys."""
    keys = root if isinstance(root, dict) else range(len(root)) if isinstance(root, list) else ()
    for key in list(keys):
        yield root, key
        yield from places(root[key])


def inflated(document: Document) -> Document | None:
    """`document` with its longest list so long that it has the size of BIG, each row with an id of its own."""
    found = mutable_json(document.text)
    if found is None:
        return None
    (start, end), root = found
    lists = [holder[key] for holder, key in places([root]) if isinstance(holder[key], list) and holder[key]]
    longest = max(lists, key=lambda rows: len(json.dumps(rows)), default=None)
    if longest is None:
        return None
    rows = list(longest)
    count = BIG // (len(json.dumps(rows)) + 20 * len(rows))
    longest.extend(
        {**row, "id": f"{row.get('id')}-{n}"} if isinstance(row, dict) else row
        for n in range(count)
        for row in rows
    )
    text = document.text[:start] + json.dumps(root) + document.text[end:]
    return Document(text.encode(errors="replace"), document.url, document.content_type)


@pytest.mark.parametrize("name", target_names())
def test_what_mutations_make_of_documents_is_read_or_refused(name: str) -> None:
    inputs, rng = seeds(name), random.Random(name)
    ends = time.process_time() + SECONDS
    for _ in range(MUTATIONS):
        if time.process_time() > ends:
            break
        read(name, *unpacked(mutate(rng.choice(inputs), MIB, rng)))


@pytest.mark.parametrize(("name", "data"), FOUND, ids=[f"{name}-{at}" for at, (name, _) in enumerate(FOUND)])
def test_what_fuzzing_has_found_is_read_or_refused(name: str, data: bytes) -> None:
    read(name, *unpacked(data))


@pytest.mark.parametrize("name", FORMATS)
def test_there_are_fixtures_to_begin_with(name: str) -> None:
    assert fixtures(name)


def test_a_reading_that_breaks_a_rule_is_found() -> None:
    body = b"<rss><channel><title>a</title><item><title>b</title><guid>1</guid></item></channel></rss>"
    snapshot = read("feed", Document(body, HOME))
    assert snapshot is not None
    twice = replace(snapshot, incidents=snapshot.incidents * 2)
    unsorted = replace(
        snapshot.incidents[0], updates=(Update(NOW, Phase.RESOLVED, ""), Update(LATER, Phase.RESOLVED, ""))
    )
    for wrong, rule in (
        (twice, "incident id twice"),
        (replace(snapshot, page_name="\ud800"), "cannot be stored"),
        (replace(snapshot, status=Status.MAJOR_OUTAGE), "not what the layers say"),
        (replace(snapshot, incidents=(replace(unsorted, updates=unsorted.updates[::-1]),)), "oldest first"),
    ):
        with pytest.raises(Finding, match=rule):
            judge_snapshot(wrong, "feed")


def test_inputs_are_unpacked_as_they_were_packed() -> None:
    documents = (
        *fixtures("kener"),
        Document(b"", HOME),
        Document(b"\nhttps://b.example/ a/b\n", HOME, "a/b; c"),
    )
    assert unpacked(packed(documents)) == documents


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_no_document_of_any_format_is_refused(name: str) -> None:
    said = {what: read(name, Document(body, HOME)) for what, body in FOREIGN.items()}
    assert {what for what, snapshot in said.items() if snapshot is not None} == set()


@pytest.mark.parametrize("name", FORMATS)
def test_documents_of_other_formats_are_read_or_refused(name: str) -> None:
    for other in FORMATS:
        for document in fixtures(other):
            read(name, document)


@pytest.mark.parametrize("name", FORMATS)
def test_odd_encodings_and_labels_are_read_or_refused(name: str) -> None:
    for document in fixtures(name):
        text = document.text
        for bom, charset in (
            (codecs.BOM_UTF8, "utf-8"),
            (codecs.BOM_UTF16_BE, "utf-16-be"),
            (b"", "utf-16-le"),
        ):
            read(name, Document(bom + text.encode(charset), document.url, document.content_type))
        for kind in MEDIA_TYPES:
            read(name, Document(document.body, document.url, kind))


@pytest.mark.parametrize("name", FORMATS)
def test_one_hostile_text_everywhere_is_read_or_refused(name: str) -> None:
    for document in fixtures(name):
        found = mutable_json(document.text)
        for hostile in HOSTILE_TEXTS if found else ():
            (start, end), root = mutable_json(document.text) or ((0, 0), {})
            for holder, key in places(root):
                if isinstance(holder[key], str):
                    holder[key] = hostile
            body = document.text[:start] + json.dumps(root) + document.text[end:]
            read(name, Document(body.encode(errors="replace"), document.url))


@pytest.mark.parametrize("name", FORMATS)
def test_the_largest_bodies_end_in_time(name: str) -> None:
    for piece in PIECES.values():
        read(name, Document(large(piece), HOME))


@pytest.mark.parametrize("what", PIECES)
def test_detection_ends_in_time_however_many_formats_there_are(what: str) -> None:
    read(DETECTION, Document(large(PIECES[what], MIB), HOME))


@pytest.mark.parametrize("name", FORMATS)
def test_the_largest_documents_of_its_own_end_in_time(name: str) -> None:
    grown = [inflated(document) for document in sorted(fixtures(name), key=lambda d: -len(d.body))]
    for document in [document for document in grown if document is not None][:1]:
        read(name, document)
