"""`statusherd runbook`: what to do, and to do it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import click

from statusherd.cli.output import print_json, print_lines, say


@click.group("runbook")
def group() -> None:
    """Show the runbooks that fit, and run the commands that they name, after a dry run."""


def given_incident(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read the number of an incident of ours: 12 or INC-12. A callback of options."""
    if value is None:
        return None
    found = re.fullmatch(r"(?:INC-)?([0-9]{1,18})", value.strip(), re.IGNORECASE | re.ASCII)
    if found is None:
        raise click.BadParameter(f"{value[:60]!r} is no incident. Write it like 12 or INC-12.", ctx, param)
    return int(found[1])


def _given(ctx: click.Context, param: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{pair[:60]!r} has no value. Write it like name=value.", ctx, param)
        if name in found:
            raise click.BadParameter(f"{name[:60]!r} is given twice.", ctx, param)
        found[name] = value
    return found


@group.command("list")
@click.option("--vendor", "vendors", multiple=True, metavar="NAME", help="Those that fit this vendor.")
@click.option("--component", "components", multiple=True, metavar="NAME", help="And this component of it.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="Those that fit this service.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_runbooks(
    ctx: click.Context,
    vendors: tuple[str, ...],
    components: tuple[str, ...],
    services: tuple[str, ...],
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""List the runbooks, or those that are suggested for a vendor's or a service's trouble.

    \b
    Examples: statusherd runbook list
              statusherd runbook list --vendor stripe --service checkout
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.runbook_views import list_json, list_lines  # noqa: PLC0415
    from statusherd.respond.runbook import suggested  # noqa: PLC0415

    books = config_of(ctx).runbooks
    found = books.every
    if vendors or components or services:
        fit = {hint.name for hint in suggested(books.every, vendors, components, services)}
        found = tuple(book for book in found if book.name in fit)
    if json_wanted:
        print_json({"runbooks": [list_json(book) for book in found]})
    elif found:
        print_lines(list_lines(found))
    else:
        say("No runbook fits." if books.every else "There is no runbook. Add a [[runbook]] to the config.")


@group.command("show")
@click.argument("name")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, name: str, json_wanted: bool) -> None:  # noqa: FBT001
    """Show all steps of the runbook NAME."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.runbook_views import show_lines  # noqa: PLC0415
    from statusherd.publish.operations_json import runbook_json  # noqa: PLC0415
    from statusherd.respond.runbook import named  # noqa: PLC0415

    books = config_of(ctx).runbooks
    book = named(books, name)
    if json_wanted:
        print_json({"runbook": runbook_json(book, books)})
    else:
        print_lines(show_lines(book, books))


@group.command("run")
@click.argument("name")
@click.option("--step", type=click.IntRange(1, 100), help="Which step; needed where several run something.")
@click.option(
    "--incident", metavar="ID", callback=given_incident, help="Note it on this incident's timeline."
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_given,
    help="The value of a parameter.",
)
@click.option("--author", help="Who runs it. Default: your login name.")
@click.option("--execute", is_flag=True, help="Run it. Without this, what would be run is printed.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def run(ctx: click.Context, /, json_wanted: bool, **given: Any) -> None:  # noqa: FBT001 - click hands a flag over
    r"""Print what the steps of the runbook NAME would run; with --execute, run one of them.

    A step that needs approval is proposed, and run when another person approves it. A step that is done by
    hand is noted as done on the timeline of --incident. Ends with 1 where what was run did not succeed.

    \b
    Examples: statusherd runbook run "stripe is away"
              statusherd runbook run "stripe is away" --step 2 --param target=adyen --incident 12 --execute
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.running import dry_run, execute  # noqa: PLC0415

    config = config_of(ctx)
    if not given.pop("execute"):
        dry_run(config, json_wanted=json_wanted, **_only(given, "name", "step", "params"))
    elif not execute(config, json_wanted=json_wanted, **given):
        ctx.exit(1)


def _only(given: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: given[key] for key in keys}


@group.command("approve")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--author", help="Who approves it. Default: your login name.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def approve(ctx: click.Context, number: int, author: str | None, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Approve the run ID that another person asked for, and run it.

    \b
    Example: statusherd runbook approve 7 --author bob
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.running import approve_and_run  # noqa: PLC0415

    if not approve_and_run(config_of(ctx), number, author, json_wanted=json_wanted):
        ctx.exit(1)


@group.command("runs")
@click.option("--incident", metavar="ID", callback=given_incident, help="Only those for this incident.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="So many.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, with what the programs wrote.")
@click.pass_context
def runs(ctx: click.Context, incident: int | None, limit: int, json_wanted: bool) -> None:  # noqa: FBT001
    """List what was proposed and run, the newest first."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.runbook_views import runs_lines  # noqa: PLC0415
    from statusherd.cli.running import listed  # noqa: PLC0415
    from statusherd.publish.operations_json import run_json  # noqa: PLC0415

    now = datetime.now(UTC)
    found = listed(config_of(ctx), incident, limit)
    if json_wanted:
        print_json({"runs": [run_json(each, now) for each in found]})
    elif found:
        print_lines(runs_lines(found, now))
    else:
        say("Nothing was run.")
