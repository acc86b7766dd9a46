"""What correlation is asked and what it may know: the incident, the vendors' trouble, and what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from statusherd.model.records import Component
from statusherd.model.selection import matches
from statusherd.model.services import Dependency
from statusherd.model.suspects import Blindness
from statusherd.model.words import Impact


class TroubleKind(StrEnum):
    """What a vendor's trouble is known as."""

    INCIDENT = "incident"  # the vendor posted it
    DISTURBANCE = "disturbance"  # its page turned red without a posted incident
    MAINTENANCE = "maintenance"  # planned
    WARNING = "warning"  # our own checks or teams say so, the vendor does not


@dataclass(frozen=True, slots=True)
class Matter:
    """An incident of ours that is to be explained. Times are UTC.

    `began_at` is when the trouble began where somebody says so, `over_at` when it ended.
    """

    services: tuple[str, ...]
    opened_at: datetime
    title: str
    text: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    began_at: datetime | None = None
    over_at: datetime | None = None

    @property
    def onset(self) -> datetime:
        """When it began as far as anybody says."""
        return min(self.began_at, self.opened_at) if self.began_at else self.opened_at


@dataclass(frozen=True, slots=True)
class Post:
    """What a vendor wrote, and when."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A vendor's trouble as it is known now.

    `posted_at` is when it could first be seen, `started_at` when it began by the vendor's word. `components`
    are those that it names, empty where it names none. `posts` are its updates, oldest first.
    """

    vendor: str
    id: str
    title: str
    posted_at: datetime
    kind: TroubleKind = TroubleKind.INCIDENT
    impact: Impact = Impact.UNKNOWN
    components: tuple[Component, ...] = ()
    regions: tuple[str, ...] = ()
    started_at: datetime | None = None
    resolved_at: datetime | None = None
    posts: tuple[Post, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The words of its posts."""
        return tuple(post.text for post in self.posts)

    @property
    def cause(self) -> str:
        return f"{self.vendor}/{self.id}"

    @property
    def began_at(self) -> datetime:
        """When it began: by the vendor's word, else when it could first be seen."""
        if self.kind is TroubleKind.MAINTENANCE and self.started_at is not None:
            return self.started_at  # it was announced before
        return min(self.started_at, self.posted_at) if self.started_at else self.posted_at


@dataclass(frozen=True, slots=True)
class Profile:
    """By which names and domains a vendor is known, and on whom it runs."""

    name: str
    title: str = ""
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One way from the service of the matter to a part of a vendor, over the services of `chain`.

    `cushioned`: a fallback on the way carries on when the vendor is away. `guessed`: nobody says which
    service is concerned, and this is one that may be.
    """

    service: str
    dependency: Dependency
    chain: tuple[str, ...] = ()
    cushioned: bool = False
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """What a probe of ours found at a vendor. `latency_ms` None where nothing answered."""

    vendor: str
    at: datetime
    ok: bool
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """How often people confirmed and rejected a vendor as the cause of incidents of a service."""

    confirmed: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """All that may be known at `now`: nothing in it is later than that.

    `ways` are those of the matter's services. `commonness` tells in how many of `documents` texts a word
    occurs. `judged` is by vendor, for the matter's services.
    """

    now: datetime
    ways: Sequence[Way] = ()
    troubles: Sequence[Trouble] = ()
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    blind: Sequence[Blindness] = ()
    checks: Sequence[Check] = ()
    judged: Mapping[str, Judged] = field(default_factory=dict)
    commonness: Mapping[str, int] = field(default_factory=dict)
    documents: int = 0

    def names_of(self, vendor: str) -> tuple[str, ...]:
        """Return the names that a dependency on a vendor may use."""
        profile = self.profiles.get(vendor)
        return (vendor, profile.title, *profile.aliases) if profile else (vendor,)

    def needs(self, vendor: str) -> bool:
        """Tell whether the matter's services need a vendor."""
        names = self.names_of(vendor)
        return any(matches(pattern, *names) for pattern in {way.dependency.vendor for way in self.ways})


SIGNALS: Final = (
    "dependency",
    "region",
    "time",
    "impact",
    "host",
    "name",
    "wording",
    "own_cause",
    "probes",
    "people",
    "rival",
    "upstream",
)
"""The kinds of evidence, each of which can be left out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`automatic`: from this score on a suspect is linked by itself; `without` leaves signals out."""

    automatic: float = 0.75
    without: frozenset[str] = frozenset()
