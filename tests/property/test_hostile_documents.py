"""Documents with anything in any place, cut off anywhere, and what is none at all: for every format there is.

The documents are the fixtures of the formats' own tests, so a new format joins by being there. What may be made of
each is what `make fuzz` judges by (fuzz/oracle.py): a Snapshot that holds or a LookError, at a bounded cost.
"""

from __future__ import annotations

import json
import random
from functools import cache

from hostile import (
    MIB,
    OWN_VALUES,
    VALUES,
    any_json,
    at,
    documents_of,
    each_format,
    own_documents,
    own_looks,
    parts,
    places,
    places_of,
    read,
    told,
)  # fmt: skip

from inputs import HOME
from mutations import HOSTILE_TEXTS
from statusherd.model.records import Snapshot
from statusherd.model.words import Status
from statusherd.watch.formats import all_formats, format_named
from statusherd.watch.reading.documents import Document, looks_like_html

READABLE = ("cachet", "cstate", "gatus", "upptime")
"""Formats that can read whatever they recognise."""

NEVER_GREEN = {"betterstack": "index_with_open_report.json", "statusio": "two_locations.json"}
"""Documents that tell of trouble in so many places that no single value can hide it."""

GOOD_NEWS = ("aws", "google")
"""Formats of which an empty list, or one under `current`, is a whole document: all is well."""

BREAKS = {"okta": b"]</span>"}
"""What pages can do without begins here: the rest of them is not told."""
CANNOT_TELL = {
    "html": "what its documents consist of is told by the operator, and has no end that must be there"
}
"""Why a format cannot tell that a document breaks off."""
UNMARKED = ("aws", "checkly", "google", "html", "json", "meta", "sorry", "uptimerobot", "zendesk")
"""Formats with documents, mostly empty lists, that can be of anybody: they are recognised by what stands beside them."""
SHARED = {"azure": "m365"}
"""Formats that read a document beside their own which is another format's."""
NAMED = {"oracle": ("page", "name")}
"""The name by which a format knows its documents."""

MOST = 3_000
"""How many readings one format's places are worth, unless they are few in each of its documents."""
THOROUGH = ("m365-graph", "uptime-com")
WORDS = frozenset(
    [
        "body",
        "content",
        "description",
        "external_desc",
        "impactDescription",
        "message",
        "Message",
        "message_string",
        "name",
        "Name",
        "regionName",
        "service_name",
        "serviceName",
        "summary",
        "text",
        "title",
        "Title",
    ]
)
LONG = "<p>\u202e&amp;Störung ** # " * (MIB // 25)


def is_good_news(name: str, body: bytes) -> bool:
    try:
        value = json.loads(body)
    except ValueError:
        return False
    if isinstance(value, dict):
        value = value.get("current")
    return name in GOOD_NEWS and value == []


def judged(name: str, look: tuple[Document, ...]) -> Snapshot | None:
    """Read documents that were changed, or are no documents."""
    snapshot = read(name, *look)
    if name in READABLE and len(look) == 1 and format_named(name).recognise(look[0]):
        assert snapshot is not None, f"what is recognised can be read: {look}"
    if look[0].url.endswith(f"/{NEVER_GREEN.get(name)}"):
        assert snapshot is None or snapshot.status is not Status.OPERATIONAL, look
    return snapshot


def refuses(name: str, document: Document) -> bool:
    """Whether `document`, which is none of the format's, is refused or at least not operational."""
    snapshot = judged(name, (document,))
    is_green = snapshot is not None and snapshot.status is Status.OPERATIONAL
    return not is_green or is_good_news(name, document.body)


@cache
def random_bytes() -> tuple[Document, ...]:
    rng = random.Random("bytes")
    texts = (
        "".join(rng.choices("".join(HOSTILE_TEXTS[:30]) + 'a<>{}[]":,\n', k=rng.randrange(200)))
        for _ in range(100)
    )
    bodies = (
        *(rng.randbytes(rng.randrange(400)) for _ in range(100)),
        *(text.encode(errors="replace") for text in texts),
    )
    kinds = ("", "application/json", "text/html; charset=utf-16", "application/xml", "; charset=")
    return tuple(Document(body, HOME, rng.choice(kinds)) for body in bodies)


@cache
def random_json() -> tuple[Document, ...]:
    rng = random.Random("JSON")
    return documents_of((*VALUES, *(any_json(rng) for _ in range(200))))


@each_format
def test_random_bytes_are_refused(name: str) -> None:
    assert [document for document in random_bytes() if read(name, document) is not None] == []


@each_format
def test_random_json_is_never_operational(name: str) -> None:
    assert [document for document in random_json() if not refuses(name, document)] == []


@each_format
def test_any_json_in_the_place_of_its_data_is_never_operational(name: str) -> None:
    rng = random.Random(name)
    for part in parts(name):
        for value in (*VALUES, *(any_json(rng) for _ in range(10))):
            (document,) = part.with_value((), value)[part.number : part.number + 1]
            is_okta_well = name == "okta" and value == []
            assert refuses(name, document) or is_okta_well, document


@each_format
def test_every_hostile_value_in_every_place_is_read_or_refused(name: str) -> None:
    """Where a format has very many places, each value is put into some of them, and each place gets some values."""
    values, everywhere = (*VALUES, *OWN_VALUES.get(name, ())), places_of(name).values()
    step = 1 if name in THOROUGH else -(-len(everywhere) * len(values) // MOST)
    for turn, where in enumerate(everywhere):
        for number, value in list(enumerate(values))[turn % step :: step]:
            part, path = where[number % len(where)]
            judged(name, part.with_value(path, value))


@each_format
def test_any_json_in_any_place_is_read_or_refused(name: str) -> None:
    rng = random.Random(name)
    for part in parts(name):
        everywhere = list(places(part.root))
        for _ in range(15):
            judged(name, part.with_value(rng.choice(everywhere), any_json(rng)))


@each_format
def test_a_document_with_any_piece_replaced_is_read_or_refused(name: str) -> None:
    rng = random.Random(name)
    for document in own_documents(name):
        whole = document.body
        for _ in range(15):
            start = rng.randrange(len(whole) + 1)
            piece = rng.choice(
                (rng.randbytes(rng.randrange(20)), rng.choice(HOSTILE_TEXTS).encode(errors="replace"))
            )
            read(name, Document(whole[:start] + piece + whole[start + rng.randrange(40) :], document.url))


@each_format
def test_a_document_that_breaks_off_anywhere_is_refused(name: str) -> None:
    """Or, of a page, says what the whole says: it goes on behind its data."""
    for look in own_looks(name):
        said = told(read(name, *look))
        for number, document in enumerate(look):
            goes_on = looks_like_html(document.text)
            whole = document.body.partition(BREAKS.get(name, b"\0"))[0].rstrip()
            for end in range(0, len(whole), max(1, len(whole) // 60)):
                cut = Document(whole[:end], document.url, document.content_type)
                snapshot = read(name, *look[:number], cut, *look[number + 1 :])
                is_told = (goes_on and told(snapshot) == said) or name in CANNOT_TELL
                assert snapshot is None or is_told, cut


@each_format
def test_a_text_of_a_megabyte_is_cut(name: str) -> None:
    for where in places_of(name).values():
        named = [(part, path) for part, path in where if path and path[-1] in WORDS]
        for part, path in [pair for pair in named if isinstance(at(pair[0].root, pair[1]), str)][:1]:
            was_read = read(name, *part.look) is not None and path != NAMED.get(name)
            assert (read(name, *part.with_value(path, LONG)) is not None) == was_read, path


@each_format
def test_a_document_is_its_formats_and_nobody_elses(name: str) -> None:
    for document in own_documents(name):
        found = {form.NAME: seen.certainty for form in all_formats() if (seen := form.recognise(document))}
        if "malformed" not in document.url and found.keys() != {SHARED.get(name)}:
            is_read = read(name, document) is not None
            assert found or not is_read or name in UNMARKED, document.url
            assert not found or max(found, key=lambda form: found[form]) == name, (document.url, found)
