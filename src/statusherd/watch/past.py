"""A vendor's exported incident history, put back to what its page showed at any instant. Pure.

Facts: the export of the public weekly-incident archive, one JSON object per line. Its oddities, and what
they mean here:

- An entry shows on the page from its first post on, wherever its start or end is dated. Posted after the
  fact, it is over when it is first seen.
- Posts decide whether it is open. The exported end is often back-dated (it lies before the first post, or
  two days before the post that tells it), so at the time nobody could read it.
- Where posts have no phase (Slack: "unknown"), the entry ends at the exported end, but never before the
  last post that calls it open. Without an end it stays open.
- The impact and the components are those it had last: the export has no others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from statusherd.model.errors import ParseError
from statusherd.model.records import Component, Update, VendorIncident
from statusherd.model.status import worst
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.imitation import PageDocuments, PageFacts, page_documents, stable_id
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, objects, string, strings
from statusherd.watch.reading.words import PHASES, fold

_IMPACTS: Final = {impact.value: impact for impact in Impact}


@dataclass(frozen=True, slots=True)
class PastIncident:
    """One incident of a history with all its posts, oldest first, each with the phase it stands for.

    `ends_at` is set only where no post tells the end: from then on the incident is over.
    """

    vendor: str
    id: str
    title: str
    impact: Impact
    components: tuple[str, ...]
    started_at: datetime
    resolved_at: datetime | None
    ends_at: datetime | None
    posts: tuple[Update, ...]
    url: str | None = None

    @property
    def appeared_at(self) -> datetime:
        """The instant from which on the page showed it."""
        return self.posts[0].at if self.posts else self.started_at

    def moments(self) -> set[datetime]:
        """The instants at which the page shows something new of it."""
        ends = {self.ends_at} if self.ends_at else set()
        return {self.appeared_at, *(post.at for post in self.posts), *ends}

    def as_of(self, instant: datetime) -> VendorIncident | None:
        """Return it as the page showed it at `instant`, None where it was not there yet."""
        if instant < self.appeared_at:
            return None
        posts = tuple(post for post in self.posts if post.at <= instant)
        over_since = self._over_since(posts, instant)
        newest = posts[-1].at if posts else self.started_at
        return VendorIncident(
            id=self.id,
            title=self.title,
            impact=self.impact,
            phase=Phase.RESOLVED if over_since else _phase_of(posts),
            started_at=self.started_at,
            updated_at=max(newest, over_since) if over_since else newest,
            resolved_at=self._resolved_at(over_since),
            component_ids=tuple(_component_id(self.vendor, name) for name in self.components),
            url=self.url,
            updates=posts,
        )

    def _over_since(self, posts: Sequence[Update], instant: datetime) -> datetime | None:
        """Return when the end was told that still holds at `instant`."""
        if self.ends_at is not None and self.ends_at <= instant:
            return self.ends_at
        since = None
        for post in reversed(posts):
            if post.phase is not Phase.RESOLVED:
                break
            since = post.at
        return since

    def _resolved_at(self, over_since: datetime | None) -> datetime | None:
        # An exported end behind the post that tells it belongs to a later end, or was not known yet.
        if over_since is None or self.resolved_at is None:
            return over_since
        return min(self.resolved_at, over_since)


def read_history(lines: Iterable[str]) -> tuple[PastIncident, ...]:
    """Read an exported history. Blank lines and unknown keys are skipped; a later entry replaces an earlier.

    Raises ParseError with the number of the line that is no incident.
    """
    found: dict[tuple[str, str], PastIncident] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            incident = _read_line(number, line)
            found[incident.vendor, incident.id] = incident
    return tuple(found.values())


def vendors_of(history: Iterable[PastIncident]) -> tuple[str, ...]:
    """Return the names of the vendors of a history, sorted."""
    return tuple(sorted({incident.vendor for incident in history}))


def moments(history: Iterable[PastIncident]) -> tuple[datetime, ...]:
    """Return the instants, oldest first, at which a page of this history shows something new."""
    return tuple(sorted({moment for incident in history for moment in incident.moments()}))


def page_at(
    history: Sequence[PastIncident], instant: datetime, *, name: str = "", url: str = ""
) -> PageDocuments:
    """Return the documents that a page with the `history` of ONE vendor gave at `instant`.

    Every component that the history ever names is on the page, in the state of the worst open incident
    that names it.
    """
    vendor = history[0].vendor if history else name
    incidents = [past for incident in history if (past := incident.as_of(instant)) is not None]
    passed = [moment for moment in moments(history) if moment <= instant]
    page = PageFacts(
        id=stable_id("page", vendor), name=name or vendor, url=url or f"https://{vendor}.example"
    )
    if passed:
        page = PageFacts(page.id, page.name, page.url, passed[-1])
    return page_documents(page, _components(history, incidents), incidents)


def _components(
    history: Sequence[PastIncident], incidents: Sequence[VendorIncident]
) -> tuple[Component, ...]:
    named = sorted({(past.vendor, name) for past in history for name in past.components})
    return tuple(
        Component(id=key, name=name, status=_state(key, incidents))
        for vendor, name in named
        if (key := _component_id(vendor, name))
    )


def _state(component: str, incidents: Iterable[VendorIncident]) -> Status:
    said = (i.impact.status for i in incidents if i.is_open and component in i.component_ids)
    return worst(state for state in said if state is not None) or Status.OPERATIONAL


def _component_id(vendor: str, name: str) -> str:
    return stable_id("component", vendor, name)


def _phase_of(posts: Sequence[Update]) -> Phase:
    newest = posts[-1].phase if posts else Phase.INVESTIGATING
    return newest if isinstance(newest, Phase) else Phase.INVESTIGATING


def _read_line(number: int, line: str) -> PastIncident:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong(number, "not JSON") from error
    if not isinstance(row, dict):
        raise _wrong(number, "not a JSON object")
    return _read_row(number, row)


def _read_row(number: int, row: Object) -> PastIncident:
    vendor, native_id = string(row.get("vendor")), string(row.get("native_id"))
    if not vendor or not native_id:
        raise _wrong(number, "without vendor or native_id")
    told = _read_posts(row)
    resolved_at = parse_time(row.get("resolved_at"))
    started_at = parse_time(row.get("started_at")) or (told[0].at if told else None)
    if started_at is None:
        raise _wrong(number, f"{vendor}/{native_id} has no start and no dated post")
    is_over = PHASES.get(fold(row.get("status"))) is Phase.RESOLVED
    ends_at = _end_without_post(told, started_at, resolved_at, is_over=is_over)
    return PastIncident(
        vendor=vendor,
        id=native_id,
        title=string(row.get("title")) or native_id,
        impact=_IMPACTS.get(fold(row.get("impact")), Impact.UNKNOWN),
        components=tuple(dict.fromkeys(strings(row.get("components")))),
        started_at=started_at,
        resolved_at=resolved_at,
        ends_at=ends_at,
        posts=_with_phases(told, ends_at),
        url=string(row.get("url")),
    )


def _wrong(number: int, what: str) -> ParseError:
    return ParseError(
        f"line {number} is {what}" if what.startswith("not ") else f"line {number}: {what}",
        subject="history",
        remedy="Each line is one JSON object: vendor, native_id, title, impact, components, started_at, "
        "resolved_at, status, updates [created_at, status, body], url",
    )


@dataclass(frozen=True, slots=True)
class _Told:
    at: datetime
    phase: Phase | None
    text: str


def _read_posts(row: Object) -> tuple[_Told, ...]:
    """Read the posts that have a date, oldest first; those of one instant as they stand in the list."""
    posts = [
        _Told(at, PHASES.get(fold(post.get("status"))), string(post.get("body")) or "")
        for post in objects(row.get("updates"))
        if (at := parse_time(post.get("created_at"))) is not None
    ]
    if len(posts) > 1 and posts[0].at > posts[-1].at:
        posts.reverse()
    return tuple(sorted(posts, key=lambda post: post.at))


def _end_without_post(
    told: Sequence[_Told], started_at: datetime, resolved_at: datetime | None, *, is_over: bool
) -> datetime | None:
    """Return when an incident ended whose posts do not say so, None where they do or it is open."""
    known = [post for post in told if post.phase is not None]
    if known and known[-1].phase is Phase.RESOLVED:
        return None
    if resolved_at is None and not is_over:
        return None
    newest = told[-1].at if told else started_at
    said_open_until = known[-1].at if known else (told[0].at if told else started_at)
    end = resolved_at or newest
    if end < said_open_until and known and not is_over:
        return None
    # A back-dated end was not on the page while its posts still called it open.
    return max(end, said_open_until)


def _with_phases(told: Sequence[_Told], ends_at: datetime | None) -> tuple[Update, ...]:
    """Give posts without a phase the one before them, or the end where that has come."""
    posts: list[Update] = []
    phase = Phase.INVESTIGATING
    for post in told:
        is_over = ends_at is not None and post.at >= ends_at
        phase = post.phase or (Phase.RESOLVED if is_over else phase)
        posts.append(Update(post.at, phase, post.text))
    return tuple(posts)
