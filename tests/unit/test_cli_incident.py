"""`incident` at the terminal: what is done, refused and shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.cli.incident_acts import Way
from statusherd.cli.incident_views import dossier_lines
from statusherd.model.dossiers import Dossier
from statusherd.model.incidents import Entry, EntryKind, Incident, IncidentPhase, Member, Task
from statusherd.model.suspects import Link, LinkState, Suspect
from statusherd.model.words import Severity

CONFIG = '[[service]]\nname = "checkout"\ntier = 1\n[[service]]\nname = "search"\n'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "robin")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return path


def run(config: Path, *words: str, code: int = 0, stdin: str | None = None):
    result = CliRunner().invoke(cli, ["-c", str(config), "incident", *words], input=stdin)
    assert result.exit_code == code, result.output
    return result


def shown(config: Path, number: str = "1") -> dict:
    return json.loads(run(config, "show", number, "--json").stdout)["incident"]


def test_an_incident_goes_its_way_by_commands(config: Path) -> None:
    said = run(config, "open", "checkout is slow", "--service", "Checkout", "--service", "billing")
    assert said.stdout.startswith("INC-1 is open: checkout is slow\nTake it on: statusherd incident ack 1\n")
    assert "'billing' is no [[service]]" in said.stderr
    for words, says in [
        (("ack", "1", "--note", "on it"), "robin takes on INC-1."),
        (("assign", "INC-1", "commander", "ada", "--author", "bob"), "commander of INC-1: ada."),
        (("assign", "1", "{scribe}"), "{scribe} of INC-1: nobody."),
        (("severity", "inc-1", "sev1", "nobody can pay"), "INC-1: SEV1."),
        (("service", "1", "--add", "search", "--remove", "checkout"), "INC-1: it concerns search."),
        (("task", "1", "roll back", "--owner", "bob"), "task 1 of INC-1 is to do: roll back"),
        (("task", "1", "--done", "1"), "task 1 of INC-1 is done: roll back"),
        (("advance", "1"), "INC-1: triaged."),
        (("advance", "#1", "--to", "mitigated"), "INC-1: mitigated."),
        (("resolve", "1"), "INC-1: resolved."),
        (("reopen", "1", "it is back"), "INC-1: investigating."),
        (("split", "1", "search is down", "--service", "search"), "INC-2 is split off: search is down."),
        (("merge", "2", "1"), "INC-2 is a duplicate of INC-1."),
    ]:
        assert run(config, *words).stdout == f"{says}\n"
    run(config, "note", "1", "-", stdin="two\nlines\n")
    incident = shown(config)
    assert (incident["severity"], incident["services"]) == ("SEV1", ["search"])
    assert (incident["labels"], incident["roles"]) == ({"service": "billing"}, {"commander": "ada"})
    assert {each["author"] for each in incident["timeline"]} == {"robin", "bob"}
    assert incident["timeline"][-1]["text"] == "two\nlines"


def test_a_review_is_drafted_written_and_asked_for(config: Path, tmp_path: Path) -> None:
    config.write_text(CONFIG + '[incident]\nenter.closed = ["review written"]\n')
    run(config, "open", "checkout is slow", "--service", "checkout")
    run(config, "task", "1", "roll back", "--owner", "bob")
    drafted = run(config, "review", "1")
    assert "This is a draft." in drafted.stderr
    assert "# Review of INC-1: checkout is slow" in drafted.stdout
    assert "- [ ] roll back (bob)" in drafted.stdout
    assert "the review is not written" in run(config, "advance", "1", "--to", "closed", code=1).output
    path = tmp_path / "review.md"
    path.write_text("# Learned\n\n- no releases on Friday\n")
    assert run(config, "review", "1", "--file", str(path)).stdout == "the review of INC-1 is written.\n"
    again = run(config, "review", "1")
    assert (again.stdout, again.stderr) == ("# Learned\n\n- no releases on Friday\n", "")
    assert json.loads(run(config, "review", "1", "--json").stdout)["review"]["author"] == "robin"
    assert "# Review of INC-1" in run(config, "review", "1", "--draft").stdout
    assert "the review is written: statusherd incident review 1" in run(config, "show", "1").stdout
    run(config, "advance", "1", "--to", "closed")
    run(config, "review", "1", "--file", "-", stdin="second thoughts")
    assert run(config, "review", "1").stdout == "second thoughts\n"
    assert "the review is empty" in run(config, "review", "1", "--file", "-", stdin=" ", code=1).output
    assert "cannot be read" in run(config, "review", "1", "--file", str(tmp_path / "no"), code=2).output


def test_lists_show_what_is_open_and_on_demand_what_is_over(config: Path) -> None:
    assert "No incident is open." in run(config, "list").stderr
    for title, service in (("one", "checkout"), ("two", "search"), ("three", "search")):
        run(config, "open", title, "--service", service)
    run(config, "resolve", "2")

    def titles(*words: str) -> list[str]:
        return [
            each["title"] for each in json.loads(run(config, "list", "--json", *words).stdout)["incidents"]
        ]

    assert titles() == ["three", "one"]
    assert titles("--all") == titles("--since", "1h") == ["three", "two", "one"]
    assert titles("--service", "SEARCH") == ["three"]
    more = run(config, "list", "--limit", "1")
    assert "There are more than these 1" in more.stderr
    assert "INC-3" in more.stdout
    assert "INC-1" not in more.stdout
    assert "No alert is withheld." in run(config, "withheld").stderr


def test_all_that_is_missing_is_told_line_by_line(config: Path) -> None:
    run(config, "open", "slow")
    run(config, "task", "1", "roll back")
    refused = run(config, "advance", "1", "--to", "closed", code=1)
    assert refused.stdout == ""
    assert refused.stderr.splitlines() == [
        "  ✗ to enter closed, “severity set”: nobody has said how severe it is",
        "  ✗ to enter closed, “service named”: it names no service of ours",
        "  ✗ to enter closed, “tasks done”: tasks are open (roll back)",
        "Error: INC-1: cannot go from detected to closed yet",
        "  Do that first, or go on all the same: --force REASON",
    ]
    assert run(config, "advance", "1", "--to", "closed", "--force", "a test").stdout == "INC-1: closed.\n"


def test_what_the_team_asks_for_holds(config: Path) -> None:
    config.write_text(CONFIG + '[incident]\nenter.triaged = "commander named"\n')
    run(config, "open", "slow")
    assert "nobody is commander" in run(config, "advance", "1", code=1).stderr
    run(config, "assign", "1", "commander", "ada")
    run(config, "advance", "1")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("show", "9"), 1, "INC-9: there is no such incident"),
        (("show", "x"), 2, "'x' is no number of an incident. Write it like 12 or INC-12."),
        (("show", "0"), 2, "is no number of an incident"),
        (("merge", "1", "INC-x"), 2, "'INC-x' is no number of an incident"),
        (("open", " "), 1, "the title is empty"),
        (("open", "x", "--severity", "bad"), 2, "'bad' is not one of"),
        (("open", "x", "--began-at", "2999-01-01"), 1, "begun in the future"),
        (("note", "1", "x", "--author", "intake prom"), 1, "is the name of an intake"),
        (("task", "1"), 2, "Say what is to be done"),
        (("task", "1", "x", "--done", "1"), 2, "Say what is to be done"),
        (("service", "1"), 2, "Name services"),
        (("advance", "1", "--to", "detected"), 1, "is detected already"),
        (("list", "--since", "soon"), 2, "is no length of time"),
    ],
)
def test_what_cannot_be_is_told(config: Path, words: tuple[str, ...], code: int, says: str) -> None:
    run(config, "open", "slow")
    assert says in run(config, *words, code=code).stderr


# What is shown at three in the night

T0 = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def test_an_incident_is_shown_whole_and_harmless() -> None:
    incident = Incident(
        12, "checkout is \x1b[31mslow", Severity.SEV2, "ada says so", IncidentPhase.INVESTIGATING, T0, "intake prom",
        services=("checkout",), text="p99\nover 3 s", labels={"env": "prod"}, began_at=at(-20),
        investigating_at=at(5), acknowledged_at=at(2), roles={"commander": "ada"}, url="https://prom.example/1",
    )  # fmt: skip
    dossier = Dossier(
        incident,
        (
            Member("prom", "k", 12, "High latency", at(-20), number=7),
            Member("prom", "l", 12, "Errors", T0, at(4), number=8),
        ),
        (Task(12, "roll back", T0, "bob", number=3), Task(12, "call them", T0, done_at=at(1), number=4)),
        (Link(12, Suspect("acme", "i1", "API down", 0.93), LinkState.LINKED, at(6)),),
        (13,),
        (
            Entry(12, T0, EntryKind.OPENED, "intake prom", "High latency: it fires"),
            Entry(12, at(2), EntryKind.ACKNOWLEDGED, "ada", "takes it on"),
            Entry(12, at(24 * 60), EntryKind.NOTE, "", "one\ntwo \x9b31m"),
        ),
    )
    lines = list(dossier_lines(dossier, Way(IncidentPhase.MITIGATED), at(24 * 60)))
    text = "\n".join(lines)
    assert "\x9b" not in text
    assert "\x1b[31mslow" not in text
    plain = [click.unstyle(line) for line in lines]
    assert plain[0] == "INC-12  SEV2  investigating  checkout is slow"
    for wanted in (
        "  Services   checkout",
        "  Taken on   ",
        "  Roles      commander: ada",
        "  Duplicates INC-13",
        "             ✓ #8 Errors  (prom, since ",
        "  To do      ☐ #3 roll back  (bob)",
        "  Causes     linked 0.93  acme/i1: API down",
        "  Link       https://prom.example/1",
        "  p99",
        "  Next: mitigated  (statusherd incident advance 12)",
    ):
        assert any(line.startswith(wanted) for line in plain), wanted
    days = [line for line in plain if line.startswith(("  Monday 2026-06-01", "  Tuesday 2026-06-02"))]
    assert len(days) == 2, "each day has a line of its own"
    assert plain[-3].endswith("two 31m"), "the second line of a note stands below the first"
