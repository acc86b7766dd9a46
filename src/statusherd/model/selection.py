"""Which part of a vendor is ours: filters over components and regions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import translate
from functools import lru_cache

from statusherd.model.records import Component, Maintenance, VendorIncident


def matches(pattern: str, *words: str | None) -> bool:
    """Tell whether the glob `pattern` matches one of `words`, ignoring case."""
    found = _compiled(pattern)
    return any(word is not None and found(word.casefold()) is not None for word in words)


@lru_cache(10_000)
def _compiled(pattern: str) -> Callable[[str], object]:
    return re.compile(translate(pattern.casefold())).match


def selects(patterns: Iterable[str], component: Component) -> bool:
    """Tell whether a filter selects a component: by id, by name, or by "group/name"."""
    path = f"{component.group}/{component.name}" if component.group else None
    return any(matches(pattern, component.id, component.name, path) for pattern in patterns)


def selected(patterns: tuple[str, ...], components: Iterable[Component]) -> tuple[Component, ...]:
    """Return the components that a filter selects; all of them where it selects none (it fell open)."""
    every = tuple(components)
    return tuple(c for c in every if selects(patterns, c)) or every


def rotten(patterns: Iterable[str], components: Iterable[Component]) -> tuple[str, ...]:
    """Return the patterns that match nothing on the page: renamed, split or removed components."""
    every = tuple(components)
    return tuple(p for p in patterns if not any(selects((p,), component) for component in every))


def names_selected(
    patterns: tuple[str, ...],
    incident: VendorIncident | Maintenance,
    components: Mapping[str, Component],
    also: Iterable[Component] = (),
) -> bool:
    """Tell whether an incident, or planned work, concerns what a component filter selects.

    `components` are all of the page, none where it does not list them; `also` are those known besides.
    A page-wide incident (no components named) always does; so does one whose components are unknown to
    us, and every incident while the filter as a whole matches nothing on the page.
    """
    if not patterns or not incident.component_ids:
        return True
    known = {component.id: component for component in also} | dict(components)
    named = [known[key] for key in incident.component_ids if key in known]
    if not named or any(selects(patterns, component) for component in named):
        return True
    return bool(components) and not any(selects(patterns, each) for each in components.values())


def names_region(patterns: tuple[str, ...], regions: Iterable[str]) -> bool:
    """Tell whether regions pass a filter; no region named means everywhere, and passes."""
    named = tuple(regions)
    return not patterns or not named or any(matches(p, region) for p in patterns for region in named)
