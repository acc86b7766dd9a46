"""The first message of an incident of ours: what explains it, what we see of the vendors, what helps.

The checks run before anything is written, for a few seconds at most; whatever they say or do not say, the
incident is announced in one transaction with its answer, and a process that dies before is followed by one
that does the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.correlating import settle, titles_in
from statusherd.model.changes import OURS, Change
from statusherd.model.incidents import Contact, Entry, EntryKind, Finding, Incident, OurNews, RunbookHint
from statusherd.model.suspects import Answer
from statusherd.model.words import ChangeKind
from statusherd.respond.runbook import suggested
from statusherd.setup import Setup
from statusherd.sighting import Sight, matter_of, sight
from statusherd.store import changes as change_log
from statusherd.store import incidents, timeline
from statusherd.store.engine import Store

log = structlog.get_logger()

RECENT: Final = timedelta(hours=2)
MOST_RECENT: Final = 6
_MOST: Final = 1000
"""So many are announced after one round of checks,"""
_TOGETHER: Final = 50
"""and so many in one transaction."""
_LIKELY: Final = 0.5
_QUIET: Final = frozenset(
    {ChangeKind.COMPONENT_CHANGED, ChangeKind.INCIDENT_RECORDED, ChangeKind.INCIDENT_EDITED,
     ChangeKind.MAINTENANCE_UPDATED, ChangeKind.FIRST_LOOK, ChangeKind.FILTER_ROT}
)  # fmt: skip
"""Changes that explain nothing."""
_IN_WORDS: Final = {
    ChangeKind.BLIND: "its status page cannot be read",
    ChangeKind.SIGHTED: "its status page can be read again",
    ChangeKind.SUSPICIOUS: "its status page lost most components",
    ChangeKind.SOURCE_MOVED: "its status page changed its format",
    ChangeKind.DISTURBANCE_OPENED: "trouble without a posted incident",
    ChangeKind.DISTURBANCE_CHANGED: "trouble without a posted incident goes on",
    ChangeKind.DISTURBANCE_ENDED: "trouble without a posted incident is over",
    ChangeKind.EARLY_WARNING: "early warning of ours",
    ChangeKind.EARLY_WARNING_JOINED: "posted what we had warned of",
    ChangeKind.EARLY_WARNING_ENDED: "early warning of ours is over",
}
"""Those whose names do not say it."""

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
        vendors = tuple(dict.fromkeys(vendor for each in due for vendor in vendors_of(setup, each)))
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
        vendors = vendors_of(seen.setup, incident)
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


def vendors_of(setup: Setup, incident: Incident) -> tuple[str, ...]:
    """Return the names of the watched vendors that an incident's services need."""
    seen = Sight(setup, incident.opened_at)
    return seen.vendors(way for way in seen.ways(matter_of(incident)) if not way.guessed)


def recent_lines(conn: Connection, setup: Setup, vendors: Collection[str], now: datetime) -> tuple[str, ...]:
    """Return what changed lately at vendors, one line each, newest first."""
    entries = change_log.changes_of_all(conn, vendors, now - RECENT, MOST_RECENT * 4)
    logged = [entry.change for entry in entries if entry.change.kind not in _QUIET]
    return tuple(_line(change, setup) for change in logged[:MOST_RECENT])


def _line(change: Change, setup: Setup) -> str:
    vendor = setup.vendors.get(change.vendor)
    about = change.incident or change.maintenance
    what = _IN_WORDS.get(change.kind) or str(change.kind).replace("_", " ")
    title = f": {about.title}" if about is not None else ""
    return f"{change.at:%H:%M} UTC {vendor.title if vendor else change.vendor}: {what}{title}"


def runbooks_for(setup: Setup, found: Answer, services: Sequence[str]) -> tuple[RunbookHint, ...]:
    """Return the runbooks that fit services, and the vendors that may be the cause."""
    return suggested(setup.runbooks.every, _suspected(found), services=services)


def _suspected(found: Answer) -> tuple[str, ...]:
    likely = [each.vendor for each in (*found.links, *found.suspects) if each.score >= _LIKELY]
    return tuple(dict.fromkeys((*likely, *(each.vendor for each in found.blind))))


def contacts_of(setup: Setup, found: Answer, vendors: Sequence[str]) -> tuple[Contact, ...]:
    """Return how to reach the vendors that may be the cause; where none may, those that are needed."""
    wanted = _suspected(found) or tuple(dict.fromkeys(vendors))
    return tuple(contact for vendor in wanted if (contact := setup.contacts.get(vendor)))


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
