"""StatusCast's JSON documents: the rollup, the components in an outline, the incidents.

Facts: the keys that clients of the platform read. No document gives times that are known, and incidents carry
no components.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.words import Phase, Status
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._statuscast_words import STATES, impact, is_maintenance, is_open, window
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, link, number, objects, string
from statusherd.watch.reading.words import Notes


def kind_of(root: object) -> str | None:
    """Return which document `root` is: status, components, incidents, or none of them."""
    if isinstance(root, dict):
        is_status = isinstance(root.get("Status"), str) and "StatusText" in root
        return "status" if is_status else None
    rows = list(objects(root))
    if rows and all("CurrentStatus" in row and ("text" in row or "Text" in row) for row in rows):
        return "components"
    if rows and all("Title" in row and "IncidentType" in row and "Status" in row for row in rows):
        return "incidents"
    return None


def rollup(root: Object, notes: Notes) -> Status:
    """Return the page's own state."""
    return notes.look_up(STATES, root.get("Status"), Status.UNKNOWN, "page status")


def components(root: object, notes: Notes) -> Iterator[Component]:
    """Yield the leaves of the outline: a row with deeper ones behind it is their group."""
    rows = list(objects(root))
    path: list[tuple[float, str]] = []
    for row, following in zip(rows, [*rows, {}][1:], strict=True):
        level = number(row.get("Level")) or 0
        name = plain_line(string(row.get("text")) or string(row.get("Text")))
        path = [(depth, parent) for depth, parent in path if depth < level]
        if (number(following.get("Level")) or 0) > level:
            path.append((level, name))
            continue
        group = " / ".join(parent for _, parent in path)
        key = plain_line(string(row.get("id")) or string(row.get("Id"))) or name
        if key:
            status = notes.look_up(STATES, row.get("CurrentStatus"), Status.UNKNOWN, "component status")
            yield Component(key, name, plain_line(group) or None, status=status)


def items(root: object, notes: Notes) -> tuple[Sequence[VendorIncident], Sequence[Maintenance]]:
    """Return the incidents and the planned work."""
    incidents, maintenances = [], []
    for row in objects(root):
        kind, state = string(row.get("IncidentType")), string(row.get("Status"))
        title = plain_line(string(row.get("Title")))
        key, url = identity(row.get("Id"), title, None), link(row.get("ShortUrl"))
        if is_maintenance(kind, state):
            maintenances.append(Maintenance(key, title, window(state, notes), url=url))
        else:
            phase = Phase.INVESTIGATING if is_open(state, notes) else Phase.RESOLVED
            incidents.append(VendorIncident(key, title, impact(kind, None, None, notes), phase, url=url))
    return incidents, maintenances
