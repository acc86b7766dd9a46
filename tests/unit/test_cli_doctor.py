"""`vendor doctor`: the judgement on records alone, and the command on a real store and pages on loopback."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.cli.doctor import look_for_case
from statusherd.cli.doctor_findings import Case, Looked, Place, Wrong, findings
from statusherd.clock import SystemClock
from statusherd.model.changes import Change
from statusherd.model.errors import FailureKind, LookError
from statusherd.model.records import Component, Coverage, Known, KnownIncident, Snapshot
from statusherd.model.vendors import Origin, WatchedVendor
from statusherd.model.words import ChangeKind, Impact, Phase, Status
from statusherd.store.glance import VendorRow
from statusherd.store.known import StoredState
from statusherd.store.validators import StoredValidators
from statusherd.testing import START, FakeClock, Fault, ScriptedFetcher, StatusPage
from statusherd.watch.catalog import Provider

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACME = WatchedVendor(
    "acme", "Acme", "https://status.acme.example/", "statuspage", page_url="https://status.acme.example/"
)
SUMMARY = "https://status.acme.example/api/v2/summary.json"
PARTS = {"a": Component("a", "API", region="eu-west"), "w": Component("w", "Web", group="Front")}


def stored(seen: datetime | None = NOW, url: str = SUMMARY, **known: object) -> StoredState:
    facts = {"format": "statuspage", "first_seen_at": NOW - 90 * DAY, "components": PARTS} | known
    return StoredState(Known("acme", **facts), 1, seen, seen, None, (StoredValidators(url, None, None),))


def row(**facts: object) -> VendorRow:
    bare = dict.fromkeys(VendorRow.__slots__)
    return VendorRow(
        **bare | {"name": "acme", "title": "Acme", "status": Status.OPERATIONAL, "open_incidents": 0} | facts
    )


def case(vendor: WatchedVendor = ACME, **facts: object) -> Case:
    return Case(vendor, 60.0, **{"stored": stored()} | facts)


HEALTHY = Case(replace(ACME, name="healthy"), 60.0, stored())


def judged(*cases: Case) -> list[Wrong]:
    return [finding.kind for finding in findings((*cases, HEALTHY), (), NOW)]


def only(one: Case):
    (finding,) = findings((one, HEALTHY), ("acme",), NOW)
    return finding


# The judgement


def test_nothing_is_wrong_with_what_is_read_as_declared():
    assert judged(case()) == []


def test_a_page_read_in_another_format_has_drifted_since_the_log_says_so():
    moved = Change("acme", ChangeKind.SOURCE_MOVED, NOW - DAY, "", before="statuspage", after="instatus")
    url = "https://status.acme.example/summary.json"
    found = only(case(stored=stored(url=url, format="instatus"), moved=moved))
    assert (found.kind, found.since, found.found) == (Wrong.DRIFTED, NOW - DAY, Place("instatus", url))
    assert found.mend[1:] == (f'endpoint = "{url}"', 'format = "instatus"')


def test_a_page_read_at_another_address_has_drifted():
    found = only(case(stored=stored(url="https://acme.pages.example/api/v2/summary.json")))
    assert found.kind is Wrong.DRIFTED
    assert "https://acme.pages.example" in found.message


def test_a_vendor_that_was_added_is_mended_by_commands_that_keep_its_filters():
    vendor = replace(
        ACME,
        origin=Origin.ADDED,
        components=("API*",),
        tags=("a b",),
        interval=300.0,
        min_impact=Impact.MAJOR,
    )
    mend = only(case(vendor, stored=stored(format="instatus"))).mend
    assert mend[0] == "statusherd vendor remove --yes acme"
    assert mend[1].startswith("statusherd vendor add https://status.acme.example/")
    for part in (
        "--name=acme",
        "--format=instatus",
        "'--component=API*'",
        "'--tag=a b'",
        "--interval=5m",
        "--min-impact=major",
    ):
        assert part in mend[1]


@pytest.mark.parametrize("kind", FailureKind)
def test_a_blind_vendor_is_told_with_what_to_do_about_the_kind_of_failure(kind):
    facts = row(
        blind_since=NOW - HOUR, failing_since=NOW - 2 * HOUR, error_kind=kind.value, error="it failed"
    )
    found = only(case(row=facts))
    assert (found.kind, found.since) == (Wrong.BLIND, NOW - 2 * HOUR)
    assert "it failed" in found.message
    assert found.mend


@pytest.mark.parametrize(
    ("updated", "stale", "is_told"),
    [(NOW - DAY, False, False), (NOW - 40 * DAY, False, True), (NOW - 40 * DAY, True, True)],
)
def test_an_open_incident_that_nobody_touches_is_told(updated, stale, is_told):
    incident = KnownIncident("i", Phase.MONITORING, Impact.MINOR, (), "", updated, None, updated, stale)
    one = case(stored=stored(incidents={"i": incident}))
    assert judged(one) == ([Wrong.STALE] if is_told else [])


def test_a_resolved_incident_is_never_stale():
    old = NOW - 80 * DAY
    incident = KnownIncident("i", Phase.RESOLVED, Impact.MINOR, (), "", old, old, old)
    assert judged(case(stored=stored(incidents={"i": incident}))) == []


@pytest.mark.parametrize(
    ("filters", "near"),
    [
        ({"components": ("Wbe",)}, ("Web",)),
        ({"components": ("front/wib", "API")}, ("Front/Web",)),
        ({"regions": ("eu-wset",)}, ("eu-west",)),
        ({"components": ("qqqq",)}, ()),
    ],
)  # fmt: skip
def test_a_filter_that_matches_nothing_is_told_with_near_names(filters, near):
    found = only(case(replace(ACME, **filters)))
    assert (found.kind, found.suggestions[:1]) == (Wrong.ROTTEN_FILTER, near)
    assert (
        any(near[0] in line for line in found.mend)
        if near
        else found.mend == ("statusherd vendor show acme",)
    )


def test_filters_that_match_are_well_and_so_are_all_where_the_page_lists_nothing():
    vendor = replace(ACME, components=("api", "front/*"), regions=("EU-*",))
    assert judged(case(vendor)) == []
    assert judged(case(replace(ACME, components=("x",)), stored=stored(components={}))) == []


def test_a_vendor_that_was_never_read_is_told():
    assert judged(case(stored=None)) == [Wrong.NEVER_READ]


def test_a_vendor_that_is_looked_at_no_more_while_others_are_is_told():
    assert judged(case(stored=stored(NOW - 2 * HOUR))) == [Wrong.NOT_LOOKED_AT]
    assert judged(replace(case(stored=stored(NOW - 2 * HOUR)), interval=3600.0)) == []


@pytest.mark.parametrize(("seen", "kind"), [(NOW - DAY, Wrong.NOT_LOOKED_AT), (None, Wrong.NEVER_READ)])
def test_where_nothing_is_looked_at_that_is_said_once(seen, kind):
    cases = [Case(replace(ACME, name=f"v{n}"), 60.0, stored(seen) if seen else None) for n in range(9)]
    (found,) = findings(cases, (), NOW)
    assert (found.kind, found.vendor) == (kind, None)
    assert findings((), (), NOW) == ()


@pytest.mark.parametrize(
    ("verified", "seen", "is_told"),
    [
        ("2026-01", None, False),
        ("2025-06-30", None, False),
        ("2025-05", None, True),
        (None, None, True),
        (None, NOW, False),
    ],
)
def test_facts_of_the_catalogue_are_told_where_they_are_old_and_no_look_bears_them_out(
    verified, seen, is_told
):
    provider = Provider("acme", "Acme", "statuspage", ACME.address, verified=verified)
    one = case(stored=stored(seen) if seen else None, provider=provider)
    assert (Wrong.UNVERIFIED in judged(one)) is is_told


# With a look


def test_a_look_that_was_read_stands_above_what_the_store_says():
    facts = row(blind_since=NOW - HOUR, error_kind="timeout", error="x")
    snapshot = Snapshot(
        "acme",
        "statuspage",
        NOW,
        None,
        Status.OPERATIONAL,
        (Component("n", "New"),),
        coverage=Coverage(components=True),
    )
    assert judged(case(row=facts, looked=Looked(snapshot))) == []
    assert judged(case(replace(ACME, components=("API",)), looked=Looked(snapshot))) == [Wrong.ROTTEN_FILTER]


def test_a_look_that_failed_is_told_with_the_place_that_was_found():
    error = LookError(FailureKind.NOT_FOUND, "nothing is there")
    found = only(case(looked=Looked(None, error, Place("instatus", "https://acme.pages.example/"))))
    assert (found.kind, found.found) == (Wrong.DRIFTED, Place("instatus", "https://acme.pages.example/"))
    assert only(case(looked=Looked(None, error))).kind is Wrong.BLIND


async def test_a_page_of_another_shape_is_searched_for():
    fetcher = ScriptedFetcher(FakeClock())
    page = StatusPage(FakeClock(), "Acme")
    fetcher.hold_page("https://status.acme.example", page)
    right = await look_for_case(fetcher, ACME, START)
    assert right.snapshot is not None
    wrong = await look_for_case(
        fetcher, replace(ACME, format="instatus", address="https://status.acme.example/"), START
    )
    assert wrong.found is not None
    assert wrong.found.format == "statuspage"


async def test_a_network_that_fails_is_not_searched():
    fetcher = ScriptedFetcher(FakeClock(), {SUMMARY: LookError(FailureKind.TIMEOUT, "no answer")})
    looked = await look_for_case(fetcher, ACME, START)
    assert looked.error is not None
    assert looked.found is None
    assert ACME.page_url not in fetcher.fetched


# The command


class Ward:
    """A config and a page; `run` calls the program."""

    def __init__(self, folder: Path, page: StatusPage) -> None:
        self.page, self.folder = page, folder
        self.config = folder / "config.toml"

    def declare(self, more: str = "", format_name: str = "statuspage") -> None:
        vendor = f'[[vendor]]\nname = "acme"\npage = "{self.page.url}"\nformat = "{format_name}"\ninterval = "1s"\n{more}'
        self.config.write_text(f"[http]\nallow_private = true\n{vendor}")

    async def run(self, *words: str, code: int = 0):
        result = await asyncio.to_thread(CliRunner().invoke, cli, ["-c", str(self.config), *words])
        assert result.exit_code == code, result.output
        return result

    async def doctor(self, *words: str, code: int) -> list[dict[str, object]]:
        result = await self.run("vendor", "doctor", *words, "--json", code=code)
        document = json.loads(result.stdout)
        assert list(document) == ["at", "ok", "examined", "findings"]
        assert document["ok"] is (code == 0)
        return document["findings"]


@pytest.fixture
async def ward(tmp_path, monkeypatch):
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    async with StatusPage(SystemClock(), "Acme", ("API", "Web")) as page:
        made = Ward(tmp_path, page)
        made.declare()
        yield made


async def test_all_is_well_after_a_look_and_nothing_is_asked_for_that(ward):
    await ward.run("check")
    asked = ward.page.count()
    assert await ward.doctor(code=0) == []
    assert "1 vendor examined, all is well." in (await ward.run("vendor", "doctor")).stderr
    assert ward.page.count() == asked


async def test_before_the_first_look_the_daemon_is_asked_after(ward):
    (finding,) = await ward.doctor(code=1)
    assert (finding["kind"], finding["vendor"]) == ("never_read", None)
    assert not (ward.folder / "var").exists()


async def test_a_rotten_filter_and_a_wrong_file_are_told_with_their_mends(ward):
    await ward.run("check")
    ward.declare('components = ["Webb"]\n')
    (ward.folder / "providers").mkdir()
    (ward.folder / "providers" / "broken.toml").write_text('name = "broken"\n')
    kinds = {finding["kind"]: finding for finding in await ward.doctor(code=1)}
    assert kinds.keys() == {"wrong_file", "rotten_filter"}
    assert kinds["rotten_filter"]["suggestions"] == ["Web"]
    assert 'components = ["Web"]' in kinds["rotten_filter"]["mend"]
    shown = (await ward.run("vendor", "doctor", code=1)).stdout
    assert "To mend acme:" in shown
    assert [f["kind"] for f in await ward.doctor("acme", code=1)] == ["rotten_filter"]


async def test_a_page_that_moved_is_found_by_a_look(ward):
    await ward.run("check")
    ward.declare(format_name="instatus")
    found = {finding["kind"]: finding for finding in await ward.doctor("acme", "--look", code=1)}
    assert found["drifted"]["found"]["format"] == "statuspage"
    assert 'format = "statuspage"' in found["drifted"]["mend"]


async def test_a_page_that_fails_is_told_by_a_look(ward):
    await ward.run("check")
    ward.page.fault = Fault.SERVER_ERROR
    (finding,) = await ward.doctor("--look", code=1)
    assert finding["kind"] == "blind"


async def test_a_name_that_is_not_watched_is_refused(ward):
    assert "Did you mean 'acme'?" in (await ward.run("vendor", "doctor", "acmee", code=1)).stderr
