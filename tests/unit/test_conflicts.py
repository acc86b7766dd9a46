"""What of ours a window falls into: rows of a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from statusherd.model.changes import Change
from statusherd.model.freezes import Freeze
from statusherd.model.oncall import Person, Roster, Rotation, Rule
from statusherd.model.records import Maintenance
from statusherd.model.services import Touch, TouchedBy
from statusherd.model.words import ChangeKind, MaintenancePhase
from statusherd.respond.conflicts import OurPlans, conflicts, rule_problem
from statusherd.respond.handovers import every

HOUR = timedelta(hours=1)
SHOP = Touch("shop", 1, "acme", TouchedBy.NAMED, owner="web")
XMAS = Freeze(
    "Christmas",
    datetime.fromisoformat("2025-12-15"),
    datetime.fromisoformat("2026-01-06"),
    "Europe/Berlin",
    "FREQ=YEARLY",
)
FRIDAYS = Freeze(
    "Fridays",
    datetime.fromisoformat("2026-01-02 18:00"),
    datetime.fromisoformat("2026-01-05 06:00"),
    rrule="FREQ=WEEKLY;BYDAY=FR",
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def window(starts: datetime | None, ends: datetime | None, phase=MaintenancePhase.SCHEDULED) -> Change:
    maintenance = Maintenance("m", "Work", phase, starts, ends)
    return Change("acme", ChangeKind.MAINTENANCE_ANNOUNCED, utc(2026, 1, 1), "", maintenance=maintenance)


@pytest.mark.parametrize(
    ("freeze", "starts", "ends", "falls"),
    [
        (XMAS, utc(2031, 12, 14, 22), utc(2031, 12, 14, 22, 59), False),
        (XMAS, utc(2031, 12, 14, 22), utc(2031, 12, 14, 23, 1), True),  # midnight in Berlin is 23:00
        (XMAS, utc(2032, 1, 5, 22, 59), None, True),
        (XMAS, utc(2032, 1, 5, 23), None, False),
        (XMAS, utc(2026, 7, 1), utc(2026, 7, 2), False),
        (XMAS, utc(2026, 7, 1), utc(2027, 3, 1), True),
        (FRIDAYS, utc(2026, 6, 5, 17), utc(2026, 6, 5, 17, 59), False),
        (FRIDAYS, utc(2026, 6, 7, 12), utc(2026, 6, 7, 13), True),
        (FRIDAYS, utc(2026, 6, 8, 6), utc(2026, 6, 8, 7), False),
        (XMAS, None, None, False),
        (XMAS, datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), False),
        (XMAS, datetime.min.replace(tzinfo=UTC), utc(2026, 12, 24), False),
    ],
)
def test_a_window_falls_into_a_freeze(freeze: Freeze, starts, ends, falls: bool) -> None:  # noqa: FBT001
    assert bool(conflicts(window(starts, ends), (), OurPlans((freeze,)))) is falls


def test_a_freeze_of_services_is_about_these_alone() -> None:
    freeze = Freeze(
        "Sale",
        datetime.fromisoformat("2026-06-01"),
        datetime.fromisoformat("2026-06-02"),
        services=("SHOP*",),
    )
    change = window(utc(2026, 6, 1, 8), utc(2026, 6, 1, 9))
    assert not conflicts(change, (), OurPlans((freeze,)))
    (found,) = conflicts(change, (SHOP,), OurPlans((freeze,)))
    assert (found.name, found.begins_at, found.ends_at) == ("Sale", utc(2026, 6, 1), utc(2026, 6, 2))


@pytest.mark.parametrize("phase", [MaintenancePhase.CANCELLED, MaintenancePhase.COMPLETED])
def test_what_is_over_falls_into_nothing(phase: MaintenancePhase) -> None:
    assert not conflicts(window(utc(2026, 12, 24), utc(2026, 12, 25), phase), (), OurPlans((XMAS,)))


def test_a_handover_of_the_owners_rotation_inside_the_window_is_told() -> None:
    cycle = every(timedelta(weeks=1), date(2026, 1, 5), time(9))
    rotation = Rotation("web", "Europe/Berlin", ("ada", "bob"), Rule(date(2026, 1, 5)), cycle)
    roster = Roster({"ada": Person("ada", ("a",)), "bob": Person("bob", ("b",))}, {"web": rotation})
    plans = OurPlans((), {"web": ("oncall:web", "chat")}, roster)
    night = window(utc(2026, 6, 8, 6), utc(2026, 6, 8, 8))  # Monday, 9:00 in Berlin is 7:00
    (found,) = conflicts(night, (SHOP,), plans)
    assert (found.name, found.begins_at, found.person) == ("web", utc(2026, 6, 8, 7), "ada")
    assert not conflicts(night, (), plans)
    assert not conflicts(window(utc(2026, 6, 8, 7), utc(2026, 6, 8, 8)), (SHOP,), plans)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("FREQ=YEARLY", None),
        ("FREQ=WEEKLY;BYDAY=FR", "does not fall on"),
        ("FREQ=HOURLY", "must have FREQ"),
        ("BYDAY=FR", "must have FREQ"),
        ("FREQ=YEARLY;COUNT=3", "must not end"),
        ("FREQ=YEARLY;BYDAY=XX", "no rule that can be read"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "does not fall on"),
    ],
)
def test_a_rule_is_judged(rule: str, wrong: str | None) -> None:
    found = rule_problem(rule, datetime.fromisoformat("2026-12-15"))
    assert (found is None) if wrong is None else (found is not None and wrong in found)
