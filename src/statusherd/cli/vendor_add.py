"""`statusherd vendor add`: from a name or any address to a vendor that is watched."""

from __future__ import annotations

import click

from statusherd.cli.inspect import known_format


def _interval(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    from statusherd.config_values import parse_duration  # noqa: PLC0415

    try:
        return None if value is None else parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


@click.command("add")
@click.argument("source", metavar="NAME|URL")
@click.option("--name", help="What to call it; default: the catalogue's name, or the page's own.")
@click.option(
    "--component",
    "components",
    metavar="PATTERN",
    multiple=True,
    help="Watch these components only: an id or a name, * and ? as wildcards. May be given again.",
)
@click.option(
    "--region",
    "regions",
    metavar="PATTERN",
    multiple=True,
    help="Watch these regions only. May be given again.",
)
@click.option(
    "--min-impact",
    type=click.Choice(["none", "minor", "major", "critical"]),
    default="none",
    show_default=True,
    help="Be told of incidents the vendor calls this bad or worse.",
)
@click.option("--interval", metavar="TIME", callback=_interval, help="Look this often, such as 60s or 5m.")
@click.option(
    "--tag", "tags", metavar="WORD", multiple=True, help="A word routes select by. May be given again."
)
@click.option(
    "--format", "format_name", metavar="FORMAT", callback=known_format, help="Take it for this format."
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask: add it, all components where none is named.")
@click.option("--no-input", is_flag=True, help="Never ask, as where no terminal is.")
@click.option(
    "--force", is_flag=True, help="Add it although it cannot be read now, or a filter matches nothing."
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, **options: object) -> None:
    r"""Watch a vendor: one of the catalogue by NAME, or any status page by URL.

    The page is looked at once first: its format is found out, its state and components are shown, and on a
    terminal you choose among them. What cannot be read is refused. A running daemon begins to look within
    two seconds.

    \b
    Examples: statusherd vendor add github --component Actions --component 'API*'
              statusherd vendor add https://status.example.com --name example --yes
    """
    from statusherd.cli.adding import Wish, add  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    add(config_of(ctx), Wish.of(options))
