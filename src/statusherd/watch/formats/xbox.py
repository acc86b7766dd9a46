"""Xbox: the service status document of xnotify.xboxlive.com, as XML or, where that was asked for, as JSON.

Facts: clients of 2020 to 2026 that read either form of `servicestatusv6/<market>/<locale>`. An overall state
stands beside the categories of `CoreServices` and `Titles` (older JSON: `Games` and `Apps`); a category has
scenarios, and an incident stands in each scenario that it touches, with its begin, a message and a level of
impact. "None" means no known issue; of "Impacted" and "Limited" clients make different things, and the milder
reading is taken. Incidents in the JSON form, the end of one and the words of the levels were not seen. Names
are in the language of the address. Planned work does not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.records import Component, Coverage, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status, worst
from statusherd.model.words import Impact, Phase, Status
from statusherd.watch.formats import Clues, Endpoints, Look, Recognition, at_host
from statusherd.watch.formats._feed_xml import feed_text
from statusherd.watch.formats._lists import identity
from statusherd.watch.formats._plain_xml import Element, children, descend, root_name, text_at, xml_root
from statusherd.watch.reading.documents import Document, not_this
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import Object, as_object, load_json, objects, string, try_object
from statusherd.watch.reading.words import Notes, impact_of

NAME = "xbox"

STATES: Final[Mapping[str, Status]] = {
    "none": Status.OPERATIONAL,
    "limited": Status.DEGRADED,
    "warning": Status.DEGRADED,
    "investigating": Status.DEGRADED,
    "impacted": Status.PARTIAL_OUTAGE,
    "major": Status.PARTIAL_OUTAGE,
    "outage": Status.MAJOR_OUTAGE,
    "majoroutage": Status.MAJOR_OUTAGE,
    "critical": Status.MAJOR_OUTAGE,
    "unavailable": Status.MAJOR_OUTAGE,
}
LEVELS: Final[Mapping[str, Impact]] = {
    "low": Impact.MINOR,
    "minor": Impact.MINOR,
    "limited": Impact.MINOR,
    "medium": Impact.MAJOR,
    "major": Impact.MAJOR,
    "high": Impact.CRITICAL,
    "critical": Impact.CRITICAL,
}
_GROUPS: Final[Mapping[str, str | None]] = {
    "CoreServices": None,
    "Titles": "Apps and games",
    "Games": "Games",
    "Apps": "Apps",
}
_ROOT: Final = "ServiceStatus"
_DOCUMENT: Final = "/servicestatusv6/US/en-US"
_HOME: Final = f"https://xnotify.xboxlive.com{_DOCUMENT}"
CLUES: Final = Clues(
    in_address=(
        at_host("xnotify.xboxlive.com", _DOCUMENT),
        (re.compile(r"^https?://support\.xbox\.com/(?:[\w-]+/)?xbox-live-status"), _HOME),
    )
)


@dataclass(frozen=True, slots=True)
class _Event:
    """An incident as one scenario prints it: `id` as the source has it, or None."""

    id: str | None
    place: str
    begin: datetime | None
    end: datetime | None
    message: str
    level: str | None
    state: str | None


@dataclass(frozen=True, slots=True)
class _Category:
    """A category with its state word, those of its scenarios, and what stands in them."""

    name: str
    group: str | None
    words: tuple[str | None, ...]
    events: tuple[_Event, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    overall: str | None
    categories: tuple[_Category, ...]


def recognise(document: Document) -> Recognition | None:
    """The root ServiceStatus with CoreServices, or a JSON object with these beside their Status."""
    head = feed_text(Document(document.body[:8_000], document.url, document.content_type))
    if root_name(head) == _ROOT and "<CoreServices" in head:
        return Recognition(96, "<ServiceStatus> with CoreServices")
    if '"CoreServices"' in document.text and _is_json_page(try_object(document)):
        return Recognition(95, "CoreServices with Name and Status")
    return None


def endpoints(address: str) -> Endpoints:
    """The document of the market and language in the address; that in English where it names none."""
    return Endpoints(look=(address if "/servicestatusv" in urlsplit(address).path else _HOME,))


def parse(documents: Sequence[Document], look: Look) -> Snapshot:
    """Read the document; several of a look are taken together."""
    notes = Notes()
    pages = [_read(document) for document in documents]
    rollup = worst(_status(page.overall, notes) for page in pages if page.overall)
    rows = [category for page in pages for category in page.categories]
    components = _components(rows, notes)
    incidents = tuple(_incidents(rows, look.now, notes))
    has_rollup = any(page.overall for page in pages)
    page_status = (rollup or Status.UNKNOWN) if has_rollup else None
    return Snapshot(
        source=look.source,
        format=NAME,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, ()),
        components=components,
        incidents=incidents,
        coverage=Coverage(rollup=has_rollup, components=True, incidents=True),
        warnings=notes.all,
        page_name="Xbox",
    )


def _status(word: str | None, notes: Notes) -> Status:
    return notes.look_up(STATES, word, Status.UNKNOWN, "state")


def _read(document: Document) -> _Page:
    """Read either form. Raise ParseError where there are no core services with a name and a state."""
    document.refuse_empty()
    is_json = document.text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")
    page = _json_page(document) if is_json else _xml_page(document)
    if not any(category.group is None for category in page.categories):
        raise not_this("Xbox", document, "no core services with a name and a state")
    return page


def _xml_page(document: Document) -> _Page:
    root = xml_root(document, _ROOT, "Xbox")
    categories = (
        _xml_category(row, name, group)
        for part, group in _GROUPS.items()
        for row in children(descend(root, part), "Category")
        if (name := plain_line(text_at(row, "Name"))) and descend(row, "Status", "Name") is not None
    )
    return _Page(text_at(root, "Status", "Overall", "State"), tuple(categories))


def _xml_category(row: Element, name: str, group: str | None) -> _Category:
    scenarios = list(children(descend(row, "Scenarios"), "Scenario"))
    words = (text_at(one, "Status", "Name") for one in (row, *scenarios))
    return _Category(name, group, tuple(words), tuple(_xml_events(name, scenarios)))


def _xml_events(category: str, scenarios: Iterable[Element]) -> Iterator[_Event]:
    for scenario in scenarios:
        for row in children(descend(scenario, "Incidents"), "Incident"):
            yield _Event(
                id=text_at(row, "Id"),
                place=_place(category, text_at(scenario, "Name")),
                begin=parse_time(text_at(row, "Begin")),
                end=parse_time(text_at(row, "End")),
                message=plain_text(text_at(row, "Stage", "Message")),
                level=text_at(row, "LevelOfImpact", "Name"),
                state=text_at(scenario, "Status", "Name"),
            )


def _place(category: str, scenario: str | None) -> str:
    return plain_line(f"{category}: {scenario}" if scenario else category)


def _is_json_page(root: Object) -> bool:
    rows = root.get("CoreServices")
    return isinstance(rows, list) and any(map(_is_category, objects(rows)))


def _is_category(row: Object) -> bool:
    return bool(plain_line(string(row.get("Name")))) and isinstance(_named(row.get("Status")), str)


def _named(value: object) -> str | None:
    return string(as_object(value).get("Name"))


def _json_page(document: Document) -> _Page:
    root = as_object(load_json(document))
    status = as_object(root.get("Status"))
    overall = string(as_object(status.get("Overall")).get("State")) or _named(status)
    categories = (
        _json_category(row, group)
        for part, group in _GROUPS.items()
        for row in objects(root.get(part))
        if _is_category(row)
    )
    return _Page(overall, tuple(categories))


def _json_category(row: Object, group: str | None) -> _Category:
    name = plain_line(string(row["Name"]))
    scenarios = list(objects(row.get("Scenarios")))
    words = (_named(one.get("Status")) for one in (row, *scenarios))
    return _Category(name, group, tuple(words), tuple(_json_events(name, scenarios)))


def _json_events(category: str, scenarios: Iterable[Object]) -> Iterator[_Event]:
    for scenario in scenarios:
        for row in objects(scenario.get("Incidents")):
            yield _Event(
                id=string(row.get("Id")),
                place=_place(category, string(scenario.get("Name"))),
                begin=parse_time(row.get("Begin")),
                end=parse_time(row.get("End")),
                message=plain_text(string(as_object(row.get("Stage")).get("Message"))),
                level=_named(row.get("LevelOfImpact")),
                state=_named(scenario.get("Status")),
            )


def _components(rows: Iterable[_Category], notes: Notes) -> tuple[Component, ...]:
    """Return the categories, each as bad as it or one of its scenarios says."""
    words: dict[str, list[str | None]] = {}
    groups: dict[str, str | None] = {}
    for row in rows:
        words.setdefault(row.name, []).extend(row.words)
        groups.setdefault(row.name, row.group)
    return tuple(
        Component(name, name, groups[name], status=_worst_of(told, notes)) for name, told in words.items()
    )


def _worst_of(words: Iterable[str | None], notes: Notes) -> Status:
    """Return the worst that `words` mean; one that is not known among good ones makes it unknown."""
    states = [_status(word, notes) for word in words if word]
    found = worst(states) or Status.UNKNOWN
    return found if found.is_trouble or Status.UNKNOWN not in states else Status.UNKNOWN


def _incidents(rows: Iterable[_Category], now: datetime, notes: Notes) -> Iterator[VendorIncident]:
    """Yield the incidents, each once with all categories in whose scenarios it stands."""
    found: dict[str, dict[str, _Event]] = {}
    for row in rows:
        for event in row.events:
            key = identity(event.id, event.place, event.begin)
            found.setdefault(key, {}).setdefault(row.name, event)
    for key, events in found.items():
        yield _incident(key, events, now, notes)


def _incident(key: str, events: Mapping[str, _Event], now: datetime, notes: Notes) -> VendorIncident:
    event = next(iter(events.values()))
    ends = [one.end for one in events.values() if one.end is not None and one.end <= now]
    phase = Phase.RESOLVED if len(ends) == len(events) else Phase.INVESTIGATING
    posts = {
        one.message: Update(one.begin, phase, one.message)
        for one in events.values()
        if one.message and one.begin
    }
    return VendorIncident(
        id=key,
        title=event.place,
        impact=_impact(events.values(), notes),
        phase=phase,
        started_at=min((one.begin for one in events.values() if one.begin), default=None),
        updated_at=max((at for one in events.values() for at in (one.begin, one.end) if at), default=None),
        resolved_at=max(ends) if phase is Phase.RESOLVED else None,
        component_ids=tuple(events),
        updates=tuple(sorted(posts.values(), key=lambda post: post.at)),
    )


def _impact(events: Iterable[_Event], notes: Notes) -> Impact:
    """Return the worst level of impact, else what the states of the scenarios mean."""
    told = list(events)
    levels = [notes.look_up(LEVELS, one.level, Impact.UNKNOWN, "level of impact") for one in told]
    known = [level for level in levels if level is not Impact.UNKNOWN]
    if known:
        return max(known, key=lambda level: level.rank)
    states = [_status(one.state, notes) for one in told]
    return impact_of(worst(state for state in states if state.is_trouble))
