"""`statusherd vendor report`: somebody of ours says that a vendor is in trouble."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from statusherd.cli.completing import watched_names
from statusherd.cli.output import print_json


@click.command("report")
@click.argument("name", shell_complete=watched_names)
@click.option("--note", default="", help="What you see.")
@click.option("--service", default="", help="The service of ours that suffers.")
@click.option("--author", help="Who reports it. Default: your login name.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(  # noqa: PLR0913, RUF100 - one argument per option
    ctx: click.Context,
    name: str,
    note: str,
    service: str,
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Report that a vendor is in trouble, whatever its page says.

    Enough reports of different people within a quarter of an hour make an early warning.

    \b
    Example: statusherd vendor report stripe --note "card payments time out" --service checkout
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.reporting import asked_for, report, reported_line  # noqa: PLC0415
    from statusherd.publish.report_api import report_json  # noqa: PLC0415

    config = config_of(ctx)
    made, authors = report(config, asked_for(name, author, note, service, datetime.now(UTC)))
    if json_wanted:
        print_json({"report": report_json(made, authors)})
    else:
        click.echo(reported_line(made, authors, config.early))
