"""The truth table of the comparison: what was known, what a look shows, what has happened."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.errors import FailureKind, FetchError
from statusherd.model.records import (
    Component,
    Coverage,
    Known,
    Maintenance,
    Snapshot,
    Update,
    VendorIncident,
)
from statusherd.model.services import Dependency
from statusherd.model.status import effective_status
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.compare import Policy, compare, needs_history
from statusherd.watch.compare_failures import compare_failure

T0 = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SUMMARY = Coverage(rollup=True, components=True, incidents=True, maintenances=True)
WITH_HISTORY = replace(SUMMARY, history=True)
FEED = Coverage(incidents=True, history=True)
API = Component("c1", "API", status=Status.OPERATIONAL)
WEB = Component("c2", "Web", status=Status.OPERATIONAL)
MAIL = Component("c3", "Mail", status=Status.OPERATIONAL)
DNS = Component("c4", "DNS", status=Status.OPERATIONAL)
PAGE = (API, WEB, MAIL, DNS)


def incident(
    key: str = "i1",
    phase: Phase = Phase.INVESTIGATING,
    impact: Impact = Impact.MAJOR,
    *texts: str,
    **facts: object,
) -> VendorIncident:
    updates = tuple(
        Update(T0 + n * MINUTE, Phase.INVESTIGATING, text) for n, text in enumerate(texts or ("We look.",))
    )
    over = T0 + 30 * MINUTE if phase is Phase.RESOLVED else None
    base = VendorIncident(
        key, "API errors", impact, phase, T0 - 5 * MINUTE, T0, over, ("c1",), updates=updates
    )
    return replace(base, **facts)


def window(phase: MaintenancePhase, **facts: object) -> Maintenance:
    base = Maintenance("m1", "Database move", phase, T0 + 60 * MINUTE, T0 + 120 * MINUTE)
    return replace(base, **facts)


def look(
    minute: int,
    *incidents: VendorIncident,
    page: Status | None = Status.OPERATIONAL,
    components: tuple[Component, ...] = PAGE,
    maintenances: tuple[Maintenance, ...] = (),
    coverage: Coverage = SUMMARY,
    format: str = "statuspage",  # noqa: A002 - the record's own word
) -> Snapshot:
    return Snapshot(
        source="acme",
        format=format,
        observed_at=T0 + minute * MINUTE,
        page_status=page,
        status=effective_status(page, components, incidents, maintenances),
        components=components,
        incidents=incidents,
        maintenances=maintenances,
        coverage=coverage,
    )


def broken(component: Component, status: Status = Status.MAJOR_OUTAGE) -> Component:
    return replace(component, status=status)


@dataclass(frozen=True)
class Row:
    """Looks one after the other; the kinds that the last of them makes, with facets where they matter."""

    says: str
    looks: tuple[Snapshot, ...]
    kinds: tuple[K, ...]
    facets: tuple[str, ...] | None = None
    policy: Policy = field(default_factory=Policy)


NEEDS_API = Policy(depended_on=(Dependency("acme", "API"),))
QUIET = look(0)
OPEN = look(1, incident(), page=Status.PARTIAL_OUTAGE, components=(broken(API), WEB, MAIL, DNS))
RESOLVED = incident(phase=Phase.RESOLVED)

TABLE = [
    Row("a first look without trouble is noted", (QUIET,), (K.FIRST_LOOK,)),
    Row("open incidents of a first look ride along in one change", (OPEN,), (K.FIRST_LOOK,)),
    Row(
        "history of a first look is stored silently",
        (look(0, RESOLVED, coverage=WITH_HISTORY),),
        (K.FIRST_LOOK,),
    ),
    Row("the same look again is nothing", (QUIET, look(1)), ()),
    Row(
        "an incident names further regions",
        (QUIET, look(1, incident(regions=("eu",))), look(2, incident(regions=("eu", "us")))),
        (K.INCIDENT_UPDATED,),
        ("regions",),
    ),
    Row(
        "a component that services need falls alone",
        (QUIET, look(1, components=(broken(API), WEB, MAIL, DNS))),
        (K.DISTURBANCE_OPENED, K.COMPONENT_CHANGED),
        None,
        NEEDS_API,
    ),
    Row(
        "another component falls alone",
        (QUIET, look(1, components=(API, broken(WEB), MAIL, DNS))),
        (K.COMPONENT_CHANGED,),
        None,
        NEEDS_API,
    ),
    Row(
        "a component that services need in another region falls",
        (QUIET, look(1, components=(replace(broken(API), region="us"), WEB, MAIL, DNS))),
        (K.COMPONENT_CHANGED,),
        None,
        Policy(depended_on=(Dependency("acme", "API", "eu"),)),
    ),
    Row(
        "an incident on a component that services need tells it",
        (QUIET, OPEN),
        (K.INCIDENT_OPENED, K.COMPONENT_CHANGED),
        None,
        NEEDS_API,
    ),
    Row(
        "a page-wide incident tells it too",
        (QUIET, look(1, incident(component_ids=()), components=(broken(API), WEB, MAIL, DNS))),
        (K.INCIDENT_OPENED, K.COMPONENT_CHANGED),
        None,
        NEEDS_API,
    ),
    Row(
        "the page follows a component that services need",
        (
            QUIET,
            look(1, components=(broken(API), WEB, MAIL, DNS)),
            look(2, page=Status.DEGRADED, components=(broken(API), WEB, MAIL, DNS)),
        ),
        (),
        None,
        NEEDS_API,
    ),
    Row(
        "a component that services need recovers on a page that is otherwise in trouble",
        (
            QUIET,
            look(1, incident(component_ids=("c2",)), page=Status.DEGRADED),
            look(
                2,
                incident(component_ids=("c2",)),
                page=Status.DEGRADED,
                components=(broken(API), WEB, MAIL, DNS),
            ),
            look(3, incident(component_ids=("c2",)), page=Status.DEGRADED),
        ),
        (K.DISTURBANCE_ENDED, K.COMPONENT_CHANGED),
        None,
        NEEDS_API,
    ),
    Row("the same trouble again is nothing", (QUIET, OPEN, replace(OPEN, observed_at=T0)), ()),
    Row(
        "an incident opens and its component breaks",
        (QUIET, OPEN),
        (K.INCIDENT_OPENED, K.COMPONENT_CHANGED),
    ),
    Row(
        "an incident without impact is told all the same",
        (QUIET, look(1, incident(impact=Impact.NONE))),
        (K.INCIDENT_OPENED,),
    ),
    Row(
        "only updated_at moves",
        (look(0, incident()), look(1, incident(updated_at=T0 + MINUTE))),
        (),
    ),
    Row(
        "only white space and order move",
        (
            look(0, incident("i1", Phase.INVESTIGATING, Impact.MAJOR, "a b", "c")),
            look(1, incident("i1", Phase.INVESTIGATING, Impact.MAJOR, "c", "a  b")),
        ),
        (),
    ),
    Row(
        "the phase moves on",
        (look(0, incident()), look(1, incident(phase=Phase.IDENTIFIED))),
        (K.INCIDENT_UPDATED,),
        ("phase",),
    ),
    Row(
        "the impact rises",
        (look(0, incident()), look(1, incident(impact=Impact.CRITICAL))),
        (K.INCIDENT_UPDATED,),
        ("impact",),
    ),
    Row(
        "an unknown impact takes nothing back",
        (look(0, incident()), look(1, incident(impact=Impact.UNKNOWN))),
        (),
    ),
    Row(
        "more components are affected",
        (look(0, incident()), look(1, incident(component_ids=("c1", "c2")))),
        (K.INCIDENT_UPDATED,),
        ("components",),
    ),
    Row(
        "a text is added",
        (
            look(0, incident()),
            look(1, incident("i1", Phase.INVESTIGATING, Impact.MAJOR, "We look.", "Still.")),
        ),
        (K.INCIDENT_UPDATED,),
        ("text",),
    ),
    Row(
        "the vendor resolves it",
        (look(0, incident()), look(31, RESOLVED, coverage=WITH_HISTORY)),
        (K.INCIDENT_RESOLVED,),
    ),
    Row("gone from a list that speaks for it", (look(0, incident()), look(1)), (K.INCIDENT_RESOLVED,)),
    Row(
        "gone from documents that do not list incidents",
        (look(0, incident()), look(1, coverage=Coverage(rollup=True))),
        (),
    ),
    Row(
        "gone from the list and from a history that reaches back",
        (
            look(0, incident()),
            look(
                1, incident("old", Phase.RESOLVED, started_at=T0 - timedelta(days=9)), coverage=WITH_HISTORY
            ),
        ),
        (K.INCIDENT_RECORDED, K.INCIDENT_WITHDRAWN),
    ),
    Row(
        "pushed out of a feed by newer entries",
        (
            look(0, incident(), coverage=FEED, page=None, components=()),
            look(
                9,
                incident("i2", Phase.RESOLVED, title="Newer", started_at=T0 + MINUTE),
                coverage=FEED,
                page=None,
                components=(),
            ),
        ),
        (K.INCIDENT_RECORDED,),
    ),
    Row(
        "gone from a feed that is empty",
        (
            look(0, incident(), coverage=FEED, page=None, components=()),
            look(9, coverage=FEED, page=None, components=()),
        ),
        (K.INCIDENT_RESOLVED,),
    ),
    Row(
        "resolved and open again",
        (look(0, RESOLVED, coverage=WITH_HISTORY), look(40, incident())),
        (K.INCIDENT_REOPENED,),
    ),
    Row(
        "a resolved incident leaves the list",
        (look(0, RESOLVED, coverage=WITH_HISTORY), look(40)),
        (),
    ),
    Row(
        "retro-posted: over when first seen",
        (QUIET, look(40, RESOLVED, coverage=WITH_HISTORY)),
        (K.INCIDENT_RECORDED,),
    ),
    Row(
        "a postmortem is added after the end",
        (
            look(0, RESOLVED, coverage=WITH_HISTORY),
            look(50, incident("i1", Phase.RESOLVED, Impact.MAJOR, "We look.", "Why."), coverage=WITH_HISTORY),
        ),
        (K.INCIDENT_EDITED,),
        ("text",),
    ),
    Row(
        "back-dated after the end",
        (
            look(0, RESOLVED, coverage=WITH_HISTORY),
            look(50, replace(RESOLVED, started_at=T0 - 99 * MINUTE), coverage=WITH_HISTORY),
        ),
        (K.INCIDENT_EDITED,),
        ("start",),
    ),
    Row(
        "an id that churns is one incident",
        (look(0, incident("i1")), look(1, incident("i2"))),
        (),
    ),
    Row(
        "the page moves to another platform: history and open incident are kept",
        (look(0, incident("i1")), look(1, incident("01J"), format="incidentio")),
        (K.SOURCE_MOVED,),
    ),
    Row(
        "a twin that is open beside the first is another incident",
        (look(0, incident("i1")), look(1, incident("i1"), incident("i2"))),
        (K.INCIDENT_OPENED,),
    ),
    Row(
        "an open incident that nobody touches grows stale once",
        (look(0, incident()), look(60 * 24 * 31, incident())),
        (K.INCIDENT_STALE,),
    ),
    Row(
        "stale is said once",
        (look(0, incident()), look(60 * 24 * 31, incident()), look(60 * 24 * 32, incident())),
        (),
    ),
    Row(
        "the rollup falls and nothing is posted",
        (QUIET, look(1, page=Status.DEGRADED)),
        (K.DISTURBANCE_OPENED,),
    ),
    Row(
        "a component breaks and the rollup does not move",
        (QUIET, look(1, components=(broken(API), WEB, MAIL, DNS))),
        (K.COMPONENT_CHANGED,),
    ),
    Row(
        "the selected component breaks, the rollup does not move",
        (QUIET, look(1, components=(broken(API), WEB, MAIL, DNS))),
        (K.DISTURBANCE_OPENED, K.COMPONENT_CHANGED),
        policy=Policy(components=("api",)),
    ),
    Row(
        "another component than the selected one breaks, and the rollup with it",
        (QUIET, look(1, page=Status.DEGRADED, components=(API, broken(WEB), MAIL, DNS))),
        (K.COMPONENT_CHANGED,),
        policy=Policy(components=("api",)),
    ),
    Row(
        "a disturbance worsens",
        (QUIET, look(1, page=Status.DEGRADED), look(2, page=Status.MAJOR_OUTAGE)),
        (K.DISTURBANCE_CHANGED,),
    ),
    Row(
        "a disturbance ends",
        (QUIET, look(1, page=Status.DEGRADED), look(2)),
        (K.DISTURBANCE_ENDED,),
    ),
    Row(
        "a disturbance ends into maintenance",
        (QUIET, look(1, page=Status.DEGRADED), look(2, page=Status.MAINTENANCE)),
        (K.DISTURBANCE_ENDED,),
    ),
    Row(
        "an incident takes a disturbance over",
        (QUIET, look(1, page=Status.DEGRADED), look(2, incident(), page=Status.DEGRADED)),
        (K.INCIDENT_OPENED, K.DISTURBANCE_ENDED),
        ("taken_over",),
    ),
    Row(
        "the rollup lags behind the end of an incident",
        (QUIET, OPEN, look(2, page=Status.DEGRADED, components=(broken(API), WEB, MAIL, DNS))),
        (K.INCIDENT_RESOLVED,),
    ),
    Row(
        "a forgotten incident does not explain new trouble",
        (look(0, incident()), look(60 * 25, incident(), page=Status.MAJOR_OUTAGE)),
        (K.DISTURBANCE_OPENED,),
    ),
    Row(
        "a rollup that becomes unreadable is no trouble",
        (QUIET, look(1, page=Status.UNKNOWN)),
        (),
    ),
    Row(
        "a rollup that becomes readable again is no fall",
        (look(0, page=Status.UNKNOWN), look(1, page=Status.DEGRADED)),
        (),
    ),
    Row(
        "a maintenance is announced",
        (QUIET, look(1, maintenances=(window(MaintenancePhase.SCHEDULED),))),
        (K.MAINTENANCE_ANNOUNCED,),
    ),
    Row(
        "it begins",
        (
            look(0, maintenances=(window(MaintenancePhase.SCHEDULED),)),
            look(61, maintenances=(window(MaintenancePhase.IN_PROGRESS),)),
        ),
        (K.MAINTENANCE_STARTED,),
    ),
    Row(
        "it is moved before it begins",
        (
            look(0, maintenances=(window(MaintenancePhase.SCHEDULED),)),
            look(1, maintenances=(window(MaintenancePhase.SCHEDULED, starts_at=T0 + 90 * MINUTE),)),
        ),
        (K.MAINTENANCE_RESCHEDULED,),
    ),
    Row(
        "it takes longer",
        (
            look(61, maintenances=(window(MaintenancePhase.IN_PROGRESS),)),
            look(62, maintenances=(window(MaintenancePhase.IN_PROGRESS, ends_at=T0 + 180 * MINUTE),)),
        ),
        (K.MAINTENANCE_EXTENDED,),
    ),
    Row(
        "it is over",
        (
            look(61, maintenances=(window(MaintenancePhase.IN_PROGRESS),)),
            look(121, maintenances=(window(MaintenancePhase.COMPLETED),)),
        ),
        (K.MAINTENANCE_ENDED,),
    ),
    Row(
        "it leaves the page while running",
        (look(61, maintenances=(window(MaintenancePhase.IN_PROGRESS),)), look(121)),
        (K.MAINTENANCE_ENDED,),
    ),
    Row(
        "it leaves the page before its window",
        (look(0, maintenances=(window(MaintenancePhase.SCHEDULED),)), look(1)),
        (K.MAINTENANCE_CANCELLED,),
    ),
    Row(
        "it is called off",
        (
            look(0, maintenances=(window(MaintenancePhase.SCHEDULED),)),
            look(1, maintenances=(window(MaintenancePhase.CANCELLED),)),
        ),
        (K.MAINTENANCE_CANCELLED,),
    ),
    Row(
        "one that is over when first seen is nothing",
        (QUIET, look(121, maintenances=(window(MaintenancePhase.COMPLETED),))),
        (),
    ),
    Row(
        "a document without maintenances cancels none",
        (look(0, maintenances=(window(MaintenancePhase.SCHEDULED),)), look(1, coverage=FEED, page=None)),
        (),
    ),
    Row(
        "a maintenance hides no outage",
        (
            look(61, page=Status.MAINTENANCE, maintenances=(window(MaintenancePhase.IN_PROGRESS),)),
            look(
                62, incident(), page=Status.MAJOR_OUTAGE, maintenances=(window(MaintenancePhase.IN_PROGRESS),)
            ),
        ),
        (K.INCIDENT_OPENED,),
    ),
    Row(
        "most components vanish: suspicious, and nothing is resolved by it",
        (look(0, incident(), page=Status.MAJOR_OUTAGE), look(1, components=(API,))),
        (K.SUSPICIOUS,),
    ),
    Row(
        "suspicion is said once",
        (QUIET, look(1, components=()), look(2, components=())),
        (),
    ),
    Row(
        "a third such look is believed",
        (look(0, incident()), look(1, components=()), look(2, components=()), look(3, components=())),
        (K.INCIDENT_RESOLVED,),
    ),
    Row(
        "components that only change their ids are the same",
        (QUIET, look(1, components=tuple(replace(c, id=f"new-{c.id}") for c in PAGE))),
        (),
    ),
    Row(
        "a filter that matches nothing on the page is rotten",
        (QUIET, look(1)),
        (),
        policy=Policy(components=("Checkout",)),
    ),
    Row(
        "a filter that stops to match",
        (QUIET, look(1, components=(replace(API, name="Core"), WEB, MAIL, DNS))),
        (K.FILTER_ROT,),
        policy=Policy(components=("api",)),
    ),
]


def run(row: Row) -> tuple[Known, tuple]:
    known, changes = Known("acme"), ()
    for snapshot in row.looks:
        done = compare(known, snapshot, row.policy)
        known, changes = done.known, done.changes
    return known, changes


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_truth_table(row: Row) -> None:
    _, changes = run(row)
    assert tuple(change.kind for change in changes) == row.kinds
    if row.facets is not None:
        assert changes[-1].facets == row.facets
    assert all(change.reason and change.vendor == "acme" for change in changes)


def test_first_look_tells_what_is_open() -> None:
    _, (change,) = run(Row("", (OPEN,), ()))
    assert [i.id for i in change.incidents] == ["i1"]
    assert change.status is Status.MAJOR_OUTAGE


def test_first_look_says_when_a_filter_matches_nothing() -> None:
    _, changes = run(Row("", (QUIET,), (), policy=Policy(components=("checkout", "API"))))
    assert [(c.kind, c.subject) for c in changes] == [(K.FIRST_LOOK, ""), (K.FILTER_ROT, "checkout")]


def test_end_of_a_vanished_incident_is_told_with_its_title_at_the_time_of_the_look() -> None:
    _, (change,) = run(Row("", (look(0, incident()), look(7)), ()))
    assert change.incident is not None
    assert (change.incident.title, change.incident.resolved_at) == ("API errors", T0 + 7 * MINUTE)


def test_end_in_the_history_is_told_with_the_vendors_own_time() -> None:
    _, (change,) = run(Row("", (look(0, incident()), look(31, RESOLVED, coverage=WITH_HISTORY)), ()))
    assert change.incident is not None
    assert change.incident.resolved_at == RESOLVED.resolved_at


FAILURE = FetchError(FailureKind.SERVER_ERROR, "the server answered 503")


def test_failed_looks_make_us_blind_once_and_change_nothing_else() -> None:
    known, _ = run(Row("", (OPEN,), ()))
    kinds = []
    for minute in range(2, 9):
        done = compare_failure(known, FAILURE, T0 + minute * MINUTE)
        assert (done.known.status, done.known.incidents) == (known.status, known.incidents)
        kinds += [change.kind for change in done.changes]
        known = done.known
    assert kinds == [K.BLIND]
    assert known.blind_since == T0 + 2 * MINUTE


def test_reading_again_after_blindness_is_told_once_with_its_beginning() -> None:
    known, _ = run(Row("", (OPEN,), ()))
    for minute in (2, 5, 8):
        known = compare_failure(known, FAILURE, T0 + minute * MINUTE).known
    done = compare(known, replace(OPEN, observed_at=T0 + 9 * MINUTE))
    assert [(c.kind, c.since) for c in done.changes] == [(K.SIGHTED, T0 + 2 * MINUTE)]
    assert done.known.blind_since is None
    assert done.known.failed_looks == 0


def test_two_failed_looks_are_forgotten_by_a_good_one() -> None:
    known, _ = run(Row("", (QUIET,), ()))
    for minute in (1, 2):
        known = compare_failure(known, FAILURE, T0 + minute * MINUTE).known
    done = compare(known, look(3))
    assert (done.changes, done.known.failed_looks) == ((), 0)


def test_failing_for_seconds_only_is_not_blind() -> None:
    known = Known("acme")
    for second in range(20):
        done = compare_failure(known, FAILURE, T0 + timedelta(seconds=second))
        assert done.changes == ()
        known = done.known


def test_nobody_is_called_blind_while_we_cannot_see_out() -> None:
    known = Known("acme")
    for minute in range(5):
        done = compare_failure(known, FAILURE, T0 + minute * MINUTE, cannot_see_out=True)
        assert done.changes == ()
        known = done.known
    assert [c.kind for c in compare_failure(known, FAILURE, T0 + 6 * MINUTE).changes] == [K.BLIND]


def test_history_is_needed_at_first_and_when_an_open_incident_is_gone() -> None:
    known, _ = run(Row("", (OPEN,), ()))
    assert needs_history(Known("acme"), QUIET)
    assert needs_history(known, look(2))
    assert not needs_history(known, OPEN)
    assert not needs_history(known, look(2, coverage=WITH_HISTORY))
    assert not needs_history(known, look(2, coverage=Coverage(rollup=True)))


def test_known_incidents_are_bounded_and_open_ones_kept() -> None:
    old = [incident(f"old{n}", Phase.RESOLVED, started_at=T0 - timedelta(hours=n)) for n in range(400)]
    known = compare(
        Known("acme"), look(0, incident("open", title="Other"), *old, coverage=WITH_HISTORY)
    ).known
    after = compare(known, look(1, incident("open", title="Other"))).known
    assert len(after.incidents) == 200
    assert "open" in after.incidents
    assert "old0" in after.incidents
