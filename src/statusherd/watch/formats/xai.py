"""xAI: the feed of its status page, which says more in an item than feeds do.

Facts: the feed of September 2026. An item is an incident: "Status: RESOLVED" and "Severity: available" stand
in its text and as its categories, its updates follow with a stamp and a heading each, in no order. The title
begins with the service in brackets. The severity is that of now: of what is over it says nothing. The date
of an item is the start; it does not move with updates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.records import Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._feed_items import Item, read_feed
from statusherd.watch.formats._feed_xml import feed_text, root_of
from statusherd.watch.formats._lists import identity, once
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import link
from statusherd.watch.reading.words import MAINTENANCE_PHASES, PHASES, Notes, fold

NAME = "xai"

SEVERITIES: Final[Mapping[str, Impact]] = {
    "available": Impact.NONE,
    "degraded": Impact.MINOR,
    "unavailable": Impact.CRITICAL,
}
_WINDOWS: Final = {**MAINTENANCE_PHASES, "maintenance": MaintenancePhase.IN_PROGRESS}
_ONLY_OF_WINDOWS: Final = _WINDOWS.keys() - PHASES.keys()
_OWN_LINK: Final = re.compile(r"<link>\s*https://status\.x\.ai/?\s*</link>")
_OWN_MARKUP: Final = re.compile(
    r"(?:<|&lt;)h3(?:>|&gt;)Status: [A-Z ]{1,30}(?:<|&lt;)/h3(?:>|&gt;)\s*(?:<|&lt;)p(?:>|&gt;)Severity:"
)
_FACT: Final = re.compile(r"^(Status|Severity):\s*(.{0,60})$", re.MULTILINE)
_STAMP: Final = re.compile(r"^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC)$")
_SERVICE: Final = re.compile(r"^\[([^\]]{1,80})\]")
MAX_SILENCE: Final = timedelta(hours=24)
"""An item without a word that places it is taken as open for so long after its newest stamp."""


@dataclass(frozen=True, slots=True)
class _Told:
    """An item taken apart: where it stands, how bad it is, and what was posted, oldest first."""

    item: Item
    state: str
    severity: str
    updates: tuple[Update, ...]

    @property
    def changed_at(self) -> datetime | None:
        stamps = (self.item.changed_at, *(update.at for update in self.updates))
        return max((at for at in stamps if at is not None), default=None)


CLUES: Final = Clues(in_address=(at_host("status.x.ai", "/feed.xml"),))


def recognise(document: Document) -> Recognition | None:
    """A feed of status.x.ai, or one whose items tell status and severity in its way."""
    head = feed_text(Document(document.body[:8_000], document.url, document.content_type))
    if root_of(head) != "rss":
        return None
    if _OWN_LINK.search(head[:2_000]) or _OWN_MARKUP.search(head):
        return Recognition(90, "<rss> of status.x.ai: items with status and severity")
    return None


def endpoints(address: str) -> Endpoints:
    """The feed."""
    return Endpoints(look=(address if address.endswith(".xml") else f"{page_root(address)}feed.xml",))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the feed. A whole feed with nothing open in it is operational."""
    notes = Notes()
    feeds = [read_feed(document) for document in documents]
    told = [_told(item) for feed in feeds for item in feed.items]
    incidents = once(_incident(one, look.now, notes) for one in told if not _is_window(one, look.now))
    maintenances = once(_maintenance(one) for one in told if _is_window(one, look.now))
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
        page_name=next((feed.title for feed in feeds if feed.title), None),
        page_url=next((feed.link for feed in feeds if feed.link), None),
        rereads_at=min(_edges(told, look.now), default=None),
    )


def _told(item: Item) -> _Told:
    facts = {key: value.strip() for key, value in reversed(_FACT.findall(item.text))}
    terms = [fold(term) for term in item.terms]
    state = next((term for term in terms if term in PHASES or term in _WINDOWS), "")
    severity = next((term for term in terms if term in SEVERITIES), "")
    return _Told(item, facts.get("Status") or state, facts.get("Severity") or severity, _updates(item.text))


def _updates(text: str) -> tuple[Update, ...]:
    """Return the posts: a stamp, a heading, and lines up to the next stamp."""
    posts: list[tuple[datetime, list[str]]] = []
    for line in text.splitlines():
        at = parse_time(line) if _STAMP.match(line) else None
        if at is not None:
            posts.append((at, []))
        elif posts:
            posts[-1][1].append(line)
    posts.sort(key=lambda post: post[0])
    return tuple(_update(at, lines) for at, lines in posts)


def _update(at: datetime, lines: Sequence[str]) -> Update:
    heading = fold(lines[0]) if lines else ""
    words = lines[1:] if len(lines) > 1 and (heading in PHASES or heading == "updated") else lines
    return Update(at, PHASES.get(heading, Phase.INVESTIGATING), "\n".join(words))


def _is_window(told: _Told, now: datetime) -> bool:
    is_ahead = told.item.at is not None and told.item.at > now
    return is_ahead or fold(told.state) in _ONLY_OF_WINDOWS or fold(told.severity) == "maintenance"


def _incident(told: _Told, now: datetime, notes: Notes) -> VendorIncident:
    item, phase = told.item, _phase(told, now, notes)
    impact = notes.look_up(SEVERITIES, told.severity, Impact.UNKNOWN, "severity")
    is_over = phase is Phase.RESOLVED
    return VendorIncident(
        id=identity(item.guid, item.title, item.at),
        title=item.title,
        impact=Impact.UNKNOWN if is_over and impact is Impact.NONE else impact,
        phase=phase,
        started_at=item.at or (told.updates[0].at if told.updates else None),
        updated_at=told.changed_at,
        resolved_at=told.changed_at if is_over else None,
        component_ids=_services(item),
        url=link(item.link),
        updates=told.updates,
    )


def _phase(told: _Told, now: datetime, notes: Notes) -> Phase:
    known = PHASES.get(fold(told.state))
    if known is not None:
        return known
    if told.changed_at is not None and now - told.changed_at < MAX_SILENCE:
        notes.warn(f"unknown status {told.state[:60]!r} in a new item, read as investigating")
        return Phase.INVESTIGATING
    notes.warn(f"unknown status {told.state[:60]!r} in an old item, read as resolved")
    return Phase.RESOLVED


def _maintenance(told: _Told) -> Maintenance:
    item = told.item
    phase = _WINDOWS.get(fold(told.state), MaintenancePhase.SCHEDULED)
    return Maintenance(
        id=identity(item.guid, item.title, item.at),
        title=item.title,
        phase=phase,
        starts_at=item.at,
        component_ids=_services(item),
        url=link(item.link),
        updates=tuple(Update(update.at, phase, update.text) for update in told.updates),
    )


def _services(item: Item) -> tuple[str, ...]:
    match = _SERVICE.match(item.title)
    return (match[1].strip(),) if match and match[1].strip() else ()


def _edges(told: Iterable[_Told], now: datetime) -> Iterable[datetime]:
    """Yield when an item that no word places ends for its age, and when one ahead of its date begins."""
    for one in told:
        if one.item.at is not None and one.item.at > now:
            yield one.item.at
        elif _is_window(one, now) or fold(one.state) in PHASES or one.changed_at is None:
            continue
        elif one.changed_at + MAX_SILENCE > now:
            yield one.changed_at + MAX_SILENCE
