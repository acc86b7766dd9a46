"""Pages of no known format that a provider file describes: where its facts stand, and what its words mean.

What `json` and `html` share. They differ in how a place is written, and in how it is found: the Place below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final, Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from statusherd.model.errors import ParseError
from statusherd.model.records import Component, Coverage, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.status import effective_status
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look
from statusherd.watch.formats._lists import identity, next_edge, once
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time, window_phase
from statusherd.watch.reading.values import link
from statusherd.watch.reading.words import (
    COMPONENT_STATES,
    MAINTENANCE_PHASES,
    PHASES,
    Notes,
    fold,
    impact_of,
)

W = TypeVar("W", bound=StrEnum)

LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "components": ("name", "state", "id", "group", "region"),
    "incidents": ("title", "id", "impact", "state", "started", "updated", "resolved", "text", "url"),
    "maintenances": ("title", "id", "state", "starts", "ends", "text", "url"),
}
"""The lists a page may have, and what may be named of each row; the first is needed."""
TABLES: Final[Mapping[str, type[StrEnum]]] = {
    "words": Status,
    "impacts": Impact,
    "phases": Phase,
    "windows": MaintenancePhase,
}
"""The tables of a page's words: of states, impacts, phases of incidents and of maintenances."""
_SINGLE: Final = ("anchor", "state", "timezone")
_IMPACTS: Final[Mapping[str, Impact]] = {
    **{impact.value: impact for impact in Impact},
    "low": Impact.MINOR,
    "medium": Impact.MAJOR,
    "high": Impact.CRITICAL,
}


class Place(Protocol):
    """A place in a document from which others are named by a path: the whole of it, or a row of a list."""

    def text(self, path: str) -> str | None:
        """Return what stands at `path` as text, None where there is no such place."""

    def has(self, path: str) -> bool:
        """Tell whether there is such a place."""

    def rows(self, path: str) -> Sequence[Place]:
        """Return every place that `path` names."""

    def lists(self, path: str) -> bool:
        """Tell whether the list that `path` names is there, be it empty, as far as that can be told."""


def wrong_options(options: Mapping[str, str], path_problem: Callable[[str], str | None]) -> Iterator[str]:
    """Yield what is wrong with `options`; `path_problem` says it of a path, and None of one that is right."""
    yield from (f"unknown option {key!r}" for key in options if not _is_known(key))
    for key, value in options.items():
        table, _, _ = key.partition(".")
        if table in TABLES and value not in list(TABLES[table]):
            yield f"{key}: {value[:60]!r} is none of {', '.join(TABLES[table])}"
        elif key == "timezone" and _zone(value) is None:
            yield f"timezone: there is no zone {value[:60]!r}"
        elif table not in TABLES and key != "timezone" and (problem := path_problem(value)):
            yield f"{key}: {problem}"
    yield from _missing(options)


def _is_known(key: str) -> bool:
    table, _, name = key.partition(".")
    if table in TABLES:
        return bool(name)
    return key in _SINGLE or name in (*LISTS.get(table, ()), *(("list",) if table in LISTS else ()))


def _missing(options: Mapping[str, str]) -> Iterator[str]:
    for name, (needed, *_) in LISTS.items():
        used = [key for key in options if key.startswith(f"{name}.")]
        yield from (
            f"{name}.{key} is missing" for key in ("list", needed) if used and f"{name}.{key}" not in options
        )
    if not any(key in options for key in ("state", "components.list", "incidents.list")):
        yield "options must say where the page's facts stand: state, components.list or incidents.list"
    if "incidents.list" in options and not any(k in options for k in ("anchor", "state", "components.list")):
        yield "anchor is missing: what stands on the page also when nothing is wrong"


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class Description:
    """The options of a page, ready for use."""

    options: Mapping[str, str]
    notes: Notes = field(default_factory=Notes)

    def at(self, place: Place, key: str) -> str | None:
        """Return the text of the option `key` at a place; None where it is not named or not there."""
        path = self.options.get(key)
        return None if path is None else place.text(path)

    def rows(self, page: Place, name: str) -> Sequence[Place]:
        path = self.options.get(f"{name}.list")
        return page.rows(path) if path is not None else ()

    def lists(self, page: Place, name: str) -> bool:
        """Tell whether absence from a list means something: it is described, and there."""
        path = self.options.get(f"{name}.list")
        return path is not None and page.lists(path)

    def word(self, text: str | None, table: str, usual: Mapping[str, W], default: W) -> W:
        """Return what a word of the page means: by its own table, else as most pages mean it."""
        if text is None:
            return default
        line = plain_line(text).casefold()
        patterns = [
            (key.partition(".")[2], v) for key, v in self.options.items() if key.startswith(f"{table}.")
        ]
        # An attribute may hold several words: each is asked about where the whole says nothing.
        for candidate in (line, *line.split()):
            for pattern, meaning in patterns:
                if fnmatchcase(candidate, pattern.casefold()):
                    return type(default)(meaning)
            if (known := usual.get(fold(candidate))) is not None:
                return known
        return self.notes.look_up({}, line, default, f"word for {table}")

    @property
    def zone(self) -> tzinfo | None:
        return _zone(self.options.get("timezone", "UTC"))


def read_described(page: Place, look: Look, name: str, subject: str) -> Snapshot:
    """Read a page by the options of `look`. Raise ParseError where a place that must be there is not."""
    options = look.options
    if not any(key in options for key in ("state", "components.list", "incidents.list")):
        remedy = "Describe the page under [options] in its provider file; docs/add-a-vendor.md shows how"
        raise ParseError(f"the format {name} needs options", subject=subject, remedy=remedy)
    told = Description(options)
    _require(page, told, name, subject)
    state = told.at(page, "state")
    page_status = told.word(state, "words", COMPONENT_STATES, Status.UNKNOWN) if state is not None else None
    components = tuple(_components(page, told))
    incidents = once(_incident(row, told) for row in told.rows(page, "incidents"))
    maintenances = once(_maintenance(row, told, look) for row in told.rows(page, "maintenances"))
    has_words = page_status is not None or bool(components)
    silence = Status.OPERATIONAL if told.lists(page, "incidents") and not has_words else Status.UNKNOWN
    return Snapshot(
        source=look.source,
        format=name,
        observed_at=look.now,
        page_status=page_status,
        status=effective_status(page_status, components, incidents, maintenances, silence=silence),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=Coverage(
            rollup=page_status is not None,
            components="components.list" in options,
            incidents=told.lists(page, "incidents"),
            maintenances=told.lists(page, "maintenances"),
        ),
        warnings=told.notes.all,
        rereads_at=next_edge(maintenances, look.now),
    )


def _require(page: Place, told: Description, name: str, subject: str) -> None:
    """Refuse a page that has not what is described: it is another page, or was rebuilt."""
    for key in ("anchor", "state", "components.list"):
        path = told.options.get(key)
        if path is not None and not page.has(path):
            message = f"not the {name} page that is described: nothing stands at {key} ({path[:80]})"
            raise ParseError(message, subject=subject, remedy="Correct the [options] in its provider file")


def _components(page: Place, told: Description) -> Iterable[Component]:
    found: dict[str, Component] = {}
    for row in told.rows(page, "components"):
        name = plain_line(told.at(row, "components.name"))
        key = plain_line(told.at(row, "components.id")) or name
        if key:
            found[key] = Component(
                id=key,
                name=name or key,
                group=plain_line(told.at(row, "components.group")) or None,
                region=plain_line(told.at(row, "components.region")) or None,
                status=told.word(told.at(row, "components.state"), "words", COMPONENT_STATES, Status.UNKNOWN),
            )
    return found.values()


def _incident(row: Place, told: Description) -> VendorIncident:
    zone = told.zone
    title = plain_line(told.at(row, "incidents.title"))
    started, updated, resolved = (
        parse_time(told.at(row, f"incidents.{key}"), zone) for key in ("started", "updated", "resolved")
    )
    phase = told.word(told.at(row, "incidents.state"), "phases", PHASES, Phase.INVESTIGATING)
    phase = Phase.RESOLVED if resolved is not None else phase
    at = updated or resolved or started
    text = plain_text(told.at(row, "incidents.text"))
    return VendorIncident(
        id=identity(told.at(row, "incidents.id"), title, started),
        title=title,
        impact=_impact(told.at(row, "incidents.impact"), told),
        phase=phase,
        started_at=started,
        updated_at=at,
        resolved_at=(resolved or at) if phase is Phase.RESOLVED else None,
        url=link(told.at(row, "incidents.url")),
        updates=(Update(at, phase, text),) if at is not None and text else (),
    )


def _impact(text: str | None, told: Description) -> Impact:
    """Return an impact by the page's table of impacts, else by its table of states."""
    quiet = Description(told.options)
    found = quiet.word(text, "impacts", _IMPACTS, Impact.UNKNOWN)
    if found is not Impact.UNKNOWN or text is None:
        return found
    return impact_of(told.word(text, "words", COMPONENT_STATES, Status.UNKNOWN))


def _maintenance(row: Place, told: Description, look: Look) -> Maintenance:
    title = plain_line(told.at(row, "maintenances.title"))
    starts, ends = (parse_time(told.at(row, f"maintenances.{key}"), told.zone) for key in ("starts", "ends"))
    by_clock = window_phase(starts, ends, look.now) if starts or ends else MaintenancePhase.SCHEDULED
    phase = told.word(told.at(row, "maintenances.state"), "windows", MAINTENANCE_PHASES, by_clock)
    text = plain_text(told.at(row, "maintenances.text"))
    return Maintenance(
        id=identity(told.at(row, "maintenances.id"), title, starts),
        title=title,
        phase=phase,
        starts_at=starts,
        ends_at=ends,
        url=link(told.at(row, "maintenances.url")),
        updates=(Update(starts, phase, text),) if starts is not None and text else (),
    )
