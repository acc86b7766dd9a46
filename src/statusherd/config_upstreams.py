"""What vendors run on, judged against the vendors that are watched."""

from __future__ import annotations

from collections.abc import Mapping

from statusherd.config_problems import KeyPath, Problems, did_you_mean, quoted
from statusherd.model.vendors import WatchedVendor


def check_upstreams(
    vendors: Mapping[str, WatchedVendor], places: Mapping[str, KeyPath], problems: Problems
) -> None:
    """Note an upstream that is the vendor itself, and warn of one that the file does not watch."""
    for name, vendor in vendors.items():
        for number, upstream in enumerate(vendor.upstream):
            place = (*places[name], "upstream", number)
            if upstream == name:
                problems.add(place, f"{quoted(upstream)} cannot run on itself. Remove it")
            elif upstream not in vendors:
                text = f"{quoted(upstream)} is no vendor of this file, and holds nothing back until it is"
                problems.warn(place, f"{text}. {did_you_mean(upstream, vendors)}")
