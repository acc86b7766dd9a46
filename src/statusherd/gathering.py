"""Groups between the store and the routing: what is known of them, and what is told together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from statusherd.model.delivery import Held
from statusherd.notify.facts import Facts
from statusherd.notify.folding import fold
from statusherd.notify.reconsider import Reconsidered
from statusherd.notify.route import Routing
from statusherd.store import groups, outbox
from statusherd.store import held as held_rows


def parted(conn: Connection, due: Sequence[Held]) -> tuple[tuple[Held, ...], tuple[Held, ...]]:
    """Return of each group of which something is due all that waits, and what is due and in no group."""
    found = tuple(dict.fromkeys(row.group_thread for row in due if row.group_thread))
    return held_rows.of_groups(conn, found), tuple(row for row in due if not row.group_thread)


def learn(conn: Connection, facts: Facts, *, is_grouped: bool) -> None:
    """Bring what is known of groups into `facts`: all that are open where routes group, else the named."""
    named = {told.group_thread for told in facts.told.values() if told.group_thread}
    named |= {held.group_thread for held in facts.held.values() if held.group_thread}
    if not (named or is_grouped):
        return
    every = groups.every(conn)
    facts.groups.open = {(group.channel, group.key): group for group in every}
    facts.groups.until = groups.waiting(conn)
    threads, told = outbox.facts(conn, named | {group.thread.id for group in every})
    facts.threads.update({group.thread.id: group.thread for group in every} | threads)
    facts.told.update(told)


def keep(conn: Connection, facts: Facts) -> None:
    """Write down the groups that a batch began."""
    groups.put(conn, facts.groups.fresh)


def told_together(
    conn: Connection, answers: Iterable[tuple[str | None, Reconsidered]], facts: Facts, now: datetime
) -> Iterator[Routing]:
    """Yield what to write of each group; `answers` come with the thread of theirs."""
    gathered: dict[str, list[Routing]] = {}
    for thread, answer in answers:
        gathered.setdefault(thread or "", []).append(answer.routing)
    members = groups.members(conn, gathered.keys())
    for thread, several in gathered.items():
        found = fold(facts.threads[thread], several, members[thread], facts, now)
        yield found.routing
        if found.is_over:
            groups.end(conn, thread)
