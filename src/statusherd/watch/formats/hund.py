"""Hund status pages: the Atom feed of their issues, at <page>/state_feed/feed.

Facts: a feed of 2026 as a program's test has it, the vendor's descriptions of issues and of live events. The
API wants a key, and the live event stream, which has the states of page and components, never ends; the
page's own markup is not known. So the feed is what is read, and silence in it means that nothing is open. A
title begins with the label of the issue's newest update, "[Investigating] …", in the page's language. Issues
labelled Information are announcements and count as resolved; those labelled Maintenance are planned work,
for which the feed has no window: one that was not touched for a day counts as over. Labels of announced work
(Scheduled) have not been seen. Impact and components are not in the feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._feed_items import Item, read_feed
from statusherd.watch.formats._feed_words import State, is_maintenance_title, state_of
from statusherd.watch.formats._feed_xml import feed_text, root_of
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.values import link
from statusherd.watch.reading.words import Notes, fold

NAME = "hund"

QUIET: Final = timedelta(days=1)
"""After so long without a change, an issue whose label says nothing counts as over."""
_WORK: Final = State(None, MaintenancePhase.IN_PROGRESS, fits_work=True)
_AHEAD: Final = State(None, MaintenancePhase.SCHEDULED, fits_work=True)
_OVER: Final = State(Phase.RESOLVED, MaintenancePhase.COMPLETED)
_KNOWN: Final = State(Phase.IDENTIFIED, MaintenancePhase.IN_PROGRESS)
LABELS: Final[Mapping[str, State]] = {
    **dict.fromkeys(["maintenance", "undermaintenance", "wartung", "wartungsarbeiten"], _WORK),
    **dict.fromkeys(["scheduled", "planned", "upcoming", "geplant"], _AHEAD),
    **dict.fromkeys(["assessed", "problemidentified"], _KNOWN),
    **dict.fromkeys(["ended", "beendet", "information", "informational"], _OVER),
}
_NOTICES: Final = frozenset({"information", "informational"})
_LABEL: Final = re.compile(r"\[([^\[\]]{1,40})\]\s*")
_ISSUE: Final = re.compile(r"/issues/([\w-]{1,80})(?=[/?#]|$)")
_ENTRY: Final = re.compile(r"Entry/([\w-]{1,80})$")
_MARKS: Final = (":/state_feed/feed", "State::FeedNotifier::Entry/")
_BEHIND: Final = re.compile(r"/(?:state_feed|live|issues|components|feed\.atom)(?:/[^?#]*)?$")
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
CLUES: Final = Clues(
    in_address=(at_host("hund.io", "/state_feed/feed"),),
    in_page=((re.compile(r"/state_feed/feed\b|//[\w-]{1,60}\.hund\.io\b|//hund\.io\b"), "/state_feed/feed"),),
)


@dataclass(frozen=True, slots=True)
class _Issue:
    """The entries of one issue, oldest first, and what the newest label says."""

    id: str
    title: str
    label: str
    state: State | None
    entries: tuple[Item, ...]
    began_at: datetime | None
    changed_at: datetime | None


def recognise(document: Document) -> Recognition | None:
    """An Atom feed whose ids are those of Hund's state feed."""
    head = feed_text(Document(document.body[:8_000], document.url, document.content_type))
    if root_of(head) != "feed" or not any(mark in head for mark in _MARKS):
        return None
    return Recognition(95, "an Atom feed with the ids of a state feed")


def endpoints(address: str) -> Endpoints:
    """The feed of issues; the other place where a feed may lie has not been seen."""
    parts = urlsplit(address)
    root = page_root(f"{parts.scheme}://{parts.netloc}{_BEHIND.sub('/', parts.path)}")
    return Endpoints(
        look=(beside(root, "state_feed/feed"),), fallbacks=((beside(root, "feed.atom"), "feed"),)
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the feed; of several, all of their issues."""
    notes = Notes()
    items: list[Item] = []
    name: str | None = None
    url: str | None = None
    for document in documents:
        document.refuse_empty()
        if recognise(document) is None:
            raise not_this("Hund", document, "it is not the feed of a page's issues")
        feed = read_feed(document)
        name, url = feed.title or name, feed.link or url
        items.extend(feed.items)
        if feed.left_out:
            notes.warn(f"the feed is long: its newest {len(feed.items)} items are read")
    issues = _issues(items)
    works = [issue for issue in issues if _is_work(issue, look.now)]
    maintenances = tuple(_maintenance(issue, look.now, notes) for issue in works)
    incidents = tuple(_incident(issue, look.now, notes) for issue in issues if issue not in works)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, (), incidents, maintenances, silence=Status.OPERATIONAL),
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(incidents=True, history=True),
        warnings=notes.all,
        page_name=name,
        page_url=url,
        rereads_at=_rereads_at(issues, look.now),
    )


def _issues(items: Iterable[Item]) -> list[_Issue]:
    """Group the entries by their issue, whose address they share."""
    found: dict[str, list[Item]] = {}
    for item in items:
        page, own = _ISSUE.search(item.link or ""), _ENTRY.search(item.guid or "")
        title = _LABEL.sub("", item.title, count=1)
        key = page[1] if page else own[1] if own else identity(item.guid, title, item.at)
        found.setdefault(key, []).append(item)
    return [_issue(key, entries) for key, entries in found.items()]


def _issue(key: str, entries: list[Item]) -> _Issue:
    # Feeds run newest first; from their end, the stable sort keeps the order within one second.
    backwards = list(reversed(entries))
    ordered = tuple(sorted(backwards, key=lambda item: item.changed_at or _LONG_AGO))
    newest = ordered[-1]
    label = _label(newest)
    stamps = [item.at for item in ordered if item.at is not None]
    title = _LABEL.sub("", newest.title, count=1) if label else newest.title
    return _Issue(
        key,
        title or newest.title,
        label,
        _state(newest),
        ordered,
        min(stamps, default=None),
        newest.changed_at,
    )


def _label(item: Item) -> str:
    match = _LABEL.match(item.title)
    return match[1].strip() if match else ""


def _state(item: Item) -> State | None:
    label = _label(item)
    return LABELS.get(fold(label)) or (state_of(label) if label else None)


def _is_work(issue: _Issue, now: datetime) -> bool:
    """Tell planned work by a label of any entry, or by a title that goes with no label of trouble."""
    states = [state for entry in issue.entries if (state := _state(entry)) is not None]
    if any(state in (_WORK, _AHEAD) for state in states):
        return True
    if fold(issue.label) in _NOTICES:
        return False
    is_over = issue.state is not None and issue.state.phase is Phase.RESOLVED
    if issue.began_at is not None and issue.began_at > now and not is_over:
        return True
    is_trouble = any(s.phase not in (None, Phase.RESOLVED) and not s.fits_work for s in states)
    return is_maintenance_title(issue.title) and not is_trouble


def _is_quiet(issue: _Issue, now: datetime) -> bool:
    return issue.changed_at is None or now - issue.changed_at >= QUIET


def _incident(issue: _Issue, now: datetime, notes: Notes) -> VendorIncident:
    phase = issue.state.phase if issue.state and issue.state.phase else None
    if issue.label and issue.state is None:
        notes.warn(f"unknown label {issue.label[:60]!r}, read as open for a day")
    if phase is None:
        phase = Phase.RESOLVED if _is_quiet(issue, now) else Phase.INVESTIGATING
    return VendorIncident(
        id=issue.id,
        title=issue.title or "(untitled)",
        impact=Impact.NONE if fold(issue.label) in _NOTICES else Impact.UNKNOWN,
        phase=phase,
        started_at=issue.began_at or issue.changed_at,
        updated_at=issue.changed_at,
        resolved_at=issue.changed_at if phase is Phase.RESOLVED else None,
        url=link(issue.entries[-1].link),
        updates=tuple(
            Update(at, (state.phase if (state := _state(item)) else None) or phase, item.text)
            for item in issue.entries
            if (at := item.changed_at) is not None
        ),
    )


def _maintenance(issue: _Issue, now: datetime, notes: Notes) -> Maintenance:
    phase = _window(issue, now, notes)
    return Maintenance(
        id=issue.id,
        title=issue.title or "(untitled)",
        phase=phase,
        starts_at=None
        if phase is MaintenancePhase.SCHEDULED and not _is_ahead(issue, now)
        else issue.began_at,
        url=link(issue.entries[-1].link),
        updates=tuple(
            Update(at, (state.window if (state := _state(item)) else None) or phase, item.text)
            for item in issue.entries
            if (at := item.changed_at) is not None
        ),
    )


def _is_ahead(issue: _Issue, now: datetime) -> bool:
    return issue.began_at is not None and issue.began_at > now


def _window(issue: _Issue, now: datetime, notes: Notes) -> MaintenancePhase:
    window = issue.state.window if issue.state else None
    if window is not None and window.is_over:
        return window
    if _is_ahead(issue, now) or window is MaintenancePhase.SCHEDULED:
        return MaintenancePhase.SCHEDULED
    if not _is_quiet(issue, now):
        return MaintenancePhase.IN_PROGRESS
    notes.warn("maintenance that was not touched for a day counts as over: the feed has no windows")
    return MaintenancePhase.COMPLETED


def _rereads_at(issues: Iterable[_Issue], now: datetime) -> datetime | None:
    """Return when by age alone the same feed would read differently."""
    edges = [
        edge
        for issue in issues
        if issue.state is None or issue.state.phase is not Phase.RESOLVED
        for edge in (issue.began_at, issue.changed_at + QUIET if issue.changed_at else None)
        if edge is not None and edge > now
    ]
    return min(edges, default=None)
