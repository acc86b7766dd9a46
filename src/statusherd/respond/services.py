"""Which of our services a Change touches, through which dependency, and why. Pure.

The rules, each a row of the table in the tests:

- An incident that names neither components nor regions touches every service that depends on the vendor.
- One that names some touches the services whose dependency selects one of them, and nobody else.
- Components that nobody knows, and a dependency that matches nothing on the page, fall open: any may be
  meant.
- A service on another region is not touched; no region named means everywhere.
- A component that changes alone touches only those who depend on that component by its name.
- An incident of ours touches the services that it names, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from statusherd.model.changes import Change
from statusherd.model.records import Component
from statusherd.model.selection import matches, names_region, selects
from statusherd.model.services import Dependency, Service, Touch, TouchedBy
from statusherd.model.words import ChangeKind
from statusherd.respond.correlation.records import Way


@dataclass(frozen=True, slots=True)
class _Path:
    """One way from a service to a vendor."""

    service: Service
    dependency: Dependency
    chain: tuple[str, ...] = ()
    cushion: Service | None = None
    """Whose fallback makes it less severe."""


@dataclass(frozen=True, slots=True)
class _Concern:
    """What a Change is about. `named` are the components it names as far as they are known."""

    names_components: bool = False
    named: tuple[Component, ...] = ()
    regions: tuple[str, ...] = ()
    alone: bool = False
    """Components changed, and nobody says that it is more than that."""


class ServiceMap:
    """Our services with all the ways from each to the vendors, worked out once per configuration."""

    def __init__(self, services: Sequence[Service] = ()) -> None:
        self.services = tuple(services)
        by_name, needs = {service.name: service for service in self.services}, needs_of(self.services)
        self._paths = tuple(p for service in self.services for p in _paths(service, by_name, needs))
        self._by_vendor: dict[tuple[str, ...], tuple[_Path, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self.services)

    def depended_on(self, *names: str) -> tuple[Dependency, ...]:
        """Return the dependencies on components of the vendor of these names (name, title)."""
        found = (path.dependency for path in self._to(names) if path.dependency.component)
        return tuple(dict.fromkeys(found))

    def ways_of(self, names: Iterable[str]) -> tuple[Way, ...]:
        """Return the ways from the services of these names to vendors; unknown names have none."""
        wanted = {name.casefold() for name in names}
        return tuple(_way(path) for path in self._paths if path.service.name.casefold() in wanted)

    def touched(self, change: Change, title: str, components: Mapping[str, Component]) -> tuple[Touch, ...]:
        """Return the services that a Change touches, the most important first, each by its plainest way.

        `components` are all of the vendor's page, none where it does not list them.
        """
        concern = _concern_of(change, components)
        best: dict[str, tuple[tuple[bool, bool, int], _Path, TouchedBy]] = {}
        paths = self._to((change.vendor, title))
        met = {each: _met(each, concern, components) for each in {path.dependency for path in paths}}
        for path in paths:
            if (by := met[path.dependency]) is None:
                continue
            rank = (path.cushion is not None, by is not TouchedBy.NAMED, len(path.chain))
            if path.service.name not in best or rank < best[path.service.name][0]:
                best[path.service.name] = (rank, path, by)
        touches = (_touch(path, by) for _, path, by in best.values())
        return tuple(sorted(touches, key=lambda touch: (touch.tier, touch.service)))

    def named(self, names: Iterable[str]) -> tuple[Touch, ...]:
        """Return the known services of these names, touched themselves, the most important first."""
        wanted = {name.casefold() for name in names}
        found = (_touch_itself(each) for each in self.services if each.name.casefold() in wanted)
        return tuple(sorted(found, key=lambda touch: (touch.tier, touch.service)))

    def _to(self, names: tuple[str, ...]) -> tuple[_Path, ...]:
        found = self._by_vendor.get(names)
        if found is None:
            found = tuple(p for p in self._paths if matches(p.dependency.vendor, *names))
            self._by_vendor[names] = found
        return found


def needs_of(services: Sequence[Service]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the services that each service needs directly.

    A glob never means the service itself; its plain name does, and makes a ring.
    """
    by_key: dict[str, str] = {service.name.casefold(): service.name for service in services}
    return {service.name: tuple(dict.fromkeys(_needed_by(service, by_key))) for service in services}


def _needed_by(service: Service, by_key: Mapping[str, str]) -> Iterator[str]:
    for pattern in service.needs:
        if plain := by_key.get(pattern.casefold()):
            yield plain
        else:
            yield from (n for n in by_key.values() if n != service.name and matches(pattern, n))


def find_ring(services: Sequence[Service]) -> tuple[str, ...]:
    """Return the names of services that need each other in a ring, the first again at the end; else none."""
    try:
        TopologicalSorter(needs_of(services)).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def _paths(
    service: Service, by_name: Mapping[str, Service], needs: Mapping[str, tuple[str, ...]]
) -> Iterator[_Path]:
    """Yield the ways from a service to vendors: over each other service by the best chain.

    The best is one without a fallback on it, for then the service is really hit; then the shortest.
    """
    waiting: list[tuple[bool, int, tuple[str, ...], str]] = [(False, 0, (), service.name)]
    seen: set[str] = set()
    while waiting:
        is_cushioned, _, chain, name = heappop(waiting)
        if name in seen:
            continue
        seen.add(name)
        cushion = next((by_name[n] for n in (service.name, *chain) if by_name[n].fallback), None)
        yield from (_Path(service, each, chain, cushion) for each in by_name[name].depends_on)
        for other in needs[name]:
            cushioned = is_cushioned or bool(by_name[other].fallback)
            heappush(waiting, (cushioned, len(chain) + 1, (*chain, other), other))


def _way(path: _Path) -> Way:
    return Way(path.service.name, path.dependency, path.chain, cushioned=path.cushion is not None)


def _touch(path: _Path, by: TouchedBy) -> Touch:
    service = path.service
    return Touch(
        service=service.name,
        tier=service.tier,
        dependency=str(path.dependency),
        by=by,
        chain=path.chain,
        owner=service.owner,
        cushion=path.cushion.name if path.cushion else None,
        fallback=path.cushion.fallback if path.cushion else None,
        runbook=service.runbook,
        tags=service.tags,
    )


def _touch_itself(service: Service) -> Touch:
    return Touch(
        service=service.name,
        tier=service.tier,
        dependency="",
        by=TouchedBy.OURS,
        owner=service.owner,
        cushion=service.name if service.fallback else None,
        fallback=service.fallback,
        runbook=service.runbook,
        tags=service.tags,
    )


def _concern_of(change: Change, page: Mapping[str, Component]) -> _Concern:
    if change.incident is not None:
        ids = change.incident.component_ids
        return _Concern(bool(ids), _known(ids, change, page), change.incident.regions)
    if change.maintenance is not None:
        ids = change.maintenance.component_ids
        return _Concern(bool(ids), _known(ids, change, page))
    alone = change.kind is ChangeKind.COMPONENT_CHANGED
    return _Concern(bool(change.components), change.components, alone=alone)


def _known(ids: Iterable[str], change: Change, page: Mapping[str, Component]) -> tuple[Component, ...]:
    named = {component.id: component for component in change.components}
    return tuple(found for key in ids if (found := page.get(key) or named.get(key)))


def _met(dependency: Dependency, concern: _Concern, page: Mapping[str, Component]) -> TouchedBy | None:
    """Return why a concern meets a dependency, None where it does not."""
    pattern, regions = dependency.component, (dependency.region,) if dependency.region else ()
    if concern.alone and pattern is None:
        return None
    if not concern.names_components:
        by = TouchedBy.NAMED if regions and concern.regions else TouchedBy.WHOLE_VENDOR
        return by if names_region(regions, concern.regions) else None
    hit, by = concern.named, TouchedBy.NAMED
    if not hit:
        return TouchedBy.UNKNOWN_COMPONENTS if names_region(regions, concern.regions) else None
    if pattern is not None:
        hit = tuple(component for component in concern.named if selects((pattern,), component))
    if not hit:
        if concern.alone or not _is_rotten(pattern, page):
            return None
        hit, by = concern.named, TouchedBy.NO_SUCH_COMPONENT
    return by if any(names_region(regions, _regions_of(each, concern)) for each in hit) else None


def _is_rotten(pattern: str | None, page: Mapping[str, Component]) -> bool:
    """Tell whether a pattern selects nothing of a page that lists its components: one was renamed."""
    return pattern is not None and bool(page) and not any(selects((pattern,), c) for c in page.values())


def _regions_of(component: Component, concern: _Concern) -> tuple[str, ...]:
    return (component.region,) if component.region else concern.regions
