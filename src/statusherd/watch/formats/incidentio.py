"""incident.io: the documents below /api/v2/, the widget's /api/v1/summary, or the page itself.

Facts: payloads of OpenAI, HashiCorp, Linear and Miro (2026) and the widget's description. /api/v2/ is a part
of Statuspage's API (see `_api_v2`): ids are ULIDs, incidents have no start, link or components, there is no
`scheduled_maintenances`. Its summary.json has 25 components at most; components.json has them all. What the
widget and the page tell is in `_incidentio_summary`.

A look reads summary.json alone. Where the address is the page's /api/v2/components.json, it reads both: for
pages with more than 25 components. A sub-page of a parent page is read from its HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from statusherd.model.errors import LookError
from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._api_v2 import api_root, read_api, recognise_api
from statusherd.watch.formats._incidentio_events import statuspage_word, told_last
from statusherd.watch.formats._incidentio_summary import (
    Summary,
    read_summary,
    summary_in,
    summary_of_page,
)
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, looks_like_html, not_this
from statusherd.watch.reading.values import Object, as_object, load_json, objects, try_object

NAME = "incidentio"

SUMMARY_ENDS_AFTER: Final = 25
_OWN_PATHS: Final = frozenset(
    {"api", "incidents", "maintenances", "maintenance", "history", "feed.rss", "feed.atom", "subscribe"}
)
_DIRECT: Final = ("/api/v1/summary", "/proxy/")
_COMPONENTS: Final = "/api/v2/components.json"
CLUES: Final = Clues(
    in_page=((re.compile(r"data-testid=.heads-up|incident\.io"), "/api/v2/summary.json"),),
    paths=("/api/v1/summary",),
    rank=40,
)


def recognise(document: Document) -> Recognition | None:
    """The API with a ULID as page id, the widget's three lists, or a page that embeds its summary."""
    if looks_like_html(document.text):
        return _recognise_page(document)
    if found := recognise_api(document, ulids=True):
        return found
    try:
        summary = summary_in(try_object(document))
    except LookError:
        return None
    if summary is None:
        return None
    kind = "structure" if summary.is_page else "the maintenances of the widget"
    return Recognition(95, f"ongoing_incidents beside {kind}")


def _recognise_page(document: Document) -> Recognition | None:
    try:
        summary = summary_of_page(document)
    except LookError:
        return None
    if summary is None:
        return None
    if summary.has_parent:
        # The API of the same host speaks for the parent page, not for this part of it.
        return Recognition(97, "a sub-page that embeds ongoing_incidents")
    return Recognition(85, "a page that embeds ongoing_incidents and structure")


def endpoints(address: str) -> Endpoints:
    """The API's summary, and its incidents for what is over; where that is closed, the page itself."""
    root = page_root(address)
    path = urlsplit(address).path
    if any(part in path for part in _DIRECT):
        return Endpoints(look=(address,))
    if "/api/v2/" not in path and (part := _sub_page(path)):
        return Endpoints(look=(urljoin(root, part),))
    look = [beside(root, "/api/v2/summary.json")]
    if path.endswith(_COMPONENTS):
        look.append(beside(root, _COMPONENTS))
    return Endpoints(
        look=tuple(look),
        history=(beside(root, "/api/v2/incidents.json"),),
        fallbacks=((root, NAME), (beside(root, "/feed.atom"), "feed")),
    )


def _sub_page(path: str) -> str:
    """Return the path of the sub-page that `path` leads to or into, empty for the page at the root."""
    names = []
    for name in filter(None, path.split("/")):
        if name in _OWN_PATHS:
            break
        names.append(name)
    return "/" + "/".join(names) if names else ""


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order."""
    found = [_read(document) for document in documents]
    roots = [root for root in found if not isinstance(root, Summary)]
    parts = [_from_api(roots, look)] if roots else []
    parts += [read_summary(summary, look, NAME) for summary in found if isinstance(summary, Summary)]
    return parts[0] if len(parts) == 1 else _merged(parts)


def _read(document: Document) -> Summary | Object:
    document.refuse_empty()
    if looks_like_html(document.text):
        summary = summary_of_page(document)
        if summary is None:
            raise not_this("incident.io", document, "the page embeds no list of ongoing incidents")
        return summary
    if '"ongoing_incidents"' in document.text:
        root = as_object(load_json(document))
        if summary := summary_in(root):
            return summary
        if "ongoing_incidents" in root:
            raise not_this(
                "incident.io", document, "its lists of incidents or maintenances are no such lists"
            )
    return api_root(document, "incident.io")


def _from_api(roots: Sequence[Object], look: Look) -> Snapshot:
    snapshot = read_api([_with_plain_words(root) for root in roots], look, NAME)
    is_cut = any(
        "incidents" in r and len(list(objects(r.get("components")))) == SUMMARY_ENDS_AFTER for r in roots
    )
    if not is_cut or len(snapshot.components) > SUMMARY_ENDS_AFTER:
        return snapshot
    hint = f"the summary ends after {SUMMARY_ENDS_AFTER} components: {_COMPONENTS} as address reads them all"
    return replace(snapshot, warnings=(*snapshot.warnings, hint))


def _with_plain_words(root: Object) -> Object:
    """Return `root` with maintenances among the incidents under the words that Statuspage has for them."""
    rows = root.get("incidents")
    if not isinstance(rows, list):
        return root
    return root | {
        "incidents": [row | {"status": statuspage_word(row) or row.get("status")} for row in objects(rows)]
    }


def _merged(parts: Sequence[Snapshot]) -> Snapshot:
    """Put together what the API and the page say; they are seconds apart."""
    page_status = next((part.page_status for part in parts if part.page_status is not None), None)
    components = _components(component for part in parts for component in part.components)
    incidents = told_last(incident for part in parts for incident in part.incidents)
    maintenances = tuple({m.id: m for part in parts for m in part.maintenances}.values())
    coverage = Coverage()
    for part in parts:
        coverage |= part.coverage
    rereads = [part.rereads_at for part in parts if part.rereads_at is not None]
    return replace(
        parts[0],
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances, silence=_silence(parts)),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=coverage,
        warnings=tuple(dict.fromkeys(warning for part in parts for warning in part.warnings)),
        rereads_at=min(rereads, default=None),
    )


def _silence(parts: Iterable[Snapshot]) -> Status:
    """Good news where one of the parts found its silence good: trouble of one may be over in another."""
    all_well = any(part.status is Status.OPERATIONAL for part in parts)
    return Status.OPERATIONAL if all_well else Status.UNKNOWN


def _components(found: Iterable[Component]) -> tuple[Component, ...]:
    """Return each component once, in its worst state and with the group that one of the sources knows."""
    merged: dict[str, Component] = {}
    for component in found:
        known = merged.get(component.id, component)
        status = worst((known.status, component.status)) or Status.UNKNOWN
        merged[component.id] = replace(component, group=component.group or known.group, status=status)
    return tuple(merged.values())
