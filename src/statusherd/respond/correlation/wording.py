"""What the words of ours and of a vendor's trouble have in common, the rare ones above all. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from statusherd.model.suspects import Evidence
from statusherd.respond.correlation.lexicon import COMMON
from statusherd.respond.correlation.naming import Saying, names_of, words_in
from statusherd.respond.correlation.parts import words_of_parts
from statusherd.respond.correlation.places import without_regions
from statusherd.respond.correlation.records import Matter, Profile, Trouble, View

SIGNAL: Final = "wording"
MOST: Final = 1.6
_PRIOR: Final = 200
"""So many posts are taken to be known before any is: what words are common is known from the start."""


def wording(
    matter: Matter, saying: Saying, trouble: Trouble, view: View, names: frozenset[str]
) -> Evidence | None:
    """Return what the words in common say, but for `names`; None where none of them means something."""
    theirs = _words_of(trouble.title, trouble.texts) | words_of_parts(trouble)
    shared = (saying.words & theirs) - names - _services(matter)
    worth = {word: _rarity(word, view) for word in shared}
    telling = sorted((word for word, rarity in worth.items() if rarity > 0), key=lambda w: (-worth[w], w))
    if not telling:
        return None
    weight = min(MOST, 0.22 * sum(worth[word] for word in telling))
    return Evidence(SIGNAL, weight, f"both speak of {', '.join(telling[:5])}")


def in_common(one: Trouble, other: Trouble, view: View) -> float:
    """Return how much the titles of two troubles have in common: the rarity of their common words."""
    shared = words_in(one.title) & (words_in(other.title) | words_of_parts(other))
    names = {word for word in shared if any(word in _words_of_names(p) for p in view.profiles.values())}
    return sum(_rarity(word, view) for word in shared - names)


def _rarity(word: str, view: View) -> float:
    """Return how much a word tells: 0 for one that is used for anything, about 5 for one never seen."""
    if word in COMMON or len(word) < 3 or word.isdigit():
        return 0.0
    seen = view.commonness.get(word, 0)
    return max(0.0, math.log((_PRIOR + view.documents) / (2 + seen)) - 1.0)


@lru_cache(2048)
def _words_of(title: str, texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(words_in(without_regions(text[:4000])) for text in (title, *texts[-8:])))


def words_of_names(profiles: Iterable[Profile]) -> frozenset[str]:
    """Return the words of vendors' names: who is named is judged apart."""
    return frozenset().union(*map(_words_of_names, profiles))


@lru_cache(2048)
def _words_of_names(profile: Profile) -> frozenset[str]:
    return frozenset(word for name in names_of(profile) for word in name.split())


def _services(matter: Matter) -> frozenset[str]:
    return frozenset().union(*(words_in(service) for service in matter.services))
