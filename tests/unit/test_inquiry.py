"""Each route's own answer to a Change: a row of the table is a route, and why it refuses or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.delivery import Reason
from statusherd.model.records import Component, VendorIncident
from statusherd.model.routing import Route
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind, Impact, Severity
from statusherd.notify.inquiry import inquire, leads_nowhere
from statusherd.notify.route import Facts, Moment, Question, RouteTable, route

NOW = datetime(2026, 6, 1, tzinfo=UTC)
INCIDENT = VendorIncident("i1", "API errors", Impact.MAJOR, component_ids=("api",), regions=("eu-west",))
CHANGE = Change("acme", ChangeKind.INCIDENT_OPENED, NOW, "it is listed", "i1", incident=INCIDENT)
ACME = WatchedVendor("acme", "Acme", "https://status.acme.example", "statuspage", tags=("build",))
TOUCH = Touch("shop", 1, "acme:API", TouchedBy.NAMED, owner="web")
QUESTION = Question(
    LoggedChange(7, CHANGE), Severity.SEV3, "", ACME,
    {"api": Component("api", "API"), "cdn": Component("cdn", "CDN")}, (TOUCH,), teams={"web": ("web-chat",)},
)  # fmt: skip
CHANNELS = frozenset({"ops", "web-chat", "spare"})


def asked(*routes: Route, question: Question = QUESTION):
    return inquire(question, Moment(RouteTable(routes), CHANNELS, NOW))


@pytest.mark.parametrize(
    ("matchers", "reason", "matcher", "wants", "has"),
    [
        ({}, None, None, (), ()),
        ({"events": frozenset({"source"})}, Reason.EVENT_NOT_SELECTED, "event", ("source",), ("incident",)),
        ({"vendors": ("git*",)}, Reason.VENDOR_NOT_SELECTED, "vendor", ("git*",), ("acme",)),
        ({"tags": ("pay",)}, Reason.VENDOR_NOT_SELECTED, "tags", ("pay",), ("build",)),
        ({"severity": Severity.SEV2}, Reason.BELOW_SEVERITY, "severity", ("SEV2",), ("SEV3",)),
        ({"components": ("CDN",)}, Reason.COMPONENT_NOT_SELECTED, "component", ("CDN",), ("API",)),
        ({"regions": ("us-*",)}, Reason.REGION_NOT_SELECTED, "region", ("us-*",), ("eu-west",)),
        ({"services": ("pay*",)}, Reason.SERVICE_NOT_SELECTED, "service", ("pay*",), ("shop",)),
        ({"owners": ("data",)}, Reason.OWNER_NOT_SELECTED, "owner", ("data",), ("web",)),
    ],
)
def test_a_route_names_the_first_matcher_that_refuses(matchers, reason, matcher, wants, has):
    (answer,) = asked(replace(Route("route 1", channels=("ops",)), **matchers))
    assert (answer.refusal, answer.matcher, answer.wants, answer.has) == (reason, matcher, wants, has)
    assert answer.selects is (reason is None)


def test_the_filter_of_the_vendor_itself_is_named_where_it_refuses():
    question = replace(QUESTION, vendor=replace(ACME, components=("CDN",)))
    (answer,) = asked(Route("route 1", channels=("ops",)), question=question)
    assert (answer.refusal, answer.matcher) == (Reason.COMPONENT_NOT_SELECTED, "components of the vendor")


def test_a_route_that_selects_ends_the_search_unless_it_goes_on():
    every = (
        Route("a", channels=("ops",), go_on=True),
        Route("b", channels=("owner",)),
        Route("c", channels=("ops",)),
    )
    answers = asked(*every)
    assert [(a.route, a.asked, a.selects) for a in answers] == [
        ("a", True, True), ("b", True, True), ("c", False, False),
    ]  # fmt: skip
    assert answers[1].leads_to == ("web-chat",)
    assert leads_nowhere(answers, Moment(RouteTable(every), CHANNELS, NOW)) == ("spare",)


def test_a_route_to_owners_of_what_has_none_reaches_nobody():
    question = replace(QUESTION, touches=(replace(TOUCH, owner=None),))
    (answer,) = asked(Route("route 1", channels=("owner",)), question=question)
    assert (answer.refusal, answer.leads_to) == (Reason.NO_OWNER, ())


def test_what_is_explained_is_what_the_routing_does():
    every = (
        Route("a", severity=Severity.SEV1, channels=("ops",)),
        Route("b", services=("pay",), channels=("spare",), go_on=True),
        Route("c", owners=("web",), channels=("owner",), go_on=True),
        Route("d", regions=("eu-*",), channels=("ops",)),
        Route("e", channels=("spare",)),
    )
    moment = Moment(RouteTable(every), CHANNELS, NOW)
    told = {d.channel: d.route for d in route(QUESTION, moment, Facts()).decisions if d.told}
    selecting = {c: a.route for a in reversed(inquire(QUESTION, moment)) if a.selects for c in a.leads_to}
    assert told == selecting == {"ops": "d", "web-chat": "c"}
