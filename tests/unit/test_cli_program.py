"""The program itself: quick help, options that may stand anywhere, errors as one message."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from statusherd.cli import COMMANDS, cli
from statusherd.cli.failing import tell
from statusherd.model.errors import CatalogError, ConfigError, StatusherdError

HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "aiohttp",
    "apprise",
    "pydantic",
    "rich",
    "lxml",
    "bs4",
    "feedparser",
    "structlog",
)


def run(*words: str, env: dict[str, str] | None = None, **more: object) -> subprocess.CompletedProcess[str]:
    """Run the program as a process, with nothing of the test's own configuration."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith("STATUSHERD")}
    return subprocess.run(
        [sys.executable, "-m", "statusherd", *words],
        capture_output=True,
        text=True,
        env=bare | (env or {}),
        check=False,
        **more,
    )


def every_command() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli, info_name="statusherd")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {part}", each) for part, each in command.commands.items())


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["--version"],
        ["vendor", "--help"],
        ["incident", "--help"],
        ["incident", "advance", "--help"],
        ["vendor", "import", "--help"],
        ["vendor", "doctor", "--help"],
        ["vendor", "refresh", "--help"],
        ["status", "-h"],
    ],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(words):
    code = (
        "import sys\nfrom statusherd.cli import cli\n"
        f"try: cli({words!r}, prog_name='statusherd')\nexcept SystemExit as end: assert not end.code\n"
        f"sys.exit(' '.join(name for name in {HEAVY!r} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_status_of_a_plain_config_imports_no_database_library(tmp_path):
    (tmp_path / "config.toml").write_text('[[vendor]]\nname = "github"\n')
    code = (
        "import sys\nfrom statusherd.cli import cli\n"
        "cli(['status'], prog_name='statusherd', standalone_mode=False)\n"
        f"sys.exit(' '.join(name for name in {HEAVY!r} if name in sys.modules) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "github" in done.stdout


def test_help_lists_every_command_with_its_line():
    result = CliRunner().invoke(cli, ["--help"])
    for name, (_, line) in COMMANDS.items():
        assert any(row.split() == [name, *line.split()] for row in result.output.splitlines()), name


def test_every_command_and_every_option_tells_what_it_does():
    for name, command in every_command():
        assert command.help, name
        for param in command.params:
            assert not isinstance(param, click.Option) or param.hidden or param.help, f"{name} {param.opts}"


def test_examples_in_help_stand_on_lines_of_their_own():
    result = CliRunner().invoke(cli, ["status", "--help"])
    assert "\\b" not in result.output
    assert "  Examples: statusherd status --trouble\n" in result.output


def test_a_mistyped_command_is_told_what_it_may_have_meant():
    result = CliRunner().invoke(cli, ["statsu"])
    assert result.exit_code == 2
    assert "Did you mean 'status'?" in result.stderr


@pytest.mark.parametrize(
    "words",
    [["--config", "PATH", "status"], ["status", "--config", "PATH"], ["-c", "PATH", "config", "check"]],
    ids=" ".join,
)
def test_the_config_may_be_named_before_or_behind_the_command(words, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[[vendor]]\nname = "github"\n')
    result = CliRunner().invoke(cli, [str(path) if word == "PATH" else word for word in words])
    assert result.exit_code == 0, result.output


def test_the_config_may_be_named_in_the_environment(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[[vendor]]\nname = "github"\n')
    result = CliRunner().invoke(cli, ["status", "--json"], env={"STATUSHERD_CONFIG": str(path)})
    assert '"github"' in result.stdout


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["status"], {"NO_COLOR": "1"}),
        (["status"], {"TERM": "dumb"}),
        (["--no-color", "status"], {}),
        (["status", "--no-color"], {}),
    ],
    ids=str,
)
def test_colours_are_left_out_where_they_are_not_wanted(words, env, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[[vendor]]\nname = "github"\n')
    coloured = CliRunner().invoke(
        cli, ["-c", str(path), "status"], color=True, env={"NO_COLOR": None, "TERM": "xterm"}
    )
    assert "\x1b[" in coloured.stdout
    plain = CliRunner().invoke(cli, ["-c", str(path), *words], env={"NO_COLOR": None, "TERM": "xterm"} | env)
    assert "\x1b[" not in plain.stdout
    assert "? unknown" in plain.stdout  # a word and a symbol are there without any colour


# Errors


def test_a_config_error_lists_every_problem_and_ends_with_its_code(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text('[http]\ntimeout = 5\nfoo = 1\n[[vendor]]\nname = "githbu"\n')
    result = CliRunner().invoke(cli, ["-c", str(path), "config", "check"])
    assert result.exit_code == 78
    assert result.stdout == ""
    assert all(word in result.stderr for word in ("line 2", "line 3", "line 5", "Did you mean", str(path)))
    assert "Traceback" not in result.stderr


def test_a_missing_config_is_told_with_its_remedy(tmp_path):
    done = run("config", "check", cwd=tmp_path)
    assert done.returncode == 78
    assert "statusherd init" in done.stderr


@pytest.fixture
def failing(monkeypatch):
    """Add a command to the program that raises what it is given."""

    def install(error: BaseException) -> None:
        def fail() -> None:
            raise error

        monkeypatch.setitem(cli._loaded, "status", click.Command("status", callback=fail))

    return install


def test_an_error_of_ours_is_one_message_without_a_traceback(failing):
    failing(StatusherdError("is wrong", subject="thing", remedy="Do it right"))
    result = CliRunner().invoke(cli, ["status"])
    assert (result.exit_code, result.stderr) == (1, "Error: thing: is wrong\n  Do it right\n")


def test_debug_shows_the_traceback(failing):
    failing(StatusherdError("is wrong"))
    result = CliRunner().invoke(cli, ["--debug", "status"])
    assert isinstance(result.exception, StatusherdError)


def test_a_fault_of_ours_asks_for_a_report(failing):
    failing(KeyError("x"))
    result = CliRunner().invoke(cli, ["status"])
    assert result.exit_code == 70
    assert "--debug" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_ends_with_130(failing, error):
    failing(error)
    assert CliRunner().invoke(cli, ["status"]).exit_code == 130


def test_a_vendors_text_in_an_error_cannot_steer_the_terminal(capsys):
    assert tell(CatalogError("no \x1b[31mred\x1b]0;title\x07", subject="a\r\nb\u202ec")) == 1
    written = capsys.readouterr().err
    assert not any(
        c in written.replace("\x1b[31m\x1b[1m", "").replace("\x1b[0m", "") for c in "\x1b\x07\r\u202e"
    )


def test_every_problem_of_a_config_error_is_printed(capsys):
    assert tell(ConfigError("cannot be used", subject="f", problems=("one", "two"))) == 78
    assert "  - one\n  - two\n" in capsys.readouterr().err


def test_an_error_of_the_system_names_the_file(capsys):
    assert tell(PermissionError(13, "Permission denied", "/some/file")) == 1
    assert "/some/file: permission denied" in capsys.readouterr().err


def test_a_pipe_that_closes_early_is_no_error(tmp_path):
    path = tmp_path / "config.toml"
    names = "".join(
        f'[[vendor]]\nname = "v{n}"\npage = "https://{n}.example.com"\nformat = "statuspage"\n'
        for n in range(3000)
    )
    path.write_text(names)
    process = subprocess.Popen(
        [sys.executable, "-m", "statusherd", "-c", str(path), "status"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    process.wait(20)
    assert b"Traceback" not in told
    assert b"BrokenPipe" not in told


# Completion


def complete(words: str, path: Path) -> list[str]:
    env = {
        "_STATUSHERD_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from statusherd.cli import main; main()"],
        env=os.environ | env | {"STATUSHERD_CONFIG": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_script_of_the_shell(shell):
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert "_STATUSHERD_COMPLETE" in result.stdout


def test_commands_and_options_are_completed(tmp_path):
    assert complete("statusherd in", tmp_path) == ["init", "inspect", "incident", "intake"]
    assert complete("statusherd vendor re", tmp_path) == ["refresh", "remove", "report"]
    assert "--exit-code" in complete("statusherd status --e", tmp_path)


def test_names_of_vendors_are_completed_but_none_that_a_shell_would_run(tmp_path):
    path = tmp_path / "config.toml"
    page = 'page = "https://status.example.com"\nformat = "statuspage"\n'
    names = ("acme", "acme-two", "ac$(touch x)", "ac me", "ac`id`", "ac\\nme", "other")
    path.write_text("".join(f'[[vendor]]\nname = "{name}"\n{page}' for name in names))
    assert complete("statusherd vendor show ac", path) == ["acme", "acme-two"]


def test_a_broken_config_completes_nothing_and_says_nothing(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("not toml")
    assert complete("statusherd vendor show a", path) == []
