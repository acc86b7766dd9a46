"""What each route answers to a Change, and which of its matchers refuses: for explanations. Pure.

The routing keeps one answer for each channel. This asks every route, in the same order and by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from statusherd.model.delivery import Reason
from statusherd.model.routing import Route
from statusherd.notify.matchers import kind_of, mismatch, out_of_scope, targets
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route_table import refused

Refusing: TypeAlias = tuple[str | None, tuple[str, ...], tuple[str, ...]]
"""The key of a matcher, what it names, and what the Change is instead."""


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """One route's answer. `refusal` is None where it selects the Change; `matcher` is the key that refuses.

    `asked` is False where a route above it selected the Change and ended the search. `wants` is what the
    matcher names, `has` what the Change is instead. `leads_to` are the channels that it reaches now.
    """

    route: str
    asked: bool
    leads_to: tuple[str, ...]
    refusal: Reason | None = None
    matcher: str | None = None
    wants: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    goes_on: bool = False
    """The routes below it are asked too, though it selects the Change."""

    @property
    def selects(self) -> bool:
        return self.asked and self.refusal is None


def inquire(question: Question, moment: Moment) -> tuple[RouteAnswer, ...]:
    """Return the answers of all routes to a Change, in their order."""
    return tuple(_answers(question, moment))


def leads_nowhere(answers: Sequence[RouteAnswer], moment: Moment) -> tuple[str, ...]:
    """Return the channels that no route leads to now."""
    reached = {channel for answer in answers for channel in answer.leads_to}
    return tuple(sorted(set(moment.channels) - reached))


def _answers(question: Question, moment: Moment) -> Iterator[RouteAnswer]:
    kind, beyond, over = kind_of(question), out_of_scope(question), False
    for route in moment.table.routes:
        reached = moment.reach.channels(targets(route, question))
        if over:
            yield RouteAnswer(route.name, asked=False, leads_to=reached)
            continue
        why = (
            refused(route, kind)
            or mismatch(route, question)
            or beyond
            or (None if reached else Reason.NO_OWNER)
        )
        yield _answer(route, question, reached, why)
        over = why is None and not route.go_on


def _answer(route: Route, question: Question, reached: tuple[str, ...], why: Reason | None) -> RouteAnswer:
    if why is None:
        return RouteAnswer(route.name, asked=True, leads_to=reached, goes_on=route.go_on)
    matcher, wants, has = _matcher(route, question, why)
    return RouteAnswer(route.name, True, reached, why, matcher, wants, has)


def _matcher(route: Route, question: Question, why: Reason) -> Refusing:
    """Return which matcher refuses, what it names, and what the Change is instead."""
    if why is Reason.VENDOR_NOT_SELECTED and _is_about_tags(route, question):
        return "tags", route.tags, kind_of(question).tags
    found = _MATCHERS.get(why)
    return found(route, question) if found else (None, (), ())


def _is_about_tags(route: Route, question: Question) -> bool:
    """Tell whether the tags refuse, and not the vendor: the table of routes has one reason for both."""
    bare = Route(route.name, events=route.events, vendors=route.vendors)
    return refused(bare, kind_of(question)) is None


def _part(name: str, wants: tuple[str, ...], of_vendor: tuple[str, ...], has: tuple[str, ...]) -> Refusing:
    """Return the matcher for a part: the route's, or the filter of the vendor itself where it has none."""
    return (name, wants, has) if wants else (f"{name}s of the vendor", of_vendor, has)


def _component(route: Route, question: Question) -> Refusing:
    of_vendor = question.vendor.components if question.vendor else ()
    return _part("component", route.components, of_vendor, _components(question))


def _region(route: Route, question: Question) -> Refusing:
    of_vendor = question.vendor.regions if question.vendor else ()
    return _part("region", route.regions, of_vendor, _regions(question))


def _components(question: Question) -> tuple[str, ...]:
    change = question.change
    incidents = (change.incident,) if change.incident else change.incidents
    known = {c.id: c for c in change.components} | dict(question.components)
    named = [key for incident in incidents for key in incident.component_ids]
    return tuple(dict.fromkeys(known[key].name if key in known else key for key in named))


def _regions(question: Question) -> tuple[str, ...]:
    change = question.change
    incidents = (change.incident,) if change.incident else change.incidents
    return tuple(dict.fromkeys(region for incident in incidents for region in incident.regions))


def _owners(question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(touch.owner for touch in question.touches if touch.owner))


_MATCHERS: Final[Mapping[Reason, Callable[[Route, Question], Refusing]]] = {
    Reason.EVENT_NOT_SELECTED: lambda r, q: ("event", tuple(sorted(r.events)), (kind_of(q).event,)),
    Reason.VENDOR_NOT_SELECTED: lambda r, q: ("vendor", r.vendors, q.vendor_names[:1]),
    Reason.BELOW_SEVERITY: lambda r, q: ("severity", (str(r.severity),), (str(q.severity),)),
    Reason.COMPONENT_NOT_SELECTED: _component,
    Reason.REGION_NOT_SELECTED: _region,
    Reason.SERVICE_NOT_SELECTED: lambda r, q: ("service", r.services, q.services),
    Reason.OWNER_NOT_SELECTED: lambda r, q: ("owner", r.owners, _owners(q)),
}
