"""Whether a reminder that is due is told, what else becomes of it, and why: rows of a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from statusherd.model.changes import Change, LoggedChange
from statusherd.model.delivery import Held, Reason, Thread, Told
from statusherd.model.hours import parse_window
from statusherd.model.pacing import Repeat
from statusherd.model.records import VendorIncident
from statusherd.model.routing import Reach, Route
from statusherd.model.silences import Silence
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, Severity
from statusherd.notify.channels import Channel
from statusherd.notify.facts import Facts
from statusherd.notify.moment import ANYONE, Moment
from statusherd.notify.question import Question
from statusherd.notify.repeating import Member, remind
from statusherd.notify.route_table import RouteTable
from statusherd.notify.waiting import Calm

NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEXT, MORNING = NOW + 4 * HOUR, NOW + 8 * HOUR
THREAD = Thread("acme/incident/i1", "acme", "Acme: Down", NOW - 9 * HOUR)
GROUP = Thread("*/group/ops/1", "acme", "Acme: incidents", NOW - 9 * HOUR)
TOLD = Told(THREAD.id, "ops", "investigating", "major", 2, at=NOW - 4 * HOUR)
ROW = Repeat(THREAD.id, "ops", 7, NOW)
ROUTE = Route("r", channels=("ops",), repeat=4 * 3600.0)
OPENED = Change(
    "acme", K.INCIDENT_OPENED, NOW - 9 * HOUR, "", incident=VendorIncident("i1", "Down", Impact.MAJOR)
)
OPS = Channel("ops", "json://127.0.0.1:9/")
MUTED = Silence(NOW - HOUR, NOW + HOUR, "ops", "why", vendors=("acme",), id=7)
ACME = WatchedVendor("acme", "Acme", "https://status.acme.example", "statuspage")


@dataclass(frozen=True)
class Row:
    says: str
    reason: Reason | None
    again: datetime | None = NEXT
    change: Change = OPENED
    told: Told | None = TOLD
    route: Route = ROUTE
    channel: Channel = OPS
    held: tuple[Held, ...] = ()
    silences: tuple[Silence, ...] = ()
    reach: Reach = ANYONE
    row: Repeat = ROW
    severity: Severity = Severity.SEV3
    context: dict[str, object] = field(default_factory=dict)


@pytest.mark.parametrize(
    "row",
    [
        Row("it is told", Reason.REPEATED),
        Row("an end told stops it", None, None, told=replace(TOLD, ended=True)),
        Row("nothing told, nothing to repeat", None, None, told=None),
        Row("an end that waits stops it too", None, None, change=replace(OPENED, kind=K.INCIDENT_RESOLVED)),
        Row("a route that does not repeat", None, None, route=replace(ROUTE, repeat=0.0)),
        Row("a channel that is gone", None, None, channel=replace(OPS, name="mail")),
        Row("news that wait say more", None, held=(Held(THREAD.id, "ops", 8, NOW, NEXT, Reason.GROUPED),)),
        Row("acknowledged", Reason.ACKNOWLEDGED, context={"is_acknowledged": True}),
        Row("off duty", Reason.OFF_DUTY, reach=Reach(off_duty=frozenset({"ops"}))),
        Row("a silence", Reason.SILENCED, NOW + HOUR, silences=(MUTED,)),
        Row("quiet hours", Reason.OUTSIDE_HOURS, MORNING,
            channel=replace(OPS, quiet=(parse_window("22:00-07:00"),))),
        Row("SEV1 in quiet hours", Reason.REPEATED, severity=Severity.SEV1,
            channel=replace(OPS, quiet=(parse_window("22:00-07:00"),))),
        Row("a group", Reason.REPEATED, told=replace(TOLD, thread=GROUP.id), row=replace(ROW, thread=GROUP.id),
            context={"members": (Member("Acme: Down", None),)}),
        Row("a group of which all ends wait", None, told=replace(TOLD, thread=GROUP.id),
            row=replace(ROW, thread=GROUP.id)),
    ],
    ids=lambda row: row.says,
)  # fmt: skip
def test_a_reminder_that_is_due(row: Row) -> None:
    question = Question(LoggedChange(7, row.change), row.severity, "", ACME)
    facts = Facts(
        threads={each.id: each for each in (THREAD, GROUP)},
        told={(row.told.thread, "ops"): row.told} if row.told else {},
        held={(held.thread, held.channel): held for held in row.held},
    )
    channels = {row.channel.name: row.channel}
    moment = Moment(RouteTable((row.route,)), channels, NOW, row.reach, Calm(row.silences, channels))
    found = remind(row.row, question, facts, moment, **row.context)
    assert [decision.reason for decision in found.routing.decisions] == ([row.reason] if row.reason else [])
    assert (found.again and found.again.due_at) == row.again
    told = row.reason is Reason.REPEATED
    assert [d.alert.number for d in found.routing.deliveries] == ([3] if told else [])
    if told:
        (fact,) = found.routing.told
        assert fact == replace(row.told, messages=3), "what the channel knows is as it was"
