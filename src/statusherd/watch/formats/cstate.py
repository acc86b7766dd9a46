"""cState: /index.json of a page built by Hugo, its list of issues, single issues.

Facts: cState's templates (5.2, 6.0.1) and pages built with them. Words of the JSON stay English. Times are
Go's (`2024-03-01 09:30:00 +0300 +0300`), but `resolvedAt` is the author's own text: naive, or "<no value>"
while open. Issues have no id; the name of their file is the nearest. `index.json` lists unresolved issues
under the systems they name, one that names no system only shows in `summaryStatus`. The list of issues says
`resolved: false` also for what never was open: informational posts, posts without that key.

Readings: an issue of severity `notice` is planned work, scheduled until its date and running until it is
resolved; the word itself as a state is operational. A future date makes any unresolved issue planned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import MAX_LINE, plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import (
    Object,
    as_object,
    link,
    load_json,
    objects,
    string,
    strings,
    try_object,
)
from statusherd.watch.reading.words import Notes, fold

NAME = "cstate"
IS_PLATFORM = False

STATES: Final[Mapping[str, Status]] = {
    "ok": Status.OPERATIONAL,
    "notice": Status.OPERATIONAL,
    "disrupted": Status.DEGRADED,
    "down": Status.MAJOR_OUTAGE,
}
_ORDER: Final = tuple(STATES)
SEVERITIES: Final[Mapping[str, Impact]] = {
    "notice": Impact.NONE,
    "disrupted": Impact.MINOR,
    "down": Impact.CRITICAL,
    "<novalue>": Impact.UNKNOWN,  # Go's word for a key that is not there
}
CLUES: Final = Clues(
    in_page=((re.compile("content=.cState v"), "/index.json"),), paths=("/index.json",), rank=35
)


def recognise(document: Document) -> Recognition | None:
    """An index with cState's version, or one of its lists or issues."""
    root = try_object(document)
    if _is_index(root):
        return Recognition(98, "cStateVersion beside systems")
    if _is_list(root):
        return Recognition(92, f"`is: {root['is']}` with pages")
    if _is_issue(root):
        return Recognition(85, "`is: issue` with severity and resolvedAt")
    return None


def _is_index(root: Object) -> bool:
    systems = root.get("systems")
    return bool(string(root.get("cStateVersion"))) and isinstance(systems, list) and _all_named(systems)


def _all_named(systems: Iterable[object]) -> bool:
    return all(string(as_object(system).get("name")) for system in systems)


def _is_list(root: Object) -> bool:
    pages = root.get("pages")
    is_ours = root.get("is") in ("issues", "system") and isinstance(pages, list)
    return is_ours and all(_is_issue(as_object(page)) for page in objects(pages))


def _is_issue(root: Object) -> bool:
    return root.get("is") == "issue" and {"title", "createdAt", "severity"} <= root.keys()


def endpoints(address: str) -> Endpoints:
    """The index; the list of all issues as history; the feed where the index is no JSON.

    cState does not escape what authors write, so a quotation mark in a title breaks the index.
    """
    root = page_root(address)
    return Endpoints(
        look=(beside(root, "/index.json"),),
        history=(beside(root, "/issues/index.json"),),
        fallbacks=((beside(root, "/index.xml"), "feed"),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the index and whatever lists and issues come with it."""
    notes = Notes()
    roots = [_read(document) for document in documents]
    index: Object = next((root for root in roots if _is_index(root)), {})
    page_status = _state(index["summaryStatus"], notes) if "summaryStatus" in index else None
    components = tuple(_components(index, notes))
    issues = _issues(roots, index, notes)
    ids = _ids_by_name(index)
    windows = [key for key, row in issues.items() if _is_planned(row, look.now)]
    maintenances = tuple(_maintenance(key, issues[key], ids, look.now) for key in windows)
    incidents = tuple(
        _incident(key, row, ids, notes)
        for key, row in issues.items()
        if key not in windows and not _is_true(row.get("informational"))
    )
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(roots, index, page_status),
        warnings=notes.all,
        page_name=plain_line(string(index.get("title"))) or None,
        page_url=link(index.get("baseURL")),
        rereads_at=min(
            (m.starts_at for m in maintenances if m.starts_at and m.starts_at > look.now), default=None
        ),
    )


def _read(document: Document) -> Object:
    root = as_object(load_json(document))
    if not (_is_index(root) or _is_list(root) or _is_issue(root)):
        raise not_this("cState", document, "neither an index with cStateVersion nor issues")
    return root


def _state(word: object, notes: Notes) -> Status:
    if fold(word) == "notice":
        notes.warn("the state 'notice' is read as operational; its issues tell of planned work")
    return notes.look_up(STATES, word, Status.UNKNOWN, "state")


def _coverage(roots: Iterable[Object], index: Object, page_status: Status | None) -> Coverage:
    """What the documents can speak for.

    A rollup worse than every issue beneath a system means an issue that names none: the index does not
    list it, so its silence ends nothing.
    """
    has_list = any(root.get("is") == "issues" for root in roots)
    listed = max((_rank(row.get("severity")) for row in _listed(index)), default=0)
    is_whole = has_list or 0 <= _rank(index.get("summaryStatus")) <= listed
    return Coverage(
        rollup=page_status is not None,
        components=bool(index),
        incidents=is_whole,
        history=has_list,
        maintenances=is_whole,
    )


def _rank(word: object) -> int:
    """Return the place of a state in cState's own order, -1 where it has none."""
    return _ORDER.index(fold(word)) if fold(word) in _ORDER else -1


def _components(index: Object, notes: Notes) -> Iterable[Component]:
    for key, row in _systems(index).items():
        yield Component(
            id=key,
            name=plain_line(string(row.get("name"))),
            group=plain_line(string(row.get("category"))) or None,
            status=_state(row.get("status"), notes),
        )


def _systems(index: Object) -> Mapping[str, Object]:
    """Return the systems by id: their name, with the category before it where the name comes twice."""
    found: dict[str, Object] = {}
    for row in objects(index.get("systems")):
        name = _name(row.get("name"))
        found[f"{_name(row.get('category'))}: {name}" if name in found else name] = row
    return found


def _ids_by_name(index: Object) -> Mapping[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for key, row in _systems(index).items():
        ids.setdefault(_name(row.get("name")), []).append(key)
    return ids


def _name(value: object) -> str:
    return (string(value) or "")[:MAX_LINE]


def _listed(index: Object) -> Iterable[Object]:
    for system in objects(index.get("systems")):
        yield from objects(system.get("unresolvedIssues"))


def _issues(roots: Iterable[Object], index: Object, notes: Notes) -> Mapping[str, Object]:
    """Return all issues by id; what the index says of one is the newest."""
    found: dict[str, Object] = {}
    for row in objects(index.get("pinnedIssues")):
        # A pinned row does not say what it is; where it is more than a post it stands elsewhere too.
        _keep(found, row | {"informational": True}, notes)
    for root in roots:
        rows = [root] if _is_issue(root) else objects(root.get("pages"))
        for row in rows:
            _keep(found, _as_counted(row, index, notes), notes)
    for row in _listed(index):
        _keep(found, row, notes)
    return found


def _keep(found: dict[str, Object], row: Object, notes: Notes) -> None:
    key = _id(row)
    if key:
        found[key] = found.get(key, {}) | row
    else:
        notes.warn(
            f"an issue without filename and permalink is left out: {plain_line(string(row.get('title')))!r}"
        )


def _id(row: Object) -> str:
    """Return the name of the issue's file; in a folder of its own every file is called index."""
    name = string(row.get("filename")) or ""
    if name and not name.lstrip("_").startswith("index."):
        return name[:MAX_LINE]
    return (string(row.get("permalink")) or "").rstrip("/").rpartition("/")[2][:MAX_LINE]


def _as_counted(row: Object, index: Object, notes: Notes) -> Object:
    """Return `row` as resolved where the index does not count it: its rollup is better than the issue."""
    counted = _rank(index.get("summaryStatus"))
    is_post = _is_true(row.get("informational")) or _is_true(row.get("resolved"))
    if is_post or counted < 0 or 0 <= _rank(row.get("severity")) <= counted:
        return row
    notes.warn("an issue is not marked resolved, but its page does not count it; it is taken as resolved")
    return row | {"resolved": True}


def _is_true(value: object) -> bool:
    return value is True or fold(value) == "true"


def _is_planned(row: Object, now: datetime) -> bool:
    created_at = parse_time(row.get("createdAt"))
    is_ahead = created_at is not None and created_at > now and not _is_true(row.get("resolved"))
    is_notice = fold(row.get("severity")) == "notice" and not _is_true(row.get("informational"))
    return is_ahead or is_notice


def _affected(row: Object, ids: Mapping[str, list[str]]) -> tuple[str, ...]:
    named = map(_name, strings(row.get("affected")))
    return tuple(dict.fromkeys(key for name in named for key in ids.get(name, [name])))


def _incident(key: str, row: Object, ids: Mapping[str, list[str]], notes: Notes) -> VendorIncident:
    is_over = _is_true(row.get("resolved"))
    started_at, changed_at = parse_time(row.get("createdAt")), parse_time(row.get("lastMod"))
    phase = Phase.RESOLVED if is_over else Phase.INVESTIGATING
    return VendorIncident(
        id=key,
        title=plain_line(string(row.get("title"))),
        impact=notes.look_up(SEVERITIES, row.get("severity"), Impact.UNKNOWN, "severity"),
        phase=phase,
        started_at=started_at,
        # With its repository at hand Hugo gives the commit's date, which may lie before the issue's own.
        updated_at=max((at for at in (started_at, changed_at) if at), default=None),
        resolved_at=parse_time(row.get("resolvedAt")) if is_over else None,
        component_ids=_affected(row, ids),
        url=link(row.get("permalink")),
        updates=_body(row, started_at, phase),
    )


def _maintenance(key: str, row: Object, ids: Mapping[str, list[str]], now: datetime) -> Maintenance:
    starts_at = parse_time(row.get("createdAt"))
    is_over = _is_true(row.get("resolved"))
    phase = MaintenancePhase.COMPLETED if is_over else window_phase(starts_at, None, now)
    return Maintenance(
        id=key,
        title=plain_line(string(row.get("title"))),
        phase=phase,
        starts_at=starts_at,
        ends_at=parse_time(row.get("resolvedAt")) if is_over else None,
        component_ids=_affected(row, ids),
        url=link(row.get("permalink")),
        updates=_body(row, starts_at, phase),
    )


def _body(row: Object, at: datetime | None, phase: Phase | MaintenancePhase) -> tuple[Update, ...]:
    """Return the text of an issue, which only its own document has."""
    text = plain_text(string(row.get("body")))
    return (Update(at, phase, text),) if text and at is not None else ()
