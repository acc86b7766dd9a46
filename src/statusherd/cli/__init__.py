"""The command line. Quick to start: a command's module, and what it needs, is imported when it is called."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, Final

import click

from statusherd import __version__
from statusherd.cli.lazy import LazyGroup

__all__ = ["cli", "main"]

_INTERRUPTED: Final = 130

COMMANDS: Final = {
    "init": ("statusherd.cli.init:command", "Write a config file to begin with."),
    "run": ("statusherd.cli.run:command", "Run the daemon: look, notice, tell people."),
    "check": ("statusherd.cli.check:command", "Look at every vendor once, deliver what is due, and end."),
    "status": ("statusherd.cli.status:command", "Show the state of every vendor."),
    "inspect": ("statusherd.cli.inspect:command", "Read a status page or a file and show what it says."),
    "vendor": ("statusherd.cli.vendor:group", "Find, add, list and remove the vendors that are watched."),
    "incident": ("statusherd.cli.incident:group", "Open our own incidents, take them on, and end them."),
    "probe": ("statusherd.cli.probe:group", "List our own checks of vendors' endpoints, and make them now."),
    "triage": (
        "statusherd.cli.triage:command",
        "Tell whether a vendor explains what is wrong: us or them?",
    ),
    "alert": ("statusherd.cli.alert:group", "Show who was told of what, who was not, and why."),
    "channel": ("statusherd.cli.channel:group", "List, test and import the channels that messages go to."),
    "oncall": ("statusherd.cli.oncall:group", "Show who is on call, and let somebody stand in."),
    "silence": ("statusherd.cli.silence:group", "Withhold messages for a while, list and end that."),
    "runbook": ("statusherd.cli.runbook:group", "Show what to do, and run the commands that runbooks name."),
    "maintenance": ("statusherd.cli.maintenance:group", "Plan maintenance of your own services."),
    "intake": ("statusherd.cli.intake:group", "Show what monitoring systems have delivered."),
    "config": ("statusherd.cli.config:group", "Check and show the configuration."),
    "db": ("statusherd.cli.db:group", "Upgrade, check, back up and restore the database."),
    "replay": ("statusherd.cli.replay:command", "Show what would have been told in the past."),
    "drill": ("statusherd.cli.drill:group", "Practise with an incident, marked as a drill, and measure it."),
    "demo": ("statusherd.cli.demo:command", "See an incident from beginning to end, on this machine alone."),
    "completion": (
        "statusherd.cli.completion:command",
        "Print the script that completes commands in your shell.",
    ),
}


class _Root(LazyGroup):
    """The program itself: where every error of ours becomes one message and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            click.echo(err=True)  # closes the line with ^C
            ctx.exit(_INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            from statusherd.cli.failing import tell  # noqa: PLC0415 - only a failure needs it

            ctx.exit(tell(error))


def _everywhere() -> list[click.Option]:
    """Return the program's own options again, hidden, for those who write them behind the command."""
    return [
        click.Option(["--config"], expose_value=False, hidden=True, callback=_to_root),
        click.Option(["--debug"], is_flag=True, expose_value=False, hidden=True, callback=_to_root),
        click.Option(["--no-color"], is_flag=True, expose_value=False, hidden=True, callback=_without_color),
    ]


def _to_root(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value and param.name:
        ctx.find_root().params[param.name] = value


def _without_color(ctx: click.Context, _param: click.Parameter, value: object) -> None:
    if value or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        ctx.color = False


@click.command(
    cls=_Root,
    lazy=COMMANDS,
    everywhere=_everywhere,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with: statusherd init; then vendor add, run, status. Each command tells more: "
    "statusherd COMMAND -h. "
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 78 the configuration cannot be used.",
)
@click.option(
    "--config",
    "-c",
    metavar="PATH",
    envvar="STATUSHERD_CONFIG",
    show_envvar=True,
    help="The config file; default: ./config.toml, then /etc/statusherd/config.toml.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--no-color",
    is_flag=True,
    expose_value=False,
    callback=_without_color,
    help="Print without colours, as with NO_COLOR in the environment.",
)
@click.version_option(__version__, "--version", "-V", message="statusherd %(version)s")
def cli(**_options: object) -> None:
    """Watch the status pages of your vendors, and tell the right people once."""


def main() -> None:
    """Run the program with the arguments of the process."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character gets a question mark in its place, not a crash.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        cli(prog_name="statusherd")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
