"""One component from several tellings of it: the worst, where what is not known is worse than all well."""

from __future__ import annotations

from collections.abc import Iterable

from statusherd.model.records import Component
from statusherd.model.words import Status


def worst_of_each(components: Iterable[Component]) -> tuple[Component, ...]:
    """Return one component of each id, in the order in which they came up first."""
    kept: dict[str, Component] = {}
    for leaf in components:
        known = kept.get(leaf.id)
        if known is None or _weight(leaf.status) > _weight(known.status):
            kept[leaf.id] = leaf
    return tuple(kept.values())


def _weight(status: Status) -> float:
    return 0.5 if status is Status.UNKNOWN else status.rank
