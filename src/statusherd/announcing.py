"""The first message of an incident of ours: what explains it, what we see of the vendors, what helps.

The checks run before anything is written, for a few seconds at most; whatever they say or do not say, the
incident is announced in one transaction with its answer, and a process that dies before is followed by one
that does the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection

from statusherd.at_hand import contacts_of, recent_lines, runbooks_for
from statusherd.clock import Clock
from statusherd.correlating import settle, titles_in
from statusherd.model.changes import OURS, Change
from statusherd.model.incidents import Entry, EntryKind, Finding, Incident, OurNews
from statusherd.model.words import ChangeKind
from statusherd.setup import Setup
from statusherd.sighting import Sight, matter_of, sight
from statusherd.store import changes as change_log
from statusherd.store import incidents, timeline
from statusherd.store.engine import Store

log = structlog.get_logger()

_MOST: Final = 1000
"""So many are announced after one round of checks,"""
_TOGETHER: Final = 50
"""and so many in one transaction."""
Diagnose = Callable[[Sequence[str]], Awaitable[tuple[Finding, ...]]]
"""Checks vendors now, read-only and within seconds, and says what it found."""


async def _nothing(_vendors: Sequence[str]) -> tuple[Finding, ...]:
    return ()


class Announcer:
    """Announces incidents whose opening nobody was told of yet.

    `diagnose` checks vendors; without it there is less to say.
    """

    def __init__(self, store: Store, clock: Clock, setup: Callable[[], Setup]) -> None:
        self.diagnose: Diagnose = _nothing
        self._store = store
        self._clock = clock
        self._setup = setup

    async def announce_due(self) -> int:
        """Announce all that is due; return how many incidents that were."""
        now, setup = self._clock.now(), self._setup()
        due = await self._store.read(lambda conn: incidents.to_announce(conn, now, _MOST))
        if not due:
            return 0
        around = Sight(setup, now)
        vendors = tuple(dict.fromkeys(vendor for each in due for vendor in vendors_of(around, each)))
        findings = await self._checked(vendors)
        numbers, done = [incident.number for incident in due], 0
        for start in range(0, len(numbers), _TOGETHER):
            done += await self._announced(frozenset(numbers[start : start + _TOGETHER]), findings)
        return done

    async def _announced(self, numbers: frozenset[int], findings: Sequence[Finding]) -> int:
        return await self._store.write(lambda conn: self._announce(conn, numbers, findings))

    async def _checked(self, vendors: Sequence[str]) -> tuple[Finding, ...]:
        try:
            return await self.diagnose(vendors) if vendors else ()
        except Exception:  # people are told all the same
            log.exception("a fault of ours while vendors were checked")
            return ()

    def _announce(self, conn: Connection, numbers: frozenset[int], findings: Sequence[Finding]) -> int:
        incidents.lock(conn)
        now, setup = self._clock.now(), self._setup()
        due = [i for i in incidents.to_announce(conn, now, _MOST) if i.number in numbers]
        if due:
            seen = sight(conn, setup, min(incident.opened_at for incident in due), now)
            for incident in due:
                self._announce_one(conn, incident, seen, findings)
        return len(due)

    def _announce_one(
        self, conn: Connection, incident: Incident, seen: Sight, findings: Sequence[Finding]
    ) -> None:
        if not incidents.announced(conn, incident.number):
            return
        vendors = vendors_of(seen, incident)
        ours = tuple(each for each in findings if each.vendor in vendors)
        timeline.append(conn, [_entry(incident, each) for each in ours])
        found, _ = settle(conn, incident, seen)
        if not incident.is_open:
            text = "it was over before anybody was told of it"
            timeline.append(conn, [Entry(incident.number, seen.now, EntryKind.NOTE, "", text)])
            return
        news = OurNews(
            incident,
            found,
            findings=ours,
            recent=recent_lines(conn, seen.setup, vendors, seen.now),
            runbooks=runbooks_for(seen.setup, found, incident.services),
            contacts=contacts_of(seen.setup, found, vendors),
            titles=titles_in(found, seen, vendors),
        )
        change_log.append(conn, (_opening(incident, news, seen.now),))


def vendors_of(seen: Sight, incident: Incident) -> tuple[str, ...]:
    """Return the names of the watched vendors that an incident's services need."""
    return seen.vendors(way for way in seen.ways(matter_of(incident)) if not way.guessed)


def _entry(incident: Incident, finding: Finding) -> Entry:
    data = {"vendor": finding.vendor, "ok": "true" if finding.ok else "false"}
    return Entry(incident.number, finding.at, EntryKind.PROBE, "", finding.text, data)


def _opening(incident: Incident, news: OurNews, now: datetime) -> Change:
    return Change(
        vendor=OURS,
        kind=ChangeKind.OUR_INCIDENT_OPENED,
        at=now,
        reason=f"opened by {incident.opened_by}",
        subject=incident.name,
        after=incident.phase.value,
        since=incident.began_at or incident.opened_at,
        ours=news,
    )
