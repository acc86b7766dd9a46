"""Lists in JSON:API: rows with an id and attributes, and what is included beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, as_object, objects, string
from statusherd.watch.reading.words import fold


def attributes(row: object) -> Object:
    """Return the attributes of a row, an empty object where it has none."""
    return as_object(as_object(row).get("attributes"))


def id_of(row: Object) -> str:
    """Return the id of a row, empty where it has none."""
    return plain_line(string(row.get("id")))


def is_list_of(root: Object, is_one: Callable[[Object], bool]) -> bool:
    """Tell whether the data are rows, one at least, each with an id and attributes that are `is_one`'s."""
    rows = root.get("data")
    if not isinstance(rows, list) or not rows:
        return False
    return all(isinstance(row, dict) and bool(id_of(row)) and is_one(attributes(row)) for row in rows)


def included_by_row(root: Object, kind: str, relation: str, owner: str) -> Mapping[str, list[Object]]:
    """Return the attributes of what is included under the type `kind`, by the id of the row it belongs to.

    That is the row which it names in the attribute `owner`, else the first that names it in its relationship
    `relation`; never two, so that all of it is told once. Ids are lines of plain text.
    """
    rows = (row for row in objects(root.get("included")) if fold(row.get("type")) == kind)
    included = {id_of(row): attributes(row) for row in rows}
    named = {key: plain_line(string(own.get(owner))) for key, own in included.items()}
    belongs = {key: name for key, name in named.items() if name}
    for name, key in _references(root, relation):
        belongs.setdefault(key, name)
    found: dict[str, list[Object]] = {}
    for key, name in belongs.items():
        if key in included:
            found.setdefault(name, []).append(included[key])
    return found


def _references(root: Object, relation: str) -> Iterator[tuple[str, str]]:
    for row in objects(root.get("data")):
        related = as_object(as_object(row.get("relationships")).get(relation))
        for reference in objects(related.get("data")):
            yield id_of(row), id_of(reference)
