"""`statusherd silence`: what nobody is to be told of for a while."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from statusherd.cli.moments import given_moment
from statusherd.cli.output import print_json, print_lines, say
from statusherd.model.routing import EVENTS
from statusherd.model.words import Severity


@click.group("silence")
def group() -> None:
    """Withhold messages for a while, with a reason; list what is withheld, and end it."""


@group.command("add")
@click.option("--vendor", "vendors", multiple=True, metavar="GLOB", help="Vendors, by name or title.")
@click.option(
    "--component", "components", multiple=True, metavar="GLOB", help="Only what stays within these."
)
@click.option("--region", "regions", multiple=True, metavar="GLOB", help="Only what stays within these.")
@click.option(
    "--service", "services", multiple=True, metavar="GLOB", help="Only what touches none but these of ours."
)
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice([severity.value for severity in Severity], case_sensitive=False),
    help="Just these: what grows worse is told.",
)
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice(sorted(EVENTS), case_sensitive=False),
    help="Kinds of event.",
)
@click.option("--thread", "threads", multiple=True, metavar="ID", help="One conversation, or a glob of them.")
@click.option("--for", "lasts", metavar="DURATION", help="How long: 90m, 2h, 3d. At most 90 days.")
@click.option("--until", metavar="TIME", callback=given_moment, help="Its end, in place of --for.")
@click.option("--starts", metavar="TIME", callback=given_moment, help="Its beginning. Default: now.")
@click.option("--reason", required=True, help="Why, for those who wonder.")
@click.option("--author", help="Who asks for it. Default: your login name.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def add(ctx: click.Context, /, json_wanted: bool, **given: Any) -> None:  # noqa: FBT001 - click hands a flag over
    r"""Withhold what all the options select, of each kind one of them; one option at least.

    What is still open when it ends is then told in one message, as it stands.

    \b
    Examples: statusherd silence add --vendor github --for 2h --reason "we know, see OPS-12"
              statusherd silence add --vendor 'aws*' --region 'us-east-*' --until 2026-01-31T14:00:00Z \
                --reason "moving away"
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.silencing import add_silence, added_line, asked, silence_json  # noqa: PLC0415

    now = datetime.now(UTC)
    made = add_silence(config_of(ctx), asked(given, now), now)
    if json_wanted:
        print_json({"silence": silence_json(made, now)})
    else:
        click.echo(added_line(made, now))


@group.command("list")
@click.option("--all", "with_past", is_flag=True, help="Those that are over too.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_silences(ctx: click.Context, with_past: bool, json_wanted: bool) -> None:  # noqa: FBT001
    """List the silences that are on or ahead, those that end first first."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.silencing import listed, silence_json, silence_table  # noqa: PLC0415

    now = datetime.now(UTC)
    found = listed(config_of(ctx), None if with_past else now)
    if json_wanted:
        print_json({"silences": [silence_json(silence, now) for silence in found]})
    elif found:
        print_lines(silence_table(found, now))
    else:
        say("Nothing is silenced.")


@group.command("expire")
@click.argument("number", metavar="ID", type=int)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def expire(ctx: click.Context, number: int, json_wanted: bool) -> None:  # noqa: FBT001
    r"""End a silence now: what it withheld and is still open is told.

    \b
    Example: statusherd silence expire 3
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.silencing import end_silence, silence_json  # noqa: PLC0415

    now = datetime.now(UTC)
    ended = end_silence(config_of(ctx), number, now)
    if json_wanted:
        print_json({"silence": silence_json(ended, now)})
    else:
        click.echo(f"silence {number} is over")
