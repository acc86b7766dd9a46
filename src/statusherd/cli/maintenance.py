"""`statusherd maintenance`: when we work on our own services ourselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from statusherd.cli.moments import given_moment
from statusherd.cli.output import print_json, print_lines, say


@click.group("maintenance")
def group() -> None:
    """Plan maintenance of your own services: nothing is opened about them meanwhile."""


@group.command("add")
@click.argument("title")
@click.option(
    "--service", "services", multiple=True, required=True, metavar="GLOB", help="Services of yours, by name."
)
@click.option("--from", "starts", metavar="TIME", callback=given_moment, help="Its beginning. Default: now.")
@click.option("--for", "lasts", metavar="DURATION", help="How long: 90m, 2h, 3d. At most 30 days.")
@click.option("--until", metavar="TIME", callback=given_moment, help="Its end, in place of --for.")
@click.option("--reason", default="", help="Why, for those who wonder.")
@click.option("--author", help="Who plans it. Default: your login name.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def add(ctx: click.Context, /, json_wanted: bool, **given: Any) -> None:  # noqa: FBT001 - click hands a flag over
    r"""Plan a maintenance called TITLE. Warns where it falls into a freeze.

    \b
    Examples: statusherd maintenance add "database upgrade" --service checkout --for 2h
              statusherd maintenance add "move to the new cluster" --service 'pay*' --service login \
                --from 2026-12-01T20:00Z --until 2026-12-01T23:00Z --reason OPS-12
    """
    from statusherd.cli import maintaining as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    now = datetime.now(UTC)
    config = config_of(ctx)
    window, freezes = views.add_window(config, views.asked(given, now), now)
    if json_wanted:
        print_json(views.added_json(window, freezes, now))
    else:
        click.echo(views.added_line(window, now))


@group.command("list")
@click.option("--all", "with_past", is_flag=True, help="Those that are over too.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_windows(ctx: click.Context, with_past: bool, json_wanted: bool) -> None:  # noqa: FBT001
    """List your maintenances that are on or ahead, and the next time of every freeze."""
    from statusherd.cli import maintaining as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    now = datetime.now(UTC)
    config = config_of(ctx)
    windows = views.listed(config, None if with_past else now)
    freezes = views.freezes_ahead(config, now)
    if json_wanted:
        print_json(views.list_json(windows, freezes, now))
    elif windows or freezes:
        print_lines(views.list_lines(windows, freezes, now))
    else:
        say("No maintenance is planned.")


@group.command("end")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def end(ctx: click.Context, number: int, json_wanted: bool) -> None:  # noqa: FBT001
    r"""End a maintenance now, or call one off that is ahead.

    \b
    Example: statusherd maintenance end 3
    """
    from statusherd.cli import maintaining as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.publish.operations_json import maintenance_json  # noqa: PLC0415

    now = datetime.now(UTC)
    ended = views.end_window(config_of(ctx), number, now)
    if json_wanted:
        print_json({"maintenance": maintenance_json(ended, now)})
    else:
        click.echo(f"maintenance {number} is over")
