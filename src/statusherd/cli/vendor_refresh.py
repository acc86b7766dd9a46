"""`statusherd vendor refresh`: provider files whose sources are seen to answer, with the month of that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click


@click.command("refresh")
@click.argument("names", metavar="[NAME...]", nargs=-1)
@click.option(
    "--folder",
    metavar="PATH",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the provider files.",
)
@click.option("--all", "every", is_flag=True, help="Look also at those verified this month.")
@click.option("--fix", is_flag=True, help="Rewrite format and address where the page is found elsewhere.")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    help="Look at so many files at most.",
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(  # noqa: PLR0913 - its options
    ctx: click.Context,
    names: Sequence[str],
    folder: Path,
    limit: int | None,
    *,
    every: bool,
    fix: bool,
    json_wanted: bool,
) -> None:
    r"""Look once at the sources of provider files, and note the month in those that answer.

    Only the line `verified` of a file changes. What does not answer in its format is listed, with the place
    where its page is found now. Each file is written as soon as it answers: what was interrupted is gone on
    with by running it again. Ends with 1 where a file is left that does not answer.

    \b
    Examples: statusherd vendor refresh --folder providers/
              statusherd vendor refresh github --folder providers/ --all
    """
    from statusherd.cli.configured import config_if_any  # noqa: PLC0415
    from statusherd.cli.refreshing import Wish, refresh  # noqa: PLC0415

    wish = Wish(folder, tuple(dict.fromkeys(names)), every, fix, limit, json_wanted)
    if not refresh(config_if_any(ctx), wish):
        ctx.exit(1)
