"""Atlassian Statuspage: the JSON documents below /api/v2/ of a page.

Facts: as told in `_api_v2`. A resolved incident leaves summary.json at once, so its end is looked up in
incidents.json. Where the API is switched off, /history.atom usually still answers; the feed format reads
it. A retired page answers 401, a private one 401 or a login page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from statusherd.model.records import Snapshot
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._api_v2 import api_root, read_api, recognise_api
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document

NAME = "statuspage"
CLUES: Final = Clues(
    in_address=(at_host("statuspage.io", "/api/v2/summary.json"),),
    in_page=(
        (
            re.compile(r"cdn\.statuspage\.io|dka575ofm4ao0\.cloudfront\.net|Atlassian Statuspage"),
            "/api/v2/summary.json",
        ),
        (re.compile(r"//([a-z0-9]{12})\.statuspage\.io"), r"https://\1.statuspage.io/api/v2/summary.json"),
    ),
    paths=("/api/v2/summary.json",),
    rank=15,
)


def recognise(document: Document) -> Recognition | None:
    """A page object with an id that is no ULID beside one of the API's own keys, or rows with its posts."""
    return recognise_api(document, ulids=False)


def endpoints(address: str) -> Endpoints:
    """The summary at each look, the incident list for what is over, the Atom history as fallback."""
    root = page_root(address)
    return Endpoints(
        look=(beside(root, "/api/v2/summary.json"),),
        history=(beside(root, "/api/v2/incidents.json"),),
        fallbacks=((beside(root, "/history.atom"), "feed"),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order."""
    return read_api([api_root(document) for document in documents], look, NAME)
