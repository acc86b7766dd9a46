"""Our services: what each depends on at which vendor, who owns it, and that a vendor's trouble touches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from statusherd.model.words import Worded

OWNER: Final = "owner"
"""Among the channels of a route: those of the teams that own the services which are touched."""
TIERS: Final = (1, 2, 3)
"""1 is what the business stands still without; 3 can wait."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """A part of a vendor that a service needs: case-insensitive globs, None where any will do."""

    vendor: str
    component: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        component = f":{self.component}" if self.component else ""
        return f"{self.vendor}{component}@{self.region}" if self.region else f"{self.vendor}{component}"


@dataclass(frozen=True, slots=True)
class Service:
    """A service of ours. `needs` are globs of other services' names; `owner` is the name of a team.

    `fallback` says in words what carries on when a vendor is away; where it stands, severity is one lower.
    """

    name: str
    tier: int = 3
    owner: str | None = None
    depends_on: tuple[Dependency, ...] = ()
    needs: tuple[str, ...] = ()
    fallback: str | None = None
    runbook: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """Who owns services, and the channels that reach them."""

    name: str
    channels: tuple[str, ...] = ()


class TouchedBy(Worded):
    """Why a Change touches a dependency."""

    NAMED = "named", "it names this part"
    WHOLE_VENDOR = "whole_vendor", "it names no part: taken for the whole of the vendor"
    UNKNOWN_COMPONENTS = "unknown_components", "it names components that nobody knows: any may be meant"
    NO_SUCH_COMPONENT = "no_such_component", "no component of the page is called so: any may be meant"
    OURS = "ours", "an incident of ours is about this service itself, through no vendor"


@dataclass(frozen=True, slots=True)
class Touch:
    """A service that a Change touches: through which dependency, and whose.

    `dependency` is empty where an incident of ours is about the service itself.
    `chain` are the services between: the touched one needs the first, and the last has the dependency.
    `cushion` is the service, itself or one of the chain, whose `fallback` makes it less severe.
    """

    service: str
    tier: int
    dependency: str
    by: TouchedBy
    chain: tuple[str, ...] = ()
    owner: str | None = None
    cushion: str | None = None
    fallback: str | None = None
    runbook: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def via(self) -> str:
        """From the service to the vendor: "payments > stripe:API"; empty where no vendor is between."""
        return " > ".join(filter(None, (*self.chain, self.dependency)))
