"""Incidents of ours and the vendors' trouble that explains them, between the store and the routing.

Who was told of an incident of ours is not woken a second time by what explains it: that waits behind it, and
is told apart where it goes beyond what was told, or outlives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from statusherd.model.delivery import Held, Reason
from statusherd.model.words import ChangeKind, Impact
from statusherd.notify.facts import Facts
from statusherd.notify.question import Question
from statusherd.notify.threads import incident_thread, own_thread, thread_id
from statusherd.notify.troubles import Trouble
from statusherd.setup import Setup
from statusherd.store import held as held_rows
from statusherd.store.explaining import Explained, explained


def with_links(conn: Connection, questions: Iterable[Question], setup: Setup) -> list[Question]:
    """Return questions with what is linked: what an incident explains, and who explains one of ours."""
    every = explained(conn)
    return [_linked(question, every, setup) for question in questions]


def _linked(question: Question, every: Sequence[Explained], setup: Setup) -> Question:
    change = question.change
    if change.ours is not None:
        number, answer = change.ours.incident.number, change.ours.answer
        vendors = [each.vendor for each in every if each.incident == number]
        vendors += [link.vendor for link in answer.links] if answer else []
        return replace(question, causes=tuple(_names(vendors, setup)))
    if change.incident is None:
        return question
    about = (change.vendor, change.incident.id)
    found = tuple(_trouble(each) for each in every if (each.vendor, each.cause) == about)
    return replace(question, troubles=(*question.troubles, *found)) if found else question


def _names(vendors: Iterable[str], setup: Setup) -> Iterator[str]:
    """Yield what routes may call vendors."""
    for name in dict.fromkeys(vendors):
        yield name
        if (vendor := setup.vendors.get(name)) is not None:
            yield vendor.title


def _trouble(each: Explained) -> Trouble:
    # How bad ours is was said by people or senders; a vendor's impact is not measured against it.
    return Trouble(own_thread(each.incident), each.opened_at, Impact.CRITICAL.rank, Reason.EXPLAINS)


def let_go(conn: Connection, question: Question, facts: Facts, now: datetime) -> None:
    """Let what waits behind an incident of ours that it does not explain any more be decided anew."""
    ours = question.change.ours
    if ours is None or ours.answer is None or question.change.kind is not ChangeKind.OUR_INCIDENT_UPDATED:
        return
    thread = thread_id(question.change)
    causes = {incident_thread(link.vendor, link.id) for link in ours.answer.links}
    freed = [replace(row, until=now) for row in facts.held.values() if _is_freed(row, thread, causes)]
    facts.held.update({(row.thread, row.channel): row for row in freed})
    held_rows.put(conn, freed)


def _is_freed(row: Held, thread: str, causes: set[str]) -> bool:
    return row.behind == thread and row.why is Reason.EXPLAINS and row.thread not in causes
