"""`statusherd channel`: where messages go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from statusherd.cli.output import print_json, print_lines, say, shown, table

_HEAD: Final = (
    *("CHANNEL", "SERVICE", "FORMAT", "RATE", "FALLBACK", "ROUTED"),
    *("STATE", "LAST SENT", "WAITING", "DEAD"),
)


@click.group("channel")
def group() -> None:
    """List, test and import the channels that messages go to."""


@group.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_channels(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """List the channels of the config and how they fare. Their addresses are secrets and do not show."""
    from statusherd.cli.channel_health import NO_HEALTH, health_cells, health_json, healths  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.config import shown as shown_config  # noqa: PLC0415
    from statusherd.model.services import OWNER  # noqa: PLC0415

    read = config_of(ctx)
    config, fares = shown_config(read), healths(read)
    targets = {target for route in read.routes for target in route.channels}
    if OWNER in targets:
        targets.update(target for team in read.teams for target in team.channels)
    used = {channel for target in targets for channel in read.roster.channels_of(target)}
    channels = [channel | {"routed": channel["name"] in used} for channel in config["channel"]]
    if json_wanted:
        each_json = (c | {"health": health_json(fares.get(c["name"], NO_HEALTH))} for c in channels)
        print_json({"channels": list(each_json)})
    elif channels:
        now = datetime.now(UTC)
        rows = [(*_cells(c), *health_cells(fares.get(c["name"], NO_HEALTH), now)) for c in channels]
        print_lines(table(_HEAD, rows))
        if any(each.dead for each in fares.values()):
            say("Messages were given up: `statusherd alert dead` lists them.")
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


@group.command("import")
@click.argument("file", metavar="FILE")
@click.option(
    "--secrets-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write each address into a file of its own there, for the owner alone.",
)
@click.option("--show-secrets", is_flag=True, help="Print the addresses in full.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def import_channels(
    ctx: click.Context,
    file: str,
    secrets_dir: Path | None,
    show_secrets: bool,  # noqa: FBT001 - click hands a flag over
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Print the addresses of an Apprise configuration FILE as channels for the config file.

    Both of its forms are read, lines and YAML; - is what is piped in. A tag becomes the channel's name; what
    is not let through is told. Without --secrets-dir or --show-secrets the addresses are masked.

    \b
    Example: statusherd channel import apprise.yml --secrets-dir secrets >>config.toml
    """
    from statusherd.cli.channel_import import plan_json, plan_of, talk, toml_lines, write_secrets  # noqa: PLC0415
    from statusherd.cli.configured import names_of_channels  # noqa: PLC0415

    plan = plan_of(file, names_of_channels(ctx), secrets_dir)
    write_secrets(plan)
    if json_wanted:
        print_json(plan_json(plan, show_secrets=show_secrets))
    else:
        if plan.channels:
            print_lines(toml_lines(plan, show_secrets=show_secrets))
        talk(plan, show_secrets=show_secrets)
    if not plan.channels:
        ctx.exit(1)
