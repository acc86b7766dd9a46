"""Pages that a provider file describes: JSON by paths, HTML by selectors."""

from __future__ import annotations

import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statusherd.model.errors import LookError, ParseError
from statusherd.model.records import Snapshot
from statusherd.model.words import Impact, MaintenancePhase, Phase, Status
from statusherd.watch.formats import Look, format_named, option_problems
from statusherd.watch.reading.documents import Document
from statusherd.watch.source_files import flat

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ENDINGS = {"json": "json", "html": "html"}


def options_of(name: str) -> dict[str, str]:
    return dict(flat(tomllib.loads((FIXTURES / name / "cases.toml").read_text())["options"]))


def read(name: str, body: str | bytes, **other: str) -> Snapshot:
    """Read a body by the description of the fixtures, with some options changed; an empty one is left out."""
    options = {key: value for key, value in (options_of(name) | other).items() if value}
    document = Document(body.encode() if isinstance(body, str) else body, "https://acme.example/s")
    return format_named(name).parse([document], Look("acme", NOW, options))


def case(name: str, what: str) -> Snapshot:
    return read(name, (FIXTURES / name / f"{what}.{ENDINGS[name]}").read_bytes())


def test_a_json_page_is_read_by_its_paths():
    page = case("json", "incident_open")
    assert (page.page_status, page.status) == (Status.DEGRADED, Status.MAJOR_OUTAGE)
    assert [(c.id, c.name, c.region, c.status) for c in page.components] == [
        ("api", "API & hooks", "eu-1", Status.MAJOR_OUTAGE),
        ("mail", "Mail", None, Status.OPERATIONAL),
    ]
    down, slow = page.incidents
    assert (down.id, down.title, down.impact, down.phase) == (
        "17", "API down", Impact.CRITICAL, Phase.INVESTIGATING,
    )  # fmt: skip
    assert down.started_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert (down.url, down.updates[0].text) == ("https://status.acme.example/17", "We look.")
    assert (slow.impact, slow.phase) == (Impact.MAJOR, Phase.RESOLVED)
    assert slow.resolved_at == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_an_html_page_is_read_by_its_selectors():
    page = case("html", "incident_open")
    assert (page.page_status, page.status) == (Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)
    assert [(c.id, c.name, c.status) for c in page.components] == [
        ("a1", "API", Status.MAJOR_OUTAGE),
        ("m1", "Mail", Status.UNKNOWN),
    ]
    (news,) = page.incidents
    assert (news.id, news.title, news.impact, news.phase) == (
        "n7", "API down", Impact.CRITICAL, Phase.INVESTIGATING,
    )  # fmt: skip
    assert news.started_at == datetime(2026, 3, 2, 10, 50, tzinfo=UTC)
    assert news.url == "https://status.acme.example/n7"
    assert page.warnings == ("unknown word for words 'lamp purple', read as unknown",)


@pytest.mark.parametrize("name", ["json", "html"])
def test_windows_are_told_by_the_clock(name: str):
    (ahead,) = case(name, "maintenance_scheduled").maintenances
    running = case(name, "maintenance_running")
    assert (ahead.phase, running.maintenances[0].phase) == (
        MaintenancePhase.SCHEDULED,
        MaintenancePhase.IN_PROGRESS,
    )
    assert running.status is Status.MAINTENANCE
    assert running.rereads_at is not None


@pytest.mark.parametrize("name", ["json", "html"])
def test_a_page_without_what_is_described_is_refused(name: str):
    with pytest.raises(ParseError, match="nothing stands at state"):
        case(name, "malformed")


@pytest.mark.parametrize("name", ["json", "html"])
def test_a_format_that_needs_a_description_says_so(name: str):
    body = (FIXTURES / name / f"all_well.{ENDINGS[name]}").read_bytes()
    with pytest.raises(LookError, match="needs options"):
        format_named(name).parse([Document(body)], Look("acme", NOW))


def test_a_list_that_is_there_and_empty_means_that_nothing_is_wrong():
    only_list = {key: "" for key in options_of("json") if not key.startswith(("incidents", "impacts"))}
    page = read("json", '{"v": 2, "trouble": []}', **only_list | {"anchor": "v"})
    assert (page.status, page.page_status, page.coverage.incidents) == (Status.OPERATIONAL, None, True)


def test_a_list_that_is_gone_is_no_empty_list():
    with pytest.raises(ParseError, match=r"components\.list"):
        read("json", '{"page": {"state": "All good"}, "trouble": []}')
    with pytest.raises(ParseError, match=r"components\.list"):
        read("html", "<!doctype html><h1 class='state good'>ok</h1><ul id='parts'></ul>")


def test_silence_of_a_page_without_the_list_of_incidents_ends_nothing():
    page = read("json", '{"page": {"state": "All good"}, "services": {}}')
    assert not page.coverage.incidents


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b", "1"),
        ("a.c.0", "x"),
        ("a.c.*", "x"),
        (r"a.d\.e", "dotted"),
        ("a.c.9", None),
        ("a.missing", None),
        ("a.flag", "true"),
        ("a", None),
    ],
)
def test_paths(path: str, found: str | None):
    body = '{"a": {"b": 1, "c": ["x", "y"], "d.e": "dotted", "flag": true}, "s": "up"}'
    row = {"components.list": ".", "components.name": path, "components.id": "s", "state": "s"}
    bare = dict.fromkeys(options_of("json"), "")
    (component,) = read("json", body, **bare | row).components
    assert component.name == (found or "up")


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("json", {}, "options must say where"),
        ("json", {"state": "a..b"}, "state: a path has its keys between dots"),
        ("json", {"state": "a", "words.up": "fine"}, "words.up: 'fine' is none of operational"),
        ("json", {"state": "a", "incidents.titel": "x"}, "unknown option 'incidents.titel'"),
        ("json", {"components.list": "a.*"}, "components.name is missing"),
        ("json", {"incidents.list": "a.*", "incidents.title": "t"}, "anchor is missing"),
        ("json", {"state": "a", "timezone": "Mars/North"}, "timezone: there is no zone"),
        ("html", {"state": "h1["}, "state: no CSS selector"),
    ],
)
def test_a_wrong_description_is_told(name: str, options: dict[str, str], problem: str):
    assert any(text.startswith(problem) for text in option_problems(name, options))


@pytest.mark.parametrize("name", ["json", "html"])
def test_the_description_of_the_fixtures_is_right(name: str):
    assert option_problems(name, options_of(name)) == ()


NESTED = "<article><span>x</span><span>y</span>"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (NESTED * 20_000, "elements deep"),
        ((NESTED * 200 + "</article>" * 200) * 20, "lie in each other"),
    ],
)
def test_rows_that_lie_in_each_other_by_the_thousand_are_refused_in_time(rows: str, why: str):
    body = f"<!doctype html><h1 class='state good'>ok</h1><ul id=parts><li></ul><section id=news>{rows}"
    begun = time.process_time()
    with pytest.raises(LookError, match=why):
        read("html", body)
    assert time.process_time() - begun < 4
