"""The table of routes answers as the routes would one by one, without asking each."""

from __future__ import annotations

from itertools import product

import pytest

from statusherd.model.delivery import Reason
from statusherd.model.routing import EVENTS, Route
from statusherd.model.words import Severity
from statusherd.notify.route_table import Asked, Kind, RouteTable, Verdict, refused

ROUTES = (
    Route("route 1", vendors=("git*",), channels=("build",), go_on=True),
    Route("route 2", vendors=("aws",), channels=("ops", "mail"), go_on=True),
    Route("route 3", events=frozenset({"maintenance"}), channels=("mail", "plans"), go_on=True),
    Route("route 4", vendors=("aws",), channels=("owner",), go_on=True),
    Route("route 5", vendors=("aws",), channels=("oncall:primary",), go_on=True),
    Route("route 6", channels=("ops",)),
)


def kind(event: str, vendor: str, title: str = "", severity: Severity = Severity.SEV3, *tags: str) -> Kind:
    return Kind(event, (vendor, title or vendor), severity, tags)


def names(plan) -> list[object]:
    """What stands in a plan: the name of a route that is asked, or the answers that are settled."""
    return [
        step.route.name if isinstance(step, Asked) else [(v.channel, v.reason, v.route) for v in step]
        for step in plan
    ]


def test_what_refuses_an_event_anyway_is_answered_at_once() -> None:
    assert names(RouteTable(ROUTES).plan(kind("incident", "github", "GitHub"))) == [
        "route 1",
        [
            ("ops", Reason.VENDOR_NOT_SELECTED, "route 2"),
            ("mail", Reason.VENDOR_NOT_SELECTED, "route 2"),
            ("plans", Reason.EVENT_NOT_SELECTED, "route 3"),
        ],
        "route 4",
        "route 5",
        "route 6",
    ]


def test_whose_channels_are_open_is_asked_with_its_refusal() -> None:
    plan = RouteTable(ROUTES).plan(kind("incident", "github", "GitHub"))
    why = {step.route.name: step.why for step in plan if isinstance(step, Asked)}
    assert why == {
        "route 1": None,
        "route 4": Reason.VENDOR_NOT_SELECTED,
        "route 5": Reason.VENDOR_NOT_SELECTED,
        "route 6": None,
    }


@pytest.mark.parametrize(("event", "vendor"), list(product(sorted(EVENTS), ["aws", "gitlab", "x"])))
def test_every_route_is_in_the_plan_or_answered(event: str, vendor: str) -> None:
    plan = RouteTable(ROUTES).plan(kind(event, vendor))
    asked = {step.route.name for step in plan if isinstance(step, Asked)}
    settled = [route for route in ROUTES if route.name not in asked]
    assert all(refused(route, kind(event, vendor)) for route in settled)
    heard = {v.channel for step in plan if not isinstance(step, Asked) for v in step}
    assert heard == {channel for route in settled for channel in route.channels}


def test_a_plan_is_worked_out_once() -> None:
    table = RouteTable(ROUTES)
    assert table.plan(kind("incident", "aws", "AWS")) is table.plan(kind("incident", "aws", "AWS"))


def test_a_title_is_a_name_too() -> None:
    table = RouteTable((Route("route 1", vendors=("Amazon*",), channels=("ops",)),))
    assert names(table.plan(kind("incident", "aws", "Amazon Web Services"))) == ["route 1"]
    settled = table.plan(kind("incident", "aws"))
    assert settled == ((Verdict("ops", Reason.VENDOR_NOT_SELECTED, route="route 1"),),)


@pytest.mark.parametrize(
    ("route", "this", "why"),
    [
        (
            Route("r", severity=Severity.SEV2),
            kind("incident", "aws", "", Severity.SEV3),
            Reason.BELOW_SEVERITY,
        ),
        (Route("r", severity=Severity.SEV2), kind("incident", "aws", "", Severity.SEV2), None),
        (
            Route("r", tags=("pay",)),
            kind("incident", "aws", "", Severity.SEV3, "build"),
            Reason.VENDOR_NOT_SELECTED,
        ),
        (Route("r", tags=("pay",)), kind("incident", "aws", "", Severity.SEV3, "build", "pay"), None),
        (Route("r", events=frozenset({"source"})), kind("incident", "aws"), Reason.EVENT_NOT_SELECTED),
    ],
)
def test_what_a_route_says_of_a_kind(route: Route, this: Kind, why: Reason | None) -> None:
    assert refused(route, this) is why
