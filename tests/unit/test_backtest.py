"""`alert backtest`: the same changes through other rules, side by side, with nothing sent or written."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.model.changes import Change
from statusherd.model.records import VendorIncident
from statusherd.model.silences import Silence
from statusherd.model.words import ChangeKind as K
from statusherd.model.words import Impact, Phase, Status
from statusherd.store import changes, silences
from statusherd.store.engine import Store

BEGUN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, at night
MINUTE = timedelta(minutes=1)
CHANNELS = """
[[channel]]
name = "ops"
url = "json://127.0.0.1:9/s3cr3t-path"
[[channel]]
name = "web"
url = "json://127.0.0.1:9/s3cr3t-path"
[[vendor]]
name = "acme"
page = "https://status.acme.example"
format = "statuspage"
[[vendor]]
name = "globex"
page = "https://status.globex.example"
format = "statuspage"
"""
SERVICE = """
[[service]]
name = "shop"
tier = 1
depends_on = ["acme"]
"""
ALL_TO_OPS = '[[route]]\nchannels = ["ops"]\n'


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


class House:
    """A config that runs, the store of what happened, and a config to try."""

    def __init__(self, folder: Path) -> None:
        self.now, self.new = folder / "config.toml", folder / "new.toml"
        self.url = f"sqlite:///{folder / 'var' / 'statusherd.db'}"
        (folder / "var").mkdir()
        self.file = folder / "var" / "statusherd.db"

    def happened(self, *log: Change) -> None:
        with Store.open(self.url) as store:
            store.write_now(lambda conn: changes.append(conn, sorted(log, key=lambda change: change.at)))

    def tried(self, now: str, new: str, *more: str):
        self.now.write_text(CHANNELS + now)
        self.new.write_text(CHANNELS + new)
        words = ("alert", "backtest", "--config", str(self.new), "--since", "30d", "--until", "2026-03-20")
        result = CliRunner().invoke(cli, ["-c", str(self.now), *words, *more])
        assert result.exit_code == 0, result.output
        return result

    def json(self, now: str, new: str, *more: str):
        return json.loads(self.tried(now, new, "--json", *more).stdout)


@pytest.fixture
def house(tmp_path) -> House:
    return House(tmp_path)


def incident(
    minutes: int, kind: K, phase: Phase, impact: Impact = Impact.MAJOR, vendor: str = "acme"
) -> Change:
    at = BEGUN + minutes * MINUTE
    of = VendorIncident(
        f"i-{vendor}", "API errors", impact, phase, BEGUN, at, at if phase is Phase.RESOLVED else None
    )
    facets = ("phase",) if kind is K.INCIDENT_UPDATED else ()
    return Change(vendor, kind, at, "it is listed", of.id, facets, status=Status.DEGRADED, incident=of)


def story(impact: Impact = Impact.MAJOR, vendor: str = "acme") -> tuple[Change, ...]:
    """An incident of 20 minutes: opened, identified, over."""
    return (
        incident(0, K.INCIDENT_OPENED, Phase.INVESTIGATING, impact, vendor),
        incident(8, K.INCIDENT_UPDATED, Phase.IDENTIFIED, impact, vendor),
        incident(20, K.INCIDENT_RESOLVED, Phase.RESOLVED, impact, vendor),
    )


def counts(found, channel: str = "ops") -> tuple[int, int]:
    (row,) = (r for r in found["recipients"] if r["channel"] == channel)
    return row["now"]["messages"], row["new"]["messages"]


def test_the_same_rules_make_no_difference(house):
    house.happened(*story())
    found = house.json(ALL_TO_OPS, ALL_TO_OPS)
    assert (found["more"]["count"], found["less"]["count"], found["moved"], found["missed"]) == (0, 0, 0, [])
    assert counts(found) == (3, 3)
    assert found["recipients"][0]["now"] == {
        "messages": 3,
        "at_night": 3,
        "weeks": [{"monday": "2026-03-02", "messages": 3}],
    }


def test_what_a_hold_spares_is_told_with_its_reason(house):
    house.happened(*story(Impact.MINOR))
    found = house.json(ALL_TO_OPS, ALL_TO_OPS + 'hold = "30m"\n')
    assert counts(found) == (3, 0)
    assert [m["reason"] for m in found["less"]["messages"]] == ["held", "held", "over_before_told"]
    assert house.json(ALL_TO_OPS, ALL_TO_OPS + 'hold = "5m"\n')["moved"] == 1


def test_hours_of_the_new_rules_are_waited_for(house):
    house.happened(*story()[:1])
    found = house.json(ALL_TO_OPS, ALL_TO_OPS + 'hours = "mon-fri 09:00-17:00"\n')
    assert (counts(found), found["moved"]) == ((1, 1), 1)
    (row,) = (r for r in found["recipients"] if r["channel"] == "ops")
    assert (row["now"]["at_night"], row["new"]["at_night"]) == (1, 0)


def test_reminders_and_groups_of_the_new_rules_count(house):
    house.happened(
        incident(0, K.INCIDENT_OPENED, Phase.INVESTIGATING),
        incident(185, K.INCIDENT_RESOLVED, Phase.RESOLVED),
    )
    assert counts(house.json(ALL_TO_OPS, ALL_TO_OPS + 'repeat = "1h"\n')) == (2, 5)
    grouped = 'group_by = "vendor"\ngroup_wait = "30s"\n'
    assert counts(house.json(ALL_TO_OPS, ALL_TO_OPS + grouped)) == (2, 2)


def test_more_and_less_name_channel_vendor_and_what_the_other_rules_answer(house):
    house.happened(*story(), *story(vendor="globex"))
    new = '[[route]]\nmatch = { vendor = "acme" }\nchannels = ["web"]\n'
    text = house.tried(ALL_TO_OPS, new).stdout
    assert "ops      6 → 0" in text
    assert "More: 3 messages" in text
    assert "Less: 6 messages" in text
    assert '2026-03-02 02:00  web  OPENED: acme: major incident "API errors" (investigating)' in text
    assert "not by the rules of now: no route of it asks for this channel" in text
    assert "s3cr3t" not in text


def test_a_grave_incident_that_nobody_would_hear_of_is_missed(house):
    house.happened(*story(), *story(vendor="globex"))
    none = '[[route]]\nmatch = { vendor = "globex" }\nchannels = ["ops"]\n' + SERVICE
    (missed,) = house.json(ALL_TO_OPS + SERVICE, none)["missed"]
    assert (missed["vendor"], missed["services"], missed["told_now"]) == ("acme", ["shop"], True)
    text = house.tried(ALL_TO_OPS + SERVICE, none).stdout
    assert "MISSED: nobody hears of 1 of 1 opened incident of impact major or critical" in text
    assert "acme: major: API errors, touches shop (is told now, change 1)" in text
    fine = house.tried(none, ALL_TO_OPS + SERVICE).stdout
    assert "MISSED: none of 1 opened incident of impact major or critical" in fine


def test_a_line_after_quiet_hours_is_heard(house):
    house.happened(*story())
    quiet = ALL_TO_OPS + 'hours = "mon-fri 09:00-17:00"\n'
    found = house.json(ALL_TO_OPS, quiet)
    assert (found["missed"], counts(found)) == ([], (3, 1))


def test_silences_count_as_they_were(house):
    house.happened(*story())
    hush = Silence(BEGUN - MINUTE, BEGUN + 60 * MINUTE, "dana", "they rebuild it", vendors=("acme",))
    with Store.open(house.url) as store:
        store.write_now(lambda conn: silences.add(conn, hush, BEGUN - MINUTE))
    found = house.json(ALL_TO_OPS, ALL_TO_OPS)
    assert counts(found) == (0, 0)
    assert [m["told_now"] for m in found["missed"]] == [False]


def test_what_was_open_before_is_known_and_not_counted(house):
    house.happened(*story())
    found = house.json(ALL_TO_OPS, ALL_TO_OPS, "--since", "18d")  # until 2026-03-20, so from the 2nd, 00:00
    assert counts(found) == (3, 3)
    later = house.json(ALL_TO_OPS, ALL_TO_OPS, "--since", "17d")
    assert (counts(later), later["changes"]) == ((0, 0), 0)


def test_a_vendor_that_is_watched_no_more_is_told_no_more(house):
    house.happened(*story(vendor="globex"), *story(vendor="initech"))
    house.now.write_text("")
    found = house.json(ALL_TO_OPS, ALL_TO_OPS)
    assert counts(found) == (3, 3)  # nobody watches initech in either
    assert found["unseen_vendors"] == ["acme"]


def test_the_real_store_is_only_read_and_both_places_of_config_mean_what_they_say(house):
    house.happened(*story())
    with sqlite3.connect(house.file) as conn:
        before = list(conn.iterdump())
    result = house.tried(ALL_TO_OPS, ALL_TO_OPS)
    with sqlite3.connect(house.file) as conn:
        assert list(conn.iterdump()) == before
    assert f"Now: {house.now}. New: {house.new}." in result.stderr
    same = CliRunner().invoke(cli, ["-c", str(house.now), "alert", "backtest", "--config", str(house.now)])
    assert "Both are" in same.stderr


def test_a_mistake_in_the_new_config_is_told_with_its_file(house):
    house.now.write_text(CHANNELS + ALL_TO_OPS)
    house.new.write_text(CHANNELS + '[[route]]\nchannels = ["osp"]\n')
    result = CliRunner().invoke(cli, ["-c", str(house.now), "alert", "backtest", "--config", str(house.new)])
    assert result.exit_code == 78
    assert "new.toml" in result.stderr
