"""Whether the daemon gets anywhere: what it has begun and for how long nothing of it was finished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from statusherd.clock import Clock


class Progress:
    """Kinds of work under way. One that fails again and again counts from its first failure."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}

    def begin(self, work: str) -> None:
        """Note that work is under way; it counts from the first that is not finished."""
        self._since.setdefault(work, self._clock.monotonic())

    def done(self, work: str, *, more: bool = False) -> None:
        """Note that some of it was finished; `more` of it is under way."""
        self._since.pop(work, None)
        if more:
            self.begin(work)

    @contextmanager
    def at(self, work: str) -> Iterator[None]:
        """Work: finished where the block ends without an error."""
        self.begin(work)
        yield
        self.done(work)

    def stuck(self, after: float) -> str | None:
        """Return the work of which nothing was finished for `after` seconds; None where all goes on."""
        now = self._clock.monotonic()
        return next((work for work, since in self._since.items() if now - since > after), None)
