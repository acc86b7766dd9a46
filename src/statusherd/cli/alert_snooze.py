"""`statusherd alert snooze`: one matter is to keep still for a while; a silence of its thread, in short."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from statusherd.cli.output import print_json


@click.command("snooze")
@click.argument("id_", metavar="ID")
@click.option("--for", "lasts", metavar="DURATION", required=True, help="How long: 30m, 2h. At most 90 days.")
@click.option("--reason", default="snoozed", help="Why, for those who wonder.")
@click.option("--author", help="Who asks for it. Default: your login name.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, id_: str, json_wanted: bool, **given: Any) -> None:  # noqa: FBT001
    r"""Tell nobody more of one matter for a while; what is still open then is told once, as it stands.

    ID is the reference in a message, or what `statusherd alert list` prints. Other trouble of the same vendor
    is told as ever.

    \b
    Example: statusherd alert snooze 5f0c2a9d41b7e863 --for 2h
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.silencing import silence_json  # noqa: PLC0415
    from statusherd.cli.snoozing import snooze, snoozed_line  # noqa: PLC0415

    config, now = config_of(ctx), datetime.now(UTC)
    silence, subject = snooze(config, id_, given, now)
    if json_wanted:
        print_json({"silence": silence_json(silence, now), "subject": subject})
    else:
        click.echo(snoozed_line(silence, subject, now))
