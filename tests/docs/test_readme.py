"""The README holds: its transcript is what the demo prints, its configuration loads, its files are there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from statusherd import config

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_transcript_is_what_the_demo_prints() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "statusherd", "demo"], capture_output=True, text=True, check=True
    )
    shown = re.search(r"<!-- demo -->\n```text\n\$ make demo\n(.*?)```\n<!-- /demo -->", README, re.DOTALL)
    assert shown is not None
    assert same(shown[1]) == same(told.stdout)


def same(transcript: str) -> list[str]:
    """Return the lines that must agree: ports are drawn anew each time."""
    lines = (re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", line).rstrip() for line in transcript.splitlines())
    return [line for line in lines if line]


def test_configuration_of_the_readme_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_MAIL_URL", "mailto://user:password@mail.example?to=ops@example.com")
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text(block)
    loaded = config.load(path)
    assert [vendor.name for vendor in loaded.vendors] == [v["name"] for v in tomllib.loads(block)["vendor"]]
    assert loaded.warnings == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_readme_is_short() -> None:
    without_transcript = re.sub(r"<!-- demo -->.*<!-- /demo -->", "", README, flags=re.DOTALL)
    assert len(without_transcript.splitlines()) <= 120
