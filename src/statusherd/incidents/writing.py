"""One transaction on incidents: rows, lines of the timeline, and the Changes that people hear of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from statusherd.model.changes import OURS, Change
from statusherd.model.errors import NoSuchIncidentError
from statusherd.model.incidents import Entry, EntryKind, Incident, IncidentPhase, OurNews
from statusherd.model.suspects import Answer, Verdict
from statusherd.model.words import ChangeKind
from statusherd.store import changes as change_log
from statusherd.store import incident_links, incidents, timeline, troubles


class Writing:
    """What is written about incidents until the block ends: all of it, or with an error nothing.

    Nobody else writes about incidents meanwhile. Of each incident one Change tells all that moved, unless
    people are still to be told that it opened: that will tell how it stands.
    """

    def __init__(self, conn: Connection, now: datetime) -> None:
        self.conn, self.now = conn, now
        self._before: dict[int, Incident] = {}
        self._after: dict[int, Incident] = {}
        self._news: dict[int, list[str]] = {}
        self._merged: dict[int, str] = {}
        self._wrote = False

    def __enter__(self) -> Self:
        incidents.lock(self.conn)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._wrote:
            change_log.append(self.conn, tuple(self._changes()))
            incidents.count(self.conn)

    def find(self, number: int) -> Incident:
        """Return an incident as it is by now; raise NoSuchIncidentError where there is none."""
        if number not in self._after:
            found = incidents.numbered(self.conn, number)
            if found is None:
                raise no_such(number)
            self._before[number] = self._after[number] = found
        return self._after[number]

    def open(self, incident: Incident, asked_with: str | None = None) -> Incident:
        """Store a new incident, of which people are to be told; return it with its number."""
        made = incidents.add(self.conn, incident, self.now, asked_with)
        self._before[made.number] = self._after[made.number] = made
        self._wrote = True
        return made

    def save(self, incident: Incident) -> Incident:
        """Store how an incident is now."""
        self.find(incident.number)
        incidents.save(self.conn, incident, self.now)
        self._after[incident.number] = incident
        self._wrote = True
        return incident

    def enter(
        self,
        number: int,
        kind: EntryKind,
        author: str,
        text: str,
        data: Mapping[str, str] | None = None,
    ) -> None:
        """Write a line into the timeline of an incident."""
        timeline.append(self.conn, (Entry(number, self.now, kind, author, text, data or {}),))
        self._wrote = True

    def tell(self, number: int, sentence: str) -> None:
        """Let people hear a sentence about what moved."""
        self._news.setdefault(number, []).append(sentence)

    def tell_merged(self, number: int, other: Incident, sentence: str) -> None:
        """Let people hear that an incident and another are one."""
        self._merged[number] = other.name
        self.tell(number, sentence)

    def _changes(self) -> Iterator[Change]:
        for number, after in self._after.items():
            before = self._before[number]
            moved = _moved(before, after, self._merged.get(number))
            is_waited_for = before.is_open or after.is_open
            if moved and is_waited_for and incidents.is_announced(self.conn, number):
                yield self._change(before, after, moved)

    def _change(self, before: Incident, after: Incident, moved: Mapping[str, tuple[str, str]]) -> Change:
        news = "; ".join(self._news.get(after.number, ())) or "it changed"
        first = next(iter(moved.values()))
        ended = before.is_open and not after.is_open
        return Change(
            OURS,
            _kind(before, after),
            self.now,
            news,
            subject=after.name,
            facets=tuple(moved),
            before=first[0] or None,
            after=first[1] or None,
            since=(after.began_at or after.opened_at) if ended else None,
            ours=self._ended(after, news) if ended else OurNews(after, news=news),
        )

    def _ended(self, incident: Incident, news: str) -> OurNews:
        """Return the news of an end, with what counts as the cause by then."""
        links = [each for each in incident_links.of_incident(self.conn, incident.number) if each.state.holds]
        if not links:
            return OurNews(incident, news=news)
        causes = tuple(replace(each.suspect, score=1.0) if each.by else each.suspect for each in links)
        titles = troubles.vendors_titles(self.conn, {cause.vendor for cause in causes})
        sentence = " and ".join(f"{titles.get(each.vendor, each.vendor)}: {each.title}" for each in causes)
        return OurNews(incident, Answer(Verdict.VENDOR, sentence, causes), news, titles=titles)


def no_such(number: int) -> NoSuchIncidentError:
    """Return the error of a number that is no incident's."""
    remedy = "`statusherd incident list --all` shows those there are"
    return NoSuchIncidentError("there is no such incident", subject=f"INC-{number}", remedy=remedy)


def _moved(before: Incident, after: Incident, merged: str | None) -> dict[str, tuple[str, str]]:
    """Return what moved, as facet: (before, after), the weightiest first."""
    found = {
        "merged": ("", merged or ""),
        "phase": (before.phase.value, after.phase.value),
        "severity": (before.severity.value, after.severity.value),
        "services": (", ".join(before.services), ", ".join(after.services)),
    }
    return {facet: words for facet, words in found.items() if words[0] != words[1]}


def _kind(before: Incident, after: Incident) -> ChangeKind:
    if before.is_open == after.is_open:
        return ChangeKind.OUR_INCIDENT_UPDATED
    return ChangeKind.OUR_INCIDENT_REOPENED if after.is_open else ChangeKind.OUR_INCIDENT_RESOLVED


def phase_line(before: IncidentPhase, after: IncidentPhase) -> str:
    """Return how the timeline tells that a phase follows another."""
    return f"{before} → {after}"
