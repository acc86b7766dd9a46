"""What an import would do: each vendor that files mention, and what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from statusherd.model.vendors import Origin, WatchedVendor
from statusherd.watch.importing.mentions import Mention
from statusherd.watch.importing.recognise import Evidence, Recognised, Recognition, Unknown


class Outcome(StrEnum):
    """What becomes of a vendor that is mentioned."""

    NEW = "new"  # could be added, and is not yet
    ADDED = "added"
    WATCHED = "watched"  # was watched before
    FAILED = "failed"  # cannot be added


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file, and what it mentions; `error` says why nothing was read of it."""

    name: str
    mentions: Sequence[Mention] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One vendor of a plan. `watched_as` is its name among the watched; `why` it cannot be added."""

    name: str
    vendor: WatchedVendor
    evidence: tuple[Evidence, ...]
    outcome: Outcome
    watched_as: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What files mention, and what becomes of it."""

    files: Sequence[FileRead]
    items: Sequence[Item]
    unknown: Sequence[Unknown]
    unrelated: int

    def having(self, outcome: Outcome) -> Sequence[Item]:
        """Return the vendors that this becomes of."""
        return [item for item in self.items if item.outcome is outcome]

    def with_items(self, items: Iterable[Item]) -> Plan:
        """Return the plan with these in the place of those of the same name."""
        fresh = {item.name: item for item in items}
        return replace(self, items=[fresh.get(item.name, item) for item in self.items])

    @property
    def did_something(self) -> bool:
        """Whether there is a vendor that is watched now, or could be."""
        return any(item.outcome is not Outcome.FAILED for item in self.items)


def plan_of(files: Sequence[FileRead], found: Recognition, watched: Sequence[WatchedVendor]) -> Plan:
    """Return the plan for what was recognised, knowing what is watched."""
    names = {vendor.name: vendor.name for vendor in watched}
    places = {_place(vendor): vendor.name for vendor in watched}
    items = [_item(each, names, places) for each in found.vendors]
    return Plan(files, items, found.unknown, found.unrelated)


def _item(found: Recognised, names: dict[str, str], places: dict[tuple[str, str], str]) -> Item:
    if found.provider is None:
        nothing = WatchedVendor(found.name, found.name, "", "")
        return Item(found.name, nothing, found.evidence, Outcome.FAILED, why=found.fault)
    vendor = replace(found.provider.watched(), origin=Origin.ADDED)
    known = names.get(found.name) or places.get(_place(vendor))
    outcome = Outcome.WATCHED if known else Outcome.NEW
    return Item(found.name, vendor, found.evidence, outcome, watched_as=known)


def _place(vendor: WatchedVendor) -> tuple[str, str]:
    return vendor.address.rstrip("/"), vendor.format
