"""`statusherd channel`: where messages go."""

from __future__ import annotations

from collections.abc import Sequence

import click

from statusherd.cli.output import print_json, print_lines, say, shown, table


@click.group("channel")
def group() -> None:
    """List and test the channels that messages go to."""


@group.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_channels(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """List the channels of the config. Their addresses are secrets and do not show."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.config import shown as shown_config  # noqa: PLC0415
    from statusherd.model.services import OWNER  # noqa: PLC0415

    loaded = config_of(ctx)
    targets = {target for route in loaded.routes for target in route.channels}
    if OWNER in targets:
        targets.update(target for team in loaded.teams for target in team.channels)
    used = {channel for target in targets for channel in loaded.roster.channels_of(target)}
    channels = [each | {"routed": each["name"] in used} for each in shown_config(loaded)["channel"]]
    if json_wanted:
        print_json({"channels": channels})
    elif channels:
        print_lines(
            table(("CHANNEL", "SERVICE", "FORMAT", "RATE", "FALLBACK", "ROUTED"), list(map(_cells, channels)))
        )
    else:
        say("No channel is configured: messages are only logged. Add a [[channel]] to the config.")


def _cells(channel: dict[str, object]) -> tuple[str, ...]:
    service = str(channel["url"]).partition("://")[0]
    words = (channel["name"], service, channel["format"], channel["rate"], channel["fallback"])
    return (*(shown(str(word)) if word else "-" for word in words), "yes" if channel["routed"] else "no")


@group.command("test")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def test(ctx: click.Context, names: Sequence[str], json_wanted: bool) -> None:  # noqa: FBT001
    r"""Send a test message through each channel NAME, or through all.

    It goes the way of every message and says that it is a drill. Ends with 1 where one was not taken.

    \b
    Example: statusherd channel test ops
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.testing_channels import result_json, result_line, send_tests  # noqa: PLC0415

    results = send_tests(config_of(ctx, need_secrets=False), names)
    if json_wanted:
        print_json({"channels": [result_json(*result) for result in results]})
    else:
        print_lines(result_line(*result) for result in results)
    if not all(outcome.sent for _, outcome in results):
        ctx.exit(1)
