"""Several messages to one channel become one, in the conversation of their group. Pure.

What was decided on each stays as it is; only the message is one. A group is over when nothing is open any
more that the channel heard of in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Circumstances, NewDelivery, Reason, Thread, Told
from statusherd.model.incidents import OurNews
from statusherd.model.pacing import Repeat
from statusherd.model.services import Touch
from statusherd.model.words import ChangeKind, Severity
from statusherd.notify.escalating import together
from statusherd.notify.facts import Facts
from statusherd.notify.grouping import is_digest
from statusherd.notify.headlines import ENDS, at_risk
from statusherd.notify.route import Routing, dedup_key

_TITLES: Final = 3
"""So many vendors are told by name in the first line."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What to write of a group; `is_over` where it has ended."""

    routing: Routing
    is_over: bool = False


def fold(
    thread: Thread, answers: Sequence[Routing], members: Mapping[str, str], facts: Facts, now: datetime
) -> Folded:
    """Return the answers with their messages as one of the group whose conversation `thread` is.

    `members` are the threads that were open in it, with their subjects. A digest is a conversation of one
    message, and what it told may be told elsewhere next.
    """
    facts.groups.until.pop(thread.id, None)
    deliveries = tuple(chain.from_iterable(answer.deliveries for answer in answers))
    if not deliveries:
        return Folded(_joined(answers))
    told = chain.from_iterable(answer.told for answer in answers)
    heard = tuple(told if is_digest(thread) else (replace(each, group_thread=thread.id) for each in told))
    is_open = {} if is_digest(thread) else _open(members, heard, facts)
    shown = {delivery.alert.thread.id for delivery in deliveries}
    channel, number = deliveries[0].channel, max(d.change_number or 0 for d in deliveries)
    before = facts.told.get((thread.id, channel))
    alert = group_alert(
        replace(_alert(thread, [each.alert for each in deliveries], now), number=_count(before) + 1),
        tuple(subject for member, subject in is_open.items() if member not in shown and member in members),
        is_over=not is_open,
    )
    # The number of the message, too: what it tells may have been told to others before.
    key = dedup_key(f"{thread.id}/{alert.number}", channel, number)
    last = Told(thread.id, channel, "", "", alert.number, ended=not is_open, at=now)
    facts.told.update({(fact.thread, fact.channel): fact for fact in (*heard, last)})
    whole = _joined(answers)
    routing = replace(
        whole,
        deliveries=(NewDelivery(channel, key, alert, now, number),),
        decisions=tuple(replace(d, message=key) if d.told else d for d in whole.decisions),
        threads=(*whole.threads, thread),
        told=(*heard, last),
        repeats=_repeats(answers, last, number),
    )
    return Folded(routing, is_over=not is_open)


def _joined(answers: Iterable[Routing]) -> Routing:
    every = tuple(answers)
    return Routing(
        deliveries=(),
        decisions=tuple(chain.from_iterable(each.decisions for each in every)),
        threads=tuple(chain.from_iterable(each.threads for each in every)),
        told=(),
        held=tuple(chain.from_iterable(each.held for each in every)),
        let_go=tuple(chain.from_iterable(each.let_go for each in every)),
        escalations=together(each.escalations for each in every),
    )


def _repeats(answers: Iterable[Routing], last: Told, number: int) -> tuple[Repeat, ...]:
    """Return the reminder of a group in place of those of its parts."""
    due = [repeat.due_at for answer in answers for repeat in answer.repeats]
    return () if last.ended or not due else (Repeat(last.thread, last.channel, number, min(due)),)


def _open(members: Mapping[str, str], heard: Iterable[Told], facts: Facts) -> dict[str, str]:
    """Return what is open in a group after a message, with its subject."""
    found = dict(members)
    for told in heard:
        if told.ended:
            found.pop(told.thread, None)
        else:
            found[told.thread] = facts.threads[told.thread].subject
    return found


def _count(before: Told | None) -> int:
    return before.messages if before else 0


def _alert(thread: Thread, parts: Sequence[Alert], now: datetime) -> Alert:
    """Return what the parts come to: as severe as the worst that is not over."""
    ordered = sorted(parts, key=_weight)
    worst = ordered[0]
    states = [part.change.status for part in parts]
    change = Change(
        thread.vendor,
        ChangeKind.GROUPED,
        now,
        "several changes are told together",
        status=max(states, key=lambda status: status.rank),
        since=thread.opened_at,
    )
    return Alert(
        thread, change, _titles(ordered), worst.severity, worst.severity_reason, 1,
        touches=_touches(ordered), circumstances=Circumstances(Reason.GROUPED), parts=tuple(ordered),
    )  # fmt: skip


def _weight(part: Alert) -> tuple[bool, Severity, bool, bool]:
    """Return by what parts are ordered; what a vendor says comes before a guess of ours."""
    kind = part.change.kind
    return kind in ENDS, part.severity, not at_risk(part), kind is ChangeKind.EARLY_WARNING


def group_alert(alert: Alert, still_open: tuple[str, ...], *, is_over: bool) -> Alert:
    """Return the alert of a group as it is kept: with its state, and no more of its parts than is shown."""
    over = ChangeKind.DIGEST if is_digest(alert.thread) else ChangeKind.GROUP_ENDED
    change = replace(alert.change, kind=over) if is_over else alert.change
    parts = alert.parts if len(alert.parts) == 1 else tuple(map(_in_short, alert.parts))
    return replace(alert, change=change, ends=is_over, parts=parts, still_open=still_open)


def _in_short(part: Alert) -> Alert:
    """Return a part without the vendor's words, and of what helps, of which a message on several has none."""
    change = part.change
    if change.ours is not None:
        short = OurNews(
            replace(change.ours.incident, text=""),
            change.ours.answer,
            change.ours.news,
            titles=change.ours.titles,
        )
        return replace(part, change=replace(change, ours=short))
    if change.incident is None:
        return part
    return replace(part, change=replace(change, incident=replace(change.incident, updates=())))


def _touches(parts: Sequence[Alert]) -> tuple[Touch, ...]:
    """Return the services that are at risk, each once, the most important first."""
    found = {touch.service: touch for part in reversed(parts) if at_risk(part) for touch in part.touches}
    return tuple(sorted(found.values(), key=lambda touch: (touch.tier, touch.service)))


def _titles(parts: Sequence[Alert]) -> str:
    titles = list(dict.fromkeys(part.vendor_title for part in parts))
    more = len(titles) - _TITLES
    return ", ".join(titles[:_TITLES]) + (f" and {more} more" if more > 0 else "")
