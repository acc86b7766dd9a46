"""`init`, `config`, `db` and `channel`."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from statusherd.cli import cli
from statusherd.clock import SystemClock
from statusherd.config import load
from statusherd.store.lock import RunnerLock
from statusherd.store.schema import HEAD
from statusherd.testing import Answer, HttpSink, StatusPage

SECRET = "s3cr3t-token-0123456789"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("STATE_DIRECTORY", "CREDENTIALS_DIRECTORY", "STATUSHERD_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("")
    path.chmod(0o600)
    return path


def run(config: Path, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ["-c", str(config), *words])
    assert result.exit_code == code, result.output
    return result


# init


def test_the_written_config_runs_as_it_is_and_is_the_owners_alone(tmp_path):
    result = CliRunner().invoke(cli, ["init", str(tmp_path / "new" / "folder")])
    path = tmp_path / "new" / "folder" / "config.toml"
    assert (result.exit_code, result.stdout) == (0, f"{path}\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(path).vendors


def test_an_existing_config_is_never_overwritten(config):
    config.write_text("mine")
    result = CliRunner().invoke(cli, ["init", str(config.parent)])
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert config.read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(config):
    result = CliRunner().invoke(cli, ["init", str(config / "below")])
    assert result.exit_code in (1, 2)
    assert "Traceback" not in result.stderr


# config


def test_a_right_config_is_said_to_be_right(config):
    assert "is right: 0 vendors, 0 channels, 0 routes" in run(config, "config", "check").stdout
    document = json.loads(run(config, "config", "check", "--json").stdout)
    assert document == {"path": str(config), "ok": True, "problems": [], "warnings": []}


def test_mistakes_are_told_as_json_too(config):
    config.write_text("[http]\ntimeout = 5\nfoo = 1\n")
    result = run(config, "config", "check", "--json", code=78)
    document = json.loads(result.stdout)
    assert (document["ok"], len(document["problems"])) == (False, 2)
    assert result.stderr == ""


def test_a_missing_secret_is_a_mistake_unless_it_need_not_be_readable_here(config):
    config.write_text(
        '[[channel]]\nname = "ops"\nurl = { env = "NO_SUCH_VARIABLE" }\n[[route]]\nchannels = ["ops"]\n'
    )
    assert "NO_SUCH_VARIABLE" in run(config, "config", "check", code=78).stderr
    assert "NO_SUCH_VARIABLE" in run(config, "config", "check", "--without-secrets").stderr


def test_the_config_is_shown_with_defaults_and_without_secrets(config):
    config.write_text(
        f'[http]\nproxy = "http://u:{SECRET}@proxy.example.com"\n[[vendor]]\nname = "github"\n'
        f'[[channel]]\nname = "ops"\nurl = "json://host/{SECRET}"\n[[route]]\nchannels = ["ops"]\n'
    )
    shown = run(config, "config", "show")
    assert SECRET not in shown.output
    assert tomllib.loads(shown.stdout)["http"]["interval"] == "1m"
    as_json = run(config, "config", "show", "--json")
    assert SECRET not in as_json.output
    assert json.loads(as_json.stdout)["vendor"][0]["name"] == "github"


# db


def test_a_database_is_made_checked_and_copied(config, tmp_path):
    made = json.loads(run(config, "db", "upgrade", "--json").stdout)
    assert made["schema"] == HEAD
    assert json.loads(run(config, "db", "check", "--json").stdout) == {
        "database": str(tmp_path / "var" / "statusherd.db"),
        "ok": True,
        "problems": [],
    }
    copy = tmp_path / "copy.db"
    assert json.loads(run(config, "db", "backup", str(copy), "--json").stdout)["bytes"] == copy.stat().st_size
    assert "exists already" in run(config, "db", "backup", str(copy), code=1).stderr


@pytest.mark.parametrize("words", [("check",), ("backup", "copy.db")])
def test_without_a_database_that_is_said(config, words):
    assert "no database yet" in run(config, "db", *words, code=1).stderr


def test_a_folder_that_cannot_be_written_is_one_clear_message(config, tmp_path):
    (tmp_path / "var").write_text("a file stands where the folder should be")
    result = run(config, "db", "upgrade", code=1)
    assert len(result.stderr.splitlines()) <= 2
    assert str(tmp_path / "var") in result.stderr


async def _add(config: Path, page: StatusPage, name: str) -> None:
    await asyncio.to_thread(config.write_text, "[http]\nallow_private = true\n")
    await asyncio.to_thread(run, config, "vendor", "add", page.url, "--name", name)


def names(config: Path) -> list[str]:
    vendors = json.loads(run(config, "vendor", "list", "--json").stdout)["vendors"]
    return [vendor["name"] for vendor in vendors]


async def test_a_backup_is_put_back_and_the_replaced_database_is_kept(config, tmp_path):
    copy = tmp_path / "copy.db"
    async with StatusPage(SystemClock(), "Acme") as page:
        await _add(config, page, "before")
        run(config, "db", "backup", str(copy))
        await _add(config, page, "after")
        assert names(config) == ["after", "before"]
        assert "--yes" in run(config, "db", "restore", str(copy), code=1).stderr
        kept = json.loads(run(config, "db", "restore", str(copy), "--yes", "--json").stdout)["kept"]
        assert names(config) == ["before"]
        run(config, "db", "restore", kept, "--yes")
        assert names(config) == ["after", "before"]
        assert stat.S_IMODE((tmp_path / "var" / "statusherd.db").stat().st_mode) == 0o600


def test_a_backup_is_put_where_no_database_is(config, tmp_path):
    copy = tmp_path / "copy.db"
    run(config, "db", "upgrade")
    run(config, "db", "backup", str(copy))
    shutil.rmtree(tmp_path / "var")
    assert json.loads(run(config, "db", "restore", str(copy), "--yes", "--json").stdout)["kept"] is None
    run(config, "db", "check")


def test_what_is_no_whole_database_of_ours_is_never_put_back(config, tmp_path):
    run(config, "db", "upgrade")
    copy = tmp_path / "copy.db"
    run(config, "db", "backup", str(copy))
    body = copy.read_bytes()
    strange = tmp_path / "strange.db"
    with closing(sqlite3.connect(strange)) as conn:
        conn.execute("CREATE TABLE other (id INTEGER)")
    (tmp_path / "text.db").write_text("no database")
    (tmp_path / "short.db").write_bytes(body[: len(body) // 2])
    for name in ("strange.db", "text.db", "short.db"):
        result = run(config, "db", "restore", str(tmp_path / name), "--yes", code=1)
        assert name in result.stderr
    run(config, "db", "check")
    assert [path.name for path in (tmp_path / "var").glob("*replaced*")] == []


def test_nothing_is_put_back_while_a_daemon_holds_the_database(config, tmp_path):
    run(config, "db", "upgrade")
    copy = tmp_path / "copy.db"
    run(config, "db", "backup", str(copy))
    with RunnerLock.acquire(f"sqlite:///{tmp_path / 'var' / 'statusherd.db'}"):
        assert "another statusherd" in run(config, "db", "restore", str(copy), "--yes", code=1).stderr
        assert "another statusherd" in run(config, "db", "upgrade", code=1).stderr


# channel


def with_channels(config: Path, **urls: str) -> None:
    channels = "".join(f'[[channel]]\nname = "{name}"\nurl = "{url}"\n' for name, url in urls.items())
    config.write_text(f'{channels}[[route]]\nchannels = ["{next(iter(urls))}"]\n')


def test_channels_are_listed_without_their_addresses(config):
    with_channels(config, ops=f"json://host/{SECRET}", idle="mailto://u:p@host")
    result = run(config, "channel", "list")
    assert SECRET not in result.output
    document = json.loads(run(config, "channel", "list", "--json").stdout)
    assert [(c["name"], c["url"], c["routed"]) for c in document["channels"]] == [
        ("ops", "json://***", True),
        ("idle", "mailto://***", False),
    ]


async def test_a_test_message_goes_the_real_way_and_says_that_it_is_a_drill(config):
    async with HttpSink() as sink:
        with_channels(config, ops=sink.url)
        result = await asyncio.to_thread(run, config, "channel", "test")
        assert "✓ sent  ops (json" in result.stdout
        (message,) = sink.received
        assert b"drill" in message.body.lower()
        assert b"Test message" in message.body


async def test_one_failure_ends_with_1_and_the_others_are_sent(config):
    async with HttpSink() as good, HttpSink(Answer.REFUSED) as bad:
        with_channels(config, good=good.url, bad=bad.url)
        result = await asyncio.to_thread(run, config, "channel", "test", "--json", code=1)
        outcomes = {c["name"]: c["sent"] for c in json.loads(result.stdout)["channels"]}
        assert outcomes == {"good": True, "bad": False}
        assert (
            "✗ not sent  bad"
            in (await asyncio.to_thread(run, config, "channel", "test", "bad", code=1)).stdout
        )
        assert len(good.received) == 1


def test_a_secret_that_cannot_be_read_here_is_an_outcome(config):
    config.write_text(
        '[[channel]]\nname = "ops"\nurl = { env = "NO_SUCH_VARIABLE" }\n[[route]]\nchannels = ["ops"]\n'
    )
    assert "secret cannot be read" in run(config, "channel", "test", code=1).stdout


def test_an_unknown_channel_is_told_with_those_there_are(config):
    with_channels(config, ops="json://127.0.0.1:9/")
    assert "Channels are: ops" in run(config, "channel", "test", "opps", code=1).stderr


def test_without_channels_that_is_said(config):
    assert "[[channel]]" in run(config, "channel", "test", code=1).stderr
    assert "[[channel]]" in run(config, "channel", "list").stderr
