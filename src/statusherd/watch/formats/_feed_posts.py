"""The text of a feed item taken apart: its facts ("Key: value" lines), and its posts with their stamps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.words import Phase
from statusherd.watch.formats._feed_words import State, lead
from statusherd.watch.reading.times import parse_time, with_year_near
from statusherd.watch.reading.words import fold


@dataclass(frozen=True, slots=True)
class Post:
    """One update within an item. `at` is None where the text has no stamp."""

    at: datetime | None
    state: State | None
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """What the text of an item says, posts oldest first. `facts` are its "Key: value" lines."""

    posts: tuple[Post, ...]
    facts: Mapping[str, str]
    rest: str
    """The text without facts, where it has no posts."""


_FACT: Final = re.compile(
    r"^(type|duration|status|severity|updates)\s*[:：]\s*(.*)$",  # noqa: RUF001
    re.IGNORECASE,
)
# Stamps that the standard library reads in microseconds. Others cost a hundred times that, and a text of
# nothing but stamps would cost minutes: of those only the first are read.
_QUICK_STAMP: Final = re.compile(
    r"^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?Z?"
    r"|(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?\s+\d{1,2},?"
    r"|[A-Z][a-z]{2},\s\d{1,2}\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s\d{4})"
    r"\s+\d{1,2}:\d\d(?::\d\d)?\s(?:UTC|GMT(?:[+-]\d{1,2})?|[+-]\d{4}|[PMCE][SD]T))$"
)
MAX_SLOW_STAMPS: Final = 40
MAX_POSTS: Final = 200
MAX_DURATION: Final = timedelta(days=400)
_MONTH_DAY = r"[A-Z][a-z]{2,8}\.?\s+\d{1,2}"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:\s*[AP]M)?"
_YEARLESS_STAMP: Final = re.compile(rf"^{_MONTH_DAY},?\s+{_CLOCK}(?:\s+[A-Z]\S{{0,9}})?$")
_TRAILING_STAMP: Final = re.compile(rf"\((\d\d:\d\d)(?: ([A-Z]{{2,5}}))? — ({_MONTH_DAY})\)\s*$")
_SCHEDULED_EVENT: Final = re.compile(
    rf"SCHEDULED EVENT\s+({_MONTH_DAY}),\s+({_CLOCK})\s*-\s*(?:({_MONTH_DAY}),\s+)?({_CLOCK})\s*(\S{{0,10}})"
)
_DURATION: Final = re.compile(r"(?<!\d)(\d{1,6}) (day|hour|minute|second)")


_RANK: Final = {phase: rank for rank, phase in enumerate(Phase)}


def scheduled_event(text: str, near: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the window in Statuspage's "THIS IS A SCHEDULED EVENT Mar 16, 02:00 - 04:00 UTC"."""
    match = _SCHEDULED_EVENT.search(text)
    if match is None:
        return None, None
    day, begins, other_day, ends, zone = match.groups()
    starts_at = with_year_near(f"{day}, {begins} {zone}", near)
    return starts_at, with_year_near(f"{other_day or day}, {ends} {zone}", starts_at or near)


def duration_of(text: str) -> timedelta | None:
    """Read "1 hour and 30 minutes"."""
    parts = _DURATION.findall(text)
    duration = timedelta(**{f"{unit}s": int(count) for count, unit in parts})
    return duration if timedelta(0) < duration < MAX_DURATION else None


def read_body(text: str, near: datetime) -> Body:
    """Split an item's plain text into its facts and posts; `near` gives stamps their year."""
    facts: dict[str, str] = {}
    drafts: list[_Draft] = []
    rest: list[str] = []
    clock = _Stamps(near)
    for line in text.splitlines():
        if len(drafts) > MAX_POSTS:
            drafts[-1].lines.append(line)
        elif not drafts and (fact := _FACT.match(line)):
            facts.setdefault(fold(fact[1]), fact[2])
        elif (stamp := clock.read_line(line)) is not None:
            drafts.append(_Draft(at=stamp))
        elif (begins := lead(line)) is not None:
            _begin(drafts, *begins, clock)
        elif drafts:
            drafts[-1].add(line, clock)
        else:
            rest.append(line)
    if not any(draft.state for draft in drafts):
        lines = (line for line in text.splitlines() if not _FACT.match(line))
        return Body((), facts, "\n".join(lines))
    posts = [draft.finished() for draft in drafts if draft.state is not None or draft.lines]
    return Body(_oldest_first(posts), facts, "\n".join(rest))


class _Stamps:
    """Reads the stamps of one item, of those that are slow to read only so many."""

    def __init__(self, near: datetime) -> None:
        self._near = near
        self._slow_left = MAX_SLOW_STAMPS

    def read_line(self, line: str) -> datetime | None:
        """Read a line that is nothing but a time."""
        if len(line) > 60 or ":" not in line or not any(c.isdigit() for c in line):
            return None
        if not (line[-1].isalnum() and line[0].isalnum()) or not self._is_affordable(line):
            return None
        return self._near_one(line) if _YEARLESS_STAMP.match(line) else parse_time(line)

    def read_end(self, day: str, clock: str, zone: str | None) -> datetime | None:
        """Read the parts of a stamp behind a text, which is in UTC where it names no zone."""
        line = f"{day}, {clock} {zone or 'UTC'}"
        return self._near_one(line) if self._is_affordable(line) else None

    def _near_one(self, line: str) -> datetime | None:
        return with_year_near(line, self._near)

    def _is_affordable(self, line: str) -> bool:
        if _QUICK_STAMP.match(line):
            return True
        self._slow_left -= 1
        return self._slow_left >= 0


class _Draft:
    """A post while its lines are read."""

    def __init__(self, *, at: datetime | None = None, state: State | None = None) -> None:
        self.at = at
        self.state = state
        self.lines: list[str] = []

    def add(self, line: str, clock: _Stamps) -> None:
        if match := _TRAILING_STAMP.search(line):
            line = line[: match.start()].rstrip()
            self.at = self.at or clock.read_end(match[3], match[1], match[2])
        if line:
            self.lines.append(line)

    def finished(self) -> Post:
        return Post(self.at, self.state, "\n".join(self.lines))


def _begin(drafts: list[_Draft], state: State, text: str, clock: _Stamps) -> None:
    """Give a stamp that stands alone its word and text, or begin a post without a stamp."""
    if drafts and drafts[-1].state is None and not drafts[-1].lines:
        drafts[-1].state = state
    else:
        drafts.append(_Draft(state=state))
    drafts[-1].add(text, clock)


def _oldest_first(posts: Sequence[Post]) -> tuple[Post, ...]:
    """Sort by time; posts without stamps stand newest first, unless their phases run the other way."""
    dated = [(post.at, post) for post in posts if post.at is not None]
    if len(dated) == len(posts):
        # The sort is stable: posts of one minute keep the order that the others show.
        runs_down = bool(dated) and dated[0][0] >= dated[-1][0]
        return tuple(post for _, post in sorted(dated[:: -1 if runs_down else 1], key=lambda pair: pair[0]))
    ranks = [_RANK[post.state.phase] for post in posts if post.state and post.state.phase]
    runs_forward = bool(ranks) and ranks[0] < ranks[-1]
    return tuple(posts) if runs_forward else tuple(reversed(posts))
