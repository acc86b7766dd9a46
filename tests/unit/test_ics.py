"""The calendar file of a maintenance, as RFC 5545 wants it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Circumstances, Thread
from statusherd.model.freezes import Clash, Conflict
from statusherd.model.records import Component, Maintenance
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import MaintenancePhase, Severity
from statusherd.notify.ics import calendar, method_of

T0 = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORK = Maintenance(
    "m1",
    "Database work; part 1, of 2",
    MaintenancePhase.SCHEDULED,
    T0 + timedelta(days=1),
    T0 + timedelta(days=2),
)
THREAD = Thread("acme/maintenance/m1", "acme", "Acme maintenance", T0)


def alert(kind: K = K.MAINTENANCE_ANNOUNCED, number: int = 1, minutes: int = 0, **facts: object) -> Alert:
    at = T0 + timedelta(minutes=minutes)
    change = Change("acme", kind, at, "", "m1", maintenance=replace(WORK, **facts))
    return Alert(THREAD, change, "Acme", Severity.SEV4, "", number)


def written(what: Alert) -> str:
    found = calendar(what, T0)
    assert found is not None
    return found


def field(document: str, name: str) -> str:
    unfolded = document.replace("\r\n ", "")
    (value,) = re.findall(rf"^{name}:(.*)\r$", unfolded, re.MULTILINE)
    return value


def test_a_window_is_an_event_with_its_times_and_escaped_text() -> None:
    document = written(alert())
    assert document.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert document.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert field(document, "DTSTART") == "20260602T120000Z"
    assert field(document, "DTEND") == "20260603T120000Z"
    assert field(document, "SUMMARY") == r"Acme maintenance: Database work\; part 1\, of 2"
    assert field(document, "METHOD") == method_of(document) == "PUBLISH"
    assert field(document, "STATUS") == "CONFIRMED"


def test_an_entry_is_moved_and_removed_by_its_uid_and_rising_sequence() -> None:
    first = written(alert())
    moved = written(alert(K.MAINTENANCE_RESCHEDULED, 2, 10))
    off = written(alert(K.MAINTENANCE_CANCELLED, 3, 20, phase=MaintenancePhase.CANCELLED))
    assert field(first, "UID") == field(moved, "UID") == field(off, "UID")
    numbers = [int(field(each, "SEQUENCE")) for each in (first, moved, off)]
    assert numbers == sorted(set(numbers))
    assert (field(off, "METHOD"), field(off, "STATUS")) == ("CANCEL", "CANCELLED")
    assert method_of(off) == "CANCEL"
    other = replace(alert(), thread=replace(THREAD, id="acme/maintenance/m2"))
    assert field(written(other), "UID") != field(first, "UID")


def test_only_what_moves_a_calendar_is_attached() -> None:
    assert calendar(alert(K.MAINTENANCE_STARTED, 2), T0) is None
    assert calendar(alert(K.MAINTENANCE_REMINDER, 2), T0) is None
    assert calendar(alert(K.MAINTENANCE_ENDED, 2), T0) is None
    assert calendar(alert(starts_at=None), T0) is None
    assert calendar(alert(K.MAINTENANCE_REMINDER, 1), T0) is not None, "the first that a channel hears"
    assert "DTEND" not in written(alert(ends_at=None))


def test_a_conflict_and_what_is_affected_stand_in_it() -> None:
    conflict = Conflict(Clash.FREEZE, "Sale", T0)
    given_ = alert()
    change = replace(given_.change, components=(Component("c", "API"),))
    said = field(
        written(replace(given_, change=change, circumstances=Circumstances(conflicts=(conflict,)))),
        "DESCRIPTION",
    )
    assert said.startswith(r"CONFLICT with your freeze Sale.\nAffected: API.\nReference: ")


@given(st.text(max_size=300))
def test_no_text_breaks_out_of_its_line(title: str) -> None:
    document = written(alert(title=title))
    for line in document.split("\r\n"):
        assert len(line.encode()) <= 75
        assert "\n" not in line
        assert "\r" not in line
    names = {line.split(":", 1)[0] for line in document.replace("\r\n ", "").split("\r\n") if line}
    assert names == {
        "BEGIN", "VERSION", "PRODID", "METHOD", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
        "DESCRIPTION", "STATUS", "TRANSP", "END",
    }  # fmt: skip
