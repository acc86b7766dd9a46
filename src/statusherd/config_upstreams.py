"""What vendors run on, and how many of them at once are one event, judged against those that are watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from statusherd import config_schema as schema
from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.model.quorum import WITHIN, Quorum
from statusherd.model.vendors import WatchedVendor


def check_upstreams(raw: Mapping[str, Any], vendors: Sequence[WatchedVendor], problems: Problems) -> None:
    """Note an upstream that is the vendor itself, and warn of one that the file does not watch."""
    names = [vendor.name for vendor in vendors]
    for vendor in vendors:
        for upstream in vendor.upstream:
            if upstream == vendor.name:
                text = f"{quoted(upstream)} cannot run on itself. Remove it"
                problems.add(_place(raw, upstream), text)
            elif upstream not in names:
                text = f"{quoted(upstream)} is no vendor of this file, and holds nothing back until it is"
                problems.warn(_place(raw, upstream), f"{text}. {did_you_mean(upstream, names)}")


def read_quorum(given: schema.Quorum, vendors: Sequence[WatchedVendor], problems: Problems) -> Quorum | None:
    """Return what `[quorum]` says; None where it is not asked for."""
    if given.vendors is None:
        if given.within is not None:
            problems.add(("quorum", "within"), "needs vendors. Add vendors = 3, or remove it")
        return None
    if not any(vendor.upstream for vendor in vendors):
        text = "says nothing while no vendor has an upstream. Add upstream to some [[vendor]]"
        problems.warn(("quorum", "vendors"), text)
    return Quorum(given.vendors, given.within or WITHIN)


def _place(raw: Mapping[str, Any], upstream: str) -> KeyPath:
    """Return where a name first stands as an upstream."""
    for number, table in enumerate(raw["vendor"]):
        given = table.get("upstream") if isinstance(table, dict) else None
        if given == upstream or (isinstance(given, list) and upstream in given):
            return ("vendor", number, "upstream")
    return ("vendor",)
