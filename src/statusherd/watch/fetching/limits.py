"""How long a request may take, how much it may bring, and how many run at once."""

from __future__ import annotations

import resource
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of the HTTP client. Times are in seconds, sizes in bytes."""

    timeout: float = 20.0
    """For an address with all its redirects, without the wait for a turn."""
    connect: float = 5.0
    """For one TCP and TLS connection."""
    resolve: float = 5.0
    """For the lookup of a name."""
    max_body: int = 5 * 1024 * 1024
    """After unpacking."""
    concurrency: int = 100
    per_host: int = 2
    max_redirects: int = 5
    keep_alive: float = 75.0
    """Longer than the usual interval: a new TLS connection costs ten times the request."""
    max_open: int | None = None
    """Connections beyond which none is kept idle; None takes a third of the files this process may open."""

    @property
    def at_once(self) -> int:
        """How many requests run at once: fewer where files are short, for one may try two addresses."""
        return max(1, min(self.concurrency, self.kept_open // 2))

    @property
    def kept_open(self) -> int:
        """How many connections may be open before they are closed after each answer."""
        if self.max_open is not None:
            return self.max_open
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return 1_000_000 if files == resource.RLIM_INFINITY else files // 3
