"""Overrides of rotations in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from store_samples import T0

from statusherd.model.oncall import Override
from statusherd.store import retention
from statusherd.store.engine import Store
from statusherd.store.oncall import add_override, overrides, remove_override

DAY = timedelta(days=1)
NIGHT = Override(0, "primary", "bob", T0, T0 + DAY, "a swap")


def put(store: Store, override: Override) -> int:
    return store.write_now(lambda conn: add_override(conn, override, T0))


def test_an_override_comes_back_as_it_was_made(store: Store) -> None:
    number = put(store, NIGHT)
    (found,) = store.read_now(overrides)
    assert found == replace(NIGHT, id=number, created_at=T0)
    assert found.begins_at.tzinfo is not None


def test_those_that_are_over_can_be_left_out(store: Store) -> None:
    later = replace(NIGHT, begins_at=T0 + 2 * DAY, ends_at=T0 + 3 * DAY)
    numbers = [put(store, NIGHT), put(store, later)]
    asked = {
        at: store.read_now(lambda conn, at=at: overrides(conn, at)) for at in (T0, T0 + DAY, T0 + 3 * DAY)
    }
    assert [[o.id for o in found] for found in asked.values()] == [numbers, numbers[1:], []]


def test_a_number_that_was_removed_is_never_given_again(store: Store) -> None:
    number = put(store, NIGHT)
    assert store.write_now(lambda conn: remove_override(conn, number))
    assert not store.write_now(lambda conn: remove_override(conn, number))
    assert put(store, NIGHT) > number


def test_overrides_long_over_are_let_go_of(store: Store) -> None:
    put(store, NIGHT)
    assert store.write_now(lambda conn: retention.prune(conn, T0 + 300 * DAY)) == 0
    assert store.write_now(lambda conn: retention.prune(conn, T0 + 500 * DAY)) == 1
    assert store.read_now(overrides) == ()
