"""StatusCake public reports: the JSON behind a page, at PublicReportHandler.php?PublicID=<id>.

Facts: four programs that read the same document, none of which shows a whole one. `TestData` has the tests
with TestID, Name and Status, "Up" or "Down"; other words have not been seen. `Title` and `Announce` are the
page's. A protected page answers `Protected: true` in their place. There is no rollup, incident or
maintenance; the announcement has no time and is not read. The id stands as TestID in the address of pages at
uptime.statuscake.com, and in the source of pages at domains of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from statusherd.model.errors import CatalogError
from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes

NAME = "statuscake"

STATES: Final[Mapping[str, Status]] = {"up": Status.OPERATIONAL, "down": Status.MAJOR_OUTAGE}
_HANDLER: Final = "PublicReportHandler.php"
_API: Final = f"https://app.statuscake.com/Workfloor/{_HANDLER}"
_PAGES: Final = "uptime.statuscake.com"
_ID: Final = r"([A-Za-z0-9]{4,40})"
_FOUND: Final = rf"{_API}?PublicID=\1"
CLUES: Final = Clues(
    in_address=((re.compile(rf"^https?://uptime\.statuscake\.com/[^#]{{0,200}}[?&]TestID={_ID}"), _FOUND),),
    in_page=(
        (re.compile(rf"PublicReportHandler\.php\?PublicID={_ID}"), _FOUND),
        (re.compile(rf"\bPublicID\s?=\s?[\"']{_ID}[\"']"), _FOUND),
    ),
)


def recognise(document: Document) -> Recognition | None:
    """Tests with an id, a name and whether they are up, under TestData."""
    if '"TestData"' not in document.text:
        return None
    rows = list(objects(try_object(document).get("TestData")))
    if not rows or not all(map(_is_test, rows)):
        return None
    return Recognition(95, "TestData with TestID, Name and Status")


def endpoints(address: str) -> Endpoints:
    """The document of the report whose id stands in `address`."""
    parts = urlsplit(address)
    query = parse_qs(parts.query)
    if parts.path.endswith(f"/{_HANDLER}") and "PublicID" in query:
        where = f"{parts.scheme}://{parts.netloc}{parts.path}"
        return Endpoints(look=(f"{where}?PublicID={_checked(query['PublicID'][-1], address)}",))
    if parts.hostname == _PAGES and "TestID" in query:
        return Endpoints(look=(f"{_API}?PublicID={_checked(query['TestID'][-1], address)}",))
    raise _without_id(address)


def _checked(key: str, address: str) -> str:
    if not re.fullmatch(_ID, key):
        raise _without_id(address)
    return key


def _without_id(address: str) -> CatalogError:
    return CatalogError(
        "the address of a StatusCake page must hold the id of its report",
        subject=address,
        remedy=f"It looks like https://{_PAGES}/?TestID=<id>; a page's source has it as PublicID",
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the tests; of several documents, all of theirs."""
    notes = Notes()
    roots = [_root(document) for document in documents]
    found: dict[str, Component] = {}
    for row in (row for root in roots for row in objects(root["TestData"])):
        component = _component(row, notes)
        found.setdefault(component.id, component)
    components = tuple(found.values())
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, (), ()),
        components=components,
        coverage=Coverage(components=True),
        warnings=notes.all,
        page_name=next((name for root in roots if (name := plain_line(string(root.get("Title"))))), None),
    )


def _root(document: Document) -> Object:
    root = as_object(load_json(document))
    if root.get("Protected") is True:
        raise not_this("StatusCake", document, "the report is protected by a password")
    rows = root.get("TestData")
    if not isinstance(rows, list) or not all(_is_test(as_object(row)) for row in rows):
        raise not_this("StatusCake", document, "no TestData with tests")
    if not rows and "Title" not in root:
        raise not_this("StatusCake", document, "an empty TestData without a Title")
    return root


def _is_test(row: Object) -> bool:
    return bool(plain_line(string(row.get("TestID")))) and "Name" in row and "Status" in row


def _component(row: Object, notes: Notes) -> Component:
    key = plain_line(string(row["TestID"]))
    status = notes.look_up(STATES, row["Status"], Status.UNKNOWN, "test status")
    return Component(key, plain_line(string(row["Name"])) or key, status=status)
