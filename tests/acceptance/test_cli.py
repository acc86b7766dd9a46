"""The command line as a process: exit codes, streams, a running daemon, and what the docs promise."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import pytest
from installed import Installation
from sqlalchemy import Connection, insert

from statusherd.cli import cli
from statusherd.clock import SystemClock
from statusherd.model.inbox import Arrival, Identity, InboxEntry, InboxState, Webhook
from statusherd.model.incidents import Member
from statusherd.model.suspects import Evidence, Suspect
from statusherd.store import inbox, incident_members, tables
from statusherd.store.engine import Store
from statusherd.store.incident_links import SUSPECT
from statusherd.testing import StatusPage

DOCS = Path(__file__).resolve().parents[2] / "docs"
JSON_DOCS = (DOCS / "json.md").read_text()
LINES = re.findall(r"^statusherd .*$", (DOCS / "cli.md").read_text(), re.MULTILINE)


ROTATION = """
[[person]]
name = "ada"
channels = ["chat"]
[[oncall]]
name = "primary"
people = ["ada"]
"""


RUNBOOK = """
[[service]]
name = "shop"
depends_on = ["acme"]
[runbooks.commands]
flip = { argv = ["/bin/echo", "{target}"], approval = true }
[[runbook]]
name = "flip"
vendors = ["acme"]
steps = [{ run = "flip", params = { target = ["a", "b"] } }]
"""
FREEZE = """
[[freeze]]
name = "always"
from = "2020-01-01"
until = "2020-12-30"
rrule = "FREQ=YEARLY"
"""


async def run(*words: str, code: int = 0, cwd: Path | None = None) -> tuple[str, str]:
    """Run the program without a terminal, without anybody to ask; return what it printed."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("STATUSHERD")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "statusherd", *words,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        cwd=cwd, env=bare,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == code, err.decode()
    return out.decode(), err.decode()


async def test_a_vendor_that_is_added_is_looked_at_by_the_running_daemon(installed: Installation) -> None:
    await installed.start()
    await installed.looks(1)
    config = str(installed.config)
    async with StatusPage(SystemClock(), "Newcomer") as page:
        page.open("Down", "critical", ["API"])
        await run("-c", config, "vendor", "add", page.url, "--interval", "1s")
        asked = page.count()
        await page.wait_for(asked + 1, 3)
        await installed.chat.wait_for(1, 5)  # its open incident, in the summary of a first look
        out, _ = await run("-c", config, "status", "--json", "--exit-code", code=11)
        states = {vendor["name"]: vendor["status"] for vendor in json.loads(out)["vendors"]}
        assert states == {"acme": "operational", "newcomer": "major_outage"}
        await run("-c", config, "vendor", "remove", "newcomer", "--yes")
        out, _ = await run("-c", config, "status", "--exit-code")
        assert "newcomer" not in out


async def test_the_way_from_nothing_to_a_state(tmp_path: Path) -> None:
    await run("status", code=78, cwd=tmp_path)
    await run("init", cwd=tmp_path)
    _, err = await run("init", code=1, cwd=tmp_path)
    assert "Traceback" not in err
    out, _ = await run("config", "check", cwd=tmp_path)
    assert "is right" in out
    out, _ = await run("status", "--exit-code", code=12, cwd=tmp_path)
    assert "? unknown (never read)" in out
    assert "\x1b" not in out


async def test_nobody_is_asked_where_no_terminal_is(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[http]\nallow_private = true\n")
    async with StatusPage(SystemClock(), "Acme", 5) as page:
        out, err = await run("vendor", "add", page.url, cwd=tmp_path)
        assert out == "Added acme.\n"
        assert "All of its components are watched" in err
        _, err = await run("vendor", "remove", "acme", code=1, cwd=tmp_path)
        assert "--yes" in err


class Terminal:
    """A terminal with somebody at it: the program's stdin, stdout and stderr."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.openpty()
        self.seen = ""

    async def wait_for(self, text: str) -> None:
        """Read until `text` shows, at most 20 seconds."""
        async with asyncio.timeout(20):
            while text not in self.seen:
                self.seen += (await asyncio.to_thread(os.read, self._ours, 4096)).decode(errors="replace")

    async def answer(self, question: str, words: str) -> None:
        await self.wait_for(question)
        self.seen = ""
        os.write(self._ours, f"{words}\n".encode())

    def close(self) -> None:
        os.close(self._ours)
        os.close(self.theirs)


async def test_on_a_terminal_one_chooses_among_the_components(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[http]\nallow_private = true\n")
    terminal = Terminal()
    async with StatusPage(SystemClock(), "Acme", ("API", "Web", "Jobs", "Mail")) as page:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "statusherd", "vendor", "add", page.url,
            stdin=terminal.theirs, stdout=terminal.theirs, stderr=terminal.theirs, cwd=tmp_path,
        )  # fmt: skip
        await terminal.answer("Which of them?", "9")
        await terminal.answer("is not among 1 to 4", "2-3, A*")
        await terminal.answer("Watch acme?", "y")
        await terminal.wait_for("Added acme.")
        assert await asyncio.wait_for(process.wait(), 20) == 0
        terminal.close()
    out, _ = await run("vendor", "list", "--json", cwd=tmp_path)
    assert json.loads(out)["vendors"][0]["components"] == ["Web", "Jobs", "A*"]


# What the docs promise


@pytest.mark.parametrize("line", LINES)
def test_every_command_in_the_docs_exists_with_its_options(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "statusherd.db").touch()
    (tmp_path / "providers").mkdir()
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    context = click.Context(cli, info_name="statusherd")
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, line
        command = found
    command.make_context(line, words, parent=context)


def shapes() -> dict[str, list[object]]:
    """The examples of docs/json.md, by the command that stands in the heading above them."""
    parts = re.split(r"^## `(.+?) --json`$", JSON_DOCS, flags=re.MULTILINE)[1:]
    blocks = {
        head: re.findall(r"```json\n(.+?)```", text, re.DOTALL)
        for head, text in zip(parts[::2], parts[1::2], strict=True)
    }
    return {head: [json.loads(block) for block in found] for head, found in blocks.items()}


def assert_same_shape(documented: object, printed: object, where: str = "") -> None:
    """Compare keys and their order, and the types of values, as deep as both sides have any."""
    if documented is None or printed is None:
        return
    if documented == {} and isinstance(printed, dict):
        return  # any keys may stand there
    if isinstance(documented, dict) and isinstance(printed, dict):
        assert list(documented) == list(printed), where
        for key, value in documented.items():
            assert_same_shape(value, printed[key], f"{where}.{key}")
    elif isinstance(documented, list) and isinstance(printed, list):
        for value in printed if documented else []:
            assert_same_shape(documented[0], value, f"{where}[]")
    else:
        assert type(documented) is type(printed), where


def alerts_arrive(conn: Connection) -> None:
    """Let one alert belong to incident 1, one be withheld, and a vendor's trouble be a suspect."""
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    incident_members.put(conn, Member("prom", "a", 1, "High latency", now, services=("checkout",), group="g"))
    incident_members.put(conn, Member("prom", "b", 0, "Disk is full", now, withheld="less severe than SEV2"))
    suspect = Suspect("acme", "i1", "API down", 0.93, (Evidence("time", 1.2, "it began before"),))
    link = {
        "incident": 1,
        "vendor": "acme",
        "cause": "i1",
        "state": "linked",
        "score": 0.93,
        "at": now,
        "by": "",
    }
    conn.execute(insert(tables.incident_link), link | {"linked_at": now, "body": SUSPECT.dump(suspect)})


INTAKE = """
[web]
listen = "127.0.0.1:0"
[[intake]]
kind = "alertmanager"
open = true
"""


def deliver(database: Path, config: Path) -> None:
    """Have two deliveries in the store, one that was taken and one that failed."""
    config.write_text(config.read_text() + INTAKE)
    alert = {"status": "firing", "labels": {"alertname": "Lag"}, "startsAt": "2026-03-01T10:00:00Z"}
    body = json.dumps({"groupKey": "g", "alerts": [alert]}).encode()
    now = datetime.now(UTC)
    hooks = [Webhook({"content-type": "application/json"}, each, now) for each in (body, b"no JSON")]
    arrivals = [Arrival("alertmanager", hook, Identity(str(n)), str(n)) for n, hook in enumerate(hooks)]
    states = ((InboxState.DONE, ""), (InboxState.FAILED, "it is no JSON"))
    with Store.open(f"sqlite:///{database}") as store:
        receipts = store.write_now(lambda conn: inbox.take_in(conn, arrivals))
        for receipt, hook, (state, why) in zip(receipts, hooks, states, strict=True):
            entry = InboxEntry(receipt.number, "alertmanager", hook, state, why, 1)
            store.write_now(partial(inbox.settle, entry=entry, now=now))


@pytest.mark.timeout(400)  # one process a command
async def test_every_json_output_has_the_shape_in_the_docs(  # noqa: PLR0915 - one command after the other
    installed: Installation, tmp_path: Path
) -> None:
    page, config = installed.page, str(installed.config)
    page.open("API down", "major", ["API"])
    now = page.clock.now()
    page.schedule_maintenance(
        "Upgrade", now.replace(year=now.year + 1), now.replace(year=now.year + 1), ["API"]
    )
    page.resolve(page.open("Over", "minor"))
    printed: dict[str, object] = {}

    async def note(*words: str) -> None:
        heading = next(head for head in documented if " ".join(words).startswith(head))
        out, err = await run("-c", config, *words, "--json")
        assert err == "", words
        assert out.count("\n") == 1, words
        printed[heading] = json.loads(out)

    documented = shapes()
    documented.pop("config show", None)
    async with StatusPage(SystemClock(), "Newcomer") as other:
        await note("db", "upgrade")
        await note("vendor", "add", other.url)
        await run("-c", config, "check")
        await note("inspect", page.url)
        await note("status")
        await note("vendor", "list")
        await note("vendor", "show", "acme")
        await note("vendor", "report", "acme", "--author", "ada")
        await note("vendor", "mute", "newcomer", "--for", "2h", "--reason", "known")
        await note("vendor", "remove", "newcomer", "--yes")
        (tmp_path / "vendors.txt").write_text("github\nno such vendor\n")
        await note("vendor", "import", str(tmp_path / "vendors.txt"), "--dry-run")
        await note("vendor", "doctor")
        (tmp_path / "facts").mkdir()
        (tmp_path / "facts" / "newcomer.toml").write_text(
            f'name = "newcomer"\ntitle = "New"\nformat = "statuspage"\naddress = "{other.url}"\nverified = "2025-01"\n'
        )
        await note("vendor", "refresh", "--folder", str(tmp_path / "facts"))
    await note("silence", "add", "--vendor", "acme", "--for", "2h", "--reason", "known")
    await note("silence", "list")
    await note("silence", "expire", "1")
    deliver(installed.config.parent / "var" / "statusherd.db", installed.config)
    await note("intake", "list")
    await note("intake", "show", "1")
    await note("intake", "retry", "2")
    await note("vendor", "search", "github")
    await note("alert", "list")
    listed = printed["alert list"]
    assert isinstance(listed, dict)
    told = next(each["id"] for each in listed["alerts"] if each["told"])
    await note("alert", "explain", told)
    await note("alert", "ack", told, "--author", "ada")
    await note("alert", "snooze", told, "--for", "2h")
    await note("alert", "test", "--vendor", "acme", "--send")
    (tmp_path / "new.toml").write_text(installed.config.read_text())
    await note("alert", "backtest", "--config", str(tmp_path / "new.toml"))
    (tmp_path / "drill.toml").write_text(
        'vendor = "acme"\ntitle = "API down"\n[[post]]\nphase = "investigating"\n'
    )
    await note("drill", "run", "--script", str(tmp_path / "drill.toml"), "--to", "chat")
    await note("incident", "open", "slow", "--severity", "SEV2", "--began-at", "2026-01-01")
    for _ in range(2):
        await run("-c", config, "incident", "open", "slow, too")
    await note("incident", "task", "1", "roll back", "--owner", "bob", "--due", "2090-01-01")
    await run("-c", config, "incident", "merge", "2", "1")
    await run("-c", config, "incident", "resolve", "3")
    with Store.open(f"sqlite:///{installed.config.parent}/var/statusherd.db") as store:
        store.write_now(alerts_arrive)
    await note("incident", "list", "--all")
    await note("incident", "show", "1")
    await note("incident", "review", "1")
    await note("incident", "withheld")
    await note("alert", "dead")
    await note("alert", "resend", "--all")
    await note("channel", "list")
    (tmp_path / "apprise.conf").write_text("ops=json://127.0.0.1:9/\n")
    await note("channel", "import", str(tmp_path / "apprise.conf"))
    await note("channel", "test", "chat")
    installed.config.write_text(installed.config.read_text() + ROTATION)
    await note(
        "oncall", "override", "primary", "--person", "ada", "--until", "2090-01-01", "--reason", "a swap"
    )
    await note("oncall", "overrides")
    await note("oncall", "show", "primary")
    await note("oncall", "remove", "1")
    target = f'http = "{page.address}/api/v2/status.json"'
    installed.config.write_text(installed.config.read_text() + f'[[probe]]\nvendor = "acme"\n{target}\n')
    await note("probe", "list")
    await note("probe", "run", "acme")
    installed.config.write_text(installed.config.read_text() + RUNBOOK)
    await note("runbook", "list")
    await note("runbook", "show", "flip")
    await note("runbook", "run", "flip", "--param", "target=a", "--execute")
    await note("runbook", "approve", "1", "--author", "bob")
    await note("runbook", "runs")
    await note("maintenance", "add", "upgrade", "--service", "shop", "--for", "2h")
    installed.config.write_text(installed.config.read_text() + FREEZE)
    await note("maintenance", "list")
    await note("maintenance", "end", "1")
    await note("triage", "--text", "API down")
    await note("config", "check")
    await note("db", "check")
    await note("db", "backup", str(tmp_path / "copy.db"))
    await note("db", "restore", str(tmp_path / "copy.db"), "--yes")
    assert printed.keys() == documented.keys()
    for heading, document in printed.items():
        assert_same_shape(documented[heading][0], document, heading)
    out, _ = await run("-c", config, "inspect", "missing.json", "--json", code=1)
    assert_same_shape(documented["inspect"][1], json.loads(out), "inspect error")
