"""Words by which an incident of ours speaks of a cause of our own, or of somebody else's. Pure."""

from __future__ import annotations

from typing import Final

from statusherd.model.suspects import Evidence
from statusherd.respond.correlation.lexicon import lines_of, pattern_of
from statusherd.respond.correlation.naming import Saying

SIGNAL: Final = "own_cause"
_FIRST: Final = 3.8
_FURTHER: Final = 0.6
_MOST: Final = 5.0
_OWN: Final = pattern_of(lines_of("own.txt"))
_FOREIGN: Final = pattern_of(lines_of("foreign.txt"))


def own_cause(saying: Saying, own_hosts: frozenset[str], *, names_vendor: bool) -> Evidence | None:
    """Return that a matter speaks of a cause of our own, or of somebody else's; None where it does neither.

    `own_hosts` are those of ours that its words name. `names_vendor`: it names the vendor in question as
    well, so its other words count half.
    """
    found = sorted({match[0].strip() for match in _OWN.finditer(saying.folded)})
    if found:
        weight = -min(_MOST, _FIRST + _FURTHER * (len(found) - 1)) * (0.5 if names_vendor else 1.0)
        return Evidence(SIGNAL, weight, f"ours speaks of a cause of our own: {', '.join(found[:3])}")
    if (foreign := _FOREIGN.search(saying.folded)) is not None:
        return Evidence(SIGNAL, 0.5, f"ours speaks of somebody else: {foreign[0].strip()}")
    if own_hosts and not saying.hosts and not names_vendor:
        return Evidence(SIGNAL, -2.5, f"ours names only hosts of our own: {min(own_hosts)}")
    return None


def speaks_of_own_cause(saying: Saying) -> bool:
    """Tell whether a matter speaks of a cause of our own, or of machines of our own alone."""
    return _OWN.search(saying.folded) is not None or bool(saying.own_hosts and not saying.hosts)
