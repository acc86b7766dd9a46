"""What a message says of trouble that waits behind it, or behind which it waited. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from statusherd.model.delivery import Alert, Reason
from statusherd.notify.behind import GRACE
from statusherd.notify.headlines import ENDS
from statusherd.notify.markup import one_line
from statusherd.notify.times import length

WAITS_BEHIND: Final = {
    Reason.INHIBITED: "which it names as its cause",
    Reason.DUPLICATE: "which told the same event",
    Reason.QUORUM: "which fell at the same time and runs on the same vendor",
}
"""Why something waits behind another thread, as part of a sentence."""
_NAMED: Final = 5


def waited_behind(alert: Alert) -> str:
    """Return why something comes only now that named another vendor as its cause."""
    cause = alert.circumstances.waited_behind
    whose = f'"{one_line(cause, 140)}"' if cause else "a vendor's trouble that you know of"
    why = WAITS_BEHIND[alert.circumstances.waited or Reason.INHIBITED]
    return f"Held back behind {whose}, {why}. This is where it stands now."


def told_for_others(alert: Alert) -> Iterator[str]:
    """Yield what is told in other threads: which trouble waits behind this one, and what took it over."""
    if "taken_over" in alert.change.facets:
        yield (
            "It may not be over. This channel is not told of that incident, by its routes or because it "
            "waits; `statusherd alert explain` tells why."
        )
    if alert.circumstances.together and alert.opens:
        yield _together(alert.circumstances.together)
    subjects = alert.circumstances.tells_for
    if not subjects:
        return
    named = "; ".join(one_line(subject, 140) for subject in subjects[:_NAMED])
    more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    if alert.change.kind in ENDS:
        yield f"Still open, and waited behind this: {named}{more}. Told if not over in {length(GRACE)}."
    else:
        yield f"Waiting behind this, and not told apart: {named}{more}."


def _together(titles: tuple[str, ...]) -> str:
    named = ", ".join(one_line(title, 60) for title in titles[:_NAMED])
    more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    return (
        f"Vendors on the same upstream fell at the same time: {named}{more}. Further ones wait behind these."
    )
