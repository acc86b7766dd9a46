"""Which group something belongs to, and until when it waits for the others: rows of a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.delivery import Held, Reason, Thread, Told
from statusherd.model.pacing import Group, GroupBy, Grouping, parse_digest
from statusherd.model.records import Component, Maintenance, VendorIncident
from statusherd.model.routing import Route
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, MaintenancePhase, Severity
from statusherd.notify.facts import Facts, Groups
from statusherd.notify.grouping import stays_in_group, together
from statusherd.notify.moment import Moment
from statusherd.notify.question import Question
from statusherd.notify.route_table import RouteTable

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT = Moment(RouteTable(()), ("ops",), NOW)
MINUTE = timedelta(minutes=1)
ACME = WatchedVendor("acme", "Acme", "https://status.acme.example", "statuspage")
API = Component("c1", "API")
INCIDENT = VendorIncident("i1", "Down", Impact.MAJOR, component_ids=("c9", "c1"), regions=("eu-1", "us-1"))
OPENED = Change("acme", K.INCIDENT_OPENED, NOW, "", incident=INCIDENT)
VAGUE = replace(OPENED, incident=VendorIncident("i1", "Down", Impact.MAJOR))
WINDOW = Change(
    "acme",
    K.MAINTENANCE_ANNOUNCED,
    NOW,
    "",
    maintenance=Maintenance("m1", "Move", MaintenancePhase.SCHEDULED),
)
THREAD = "acme/incident/i1"


def question(change: Change = OPENED, severity: Severity = Severity.SEV3, *services: str) -> Question:
    touches = tuple(Touch(name, 1, "acme", TouchedBy.NAMED) for name in services)
    return Question(LoggedChange(7, change), severity, "", ACME, {"c1": API}, touches)


@dataclass(frozen=True)
class Named:
    says: str
    by: GroupBy
    key: str
    subject: str
    asked: Question = field(default_factory=question)


@pytest.mark.parametrize(
    "row",
    [
        Named("vendor", GroupBy.VENDOR, "vendor/trouble/acme", "Acme: incidents"),
        Named("component", GroupBy.COMPONENT, "component/trouble/acme/c1", "Acme API: incidents"),
        Named("no component", GroupBy.COMPONENT, "component/trouble/acme", "Acme: incidents", question(VAGUE)),
        Named("region", GroupBy.REGION, "region/trouble/eu-1", "eu-1: incidents"),
        Named("no region", GroupBy.REGION, "region/trouble/acme", "Acme: incidents", question(VAGUE)),
        Named("severity", GroupBy.SEVERITY, "severity/trouble/SEV3", "SEV3: incidents"),
        Named("service", GroupBy.SERVICE, "service/trouble/shop", "shop: incidents",
              question(OPENED, Severity.SEV3, "shop", "wiki")),
        Named("no service", GroupBy.SERVICE, "service/trouble/acme", "Acme: incidents"),
        Named("planned work", GroupBy.VENDOR, "vendor/maintenance/acme", "Acme: maintenance", question(WINDOW)),
    ],
    ids=lambda row: row.says,
)  # fmt: skip
def test_what_a_group_is_about(row: Named) -> None:
    route = Route("r", grouping=Grouping(row.by, 30, 300))
    wait = together(row.asked, "ops", Facts(), MOMENT, route)
    assert wait is not None
    assert wait.until == NOW + MINUTE / 2
    assert wait.group is not None
    assert (wait.group.key, wait.group.thread.subject) == (row.key, row.subject)


def test_a_source_that_cannot_be_read_is_told_by_itself() -> None:
    blind = question(Change("acme", K.BLIND, NOW, "", since=NOW))
    assert together(blind, "ops", Facts(), MOMENT, Route("r", grouping=Grouping(GroupBy.VENDOR))) is None


GROUP = Group("ops", "vendor/trouble/acme", Thread("*/group/1", "acme", "Acme: incidents", NOW - 60 * MINUTE))
OWN = Told(THREAD, "ops", "", "", 1, at=NOW - MINUTE)
IN_GROUP = replace(OWN, group_thread="*/group/1")
HEARD = Told("*/group/1", "ops", "", "", 1, at=NOW - MINUTE)
VENDOR = Grouping(GroupBy.VENDOR, 30, 300)
ALONE = Grouping(GroupBy.INCIDENT, 30, 300)


@dataclass(frozen=True)
class Row:
    says: str
    until: datetime | None
    joins: bool = True
    grouping: Grouping = VENDOR
    told: tuple[Told, ...] = ()
    held: tuple[Held, ...] = ()
    waiting: datetime | None = None
    asked: Question = field(default_factory=question)


@pytest.mark.parametrize(
    "row",
    [
        Row("the first waits", NOW + MINUTE / 2, joins=False),
        Row("another joins it", NOW + MINUTE / 6, waiting=NOW + MINUTE / 6),
        Row("news wait for the interval", NOW + 4 * MINUTE, told=(HEARD,)),
        Row("news of what was told too", NOW + 4 * MINUTE, told=(HEARD, IN_GROUP)),
        Row("after it, at once", NOW, told=(replace(HEARD, at=NOW - 9 * MINUTE), IN_GROUP)),
        Row("after its end another begins", NOW + MINUTE / 2, joins=False, told=(replace(HEARD, ended=True),)),
        Row("SEV1 waits for nothing", NOW, told=(HEARD,), asked=question(OPENED, Severity.SEV1)),
        Row("what was told by itself goes on so", NOW + 4 * MINUTE, joins=False, told=(HEARD, OWN)),
        Row("alone, the first waits", NOW + MINUTE / 2, joins=False, grouping=ALONE),
        Row("alone, news wait", NOW + 4 * MINUTE, joins=False, grouping=ALONE, told=(OWN,)),
        Row("alone, SEV1 does not", None, grouping=ALONE, told=(OWN,), asked=question(OPENED, Severity.SEV1)),
        Row("alone, a wait that is over", None, grouping=ALONE,
            held=(Held(THREAD, "ops", 7, NOW - MINUTE, NOW, Reason.GROUPED),)),
        Row("no grouping at all", None, grouping=Grouping(), told=(OWN,)),
    ],
    ids=lambda row: row.says,
)  # fmt: skip
def test_until_when_it_waits_and_for_which_group(row: Row) -> None:
    facts = Facts(
        threads={GROUP.thread.id: GROUP.thread},
        told={(told.thread, told.channel): told for told in row.told},
        held={(held.thread, held.channel): held for held in row.held},
        groups=Groups(open={("ops", GROUP.key): GROUP}),
    )
    if row.waiting:
        facts.groups.until[GROUP.thread.id] = row.waiting
    wait = together(row.asked, "ops", facts, MOMENT, Route("r", grouping=row.grouping))
    assert (wait and wait.until) == row.until
    if wait is not None:
        assert (wait.group is not None and wait.group.thread == GROUP.thread) is row.joins


def test_what_was_told_in_a_group_stays_there_without_any_route_that_groups() -> None:
    facts = Facts(threads={GROUP.thread.id: GROUP.thread})
    found = stays_in_group(IN_GROUP, facts, NOW)
    assert found is not None
    assert found.group is not None
    assert (found.until, found.group.thread) == (NOW, GROUP.thread)
    assert stays_in_group(OWN, facts, NOW) is None
    assert stays_in_group(replace(IN_GROUP, ended=True), facts, NOW) is None


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "after", "when"),
    [
        ("daily 09:00", "2026-03-02T07:00Z", "2026-03-02T08:00Z"),
        ("daily 09:00", "2026-03-02T08:00Z", "2026-03-03T08:00Z"),
        ("weekly Mon 09:00", "2026-03-02T08:00Z", "2026-03-09T08:00Z"),
        ("weekly sun 23:30", "2026-03-02T08:00Z", "2026-03-08T22:30Z"),
        ("daily 09:00", "2026-03-28T12:00Z", "2026-03-29T07:00Z"),
        ("daily 02:30", "2026-03-28T12:00Z", "2026-03-29T01:00Z"),
        ("daily 02:30", "2026-10-24T12:00Z", "2026-10-25T00:30Z"),
        ("daily 02:30", "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
    ],
)
def test_when_the_next_digest_is_due_in_berlin(text: str, after: str, when: str) -> None:
    found = parse_digest(text).next(datetime.fromisoformat(after), BERLIN)
    assert found == datetime.fromisoformat(when)


@pytest.mark.parametrize("text", ["daily", "09:00", "daily 24:00", "weekly 09:00", "weekly Moo 09:00", 9])
def test_what_is_no_digest(text: object) -> None:
    with pytest.raises(ValueError, match="Write it like"):
        parse_digest(text)


def test_a_digest_is_read_as_it_is_shown() -> None:
    assert [str(parse_digest(text)) for text in ("daily 09:00", "WEEKLY  mon 9:00".replace(" 9", " 09"))] == [
        "daily 09:00", "weekly Mon 09:00"
    ]  # fmt: skip
