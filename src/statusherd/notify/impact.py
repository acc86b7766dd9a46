"""Our services in a message: who is touched, over what, what carries on, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from statusherd.model.delivery import Alert
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.words import ChangeKind as K
from statusherd.notify.headlines import ENDS, at_risk
from statusherd.notify.languages import later, say, word
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
        yield say("New: it touches {services} too.", services=_names(alert.added))
    before, ours = alert.severity_before, alert.change.ours
    if before is not None and before != alert.severity and not (ours and before in ours.news):
        yield say("Severity was {before}, now {now}.", before=before, now=alert.severity)


def _heading(alert: Alert) -> str:
    kind = alert.change.kind
    if kind in _SOURCE:
        return say("Services that depend on it")
    if kind in ENDS:
        return say("It concerned")
    return say("Services at risk") if at_risk(alert) else say("It concerns")


_PATTERNS: Final = {
    (False, False): later("{service} (tier {tier})"),
    (True, False): later("{service} (tier {tier}, owner {owner})"),
    (False, True): later("{service} (tier {tier}) via {path}"),
    (True, True): later("{service} (tier {tier}, owner {owner}) via {path}"),
}
"""By whether there is an owner, and a way to a vendor."""


def _touched(touch: Touch, *, acts: bool) -> Touched:
    owner = one_line(touch.owner, 60) if touch.owner else ""
    service, path = one_line(touch.service, 60), one_line(touch.via, 160)
    pattern = _PATTERNS[bool(owner), bool(path)]
    text = say(pattern, service=service, tier=touch.tier, owner=owner, path=path)
    if touch.by in (TouchedBy.UNKNOWN_COMPONENTS, TouchedBy.NO_SUCH_COMPONENT):
        text = f"{text} ({word(touch.by.sentence)})"
    if not acts:
        return Touched(text)
    return Touched(text, _fallback(touch), link(touch.runbook))


def _fallback(touch: Touch) -> str:
    if not touch.fallback:
        return ""
    what = one_line(touch.fallback, 200)
    if touch.cushion in (None, touch.service):
        return say("Fallback: {what}", what=what)
    return say("Fallback of {service}: {what}", service=one_line(touch.cushion or "", 60), what=what)


def _more(touches: Sequence[Touch]) -> str:
    if not touches:
        return ""
    tiers = sorted({touch.tier for touch in touches})
    if len(tiers) == 1:
        return say("and {count} more of tier {tier}", count=len(touches), tier=tiers[0])
    return say("and {count} more of tiers {low} to {high}", count=len(touches), low=tiers[0], high=tiers[-1])


def _names(names: Sequence[str]) -> str:
    shown = [one_line(name, 60) for name in names[:MOST]]
    rest = [say("{count} more", count=len(names) - MOST)] if len(names) > MOST else []
    *first, last = [*shown, *rest]
    return say("{first} and {last}", first=", ".join(first), last=last) if first else last
