"""The commands of docs/alerts.md, run in their order on a store in which these things happened."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.model.changes import Change
from statusherd.model.delivery import Alert, Decision, NewDelivery, Reason, SendOutcome, Thread
from statusherd.model.records import VendorIncident
from statusherd.model.routing import DEFAULT_EVENTS, EVENTS
from statusherd.model.words import ChangeKind, Severity
from statusherd.store import changes, outbox
from statusherd.store.engine import Store

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "alerts.md").read_text()
COMMANDS = re.findall(r"^statusherd (.+)$", PAGE, re.MULTILINE)
KEY = "5f0c2a9d41b7e863"
CONFIG = '[[channel]]\nname = "ops"\nurl = "json://127.0.0.1:9/"\n[[route]]\nchannels = ["ops"]\n'


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "var").mkdir()
    with Store.open(f"sqlite:///{tmp_path}/var/statusherd.db") as store:
        store.write_now(_happen)
    return tmp_path


def _happen(conn) -> None:
    """A message that was refused, yesterday: before any time of day."""
    at = datetime.now(UTC) - timedelta(hours=30)
    incident = VendorIncident("i1", "API down", started_at=at)
    change = Change(
        "github", ChangeKind.INCIDENT_OPENED, at, "an open incident is listed", "i1", incident=incident
    )
    (number,) = changes.append(conn, [change])
    alert = Alert(Thread("t1", "github", "GitHub: API", at), change, "GitHub", Severity.SEV2, "major", 1)
    told = Decision(number, told=True, reason=Reason.OPENED, route="route 1", channel="ops")
    outbox.put(conn, [NewDelivery("ops", KEY, alert, at, number)], [told], (), (), at)
    (claimed,) = outbox.claim_due(conn, at, "me", at, 1)
    refused = SendOutcome(sent=False, detail="404", permanent=True)
    outbox.record_outcome(conn, claimed, refused, at)


def test_every_event_is_in_the_table_with_what_is_told_by_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (told|not told) \|$", PAGE, re.MULTILINE))
    assert rows.keys() == EVENTS
    assert {event for event, told in rows.items() if told == "told"} == DEFAULT_EVENTS


def test_every_command_of_the_page_does_what_the_page_says(house: Path) -> None:
    printed = {}
    for line in COMMANDS:
        result = CliRunner().invoke(cli, shlex.split(line))
        assert result.exit_code == 0, (line, result.output)
        printed[line] = result.output
    assert len(printed) == 7
    assert "something new that the route selects" in printed["alert explain --vendor github --at 02:40"]
    assert "404" in printed["alert dead"]
    assert f"{KEY} to ops is sent again" in printed[f"alert resend {KEY}"]
