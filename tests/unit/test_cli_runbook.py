"""`runbook`: nothing is run without being asked for, and what is shown is what would be run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from statusherd import config as configuration
from statusherd.cli import cli
from statusherd.incidents import Opening, open_incident
from statusherd.model.incidents import EntryKind
from statusherd.store import timeline
from statusherd.store.engine import Store

CONFIG = """
[[vendor]]
name = "stripe"

[[service]]
name = "checkout"
depends_on = ["stripe"]

[runbooks.commands]
say = ["/bin/echo", "to", "{target}"]
ls = ["/bin/ls", "-a"]
fail = ["/bin/false"]
flip = { argv = ["/bin/echo", "flipped"], approval = true }

[[runbook]]
name = "Stripe is away"
vendors = ["stripe"]
services = ["check*"]
file = "stripe.md"

[[runbook]]
name = "fail"
steps = [{ run = "fail" }]

[[runbook]]
name = "By hand"
steps = [{ manual = "Call them" }]
"""
STRIPE = """# Stripe is away

Read this.

## Look

<https://status.stripe.com/>

## Say it

In \x1b[31mred.

```run say
params.target = ["adyen", "two words"]
```

## List

```run ls
```

## Flip

```run flip
```
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOGNAME", "robin")
    (tmp_path / "stripe.md").write_text(STRIPE)
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return path


def run(config: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["-c", str(config), "runbook", *words])
    assert result.exit_code == code, result.output
    return result


def runs(config: Path, *words: str) -> list[dict]:
    return json.loads(run(config, "runs", "--json", *words).stdout)["runs"]


def incident(config: Path) -> int:
    loaded = configuration.load(config)
    loaded.daemon.data_dir.mkdir(exist_ok=True)
    with Store.open(loaded.database.url) as store:
        now = datetime.now(UTC)
        return store.write_now(lambda conn: open_incident(conn, Opening("Slow", "ada"), (), now)).number


def lines(config: Path, number: int) -> list[str]:
    with Store.open(configuration.load(config).database.url) as store:
        found = store.read_now(lambda conn: timeline.of_kinds(conn, number, [EntryKind.RUNBOOK]))
    return [f"{line.author} {line.text}" for line in found]


def test_runbooks_are_listed_and_found_by_what_they_are_for(config: Path) -> None:
    assert run(config, "list").stdout.splitlines()[1].split("  ")[0] == "Stripe is away"

    def found(*words: str) -> list[str]:
        listed = json.loads(run(config, "list", "--json", *words).stdout)["runbooks"]
        return [each["name"] for each in listed]

    assert found() == ["Stripe is away", "fail", "By hand"]
    assert found("--vendor", "stripe", "--service", "checkout") == ["Stripe is away"]
    assert found("--vendor", "stripe", "--service", "search") == []
    assert "No runbook fits." in run(config, "list", "--vendor", "github").stderr


def test_a_runbook_is_shown_with_all_that_it_can_run(config: Path) -> None:
    shown = run(config, "show", "stripe is AWAY").stdout
    for text in (
        "Read this.", "1. Look", "   https://status.stripe.com/", "2. Say it", "   In red.", "   runs: /bin/echo to '{target}'",
        "target = adyen|two words", "needs another person's approval",
    ):  # fmt: skip
        assert text in shown
    assert "\x1b" not in shown
    book = json.loads(run(config, "show", "Stripe is away", "--json").stdout)["runbook"]
    assert [step["kind"] for step in book["steps"]] == ["link", "run", "run", "run"]
    assert "there is no such runbook" in run(config, "show", "nope", code=1).stderr


def test_without_execute_nothing_is_run(config: Path) -> None:
    result = run(config, "run", "Stripe is away", "--param", "target=two words")
    assert "   /bin/echo to 'two words'" in result.stdout
    assert "4. Flip (once another person approves it)" in result.stdout
    assert "Nothing was run: add --execute for that." in result.stderr
    run(config, "run", "Stripe is away", "--step", "3")
    run(config, "run", "Stripe is away", "--step", "3", "--json")
    assert not (config.parent / "var").exists()
    assert "cannot be run yet: the parameter target is missing" in run(config, "run", "Stripe is away").stdout
    assert "None of its steps runs anything." in run(config, "run", "by hand").stderr


def test_a_step_is_run_where_the_data_is_and_its_output_shown(config: Path) -> None:
    result = run(config, "run", "Stripe is away", "--step", "3", "--execute")
    assert "statusherd.db" in result.stdout
    assert 'run 1: step 3 of "Stripe is away" was done after ' in result.stderr
    result = run(
        config, "run", "Stripe is away", "--step", "2", "--param", "target=two words", "--execute", "--json"
    )
    printed = json.loads(result.stdout)
    assert result.stderr == ""
    assert printed["plans"][0]["argv"] == printed["run"]["argv"] == ["/bin/echo", "to", "two words"]
    assert (printed["run"]["state"], printed["run"]["output"]) == ("done", "to two words\n")
    assert [(each["id"], each["asked_by"]) for each in runs(config)] == [(2, "robin"), (1, "robin")]
    assert "done" in run(config, "runs").stdout


def test_what_fails_ends_with_one(config: Path) -> None:
    result = run(config, "run", "fail", "--execute", code=1)
    assert 'step 1 of "fail" ended with an error (1) after' in result.stderr
    assert runs(config)[0]["exit_code"] == 1
    assert "failed (1)" in run(config, "runs").stdout


def test_a_second_person_is_needed_where_the_runbook_says_so(config: Path) -> None:
    number = incident(config)
    result = run(config, "run", "Stripe is away", "--step", "4", "--incident", f"inc-{number}", "--execute")
    assert result.stdout == ""
    assert "Another person runs it with: statusherd runbook approve 1" in result.stderr
    assert "another person has to approve it" in run(config, "approve", "1", code=1).stderr
    assert run(config, "approve", "1", "--author", "bob").stdout == "flipped\n"
    assert "it was done" in run(config, "approve", "1", "--author", "bob", code=1).stderr
    assert [(each["asked_by"], each["approved_by"]) for each in runs(config, "--incident", str(number))] == [
        ("robin", "bob")
    ]
    assert runs(config, "--incident", "99") == []
    told = lines(config, number)
    assert [line.split(" (")[0] for line in told] == [
        'robin proposes step 4 of "Stripe is away"',
        'bob approves step 4 of "Stripe is away"',
        'bob step 4 of "Stripe is away"',
    ]
    assert told[2].endswith("\n\nflipped\n")


def test_a_step_by_hand_is_noted_on_the_timeline(config: Path) -> None:
    number = incident(config)
    said = run(config, "run", "By hand", "--step", "1", "--incident", str(number), "--execute")
    assert "Step 1 is noted as done." in said.stderr
    assert lines(config, number) == ['robin has done step 1 of "By hand" by hand: Call them']
    assert (
        "can be noted, on the timeline"
        in run(config, "run", "By hand", "--step", "1", "--execute", code=1).stderr
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("Stripe is away", "--execute"), 1, "which step is not said Steps that run something: 2, 3, 4"),
        (("Stripe is away", "--step", "9", "--execute"), 1, "it has no such step"),
        (("Stripe is away", "--step", "2", "--execute"), 1, "the parameter target is missing"),
        (("Stripe is away", "--step", "2", "--param", "target=$(x)", "--execute"), 1, 'cannot be "$(x)"'),
        (("Stripe is away", "--param", "x"), 2, "has no value"),
        (("Stripe is away", "--param", "x=1", "--param", "x=2"), 2, "is given twice"),
        (("Stripe is away", "--incident", "x; ls"), 2, "is no incident"),
        (("fail", "--incident", "99", "--execute"), 1, "INC-99: there is no such incident"),
        (("fail", "--author", "x" * 200, "--execute"), 1, "the author"),
    ],
)
def test_what_cannot_be_is_refused(config: Path, words: tuple[str, ...], code: int, says: str) -> None:
    assert says in " ".join(run(config, "run", *words, code=code).stderr.split())
    assert runs(config) == []
