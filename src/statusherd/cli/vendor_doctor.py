"""`statusherd vendor doctor`: what is wrong with the watched vendors, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from statusherd.cli.completing import watched_names
from statusherd.cli.output import print_json, print_lines, say


@click.command("doctor")
@click.argument("names", metavar="[NAME...]", nargs=-1, shell_complete=watched_names)
@click.option(
    "--look", is_flag=True, help="Look at each now, and search for pages that are not read any more."
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, names: Sequence[str], *, look: bool, json_wanted: bool) -> None:
    r"""Tell what is wrong with the watched vendors, those named or all, and how to mend it.

    Pages that moved, that cannot be read, that nobody looks at; incidents left open; filters that match
    nothing; facts of the catalogue that are wrong or old. It is told from the store; --look asks the pages
    themselves. Nothing is changed. Ends with 1 where something is to be mended.

    \b
    Examples: statusherd vendor doctor
              statusherd vendor doctor github --look
    """
    from statusherd.cli import doctor_views as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.doctor import examine  # noqa: PLC0415

    now = datetime.now(UTC)
    examined, found = examine(config_of(ctx), tuple(dict.fromkeys(names)), now, look=look)
    if json_wanted:
        print_json(views.examination_json(examined, found, now))
    else:
        if found:
            print_lines(views.finding_lines(found, now))
        say(views.summary(examined, found))
    if found:
        ctx.exit(1)
