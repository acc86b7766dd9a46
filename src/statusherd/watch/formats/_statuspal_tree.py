"""The tree of services of a StatusPal page: those with children group them, the leaves are the components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from statusherd.watch.reading.text import plain_line
from statusherd.watch.reading.values import Object, objects, string

Service = tuple[str, str, str | None, Object, bool]


def services(rows: object) -> Iterator[Service]:
    """Yield id, name, group, row and whether it is a leaf, in the order of the page."""
    waiting: list[tuple[Object, str | None]] = [(row, None) for row in reversed(list(objects(rows)))]
    seen: set[str] = set()
    while waiting:
        row, group = waiting.pop()
        key, name = plain_line(string(row.get("id"))), plain_line(string(row.get("name")))
        if not key or key in seen:
            continue
        seen.add(key)
        children = [child for child in objects(row.get("children")) if string(child.get("id"))]
        yield key, name, group, row, not children
        path = plain_line(f"{group} / {name}" if group else name)
        waiting.extend((child, path) for child in reversed(children))


def leaves_below(tree: Iterable[Service]) -> Mapping[str, tuple[str, ...]]:
    """Return for each service the leaves it stands for: itself, or all below it."""
    below: dict[str, tuple[str, ...]] = {}
    for key, _, _, row, is_leaf in reversed(list(tree)):  # children come before their parents this way
        ids = (plain_line(string(child.get("id"))) for child in objects(row.get("children")))
        below[key] = (key,) if is_leaf else tuple(leaf for i in ids for leaf in below.get(i, ()))
    return below


def component_ids(row: Object, leaves: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the leaves an event names; a group stands for all below it where none of them is named."""
    value = row.get("service_ids")
    ids = [key for part in value if (key := string(part))] if isinstance(value, list) else []
    named = {key for key in ids if leaves.get(key) == (key,)}
    found: list[str] = []
    for key in ids:
        below = leaves.get(key, ())
        if key in named or named.isdisjoint(below):
            found.extend(below)
    return tuple(dict.fromkeys(found))
