"""PayPal: /api/v1/components of its status page.

Facts: two clients (2021 and 2026). `result` lists the components; each belongs to a category (product, api)
and has a state for production and one for the sandbox. There is no rollup, and nothing here is an incident or
a window. Words vary in case and in what stands between them. A component's id was not seen: without one its
category and name are its identity. The document of the events is known by its address alone and not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot
from statusherd.model.status import effective_status
from statusherd.model.words import Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import entries
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, load_json, string, try_object
from statusherd.watch.reading.words import Notes

NAME = "paypal"

STATES: Final[Mapping[str, Status]] = {
    "operational": Status.OPERATIONAL,
    "informational": Status.OPERATIONAL,  # a notice: said, and no trouble
    "undermaintenance": Status.MAINTENANCE,
    "servicedisruption": Status.PARTIAL_OUTAGE,
    "serviceoutage": Status.MAJOR_OUTAGE,
}
ENVIRONMENTS: Final = ("production", "sandbox")
_DOCUMENT: Final = "/api/v1/components"
CLUES: Final = Clues(in_address=(at_host("paypal-status.com", _DOCUMENT),))


def recognise(document: Document) -> Recognition | None:
    """A result whose rows have a category and a state by environment."""
    if not all(f'"{mark}"' in document.text for mark in ("result", "category", "production")):
        return None
    rows = _rows(try_object(document))
    if not rows or not all(isinstance(row, dict) and _is_component(row) for row in rows):
        return None
    return Recognition(95, "result: components with category and status by environment")


def endpoints(address: str) -> Endpoints:
    """The list of components of all categories and environments."""
    parts = urlsplit(address)
    return Endpoints(look=(f"{parts.scheme}://{parts.netloc}{_DOCUMENT}",))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the list; of several, the last. An empty one says nothing and is refused."""
    notes, document = Notes(), documents[-1]
    rows = _rows(as_object(load_json(document)))
    if not rows:
        raise not_this("PayPal", document, "no result with components")
    listed = entries(rows, _is_component, document, "PayPal", notes)
    found = (component for row in listed.rows for component in _components(row, notes))
    components = tuple({component.id: component for component in found}.values())
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, components, (), ()) if listed.is_whole else _at_least(components),
        components=components,
        coverage=Coverage(components=listed.is_whole),
        warnings=notes.all,
        page_name="PayPal",
    )


def _at_least(components: Iterable[Component]) -> Status:
    """Return the state where some components cannot be read: no more than trouble is sure."""
    known = effective_status(None, components, (), ())
    return known if known.is_trouble else Status.UNKNOWN


def _rows(root: Object) -> list[object]:
    rows = root.get("result")
    return rows if isinstance(rows, list) else []


def _is_component(row: Object) -> bool:
    states = as_object(row.get("status"))
    has_state = any(isinstance(states.get(name), str) for name in ENVIRONMENTS)
    return has_state and bool(_category(row)) and bool(plain_line(string(row.get("name"))))


def _category(row: Object) -> str:
    return plain_line(string(as_object(row.get("category")).get("name")))


def _components(row: Object, notes: Notes) -> Iterable[Component]:
    """Yield a component for each environment; only that of production goes by the bare name."""
    name, category, states = plain_line(string(row["name"])), _category(row), as_object(row["status"])
    key = plain_line(string(row.get("id"))) or f"{category}/{name}"
    for environment in ENVIRONMENTS:
        if environment in states:
            yield Component(
                id=f"{key}/{environment}",
                name=name if environment == "production" else f"{name} ({environment})",
                group=category,
                region=environment,
                status=notes.look_up(STATES, states[environment], Status.UNKNOWN, "component state"),
            )
