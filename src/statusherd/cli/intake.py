"""`statusherd intake`: what monitoring systems have delivered, and what became of it."""

from __future__ import annotations

from typing import Final

import click

from statusherd.cli.output import print_json, print_lines, say

_STATES: Final = ("new", "done", "unknown", "failed")


@click.group("intake")
def group() -> None:
    """Show what monitoring systems have delivered, and have it read again."""


@group.command("list")
@click.option("--intake", metavar="NAME", help="Only of this intake.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(_STATES), help="Only in this state, or these."
)
@click.option(
    "--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="At most so many."
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_deliveries(
    ctx: click.Context,
    intake: str | None,
    states: tuple[str, ...],
    limit: int,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""List deliveries, the newest first: those that hold no alert or could not be read among them.

    \b
    Examples: statusherd intake list --state failed --state unknown
              statusherd intake list --intake prometheus --limit 20
    """
    from datetime import UTC, datetime  # noqa: PLC0415

    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.intake_views import delivery_json, delivery_table, listed  # noqa: PLC0415

    found = listed(config_of(ctx), limit, intake, states)
    if json_wanted:
        print_json({"deliveries": [delivery_json(entry) for entry in found]})
    elif found:
        print_lines(delivery_table(found, datetime.now(UTC)))
    else:
        say("Nothing has been delivered." if not (intake or states) else "Nothing like that is kept.")


@group.command("show")
@click.argument("number", metavar="ID", type=int)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, number: int, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Show a delivery as it came, what became of it, and what it says as the configuration is now.

    \b
    Example: statusherd intake show 12
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.intake_views import found_delivery, whole_json, whole_lines  # noqa: PLC0415

    config = config_of(ctx)
    entry = found_delivery(config, number)
    if json_wanted:
        print_json({"delivery": whole_json(config, entry)})
    else:
        print_lines(whole_lines(config, entry))


@group.command("retry")
@click.argument("numbers", metavar="[ID]...", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="All that failed.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def retry(ctx: click.Context, numbers: tuple[int, ...], every: bool, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Have deliveries read again that failed or held no alert, once what was wrong is mended.

    A running daemon does so within two seconds; without one it waits for the next. What was taken is not
    taken twice.

    \b
    Examples: statusherd intake retry 12 15
              statusherd intake retry --all
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.intake_views import retried  # noqa: PLC0415

    if every == bool(numbers):
        raise click.UsageError("Say which: their IDs, or --all")
    found = retried(config_of(ctx), None if every else numbers)
    if json_wanted:
        print_json({"retried": found})
    else:
        click.echo(f"{len(found)} to be read again")
