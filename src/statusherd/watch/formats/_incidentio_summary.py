"""The summary that incident.io's widget answers and its pages embed: what is going on right now.

Facts: pages of OpenAI, Linear and Miro (2026) and the widget's description. `structure.items` names all
components with their groups, `components` only some. A component that nobody lists as affected is
operational; of an affected one `current_status` is the state, for an incident may be open with all of its
components well again. The widget lists the affected ones alone. A parent page has no incidents of its own:
beside its summary stands `initialSubpages` with the worst state of each sub-page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status, worst
from statusherd.model.words import MaintenancePhase, Status
from statusherd.watch.formats import Look
from statusherd.watch.formats._incidentio_events import (
    component_id,
    incident_of,
    is_window,
    maintenance_of,
    rereads_at,
    status_of,
    told_last,
)
from statusherd.watch.formats._lists import each_once
from statusherd.watch.formats._next import read_payload, without_tokens
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, link, objects, string
from statusherd.watch.reading.words import Notes, fold

_INCIDENTS: Final = "ongoing_incidents"
_SCHEDULED: Final = "scheduled_maintenances"
_MAINTENANCES: Final = ("in_progress_maintenances", _SCHEDULED)


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary with, for a parent page, the rows of its sub-pages."""

    root: Object
    sub_pages: tuple[Object, ...] = ()

    @property
    def is_page(self) -> bool:
        """Tell the summary of a page, which has all its components, from the widget's."""
        return isinstance(self.root.get("structure"), dict)

    @property
    def is_parent(self) -> bool:
        return self.is_page and fold(self.root.get("page_type")) == "parent"

    @property
    def has_parent(self) -> bool:
        return isinstance(self.root.get("parent"), dict)


def summary_in(value: object) -> Summary | None:
    """Return the summary that the JSON `value` is or wraps, None where it is none.

    Raise ParseError where its data goes on without end.
    """
    root = as_object(value)
    root = as_object(root.get("summary")) or root
    if "structure" in root:  # taken out of a page, with the tokens of its stream
        root = without_tokens(root)
    return Summary(root) if _is_anchored(root) else None


def _is_anchored(root: Object) -> bool:
    lists = [root[key] for key in (_INCIDENTS, *_MAINTENANCES) if key in root]
    if not isinstance(root.get(_INCIDENTS), list) or not all(_is_listing(items) for items in lists):
        return False
    return isinstance(root.get("structure"), dict) or any(key in root for key in _MAINTENANCES)


def _is_listing(items: object) -> bool:
    return isinstance(items, list) and all(string(as_object(item).get("id")) for item in items)


def summary_of_page(document: Document) -> Summary | None:
    """Return the summary that the page in `document` embeds, None where it embeds none.

    Raise ParseError where its data goes on without end.
    """
    payload = read_payload(document.text)
    root = payload.find(_INCIDENTS, "structure")
    if root is None or not _is_anchored(root):
        return None
    if not Summary(root).is_parent:
        return Summary(root)
    beside = payload.find("initialSubpages") or {}
    return Summary(root, tuple(objects(beside.get("initialSubpages"))))


def read_summary(summary: Summary, look: Look, format_name: str) -> Snapshot:
    """Read a summary into a Snapshot. There is no rollup; a list without incidents means that all is well."""
    root, notes = summary.root, Notes()
    page_url = link(root.get("public_url")) or link(root.get("page_url"))
    listed = [(key, row) for key in (_INCIDENTS, *_MAINTENANCES) for row in objects(root.get(key))]
    ongoing = [row for key, row in listed if key == _INCIDENTS and not is_window(row)]
    incidents = told_last(incident_of(row, page_url, notes) for row in ongoing)
    windows = [
        (maintenance_of(row, page_url, look.now, notes, planned=key == _SCHEDULED), row)
        for key, row in listed
        if key != _INCIDENTS or is_window(row)
    ]
    maintenances = tuple({window.id: window for window, _ in windows}.values())
    running = [row for window, row in windows if window.phase is MaintenancePhase.IN_PROGRESS]
    components = _sub_pages(summary, notes) if summary.is_parent else ()
    components = components or _components(summary, (root, *ongoing, *running), notes)
    silence = Status.UNKNOWN if summary.is_parent else Status.OPERATIONAL
    return Snapshot(
        source=look.source,
        format=format_name,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, incidents, maintenances, silence=silence),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=_coverage(summary),
        warnings=notes.all,
        page_name=plain_line(string(root.get("name")) or string(root.get("page_title"))) or None,
        page_url=page_url,
        rereads_at=rereads_at(objects(root.get(_SCHEDULED)), look.now),
    )


def _coverage(summary: Summary) -> Coverage:
    listed = not summary.is_parent
    maintenances = listed and _SCHEDULED in summary.root
    return Coverage(components=summary.is_page, incidents=listed, maintenances=maintenances)


def _components(summary: Summary, affecting: Iterable[Object], notes: Notes) -> tuple[Component, ...]:
    rows = [row for source in affecting for row in objects(source.get("affected_components"))]
    states = _states(rows, notes)
    names = dict(_named(summary.root)) if summary.is_page else {}
    for row in rows:
        if key := component_id(row):
            names.setdefault(key, (string(row.get("name")) or key, string(row.get("group_name"))))
    unaffected = Status.UNKNOWN if summary.is_parent else Status.OPERATIONAL
    return tuple(
        Component(key, plain_line(name), plain_line(group) or None, status=states.get(key, unaffected))
        for key, (name, group) in names.items()
    )


def _sub_pages(summary: Summary, notes: Notes) -> tuple[Component, ...]:
    notes.warn("a parent page: its sub-pages stand as components, incidents are told on their own addresses")
    found = (
        Component(
            id=key,
            name=plain_line(string(row.get("name"))),
            status=status_of(row.get("worst_component_status"), notes),
        )
        for row in summary.sub_pages
        if (key := string(row.get("id")))
    )
    return tuple(
        each_once(found, lambda part: part.id, lambda one, other: one.status.rank > other.status.rank)
    )


def _named(root: Object) -> Iterator[tuple[str, tuple[str, str | None]]]:
    """Yield id, name and group of each component of a page; of two tellings of one the later counts."""
    for row in objects(root.get("components")):
        yield from _entry(row, None)
    for item in objects(as_object(root.get("structure")).get("items")):
        yield from _entry(as_object(item.get("component")), None)
        group = as_object(item.get("group"))
        for row in objects(group.get("components")):
            yield from _entry(row, string(group.get("name")))


def _entry(row: Object, group: str | None) -> Iterator[tuple[str, tuple[str, str | None]]]:
    if key := component_id(row):
        yield key, (string(row.get("name")) or key, group)


def _states(rows: Iterable[Object], notes: Notes) -> Mapping[str, Status]:
    """Return the worst that is said of each affected component right now."""
    states: dict[str, Status] = {}
    for row in rows:
        key, status = component_id(row), status_of(row.get("current_status") or row.get("status"), notes)
        if key:
            states[key] = worst((status, states.get(key, status))) or Status.UNKNOWN
    return states
