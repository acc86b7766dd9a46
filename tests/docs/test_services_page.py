"""docs/services.md holds: its configuration loads, and what its tables say is what the program does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd import config
from statusherd.model.changes import Change
from statusherd.model.records import VendorIncident
from statusherd.model.words import ChangeKind, Impact, Severity
from statusherd.respond.meaning import meaning_of
from statusherd.respond.severity import MATRIX
from statusherd.setup_reading import setup_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "services.md").read_text(encoding="utf-8")


def test_configuration_of_the_page_loads_and_means_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SHOP_CHAT_URL", "OPS_MAIL_URL"):
        monkeypatch.setenv(name, "json://127.0.0.1:9/")
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text(block)
    loaded = config.load(path)
    assert loaded.warnings == ()
    setup = setup_of(loaded)
    change = Change(
        "github",
        ChangeKind.INCIDENT_OPENED,
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        "",
        incident=VendorIncident("i1", "Trouble", Impact.MAJOR),
    )
    meaning = meaning_of(change, "GitHub", {}, setup.services, setup.severities)
    assert [touch.via for touch in meaning.touches] == ["payments > github:API*", "github:API*"]
    assert f'"{meaning.judgement.reason}"' in PAGE.replace("\n", " ")


def test_matrix_of_the_page_is_the_default() -> None:
    rows = re.findall(
        r"^\| (critical|major|minor)[^|]*\| (SEV\d) \| (SEV\d) \| (SEV\d) \|$", PAGE, re.MULTILINE
    )
    assert {Impact(impact): tuple(map(Severity, row)) for impact, *row in rows} == MATRIX
