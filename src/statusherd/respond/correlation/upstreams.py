"""The vendor behind the vendor: a trouble that another, which is likely the cause, itself names. Pure.

It counts where the likely one blames it in so many words, or speaks of the same rare things; where it was
there no later than the other was posted, and a day before at most; and where no region speaks against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from statusherd.model.suspects import Evidence
from statusherd.respond.correlation.lexicon import lines_of, pattern_of
from statusherd.respond.correlation.naming import names_vendor, spaced
from statusherd.respond.correlation.places import overlap, regions_in
from statusherd.respond.correlation.records import Profile, Settings, Trouble, View
from statusherd.respond.correlation.scores import BASE, Weighed
from statusherd.respond.correlation.wording import in_common

_LEAD: Final = timedelta(days=1)
_SLACK: Final = timedelta(minutes=20)
_TELLING: Final = 4.0
"""So rare have words to be that two troubles share, where neither blames the other."""
_SENTENCE: Final = re.compile(r"(?<=[.!?;])\s+|\n+")
_BLAMES: Final = pattern_of(lines_of("blames.txt"))
_ACQUITS: Final = pattern_of(lines_of("acquits.txt"))


def with_upstreams(found: list[Weighed], view: View, settings: Settings) -> list[Weighed]:
    """Return all, and the troubles of vendors that a likely one itself names as its cause."""
    if "upstream" in settings.without:
        return found
    known = {each.trouble.cause: each for each in found}
    for likely in [each for each in found if each.score >= settings.automatic]:
        for trouble in view.troubles:
            if (text := _blamed(likely.trouble, trouble, view)) is None:
                continue
            before = known.get(trouble.cause)
            if before is not None and before.odds >= likely.odds:
                continue
            evidence = Evidence("upstream", likely.odds - BASE - 0.3, text)
            known[trouble.cause] = Weighed(trouble, (evidence,), before.place if before else None)
    return list(known.values())


def _blamed(consequence: Trouble, upstream: Trouble, view: View) -> str | None:
    """Return how a trouble names another vendor's as its cause; None where it does not."""
    if upstream.vendor == consequence.vendor or not _fits_in_time(consequence, upstream, view):
        return None
    profile = view.profiles.get(upstream.vendor) or Profile(upstream.vendor)
    for sentence in _sentences(consequence):
        plain = spaced(sentence)
        name = names_vendor(profile, plain)
        if name is None or _ACQUITS.search(plain) or not _is_there(upstream, sentence):
            continue
        if _BLAMES.search(plain) or in_common(consequence, upstream, view) >= _TELLING:
            return f"{consequence.cause} names {name} as its cause"
    return None


def _fits_in_time(consequence: Trouble, upstream: Trouble, view: View) -> bool:
    began, ended = upstream.began_at, upstream.resolved_at
    if upstream.posted_at > view.now or (ended is not None and ended < consequence.began_at):
        return False
    return consequence.began_at - _LEAD <= began <= consequence.posted_at + _SLACK


def _is_there(upstream: Trouble, sentence: str) -> bool:
    """Tell whether an upstream's trouble is where a sentence says, as far as both say a place."""
    said = regions_in(sentence)
    names = (f"{c.id} {c.name} {c.region or ''}" for c in upstream.components)
    theirs = regions_in(" ".join((upstream.title, *upstream.regions, *names)))
    return not said or not theirs or any(overlap(region, theirs) for region in said)


def _sentences(trouble: Trouble) -> Iterator[str]:
    for text in (trouble.title, *(text[:4000] for text in trouble.texts[-8:])):
        yield from _SENTENCE.split(text)
