"""One event that several sources of a vendor list, as AWS's list and its feed do: taken in once. Pure.

Two entries are the same event where they began within minutes and both name a component, or where the title
is the same and one of them names none. What differs by region is two. The one that is known already counts,
else that of the source which stands first; the others add the components that they name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from statusherd.model.records import VendorIncident
from statusherd.watch.compare_incidents import SAME_START


def without_repeats(
    rows: Sequence[VendorIncident], known: Collection[str], labels: Iterable[str]
) -> tuple[VendorIncident, ...]:
    """Return the incidents of all sources, each event once, in their order.

    `known` are the ids that earlier looks found; ids of further sources begin with their label.
    """
    prefixes = tuple(f"{label}/" for label in labels)
    kept: dict[str, VendorIncident] = {}
    for row in sorted(rows, key=lambda row: row.id not in known):  # stable: the sources' order within each
        first = next((k for k in kept.values() if _is_repeat(row, k, prefixes)), None)
        if first is None:
            kept.setdefault(row.id, row)
        elif row.id not in known:
            kept[first.id] = _joined(first, row)
        else:
            kept[row.id] = row  # both were told: neither can be taken back
    order = {row.id: place for place, row in enumerate(rows)}
    return tuple(sorted(kept.values(), key=lambda row: order[row.id]))


def _is_repeat(row: VendorIncident, of: VendorIncident, prefixes: tuple[str, ...]) -> bool:
    if _source(row.id, prefixes) == _source(of.id, prefixes):
        return False
    if row.started_at is None or of.started_at is None or abs(row.started_at - of.started_at) > SAME_START:
        return False
    if row.regions and of.regions and set(row.regions).isdisjoint(of.regions):
        return False
    named, others = _bare(row.component_ids, prefixes), _bare(of.component_ids, prefixes)
    if named and others:
        return not named.isdisjoint(others)
    return set(row.regions) == set(of.regions) and _is_title(row.title, of.title)


def _source(key: str, prefixes: tuple[str, ...]) -> str:
    return next((prefix for prefix in prefixes if key.startswith(prefix)), "")


def _bare(keys: Iterable[str], prefixes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(key.removeprefix(_source(key, prefixes)) for key in keys)


def _is_title(one: str, other: str) -> bool:
    """Tell whether two titles are the same, or one is the other behind a word on how bad it is."""
    first, second = (" ".join(title.casefold().split()) for title in (one, other))
    return first == second or first.endswith(f": {second}") or second.endswith(f": {first}")


def _joined(kept: VendorIncident, repeat: VendorIncident) -> VendorIncident:
    components = tuple(dict.fromkeys((*kept.component_ids, *repeat.component_ids)))
    regions = tuple(dict.fromkeys((*kept.regions, *repeat.regions)))
    return replace(kept, component_ids=components, regions=regions)
