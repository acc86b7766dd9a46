"""What the words of a feed item say of the state that an incident or a maintenance is in.

Only words in a position of their own count: brackets, what stands before a colon or dash, a `Status:`
line, a category. Prose counts where a whole sentence says that it is over and nothing doubts it, since
"we have not yet resolved" holds the word too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from statusherd.model.words import MaintenancePhase, Phase
from statusherd.watch.reading.words import PHASES, fold


@dataclass(frozen=True, slots=True)
class State:
    """What a word means: for an incident, for a maintenance, or None for "no change" (an update)."""

    phase: Phase | None
    window: MaintenancePhase | None
    fits_work: bool = False
    """The word is used of planned work as well as of trouble, or of work alone."""


_WINDOW_OF: Final = {
    Phase.INVESTIGATING: MaintenancePhase.IN_PROGRESS,
    Phase.IDENTIFIED: MaintenancePhase.IN_PROGRESS,
    Phase.MONITORING: MaintenancePhase.IN_PROGRESS,
    Phase.RESOLVED: MaintenancePhase.COMPLETED,
}
NO_CHANGE: Final = State(None, None)
_SCHEDULED: Final = State(None, MaintenancePhase.SCHEDULED, fits_work=True)
_IN_PROGRESS: Final = State(Phase.INVESTIGATING, MaintenancePhase.IN_PROGRESS, fits_work=True)
_OPEN: Final = State(Phase.INVESTIGATING, MaintenancePhase.IN_PROGRESS)
RESOLVED: Final = State(Phase.RESOLVED, MaintenancePhase.COMPLETED)
_STATES: Final[Mapping[str, State]] = {
    **{word: State(phase, _WINDOW_OF[phase]) for word, phase in PHASES.items()},
    **dict.fromkeys(["update", "updated", "updates"], NO_CHANGE),
    **dict.fromkeys(["scheduled", "planned", "upcoming", "scheduledmaintenance"], _SCHEDULED),
    **dict.fromkeys(["unresolved", "active", "confirmed", "new", "reopened"], _OPEN),
    "inprogress": _IN_PROGRESS,
    "verifying": State(Phase.MONITORING, MaintenancePhase.IN_PROGRESS, fits_work=True),
    "cancelled": State(Phase.RESOLVED, MaintenancePhase.CANCELLED),
    "canceled": State(Phase.RESOLVED, MaintenancePhase.CANCELLED),
    **dict.fromkeys(["complete", "solved", "mitigated", "ended", "done", "finished"], RESOLVED),
    # Feeds of components (Site24x7) end a title with the state.
    "operational": RESOLVED,
    # How AWS begins the titles of its updates.
    **dict.fromkeys(["servicedisruption", "serviceimpact", "servicedegradation", "performanceissues"], _OPEN),
    **dict.fromkeys(["informationalmessage"], _OPEN),
    **dict.fromkeys(["serviceisoperatingnormally", "operatingnormally"], RESOLVED),
    **dict.fromkeys(
        ["已恢复", "已解决", "已修复", "解決済み", "復旧", "behoben", "gelöst", "erledigt"], RESOLVED
    ),
    **dict.fromkeys(["beendet", "abgeschlossen"], RESOLVED),
    **dict.fromkeys(["résolu", "résolue", "rétabli", "resuelto", "resolvido", "risolto"], RESOLVED),
}

_OPENING, _CLOSING = r"[\[(（【]", r"[\])）】]"  # noqa: RUF001 - full-width brackets are meant
_BRACKETED: Final = re.compile(rf"{_OPENING}\s*([^\[\](){{}}（）【】]{{2,30}}?)\s*{_CLOSING}")  # noqa: RUF001
_LEAD: Final = re.compile(r"(\w[\w /'-]{1,29}?)\s*(?:[-–—:：.]+(?:\s+|$)|$)")  # noqa: RUF001
_TAIL: Final = re.compile(r"(?:\s[-–—|]\s*|:\s+)(\w[\w ]{1,29})\s*$")  # noqa: RUF001
_WENT_DOWN: Final = re.compile(r"^(.{1,200}?) (?:went down|is down|is currently down)\W*$", re.IGNORECASE)
_CAME_BACK: Final = re.compile(
    r"^(.{1,200}?) (?:(?:has |have )?recovered|is (?:back|now) (?:up|online)|is up again)\W*$", re.IGNORECASE
)
_MAINTENANCE_TITLE: Final = re.compile(
    r"^\W*(?:(?:scheduled|planned|upcoming|emergency|routine|system|network|database)\s+)*maintenance\b"
    r"|\b(?:scheduled|planned|upcoming) (?:\w+ )?maintenance\b|\bmaintenance(?: window)?\W*$",
    re.IGNORECASE,
)

_SENTENCE: Final = re.compile(r"[.!?;\n。]+")
_SAYS_OVER: Final = re.compile(
    r"\b(?:has|have) (?:now )?been (?:fully |completely )?(?:resolved|fixed|restored)\b"
    r"|\b(?:is|are) (?:now )?(?:fully )?(?:resolved|operating normally)\b",
    re.IGNORECASE,
)
_NORMAL: Final = re.compile(r"\bservices? (?:is|are) (?:now )?operating normally\b", re.IGNORECASE)
_DOUBT: Final = re.compile(
    r"\b(?:not|no|yet|until|once|when|if|unless|should|will|would|expect\w*|believe|appears?|part|partly"
    r"|partially|some|most|mostly|but|except|still|before|other)\b|n[’']t\b",  # noqa: RUF001
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(
    r"\b(?:still|continu\w+|ongoing|working (?:on|to)|remain\w*|not yet)\b", re.IGNORECASE
)


def state_of(word: str) -> State | None:
    """Return what `word` means as a state, None where it is no such word."""
    return _STATES.get(fold(word.strip()))


def lead(line: str) -> tuple[State, str] | None:
    """Return the state word that `line` begins with, set off from what follows, and the rest."""
    match = _BRACKETED.match(line) or _LEAD.match(line)
    if match is None or (state := state_of(match[1])) is None:
        return None
    return state, line[match.end() :].lstrip(" -–—:")  # noqa: RUF001


def title_state(title: str) -> State | None:
    """Return the state a title tells. "Resolved: Major outage" is resolved, whatever else it says."""
    found = [state for match in _BRACKETED.finditer(title) if (state := state_of(match[1]))]
    if (begins := lead(title)) and begins[0] is not NO_CHANGE:
        found.append(begins[0])
    if (tail := _TAIL.search(title)) and (state := state_of(tail[1])):
        found.append(state)
    if _WENT_DOWN.match(title):
        found.append(_OPEN)
    if _CAME_BACK.match(title) and not _DOUBT.search(title):
        found.append(RESOLVED)
    return next((state for state in found if state.phase is Phase.RESOLVED), found[0] if found else None)


def bare_title(title: str) -> str:
    """Return a title without its state words, so that it stays the same while the state moves."""
    bare = _BRACKETED.sub(lambda m: "" if state_of(m[1]) else m[0], title).strip()
    while (begins := lead(bare)) and begins[1]:
        bare = begins[1]
    if (tail := _TAIL.search(bare)) and state_of(tail[1]):
        bare = bare[: tail.start()].rstrip()
    return " ".join(bare.split()) or title


def monitor_of(title: str) -> str | None:
    """Return whose monitor a title like "Checkout went down" is about."""
    match = _WENT_DOWN.match(title) or _CAME_BACK.match(title)
    return match[1] if match else None


def is_maintenance_title(title: str) -> bool:
    """Tell whether a title announces work rather than trouble."""
    return _MAINTENANCE_TITLE.search(title) is not None


def says_over(text: str) -> bool:
    """Tell whether prose says without a doubt that it is over."""
    if _GOES_ON.search(text):
        return False
    return any(_SAYS_OVER.search(s) and not _DOUBT.search(s) for s in _SENTENCE.split(text))


def says_normal(text: str) -> bool:
    """Tell whether prose says that the service operates normally: AWS leaves its title as it was."""
    return any(_NORMAL.search(s) and not _DOUBT.search(s) for s in _SENTENCE.split(text))


def newest_state(states: Iterable[State | None]) -> State | None:
    """Return the last state in `states` (oldest first) that changes something."""
    said = [state for state in states if state is not None and state is not NO_CHANGE]
    return said[-1] if said else None
