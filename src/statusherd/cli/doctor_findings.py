"""What is wrong with the vendors of an installation, judged from what is known of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from statusherd.cli import doctor_mends as mends
from statusherd.model.changes import Change
from statusherd.model.errors import CatalogError, FailureKind, LookError
from statusherd.model.records import Component, Known, Snapshot
from statusherd.model.selection import names_region, rotten
from statusherd.model.vendors import WatchedVendor
from statusherd.store.glance import VendorRow
from statusherd.store.known import StoredState
from statusherd.watch.compare import DEFAULT_POLICY
from statusherd.watch.compare_incidents import touched
from statusherd.watch.formats import Endpoints, format_named
from statusherd.watch.provider_files import Provider

_LATE: Final = timedelta(hours=1)
_LATE_LOOKS: Final = 10
"""A vendor without a look for this long, and for so many intervals, is looked at no more."""
_OLD: Final = 12
"""Months that the evidence of a provider file holds."""
_NEAR: Final = 3


class Wrong(StrEnum):
    """What can be wrong."""

    DRIFTED = "drifted"  # read in another format or place than declared
    BLIND = "blind"  # cannot be read
    STALE = "stale"  # an incident stays open and nobody touches it
    NEVER_READ = "never_read"
    NOT_LOOKED_AT = "not_looked_at"  # was read, and for long no more
    ROTTEN_FILTER = "rotten_filter"  # a filter matches nothing on the page
    WRONG_FILE = "wrong_file"  # a provider file that cannot be used
    UNVERIFIED = "unverified"  # the catalogue's facts are old or were never seen to hold


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page was found, and in which format."""

    format: str
    address: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, since when as far as is known, and what to do.

    `vendor` is None where it is about the installation. `mend` are commands, lines of TOML or sentences.
    """

    kind: Wrong
    message: str
    vendor: str | None = None
    since: datetime | None = None
    mend: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    found: Place | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a look just now; `found` is where the page is instead."""

    snapshot: Snapshot | None = None
    error: LookError | None = None
    found: Place | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A watched vendor with all that is known of it. `provider` is its entry of the catalogue."""

    vendor: WatchedVendor
    interval: float
    stored: StoredState | None = None
    row: VendorRow | None = None
    moved: Change | None = None
    provider: Provider | None = None
    looked: Looked | None = None

    @property
    def known(self) -> Known:
        return self.stored.known if self.stored else Known(self.vendor.name)

    @property
    def alive_at(self) -> datetime | None:
        """The last look that left a trace, whether it could be read or not."""
        stored = self.stored
        return max(filter(None, (stored.seen_at, stored.changed_at)), default=None) if stored else None

    def is_late(self, now: datetime) -> bool:
        alive, patience = self.alive_at, max(_LATE, timedelta(seconds=_LATE_LOOKS * self.interval))
        return alive is not None and now - alive > patience


def findings(every: Sequence[Case], names: Sequence[str], now: datetime) -> tuple[Finding, ...]:
    """Return what is wrong with the vendors called `names`, all where there are none."""
    idle = _idle(every, now)
    cases = [case for case in every if not names or case.vendor.name in names]
    found = [finding for case in cases for finding in _of(case, now, alone=idle is None)]
    return (*([idle] if idle else []), *found)


def _idle(cases: Sequence[Case], now: datetime) -> Finding | None:
    """Return that nothing is looked at, where that holds for all: then no vendor is at fault."""
    alive = max((case.alive_at for case in cases if case.alive_at), default=None)
    if not cases or (alive and not all(case.is_late(now) or not case.alive_at for case in cases)):
        return None
    kind = Wrong.NOT_LOOKED_AT if alive else Wrong.NEVER_READ
    text = "no vendor was looked at for long" if alive else "no vendor was ever looked at"
    return Finding(kind, f"{text}: does the daemon run?", since=alive, mend=mends.DAEMON)


def _of(case: Case, now: datetime, *, alone: bool) -> Iterator[Finding]:
    yield from _readable(case, now, alone=alone)
    yield from _stale(case)
    yield from _rotten(case)


def _readable(case: Case, now: datetime, *, alone: bool) -> Iterator[Finding]:
    looked = case.looked
    if looked is None:
        yield from _drifted(case)
        yield from _blind(case)
    elif looked.error is not None:
        yield _unread(case, looked.error, looked.found)
    if alone:
        yield from _unseen(case, now)
    if looked is None or looked.error is not None:
        yield from _unverified(case, now)


# Where it is read


def _drifted(case: Case) -> Iterator[Finding]:
    format_name = case.known.format or case.vendor.format
    addresses = [each.url for each in case.stored.validators] if case.stored else []
    if format_name != case.vendor.format:
        text = f"it answers as {format_name}, and {case.vendor.format} is declared"
    elif addresses and not _all(case.vendor).intersection(addresses):
        text = f"it is read at {addresses[0]}, and {case.vendor.address} is declared"
    else:
        return
    place = Place(format_name, addresses[0]) if addresses else None
    since = case.moved.at if case.moved and case.moved.after == format_name else None
    yield Finding(Wrong.DRIFTED, text, case.vendor.name, since, _declared(case.vendor, place), found=place)


def _declared(vendor: WatchedVendor, place: Place | None) -> tuple[str, ...]:
    if place is None:
        return mends.look_for(vendor.name)
    return mends.declare(replace(vendor, format=place.format, address=place.address))


def _all(vendor: WatchedVendor) -> set[str]:
    try:
        endpoints: Endpoints = format_named(vendor.format).endpoints(vendor.address)
    except CatalogError:
        return set()
    others = (address for address, _ in endpoints.fallbacks)
    return {*endpoints.look, *endpoints.optional, *endpoints.history, *others}


# Whether it can be read


def _blind(case: Case) -> Iterator[Finding]:
    row = case.row
    if row is None or row.blind_since is None:
        return
    kind = FailureKind(row.error_kind) if row.error_kind else None
    text = f"cannot be read: {row.error or 'the reason is not kept'}"
    since = row.failing_since or row.blind_since
    yield Finding(Wrong.BLIND, text, case.vendor.name, since, mends.of_failure(kind, case.vendor))


def _unread(case: Case, error: LookError, found: Place | None) -> Finding:
    """Return that a look just now failed, or that it found the page elsewhere."""
    since = case.known.failing_since
    if found is not None:
        text = f"{error.message}; it is found as {found.format} at {found.address}"
        mend = _declared(case.vendor, found)
        return Finding(Wrong.DRIFTED, text, case.vendor.name, since, mend, found=found)
    mend = mends.of_failure(error.kind, case.vendor, looked=True)
    return Finding(Wrong.BLIND, f"cannot be read: {error.message}", case.vendor.name, since, mend)


def _unseen(case: Case, now: datetime) -> Iterator[Finding]:
    name, stored = case.vendor.name, case.stored
    if stored is None or stored.seen_at is None:
        if not (case.row and case.row.blind_since):
            yield Finding(Wrong.NEVER_READ, "was never read", name, mend=mends.DAEMON)
    elif case.is_late(now):
        text = "is looked at no more, while others are"
        yield Finding(Wrong.NOT_LOOKED_AT, text, name, case.alive_at, mends.DAEMON)


def _unverified(case: Case, now: datetime) -> Iterator[Finding]:
    """Yield that nobody saw the catalogue's facts hold lately. Where a look of ours was read, they do."""
    provider = case.provider
    if provider is None or (case.stored and case.stored.seen_at):
        return
    if provider.verified is None:
        text = "the catalogue's address was never seen to answer"
    elif _months(provider.verified, now) > _OLD:
        text = f"the catalogue's address was last seen to answer in {provider.verified[:7]}"
    else:
        return
    yield Finding(Wrong.UNVERIFIED, text, case.vendor.name, mend=mends.look_for(case.vendor.name))


def _months(month: str, now: datetime) -> int:
    year, number = (int(part) for part in month.split("-")[:2])
    return 12 * (now.year - year) + now.month - number


# What it says


def _stale(case: Case) -> Iterator[Finding]:
    for incident in case.known.incidents.values():
        last = touched(incident)
        if incident.is_open and (incident.stale or _is_stale(case, last)):
            title = incident.record.title if incident.record else incident.id
            url = (incident.record and incident.record.url) or case.vendor.page_url or case.vendor.address
            text = f"{title!r} is open and untouched for more than {DEFAULT_POLICY.stale_after.days} days"
            yield Finding(Wrong.STALE, text, case.vendor.name, last, mends.close(url))


def _is_stale(case: Case, last: datetime) -> bool:
    seen = case.stored.seen_at if case.stored else None
    return seen is not None and seen - last >= DEFAULT_POLICY.stale_after


def _rotten(case: Case) -> Iterator[Finding]:
    components = _components(case)
    if not components:
        return
    vendor = case.vendor
    names = [word for c in components for word in (c.name, f"{c.group}/{c.name}" if c.group else "") if word]
    for pattern in rotten(vendor.components, components):
        yield _rot(vendor, "component", pattern, names)
    regions = [component.region for component in components if component.region]
    for pattern in vendor.regions if regions else ():
        if not names_region((pattern,), regions):
            yield _rot(vendor, "region", pattern, regions)


def _components(case: Case) -> Sequence[Component]:
    snapshot = case.looked.snapshot if case.looked else None
    if snapshot is not None:
        return snapshot.components if snapshot.coverage.components else ()
    return tuple(case.known.components.values())


def _rot(vendor: WatchedVendor, what: str, pattern: str, names: Iterable[str]) -> Finding:
    by_small = {name.casefold(): name for name in names}
    near = tuple(by_small[word] for word in get_close_matches(pattern.casefold(), by_small, n=_NEAR))
    better = {pattern: near[0]} if near else {}
    mended = replace(
        vendor,
        components=_better(vendor.components, better if what == "component" else {}),
        regions=_better(vendor.regions, better if what == "region" else {}),
    )
    mend = mends.filters(mended) if near else mends.see_components(vendor.name)
    text = f"the {what} filter {pattern!r} matches nothing on the page"
    return Finding(Wrong.ROTTEN_FILTER, text, vendor.name, mend=mend, suggestions=near)


def _better(patterns: tuple[str, ...], better: dict[str, str]) -> tuple[str, ...]:
    return tuple(better.get(pattern, pattern) for pattern in patterns)


def file_findings(faults: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding for each fault of the catalogue's files."""
    return (Finding(Wrong.WRONG_FILE, fault, mend=mends.FILE) for fault in faults)
