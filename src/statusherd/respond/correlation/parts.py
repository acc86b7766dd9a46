"""Which part of a vendor a service needs, and whether a trouble is about that part. Pure.

Pages and people name one thing differently: "ec2", "Amazon EC2 (N. Virginia)", "ec2-us-east-1". Names are
compared as whole words, without the regions in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import chain
from typing import Final

from rapidfuzz import fuzz

from statusherd.model.records import Component
from statusherd.model.selection import matches, selects
from statusherd.model.suspects import Evidence
from statusherd.respond.correlation.lexicon import COMMON
from statusherd.respond.correlation.naming import spaced, words_in
from statusherd.respond.correlation.places import EVERYWHERE, overlap, regions_in, without_regions
from statusherd.respond.correlation.records import Matter, Trouble, TroubleKind, View, Way

DEPENDENCY: Final = "dependency"
REGION: Final = "region"
_ALIKE: Final = 88.0
"""From 0 to 100: names that are so alike are one."""
_BRACKETS: Final = re.compile(r"\(([^()]{2,40})\)\s*\Z")
_ACROSS: Final = re.compile(
    r" (?:across (?:all )?(?:our )?(?:products|services)"
    r"|(?:all|multiple|several|many) (?:products|services|components)"
    r"|most (?:products|services)|platform wide|site wide) "
)
"""Titles that mean the whole of a vendor, whatever parts it lists."""
_SHAPE: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,4}-?\d{1,2}(?![A-Za-z0-9])")
"""Regions as some vendors call them: NYC1, IE1, AU-1."""
_WHOLE: Final = frozenset(
    {"multipleservices", "multiple", "all", "all services", "global", "everything", "platform"}
)
_KNOWN_AS: Final = {
    "ec2": "elastic compute cloud",
    "s3": "simple storage service",
    "rds": "relational database service",
    "sqs": "simple queue service",
    "sns": "simple notification service",
    "ses": "simple email service",
    "ecs": "elastic container service",
    "eks": "elastic kubernetes service",
    "elb": "elastic load balancing",
    "gke": "kubernetes engine",
    "gce": "compute engine",
    "gcs": "cloud storage",
    "aks": "kubernetes service",
}
"""Short names of the clouds' services, and what their pages call them."""


_UNTITLED: Final = frozenset({TroubleKind.WARNING, TroubleKind.DISTURBANCE})
"""What nobody has given a title yet."""


class Fit(Enum):
    """How a trouble fits a dependency, the best first."""

    SAME = auto()  # it names the component that is needed
    ALIKE = auto()  # it names one that is called almost so
    ANY = auto()  # the service needs the vendor as a whole
    TOLD = auto()  # it names no component, but its title does
    SAID = auto()  # it names other components, but its title the one that is needed
    PAGE_WIDE = auto()  # it names no component: any may be meant
    ELSEWHERE = auto()  # it names no component, and its title speaks of something else
    OTHER = auto()  # it names other components


_WEIGHTS: Final = {
    Fit.SAME: 1.6,
    Fit.ALIKE: 1.1,
    Fit.ANY: 0.6,
    Fit.TOLD: 1.2,
    Fit.SAID: 0.2,
    Fit.PAGE_WIDE: 0.1,
    Fit.ELSEWHERE: -0.6,
    Fit.OTHER: -5.0,
}


@dataclass(frozen=True, slots=True)
class Place:
    """The way over which a trouble reaches the service best, with what speaks for and against it."""

    way: Way
    fit: Fit
    evidence: tuple[Evidence, ...]
    closed: bool = False

    @property
    def weight(self) -> float:
        return sum(each.weight for each in self.evidence)


Ways = Mapping[str, Sequence[Way]]
"""The ways from a matter's services, by how they name the vendor."""


def ways_by_vendor(ways: Iterable[Way]) -> Ways:
    """Return ways by how they name the vendor."""
    found: dict[str, list[Way]] = {}
    for way in ways:
        found.setdefault(way.dependency.vendor, []).append(way)
    return found


def placed(trouble: Trouble, matter: Matter, view: View, ways: Ways) -> Place | None:
    """Return how a trouble reaches the matter's services; None where none of them needs the vendor."""
    names = view.names_of(trouble.vendor)
    there = chain.from_iterable(several for name, several in ways.items() if matches(name, *names))
    found = [_place(way, trouble, matter) for way in there]
    return max(found, key=lambda place: (not place.closed, place.weight), default=None)


def _place(way: Way, trouble: Trouble, matter: Matter) -> Place:
    fit = _fit(way, trouble)
    weight = _WEIGHTS[fit]
    evidence = [Evidence(DEPENDENCY, weight, _told(way, fit, trouble))]
    if way.chain:
        evidence.append(Evidence(DEPENDENCY, -0.2 * len(way.chain), f"over {' > '.join(way.chain)}"))
    if way.guessed:
        evidence.append(Evidence(DEPENDENCY, -1.5, "nobody says which service is concerned"))
    if way.cushioned:
        evidence.append(Evidence(DEPENDENCY, -0.3, "a fallback stands in for it"))
    place, elsewhere = _region(way, trouble, matter)
    if place is not None:
        evidence.append(place)
    return Place(way, fit, tuple(evidence), closed=fit is Fit.OTHER or elsewhere)


def _told(way: Way, fit: Fit, trouble: Trouble) -> str:
    need = f"{way.service} depends on {way.dependency}"
    named = ", ".join(component.name for component in trouble.components[:3])
    return {
        Fit.SAME: f"{need}, which it names",
        Fit.ALIKE: f"{need}, and it names {named}",
        Fit.ANY: f"{need} as a whole",
        Fit.TOLD: f"{need}, which its title names",
        Fit.SAID: f"{need}, which its title names beside {named}",
        Fit.PAGE_WIDE: f"{need}, and it names no component: any may be meant",
        Fit.ELSEWHERE: f"{need}, and it names no component; its title speaks of something else",
        Fit.OTHER: f"{need}, but it is about {named}",
    }[fit]


def _fit(way: Way, trouble: Trouble) -> Fit:
    wanted = way.dependency.component
    if wanted is None:
        return Fit.ANY
    fits = {_alike(wanted, component) for component in trouble.components}
    for fit in (Fit.SAME, Fit.ALIKE):
        if fit in fits:
            return fit
    if _is_told(wanted, trouble):
        return Fit.SAID if trouble.components else Fit.TOLD
    if _ACROSS.search(spaced(trouble.title)):
        return Fit.PAGE_WIDE
    if trouble.components:
        return Fit.OTHER
    return Fit.ELSEWHERE if _tells_of_something(trouble) else Fit.PAGE_WIDE


def _tells_of_something(trouble: Trouble) -> bool:
    """Tell whether a title names what is broken, in words that are not used for anything."""
    if trouble.kind in _UNTITLED:
        return False
    words = words_in(without_regions(trouble.title)) - COMMON
    return any(word.isalpha() and len(word) > 2 for word in words)


@lru_cache(8192)
def _alike(wanted: str, component: Component) -> Fit:
    """Tell whether a component is the one that is wanted, which may be a glob."""
    if selects((wanted,), component) or component.name.casefold() in _WHOLE:
        return Fit.SAME
    if (places := regions_in(wanted)) and not any(
        overlap(place, _component_regions(component)) for place in places
    ):
        return Fit.OTHER
    want = _plain(wanted)
    bare = _BRACKETS.sub("", component.name)
    have = {
        _plain(component.name),
        _plain(bare),
        _plain(f"{component.group or ''} {component.name}"),
        _plain(component.id),
    }
    if want in have or have & _WHOLE:
        return Fit.SAME
    return Fit.ALIKE if any(_are_alike(want, each) for each in have if each) else Fit.OTHER


def _plain(name: str) -> str:
    text = spaced(without_regions(name)).strip()
    return " ".join(_KNOWN_AS.get(word, word) for word in text.split())


def _are_alike(want: str, have: str) -> bool:
    wanted, had = set(want.split()), set(have.split())
    return bool(wanted) and (wanted <= had or had <= wanted or fuzz.token_sort_ratio(want, have) >= _ALIKE)


def _is_told(wanted: str, trouble: Trouble) -> bool:
    """Tell whether the title of a trouble names a component, unless it is called as many things are."""
    words = _plain(wanted)
    return not COMMON.issuperset(words.split()) and f" {words} " in f" {_plain(trouble.title)} "


def _region(way: Way, trouble: Trouble, matter: Matter) -> tuple[Evidence | None, bool]:
    """Return what regions say, and whether they rule the trouble out."""
    theirs = _regions_of(trouble, way)
    if not theirs and way.dependency.region is not None:
        theirs = _qualifiers(way, trouble)
    if not theirs or theirs & EVERYWHERE:
        return None, False
    shown = ", ".join(sorted(theirs)[:3])
    if (need := way.dependency.region) is not None:
        if overlap(need, theirs):
            return Evidence(REGION, 0.6, f"it is about {shown}, where {need} is needed"), False
        return Evidence(REGION, -5.0, f"it is about {shown}, and {need} is needed"), True
    ours = frozenset(_regions_of_matter(matter))
    if not ours:
        return None, False
    if any(overlap(region, theirs) for region in ours):
        return Evidence(REGION, 0.8, f"both are about {shown}"), False
    return Evidence(REGION, -3.0, f"it is about {shown}, ours is in {', '.join(sorted(ours)[:3])}"), False


def _regions_of(trouble: Trouble, way: Way) -> frozenset[str]:
    """Return the regions of a trouble: those of the components that are needed, else all that it names."""
    wanted = way.dependency.component
    concerned = [c for c in trouble.components if wanted is None or _alike(wanted, c) is not Fit.OTHER]
    per_component = [_component_regions(component) for component in concerned]
    if per_component and all(per_component):
        return frozenset().union(*per_component)
    named = {region.casefold() for region in trouble.regions}
    return frozenset(named) or frozenset(_in_words(trouble))


def _component_regions(component: Component) -> frozenset[str]:
    if component.region:
        return frozenset({component.region.casefold()})
    text = f"{component.id} {component.name} {component.group or ''}"
    return regions_in(text)


def _qualifiers(way: Way, trouble: Trouble) -> frozenset[str]:
    """Return what stands in brackets behind the part that is needed: "Guide (Pod 17)", "Voice (IE1)".

    Regions that no list knows are told so. What belongs to the name of the part is none.
    """
    wanted = _plain(way.dependency.component or "")
    names = [component.name for component in trouble.components if _alike(wanted, component) is not Fit.OTHER]
    found = {
        match for name in (*(names if wanted else ()), trouble.title) for match in _BRACKETS.findall(name)
    }
    if _SHAPE.fullmatch(way.dependency.region or ""):
        found |= set(_SHAPE.findall(" ".join((trouble.title, *(c.name for c in trouble.components)))))
    if not wanted:
        found |= {match for c in trouble.components for match in _BRACKETS.findall(c.name)}
    return frozenset(each.casefold().strip() for each in found if _plain(each) not in wanted)


def _in_words(trouble: Trouble) -> Iterable[str]:
    if found := regions_in(trouble.title):
        return found
    return regions_in(trouble.texts[0]) if trouble.texts else ()


def _regions_of_matter(matter: Matter) -> Iterator[str]:
    for key, value in matter.labels.items():
        if "region" in key.casefold() or key.casefold() in ("zone", "az", "availability_zone"):
            yield from regions_in(value) or (value.casefold(),)
    yield from regions_in(f"{matter.title} {matter.text}"[:4000])
    for key in ("host", "instance", "endpoint", "url"):
        yield from regions_in(matter.labels.get(key, ""))


def words_of_parts(trouble: Trouble) -> frozenset[str]:
    """Return the words of the components that a trouble names."""
    return frozenset().union(*(words_in(component.name) for component in trouble.components))
