"""The words of the first generator: what vendors break, what our services are called, what people write."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.correlation.cases import VendorIncident

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that a service can use of a vendor; `thing` is the place or method that its words name."""

    vendor: str
    key: str
    depends: tuple[str, ...]
    hosts: tuple[str, ...]
    roles: tuple[str, ...]
    hints: tuple[str, ...]
    component: str
    region: str = ""
    match: str = ""
    thing: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether its words need no `thing`."""
        return bool(self.thing) or "?P<thing>" not in self.match

    def of(self, thing: str) -> Facet:
        """The facet with `thing` in all its words."""

        def fill(words: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(word.replace("{thing}", thing) for word in words)

        component, region = fill((self.component, self.region))
        return Facet(
            self.vendor,
            self.key,
            fill(self.depends),
            tuple(host.lower() for host in fill(self.hosts)),
            self.roles,
            fill(self.hints),
            component,
            region,
            self.match,
            thing,
        )


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of service of ours."""

    key: str
    names: tuple[str, ...]
    team: str
    vague: tuple[str, ...]
    human: tuple[str, ...]
    internal: tuple[str, ...]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text(encoding="utf-8"))


def _tupled(record: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}


@cache
def facets() -> tuple[Facet, ...]:
    return tuple(Facet(**_tupled(record)) for record in _toml("facets.toml")["facet"])


@cache
def roles() -> dict[str, Role]:
    return {key: Role(key, **_tupled(record)) for key, record in _toml("roles.toml").items()}


@cache
def phrases() -> dict[str, Any]:
    return _toml("phrases.toml")


@cache
def composed() -> dict[str, Any]:
    return _toml("composed.toml")


def facet_of(incident: VendorIncident) -> Facet | None:
    """The first facet that an incident is about, None for what concerns no service."""
    return _facet_of(incident.vendor, f"{incident.title} | {', '.join(incident.components)}")


@cache
def _facet_of(vendor: str, text: str) -> Facet | None:
    for facet in facets():
        found = re.search(facet.match, text) if facet.vendor == vendor else None
        if found:
            return facet.of(found.groupdict().get("thing") or "")
    return None


def display(vendor: str) -> str:
    """A vendor's name as people write it."""
    return str(phrases()["display"].get(vendor, vendor))


def pick(rng: Random, group: str, **values: str) -> str:
    """A sentence of a group with its places filled."""
    text: str = rng.choice(phrases()[group])
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text
