"""`statusherd triage`: us or them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from statusherd.cli.moments import given_time
from statusherd.cli.output import print_json, print_lines, say

if TYPE_CHECKING:
    from statusherd.config import Config
    from statusherd.diagnosing import Check
    from statusherd.model.triage import Question, Triage
    from statusherd.setup import Setup


def _since(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Read how long ago, or at which time, it began."""
    if value is None:
        return None
    from statusherd.config_values import parse_duration  # noqa: PLC0415 - only the command needs it

    try:
        return datetime.now(UTC) - timedelta(seconds=parse_duration(value))
    except ValueError:
        return given_time(ctx, param, value)


@click.command("triage")
@click.option("--service", "-s", metavar="NAME", help="The service that is in trouble; default: all of ours.")
@click.option(
    "--since", metavar="30m|TIME", callback=_since, default="30m", show_default=True, help="Since when."
)
@click.option("--text", default="", metavar="TEXT", help="What is seen: an error, the name of an alert.")
@click.option("--no-probes", is_flag=True, help="Do not check the vendors' endpoints now.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    service: str | None,
    since: datetime,
    text: str,
    no_probes: bool,  # noqa: FBT001 - click hands a flag over
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Tell whether a vendor explains that something is wrong: us or them.

    The answer comes from what is known already, at once; then the endpoints of the vendors that are needed
    are checked, and each result is printed as it comes.

    \b
    Examples: statusherd triage
              statusherd triage --service checkout --since 30m
              statusherd triage -s checkout --text "timeouts calling api.stripe.com"
    """
    from statusherd.cli import triage_views as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.model.triage import Question  # noqa: PLC0415
    from statusherd.publish.triage_json import triage_json  # noqa: PLC0415

    config = config_of(ctx)
    asked = Question(since, service, text)
    setup, found = _asked(config, asked)
    now = datetime.now(UTC)
    if not json_wanted:
        print_lines(views.lines_of(found, setup, now))
    checks = [] if no_probes else _checks(config, found, json_wanted=json_wanted)
    if json_wanted:
        print_json(triage_json(found, [check.finding for check in checks], now))


def _checks(config: Config, found: Triage, *, json_wanted: bool) -> Sequence[Check]:
    """Check the vendors that are needed, and print each result as it comes."""
    probes = [probe for probe in config.probes if probe.vendor in found.vendors]
    if not probes:
        return ()
    from statusherd.cli.checking import check_line, checked  # noqa: PLC0415

    if json_wanted:
        return asyncio.run(checked(config, probes, None))
    click.echo("\n  Checks, made now")
    return asyncio.run(checked(config, probes, lambda each: click.echo(f"    {check_line(each)}")))


def _asked(config: Config, asked: Question) -> tuple[Setup, Triage]:
    from statusherd.cli.stores import has_store, open_store, watched_vendors  # noqa: PLC0415
    from statusherd.model.errors import StatusherdError  # noqa: PLC0415
    from statusherd.setup_reading import setup_of  # noqa: PLC0415
    from statusherd.triaging import services_of, triage  # noqa: PLC0415

    setup = setup_of(config)
    if asked.service is not None and not services_of(setup, asked.service):
        known = ", ".join(service.name for service in setup.services.services) or "none"
        remedy = f"Configured are: {known}"
        raise StatusherdError("is no service of ours", subject=repr(asked.service[:60]), remedy=remedy)
    if not setup.services:
        say("No service is mapped: nobody knows which vendors ours need. Add [[service]] to the config.")
    if not has_store(config):
        say("No look was stored yet. `statusherd run` or `statusherd check` makes the first.")
    with open_store(config, create=True) as store:
        setup = setup.with_vendors(watched_vendors(config, store))
        return setup, store.read_now(lambda conn: triage(conn, setup, asked, datetime.now(UTC)))
