"""`inspect`: the Snapshot as the contract has it, from files and pages, and errors as data."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.clock import SystemClock
from statusherd.model.errors import FailureKind
from statusherd.testing import FakeClock, Fault, StatusPage

DOCS = Path(__file__).resolve().parents[2] / "docs" / "json.md"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z\Z")

KEYS = {
    "": "source format observed_at page_status status components incidents maintenances coverage warnings",
    "components": "id name group region status",
    "incidents": "id title impact phase started_at updated_at resolved_at component_ids regions url updates",
    "maintenances": "id title phase starts_at ends_at component_ids url updates",
    "updates": "at phase text",
    "coverage": "rollup components incidents history maintenances",
}


def example() -> StatusPage:
    page = StatusPage(FakeClock(NOON), "Acme", ("API", "Web"))
    page.open("API \x1b[31mdown", "major", ["API"], text="We are\r\nlooking.")
    page.resolve(page.open("Slow", "minor", ["Web"]))
    page.schedule_maintenance("Upgrade", NOON, NOON.replace(hour=13), ["Web"])
    page.serve_at("https://status.example.com")
    return page


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the documents of a page, and no config anywhere near."""
    monkeypatch.delenv("STATUSHERD_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    documents = example().documents()
    (tmp_path / "summary.json").write_bytes(documents.summary)
    (tmp_path / "incidents.json").write_bytes(documents.incidents)
    (tmp_path / "page.html").write_text("<!doctype html><html><title>Sign in</title></html>")
    (tmp_path / "empty.json").write_text(" ")
    (tmp_path / "half.json").write_bytes(documents.summary[:100])
    return tmp_path


def inspect(*words: str, code: int = 0, stdin: bytes | None = None) -> list[dict[str, object]]:
    result = CliRunner().invoke(cli, ["inspect", "--json", *words], input=stdin)
    assert result.exit_code == code, result.output
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.splitlines()]


def assert_shape(document: dict[str, object]) -> None:
    assert list(document) == KEYS[""].split()
    for name in ("components", "incidents", "maintenances"):
        for row in document[name]:
            assert list(row) == KEYS[name].split()
            for update in row.get("updates", []):
                assert list(update) == KEYS["updates"].split()
                assert TIME.match(update["at"])
            times = [value for key, value in row.items() if key.endswith("_at") and value is not None]
            assert all(TIME.match(value) for value in times)
    assert list(document["coverage"]) == KEYS["coverage"].split()


def test_a_file_gives_the_snapshot_of_the_contract(folder):
    (document,) = inspect("summary.json", "--now", "2026-03-02T12:00:00Z")
    assert_shape(document)
    assert document["source"] == "summary.json"
    assert document["format"] == "statuspage"
    assert document["observed_at"] == "2026-03-02T12:00:00Z"
    assert (document["page_status"], document["status"]) == ("partial_outage", "partial_outage")
    assert [(c["name"], c["status"]) for c in document["components"]] == [
        ("API", "partial_outage"),
        ("Web", "operational"),
    ]
    (incident,) = document["incidents"]
    assert (incident["impact"], incident["phase"], incident["resolved_at"]) == (
        "major",
        "investigating",
        None,
    )
    assert incident["updates"] == [
        {"at": "2026-03-02T12:00:00Z", "phase": "investigating", "text": "We are\nlooking."}
    ]


def test_the_shapes_in_the_docs_are_those_of_the_program():
    text = DOCS.read_text()
    for keys in KEYS.values():
        for key in keys.split():
            assert f"`{key}`" in text or f'"{key}"' in text, key
    for kind in FailureKind:
        assert f"`{kind}`" in text, kind


def test_further_documents_of_the_same_look_are_merged(folder):
    (document,) = inspect("summary.json", "--with", "incidents.json")
    assert {incident["phase"] for incident in document["incidents"]} == {"investigating", "resolved"}
    assert document["coverage"]["history"]


def test_what_is_piped_in_is_read(folder):
    (document,) = inspect("-", stdin=(folder / "summary.json").read_bytes())
    assert (document["source"], document["status"]) == ("-", "partial_outage")


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("page.html", "parse"),
        ("half.json", "parse"),
        ("empty.json", "empty"),
        ("missing.json", "not_found"),
        (".", "internal"),
        ("no-such-vendor", "catalog"),
    ],
)
def test_what_cannot_be_read_is_an_error_object_and_exit_1(folder, source, kind):
    (document,) = inspect(source, code=1)
    assert list(document) == ["source", "error"]
    assert document["source"] == source
    assert document["error"]["kind"] == kind
    assert document["error"]["message"]


def test_several_sources_give_one_line_each_in_their_order(folder):
    documents = inspect("half.json", "summary.json", "missing.json", code=1)
    assert [(d["source"], "error" in d) for d in documents] == [
        ("half.json", True),
        ("summary.json", False),
        ("missing.json", True),
    ]


def test_a_document_is_refused_by_a_format_it_is_not(folder):
    (document,) = inspect("page.html", "--format", "statuspage", code=1)
    assert document["error"]["kind"] == "parse"


@pytest.mark.parametrize(
    "words",
    [
        ("summary.json", "--format", "nonsense"),
        ("summary.json", "--now", "soon"),
        ("a.json", "b.json", "--with", "c"),
        (),
    ],
    ids=str,
)
def test_wrong_usage_ends_with_2(folder, words):
    assert CliRunner().invoke(cli, ["inspect", *words]).exit_code == 2


def test_people_read_a_summary_without_steering_characters(folder):
    result = CliRunner().invoke(cli, ["inspect", "summary.json", "--now", "2026-03-02T12:00Z"])
    assert result.exit_code == 0
    assert "✗ partial outage" in result.stdout
    assert "investigating, impact major" in result.stdout
    assert "\x1b" not in result.stdout


def test_reading_a_file_needs_no_database_and_no_http_client(folder):
    code = (
        "import sys\nfrom statusherd.cli import cli\ncli(['inspect', 'summary.json'], standalone_mode=False)\n"
        "sys.exit(any(name in sys.modules for name in ('aiohttp', 'sqlalchemy', 'pydantic')))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, check=False).returncode
        == 0
    )


# Pages


@pytest.fixture
def config(tmp_path, monkeypatch):
    path = tmp_path / "config.toml"
    path.write_text("[http]\nallow_private = true\n")
    monkeypatch.setenv("STATUSHERD_CONFIG", str(path))
    return path


async def test_the_address_of_a_page_is_enough(config):
    async with StatusPage(SystemClock(), "Acme") as page:
        page.resolve(page.open("Slow", "minor", ["API"]))
        (document,) = await asyncio.to_thread(inspect, page.url)
        assert_shape(document)
        assert (document["source"], document["format"], document["status"]) == (
            page.url,
            "statuspage",
            "operational",
        )


async def test_a_named_format_spares_the_search(config):
    async with StatusPage(SystemClock(), "Acme") as page:
        await asyncio.to_thread(inspect, page.url, "--format", "statuspage")
        assert {seen.path for seen in page.requests} <= {"/api/v2/summary.json", "/api/v2/incidents.json"}


async def test_a_watched_vendor_is_inspected_by_its_name(config):
    async with StatusPage(SystemClock(), "Acme") as page:
        config.write_text(
            f'[http]\nallow_private = true\n[[vendor]]\nname = "mine"\npage = "{page.url}"\nformat = "statuspage"\n'
        )
        (document,) = await asyncio.to_thread(inspect, "mine")
        assert (document["source"], document["status"]) == ("mine", "operational")


async def test_a_page_that_is_down_does_not_hide_the_others(config):
    async with StatusPage(SystemClock(), "Acme") as page, StatusPage(SystemClock(), "Down") as down:
        down.fault = Fault.SERVER_ERROR
        documents = await asyncio.to_thread(inspect, down.url, page.url, code=1)
        assert documents[0]["error"]["kind"] == "server_error"
        assert documents[1]["status"] == "operational"


async def test_private_addresses_are_refused_unless_allowed(config):
    config.write_text("")
    async with StatusPage(SystemClock(), "Acme") as page:
        (document,) = await asyncio.to_thread(inspect, page.url, code=1)
        assert document["error"]["kind"] == "refused_address"
        assert page.requests == []
