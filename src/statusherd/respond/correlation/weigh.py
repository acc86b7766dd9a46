"""How likely a vendor's trouble is the cause of ours: each piece of evidence adds to the log-odds. Pure.

Text alone never links: without a way from the service to the vendor's part nothing reaches the threshold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from statusherd.model.suspects import Evidence
from statusherd.model.words import Impact
from statusherd.respond.correlation.checks import checked
from statusherd.respond.correlation.lexicon import lines_of, pattern_of
from statusherd.respond.correlation.naming import (
    Saying,
    belongs,
    names_vendor,
    vendors_named,
    vendors_of_hosts,
)
from statusherd.respond.correlation.own_causes import own_cause
from statusherd.respond.correlation.parts import Ways, placed, ways_by_vendor
from statusherd.respond.correlation.records import Matter, Profile, Settings, Trouble, TroubleKind, View
from statusherd.respond.correlation.scores import CLOSED, Weighed
from statusherd.respond.correlation.timing import order, together
from statusherd.respond.correlation.upstreams import with_upstreams
from statusherd.respond.correlation.wording import wording, words_of_names

_IMPACT: Final = {
    Impact.CRITICAL: 0.7,
    Impact.MAJOR: 0.5,
    Impact.MINOR: 0.1,
    Impact.UNKNOWN: 0.1,
    Impact.NONE: -0.3,
}
_RIVALS_LEAD: Final = 1.0
_PLANNED: Final = pattern_of(lines_of("planned.txt"))
_SPECIFIC: Final = frozenset({"host", "name", "probes"})


@dataclass(frozen=True, slots=True)
class _Heard:
    """A matter with what its words say, for all troubles: worked out once."""

    matter: Matter
    saying: Saying
    view: View
    ways: Ways
    named: Mapping[str, str]
    """The vendors that it names, with the name that it uses."""
    hosted: Mapping[str, str]
    """The vendors whose hosts it names, with the host."""
    needed: frozenset[str]
    """Those of the named that the services need."""
    own_hosts: frozenset[str]
    names: frozenset[str]
    """The words of all vendors' names."""


def _hear(matter: Matter, saying: Saying, view: View) -> _Heard:
    named = vendors_named(saying.folded, view.profiles)
    return _Heard(
        matter,
        saying,
        view,
        ways_by_vendor(view.ways),
        named,
        vendors_of_hosts(saying.hosts | saying.own_hosts, view.profiles),
        frozenset(vendor for vendor in named if view.needs(vendor)),
        _own_hosts(saying, view),
        words_of_names(view.profiles.values()),
    )


def weighed(matter: Matter, saying: Saying, view: View, settings: Settings) -> tuple[Weighed, ...]:
    """Return the troubles that may have to do with a matter, the likeliest first."""
    heard = _hear(matter, saying, view)
    there = (trouble for trouble in view.troubles if trouble.posted_at <= view.now)
    found = [each for trouble in there if (each := _weigh(trouble, heard)) is not None]
    found = [_without(each, settings) for each in found]
    found = _against_rivals(found, settings)
    found = with_upstreams(found, view, settings)
    return tuple(sorted(found, key=lambda each: (-each.odds, each.trouble.cause)))


def _weigh(trouble: Trouble, heard: _Heard) -> Weighed | None:
    matter, saying, view = heard.matter, heard.saying, heard.view
    place = placed(trouble, matter, view, heard.ways)
    if place is None:
        return _undepended(trouble, heard)
    times = order(matter, trouble)
    acquitted = _acquitted(trouble.vendor, saying, view)
    is_named = trouble.vendor in heard.named or trouble.vendor in heard.hosted
    evidence = (
        *place.evidence,
        times.evidence,
        together(matter, trouble),
        _impact(trouble),
        _planned(trouble, saying),
        *((acquitted,) if acquitted else _sayings(trouble.vendor, heard)),
        wording(matter, saying, trouble, view, heard.names),
        own_cause(saying, heard.own_hosts, names_vendor=acquitted is None and is_named),
        checked(trouble.vendor, matter, view),
        _people(trouble.vendor, view),
    )
    kept = tuple(each for each in evidence if each is not None)
    return Weighed(trouble, kept, place, closed=place.closed or times.closed or _is_ahead(trouble, view))


def _own_hosts(saying: Saying, view: View) -> frozenset[str]:
    """Return the hosts of our own that a matter speaks of: some vendors lend us names of private networks."""
    profiles = view.profiles.values()
    return frozenset(h for h in saying.own_hosts if not any(belongs(h, p) for p in profiles))


def _undepended(trouble: Trouble, heard: _Heard) -> Weighed | None:
    """Return a trouble that no service needs as ruled out, where our words name it; else nothing."""
    name = heard.hosted.get(trouble.vendor) or heard.named.get(trouble.vendor)
    if name is None:
        return None
    text = f"ours names {name}, but no service that is concerned depends on {trouble.vendor}"
    return Weighed(trouble, (Evidence("dependency", CLOSED, text),), closed=True)


def _is_ahead(trouble: Trouble, view: View) -> bool:
    return trouble.began_at > view.now or (trouble.started_at is not None and trouble.started_at > view.now)


def _impact(trouble: Trouble) -> Evidence:
    if trouble.kind is TroubleKind.MAINTENANCE:
        return Evidence("impact", -3.0, "it is planned work")
    return Evidence("impact", _IMPACT[trouble.impact], f"the vendor calls its impact {trouble.impact}")


def _planned(trouble: Trouble, saying: Saying) -> Evidence | None:
    """Return that ours speaks of planned work where that is what it is."""
    found = _PLANNED.search(saying.folded) if trouble.kind is TroubleKind.MAINTENANCE else None
    return Evidence("wording", 2.4, f"ours speaks of {found[0].strip()}") if found else None


def _sayings(vendor: str, heard: _Heard) -> Iterator[Evidence]:
    """Yield what the hosts and names in our words say for or against a vendor."""
    named, hosted = heard.named, heard.hosted
    if vendor in hosted:
        yield Evidence("host", 2.2, f"ours names {hosted[vendor]}")
    elif hosted:
        yield Evidence("host", -1.1, f"ours names {min(hosted.values())}, which is {min(hosted)}'s")
    if vendor in named:
        weight = 0.4 if vendor in hosted else 1.3
        yield Evidence("name", weight, f"ours names {named[vendor]}")
    elif heard.needed:
        yield Evidence("name", -0.8, f"ours names {named[min(heard.needed)]}")


def _acquitted(vendor: str, saying: Saying, view: View) -> Evidence | None:
    """Return that ours says that the vendor is well, None where it does not."""
    name = names_vendor(view.profiles.get(vendor) or Profile(vendor), saying.cleared)
    return Evidence("name", -2.2, f"ours says that {name} is well") if name else None


def _people(vendor: str, view: View) -> Evidence | None:
    """Return what people said of the vendor as the cause of earlier incidents of the service."""
    judged = view.judged.get(vendor)
    if judged is None or judged.confirmed == judged.rejected:
        return None
    weight = 0.5 * (math.log1p(judged.confirmed) - math.log1p(judged.rejected))
    cases = judged.confirmed + judged.rejected
    text = f"people took it for the cause in {judged.confirmed} of {cases} cases before"
    return Evidence("people", max(-1.5, min(1.5, weight)), text)


def _without(weighed: Weighed, settings: Settings) -> Weighed:
    """Return the same without the signals that are left out; so the gates that rest on them are open."""
    if not settings.without:
        return weighed
    kept = tuple(each for each in weighed.evidence if each.signal not in settings.without)
    gates = {"dependency": -5.0, "region": -5.0}
    closed = weighed.closed and not any(
        signal in settings.without
        for signal, weight in gates.items()
        if any(e.signal == signal and e.weight <= weight for e in weighed.evidence)
    )
    if "time" in settings.without and weighed.place is not None and not weighed.place.closed:
        closed = False
    return replace(weighed, evidence=kept, closed=closed)


def _against_rivals(found: list[Weighed], settings: Settings) -> list[Weighed]:
    """Return all, the weaker where another is likelier and ours speaks of that one alone."""
    if "rival" in settings.without:
        return found
    best = max((w for w in found if not w.closed and _is_specific(w)), key=lambda w: w.odds, default=None)
    if best is None:
        return found
    return [_weakened(each, best) for each in found]


def _weakened(each: Weighed, best: Weighed) -> Weighed:
    other = each.trouble.vendor != best.trouble.vendor
    if each.closed or not other or _is_specific(each) or each.odds > best.odds - _RIVALS_LEAD:
        return each
    text = f"{best.trouble.cause} explains it better, and ours speaks of that"
    return replace(each, evidence=(*each.evidence, Evidence("rival", -0.7, text)))


def _is_specific(weighed: Weighed) -> bool:
    """Tell whether something speaks for a trouble besides its part and its time."""
    return any(each.signal in _SPECIFIC and each.weight > 0 for each in weighed.evidence)
