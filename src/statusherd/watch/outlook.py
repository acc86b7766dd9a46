"""Is it them or us? When most sources fail at once, the fault is nearer to us than any vendor. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Final

from statusherd.model.errors import FailureKind

EVERYWHERE: Final = ""
"""The scope of all sources together."""
QUORUM: Final = 3
"""With fewer sources than this, failures at once say nothing."""
_OF_THE_SOURCE: Final = frozenset(
    {FailureKind.NOT_FOUND, FailureKind.GONE, FailureKind.REFUSED_ADDRESS, FailureKind.RATE_LIMITED}
)


def scopes_of(platform: str | None) -> tuple[str, ...]:
    """Return the scopes that a source of `platform` counts for, the widest first."""
    return (EVERYWHERE,) if platform is None else (EVERYWHERE, platform)


class Outlook:
    """Counts which sources fail now, of all and of each platform."""

    def __init__(self) -> None:
        self._platforms: dict[str, str | None] = {}
        self._failing: set[str] = set()
        self._totals: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()

    def note(self, vendor: str, platform: str | None, failure: FailureKind | None) -> None:
        """Take in a look at `vendor`: how it failed, None where it was read.

        `platform` is whose servers it shares with other vendors, None where it shares none.
        """
        # A page that is gone or turns us away says something about itself, not about our sight.
        fails = failure is not None and failure not in _OF_THE_SOURCE
        is_known = vendor in self._platforms and self._platforms[vendor] == platform
        if is_known and (vendor in self._failing) is fails:
            return
        self.forget(vendor)
        self._platforms[vendor] = platform
        self._totals.update(scopes_of(platform))
        if fails:
            self._failing.add(vendor)
            self._failures.update(scopes_of(platform))

    def forget(self, vendor: str) -> None:
        """Leave a vendor out from now on."""
        if vendor not in self._platforms:
            return
        platform = self._platforms.pop(vendor)
        self._totals.subtract(scopes_of(platform))
        if vendor in self._failing:
            self._failing.discard(vendor)
            self._failures.subtract(scopes_of(platform))

    def is_dark(self, scope: str) -> bool:
        """Tell whether most sources of `scope` (a platform, or EVERYWHERE) fail now."""
        total = self._totals[scope]
        return total >= QUORUM and self._failures[scope] * 2 > total

    def dark_scope(self, platform: str | None) -> str | None:
        """Return the widest scope around a source of `platform` in which most fail; None where none is."""
        if self.is_dark(EVERYWHERE):
            return EVERYWHERE
        if platform is None:
            return None
        # A platform that is all we watch cannot be told apart from everything.
        alone = self._totals[platform] == self._totals[EVERYWHERE]
        return platform if self.is_dark(platform) and not alone else None

    def counts(self, scope: str) -> tuple[int, int]:
        """Return how many sources of `scope` fail, and of how many."""
        return self._failures[scope], self._totals[scope]
