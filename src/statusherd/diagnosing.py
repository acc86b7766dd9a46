"""What a vendor's endpoints answer right now, beside what is usual: for those who ask "us or them?"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from statusherd.clock import Clock
from statusherd.model.incidents import Finding
from statusherd.model.probes import Probe, ProbeResult
from statusherd.probe_rounds import Attempts
from statusherd.store.engine import Store
from statusherd.store.probes import hours_since
from statusherd.watch.probe_words import finding
from statusherd.watch.usual import REMEMBERED, Usual, usual

LONGEST: Final = 5.0
"""Seconds that all checks together take at most."""
_MARGIN: Final = 0.3
"""Of these, what is left for everything else."""


@dataclass(frozen=True, slots=True)
class Check:
    """One probe made now: what it found, what is usual where that is known, and both as a sentence."""

    probe: Probe
    result: ProbeResult
    usual: Usual | None
    finding: Finding


class Diagnostics:
    """Makes one attempt of each probe of some vendors. `store` None: nothing is known of what is usual."""

    def __init__(
        self, store: Store | None, prober: Attempts, clock: Clock, probes: Callable[[], Sequence[Probe]]
    ) -> None:
        self._store = store
        self._prober = prober
        self._clock = clock
        self._probes = probes

    async def diagnose(self, vendors: Sequence[str]) -> tuple[Finding, ...]:
        """Return what the probes of some vendors find now, in the order of the configuration."""
        found = {check.probe.key: check.finding async for check in self.checks(vendors)}
        return tuple(found[probe.key] for probe in self._of(vendors) if probe.key in found)

    async def checks(self, vendors: Sequence[str]) -> AsyncIterator[Check]:
        """Give what the probes of some vendors find as it comes, all within LONGEST seconds."""
        under_way = [asyncio.create_task(self._check(probe)) for probe in self._of(vendors)]
        try:
            for next_one in asyncio.as_completed(under_way):
                yield await next_one
        finally:
            for task in under_way:
                task.cancel()

    def _of(self, vendors: Sequence[str]) -> list[Probe]:
        return [probe for probe in self._probes() if probe.vendor in vendors]

    async def _check(self, probe: Probe) -> Check:
        patience = min(probe.timeout, LONGEST - _MARGIN)
        result, normal = await asyncio.gather(
            self._prober.attempt(replace(probe, timeout=patience)), self._usual(probe)
        )
        return Check(probe, result, normal, finding(probe, result, normal))

    async def _usual(self, probe: Probe) -> Usual | None:
        if self._store is None:
            return None
        now = self._clock.now()
        stored = await self._store.read(lambda conn: hours_since(conn, now - REMEMBERED, probe.vendor))
        hours = stored.get((probe.vendor, probe.name))
        return usual(hours, now) if hours else None
