"""How often one address may ask. Pure: time is handed in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

AT_ONCE: Final = 60
"""So many requests may come together: a message to a team is opened by its mail scanner for each of them."""
PER_SECOND: Final = 2.0
MOST_ADDRESSES: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limits:
    """Counts the requests of each address; the longest silent ones are forgotten first."""

    def __init__(self, at_once: int = AT_ONCE, per_second: float = PER_SECOND) -> None:
        self._at_once, self._per_second = at_once, per_second
        self._buckets: dict[str, _Bucket] = {}

    def wait(self, address: str, now: float) -> int:
        """Return 0 where `address` may ask now, else the whole seconds after which it may.

        `now` is of a monotonic clock.
        """
        name = _neighbourhood(address)
        bucket = self._buckets.pop(name, None) or _Bucket(self._at_once, now)
        self._buckets[name] = bucket  # the last to ask stands last
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.pop(next(iter(self._buckets)))
        bucket.left = min(self._at_once, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.left >= 1:
            bucket.left -= 1
            return 0
        return math.ceil((1 - bucket.left) / self._per_second)


def _neighbourhood(address: str) -> str:
    """Return the address, of IPv6 its network of 64 bits: whoever has one address has all of it."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(int(found) >> 64)
    return str(found)
