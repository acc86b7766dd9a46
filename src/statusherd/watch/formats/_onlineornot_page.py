"""The parts of an OnlineOrNot page: its components, its events, and which event hit which component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Final

from statusherd.model.records import Component
from statusherd.model.words import Phase, Status
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._turbo import loader_data
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, objects, string
from statusherd.watch.reading.words import COMPONENT_STATES, PHASES, Notes, fold

STATES: Final[Mapping[str, Status]] = {**COMPONENT_STATES, "noimpact": Status.OPERATIONAL}
_HOME, _PAST = "routes/_index", "routes/incidents._index"
_WORK: Final = frozenset({"scheduled", "inprogress", "verifying", "completed", "cancelled", "canceled"})
# Rows may share one long list, and a page has some dozens of each.
_MOST_ROWS: Final = 500
_MOST_DAYS: Final = 400
_MOST_OF_A_DAY: Final = 100
_MOST_HITS: Final = 5_000
_MOST_POSTS: Final = 30
_MOST_OF_A_TEXT: Final = 20_000
_LONGEST_TIME: Final = 40
_ROOT_KEYS: Final = ("id", "name", "status", "groupId")
_UPTIME_KEYS: Final = ("componentId", "componentName", "componentStatus", "componentGroup")


@dataclass(frozen=True, slots=True)
class Page:
    """What one page carries: that of all pages, that of the home page, and that of the page of months."""

    root: Object
    home: Object
    past: Object


@dataclass(frozen=True, slots=True)
class Post:
    """One update; its word may say where the event stands."""

    at: datetime
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """An incident or a maintenance; its posts are oldest first."""

    id: str
    title: str
    impact: str | None
    started_at: datetime | None
    ended_at: datetime | None
    posts: tuple[Post, ...]

    @property
    def is_work(self) -> bool:
        return any(fold(post.word) in _WORK for post in self.posts)

    @property
    def is_over(self) -> bool:
        is_said = bool(self.posts) and PHASES.get(fold(self.posts[-1].word)) is Phase.RESOLVED
        return is_said or self.ended_at is not None


@dataclass(slots=True)
class Hits:
    """How the days of the components say that an event touched them."""

    event: Event
    states: list[Status] = field(default_factory=list)
    component_ids: dict[str, None] = field(default_factory=dict)


def read_page(document: Document) -> Page:
    """Read one page; raise ParseError where it is neither the home page nor the one of months."""
    document.refuse_empty()
    text = document.text
    loaders = loader_data(text) if '\\"statusPage\\"' in text else {}
    root, home, past = (as_object(as_object(loaders.get(k)).get("result")) for k in ("root", _HOME, _PAST))
    if "id" not in as_object(root.get("statusPage")):
        raise not_this("OnlineOrNot", document, "no statusPage in the page's data")
    has_components = isinstance(root.get("components"), list) or isinstance(home.get("uptime"), list)
    has_events = isinstance(home.get("activeIncidents"), list) and isinstance(home.get("incidents"), dict)
    is_past = not home and isinstance(past.get("incidents"), dict)
    if not is_past and not (has_components and has_events):
        raise not_this("OnlineOrNot", document, "neither active incidents and components nor those of months")
    return Page(root, home, past)


def _few(rows: object, most: int = _MOST_ROWS) -> Iterator[Object]:
    return objects(rows[:most]) if isinstance(rows, list) else iter(())


def events(rows: object) -> Iterator[Event]:
    """Yield the events of a list."""
    return map(_event, _few(rows))


def dated_events(page: Page) -> Iterator[Event]:
    """Yield the events that the page lists by day or month."""
    lists = (rows for part in (page.home, page.past) for rows in as_object(part.get("incidents")).values())
    return islice((event for rows in islice(lists, _MOST_DAYS) for event in events(rows)), _MOST_ROWS)


def _event(row: Object) -> Event:
    """Read an event: the lists call its id `id`, the days of a component `incidentId`."""
    title, started_at = plain_line(string(row.get("title"))), _time(row.get("started"))
    newest_first = map(_post, _few(row.get("updates"), _MOST_POSTS))
    posts = [post for post in newest_first if post is not None][::-1]
    return Event(
        id=identity(string(row.get("id")) or string(row.get("incidentId")), title, started_at),
        title=title,
        impact=string(row.get("impact")),
        started_at=started_at,
        ended_at=_time(row.get("ended")),
        posts=tuple(sorted(posts, key=lambda post: post.at)),
    )


def _post(row: Object) -> Post | None:
    at = _time(row.get("dateHappened")) or _time(row.get("createdAt"))
    text = (string(row.get("description")) or "")[:_MOST_OF_A_TEXT]
    return Post(at, string(row.get("status")) or "", _plain(text)) if at else None


def _time(value: object) -> datetime | None:
    return _parsed(value) if isinstance(value, str) and len(value) < _LONGEST_TIME else None


# Many places of a page may share one text, which then is read once. Bounded to a few megabytes.
_parsed = lru_cache(10_000)(parse_time)
_plain = lru_cache(200)(plain_text)


def components_of(page: Page, notes: Notes) -> tuple[Component, ...]:
    """Return the components of the root's data, and those that only the rows of `uptime` have."""
    groups = _groups(page.home)
    rows = [(row, _ROOT_KEYS) for row in _few(page.root.get("components"))]
    rows += [(row, _UPTIME_KEYS) for row in _uptime(page)]
    found: dict[str, Component] = {}
    for row, keys in rows:
        own, name, word, group = (string(row.get(key)) for key in keys)
        key = plain_line(own)
        if key and key not in found:
            status = notes.look_up(STATES, word, Status.UNKNOWN, "component status")
            found[key] = Component(key, plain_line(name) or key, groups.get(group or ""), status=status)
    return tuple(found.values())


def _uptime(page: Page) -> Iterator[Object]:
    return _few(page.home.get("uptime"))


def _groups(home: Object) -> dict[str, str]:
    """Return the names of the groups by their ids; the key of their list has not been seen."""
    return {
        key: name
        for rows in islice(home.values(), 50)
        for row in _few(rows, _MOST_OF_A_DAY)
        if isinstance(row.get("components"), list)
        and (key := string(row.get("id")))
        and (name := plain_line(string(row.get("name"))))
    }


def hits_of(page: Page, notes: Notes) -> dict[str, Hits]:
    """Return what the days of the components say of each event."""
    found: dict[str, Hits] = {}
    for component, row in islice(_days(page), _MOST_HITS):
        if key := plain_line(string(row.get("incidentId"))):
            hits = found.get(key) or found.setdefault(key, Hits(_event(row)))
            word = string(row.get("impact"))
            hits.states.append(notes.look_up(STATES, word, Status.UNKNOWN, "impact"))
            hits.component_ids.setdefault(component)
    return found


def _days(page: Page) -> Iterator[tuple[str, Object]]:
    """Yield the component and the event of each day on which one was hit."""
    for row in _uptime(page):
        component = plain_line(string(row.get("componentId")))
        for day in _few(as_object(row.get("data")).get("incidents"), _MOST_DAYS) if component else ():
            yield from ((component, hit) for hit in _few(day.get("incidentData"), _MOST_OF_A_DAY))
