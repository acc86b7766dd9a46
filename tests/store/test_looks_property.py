"""For any run of looks: what was saved last is what is loaded, and the spans have no gap and no overlap."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import MINUTE, T0, change, snapshot

from statusherd.model.records import (
    Component,
    Disturbance,
    Known,
    KnownIncident,
    KnownMaintenance,
    Maintenance,
    Update,
    VendorIncident,
)
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.store import looks, spans
from statusherd.store.engine import Store
from statusherd.store.look_record import shown_status
from statusherd.store.looks import LookRecord

_words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
_ids = st.sampled_from(["a", "b", "ü", "' --", "🐑"])
_times = st.datetimes(timezones=st.just(T0.tzinfo), min_value=T0.replace(tzinfo=None))
_maybe_times = st.none() | _times
_several_ids = st.lists(_ids, max_size=3).map(tuple)
_updates = st.lists(st.builds(Update, _times, st.sampled_from(Phase), _words), max_size=2).map(tuple)


@st.composite
def _incidents(draw: st.DrawFn, id_: str) -> KnownIncident:
    told = VendorIncident(
        id_, draw(_words), draw(st.sampled_from(Impact)), draw(st.sampled_from(Phase)), updates=draw(_updates)
    )
    return KnownIncident(
        id=id_,
        phase=told.phase,
        impact=draw(st.sampled_from(Impact)),
        component_ids=draw(_several_ids),
        words=draw(_words),
        started_at=draw(_maybe_times),
        resolved_at=draw(_maybe_times),
        first_seen_at=draw(_times),
        stale=draw(st.booleans()),
        record=told if told.is_open else None,
    )


@st.composite
def _maintenances(draw: st.DrawFn, id_: str) -> KnownMaintenance:
    phase = draw(st.sampled_from(MaintenancePhase))
    told = Maintenance(id_, draw(_words), phase, draw(_maybe_times), component_ids=draw(_several_ids))
    record = None if phase.is_over else told
    return KnownMaintenance(
        id_, phase, draw(_maybe_times), draw(_maybe_times), draw(_words), draw(_times), record
    )


@st.composite
def _knowns(draw: st.DrawFn) -> Known:
    status = st.sampled_from(Status)
    parts = draw(st.lists(_ids, unique=True))
    return Known(
        vendor="acme",
        format=draw(st.none() | _words),
        first_seen_at=draw(_maybe_times),
        page_status=draw(st.none() | status),
        status=draw(status),
        components={
            id_: Component(
                id_, draw(_words), draw(st.none() | _words), draw(st.none() | _words), draw(status)
            )
            for id_ in parts
        },
        incidents={id_: draw(_incidents(id_)) for id_ in draw(st.lists(_ids, unique=True))},
        maintenances={id_: draw(_maintenances(id_)) for id_ in draw(st.lists(_ids, unique=True))},
        disturbance=draw(st.none() | st.builds(Disturbance, _times, status, st.none() | status)),
        failed_looks=draw(st.integers(0, 9)),
        failing_since=draw(_maybe_times),
        blind_since=draw(_maybe_times),
        suspicious_looks=draw(st.integers(0, 3)),
        rotten_filters=draw(_several_ids),
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(st.tuples(_knowns(), st.booleans()), min_size=1, max_size=5))
def test_what_was_saved_last_is_what_is_loaded(run: list[tuple[Known, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 's.db'}") as store:
        state = looks.StoredState(Known("acme"))
        for turn, (drawn, read) in enumerate(run):
            at = T0 + turn * MINUTE
            # The first failure lies between the look before and this one.
            after = drawn if drawn.blind_since is None else replace(drawn, blind_since=at)
            record = LookRecord(
                "acme", at, state.known, after, state.seq, snapshot(at) if read else None, (change(at=at),)
            )
            store.write_now(lambda conn, record=record: looks.save_look(conn, record))
            state = store.read_now(lambda conn: looks.load_state(conn, "acme"))
            assert state.known == after
            assert state.seq == turn + 1
        _check_spans(store, state.known)


def _check_spans(store: Store, last: Known) -> None:
    by_component = defaultdict(list)
    for span in store.read_now(lambda conn: spans.spans(conn, "acme", T0, None)):
        by_component[span.component_id].append(span)
    for found in by_component.values():
        for one, after in pairwise(found):
            assert one.ended_at is not None
            assert one.began_at <= one.ended_at <= after.began_at
    still = {name: found[-1].status for name, found in by_component.items() if found[-1].ended_at is None}
    wanted = {name: component.status for name, component in last.components.items()}
    assert still == wanted | {spans.WHOLE_VENDOR: shown_status(last)}
