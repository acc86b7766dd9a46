"""`statusherd drill`: practise with an incident of the past, or of a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from statusherd.cli.output import print_json, print_lines, say, shown


@click.group("drill")
def group() -> None:
    """Practise: play an incident to chosen channels, marked as a drill, and measure who takes it on."""


@group.command("run")
@click.option("--incident", metavar="VENDOR/ID", help="One that the store remembers.")
@click.option("--script", type=click.Path(path_type=Path), metavar="FILE",
              help="A script in TOML.")  # fmt: skip
@click.option("--to", "channels", multiple=True, metavar="CHANNEL",
              help="Who practises; may be given again. Default: the channels of [drill].")  # fmt: skip
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0.1, 3600),
              help="So many times as fast as it was.")  # fmt: skip
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def run(
    ctx: click.Context,
    incident: str | None,
    script: Path | None,
    channels: Sequence[str],
    speed: float,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Play an incident from its first post to its last, to those who practise and nobody else.

    It goes through the whole pipeline with a store of its own, which is gone at the end: no history and no
    report knows of it. Whoever practises acknowledges with `statusherd alert ack` and the reference in the
    message. It ends by itself and then tells how long that took; ^C ends it early, and nothing is kept of it.
    Ends with 1 where no message arrived.

    \b
    Examples: statusherd drill run --script drill.toml --to ops
              statusherd drill run --incident github/abc123 --to ops --to pager --speed 10
    """
    from statusherd import logs  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.drill_views import drill_json, drill_lines, sending_line  # noqa: PLC0415
    from statusherd.cli.drills import play, scripted, stored  # noqa: PLC0415

    logs.set_up("critical")
    if (incident is None) == (script is None):
        raise click.UsageError("Give --incident or --script.", ctx)
    config = config_of(ctx)
    played = stored(config, incident) if incident else scripted(script or Path())
    tell: Callable[[str], None] = _in_silence if json_wanted else say
    tell(f"A drill begins: {shown(played.title)}. ^C ends it early.")
    who = channels or config.drill
    number, done = play(config, played, who, speed, lambda sending: tell(sending_line(sending)))
    if json_wanted:
        print_json(drill_json(number, done))
    else:
        print_lines(drill_lines(number, done))
    if done.told_at is None:
        ctx.exit(1)


def _in_silence(_text: str) -> None:
    """Whoever asks for JSON is told by it."""


@group.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_drills(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """List the drills that were played, the newest first."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.drill_views import result_table  # noqa: PLC0415
    from statusherd.cli.drills import results  # noqa: PLC0415

    found = results(config_of(ctx))
    if json_wanted:
        print_json({"drills": list(found)})
    elif found:
        print_lines(result_table(found))
    else:
        say("No drill was played: statusherd drill run.")


@group.command("show")
@click.argument("number", type=click.IntRange(1))
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, number: int, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """Show what a drill came to: each message, how long it took, and who took it on."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.drill_views import result_lines  # noqa: PLC0415
    from statusherd.cli.drills import result  # noqa: PLC0415

    found = result(config_of(ctx), number)
    if json_wanted:
        print_json(found)
    else:
        print_lines(result_lines(found))
