"""Every format is judged by the same six cases, whatever its own tests look at besides."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from cases import CASES, Fixtures, columns_of, fixtures_of

from statusherd.model.errors import LookError
from statusherd.model.records import Snapshot
from statusherd.model.words import MaintenancePhase, Status
from statusherd.watch.formats import format_named, format_names

each_format = pytest.mark.parametrize("name", format_names())
NOTHING = "-"
"""The word of docs/formats.md for what a page does not tell."""


def phases(snapshot: Snapshot) -> list[MaintenancePhase]:
    return [window.phase for window in snapshot.maintenances]


def judge_all_well(snapshot: Snapshot, columns: Mapping[str, str]) -> None:
    assert snapshot.status is Status.OPERATIONAL
    assert snapshot.open_incidents == ()


def judge_incident_open(snapshot: Snapshot, columns: Mapping[str, str]) -> None:
    assert snapshot.status.is_trouble
    in_trouble = any(component.status.is_trouble for component in snapshot.components)
    if columns.get("incidents", NOTHING) != NOTHING:
        assert snapshot.open_incidents
    elif columns.get("components") != NOTHING:  # what has neither tells it by its rollup alone
        assert snapshot.open_incidents or in_trouble


def judge_maintenance_scheduled(snapshot: Snapshot, columns: Mapping[str, str]) -> None:
    assert phases(snapshot).count(MaintenancePhase.SCHEDULED) == 1
    assert snapshot.status is not Status.MAINTENANCE
    assert not snapshot.status.is_trouble


def judge_maintenance_running(snapshot: Snapshot, columns: Mapping[str, str]) -> None:
    assert snapshot.status is Status.MAINTENANCE
    runs = phases(snapshot).count(MaintenancePhase.IN_PROGRESS) == 1
    assert runs or any(component.status is Status.MAINTENANCE for component in snapshot.components)


def judge_resolved(snapshot: Snapshot, columns: Mapping[str, str]) -> None:
    assert snapshot.open_incidents == ()
    assert not snapshot.status.is_trouble
    assert snapshot.incidents or not snapshot.coverage.history


JUDGES: dict[str, Callable[[Snapshot, Mapping[str, str]], None]] = {
    "all_well": judge_all_well,
    "incident_open": judge_incident_open,
    "maintenance_scheduled": judge_maintenance_scheduled,
    "maintenance_running": judge_maintenance_running,
    "resolved": judge_resolved,
}


def read(name: str, given: Fixtures, case: str) -> list[Snapshot]:
    """Read a case with its documents in two orders, for a look gives them in any."""
    documents = given.documents(case)
    orders = [documents, documents[::-1]] if len(documents) > 1 else [documents]
    return [format_named(name).parse(order, given.look) for order in orders]


@each_format
@pytest.mark.parametrize("case", CASES)
def test_a_case_reads_as_its_name_says(name: str, case: str):
    given = fixtures_of(name)
    if case in given.cannot:
        return
    assert given.places(case), f"{name} has no {case}: write it, or say under [cannot] why there is none"
    assert len(given.places(case)) == 1, "a case is one file or one folder"
    assert given.documents(case), f"{name}: {case} is an empty folder"
    if case == "malformed":
        with pytest.raises(LookError):
            read(name, given, case)
        return
    for snapshot in read(name, given, case):
        assert snapshot.format == name
        JUDGES[case](snapshot, columns_of(name))


@each_format
def test_what_a_format_cannot_tell_has_a_reason_and_no_case(name: str):
    given = fixtures_of(name)
    assert given.cannot.keys() <= set(CASES) - {"all_well", "malformed"}
    for case, reason in given.cannot.items():
        assert len(reason.split()) > 2, f"{case}: {reason!r} is no reason"
        assert not given.places(case), f"{case} is there, so the format can tell it"


@each_format
def test_what_a_format_cannot_tell_is_what_the_table_says(name: str):
    cannot, columns = fixtures_of(name).cannot, columns_of(name)
    if not columns:  # not in the table yet
        return
    windows = {"maintenance_scheduled", "maintenance_running"}
    if columns["maintenance"] == "yes":
        assert not windows & cannot.keys()
    if columns["maintenance"] == NOTHING:  # components may still be under maintenance
        assert "maintenance_scheduled" in cannot
    if columns["history"] == "yes":
        assert "resolved" not in cannot
    if {columns["components"], columns["incidents"]} != {NOTHING}:
        assert "incident_open" not in cannot


@each_format
def test_cases_give_addresses_to_files_that_are_there(name: str):
    assert fixtures_of(name).lost_urls() == set()


@each_format
def test_a_format_says_where_its_facts_come_from(name: str):
    assert "Facts" in (format_named(name).__doc__ or "")
