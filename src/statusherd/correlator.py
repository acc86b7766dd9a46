"""When our incidents are looked at again: once something changed that may explain them, else in a while.

A look reads. Only those incidents of which something is new come into a transaction that writes, a few at a
time, so that a storm of a thousand incidents keeps nobody else from the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.correlating import followed, looked, settle_and_tell
from statusherd.model.incidents import Incident
from statusherd.setup import Setup
from statusherd.sighting import Sight, sight
from statusherd.store import incidents
from statusherd.store.engine import Store

AGAIN_AFTER: Final = 55.0
"""Seconds after which an incident is looked at though nothing changed: time counts as well."""
_TOGETHER: Final = 50
"""So many incidents are written about in one transaction."""


@dataclass(frozen=True, slots=True)
class _Look:
    incident: Incident
    at: float


class Correlator:
    """Finds out what explains our incidents, and has people told once it is known.

    It remembers how each incident and the vendors' trouble stood at the last look.
    """

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup]) -> None:
        self._store = store
        self._clock = clock
        self._setup = setup
        self._seen: Sight | None = None
        self._looks: dict[int, _Look] = {}
        self._at_work = asyncio.Lock()

    async def correlate(self, *, over: bool = False) -> int:
        """Look at our open incidents; with `over` at all of them, and at those that ended lately.

        Return at how many something was new.
        """
        async with self._at_work:
            seen, stirred = await self._store.read(lambda conn: self._stirred(conn, over=over))
            done = 0
            for start in range(0, len(stirred), _TOGETHER):
                done += await self._told(stirred[start : start + _TOGETHER], seen)
            return done

    def _stirred(self, conn: Connection, *, over: bool) -> tuple[Sight, Sequence[int]]:
        """Return what is seen, and the numbers of those of which something is new."""
        now, setup = self._clock.now(), self._setup()
        found = followed(conn, now, over=over)
        if not found:
            return Sight(setup, now), ()
        seen = sight(conn, setup, min(incident.opened_at for incident in found), now)
        due = found if over else self._due(found, seen)
        news = ((incident, looked(conn, incident, seen)[1]) for incident in due)
        return seen, [incident.number for incident, new in news if new.links or new.entries]

    def _due(self, found: Sequence[Incident], seen: Sight) -> Sequence[Incident]:
        if self._seen is None or not seen.shows_the_same_as(self._seen):
            self._looks.clear()
        self._seen, at = seen, self._clock.monotonic()
        due = [incident for incident in found if not self._is_known(incident, at)]
        fresh = {incident.number: _Look(incident, at) for incident in due}
        kept = {i.number: self._looks[i.number] for i in found if i.number not in fresh}
        self._looks = kept | fresh
        return due

    def _is_known(self, incident: Incident, at: float) -> bool:
        last = self._looks.get(incident.number)
        return last is not None and last.incident == incident and at - last.at < AGAIN_AFTER

    async def _told(self, numbers: Sequence[int], seen: Sight) -> int:
        try:
            return await self._store.write(lambda conn: _tell(conn, numbers, seen))
        except BaseException:
            self._looks.clear()  # what could not be written is still new
            raise


def _tell(conn: Connection, numbers: Sequence[int], seen: Sight) -> int:
    incidents.lock(conn)
    found = (incidents.numbered(conn, number) for number in numbers)
    return sum(settle_and_tell(conn, incident, seen) for incident in found if incident is not None)
