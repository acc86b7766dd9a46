"""Our services in a message: who is touched, over what, what carries on, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from statusherd.model.delivery import Alert
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.words import ChangeKind as K
from statusherd.notify.headlines import ENDS, at_risk
from statusherd.notify.markup import Link, link, one_line

MOST: Final = 6
"""So many services are told one by one; the others are a number."""
_SOURCE: Final = frozenset({K.BLIND, K.SIGHTED, K.SUSPICIOUS, K.FILTER_ROT, K.SOURCE_MOVED})


@dataclass(frozen=True, slots=True)
class Touched:
    """A service in words. `text` is one line; `fallback` and `runbook` are what to do, while there is."""

    text: str
    fallback: str = ""
    runbook: Link | None = None


@dataclass(frozen=True, slots=True)
class Impacted:
    """The services of a message beneath their heading, and how many more there are."""

    heading: str = ""
    services: tuple[Touched, ...] = ()
    more: str = ""


UNTOUCHED: Final = Impacted()


def impacted(alert: Alert, most: int) -> Impacted:
    """Put the services that an alert touches into words, at most so many of them by name."""
    touches = alert.touches
    if not touches:
        return UNTOUCHED
    named = touches[: min(most, MOST)]
    acts = alert.change.kind not in ENDS and alert.change.kind not in _SOURCE
    told = tuple(_touched(touch, acts=acts) for touch in named)
    return Impacted(_heading(alert), told, _more(touches[len(named) :]))


def news(alert: Alert) -> Iterator[str]:
    """Yield what is new for our services since a channel was told last."""
    if alert.added:
        yield f"New: it touches {_names(alert.added)} too."
    if alert.severity_before is not None and alert.severity_before != alert.severity:
        yield f"Severity was {alert.severity_before}, now {alert.severity}."


def _heading(alert: Alert) -> str:
    kind = alert.change.kind
    if kind in _SOURCE:
        return "Services that depend on it"
    if kind in ENDS:
        return "It concerned"
    return "Services at risk" if at_risk(alert) else "It concerns"


def _touched(touch: Touch, *, acts: bool) -> Touched:
    owner = f", owner {one_line(touch.owner, 60)}" if touch.owner else ""
    how = "" if touch.by in (TouchedBy.NAMED, TouchedBy.WHOLE_VENDOR) else f" ({touch.by.sentence})"
    text = f"{one_line(touch.service, 60)} (tier {touch.tier}{owner}) via {one_line(touch.via, 160)}{how}"
    if not acts:
        return Touched(text)
    whose = f" of {one_line(touch.cushion, 60)}" if touch.cushion not in (None, touch.service) else ""
    fallback = f"Fallback{whose}: {one_line(touch.fallback, 200)}" if touch.fallback else ""
    return Touched(text, fallback, link(touch.runbook))


def _more(touches: Sequence[Touch]) -> str:
    if not touches:
        return ""
    tiers = sorted({touch.tier for touch in touches})
    of = f"tier {tiers[0]}" if len(tiers) == 1 else f"tiers {tiers[0]} to {tiers[-1]}"
    return f"and {len(touches)} more of {of}"


def _names(names: Sequence[str]) -> str:
    shown = [one_line(name, 60) for name in names[:MOST]]
    rest = [f"{len(names) - MOST} more"] if len(names) > MOST else []
    *first, last = [*shown, *rest]
    return f"{', '.join(first)} and {last}" if first else last
