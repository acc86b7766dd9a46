"""Phrases that several parts of a message have in common: incidents, states and components. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from statusherd.model.records import Component, VendorIncident
from statusherd.model.suspects import percent
from statusherd.model.words import Impact
from statusherd.notify.languages import later, say, say_many, word
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


def service_names(names: Sequence[str]) -> str:
    """Return services as in "checkout", "checkout and search", "checkout, search and 3 more services"."""
    shown = [one_line(name, 40) for name in names[:2]]
    if len(names) > 2:
        one, many = later("{names} and {count} more service"), later("{names} and {count} more services")
        return say_many(len(names) - 2, one, many, names=", ".join(shown))
    return say("{first} and {last}", first=shown[0], last=shown[1]) if len(shown) > 1 else "".join(shown)


def certainty(chance: float) -> str:
    """Return a chance from 0 to 1 as "93 %"; 1 is the word of a person, and else nothing is certain."""
    return say("confirmed") if chance >= 1 else percent(chance)


def some(names: Sequence[str], most: int, count: int | None = None) -> str:
    """Return words of others beside each other, at most `most` of `count`, and how many more there are."""
    shown = [one_line(name, 80) for name in names[:most]]
    rest = (len(names) if count is None else count) - len(shown)
    return ", ".join([*shown, say("and {count} more", count=rest)] if rest > 0 else shown)
