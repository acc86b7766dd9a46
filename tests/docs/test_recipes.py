"""The recipes of docs/ followed to the letter: a vendor is one file, a format is one module."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.watch.formats import Look, format_named, format_names, option_problems
from statusherd.watch.provider_files import read_provider
from statusherd.watch.reading.documents import Document

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys
import statusherd.watch.formats as formats
formats.__path__.append(sys.argv.pop(1))
from statusherd.cli import main
main()
"""

PROBES = """
import json, sys
import statusherd.watch.formats as formats
formats.__path__.append(sys.argv.pop(1))
from statusherd.watch.reading.documents import Document
from statusherd.watch.whereabouts import probe_addresses
page = b'<!doctype html><meta name="generator" content="Beacon 2">'
pasted = "https://status.acme.example/"
print(json.dumps([
    probe_addresses("https://acme.beacon.example/", Document(b"", "https://acme.beacon.example/")),
    probe_addresses(pasted, Document(page, pasted)),
    probe_addresses(pasted),
]))
"""
WATCH = ROOT / "src" / "statusherd" / "watch"
WORDS = {"feed", "html", "json"}
"""Names of formats that are words of the code as well."""
IMITATIONS = {"imitation.py"}
"""Writes documents of one format, for replays and drills."""
SHARED = sorted(
    path for path in WATCH.rglob("*.py") if path.parent.name != "formats" and path.name not in IMITATIONS
)


def naming(path: Path) -> set[str]:
    """Names of formats in the code of a module, whatever its prose says."""
    tree = ast.parse(path.read_text())
    strings = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    return (strings | {module.rpartition(".")[2] for module in modules}) & (set(format_names()) - WORDS)


def block(page: str, language: str) -> str:
    code, *_ = re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    return code


def statusherd(*words: object, formats: Path | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-c", RUN, str(formats)] if formats else ["-m", "statusherd"]
    return subprocess.run(
        [sys.executable, *start, *map(str, words)], capture_output=True, text=True, check=False
    )


def test_a_vendor_is_one_file(tmp_path: Path):
    folder = tmp_path / "providers"
    folder.mkdir()
    (folder / "example-payments.toml").write_text(block("add-a-vendor.md", "toml"))
    config = tmp_path / "config.toml"
    config.write_text('[[vendor]]\nname = "example-payments"\n')
    found = json.loads(statusherd("--config", config, "vendor", "search", "expay", "--json").stdout)
    vendors = found["vendors"] if isinstance(found, dict) else found
    assert vendors[0]["name"] == "example-payments"
    assert statusherd("--config", config, "config", "check").returncode == 0
    listed = statusherd("--config", config, "vendor", "list").stdout
    assert "https://status.example-payments.com/" in listed


def test_a_page_of_no_known_format_is_described_in_its_file(tmp_path: Path):
    _, described = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / "add-a-vendor.md").read_text(), re.DOTALL
    )
    path = tmp_path / "example-crm.toml"
    path.write_text(described)
    provider = read_provider(path)
    assert option_problems("json", dict(provider.options)) == ()
    body = {
        "page": {"state": "Some trouble"},
        "services": {"api": {"label": "API", "level": 3}},
        "trouble": [{"what": "API down", "how": "bad", "from": "2026-03-02 10:00"}],
        "planned": [],
    }
    look = Look("example-crm", datetime(2026, 3, 2, 12, tzinfo=UTC), dict(provider.options))
    snapshot = format_named("json").parse([Document(json.dumps(body).encode())], look)
    assert (snapshot.page_status, snapshot.status) == ("degraded", "major_outage")
    assert snapshot.incidents[0].started_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert snapshot.warnings == ()


@pytest.fixture
def formats(tmp_path: Path) -> Path:
    folder = tmp_path / "formats"
    folder.mkdir()
    (folder / "beacon.py").write_text(block("add-a-format.md", "python"))
    return folder


def test_a_format_is_one_module(formats: Path, tmp_path: Path):
    page = tmp_path / "beacon.json"
    page.write_text('{"beacon": 1, "state": "up", "parts": {"API": "up", "Mail": "slow", "Fax": "humming"}}')
    said = json.loads(statusherd("inspect", page, "--json", formats=formats).stdout)
    assert (said["format"], said["status"]) == ("beacon", "degraded")
    assert [component["status"] for component in said["components"]] == ["operational", "degraded", "unknown"]
    assert said["warnings"] == ["unknown part state 'humming', read as unknown"]


def test_the_page_of_a_format_is_found_by_its_clues(formats: Path):
    ran = subprocess.run(
        [sys.executable, "-c", PROBES, str(formats)], capture_output=True, text=True, check=True
    )
    by_host, by_source, blind = json.loads(ran.stdout)
    assert by_host[0] == "https://acme.beacon.example/beacon.json"
    assert by_source[0] == "https://status.acme.example/beacon.json"
    assert "https://status.acme.example/beacon.json" in blind


def test_no_other_file_names_a_format():
    """What a format needs stands in its own module: the folder is the list."""
    named = {f"{path.name}: {word}" for path in SHARED for word in naming(path)}
    assert named == set()


def test_a_format_refuses_what_is_not_its_own(formats: Path, tmp_path: Path):
    page = tmp_path / "page.json"
    page.write_text('{"state": "up"}')
    ran = statusherd("inspect", page, "--format", "beacon", "--json", formats=formats)
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["error"]["kind"] == "parse"


def test_without_the_module_nobody_knows_the_format(tmp_path: Path):
    page = tmp_path / "beacon.json"
    page.write_text('{"beacon": 1, "state": "up"}')
    assert statusherd("inspect", page, "--json").returncode == 1
