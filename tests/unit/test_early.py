"""Early warnings: when one is opened, what it is joined to, how it ends, and why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.probes import Anomaly, Early, EarlyWarning, Probe, ProbeKind, VendorReport
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
from statusherd.model.words import ChangeKind, Impact, MaintenancePhase, Phase, Status
from statusherd.watch.early import Move, Sight, Step, Withheld, change_of, judge

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
EARLY = Early()
PROBE = Probe("acme", "api", ProbeKind.HTTP, "https://api.acme.example/")
SLOW = Anomaly(
    "acme",
    "api",
    TEN,
    "GET https://api.acme.example/ answers in 900 ms, nine times its usual 100 ms (2 probes)",
)
PARTS = {"c1": Component("c1", "API"), "c2": Component("c2", "Website")}


def at(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


def incident(seen: float, phase: Phase = Phase.INVESTIGATING, **facts) -> KnownIncident:
    """An incident of the vendor that we first saw so many minutes after ten."""
    posts = facts.pop("posts", ())
    keys = facts.pop("keys", ())
    regions = facts.pop("regions", ())
    whole = VendorIncident(
        "i1", "API errors", Impact.MAJOR, phase, component_ids=keys, regions=regions, updates=posts
    )
    record = whole if phase is not Phase.RESOLVED else None
    started = facts.pop("started", None)
    return KnownIncident(
        "i1", phase, Impact.MAJOR, keys, "", started, facts.pop("resolved", None), at(seen), record=record
    )


def known(*incidents: KnownIncident, **facts) -> Known:
    return Known(
        "acme",
        first_seen_at=at(-9999),
        status=Status.OPERATIONAL,
        components=PARTS,
        incidents={i.id: i for i in incidents},
        **facts,
    )


def sight(
    page: Known | None = None, warning: EarlyWarning | None = None, *anomalies: Anomaly, **facts
) -> Sight:
    return Sight(
        "acme",
        page or known(),
        anomalies or (SLOW,),
        warning=warning,
        probes={"api": facts.pop("probe", PROBE)},
        **facts,
    )


def opened(**facts) -> EarlyWarning:
    step = judge(sight(**facts), EARLY, at(2))
    assert isinstance(step, Step)
    assert step.move is Move.OPEN
    return step.warning


def reported(*people: tuple[str, float], note: str = "") -> tuple[VendorReport, ...]:
    return tuple(VendorReport("acme", at(minute), author, note) for author, minute in people)


# Opening


def test_what_a_probe_finds_unusual_is_a_warning_with_its_evidence() -> None:
    step = judge(sight(), EARLY, at(2))
    assert isinstance(step, Step)
    assert step.warning == EarlyWarning(
        "acme", "warning-20260302T100200Z", TEN, at(2), (SLOW.evidence,), ("api",)
    )
    change = change_of(step, known(), "https://status.acme.example", at(2))
    assert (change.kind, change.subject, change.reason) == (
        ChangeKind.EARLY_WARNING,
        step.warning.id,
        SLOW.evidence,
    )
    assert (change.since, change.after, change.facets, change.incident) == (TEN, "degraded", (), None)


def test_nothing_unusual_is_no_warning() -> None:
    assert judge(Sight("acme", known()), EARLY, TEN) is None
    assert judge(sight(None, None, replace(SLOW, until=at(5))), EARLY, at(6)) is None


def test_three_people_within_a_quarter_of_an_hour_are_a_warning_and_one_who_says_it_thrice_is_none() -> None:
    one = Sight("acme", known(), reports=reported(("ada", 0), ("Ada", 5), ("ada", 9), ("bob", 9)))
    assert judge(one, EARLY, at(10)) is None
    three = Sight("acme", known(), reports=reported(("ada", 0), ("bob", 5), ("cyd", 14), note="503 for all"))
    step = judge(three, EARLY, at(14))
    assert isinstance(step, Step)
    assert step.reason == '3 of us report trouble (ada, bob, cyd): "503 for all"'
    assert step.warning.since == TEN
    assert judge(three, EARLY, at(15)) is None, "the first is a quarter of an hour old"


# Why there is none


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (known(incident(-30)), Withheld.POSTED),
        (known(incident(-300, Phase.RESOLVED, resolved=at(-3))), Withheld.POSTED),
        (known(disturbance=Disturbance(at(-5), Status.DEGRADED)), Withheld.POSTED),
        (known(maintenances={"m": KnownMaintenance("m", MaintenancePhase.IN_PROGRESS, at(-60), at(60), "", at(-999))}), Withheld.MAINTENANCE),
        (known(maintenances={"m": KnownMaintenance("m", MaintenancePhase.SCHEDULED, at(-1), at(60), "", at(-999))}), Withheld.MAINTENANCE),
        (known(incident(-300, Phase.RESOLVED, resolved=at(-30))), None),
        (known(maintenances={"m": KnownMaintenance("m", MaintenancePhase.SCHEDULED, at(30), at(60), "", at(-999))}), None),
        (known(maintenances={"m": KnownMaintenance("m", MaintenancePhase.CANCELLED, at(-60), at(60), "", at(-999))}), None),
        (known(maintenances={"m": KnownMaintenance("m", MaintenancePhase.COMPLETED, at(-90), at(-30), "", at(-999))}), None),
    ],
)  # fmt: skip
def test_what_the_vendor_says_already_is_not_warned_of(page: Known, why: Withheld | None) -> None:
    verdict = judge(sight(page), EARLY, at(2))
    assert verdict is why if why else isinstance(verdict, Step)


def test_while_we_cannot_see_out_nobody_is_warned_of() -> None:
    assert judge(replace(sight(), sees_out=False), EARLY, at(2)) is Withheld.CANNOT_SEE_OUT


def test_trouble_that_is_posted_elsewhere_explains_nothing() -> None:
    api = replace(PROBE, components=("api*",))
    assert isinstance(judge(sight(known(incident(-30, keys=("c2",))), probe=api), EARLY, at(2)), Step)
    assert judge(sight(known(incident(-30, keys=("c1",))), probe=api), EARLY, at(2)) is Withheld.POSTED
    assert judge(sight(known(incident(-30)), probe=api), EARLY, at(2)) is Withheld.POSTED
    there = replace(PROBE, regions=("eu-*",))
    assert isinstance(
        judge(sight(known(incident(-30, regions=("us-east-1",))), probe=there), EARLY, at(2)), Step
    )
    assert (
        judge(sight(known(incident(-30, regions=("eu-west-1",))), probe=there), EARLY, at(2))
        is Withheld.POSTED
    )


def test_planned_work_on_another_part_explains_nothing() -> None:
    work = Maintenance("m", "Upgrade", MaintenancePhase.IN_PROGRESS, at(-60), at(60), ("c2",))
    window = KnownMaintenance("m", MaintenancePhase.IN_PROGRESS, at(-60), at(60), "", at(-999), work)
    api = replace(PROBE, components=("API",))
    assert isinstance(judge(sight(known(maintenances={"m": window}), probe=api), EARLY, at(2)), Step)
    assert judge(sight(known(maintenances={"m": window})), EARLY, at(2)) is Withheld.MAINTENANCE


# Joining


def test_what_the_vendor_posts_later_is_joined_with_the_lead() -> None:
    posts = (Update(at(41), Phase.INVESTIGATING, "We are looking."),)
    step = judge(sight(known(incident(42, posts=posts)), opened()), EARLY, at(42))
    assert isinstance(step, Step)
    assert (step.move, step.warning.cause, step.warning.joined_at) == (Move.JOIN, "i1", at(42))
    assert step.warning.lead == 39 * 60, "from our warning to the vendor's own stamp"
    change = change_of(step, known(), None, at(42))
    assert (change.kind, change.facets) == (ChangeKind.EARLY_WARNING_JOINED, ("lead:2340",))
    assert change.reason == 'the vendor posted "API errors" 39 minutes after our warning'
    assert change.incident is None, "the thread of the warning stays its own"


def test_a_stamp_before_our_warning_is_no_lead() -> None:
    posts = (Update(at(1), Phase.INVESTIGATING, "We are looking."),)
    step = judge(sight(known(incident(5, posts=posts)), opened()), EARLY, at(5))
    assert isinstance(step, Step)
    assert (step.warning.lead, step.reason) == (
        0.0,
        'the vendor posted "API errors" before our warning was out',
    )


def test_a_back_dated_start_makes_no_lead_of_its_own() -> None:
    step = judge(sight(known(incident(30, started=at(-60))), opened()), EARLY, at(30))
    assert isinstance(step, Step)
    assert step.warning.lead == 28 * 60


def test_an_incident_that_is_posted_when_it_is_over_is_joined_too() -> None:
    late = incident(50, Phase.RESOLVED, started=at(1), resolved=at(20))
    step = judge(sight(known(late), opened()), EARLY, at(50))
    assert isinstance(step, Step)
    assert step.move is Move.JOIN
    old = incident(50, Phase.RESOLVED, started=at(-600), resolved=at(-500))
    assert judge(sight(known(old), opened()), EARLY, at(50)) is None


def test_trouble_of_another_part_is_not_joined() -> None:
    api = replace(PROBE, components=("API",))
    page = known(incident(30, keys=("c2",)))
    assert judge(sight(page, opened(probe=api), probe=api), EARLY, at(30)) is None


def test_a_page_that_falls_without_an_incident_is_joined() -> None:
    page = known(disturbance=Disturbance(at(12), Status.PARTIAL_OUTAGE))
    step = judge(sight(page, opened()), EARLY, at(12))
    assert isinstance(step, Step)
    assert (step.warning.cause, step.warning.lead) == ("disturbance-20260302T101200Z", 600.0)


# Ending


def test_it_ends_when_all_was_well_for_long_enough() -> None:
    warning, over = opened(), replace(SLOW, until=at(20))
    assert judge(sight(None, warning), EARLY, at(60)) is None, "it goes on"
    assert judge(sight(None, warning, over), EARLY, at(29)) is None
    step = judge(sight(None, warning, over), EARLY, at(30))
    assert isinstance(step, Step)
    assert (step.move, step.warning.ended_at) == (Move.END, at(30))
    assert step.reason == "all is as usual for 10 minutes; the vendor has posted nothing"
    assert change_of(step, None, None, at(30)).kind is ChangeKind.EARLY_WARNING_ENDED


def test_one_of_people_ends_when_nobody_reports_any_more() -> None:
    people = reported(("ada", 0), ("bob", 1), ("cyd", 2))
    step = judge(Sight("acme", known(), reports=people), EARLY, at(2))
    assert isinstance(step, Step)
    later = Sight("acme", known(), reports=people, warning=step.warning)
    assert judge(later, EARLY, at(26)) is None
    ended = judge(later, EARLY, at(27))
    assert isinstance(ended, Step)
    assert ended.move is Move.END


def test_what_never_was_read_is_warned_of_all_the_same() -> None:
    assert isinstance(judge(Sight("acme", None, (SLOW,)), EARLY, at(2)), Step)
