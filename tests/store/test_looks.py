"""Looks: only the difference is written, and what was written is what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from store_samples import MINUTE, T0, change, incident, known, remembered, snapshot

from statusherd.model.errors import FailureKind
from statusherd.model.records import Disturbance, Known, KnownMaintenance, Maintenance
from statusherd.model.words import ChangeKind, Impact, MaintenancePhase, Phase, Status
from statusherd.store import bodies, changes, glance, looks, spans, state
from statusherd.store.engine import Store
from statusherd.store.errors import StaleLookError
from statusherd.store.looks import LookFailure, LookRecord, StoredValidators

UP, DEGRADED, DOWN = Status.OPERATIONAL, Status.DEGRADED, Status.MAJOR_OUTAGE


def _save(
    store: Store, before: Known, after: Known, seq: int, at: datetime = T0, **more: Any
) -> tuple[int, ...]:
    more.setdefault("snapshot", snapshot(at))
    record = LookRecord(after.vendor, at, before, after, seq, **more)
    return store.write_now(lambda conn: looks.save_look(conn, record))


def _load(store: Store, vendor: str = "acme") -> looks.StoredState:
    return store.read_now(lambda conn: looks.load_state(conn, vendor))


def test_a_vendor_never_looked_at_is_known_by_name_only(store: Store) -> None:
    assert _load(store) == looks.StoredState(Known("acme"), seq=0)


def test_what_was_saved_is_what_is_loaded(store: Store) -> None:
    told = incident(component_ids=("c0", "ü"), url="https://acme.example/i1")
    window = Maintenance("m1", "Move", MaintenancePhase.SCHEDULED, T0, T0 + 60 * MINUTE)
    after = replace(
        known("acme", UP, DOWN, status=DOWN),
        incidents={"i1": remembered(told), "i0": remembered(incident("i0", Phase.RESOLVED))},
        maintenances={
            "m1": KnownMaintenance("m1", window.phase, window.starts_at, window.ends_at, "w", T0, window)
        },
        disturbance=Disturbance(T0, DOWN),
        suspicious_looks=2,
        rotten_filters=("gone*", "Ä"),
    )
    validators = (StoredValidators("https://acme.example/api", '"etag"', None, "abc"),)
    _save(store, Known("acme"), after, 0, validators=validators, rereads_at=T0 + MINUTE)
    wanted = looks.StoredState(after, 1, T0, T0, T0 + MINUTE, validators)
    assert _load(store) == wanted
    assert store.read_now(looks.load_all) == {"acme": wanted}


def test_changes_are_numbered_in_their_order(store: Store) -> None:
    first = _save(store, Known("acme"), known(), 0, changes=(change(), change(kind=ChangeKind.BLIND)))
    second = _save(store, known(), known(), 1, changes=(change(),))
    assert list(first + second) == sorted({*first, *second})


def test_a_look_at_a_state_that_somebody_changed_stores_nothing(store: Store) -> None:
    _save(store, Known("acme"), known(), 0)
    for seq in (0, 2):
        with pytest.raises(StaleLookError, match="acme"):
            _save(store, known(), known(status=DOWN), seq, changes=(change(),))
    assert _load(store).known.status is UP
    assert store.read_now(changes.changes_of) == ()


def test_only_rows_that_differ_are_written(sqlite_store: Store) -> None:
    before = known("acme", *[UP] * 85)
    _save(sqlite_store, Known("acme"), before, 0)
    moved = {**before.components, "c3": replace(before.components["c3"], status=DOWN)}
    written = _rows_written(sqlite_store)
    _save(sqlite_store, before, replace(before, components=moved), 1, changes=(change(),))
    # vendor_state, the component, its old and new span, the change
    assert written() == 5


def test_a_look_that_changed_nothing_writes_only_when_it_was(store: Store) -> None:
    _save(store, Known("acme"), known("acme", UP), 0)
    before = _load(store)
    seen = T0 + MINUTE
    store.write_now(lambda conn: looks.touch_seen(conn, {"acme": seen, "unheard of": seen}))
    assert _load(store) == replace(before, seen_at=seen)


def test_the_last_seen_time_never_goes_back(store: Store) -> None:
    _save(store, Known("acme"), known(), 0)
    for at in (T0 + 5 * MINUTE, T0 + MINUTE):
        store.write_now(lambda conn, at=at: looks.touch_seen(conn, {"acme": at}))
    assert _load(store).seen_at == T0 + 5 * MINUTE


def _rows_written(store: Store) -> Any:
    count = store.write_now(lambda conn: conn.exec_driver_sql("SELECT total_changes()").scalar())
    return lambda: (
        store.write_now(lambda conn: conn.exec_driver_sql("SELECT total_changes()").scalar()) - count
    )


def test_a_failed_look_keeps_the_state_and_says_why(store: Store) -> None:
    validators = (StoredValidators("u", "e"),)
    _save(store, Known("acme"), known("acme", UP), 0, validators=validators, rereads_at=T0 + 9 * MINUTE)
    at = T0 + MINUTE
    failing = replace(known("acme", UP), failed_looks=1, failing_since=at)
    failure = LookFailure(FailureKind.TIMEOUT, "no answer in 20 s")
    _save(store, known("acme", UP), failing, 1, at, snapshot=None, failure=failure)
    loaded = _load(store)
    assert loaded.known == failing
    assert (loaded.seen_at, loaded.changed_at, loaded.rereads_at) == (T0, at, T0 + 9 * MINUTE)
    assert loaded.validators == validators
    (row,) = store.read_now(glance.vendor_rows)
    assert (row.error_kind, row.error) == ("timeout", "no answer in 20 s")
    _save(store, failing, known("acme", UP), 2, at + MINUTE)
    (row,) = store.read_now(glance.vendor_rows)
    assert (row.error_kind, row.error, row.failing_since) == (None, None, None)


def test_components_that_left_the_page_are_gone_and_their_time_has_ended(store: Store) -> None:
    before, after = known("acme", UP, UP), known("acme", UP)
    _save(store, Known("acme"), before, 0)
    _save(store, before, after, 1, T0 + MINUTE)
    assert _load(store).known == after
    (span,) = store.read_now(lambda conn: spans.spans(conn, "acme", T0, "c1"))
    assert span == spans.Span("c1", UP, T0, T0 + MINUTE)


def test_spans_follow_each_other_and_add_up(store: Store) -> None:
    states = (UP, DEGRADED, DOWN, UP)
    before, at = Known("acme"), T0
    for seq, status in enumerate(states):
        after = known("acme", status, UP, status=status)
        at = T0 + 10 * seq * MINUTE
        _save(store, before, after, seq, at)
        before = after
    for part in ("c0", spans.WHOLE_VENDOR):
        found = store.read_now(lambda conn, part=part: spans.spans(conn, "acme", T0, part))
        assert [span.status for span in found] == list(states)
        assert all(one.ended_at == next_.began_at for one, next_ in pairwise(found))
        assert found[-1].ended_at is None
        sums = spans.time_by_status(found, T0 + 5 * MINUTE, T0 + 45 * MINUTE)
        assert sums == {UP: 20 * MINUTE, DEGRADED: 10 * MINUTE, DOWN: 10 * MINUTE}
    (whole,) = store.read_now(lambda conn: spans.spans(conn, "acme", T0, "c1"))
    assert whole == spans.Span("c1", UP, T0, None)
    late = store.read_now(lambda conn: spans.spans(conn, "acme", T0 + 25 * MINUTE, None))
    assert {(span.component_id, span.status) for span in late} == {
        ("c0", DOWN), ("c0", UP), ("", DOWN), ("", UP), ("c1", UP),
    }  # fmt: skip


def test_time_in_the_dark_is_unknown_from_the_first_failure_on(store: Store) -> None:
    up = known("acme", UP)
    _save(store, Known("acme"), up, 0)
    failing = replace(up, failed_looks=1, failing_since=T0 + MINUTE)
    _save(store, up, failing, 1, T0 + MINUTE, snapshot=None)
    blind = replace(failing, failed_looks=3, blind_since=T0 + MINUTE)
    _save(store, failing, blind, 2, T0 + 3 * MINUTE, snapshot=None)
    _save(store, blind, up, 3, T0 + 9 * MINUTE)
    found = store.read_now(lambda conn: spans.spans(conn, "acme", T0))
    assert spans.time_by_status(found, T0, T0 + 10 * MINUTE) == {UP: 2 * MINUTE, Status.UNKNOWN: 8 * MINUTE}
    (row,) = store.read_now(glance.vendor_rows)
    assert row.since == T0 + 9 * MINUTE


def test_a_clock_that_was_set_back_makes_no_negative_time(store: Store) -> None:
    _save(store, Known("acme"), known(), 0)
    _save(store, known(), known(status=DOWN), 1, T0 - 60 * MINUTE)
    first, second = sorted(
        store.read_now(lambda conn: spans.spans(conn, "acme", T0 - 99 * MINUTE)),
        key=lambda s: s.ended_at is None,
    )
    assert first.ended_at == first.began_at
    assert second.ended_at is None


def test_a_resolved_incident_keeps_the_vendors_words(store: Store) -> None:
    told = incident(component_ids=("c0",))
    opened = replace(known(), incidents={"i1": remembered(told)})
    _save(store, Known("acme"), opened, 0)
    over = replace(told, phase=Phase.RESOLVED, resolved_at=T0 + MINUTE, title="API errors, over")
    resolved = replace(known(), incidents={"i1": remembered(over)})
    _save(store, opened, resolved, 1, T0 + MINUTE, changes=(change(incident=over),))
    (found,) = store.read_now(lambda conn: state.incidents_of(conn, "acme"))
    assert found.incident == over
    assert store.read_now(lambda conn: state.incidents_of(conn, open_only=True)) == ()
    assert _load(store).known == resolved


def test_what_the_comparison_concluded_outweighs_the_vendors_words(store: Store) -> None:
    told = incident(impact=Impact.UNKNOWN)
    concluded = replace(remembered(told), impact=Impact.CRITICAL)
    _save(store, Known("acme"), replace(known(), incidents={"i1": concluded}), 0)
    (found,) = store.read_now(lambda conn: state.incidents_of(conn, open_only=True))
    assert found.incident.impact is Impact.CRITICAL
    assert found.vendor == "acme"


def test_an_incident_that_is_no_longer_remembered_stays_in_the_history(store: Store) -> None:
    over = incident("i0", Phase.RESOLVED)
    before = replace(known(), incidents={"i0": remembered(over)})
    _save(store, Known("acme"), before, 0, snapshot=snapshot(incidents=(over,)))
    _save(store, before, known(), 1, T0 + MINUTE)
    assert _load(store).known == known()
    (found,) = store.read_now(lambda conn: state.incidents_of(conn, "acme"))
    assert found.incident == over


def test_lists_are_the_newest_first(store: Store) -> None:
    many = {f"i{n}": remembered(incident(f"i{n}", started_at=T0 + n * MINUTE)) for n in range(5)}
    _save(store, Known("acme"), replace(known(), incidents=many), 0)
    found = store.read_now(lambda conn: state.incidents_of(conn, "acme", limit=2))
    assert [each.incident.id for each in found] == ["i4", "i3"]


def test_maintenances_are_listed_while_they_are_ahead(store: Store) -> None:
    ahead = Maintenance("m1", "Move", MaintenancePhase.SCHEDULED, T0, None)
    over = Maintenance("m0", "Moved", MaintenancePhase.COMPLETED, T0 - MINUTE, T0)
    both = {
        m.id: KnownMaintenance(m.id, m.phase, m.starts_at, m.ends_at, "w", T0, None if m.phase.is_over else m)
        for m in (ahead, over)
    }
    after = replace(known(), maintenances=both)
    _save(store, Known("acme"), after, 0, snapshot=snapshot(maintenances=(ahead, over)))
    assert _load(store).known == after
    listed = store.read_now(lambda conn: state.maintenances_of(conn, "acme"))
    assert [each.maintenance for each in listed] == [ahead, over]
    (next_,) = store.read_now(lambda conn: state.maintenances_of(conn, ahead=True))
    assert next_.maintenance == ahead


def test_components_are_listed_as_the_page_does(store: Store) -> None:
    after = known("acme", *[UP] * 12)
    _save(store, Known("acme"), after, 0)
    listed = store.read_now(lambda conn: state.components_of(conn, "acme"))
    assert listed == tuple(after.components.values())


def test_a_forgotten_vendor_is_new_again_and_keeps_its_history(store: Store) -> None:
    after = replace(known("acme", UP), incidents={"i1": remembered(incident())})
    _save(store, Known("acme"), after, 0, changes=(change(),))
    gone = T0 + MINUTE
    store.write_now(lambda conn: looks.forget_vendor(conn, "acme", gone))
    assert _load(store) == looks.StoredState(Known("acme"))
    assert store.read_now(glance.vendor_rows) == ()
    assert store.read_now(lambda conn: state.incidents_of(conn, open_only=True)) == ()
    assert len(store.read_now(lambda conn: state.incidents_of(conn, "acme"))) == 1
    assert len(store.read_now(lambda conn: changes.changes_of(conn, "acme"))) == 1
    assert {s.ended_at for s in store.read_now(lambda conn: spans.spans(conn, "acme", T0, None))} == {gone}
    _save(store, Known("acme"), after, 0, T0 + 2 * MINUTE)
    assert _load(store).known == after


def test_bodies_are_kept_and_given_back_as_they_were(store: Store) -> None:
    read = (("https://acme.example/a", b"{}" * 50_000), ("https://acme.example/b", b""))
    packed = tuple((url, bodies.packed(body)) for url, body in read)
    _save(store, Known("acme"), known(), 0, bodies=packed)
    _save(store, known(), known(status=DOWN), 1, T0 + MINUTE, bodies=packed[:1])
    kept = store.read_now(lambda conn: bodies.kept_bodies(conn, "acme", T0))
    assert [(each.at, each.url, each.body) for each in kept] == [
        (T0, *read[0]), (T0, *read[1]), (T0 + MINUTE, *read[0]),
    ]  # fmt: skip
    assert len(store.read_now(lambda conn: bodies.kept_bodies(conn, "acme", T0, T0))) == 2


def test_text_that_no_database_takes_is_replaced(store: Store) -> None:
    ugly = "a\ud800b\0c"
    told = incident(title=ugly)
    after = replace(known(), incidents={"i1": remembered(told)}, rotten_filters=(ugly,))
    numbers = _save(
        store, Known("acme"), after, 0,
        snapshot=snapshot(page_name=ugly), changes=(change(incident=told, after=ugly),),
    )  # fmt: skip
    logged = store.read_now(lambda conn: changes.change_numbered(conn, numbers[0]))
    assert logged is not None
    assert logged.change.incident is not None
    assert logged.change.incident.title.startswith("a?b")
    (row,) = store.read_now(glance.vendor_rows)
    assert row.title == "a?b\ufffdc"
    assert _load(store).known.incidents["i1"].phase is Phase.INVESTIGATING


def test_the_list_of_vendors_says_all_in_one_line_each(store: Store, any_url: str) -> None:
    after = replace(known("acme", status=DEGRADED), incidents={"i1": remembered(incident())})
    page = snapshot(page_name="Acme Inc", page_url="https://status.acme.example")
    _save(store, Known("acme"), after, 0, snapshot=page)
    _save(store, Known("zeta"), known("zeta"), 0, title="Zeta")
    wanted = glance.VendorRow(
        name="acme",
        title="Acme Inc",
        status=DEGRADED,
        since=T0,
        page_status=DEGRADED,
        open_incidents=1,
        seen_at=T0,
        failing_since=None,
        blind_since=None,
        error_kind=None,
        error=None,
        page_url="https://status.acme.example",
    )
    rows = store.read_now(glance.vendor_rows)
    assert rows[0] == wanted
    assert [row.title for row in rows] == ["Acme Inc", "Zeta"]
    assert glance.glance(any_url) == rows


def test_many_vendors_are_loaded_in_four_queries(sqlite_store: Store) -> None:
    for number in range(30):
        name = f"v{number}"
        _save(sqlite_store, Known(name), known(name, UP, UP), 0)
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    def load(conn: Connection) -> int:
        event.listen(conn, "before_cursor_execute", note)
        return len(looks.load_all(conn))

    assert sqlite_store.read_now(load) == 30
    assert len(asked) == 4


def test_a_vendor_named_like_an_attack_is_stored_to_the_letter(store: Store) -> None:
    name = "'; DROP TABLE change; --\n\u202e" + "x" * 10_000
    _save(store, Known(name), known(name), 0, changes=(change(name),))
    assert _load(store, name).known == known(name)
    assert store.read_now(lambda conn: conn.scalar(text("SELECT count(*) FROM change"))) == 1
