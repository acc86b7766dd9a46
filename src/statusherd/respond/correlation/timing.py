"""What the order of times says: a vendor's trouble causes ours when it is there first. Pure.

Vendors post late, so the window is wide on one side: trouble that is posted after ours began may still have
been there before. Their word on when it began counts where they give one. The longer trouble was there
before ours began, the less it explains why ours began now.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from statusherd.model.suspects import Evidence
from statusherd.respond.correlation.lexicon import lines_of, pattern_of
from statusherd.respond.correlation.naming import spaced
from statusherd.respond.correlation.records import Matter, Trouble, TroubleKind

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86400.0
NEAR: Final = 2.0
"""What trouble that began shortly before ours adds to the log-odds."""
_IMPRECISE: Final = 10 * _MINUTE
"""By so much do the times that vendors claim differ from the truth."""
LATEST: Final = 6 * _HOUR
"""Nothing that is first seen so long after ours, and claims no earlier start, is its cause."""
_WORSE: Final = pattern_of(lines_of("worse.txt"))
_CLAIM: Final = re.compile(
    r"(?i)\b(?:(?:first|earliest|erste[rn]?|primer|primeros)"
    r" (?:errors?|failures?|seen|fehler|errores|fallos?)"
    r"|errors?|failures?|failing|fails|broken|broke|down|kaputt|fehler|roto)"
    r"(?: at| since| from| seit| um| desde las| a las)? (\d{1,2}):(\d{2})\b"
)
_LONGEST_CLAIM: Final = timedelta(hours=6)
_STALE: Final = 45 * _MINUTE
"""Nothing that ended so long before ours began is its cause."""
SIGNAL: Final = "time"


@dataclass(frozen=True, slots=True)
class Order:
    """How two times lie, as a piece of evidence; `closed` where the order rules the cause out."""

    evidence: Evidence
    closed: bool = False


def order(matter: Matter, trouble: Trouble) -> Order:
    """Return what the times say of a trouble as the cause of a matter."""
    if trouble.resolved_at is not None and trouble.resolved_at < matter.onset:
        return _ended_before((matter.onset - trouble.resolved_at).total_seconds(), matter, trouble)
    ahead = (matter.onset - trouble.began_at).total_seconds()
    if ahead < 0:
        return _after(-ahead, trouble)
    plain = Evidence(SIGNAL, max(_before(ahead), -6.0), f"it began {span(ahead)} before ours")
    turned = _turned(matter, trouble)
    return Order(turned if turned is not None and turned.weight > plain.weight else plain)


def _turned(matter: Matter, trouble: Trouble) -> Evidence | None:
    """Return that old trouble turned worse at about the time of ours; None for no word of it."""
    turns = [post.at for post in trouble.posts[1:] if _WORSE.search(spaced(post.text[:4000]))]
    near = [abs((matter.onset - at).total_seconds()) for at in turns]
    if not near or min(near) > 2 * _HOUR:
        return None
    return Evidence(SIGNAL, _before(min(near)) - 0.4, f"it turned worse within {span(min(near))} of ours")


def _before(ahead: float) -> float:
    """Return the weight of trouble that was there `ahead` seconds before ours began."""
    return NEAR - 0.45 * math.log1p(ahead / (30 * _MINUTE)) - 0.6 * ahead / _DAY


def _after(behind: float, trouble: Trouble) -> Order:
    """Return the weight of trouble that is known to have begun, or to have been posted, after ours began."""
    says_start = trouble.started_at is not None and trouble.posted_at - trouble.started_at > timedelta(
        minutes=2
    )
    if says_start or trouble.kind is TroubleKind.MAINTENANCE:
        weight = NEAR - 2.5 * max(0.0, behind - _IMPRECISE) / (30 * _MINUTE) - 0.6 * behind / _IMPRECISE
        text = f"by its own word it began {span(behind)} after ours"
        return Order(Evidence(SIGNAL, max(weight, -6.0), text), closed=behind > 2 * _HOUR)
    weight = NEAR - 0.4 - 1.3 * behind / _HOUR
    text = f"it was posted {span(behind)} after ours began; vendors post late"
    return Order(Evidence(SIGNAL, max(weight, -6.0), text), closed=behind > LATEST)


def _ended_before(gap: float, matter: Matter, trouble: Trouble) -> Order:
    ahead = (matter.onset - trouble.began_at).total_seconds()
    weight = min(_before(max(ahead, 0.0)), NEAR - 1.2) - 2.0 * gap / (15 * _MINUTE)
    text = f"it was over {span(gap)} before ours began"
    return Order(Evidence(SIGNAL, max(weight, -6.0), text), closed=gap > _STALE)


def claimed_onset(text: str, opened_at: datetime) -> datetime | None:
    """Return since when it goes on by an incident's words: "first errors at 19:46". UTC.

    Alerts wait before they fire, some for an hour.
    """
    found = _CLAIM.search(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    at = opened_at.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    at -= timedelta(days=1) if at > opened_at else timedelta(0)
    return at if opened_at - at <= _LONGEST_CLAIM else None


def together(matter: Matter, trouble: Trouble) -> Evidence | None:
    """Return that both ended at about the same time, None where they did not."""
    if matter.over_at is None or trouble.resolved_at is None:
        return None
    apart = abs((matter.over_at - trouble.resolved_at).total_seconds())
    if apart > 30 * _MINUTE:
        return None
    return Evidence(SIGNAL, 0.6, f"both ended within {span(apart)} of each other")


def span(seconds: float) -> str:
    """Return a length of time in its largest unit: "50 s", "41 min", "5 h", "2 d"."""
    if seconds < 90:
        return f"{round(seconds)} s"
    if seconds < 90 * _MINUTE:
        return f"{round(seconds / _MINUTE)} min"
    if seconds < 36 * _HOUR:
        return f"{seconds / _HOUR:.0f} h"
    return f"{seconds / _DAY:.0f} d"
