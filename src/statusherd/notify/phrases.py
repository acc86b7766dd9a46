"""Phrases that several parts of a message have in common: incidents, states and components. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from statusherd.model.records import Component, VendorIncident
from statusherd.model.words import Impact
from statusherd.notify.languages import later, say, word
from statusherd.notify.markup import one_line
from statusherd.notify.times import length

_KINDS: Final[Mapping[Impact, str]] = {
    Impact.NONE: later("notice"),
    Impact.MINOR: later("minor incident"),
    Impact.MAJOR: later("major incident"),
    Impact.CRITICAL: later("critical incident"),
}


def titled(incident: VendorIncident) -> str:
    """Return an incident's impact and title as in 'major incident "API errors"'."""
    title = one_line(incident.title)
    return f'{_kind_of(incident)} "{title}"' if title else _kind_of(incident)


def _kind_of(incident: VendorIncident) -> str:
    return say(_KINDS.get(incident.impact, later("incident")))


def state(status: str | None) -> str:
    """Return a state as people say it: "partial outage"."""
    return word(one_line(status or "unknown").replace("_", " "))


def component_list(components: Iterable[Component], most: int) -> str:
    """Return components with their states, the worst first, at most `most` of them by name."""
    by_rank = sorted(components, key=lambda c: (-c.status.rank, c.group or "", c.name))
    named = [f"{_component(c)} ({state(c.status)})" for c in by_rank[:most]]
    if len(by_rank) > most:
        named.append(say("and {count} more", count=len(by_rank) - most))
    return ", ".join(named)


def _component(component: Component) -> str:
    name = one_line(component.name, 80)
    return f"{one_line(component.group, 60)}/{name}" if component.group else name


def after(mark: str, start: datetime | None, end: datetime | None) -> str:
    """Return a mark in words, with how long it took where that is known: "RESOLVED after 42 min"."""
    if start is None or end is None or end < start:
        return say(mark)
    return say("{mark} after {span}", mark=say(mark), span=length(end - start))
