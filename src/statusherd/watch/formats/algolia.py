"""Algolia: the open half of its monitoring API, on the host of its status page.

Facts: the description of the API and clients of 2019 to 2026. `/1/status` has a word for each cluster,
`/1/incidents` a log for each: entries of a stamp in milliseconds and a title with the state from then on, no
id; the newest entry is how the cluster is now. Neither wants a key. `/2/status/service/all/period/current`,
which a client reads, has the state of all under `global`; what else stands in it was not seen, and the other
two do without it. Every other path of the host answers with the page. A stretch of trouble in a log is an
incident; what several clusters have with the same title and stamp is one. Planned work does not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from statusherd.model.errors import ParseError
from statusherd.model.records import Component, Coverage, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._places import page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, fold, impact_of

NAME = "algolia"

STATES: Final[Mapping[str, Status]] = {
    "operational": Status.OPERATIONAL,
    "degradedperformance": Status.DEGRADED,
    "partialoutage": Status.PARTIAL_OUTAGE,
    "majoroutage": Status.MAJOR_OUTAGE,
}
LAG: Final = timedelta(hours=1)
"""So far the log may run ahead of the list of states; an older entry that it contradicts is over."""
MAX_POSTS: Final = 100
_CLUSTER: Final = re.compile(r"^[a-z]{1,4}\d{1,4}-[a-z0-9-]{2,20}$")
_BEGINS: Final = re.compile(r'\s{0,20}\{\s{0,20}"(?:status|incidents)"\s{0,20}:\s{0,20}\{')
_BEHIND: Final = re.compile(r"/[12]/(?:status|incidents)(?:/.*)?$")
_GLOBAL, _STATUS, _LOG = "2/status/service/all/period/current", "1/status", "1/incidents"
CLUES: Final = Clues(in_address=(at_host("status.algolia.com", f"/{_STATUS}"),))


@dataclass(frozen=True, slots=True)
class _Run:
    """What a cluster's log tells from the first entry of trouble on; `ended_at` None while it goes on."""

    cluster: str
    posts: tuple[tuple[datetime, str, Status], ...]
    ended_at: datetime | None

    @property
    def key(self) -> str:
        at, title, _ = self.posts[0]
        return identity(None, title, at)


def recognise(document: Document) -> Recognition | None:
    """Words for clusters and nothing else, a log by cluster, or the state of all."""
    text = document.text
    if not _BEGINS.match(text) and '"global"' not in text:
        return None
    root = try_object(document)
    if _is_states(root):
        named = sum(1 for name in as_object(root["status"]) if _CLUSTER.match(name))
        return Recognition(92 if named and len(root) == 1 else 60, "a word for each cluster")
    if _is_log(root) and root["incidents"]:
        return Recognition(90, "incidents by cluster, of t and v")
    return Recognition(60, "global with a status") if _is_global(root) else None


def endpoints(address: str) -> Endpoints:
    """The clusters; the state of all and the log with them, where they can be had."""
    root = page_root(_BEHIND.sub("/", address.partition("?")[0].partition("#")[0]))
    return Endpoints(look=(f"{root}{_STATUS}",), optional=(f"{root}{_LOG}", f"{root}{_GLOBAL}"))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the documents of one look, in any order."""
    notes = Notes()
    roots = [_read(document) for document in documents]
    logs = [as_object(root["incidents"]) for root in roots if _is_log(root)]
    words = [as_object(root["global"]).get("status") for root in roots if _is_global(root)]
    if len(logs) == len(roots) and not any(logs):
        raise ParseError("an empty log alone is no document of Algolia", subject=look.source)
    components = _components(roots, notes)
    incidents = tuple(_incidents(logs, components, look.now, notes))
    states = [notes.look_up(STATES, word, Status.UNKNOWN, "state of all") for word in words]
    page_status = (worst(states) or Status.UNKNOWN) if states else None
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, ()),
        components=components,
        incidents=incidents,
        coverage=Coverage(
            rollup=page_status is not None,
            components=bool(components),
            incidents=bool(logs),
            history=bool(logs),
        ),
        warnings=notes.all,
        page_name="Algolia",
    )


def _is_states(root: Object) -> bool:
    words = as_object(root.get("status"))
    return bool(words) and all(isinstance(w, str) for w in words.values()) and _knows_one(words.values())


def _knows_one(words: Iterable[object]) -> bool:
    return any(fold(word) in STATES for word in words)


def _is_log(root: Object) -> bool:
    logs = root.get("incidents")
    return isinstance(logs, dict) and all(map(_is_log_of_one, logs.values()))


def _is_log_of_one(rows: object) -> bool:
    return isinstance(rows, list) and all("t" in row and "v" in row for row in map(as_object, rows))


def _is_global(root: Object) -> bool:
    return isinstance(as_object(root.get("global")).get("status"), str)


def _read(document: Document) -> Object:
    root = as_object(load_json(document))
    if not (_is_states(root) or _is_log(root) or _is_global(root)):
        raise not_this("Algolia", document, "neither states of clusters, their log, nor the state of all")
    return root


def _components(roots: Iterable[Object], notes: Notes) -> tuple[Component, ...]:
    words = {
        cluster: word
        for root in roots
        if _is_states(root)
        for name, word in as_object(root["status"]).items()
        if (cluster := plain_line(string(name)))
    }
    return tuple(
        Component(name, name, status=notes.look_up(STATES, word, Status.UNKNOWN, "state of a cluster"))
        for name, word in words.items()
    )


def _incidents(
    logs: Iterable[Object], components: Iterable[Component], now: datetime, notes: Notes
) -> Iterator[VendorIncident]:
    """Yield each incident once, with all clusters whose log has it."""
    healthy = {one.id for one in components if one.status is Status.OPERATIONAL}
    found: dict[str, list[_Run]] = {}
    for log in logs:
        for name, rows in log.items():
            cluster = plain_line(string(name))
            for run in _runs(cluster, rows, notes) if cluster else ():
                found.setdefault(run.key, []).append(_ended(run, now, notes) if cluster in healthy else run)
    for key, runs in found.items():
        yield _incident(key, runs)


def _runs(cluster: str, rows: object, notes: Notes) -> Iterator[_Run]:
    """Yield the stretches of trouble in a cluster's log, each up to the entry that ends it."""
    posts: list[tuple[datetime, str, Status]] = []
    for post in _posts(rows, notes):
        if posts or post[2] is not Status.OPERATIONAL:
            posts.append(post)
        if posts and post[2] is Status.OPERATIONAL:
            yield _Run(cluster, tuple(posts), post[0])
            posts = []
    if posts:
        yield _Run(cluster, tuple(posts), None)


def _posts(rows: object, notes: Notes) -> list[tuple[datetime, str, Status]]:
    """Return the entries that have a time, oldest first."""
    found = []
    for row in objects(rows):
        at, value = parse_time(row.get("t")), as_object(row.get("v"))
        if at is not None:
            state = notes.look_up(STATES, value.get("status"), Status.UNKNOWN, "state in a log")
            found.append((at, plain_line(string(value.get("title"))), state))
    return sorted(found, key=lambda post: post[0])


def _ended(run: _Run, now: datetime, notes: Notes) -> _Run:
    """Return the run of a cluster that is well as over, unless its log may just be ahead."""
    last = run.posts[-1][0]
    if run.ended_at is None and now - last > LAG:
        notes.warn("the log leaves incidents open of clusters that are operational: read as over")
        return _Run(run.cluster, run.posts, last)
    return run


def _incident(key: str, runs: Sequence[_Run]) -> VendorIncident:
    posts = sorted(set(chain.from_iterable(run.posts for run in runs)))
    is_over = all(run.ended_at is not None for run in runs)
    started_at, title, _ = runs[0].posts[0]
    updates = tuple(
        Update(at, Phase.RESOLVED if state is Status.OPERATIONAL else Phase.INVESTIGATING, plain_text(text))
        for at, text, state in posts[-MAX_POSTS:]
    )
    return VendorIncident(
        id=key,
        title=title or f"Incident on {runs[0].cluster}",
        impact=_impact(runs),
        phase=Phase.RESOLVED if is_over else Phase.INVESTIGATING,
        started_at=started_at,
        updated_at=posts[-1][0],
        resolved_at=max((run.ended_at for run in runs if run.ended_at), default=None) if is_over else None,
        component_ids=tuple(dict.fromkeys(run.cluster for run in runs)),
        updates=updates,
    )


def _impact(runs: Iterable[_Run]) -> Impact:
    """Return the worst of what the newest entries of trouble say, one of each cluster."""
    newest = (
        next((state for _, _, state in reversed(run.posts) if state.is_trouble), Status.UNKNOWN)
        for run in runs
    )
    return impact_of(worst(newest))
