"""`statusherd probe`: our own checks of vendors' endpoints."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from statusherd.cli.completing import watched_names
from statusherd.cli.output import print_json, print_lines, say


@click.group("probe")
def group() -> None:
    """List our own checks of vendors' endpoints, and make them now."""


@group.command("list")
@click.argument("vendor", required=False, shell_complete=watched_names)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_probes(ctx: click.Context, vendor: str | None, json_wanted: bool) -> None:  # noqa: FBT001
    r"""List the probes of all vendors, or of one: what they found last, and what is usual.

    \b
    Example: statusherd probe list stripe
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.probe_views import listed, probe_json, probe_table  # noqa: PLC0415

    now = datetime.now(UTC)
    found = listed(config_of(ctx), vendor, now)
    if json_wanted:
        print_json({"probes": [probe_json(each) for each in found]})
    elif found:
        print_lines(probe_table(found, now))
    else:
        say("There is no probe. Add a [[probe]] to the config file.")


@group.command("run")
@click.argument("vendor", required=False, shell_complete=watched_names)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def run(ctx: click.Context, vendor: str | None, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Make the probes of all vendors, or of one, once and now; each is told as it comes, all within 5 s.

    Nothing is stored and nobody is told. Ends with 1 where one fails.

    \b
    Example: statusherd probe run stripe
    """
    import asyncio  # noqa: PLC0415

    from statusherd.cli.checking import check_json, check_line, checked  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.probe_views import probes_of  # noqa: PLC0415

    config = config_of(ctx)
    tell = None if json_wanted else lambda each: click.echo(check_line(each))
    found = asyncio.run(checked(config, probes_of(config, vendor), tell))
    if json_wanted:
        print_json({"checks": [check_json(each) for each in found]})
    elif not found:
        say("There is no probe. Add a [[probe]] to the config file.")
    if not all(each.result.ok for each in found):
        ctx.exit(1)
