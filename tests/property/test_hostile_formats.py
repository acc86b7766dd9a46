"""Hostile bytes against every format there is: a Snapshot that holds or a LookError, in bounded time.

The rules and the mutations are those of `make fuzz` (docs/fuzzing.md); here they run with a fixed seed, for about
a second of processor time per format. A new format joins by being there.
"""

from __future__ import annotations

import codecs
import json
import random
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hostile import FORMATS, MIB, each_format, own_documents, parts, read

from inputs import DETECTION, HOME, NOW, SEPARATOR, packed, seeds, target_names, unpacked
from mutations import HOSTILE_TEXTS, MEDIA_TYPES, mutate
from oracle import Finding, judge_snapshot
from statusherd.model.records import Update
from statusherd.model.words import Phase, Status
from statusherd.watch.reading.documents import Document

SECONDS = 1.0
MUTATIONS = 1_000
LATER = NOW + timedelta(hours=1)
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


@each_format
def test_there_are_fixtures_to_begin_with(name: str) -> None:
    assert own_documents(name)


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
        *own_documents("kener")[:4],
        Document(b"", HOME),
        Document(b"\nhttps://b.example/ a/b\n", HOME, "a/b; c"),
    )
    assert unpacked(packed(documents)) == documents


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_no_document_of_any_format_is_refused(what: str) -> None:
    document = Document(FOREIGN[what], HOME)
    assert [name for name in FORMATS if read(name, document) is not None] == []


@pytest.mark.parametrize("other", FORMATS)
def test_documents_of_other_formats_are_read_or_refused(other: str) -> None:
    for document in own_documents(other):
        for name in FORMATS:
            read(name, document)


@each_format
def test_odd_encodings_and_labels_are_read_or_refused(name: str) -> None:
    for document in own_documents(name):
        text = document.text
        for bom, charset in (
            (codecs.BOM_UTF8, "utf-8"),
            (codecs.BOM_UTF16_BE, "utf-16-be"),
            (b"", "utf-16-le"),
        ):
            read(name, Document(bom + text.encode(charset), document.url, document.content_type))
        for kind in MEDIA_TYPES:
            read(name, Document(document.body, document.url, kind))


def with_texts(root: Any, text: str) -> Any:
    """`root` with all its texts replaced; its keys stay."""
    if isinstance(root, dict):
        return {key: with_texts(value, text) for key, value in root.items()}
    if isinstance(root, list):
        return [with_texts(value, text) for value in root]
    return text if isinstance(root, str) else root


@each_format
def test_one_hostile_text_everywhere_is_read_or_refused(name: str) -> None:
    for part in parts(name):
        for hostile in HOSTILE_TEXTS if part.document in own_documents(name) and len(part.look) == 1 else ():
            read(name, *part.with_value((), with_texts(part.root, hostile)))
