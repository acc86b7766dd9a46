"""Sorry status pages: the page's state, its components and its notices, below /api/v1/.

Facts: programs that read the pages of Postmark, Broadcom, Mist and Lexware (2024 to 2026), and the
description of the vendor's own API. Notices are unplanned (incidents), planned (maintenance) or general. The
lists come 25 at a time, with `meta.next_page` where there are more; `per_page=100` is by one of those
programs. A list says by the filter in its address whether it holds what is present, future or past. Notices
have their newest post (`latest_update`); their `components` and `updates` stand in them only where one is
read alone, or where they are asked for. The state under maintenance is written with hyphens, whatever the
description says. How bad a page's "degraded" is no source tells: it is read as degraded.

Pages with more components than one list has, as Broadcom's, are told by their state and their notices; the
components are the first hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from statusherd.model.records import Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import next_edge, once
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.formats._sorry_notices import (
    STATES,
    goes_by_clock,
    incident_of,
    is_window,
    maintenance_of,
    parts_of,
)
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, link, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, fold

NAME = "sorry"

_NOTICES: Final = "/api/v1/notices?filter%5Btimeline_state_eq%5D="
_TIMELINE: Final = re.compile(r"timeline_state_eq(?:\]|%5D)=(\w+)", re.IGNORECASE)
_PARTS: Final = re.compile(r"/(?:notices|services|components)(?:/.*)?$")
CLUES: Final = Clues(
    in_address=(at_host("sorryapp.com", "/api/v1/status"),),
    in_page=((re.compile(r"sorryapp\.com|Powered by Sorry"), "/api/v1/status"),),
    paths=("/api/v1/status",),
    rank=80,
)


def recognise(document: Document) -> Recognition | None:
    """A page with a state and its text, notices with a type and a state, or components with parents."""
    root = try_object(document)
    page = as_object(root.get("page"))
    if _is_page(root) and fold(page["state"]) in STATES:
        is_sure = "state_text" in page or "links" in page
        return Recognition(93 if is_sure else 70, f"page.state {page['state']!r}")
    notices = list(objects(root.get("notices")))
    if notices and _is_notices(root) and all("subject" in row and "began_at" in row for row in notices):
        return Recognition(92, "notices with type, state, subject and began_at")
    parts = list(objects(root.get("components")))
    if parts and _is_components(root) and all("parent_id" in row for row in parts):
        return Recognition(70, "components with state and parent_id")
    return None


def endpoints(address: str) -> Endpoints:
    """The state, the components, what is going on and what is planned; what is over for the history."""
    root = page_root(_PARTS.sub("/", address.partition("?")[0]))
    return Endpoints(
        look=(
            beside(root, "/api/v1/status"),
            beside(root, "/api/v1/components?per_page=100"),
            beside(root, f"{_NOTICES}present"),
        ),
        optional=(beside(root, f"{_NOTICES}future"),),
        history=(beside(root, f"{_NOTICES}past"),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order."""
    notes = Notes()
    told = [(document.url, _root(document)) for document in documents]
    page = next((as_object(root["page"]) for _, root in told if "page" in root), {})
    parts = parts_of((row for _, root in told for row in objects(root.get("components"))), notes)
    windows, others = _sorted_out(
        (row for _, root in told for row in objects(root.get("notices"))), look, notes
    )
    planned = [(row, maintenance_of(row, parts, look.now, notes)) for row in windows]
    incidents = once(incident_of(row, parts, notes) for row in others)
    maintenances = once(window for _, window in planned)
    page_status = notes.look_up(STATES, page["state"], Status.UNKNOWN, "page state") if page else None
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, parts.leaves, incidents, maintenances),
        components=parts.leaves,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(told, notes),
        warnings=notes.all,
        page_name=plain_line(string(page.get("name"))) or None,
        page_url=link(page.get("url")),
        rereads_at=next_edge((window for row, window in planned if goes_by_clock(row)), look.now),
    )


def _sorted_out(rows: Iterable[Object], look: Look, notes: Notes) -> tuple[list[Object], list[Object]]:
    """Return the windows among the notices, and the others."""
    windows: list[Object] = []
    others: list[Object] = []
    for row in rows:
        (windows if is_window(row, look.now, notes) else others).append(row)
    return windows, others


def _root(document: Document) -> Object:
    """Return what `document` tells of: it is one of the three, and an empty list has its `meta`."""
    root = as_object(load_json(document))
    if _is_page(root):
        return {"page": root["page"]}
    for key, is_it in (("components", _is_components), ("notices", _is_notices)):
        if is_it(root):
            return {key: root[key], "meta": root.get("meta")}
    raise not_this("Sorry", document, "neither a page with a state, components nor notices")


def _is_page(root: Object) -> bool:
    return isinstance(as_object(root.get("page")).get("state"), str) and "status" not in root


def _is_components(root: Object) -> bool:
    return _is_list(root, "components", "state")


def _is_notices(root: Object) -> bool:
    return _is_list(root, "notices", "state", "type")


def _is_list(root: Object, key: str, *marks: str) -> bool:
    rows = root.get(key)
    if not isinstance(rows, list):
        return False
    if not rows:
        return not {"next_page", "total_count"}.isdisjoint(as_object(root.get("meta")))
    return all(string(row.get("id")) and all(mark in row for mark in marks) for row in map(as_object, rows))


def _coverage(told: Iterable[tuple[str, Object]], notes: Notes) -> Coverage:
    """Return what the documents speak for. A list that goes on is not whole; one without a filter has all."""
    coverage, whole = Coverage(), set()
    for url, root in told:
        is_whole = not as_object(root.get("meta")).get("next_page")
        coverage |= Coverage(rollup="page" in root, components="components" in root and is_whole)
        if "components" in root and not is_whole:
            notes.warn(
                f"the list of components goes on after the first {len(list(objects(root['components'])))}"
            )
        if "notices" in root:
            match = _TIMELINE.search(url)
            of = match[1].lower() if match else ""
            whole |= {of} if is_whole else set()
            coverage |= Coverage(history=of in ("", "past"))
    return coverage | Coverage(
        incidents=not whole.isdisjoint(("", "present")),
        maintenances="" in whole or {"present", "future"} <= whole,
    )
