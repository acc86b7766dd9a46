"""`status`: quick, honest about what is unknown, and the same config whichever way it is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd import states
from statusherd.cli import cli
from statusherd.cli.glimpse import glimpse, glimpse_of
from statusherd.cli.states import OUR_SIGHT
from statusherd.cli.status import code_of
from statusherd.config import load
from statusherd.model.records import Known, Snapshot
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import Status
from statusherd.store.engine import Store
from statusherd.store.look_record import LookFailure, LookRecord
from statusherd.store.looks import save_look
from statusherd.store.vendors import add_vendor

NOW = datetime.now(UTC).replace(microsecond=0)
EARLIER = NOW - timedelta(hours=2)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


class House:
    """A config and its store, filled by hand."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.toml"
        self.url = f"sqlite:///{folder / 'var' / 'statusherd.db'}"
        self.write(())

    def write(self, names, more: str = "") -> None:
        page = 'page = "https://status.example.com"\nformat = "statuspage"\n'
        text = "".join(f"[[vendor]]\nname = {json.dumps(name, ensure_ascii=False)}\n{page}" for name in names)
        self.config.write_text(more + text)

    def look(self, name: str, status: Status, *, blind: bool = False, failed: bool = False) -> None:
        known = Known(
            name,
            "statuspage",
            first_seen_at=EARLIER,
            status=status,
            failed_looks=3 if blind or failed else 0,
            failing_since=EARLIER if blind or failed else None,
            blind_since=EARLIER if blind else None,
        )
        snapshot = Snapshot(name, "statuspage", EARLIER, status, status)
        with Store.open(self.url) as store:
            first = LookRecord(name, EARLIER, Known(name), known, 0, snapshot=snapshot, title=name.title())
            store.write_now(lambda conn: save_look(conn, first))
            if blind or failed:
                failure = LookFailure("timeout", "no answer")
                second = LookRecord(name, NOW, known, known, 1, failure=failure)
                store.write_now(lambda conn: save_look(conn, second))

    def add(self, name: str) -> None:
        vendor = WatchedVendor(name, name, "https://status.example.com", "statuspage")
        with Store.open(self.url) as store:
            store.write_now(lambda conn: add_vendor(conn, vendor, NOW))

    def run(self, *words: str):
        return CliRunner().invoke(cli, ["-c", str(self.config), "status", *words])

    def states(self, *words: str) -> dict[str, dict[str, object]]:
        result = self.run("--json", *words)
        assert result.exit_code == 0, result.output
        return {vendor["name"]: vendor for vendor in json.loads(result.stdout)["vendors"]}


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("operational maintenance", 0),
        ("operational degraded unknown", 10),
        ("degraded partial_outage unknown", 11),
        ("major_outage degraded operational", 11),
        ("unknown operational", 12),
        ("unknown", 12),
        ("", 12),
    ],
)
def test_the_exit_code_is_that_of_the_worst(words, code):
    assert code_of(Status(word) for word in words.split()) == code


def test_the_exit_code_is_asked_for(house):
    house.write(["acme"])
    house.look("acme", Status.MAJOR_OUTAGE)
    assert house.run().exit_code == 0
    assert house.run("--exit-code").exit_code == 11


def test_vendors_never_looked_at_are_unknown_without_a_store_too(house):
    house.write(["acme"])
    assert house.states()["acme"]["status"] == "unknown"
    result = house.run("--exit-code")
    assert result.exit_code == 12
    assert "? unknown (never read)" in result.stdout
    assert "statusherd run" in result.stderr


def test_configured_and_added_vendors_are_shown_and_those_removed_are_not(house):
    house.write(["acme", "new"])
    house.look("acme", Status.OPERATIONAL)
    house.look("gone", Status.MAJOR_OUTAGE)
    house.add("extra")
    found = house.states()
    assert {name: (v["status"], v["origin"]) for name, v in found.items()} == {
        "acme": ("operational", "config"),
        "extra": ("unknown", "added"),
        "new": ("unknown", "config"),
    }


def test_what_cannot_be_read_is_unknown_and_says_since_when(house):
    house.write(["acme"])
    house.look("acme", Status.OPERATIONAL, blind=True)
    acme = house.states()["acme"]
    assert (acme["status"], acme["last_status"]) == ("unknown", "operational")
    assert acme["blind_since"] == EARLIER.isoformat().replace("+00:00", "Z")
    assert acme["error"] == {"kind": "timeout", "message": "no answer"}
    result = house.run("--exit-code")
    assert "? unknown (cannot read since " in result.stdout
    assert result.exit_code == 12


def test_a_failed_look_changes_no_state_but_shows(house):
    house.write(["acme"])
    house.look("acme", Status.DEGRADED, failed=True)
    assert house.states()["acme"]["status"] == "degraded"
    assert "! degraded (last look failed)" in house.run().stdout


def test_the_worst_stand_first_and_trouble_leaves_out_the_rest(house):
    house.write(["a-well", "b-down", "c-slow"])
    house.look("a-well", Status.OPERATIONAL)
    house.look("b-down", Status.MAJOR_OUTAGE)
    house.look("c-slow", Status.DEGRADED)
    assert [line.split()[0] for line in house.run().stdout.splitlines()] == [
        "VENDOR",
        "b-down",
        "c-slow",
        "a-well",
    ]
    result = house.run("--trouble")
    assert "a-well" not in result.stdout
    assert "3 vendors: 1 major outage, 1 degraded, 1 operational" in result.stderr
    assert json.loads(house.run("--json", "--trouble").stdout)["summary"]["operational"] == 1


def test_it_says_when_the_fault_is_ours(house):
    house.write(["acme"])
    house.look("acme", Status.OPERATIONAL)
    house.look(OUR_SIGHT, Status.UNKNOWN, blind=True)
    assert "on our side of the network" in house.run().stderr
    document = json.loads(house.run("--json").stdout)
    assert document["cannot_see_out_since"]
    assert [vendor["name"] for vendor in document["vendors"]] == ["acme"]


def test_the_name_of_our_own_sight_is_the_one_the_pipeline_stores():
    assert OUR_SIGHT == states.OUR_SIGHT


HOSTILE = ("--option", "$(touch x)", "a\nb", "quo\"te'", "🚀", "x" * 10_000, "\x1b[31mred", "\u202eevil")


def test_hostile_names_are_kept_literally_and_shown_safely(house):
    house.write(HOSTILE)
    for name in HOSTILE:
        house.look(name, Status.OPERATIONAL)
    assert set(house.states()) == set(HOSTILE)
    shown = house.run().stdout
    assert len(shown.splitlines()) == len(HOSTILE) + 1
    assert not any(c in shown for c in "\x1b\u202e\r")
    assert max(map(len, shown.splitlines())) < 200


def test_json_has_nothing_but_json_on_both_streams(house):
    house.write(["acme"])
    result = house.run("--json")
    assert json.loads(result.output)["summary"]["unknown"] == 1


def test_a_damaged_store_is_told_and_not_called_well(house):
    house.write(["acme"])
    house.look("acme", Status.OPERATIONAL)
    Path(house.url.removeprefix("sqlite:///")).write_bytes(b"no database at all")
    result = house.run("--exit-code")
    assert result.exit_code == 1
    assert "not a database" in result.stderr


def test_mistakes_elsewhere_in_the_config_do_not_hide_the_states(house):
    house.write(["acme"], more="[http]\nno_such_key = 1\n")
    house.look("acme", Status.OPERATIONAL)
    assert house.states()["acme"]["status"] == "operational"


# The quick reading and the full one


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[daemon]\ndata_dir = "data"\n',
        '[daemon]\ndata_dir = "/somewhere/else"\n',
        '[database]\nurl = "sqlite:///own.db"\n',
        '[database]\nurl = "sqlite:////absolute/own.db"\n',
        '[database]\nurl = { env = "STATUSHERD_TEST_URL" }\n',
        '[[vendor]]\npage = "https://status.example.com/x"\nformat = "statuspage"\n',
        '[[vendor]]\nname = "own"\ntitle = "Own"\nendpoint = "https://e.example.com"\nformat = "statuspage"\n',
    ],
)
def test_the_quick_reading_of_a_config_agrees_with_the_full_one(text, tmp_path, monkeypatch):
    monkeypatch.setenv("STATUSHERD_TEST_URL", "sqlite:///from-env.db")
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert glimpse(str(path)) == glimpse_of(load(path))


def test_the_quick_reading_finds_the_state_folder_of_the_service(tmp_path, monkeypatch):
    monkeypatch.setenv("STATE_DIRECTORY", f"{tmp_path / 'state'}:/other")
    path = tmp_path / "config.toml"
    path.write_text("")
    assert glimpse(str(path)) == glimpse_of(load(path))


def test_a_config_that_cannot_be_read_is_told_in_full(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[[vendor]\n")
    result = CliRunner().invoke(cli, ["-c", str(path), "status"])
    assert result.exit_code == 78
    assert "line 1" in result.stderr
