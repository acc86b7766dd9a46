"""Freshstatus: the public API behind a page, at public-api.freshstatus.io/v1/ with the account's number.

Facts: two programs that read it, one the components and one the incidents; whole answers have not been seen.
`public-components` is a tree, its leaves with the state OP, PD, PO, MO or UM; the vendor's own page leaves
out of its overall state those with the display option `ignore_overall_status`, and so does the state here.
`public-incidents` comes in pages (`next`); an incident without `end_time` is open. Incidents have no state
words, so the phase is open or over; their impact is that of the components they name. `is_planned` marks
maintenance, whose window is the scheduled one. A page's address does not hold the account's number: of an
address without `account_id` only the feed at /rss/ can be read, as a fallback. That feed says nowhere
whether an incident is over, so in it only the last day's count as open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition
from statusherd.watch.formats._lists import identity, next_edge, once
from statusherd.watch.formats._places import beside, page_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, fold, impact_of

NAME = "freshstatus"

STATES: Final[Mapping[str, Status]] = {
    "op": Status.OPERATIONAL,
    "pd": Status.DEGRADED,
    "po": Status.PARTIAL_OUTAGE,
    "mo": Status.MAJOR_OUTAGE,
    "um": Status.MAINTENANCE,
}
MAX_DEPTH: Final = 10
_API: Final = re.compile(r"^(.*/)public-(?:components|incidents)(?:/.*)?$")
_ACCOUNT: Final = re.compile(r"\d{1,12}")
_BEHIND: Final = re.compile(r"/(?:incidents-history|incident|rss)(?:/.*)?$")
_COMPONENTS: Final = r"https://public-api.freshstatus.io/v1/public-components/?account_id=\1"
# Each of these looks at a page once, from its beginning: the marks may stand a thousand times in it.
_PAGE: Final = r"\A(?=[\s\S]{0,1000000}?freshstatus)[\s\S]{0,1000000}?"
CLUES: Final = Clues(
    in_page=(
        (re.compile(rf"{_PAGE}/v1/public-(?:components|incidents)/\?account_id=(\d{{1,12}})"), _COMPONENTS),
        (re.compile(rf"{_PAGE}\"account_id\"\s?:\s?\"?(\d{{1,12}})"), _COMPONENTS),
    ),
)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A component, and whether the vendor counts it for the state of the whole."""

    component: Component
    counts: bool


def recognise(document: Document) -> Recognition | None:
    """A tree of components with states of two letters, or incidents with is_planned and their ends."""
    if '"components"' not in document.text and '"affected_components"' not in document.text:
        return None
    root = try_object(document)
    if _is_tree(root):
        return Recognition(93, "a tree of components with states of two letters")
    rows = list(objects(root.get("results")))
    if rows and _is_list(root) and all("is_planned" in row for row in rows):
        return Recognition(90, "results with is_planned, end_time and affected_components")
    return None


def endpoints(address: str) -> Endpoints:
    """Components and open incidents of the account in `address`; of a page's address, its feed at last."""
    parts = urlsplit(address)
    match = _API.match(parts.path)
    account = parse_qs(parts.query).get("account_id", [""])[-1]
    if match is None or not _ACCOUNT.fullmatch(account):
        root = page_root(_BEHIND.sub("/", address.partition("?")[0]))
        return Endpoints(look=(root,), fallbacks=((beside(root, "rss/"), "feed"),))
    api = f"{parts.scheme}://{parts.netloc}{match[1]}"
    components = f"{api}public-components/?account_id={account}"
    incidents = f"{api}public-incidents/?account_id={account}"
    return Endpoints(
        look=(components, f"{incidents}&end_time__isempty=true"),
        history=(incidents,),
        fallbacks=((components, NAME),),
    )


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Merge the components and the lists of incidents, in any order."""
    notes = Notes()
    roots = [_root(document) for document in documents]
    trees = [root for root in roots if _is_tree(root)]
    lists = [root for root in roots if not _is_tree(root)]
    rows = [row for root in lists for row in objects(root["results"])]
    if not trees and not rows:
        raise not_this("Freshstatus", documents[0], "an empty list without the components beside it")
    leaves = _leaves(trees, notes)
    components = tuple(leaf.component for leaf in leaves)
    states = {component.id: component.status for component in components}
    incidents = once(
        _incident(row, states, look.now, notes) for row in rows if not _is_planned(row, look.now)
    )
    maintenances = once(_maintenance(row, look.now) for row in rows if _is_planned(row, look.now))
    counted = [leaf.component for leaf in leaves if leaf.counts]
    is_whole = any(root["next"] is None for root in lists)
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=None,
        status=effective_status(None, counted, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            components=bool(trees),
            incidents=is_whole,
            history=any(not incident.is_open for incident in incidents),
            maintenances=is_whole,
        ),
        warnings=notes.all,
        rereads_at=next_edge(maintenances, look.now),
    )


def _root(document: Document) -> Object:
    root = as_object(load_json(document))
    if not _is_tree(root) and not _is_list(root):
        raise not_this("Freshstatus", document, "neither a tree of components nor a list of incidents")
    return root


def _is_tree(root: Object) -> bool:
    """Tell the components: at least one state of two letters. Other platforms' have words, and a page."""
    rows = root.get("components")
    if not isinstance(rows, list) or not rows or "page" in root:
        return False
    below = [row for row, _ in _walk(rows)]
    is_named = all(string(row.get("id")) and "name" in row for row in below)
    return is_named and any(fold(row.get("status")) in STATES for row in below)


def _is_list(root: Object) -> bool:
    rows = root.get("results")
    if not isinstance(rows, list) or "next" not in root:
        return False
    return all({"title", "start_time", "end_time"} <= as_object(row).keys() for row in rows)


def _walk(rows: object, path: tuple[str, ...] = ()) -> Iterator[tuple[Object, tuple[str, ...]]]:
    """Yield each component with the names above it; what lies deeper than any page shows is left out."""
    for row in objects(rows):
        yield row, path
        if len(path) < MAX_DEPTH:
            yield from _walk(row.get("components"), (*path, plain_line(string(row.get("name")))))


def _leaves(trees: Iterable[Object], notes: Notes) -> tuple[_Leaf, ...]:
    found: dict[str, _Leaf] = {}
    for row, path in (pair for root in trees for pair in _walk(root["components"])):
        key = plain_line(string(row.get("id")))
        if key and not any(True for _ in objects(row.get("components"))):
            status = notes.look_up(STATES, row.get("status"), Status.UNKNOWN, "component status")
            group = " / ".join(name for name in path if name) or None
            component = Component(key, plain_line(string(row.get("name"))) or key, group, status=status)
            found.setdefault(key, _Leaf(component, counts=not _is_ignored(row)))
    ignored = sum(not leaf.counts and leaf.component.status.rank > 0 for leaf in found.values())
    if ignored:
        notes.warn(f"{ignored} components not well do not count for the whole, by the vendor's setting")
    return tuple(found.values())


def _is_ignored(row: Object) -> bool:
    value = as_object(row.get("display_options")).get("ignore_overall_status")
    return value is True or fold(value) == "true"


def _is_planned(row: Object, now: datetime) -> bool:
    starts_at = parse_time(row.get("start_time"))
    return row.get("is_planned") is True or (starts_at is not None and starts_at > now)


def _head(row: Object) -> tuple[str, datetime | None, tuple[str, ...]]:
    """Return title, start and the ids of the components of an entry."""
    keys = (plain_line(string(part.get("component"))) for part in objects(row.get("affected_components")))
    begins = row.get("scheduled_start_time") if row.get("is_planned") is True else None
    starts_at = parse_time(begins) or parse_time(row.get("start_time"))
    return plain_line(string(row.get("title"))), starts_at, tuple(dict.fromkeys(key for key in keys if key))


def _incident(row: Object, states: Mapping[str, Status], now: datetime, notes: Notes) -> VendorIncident:
    title, started_at, touched = _head(row)
    ended_at = parse_time(row.get("end_time"))
    is_over = ended_at is not None and ended_at <= now
    phase = Phase.RESOLVED if is_over else Phase.INVESTIGATING
    text = plain_text(string(row.get("description")))
    return VendorIncident(
        id=identity(row.get("id"), title, started_at),
        title=title,
        impact=_impact(row, states if not is_over else {}, notes),
        phase=phase,
        started_at=started_at,
        updated_at=ended_at if is_over else started_at,
        resolved_at=ended_at if is_over else None,
        component_ids=touched,
        updates=(Update(started_at, Phase.INVESTIGATING, text),) if text and started_at else (),
    )


def _impact(row: Object, states: Mapping[str, Status], notes: Notes) -> Impact:
    """Return the impact by the states that an entry gives to its components, else by those they have now."""
    told = [
        notes.look_up(STATES, part.get("new_status"), Status.UNKNOWN, "component status")
        for part in objects(row.get("affected_components"))
    ]
    now = [states.get(key, Status.UNKNOWN) for key in _head(row)[2]]
    state = worst(told) or worst(now)
    return impact_of(state) if state and state.is_trouble else Impact.UNKNOWN


def _maintenance(row: Object, now: datetime) -> Maintenance:
    title, starts_at, touched = _head(row)
    ended_at = parse_time(row.get("end_time"))
    ends_at = parse_time(row.get("scheduled_end_time")) or ended_at
    is_over = ended_at is not None and ended_at <= now
    phase = window_phase(starts_at, ends_at, now) if starts_at else MaintenancePhase.SCHEDULED
    phase = MaintenancePhase.COMPLETED if is_over else phase
    text = plain_text(string(row.get("description")))
    begun_at = starts_at if starts_at and starts_at <= now else None
    return Maintenance(
        id=identity(row.get("id"), title, starts_at),
        title=title,
        phase=phase,
        starts_at=starts_at,
        ends_at=ends_at,
        component_ids=touched,
        updates=(Update(begun_at, phase, text),) if text and begun_at else (),
    )
