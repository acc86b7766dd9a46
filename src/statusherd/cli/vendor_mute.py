"""`statusherd vendor mute`: a silence of one vendor, in short."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from statusherd.cli.completing import watched_names
from statusherd.cli.moments import given_moment
from statusherd.cli.output import print_json


@click.command("mute")
@click.argument("name", shell_complete=watched_names)
@click.option("--for", "lasts", metavar="DURATION", help="How long: 90m, 2h, 3d. At most 90 days.")
@click.option("--until", metavar="TIME", callback=given_moment, help="Its end, in place of --for.")
@click.option("--reason", required=True, help="Why, for those who wonder.")
@click.option("--author", help="Who asks for it. Default: your login name.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, name: str, json_wanted: bool, **given: Any) -> None:  # noqa: FBT001
    r"""Tell nobody of a vendor for a while; it is looked at all the same. A silence of it, in short.

    \b
    Example: statusherd vendor mute github --for 2h --reason "we know, see OPS-12"
    """
    from glob import escape  # noqa: PLC0415

    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.silencing import add_silence, added_line, asked, silence_json  # noqa: PLC0415
    from statusherd.cli.stores import has_store, open_store, watched_vendor  # noqa: PLC0415

    config, now = config_of(ctx), datetime.now(UTC)
    silence = asked(given | {"vendors": (escape(name),)}, now)
    if has_store(config):
        with open_store(config) as store:
            watched_vendor(config, store, name)
    else:
        watched_vendor(config, None, name)
    made = add_silence(config, silence, now)
    if json_wanted:
        print_json({"silence": silence_json(made, now)})
    else:
        click.echo(added_line(made, now))
