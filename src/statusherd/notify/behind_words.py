"""What a message says of trouble that waits behind it, or behind which it waited. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statusherd.model.delivery import Alert, Reason
from statusherd.notify.behind import GRACE
from statusherd.notify.headlines import ENDS
from statusherd.notify.languages import later, say
from statusherd.notify.markup import one_line
from statusherd.notify.times import length

WAITS_BEHIND: Final = {
    Reason.INHIBITED: later("which it names as its cause"),
    Reason.DUPLICATE: later("which told the same event"),
    Reason.EXPLAINS: later("which it explains"),
    Reason.QUORUM: later("which fell at the same time and runs on the same vendor"),
}
"""Why something waits behind another thread, as part of a sentence."""
_NAMED: Final = 5


def waited_behind(alert: Alert) -> str:
    """Return why something comes only now that named another vendor as its cause."""
    cause = alert.circumstances.waited_behind
    whose = f'"{one_line(cause, 140)}"' if cause else say("trouble that you know of")
    why = say(WAITS_BEHIND[alert.circumstances.waited or Reason.INHIBITED])
    return say("Held back behind {cause}, {why}. This is where it stands now.", cause=whose, why=why)


def told_for_others(alert: Alert) -> Iterator[str]:
    """Yield what is told in other threads: which trouble waits behind this one, and what took it over."""
    if "taken_over" in alert.change.facets:
        yield say(
            "It may not be over. This channel is not told of that incident, by its routes or because it "
            "waits; `statusherd alert explain` tells why."
        )
    if alert.circumstances.together and alert.opens:
        yield _together(alert.circumstances.together)
    if (ours := alert.circumstances.explains) and alert.change.kind not in ENDS:
        named = "; ".join(one_line(subject, 140) for subject in ours[:_NAMED])
        yield say("It explains an incident of ours: {subjects}.", subjects=_names(named, len(ours)))
    subjects = alert.circumstances.tells_for
    if not subjects:
        return
    named = _names("; ".join(one_line(subject, 140) for subject in subjects[:_NAMED]), len(subjects))
    if alert.change.kind in ENDS:
        text = later("Still open, and waited behind this: {subjects}. Told if not over in {span}.")
        yield say(text, subjects=named, span=length(GRACE))
    else:
        yield say("Waiting behind this, and not told apart: {subjects}.", subjects=named)


def _together(titles: tuple[str, ...]) -> str:
    named = _names(", ".join(one_line(title, 60) for title in titles[:_NAMED]), len(titles))
    text = later(
        "Vendors on the same upstream fell at the same time: {vendors}. Further ones wait behind these."
    )
    return say(text, vendors=named)


def _names(named: str, count: int) -> str:
    return f"{named} {say('and {count} more', count=count - _NAMED)}" if count > _NAMED else named
