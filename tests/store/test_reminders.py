"""Reminders in the store: one a thread and channel, due in time, moved and dropped."""

from __future__ import annotations

from dataclasses import replace

from store_samples import MINUTE, T0

from statusherd.model.reminders import Reminder
from statusherd.store import reminders
from statusherd.store.engine import Store

FIRST = Reminder("acme/maintenance/1", "acme", "1", T0 + 60 * MINUTE, T0 + 10 * MINUTE)


def test_the_next_reminder_of_a_thread_is_kept_and_due_in_time(store: Store) -> None:
    late = replace(FIRST, channel="mail", due_at=T0 + 20 * MINUTE)
    store.write_now(lambda conn: reminders.put(conn, [late, FIRST]))
    assert store.read_now(reminders.next_due) == FIRST.due_at
    assert store.read_now(lambda conn: reminders.of(conn, FIRST.thread)) == FIRST
    for minutes, found in ((9, ()), (10, (FIRST,)), (20, (FIRST, late))):
        now = T0 + minutes * MINUTE
        assert store.write_now(lambda conn, now=now: reminders.due(conn, now, 10)) == found


def test_a_reminder_takes_the_place_of_the_one_before_and_is_dropped(store: Store) -> None:
    moved = replace(FIRST, due_at=T0 + 30 * MINUTE)
    late = replace(FIRST, channel="mail")
    store.write_now(lambda conn: reminders.put(conn, [FIRST, late]))
    store.write_now(lambda conn: reminders.put(conn, [moved]))
    assert store.read_now(lambda conn: reminders.of(conn, FIRST.thread)) == moved
    store.write_now(lambda conn: reminders.drop(conn, FIRST.thread, "mail"))
    assert store.read_now(reminders.next_due) == moved.due_at
    store.write_now(lambda conn: reminders.drop(conn, FIRST.thread))
    assert store.read_now(reminders.next_due) is None
    assert store.read_now(lambda conn: reminders.of(conn, FIRST.thread)) is None
