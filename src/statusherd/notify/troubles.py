"""Other trouble that a Change belongs to: its cause, the same event elsewhere, what took it over. Pure.

A vendor's incident is the consequence of an upstream's where five things hold: the pair is declared, it is
open, its own words name the upstream, the upstream is in trouble, and that began first, a day before at most.
Whether a channel was told of that trouble is judged apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.changes import Change
from statusherd.model.delivery import Reason
from statusherd.model.quorum import Quorum
from statusherd.model.records import Known, KnownIncident, VendorIncident
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind
from statusherd.notify.quorum import Herds
from statusherd.notify.threads import incident_thread

LONGEST: Final = timedelta(days=1)
"""A consequence begins within so long after its cause, and is told apart after so long at the latest."""
_SAME_START: Final = timedelta(minutes=10)
_GAPS: Final = re.compile(r"[\s_./-]+")
_IN_BRACKETS: Final = re.compile(r"\s*\([^()]*\)\s*\Z")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An open incident or disturbance. `rank` is how bad, as `Impact.rank` counts."""

    thread: str
    began: datetime
    rank: int
    why: Reason = Reason.INHIBITED


class Kin:
    """Which vendors are read at one site, in one format: entries of the config that overlap, as AWS's do."""

    def __init__(self, vendors: Mapping[str, WatchedVendor], quorum: Quorum | None = None) -> None:
        self.vendors = vendors
        self.herds = Herds(vendors, quorum)
        sites: dict[tuple[str, str], list[str]] = {}
        for vendor in vendors.values():
            sites.setdefault(_site(vendor), []).append(vendor.name)
        self._sites = {site: tuple(names) for site, names in sites.items() if len(names) > 1}

    def of(self, vendor: WatchedVendor) -> tuple[str, ...]:
        """Return the names of the other vendors at a vendor's site."""
        return tuple(name for name in self._sites.get(_site(vendor), ()) if name != vendor.name)


def _site(vendor: WatchedVendor) -> tuple[str, str]:
    host = urlsplit(vendor.address).hostname or vendor.address
    # status.aws.amazon.com and health.aws.amazon.com are one; of shorter names each is a site of its own.
    return vendor.format, host.partition(".")[2] if host.count(".") > 2 else host


def concerning(
    change: Change, vendor: WatchedVendor | None, kin: Kin, known_of: Callable[[str], Known | None]
) -> tuple[Trouble, ...]:
    """Return the trouble that may tell a Change to those who know of it."""
    if change.kind is ChangeKind.DISTURBANCE_ENDED and "taken_over" in change.facets:
        return tuple(_incidents(known_of(change.vendor)))
    incident = change.incident
    if vendor is None or incident is None or not incident.is_open:
        return ()
    return (
        *_twins(incident, kin.of(vendor), known_of),
        *_causes(incident, change, vendor, kin, known_of),
        *_beyond_quorum(change, vendor, kin, known_of),
    )


def _beyond_quorum(
    change: Change, vendor: WatchedVendor, kin: Kin, known_of: Callable[[str], Known | None]
) -> Iterator[Trouble]:
    """Yield what fell at the same time, where it is a quorum without this one."""
    fallen = kin.herds.fallen_with(change, vendor, known_of)
    if kin.herds.quorum is not None and len(fallen) >= kin.herds.quorum.vendors:
        for other, incident in fallen:
            yield replace(_trouble(other.name, incident), why=Reason.QUORUM)


def together(
    change: Change, vendor: WatchedVendor | None, kin: Kin, known_of: Callable[[str], Known | None]
) -> tuple[str, ...]:
    """Return the titles of the vendors that fell together with this one, where they are a quorum."""
    fallen = kin.herds.fallen_with(change, vendor, known_of) if vendor is not None else ()
    return tuple(other.title for other, _ in fallen)


def _twins(
    incident: VendorIncident, others: Iterable[str], known_of: Callable[[str], Known | None]
) -> Iterator[Trouble]:
    """Yield the same event as other vendors list it: of the same start and component, or id."""
    for known in map(known_of, others):
        for other in known.incidents.values() if known else ():
            if known and other.is_open and _is_twin(incident, other):
                yield replace(_trouble(known.vendor, other), why=Reason.DUPLICATE)


def _is_twin(incident: VendorIncident, other: KnownIncident) -> bool:
    if incident.started_at is None or other.started_at is None:
        return False
    if abs(incident.started_at - other.started_at) > _SAME_START:
        return False
    if incident.component_ids and other.component_ids:
        return not set(incident.component_ids).isdisjoint(other.component_ids)
    return incident.id == other.id


def _causes(
    incident: VendorIncident,
    change: Change,
    vendor: WatchedVendor,
    kin: Kin,
    known_of: Callable[[str], Known | None],
) -> tuple[Trouble, ...]:
    if not vendor.upstream:
        return ()
    began = incident.started_at or change.at
    text = "\n".join((incident.title, *(update.text for update in incident.updates)))
    return tuple(
        trouble
        for name in vendor.upstream
        if (upstream := kin.vendors.get(name)) is not None and names(text, upstream)
        for trouble in _standing(known_of(name))
        if timedelta(0) <= began - trouble.began <= LONGEST
    )


def names(text: str, vendor: WatchedVendor) -> bool:
    """Tell whether a text names a vendor: by its name, its title or an alias, as whole words.

    Many vendors are called like common words, so what stands in small letters throughout is no name, unless
    the vendor writes itself so.
    """
    pattern = _pattern(vendor.name, vendor.title, vendor.aliases)
    found = (match[0] for match in pattern.finditer(text))
    return any(word != word.lower() or word == vendor.title for word in found)


@lru_cache(4096)
def _pattern(name: str, title: str, aliases: tuple[str, ...]) -> re.Pattern[str]:
    words = {name, title, _IN_BRACKETS.sub("", title), *aliases}
    split = (_GAPS.split(word.strip()) for word in sorted(words, key=len, reverse=True))
    each = (r"[\s_./-]+".join(map(re.escape, parts)) for parts in split if any(parts))
    return re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE)


def _standing(known: Known | None) -> Iterator[Trouble]:
    yield from _incidents(known)
    if known is not None and (disturbance := known.disturbance) is not None:
        # A degraded page is as bad as a minor incident, and so on.
        thread = f"{known.vendor}/{disturbance.id}"
        yield Trouble(thread, disturbance.since, max(disturbance.status.rank - 1, 0))


def _incidents(known: Known | None) -> Iterator[Trouble]:
    if known is None:
        return
    for incident in known.incidents.values():
        if incident.is_open:
            yield _trouble(known.vendor, incident)


def _trouble(vendor: str, incident: KnownIncident) -> Trouble:
    began = incident.started_at or incident.first_seen_at
    return Trouble(incident_thread(vendor, incident.id), began, incident.impact.rank)
