"""docs/incidents.md holds: its configuration loads, its commands run in their order, its words are the program's."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from doc_pages import block, loaded, page
from statusherd.cli import cli
from statusherd.publish.incident_bodies import DEEDS, OPEN_KEYS, TASK_KEYS, Body, new_incident
from statusherd.respond.lifecycle import WORDS
from statusherd.store.retention import Keep

PAGE = page("incidents")


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    found = loaded(PAGE, tmp_path)
    assert [str(each) for each in found.incidents.enter["investigating"]] == ["role:commander"]
    return found.path


def test_its_commands_run(written: Path) -> None:
    text = written.read_text().replace("enter.investigating", "# ").replace("leave.investigating", "# ")
    written.write_text(text)
    for line in block(PAGE, "sh").splitlines():
        words = shlex.split(line, comments=True)[1:]
        result = CliRunner().invoke(cli, ["-c", str(written), *words])
        assert result.exit_code == 0, (line, result.output)
    listed = json.loads(CliRunner().invoke(cli, ["-c", str(written), "incident", "list", "--json"]).stdout)
    assert [(each["number"], each["phase"]) for each in listed["incidents"]] == [
        (3, "detected"),
        (1, "investigating"),
    ]


def test_it_tells_every_criterion() -> None:
    rows = " ".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE))
    assert all(f"`{word}`" in rows for word in WORDS)


def test_its_request_is_understood_and_it_tells_every_key() -> None:
    assert new_incident(Body(json.loads(block(PAGE, "json"))), None).services == ("checkout",)
    for key in OPEN_KEYS:
        assert f"`{key}`" in PAGE
    for deed, (keys, _) in DEEDS.items():
        assert re.search(rf"`(POST …/NUMBER/)?{deed}`", PAGE), deed
        assert all(f"`{key}`" in PAGE for key in keys), deed
    assert all(f"`{key}`" in PAGE for key in TASK_KEYS)


def test_incidents_are_kept_as_long_as_it_says() -> None:
    assert f"{Keep().history.days} days after its end" in PAGE
