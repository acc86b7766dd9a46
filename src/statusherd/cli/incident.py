"""`statusherd incident`: our own incidents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from statusherd.cli import incident_options as options
from statusherd.cli.incident_causes import CAUSES
from statusherd.cli.incident_deeds import DEEDS
from statusherd.cli.incident_phases import PHASES
from statusherd.cli.incident_review import review
from statusherd.cli.moments import given_time
from statusherd.cli.output import print_json, print_lines, say, warn
from statusherd.model.words import Severity

_LIMIT: Final = click.IntRange(1, 10_000)


@click.group("incident")
def group() -> None:
    """Open our own incidents, take them on, and bring them to their end."""


@group.command("open")
@click.argument("title")
@click.option("--service", "services", multiple=True, metavar="NAME", help="A service it concerns.")
@click.option(
    "--severity",
    type=click.Choice([severity.value for severity in Severity], case_sensitive=False),
    help="How severe it is. Default: SEV3, as nobody has said.",
)
@click.option("--text", default="", help="What is known, in more words.")
@click.option("--began-at", metavar="TIME", callback=given_time, help="Since when; 02:40 will do.")
@click.option("--url", metavar="ADDRESS", help="Where more of it is to be seen.")
@options.by
@options.as_json
@click.pass_context
def open_one(ctx: click.Context, /, author: str | None, json_wanted: bool, **given: Any) -> None:  # noqa: FBT001
    r"""Open an incident; a running daemon tells people of it within seconds.

    \b
    Examples: statusherd incident open "checkout is slow" --service checkout
              statusherd incident open "nobody can pay" --service checkout --severity SEV1 --began-at 02:40
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.incident_acts import opened  # noqa: PLC0415
    from statusherd.cli.incident_views import opened_lines  # noqa: PLC0415
    from statusherd.publish.incident_json import incident_json  # noqa: PLC0415

    made, strangers = opened(config_of(ctx), given, author, datetime.now(UTC))
    for name in strangers:
        warn(f"{name!r} is no [[service]] of the configuration: it is kept as a label")
    if json_wanted:
        print_json({"incident": incident_json(made)})
    else:
        print_lines(opened_lines(made))


@group.command("list")
@click.option("--all", "with_past", is_flag=True, help="Those that are over too, of the last 90 days.")
@click.option("--since", metavar="TIME", help="Those that are over too, and how far back: 12h, 7d.")
@click.option("--service", metavar="NAME", help="Only those that concern a service.")
@click.option("--limit", default=100, show_default=True, type=_LIMIT, help="At most so many lines.")
@options.as_json
@click.pass_context
def list_incidents(
    ctx: click.Context,
    with_past: bool,  # noqa: FBT001 - click hands a flag over
    since: str | None,
    service: str | None,
    limit: int,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""List the incidents that are open, the newest first.

    \b
    Examples: statusherd incident list
              statusherd incident list --since 7d --service checkout
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.incident_acts import length, listed  # noqa: PLC0415
    from statusherd.cli.incident_views import incident_table  # noqa: PLC0415
    from statusherd.publish.incident_json import incident_json  # noqa: PLC0415

    now = datetime.now(UTC)
    span = length(since) if since else timedelta(days=90) if with_past else None
    found, more = listed(config_of(ctx), now - span if span else None, service, limit)
    if json_wanted:
        print_json({"incidents": [incident_json(each) for each in found], "more": more})
        return
    if found:
        print_lines(incident_table(found, now))
    else:
        say("There is none." if span else "No incident is open.")
    if more:
        say(f"There are more than these {limit}: narrow it down, or say --limit.")


@group.command("show")
@options.number
@options.as_json
@click.pass_context
def show(ctx: click.Context, number: int, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Show an incident: how it stands, what fires, what is to be done, and its timeline.

    \b
    Example: statusherd incident show INC-12
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.incident_acts import seen  # noqa: PLC0415
    from statusherd.cli.incident_views import dossier_lines  # noqa: PLC0415
    from statusherd.publish.incident_json import dossier_json  # noqa: PLC0415

    dossier, way = seen(config_of(ctx), number)
    if json_wanted:
        print_json({"incident": dossier_json(dossier)})
    else:
        print_lines(dossier_lines(dossier, way, datetime.now(UTC)))


@group.command("withheld")
@options.as_json
@click.pass_context
def withheld(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001
    """List the alerts that fire and opened no incident, with the reason, the newest first."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.incident_acts import withheld_alerts  # noqa: PLC0415
    from statusherd.cli.incident_views import withheld_table  # noqa: PLC0415
    from statusherd.publish.incident_json import alert_json  # noqa: PLC0415

    found = withheld_alerts(config_of(ctx))
    if json_wanted:
        print_json({"alerts": [alert_json(each) for each in found]})
    elif found:
        print_lines(withheld_table(found, datetime.now(UTC)))
    else:
        say("No alert is withheld.")


for _command in (*DEEDS, *CAUSES, *PHASES, review):
    group.add_command(_command)
