"""Several things in one message: the first line that sums them up, and what is open besides. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from statusherd.model.delivery import Alert
from statusherd.model.words import ChangeKind as K
from statusherd.notify.markup import one_line

_NAMED: Final = 6
"""So many that are open besides are told by name."""


def summed_up(alert: Alert, over: frozenset[K]) -> tuple[str, str]:
    """Return the mark and the rest of the first line; `over` are the kinds of Change that end something."""
    parts = alert.parts
    if not parts:  # a reminder
        prefix = f"{alert.vendor_title}: "  # the line begins with it
        return "STILL OPEN", _list([subject.removeprefix(prefix) for subject in alert.still_open])
    ended = [part for part in parts if part.change.kind in over]
    passing = [part for part in ended if part.opens]
    opened = [part for part in parts if part.opens and part.change.kind not in over]
    counts = (
        (len(opened), "opened"),
        (len(parts) - len(opened) - len(ended), "updated"),
        (len(ended) - len(passing), "over"),
        (len(passing), "came and went"),
    )
    what = ", ".join(f"{number} {word}" for number, word in counts if number)
    if alert.change.kind is K.GROUP_ENDED:
        return "ALL OVER", f"{what}, nothing of it is open any more"
    if alert.still_open:
        what = f"{what}, {len(alert.still_open)} more still open"
    mark = "OPENED" if len(opened) == len(parts) else "UPDATE"
    if alert.change.kind is K.DIGEST:
        return "DIGEST", f"{what}, the worst is {_title(parts[0])}"
    return mark, what if len(ended) == len(parts) else f"{what}, the worst is {_title(parts[0])}"


def _title(part: Alert) -> str:
    incident = part.change.incident
    return f'"{one_line(incident.title)}"' if incident and incident.title else one_line(part.thread.subject)


def group_notes(alert: Alert) -> Iterator[str]:
    """Yield what is open besides, or that all is over."""
    if alert.change.kind is K.GROUP_ENDED and len(alert.parts) == 1 and alert.number > 1:
        yield "This was the last of it: nothing that was told in this thread is open any more."
    if alert.still_open and alert.parts:
        yield f"Still open besides: {_list(alert.still_open)}."


def _list(subjects: Sequence[str]) -> str:
    named = [one_line(subject, 100) for subject in subjects[:_NAMED]]
    more = len(subjects) - _NAMED
    return "; ".join([*named, f"and {more} more"] if more > 0 else named)
