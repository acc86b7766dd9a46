"""Who is told of a Change: rows of routing, each with the Reason for every channel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.delivery import Reason as R  # noqa: N817 - it stands in every row of the table
from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.routing import Reach, Route
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, MaintenancePhase, Phase, Severity, Status
from statusherd.notify.moment import ANYONE
from statusherd.notify.route import Facts, Moment, Question, RouteTable, Routing, route
from statusherd.respond.severity import SeverityRules, judge, judge_touched

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


def decide(question: Question, routes, channels, facts: Facts, reach: Reach = ANYONE) -> Routing:
    return route(question, Moment(RouteTable(routes), channels, NOW, reach), facts)


ACME = WatchedVendor("acme", "Acme", "https://status.acme.example", "statuspage")
API = Component("c1", "API", status=Status.MAJOR_OUTAGE)
WEB = Component("c2", "Web", status=Status.OPERATIONAL)
ALL = (Route("all", channels=("mail",)),)


def incident(
    phase: Phase = Phase.INVESTIGATING, impact: Impact = Impact.MAJOR, **facts: object
) -> VendorIncident:
    return replace(VendorIncident("i1", "API errors", impact, phase, NOW, component_ids=("c1",)), **facts)


def change(kind: K, **facts: object) -> Change:
    facts.setdefault("incident", incident() if kind.startswith("incident") else None)
    return Change("acme", kind, NOW, "because", **facts)


OPENED = change(K.INCIDENT_OPENED)
IDENTIFIED = change(K.INCIDENT_UPDATED, incident=incident(Phase.IDENTIFIED), facets=("phase",))
WORSE = change(K.INCIDENT_UPDATED, incident=incident(impact=Impact.CRITICAL), facets=("impact",))
REWORDED = change(K.INCIDENT_UPDATED, facets=("text", "components"))
RESOLVED = change(K.INCIDENT_RESOLVED, incident=incident(Phase.RESOLVED))
REOPENED = change(K.INCIDENT_REOPENED)
FALLEN = change(K.DISTURBANCE_OPENED, subject="disturbance-1", after="degraded")
RECOVERED = change(K.DISTURBANCE_ENDED, subject="disturbance-1", after="operational")
TAKEN_OVER = replace(RECOVERED, facets=("taken_over",))
BLIND = change(K.BLIND, since=NOW)
SIGHTED = change(K.SIGHTED, since=NOW)
WINDOW = Maintenance("m1", "Move", MaintenancePhase.SCHEDULED, NOW)
ANNOUNCED = change(K.MAINTENANCE_ANNOUNCED, maintenance=WINDOW)
BEGUN = change(K.MAINTENANCE_STARTED, maintenance=replace(WINDOW, phase=MaintenancePhase.IN_PROGRESS))
OVER = change(K.MAINTENANCE_ENDED, maintenance=replace(WINDOW, phase=MaintenancePhase.COMPLETED))
FIRST = change(K.FIRST_LOOK, status=Status.PARTIAL_OUTAGE, incidents=(incident(),))
FIRST_QUIET = change(K.FIRST_LOOK, status=Status.OPERATIONAL)
FIRST_TROUBLE = change(K.FIRST_LOOK, status=Status.DEGRADED, after="degraded")


@dataclass(frozen=True)
class Row:
    """Changes one after the other; what each channel is answered to the last: (channel, told, reason)."""

    says: str
    changes: tuple[Change, ...]
    answers: tuple[tuple[str | None, bool, R], ...]
    routes: tuple[Route, ...] = ALL
    vendor: WatchedVendor = field(default_factory=lambda: ACME)


def told(reason: R, channel: str = "mail") -> tuple[str, bool, R]:
    return (channel, True, reason)


def kept(reason: R, channel: str | None = None) -> tuple[str | None, bool, R]:
    return (channel, False, reason)


def to(*channels: str, **facts: object) -> Route:
    return Route("r", channels=channels, **facts)


TABLE = [
    Row("an incident opens", (OPENED,), (told(R.OPENED),)),
    Row("the same opening again", (OPENED, OPENED), (kept(R.ALREADY_TOLD, "mail"),)),
    Row("its phase changes", (OPENED, IDENTIFIED), (told(R.PHASE_CHANGED),)),
    Row("its impact changes", (OPENED, WORSE), (told(R.PHASE_CHANGED),)),
    Row("the same phase again", (OPENED, IDENTIFIED, IDENTIFIED), (kept(R.ALREADY_TOLD, "mail"),)),
    Row("only its words change", (OPENED, REWORDED), (kept(R.NOTHING_NEW),)),
    Row("it is resolved", (OPENED, RESOLVED), (told(R.ENDED),)),
    Row("it is resolved twice", (OPENED, RESOLVED, RESOLVED), (kept(R.NOT_TOLD_BEFORE),)),
    Row("an end nobody heard the beginning of", (RESOLVED,), (kept(R.NOT_TOLD_BEFORE),)),
    Row("it is open again", (OPENED, RESOLVED, REOPENED), (told(R.REOPENED),)),
    Row("it is withdrawn", (OPENED, replace(RESOLVED, kind=K.INCIDENT_WITHDRAWN)), (told(R.ENDED),)),
    Row("it is retro-posted", (change(K.INCIDENT_RECORDED, incident=incident(Phase.RESOLVED)),), (kept(R.RECORDED_ONLY),)),
    Row("it is edited after its end", (OPENED, RESOLVED, change(K.INCIDENT_EDITED)), (kept(R.RECORDED_ONLY),)),
    Row("it grows stale", (OPENED, change(K.INCIDENT_STALE)), (kept(R.RECORDED_ONLY),)),
    Row("a component changes alone", (change(K.COMPONENT_CHANGED),), (kept(R.ROLLUP_DID_NOT_MOVE),)),
    Row("the state falls", (FALLEN,), (told(R.OPENED),)),
    Row("the state recovers", (FALLEN, RECOVERED), (told(R.ENDED),)),
    Row("an incident that nobody was told of takes over", (FALLEN, TAKEN_OVER), (told(R.ENDED),)),
    Row("a source goes dark", (BLIND,), (told(R.OPENED),)),
    Row("a source is read again", (BLIND, SIGHTED), (told(R.ENDED),)),
    Row("a filter rots", (change(K.FILTER_ROT, subject="checkout"),), (told(R.OPENED),)),
    Row("a first look finds trouble", (FIRST,), (told(R.ALREADY_OPEN),)),
    Row("a first look finds nothing", (FIRST_QUIET,), (kept(R.NOTHING_OPEN),)),
    Row("a first look finds trouble without incident", (FIRST_TROUBLE,), (told(R.ALREADY_OPEN),)),
    Row("what was open at first goes on", (FIRST, IDENTIFIED), (told(R.PHASE_CHANGED),)),
    Row("what was open at first ends", (FIRST, RESOLVED), (told(R.ENDED),)),
    Row(
        "first trouble without incident recovers",
        (FIRST_TROUBLE, replace(RECOVERED, subject="disturbance-20260301T100000Z")),
        (told(R.ENDED),),
    ),
    Row("a maintenance, not asked for", (ANNOUNCED,), (kept(R.EVENT_NOT_SELECTED, "mail"),)),
    Row(
        "a maintenance, asked for",
        (ANNOUNCED, BEGUN, OVER), (told(R.ENDED),), (to("mail", events=frozenset({"maintenance"})),),
    ),
    Row(
        "a maintenance seen only when it runs",
        (BEGUN,), (told(R.OPENED),), (to("mail", events=frozenset({"maintenance"})),),
    ),
    Row("no route at all", (OPENED,), (kept(R.NO_ROUTE),), ()),
    Row("another vendor's route", (OPENED,), (kept(R.VENDOR_NOT_SELECTED, "mail"),), (to("mail", vendors=("git*",)),)),
    Row("a vendor by glob and case", (OPENED,), (told(R.OPENED),), (to("mail", vendors=("AC*",)),)),
    Row("a vendor by tag", (OPENED,), (told(R.OPENED),), (to("mail", tags=("pay",)),), replace(ACME, tags=("pay",))),
    Row("a vendor without the tag", (OPENED,), (kept(R.VENDOR_NOT_SELECTED, "mail"),), (to("mail", tags=("pay",)),)),
    Row("not severe enough", (OPENED,), (kept(R.BELOW_SEVERITY, "mail"),), (to("mail", severity=Severity.SEV3),)),
    Row("severe enough later", (OPENED, WORSE), (told(R.OPENED),), (to("mail", severity=Severity.SEV3),)),
    Row(
        "told when severe, and of the easing too",
        (WORSE, change(K.INCIDENT_UPDATED, facets=("impact",), incident=incident(impact=Impact.MINOR))),
        (told(R.PHASE_CHANGED),), (to("mail", severity=Severity.SEV3),),
    ),
    Row("a component of the route", (OPENED,), (told(R.OPENED),), (to("mail", components=("api",)),)),
    Row("another component", (OPENED,), (kept(R.COMPONENT_NOT_SELECTED, "mail"),), (to("mail", components=("web",)),)),
    Row(
        "a page-wide incident passes component filters",
        (change(K.INCIDENT_OPENED, incident=incident(component_ids=())),),
        (told(R.OPENED),), (to("mail", components=("web",)),),
    ),
    Row("another component of the vendor", (OPENED,), (kept(R.COMPONENT_NOT_SELECTED, "mail"),), vendor=replace(ACME, components=("Web",))),
    Row("a vendor filter that matches nothing falls open", (OPENED,), (told(R.OPENED),), vendor=replace(ACME, components=("gone",))),
    Row(
        "it spreads to a component of the vendor's filter",
        (change(K.INCIDENT_OPENED, incident=incident(component_ids=("c2",))), change(K.INCIDENT_UPDATED, facets=("components",))),
        (told(R.OPENED),), vendor=replace(ACME, components=("API",)),
    ),
    Row(
        "it spreads to a component of the route's filter",
        (change(K.INCIDENT_OPENED, incident=incident(component_ids=("c2",))), change(K.INCIDENT_UPDATED, facets=("components",))),
        (told(R.OPENED),), (to("mail", components=("api",)),),
    ),
    Row(
        "a maintenance of another component",
        (replace(ANNOUNCED, maintenance=replace(ANNOUNCED.maintenance, component_ids=("c2",))),),
        (kept(R.COMPONENT_NOT_SELECTED, "mail"),), (to("mail", events=frozenset({"maintenance"})),), replace(ACME, components=("API",)),
    ),
    Row(
        "a maintenance of another component than the route's",
        (replace(ANNOUNCED, maintenance=replace(ANNOUNCED.maintenance, component_ids=("c2",))),),
        (kept(R.COMPONENT_NOT_SELECTED, "mail"),), (to("mail", events=frozenset({"maintenance"}), components=("api",)),),
    ),
    Row("below min_impact", (OPENED,), (kept(R.BELOW_MIN_IMPACT, "mail"),), vendor=replace(ACME, min_impact=Impact.CRITICAL)),
    Row(
        "another region",
        (change(K.INCIDENT_OPENED, incident=incident(regions=("us-east-1",))),),
        (kept(R.REGION_NOT_SELECTED, "mail"),), vendor=replace(ACME, regions=("eu-*",)),
    ),
    Row("no region named is everywhere", (OPENED,), (told(R.OPENED),), vendor=replace(ACME, regions=("eu-*",))),
    Row("the first route that selects ends the search", (OPENED,), (told(R.OPENED),), (to("mail"), to("chat"))),
    Row("unless it goes on", (OPENED,), (told(R.OPENED), told(R.OPENED, "chat")), (to("mail", go_on=True), to("chat"))),
    Row("a channel of two routes is told once", (OPENED,), (told(R.OPENED),), (to("mail", go_on=True), to("mail"))),
    Row("a channel that does not exist", (OPENED,), (kept(R.NO_ROUTE),), (to("gone"),)),
]  # fmt: skip


def run(row: Row) -> tuple[Routing, Facts]:
    facts = Facts()
    for number, fact in enumerate(row.changes, 1):
        judgement = judge(fact)
        question = Question(
            LoggedChange(number, fact),
            judgement.severity,
            judgement.reason,
            row.vendor,
            {"c1": API, "c2": WEB},
        )
        answer = decide(question, row.routes, ("mail", "chat"), facts)
    return answer, facts


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_routing_table(row: Row) -> None:
    answer, _ = run(row)
    assert tuple((d.channel, d.told, d.reason) for d in answer.decisions) == row.answers
    assert [d.channel for d in answer.deliveries] == [c for c, is_told, _ in row.answers if is_told]


CHECKOUT = Touch("checkout", 1, "acme:API", TouchedBy.NAMED, owner="shop", tags=("money",))
SEARCH = Touch("search", 2, "acme:Web", TouchedBy.NAMED, owner="find")
ORPHAN = Touch("old", 3, "acme", TouchedBy.NAMED)
MOVED = change(K.INCIDENT_UPDATED, facets=("components",))


@dataclass(frozen=True)
class OurRow:
    """Changes one after the other with the services they touch; what is answered to the last."""

    says: str
    changes: tuple[tuple[Change, tuple[Touch, ...]], ...]
    answers: tuple[tuple[str | None, bool, R], ...]
    routes: tuple[Route, ...] = (to("owner"),)


OUR_TABLE = [
    OurRow("the owner of a touched service", ((OPENED, (CHECKOUT,)),), (told(R.OPENED),)),
    OurRow("owners with channels in common", ((OPENED, (CHECKOUT, SEARCH)),), (told(R.OPENED), told(R.OPENED, "chat"))),
    OurRow("owners and others", ((OPENED, (SEARCH,)),), (told(R.OPENED, "chat"), told(R.OPENED)), (to("owner", "mail"),)),
    OurRow("no service", ((OPENED, ()),), (kept(R.NO_OWNER),)),
    OurRow("a service without owner", ((OPENED, (ORPHAN,)),), (kept(R.NO_OWNER),)),
    OurRow("a route without owners asks the next", ((OPENED, ()),), (told(R.OPENED), kept(R.NO_OWNER)), (to("owner"), to("mail"))),
    OurRow("an owner of another vendor's route", ((OPENED, (SEARCH,)),), (kept(R.VENDOR_NOT_SELECTED, "chat"), kept(R.VENDOR_NOT_SELECTED, "mail")), (to("owner", vendors=("x",)),)),
    OurRow("a service by glob and case", ((OPENED, (CHECKOUT,)),), (told(R.OPENED),), (to("mail", services=("CHECK*",)),)),
    OurRow("another service", ((OPENED, (CHECKOUT,)),), (kept(R.SERVICE_NOT_SELECTED, "mail"),), (to("mail", services=("search",)),)),
    OurRow("no service is none that is selected", ((OPENED, ()),), (kept(R.SERVICE_NOT_SELECTED, "mail"),), (to("mail", services=("*",)),)),
    OurRow("an owner by glob", ((OPENED, (CHECKOUT,)),), (told(R.OPENED),), (to("mail", owners=("sh*",)),)),
    OurRow("another owner", ((OPENED, (CHECKOUT, ORPHAN)),), (kept(R.OWNER_NOT_SELECTED, "mail"),), (to("mail", owners=("find",)),)),
    OurRow("service and owner of two services", ((OPENED, (CHECKOUT, SEARCH)),), (kept(R.OWNER_NOT_SELECTED, "mail"),), (to("mail", services=("search",), owners=("shop",)),)),
    OurRow("only owners that the route selects", ((OPENED, (CHECKOUT, SEARCH)),), (told(R.OPENED),), (to("owner", services=("checkout",)),)),
    OurRow("a tag of a touched service", ((OPENED, (CHECKOUT,)),), (told(R.OPENED),), (to("mail", tags=("money",)),)),
    OurRow("a service is added", ((OPENED, (SEARCH,)), (MOVED, (SEARCH, CHECKOUT))), (told(R.SERVICES_ADDED, "chat"), told(R.SERVICES_ADDED))),
    OurRow("a service is added for another owner", ((OPENED, (CHECKOUT,)), (MOVED, (CHECKOUT, SEARCH))), (told(R.SERVICES_ADDED), told(R.OPENED, "chat"))),
    OurRow("the severity changes", ((OPENED, (CHECKOUT,)), (MOVED, (replace(CHECKOUT, tier=2),))), (told(R.SEVERITY_CHANGED),)),
    OurRow("nothing is touched any more", ((OPENED, (CHECKOUT,)), (MOVED, ())), (told(R.SEVERITY_CHANGED), kept(R.NO_OWNER))),
    OurRow("other components, the same services", ((OPENED, (CHECKOUT,)), (MOVED, (CHECKOUT,))), (kept(R.ALREADY_TOLD, "mail"),)),
    OurRow("only words change", ((OPENED, (CHECKOUT,)), (change(K.INCIDENT_UPDATED, facets=("text",)), (CHECKOUT, SEARCH))), (kept(R.NOTHING_NEW),)),
    OurRow("the end goes to all who heard", ((OPENED, (CHECKOUT,)), (RESOLVED, ())), (told(R.ENDED),)),
    OurRow("a component of ours changes", ((change(K.COMPONENT_CHANGED), (CHECKOUT,)),), (kept(R.TOLD_WITH_DISTURBANCE),)),
    OurRow("a further component of a disturbance", ((FALLEN, (CHECKOUT,)), (replace(FALLEN, kind=K.DISTURBANCE_CHANGED), (CHECKOUT, SEARCH))), (told(R.SERVICES_ADDED), told(R.OPENED, "chat"))),
]  # fmt: skip


@pytest.mark.parametrize("row", OUR_TABLE, ids=lambda row: row.says)
def test_routing_by_service_and_owner(row: OurRow) -> None:
    facts = Facts()
    for number, (fact, touches) in enumerate(row.changes, 1):
        judgement = judge_touched(fact, touches, SeverityRules())
        question = Question(
            LoggedChange(number, fact),
            judgement.severity,
            judgement.reason,
            ACME,
            {"c1": API, "c2": WEB},
            touches,
            judgement.steady,
            teams={"shop": ("mail",), "find": ("chat", "mail")},
        )
        answer = decide(question, row.routes, ("mail", "chat"), facts)
    assert tuple((d.channel, d.told, d.reason) for d in answer.decisions) == row.answers
    assert [d.channel for d in answer.deliveries] == [c for c, is_told, _ in row.answers if is_told]


def test_subject_stays_and_messages_are_counted() -> None:
    facts, subjects, numbers = Facts(), set(), []
    for number, fact in enumerate(
        (OPENED, IDENTIFIED, replace(RESOLVED, incident=incident(Phase.RESOLVED, title="New"))), 1
    ):
        question = Question(LoggedChange(number, fact), Severity.SEV4, "", ACME, {})
        (delivery,) = decide(question, ALL, ("mail",), facts).deliveries
        subjects.add(delivery.alert.thread.subject)
        numbers.append((delivery.alert.number, delivery.alert.ends))
    assert subjects == {"Acme: API errors"}
    assert numbers == [(1, False), (2, False), (3, True)]


def test_dedup_key_differs_by_change_and_channel_only() -> None:
    row = Row("", (OPENED,), (), (to("mail", "chat"),))
    first, again = run(row)[0], run(row)[0]
    keys = [d.dedup_key for d in first.deliveries]
    assert len(set(keys)) == 2
    assert keys == [d.dedup_key for d in again.deliveries]


def test_first_look_summary_lists_only_what_is_ours() -> None:
    both = replace(FIRST, incidents=(incident(), incident(id="i2", component_ids=("c2",))))
    answer, facts = run(Row("", (both,), (), vendor=replace(ACME, components=("API",))))
    (delivery,) = answer.deliveries
    assert [i.id for i in delivery.alert.change.incidents] == ["i1"]
    assert ("acme/incident/i2", "mail") not in facts.told


def test_every_reason_has_its_sentence() -> None:
    assert all(reason.sentence for reason in R)


def test_a_filter_holds_where_the_page_lists_only_what_is_in_trouble() -> None:
    lister = replace(ACME, components=("ec2*",))
    for named, is_told in (
        (Component("c1", "ec2-us-east-1"), True),
        (Component("c1", "rds-us-east-1"), False),
    ):
        about = replace(OPENED, components=(named,))
        question = Question(LoggedChange(1, about), Severity.SEV4, "", lister, {})
        (decision,) = decide(question, ALL, ("mail",), Facts()).decisions
        assert decision.told is is_told


# Whoever is on call


DUTY = (Route("duty", channels=("oncall:primary",)),)


def on_duty(*turns: tuple[Change, Reach]) -> list[tuple[tuple[str | None, bool, R], ...]]:
    """Route Changes one after the other, each with who is on call then; return what each answered."""
    facts, answers = Facts(), []
    for number, (fact, reach) in enumerate(turns, 1):
        question = Question(LoggedChange(number, fact), Severity.SEV4, "", ACME, {"c1": API, "c2": WEB})
        answer = decide(question, DUTY, ("ada", "bob", "pager"), facts, reach)
        answers.append(tuple((d.channel, d.told, d.reason) for d in answer.decisions))
    return answers


def duty(person: str, *channels: str) -> Reach:
    others = frozenset({"ada", "bob", "pager"} - {person, *channels})
    return Reach({"oncall:primary": (person, *channels)}, others)


def test_a_rotation_is_told_by_all_channels_of_who_is_on_call() -> None:
    (answer,) = on_duty((OPENED, duty("ada", "pager")))
    assert answer == (told(R.OPENED, "ada"), told(R.OPENED, "pager"))


def test_after_a_handover_the_new_person_hears_of_a_change_and_the_old_one_of_the_end_only() -> None:
    assert on_duty(
        (OPENED, duty("ada")), (REWORDED, duty("bob")), (IDENTIFIED, duty("bob")), (RESOLVED, duty("bob"))
    ) == [
        (told(R.OPENED, "ada"),),
        (kept(R.NOTHING_NEW),),
        (kept(R.OFF_DUTY, "ada"), told(R.OPENED, "bob")),
        (told(R.ENDED, "ada"), told(R.ENDED, "bob")),
    ]


def test_what_ends_after_a_handover_is_ended_to_those_who_heard_of_it_alone() -> None:
    assert on_duty((OPENED, duty("ada")), (RESOLVED, duty("bob"))) == [
        (told(R.OPENED, "ada"),),
        (told(R.ENDED, "ada"),),
    ]


def test_somebody_whose_turn_comes_again_goes_on_hearing() -> None:
    *_, last = on_duty((OPENED, duty("ada")), (IDENTIFIED, duty("bob")), (WORSE, duty("ada")))
    assert last == (told(R.PHASE_CHANGED, "ada"), kept(R.OFF_DUTY, "bob"))


def test_an_owner_can_be_reached_through_its_rotation() -> None:
    question = Question(
        LoggedChange(1, OPENED),
        Severity.SEV2,
        "",
        ACME,
        {},
        touches=(CHECKOUT,),
        teams={"shop": ("oncall:primary", "mail")},
    )
    routes = (Route("owners", channels=("owner",)),)
    answer = decide(question, routes, ("ada", "bob", "mail"), Facts(), duty("bob"))
    assert [delivery.channel for delivery in answer.deliveries] == ["bob", "mail"]
