"""How often vendors may be looked at: what is wrong with intervals of a config."""

from __future__ import annotations

from collections.abc import Sequence

from statusherd.config_problems import Problems
from statusherd.config_records import POLITE, Http, least_interval
from statusherd.config_values import duration_text
from statusherd.model.vendors import WatchedVendor


def check_default_interval(http: Http, vendors: Sequence[WatchedVendor], problems: Problems) -> None:
    """Note where the interval of [http] is too short for a vendor that has none of its own."""
    using = [vendor for vendor in vendors if vendor.interval is None]
    least = (least_interval(vendor.address, allow_private=http.allow_private) for vendor in using)
    is_private_only = bool(using) and all(http.interval >= each for each in least)
    if http.interval < POLITE and not is_private_only:
        problems.add(("http", "interval"), too_often(http.interval))


def too_often(interval: float) -> str:
    """Return the sentence on an interval that is too short."""
    text = f'"{duration_text(interval)}" is too often. Take "10s" or more'
    return f'{text} ("1s" or more is for private addresses with allow_private = true in [http])'
