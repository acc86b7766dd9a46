"""Several things in one message: the first line that sums them up, and what is open besides. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from statusherd.model.delivery import Alert
from statusherd.model.words import ChangeKind as K
from statusherd.notify.languages import say
from statusherd.notify.markup import one_line
from statusherd.notify.retelling import retold_subject

_NAMED: Final = 6
"""So many that are open besides are told by name."""


def alone(alert: Alert) -> Alert:
    """Return the only news of a group as a message by itself, with what the message on it has to say."""
    part, said = alert.parts[0], alert.circumstances
    about = replace(part.circumstances, acknowledged=said.acknowledged, open_for=said.open_for)
    return replace(part, drill=alert.drill, circumstances=about)


def summed_up(alert: Alert, over: frozenset[K]) -> tuple[str, str]:
    """Return the mark and the rest of the first line; `over` are the kinds of Change that end something."""
    parts = alert.parts
    if not parts:  # a reminder
        prefix = f"{alert.vendor_title}: "  # the line begins with it
        return say("STILL OPEN"), _list([subject.removeprefix(prefix) for subject in alert.still_open])
    ended = sum(part.change.kind in over for part in parts)
    opened = sum(part.opens and part.change.kind not in over for part in parts)
    what = _counted(alert, over)
    if alert.change.kind is K.GROUP_ENDED:
        return say("ALL OVER"), say("{what}, nothing of it is open any more", what=what)
    if alert.still_open:
        what = say("{what}, {count} more still open", what=what, count=len(alert.still_open))
    worst = say("{what}, the worst is {title}", what=what, title=_title(parts[0]))
    if alert.change.kind is K.DIGEST:
        return say("DIGEST"), worst
    mark = say("OPENED") if opened == len(parts) else say("UPDATE")
    return mark, what if ended == len(parts) else worst


def _counted(alert: Alert, over: frozenset[K]) -> str:
    """Return how many of the parts opened, went on and ended."""
    ended = [part for part in alert.parts if part.change.kind in over]
    passing = sum(part.opens for part in ended)
    opened = sum(part.opens and part.change.kind not in over for part in alert.parts)
    updated = len(alert.parts) - opened - len(ended)
    counts = (
        say("{count} opened", count=opened) if opened else "",
        say("{count} updated", count=updated) if updated else "",
        say("{count} over", count=len(ended) - passing) if len(ended) > passing else "",
        say("{count} came and went", count=passing) if passing else "",
    )
    return ", ".join(filter(None, counts))


def _title(part: Alert) -> str:
    incident = part.change.incident
    titled = f'"{one_line(incident.title)}"' if incident and incident.title else ""
    return titled or one_line(retold_subject(part.thread.subject))


def group_notes(alert: Alert) -> Iterator[str]:
    """Yield what is open besides, or that all is over."""
    if alert.change.kind is K.GROUP_ENDED and len(alert.parts) == 1 and alert.number > 1:
        yield say("This was the last of it: nothing that was told in this thread is open any more.")
    if alert.still_open and alert.parts:
        yield say("Still open besides: {subjects}.", subjects=_list(alert.still_open))


def _list(subjects: Sequence[str]) -> str:
    named = [one_line(retold_subject(subject), 100) for subject in subjects[:_NAMED]]
    more = len(subjects) - _NAMED
    return "; ".join([*named, say("and {count} more", count=more)] if more > 0 else named)
