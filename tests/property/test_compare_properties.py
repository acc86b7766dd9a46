"""What holds for every sequence of looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.errors import FailureKind, FetchError
from statusherd.model.records import Component, Coverage, Known, Maintenance, Snapshot, Update, VendorIncident
from statusherd.model.services import Dependency
from statusherd.model.status import effective_status
from statusherd.model.words import ChangeKind, Impact, MaintenancePhase, Phase, Status
from statusherd.watch.compare import Policy, compare
from statusherd.watch.compare_failures import compare_failure

T0 = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = Coverage(rollup=True, components=True, incidents=True, history=True, maintenances=True)
FAILURE = FetchError(FailureKind.TIMEOUT, "no answer in 20 s")

moments = st.integers(0, 10_000).map(lambda n: T0 + timedelta(minutes=n))
updates = st.builds(Update, moments, st.sampled_from(Phase), st.sampled_from(["", "We look.", "Fixed."]))


@st.composite
def incidents(draw: st.DrawFn) -> VendorIncident:
    phase = draw(st.sampled_from(Phase))
    return VendorIncident(
        id=draw(st.sampled_from(["a", "b", "c", "d"])),
        title=draw(st.sampled_from(["API errors", "Slow web"])),
        impact=draw(st.sampled_from(Impact)),
        phase=phase,
        started_at=draw(st.none() | moments),
        updated_at=draw(st.none() | moments),
        resolved_at=draw(moments) if phase is Phase.RESOLVED else None,
        component_ids=tuple(draw(st.sets(st.sampled_from(["c0", "c1"])))),
        updates=tuple(draw(st.lists(updates, max_size=3))),
    )


windows = st.builds(
    Maintenance,
    st.sampled_from(["m", "n"]),
    st.just("Move"),
    st.sampled_from(MaintenancePhase),
    st.none() | moments,
    st.none() | moments,
)


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    found = draw(st.lists(incidents(), max_size=4, unique_by=lambda i: i.id))
    components = tuple(
        Component(f"c{n}", f"C{n}", status=draw(st.sampled_from(Status)))
        for n in range(draw(st.integers(0, 6)))
    )
    maintenances = tuple(draw(st.lists(windows, max_size=2, unique_by=lambda m: m.id)))
    page = draw(st.none() | st.sampled_from(Status))
    return Snapshot(
        source="acme",
        format="statuspage",
        observed_at=T0,
        page_status=page,
        status=effective_status(page, components, found, maintenances),
        components=components,
        incidents=tuple(found),
        maintenances=maintenances,
        coverage=draw(st.just(WHOLE) | st.builds(Coverage, *[st.booleans()] * 5)),
    )


looks = st.lists(st.none() | snapshots(), max_size=8)
needs = st.sampled_from(
    [(), (Dependency("acme", "C0"),), (Dependency("acme", "C*"), Dependency("acme", "x"))]
)
policies = st.builds(
    Policy,
    accept_after=st.just(1),
    components=st.sampled_from([(), ("C0",), ("gone",)]),
    depended_on=needs,
)


def follow(steps: list[Snapshot | None], policy: Policy) -> tuple[Known, list]:
    known, changes = Known("acme"), []
    for minute, step in enumerate(steps):
        at = T0 + timedelta(minutes=minute)
        if step is None:
            done = compare_failure(known, FAILURE, at, policy)
        else:
            done = compare(known, replace(step, observed_at=at), policy)
        known = done.known
        changes += done.changes
    return known, changes


@given(looks, snapshots(), policies)
def test_replaying_a_snapshot_is_never_a_change(steps, last, policy) -> None:
    known, _ = follow([*steps, last], policy)
    again = compare(known, replace(last, observed_at=T0 + timedelta(minutes=len(steps))), policy)
    assert again.changes == ()
    assert again.known == known


@given(looks, policies, st.integers(1, 10))
def test_failed_looks_never_open_or_end_anything(steps, policy, failures) -> None:
    before, _ = follow(steps, policy)
    known, kinds = before, []
    for minute in range(failures):
        done = compare_failure(known, FAILURE, T0 + timedelta(hours=1, minutes=minute), policy)
        known = done.known
        kinds += [change.kind for change in done.changes]
    assert set(kinds) <= {ChangeKind.BLIND}
    assert len(kinds) <= 1
    assert known.incidents == before.incidents
    assert known.maintenances == before.maintenances
    assert (known.status, known.components) == (before.status, before.components)


@given(looks, snapshots(), policies)
def test_any_sequence_ends_in_the_state_of_its_last_whole_snapshot(steps, last, policy) -> None:
    whole = replace(last, coverage=WHOLE)
    known, _ = follow([*steps, whole], policy)
    assert known.status is whole.status
    assert known.page_status is whole.page_status
    assert dict(known.components) == {component.id: component for component in whole.components}
    assert {i.phase for i in known.incidents.values() if i.is_open} == {i.phase for i in whole.open_incidents}
    assert len([i for i in known.incidents.values() if i.is_open]) == len(whole.open_incidents)
    running = {m.id: m.phase for m in known.maintenances.values()}
    assert running == {m.id: m.phase for m in whole.maintenances}
    assert (known.failed_looks, known.blind_since) == (0, None)


@given(looks, policies)
def test_opened_and_ended_alternate_for_each_incident(steps, policy) -> None:
    _, changes = follow(steps, policy)
    begins = {ChangeKind.INCIDENT_OPENED, ChangeKind.INCIDENT_REOPENED}
    ends = {ChangeKind.INCIDENT_RESOLVED, ChangeKind.INCIDENT_WITHDRAWN}
    is_open: dict[str, bool] = {}
    for change in changes:
        if change.kind is ChangeKind.FIRST_LOOK:
            is_open |= {i.id: True for i in change.incidents}
        if change.kind in begins:
            assert not is_open.get(change.subject, False)
            is_open[change.subject] = True
        if change.kind in ends:
            assert is_open[change.subject]
            is_open[change.subject] = False


@given(looks, policies)
def test_a_disturbance_opens_once_and_ends_once(steps, policy) -> None:
    known, changes = follow(steps, policy)
    is_open: dict[str, bool] = {}
    for change in changes:
        if change.kind is ChangeKind.DISTURBANCE_OPENED:
            assert not any(is_open.values())
            assert change.subject not in is_open
            is_open[change.subject] = True
        if change.kind is ChangeKind.DISTURBANCE_ENDED:
            is_open[change.subject] = False
    assert any(is_open.values()) <= (known.disturbance is not None)


@given(looks, policies)
def test_blind_and_sighted_alternate(steps, policy) -> None:
    _, changes = follow(steps, policy)
    words = [c.kind for c in changes if c.kind in (ChangeKind.BLIND, ChangeKind.SIGHTED)]
    assert all(word is (ChangeKind.BLIND, ChangeKind.SIGHTED)[n % 2] for n, word in enumerate(words))
