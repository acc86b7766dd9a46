"""What helps whoever is woken by an incident: what changed lately at vendors, the runbooks, whom to call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from statusherd.model.changes import Change
from statusherd.model.incidents import Contact, RunbookHint
from statusherd.model.suspects import Answer
from statusherd.model.words import ChangeKind
from statusherd.respond.runbook import suggested
from statusherd.setup import Setup
from statusherd.store import changes as change_log

RECENT: Final = timedelta(hours=2)
MOST_RECENT: Final = 6
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


def recent_lines(conn: Connection, setup: Setup, vendors: Collection[str], now: datetime) -> tuple[str, ...]:
    """Return what changed lately at vendors, one line each, newest first."""
    entries = change_log.changes_of_all(conn, vendors, now - RECENT, MOST_RECENT * 4)
    logged = [entry.change for entry in entries if entry.change.kind not in _QUIET]
    return tuple(_line(change, setup) for change in logged[:MOST_RECENT])


def _line(change: Change, setup: Setup) -> str:
    about = change.incident or change.maintenance
    what = _IN_WORDS.get(change.kind) or str(change.kind).replace("_", " ")
    title = f": {about.title}" if about is not None else ""
    return f"{change.at:%H:%M} UTC {setup.title_of(change.vendor)}: {what}{title}"


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
