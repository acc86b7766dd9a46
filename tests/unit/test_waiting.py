"""What makes a message wait, and until when: rows of a table. And what a silence withholds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from statusherd.model.changes import Change
from statusherd.model.delivery import Reason as R  # noqa: N817 - it stands in every row of the table
from statusherd.model.hours import parse_window
from statusherd.model.records import Component, VendorIncident
from statusherd.model.routing import Route
from statusherd.model.silences import Silence, Subject, silences
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, Severity
from statusherd.notify.channels import Channel
from statusherd.notify.waiting import Calm, Candidate, Wait, open_route, wait_for

NOW = datetime(2026, 3, 2, 23, tzinfo=UTC)  # a Monday
MORNING = NOW + timedelta(hours=8)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPS = Channel("ops", "json://127.0.0.1:9/")
QUIET = replace(OPS, quiet=(parse_window("22:00-07:00"),))
ROUTE = Route("r", channels=("ops",))
HOLD = replace(ROUTE, hold=180.0)
OFFICE = replace(ROUTE, hours=(parse_window("Mon-Fri 08:00-18:00"),))
MUTED = Silence(NOW - HOUR, NOW + HOUR, "ops", "why", vendors=("acme",), id=7)


def subject(impact: Impact = Impact.MINOR, severity: Severity = Severity.SEV4, **facts: object) -> Subject:
    incident = replace(VendorIncident("i1", "Slow", impact), **facts)
    change = Change("acme", K.INCIDENT_OPENED, NOW, "", incident=incident)
    known = {name: Component(name, name.title()) for name in ("api", "web")}
    return Subject(change, "Acme", severity, "incident", "acme/incident/i1", known)


MINOR = subject()


@dataclass(frozen=True)
class Row:
    says: str
    wait: Wait | None
    routes: tuple[Route, ...] = (ROUTE,)
    channel: Channel = OPS
    subject: Subject = MINOR
    creates: bool = True
    since: datetime = NOW
    flapped_at: datetime | None = None
    silences: tuple[Silence, ...] = ()
    holidays: frozenset[date] = frozenset()


TABLE = [
    Row("nothing keeps it", None),
    Row("minor waits for the hold", Wait(NOW + 3 * MINUTE, R.HELD, route="r"), (HOLD,)),
    Row("no longer than it", None, (HOLD,), since=NOW - 3 * MINUTE),
    Row("what goes on is not held", None, (HOLD,), creates=False),
    Row("major is not held", None, (HOLD,), subject=subject(Impact.MAJOR)),
    Row("unknown is held", Wait(NOW + 3 * MINUTE, R.HELD, route="r"), (HOLD,), subject=subject(Impact.UNKNOWN)),
    Row("severe is not held", None, (HOLD,), subject=subject(severity=Severity.SEV2)),
    Row("a flap waits an hour", Wait(NOW + HOUR, R.FLAPPING, route="r"), (HOLD,), flapped_at=NOW - HOUR),
    Row("a flap waits also where nothing is held", Wait(NOW + HOUR, R.FLAPPING, route="r"), (ROUTE,), flapped_at=NOW - HOUR),
    Row("a day later it is none", Wait(NOW + 3 * MINUTE, R.HELD, route="r"), (HOLD,), flapped_at=NOW - 25 * HOUR),
    Row("quiet hours", Wait(MORNING, R.OUTSIDE_HOURS), channel=QUIET),
    Row("quiet hours of who knows it", Wait(MORNING, R.OUTSIDE_HOURS), channel=QUIET, creates=False),
    Row("SEV1 breaks quiet hours", None, channel=QUIET, subject=subject(severity=Severity.SEV1)),
    Row("quiet hours in another zone", None, channel=replace(QUIET, timezone="Asia/Tokyo")),
    Row("a route out of its hours", Wait(NOW + 9 * HOUR, R.OUTSIDE_HOURS, route="r"), (OFFICE,)),
    Row("SEV1 breaks those too", None, (OFFICE,), subject=subject(severity=Severity.SEV1)),
    Row("hours in the zone of the route", Wait(NOW + 0 * HOUR + HOUR, R.OUTSIDE_HOURS, route="r"),
        (replace(OFFICE, timezone="Asia/Tokyo", hours=(parse_window("09:00-18:00"),)),)),
    Row("hours in the zone of the channel", None, (OFFICE,), channel=replace(OPS, timezone="Asia/Tokyo")),
    Row("a holiday", Wait(NOW + 33 * HOUR, R.OUTSIDE_HOURS, route="r"), (OFFICE,),
        holidays=frozenset({date(2026, 3, 3)})),
    Row("the route that is open counts", None, (OFFICE, ROUTE)),
    Row("else the one that opens first", Wait(NOW + 3 * MINUTE, R.HELD, route="r"), (OFFICE, HOLD)),
    Row("a silence", Wait(NOW + HOUR, R.SILENCED, silence=7), silences=(MUTED,)),
    Row("SEV1 does not break a silence", Wait(NOW + HOUR, R.SILENCED, silence=7), silences=(MUTED,),
        subject=subject(severity=Severity.SEV1)),
    Row("of two silences the longer", Wait(NOW + DAY, R.SILENCED, silence=8),
        silences=(MUTED, replace(MUTED, id=8, ends_at=NOW + DAY))),
    Row("a silence that is over", None, silences=(replace(MUTED, ends_at=NOW),)),
    Row("a silence ahead", None, silences=(replace(MUTED, starts_at=NOW + MINUTE),)),
    Row("a silence before quiet hours", Wait(NOW + HOUR, R.SILENCED, silence=7), channel=QUIET, silences=(MUTED,)),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_what_waits_and_until_when(row: Row) -> None:
    calm = Calm(row.silences, {"ops": row.channel}, row.holidays)
    candidate = Candidate(row.subject, "ops", row.routes, row.creates, row.since, row.flapped_at)
    assert wait_for(candidate, calm, NOW) == row.wait
    if row.wait is None:
        assert open_route(candidate, calm, NOW) == "r"


SUBJECT = subject(component_ids=("api",), regions=("us-1",))


@pytest.mark.parametrize(
    ("matchers", "withheld"),
    [
        ({"vendors": ("AC*",)}, True),
        ({"vendors": ("bolt", "Acme")}, True),
        ({"vendors": ("bolt",)}, False),
        ({"components": ("ap*",)}, True),
        ({"components": ("web",)}, False),
        ({"regions": ("us-*",)}, True),
        ({"regions": ("eu-*",)}, False),
        ({"severities": (Severity.SEV4,)}, True),
        ({"severities": (Severity.SEV3,)}, False),
        ({"events": ("incident",)}, True),
        ({"events": ("source",)}, False),
        ({"threads": ("acme/incident/i1",)}, True),
        ({"threads": ("acme/maintenance/*",)}, False),
        ({"vendors": ("acme",), "events": ("source",)}, False),
    ],
)
def test_what_a_silence_withholds(matchers: dict[str, tuple[str, ...]], withheld: bool) -> None:  # noqa: FBT001
    assert silences(Silence(NOW, NOW + HOUR, "ops", "why", **matchers), SUBJECT) is withheld


@pytest.mark.parametrize("facts", [{"component_ids": ("api", "web")}, {"component_ids": ("api", "x")}, {}])
def test_a_silence_of_a_component_withholds_nothing_that_goes_beyond_it(facts: dict[str, object]) -> None:
    assert not silences(Silence(NOW, NOW + HOUR, "ops", "why", components=("api",)), subject(**facts))


def test_a_silence_of_a_region_withholds_nothing_that_names_none() -> None:
    assert not silences(Silence(NOW, NOW + HOUR, "ops", "why", regions=("us-*",)), subject())
