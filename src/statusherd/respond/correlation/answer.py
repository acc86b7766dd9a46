"""The answer to "us or them?": a vendor explains it, none does, or it cannot be told. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.suspects import Answer, Blindness, Suspect, Verdict, percent
from statusherd.respond.correlation.checks import is_failing
from statusherd.respond.correlation.naming import Saying, saying_of, vendors_of_hosts
from statusherd.respond.correlation.own_causes import speaks_of_own_cause
from statusherd.respond.correlation.records import Matter, Settings, TroubleKind, View
from statusherd.respond.correlation.scores import Weighed
from statusherd.respond.correlation.timing import claimed_onset
from statusherd.respond.correlation.weigh import weighed

SHOWN: Final = 10
"""So many suspects are told at most."""
_LIKELY: Final = 0.5
"""From here on a suspect that is not linked leaves the question open."""
_QUORUM: Final = 3
_MOST: Final = 0.7
"""Where so many of those that are checked fail at once, it is us."""
_POSTS_WITHIN: Final = timedelta(hours=2)
"""Most vendors have posted what they will post so long after it began."""
_UNPOSTED: Final = frozenset({TroubleKind.WARNING})


def answer(matter: Matter, view: View, settings: Settings | None = None) -> Answer:
    """Return what explains a matter as far as can be told at `view.now`."""
    settings = settings or Settings()
    if matter.began_at is None:
        matter = replace(matter, began_at=claimed_onset(matter.text, matter.opened_at))
    saying = saying_of(matter)
    found = weighed(matter, saying, view, settings)
    links = [each for each in found if _is_link(each, settings)]
    explained = {each.trouble.vendor for each in links}
    others = (each for each in found if not _is_link(each, settings))
    suspects = [each for each in others if not _is_told_by(each, explained)][:SHOWN]
    blind, doubts = blind_now(view), _doubts(matter, saying, view)
    told = tuple(each.suspect() for each in links)
    open_ones = tuple(each.suspect() for each in suspects)
    doubts += [f"suspected: {_shown(each, view)}" for each in open_ones if each.score >= _LIKELY][:3]
    if told:
        return Answer(
            Verdict.VENDOR, " and ".join(_shown(each, view) for each in told[:3]), told, open_ones, blind
        )
    if doubts:
        return Answer(Verdict.CANNOT_TELL, f"cannot tell: {'; '.join(doubts)}", told, open_ones, blind)
    return Answer(Verdict.UNEXPLAINED, "no vendor explains this", told, open_ones, blind)


def _shown(suspect: Suspect, view: View) -> str:
    return f"{_title(suspect.vendor, view)}: {suspect.title} ({percent(suspect.score)})"


def _title(vendor: str, view: View) -> str:
    profile = view.profiles.get(vendor)
    return profile.title or vendor if profile else vendor


def _doubts(matter: Matter, saying: Saying, view: View) -> list[str]:
    """Return why it cannot be told, besides the suspects: whom we cannot see, and who is silent.

    Where ours speaks of a cause of our own, neither matters.
    """
    if speaks_of_own_cause(saying):
        return []
    blind = [f"{_title(each.vendor, view)} unreadable since {_clock(each.since)}" for each in blind_now(view)]
    failing = _failing(matter, view)
    told = [
        f"our checks of {_title(vendor, view)} fail, and it has posted nothing that explains it"
        for vendor in failing
    ]
    silent = {v: h for v, h in _silent(matter, saying, view).items() if v not in failing}
    told += [
        f"ours names {silent[vendor]}, and {_title(vendor, view)} has posted nothing yet"
        for vendor in sorted(silent)
    ]
    return blind + told


def _is_link(each: Weighed, settings: Settings) -> bool:
    return each.score >= settings.automatic and each.trouble.kind not in _UNPOSTED


def _is_told_by(each: Weighed, explained: Collection[str]) -> bool:
    """Tell whether a warning of ours says no more than its vendor has posted meanwhile."""
    return each.trouble.kind is TroubleKind.WARNING and each.trouble.vendor in explained


def blind_now(view: View) -> tuple[Blindness, ...]:
    """Return the vendors that the services need and that cannot be read now."""
    return tuple(
        each
        for each in view.blind
        if each.since <= view.now and (each.until is None or each.until > view.now)
        if view.needs(each.vendor)
    )


def _failing(matter: Matter, view: View) -> tuple[str, ...]:
    """Return the vendors that the services need, and that our checks see in trouble.

    None where nearly all that are checked are: then it is our own way out.
    """
    vendors = sorted({check.vendor for check in view.checks})
    failing = [vendor for vendor in vendors if is_failing(vendor, matter, view)]
    if len(failing) >= _QUORUM and len(failing) > len(vendors) * _MOST:
        return ()
    return tuple(v for v in failing if view.needs(v))


def _silent(matter: Matter, saying: Saying, view: View) -> dict[str, str]:
    """Return the vendors that errors of ours name by a host, that are needed, and that may post yet."""
    if view.now - matter.opened_at > _POSTS_WITHIN:
        return {}
    hosts = saying.hosts | saying.own_hosts
    named = vendors_of_hosts(hosts, view.profiles)
    posted = {trouble.vendor for trouble in view.troubles if trouble.posted_at <= view.now}
    return {vendor: host for vendor, host in named.items() if vendor not in posted and view.needs(vendor)}


def _clock(at: datetime) -> str:
    return f"{at:%H:%M} UTC"
