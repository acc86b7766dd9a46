"""`statusherd incident advance/resolve/reopen/merge/split`: where an incident stands, and which are one."""

from __future__ import annotations

from typing import Final

import click

from statusherd.cli import incident_options as options
from statusherd.model.incidents import IncidentPhase

_PHASE: Final = click.Choice([phase.value for phase in IncidentPhase], case_sensitive=False)
_force = click.option("--force", default="", metavar="REASON", help="Go on whatever is missing, and why.")


@click.command("advance")
@options.number
@click.option("--to", type=_PHASE, help="The phase to go to. Default: the next.")
@_force
@options.by
@options.as_json
@click.pass_context
def advance(
    ctx: click.Context,
    number: int,
    to: str | None,
    force: str,
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Bring an incident to its next phase, or a later one. What is missing is told, all at once.

    The phases are detected, triaged, investigating, mitigated, resolved, closed.

    \b
    Examples: statusherd incident advance 12
              statusherd incident advance 12 --to mitigated
    """
    _go(ctx, number, IncidentPhase(to) if to else None, force, author, json_wanted=json_wanted)


@click.command("resolve")
@options.number
@_force
@options.by
@options.as_json
@click.pass_context
def resolve(ctx: click.Context, number: int, force: str, author: str | None, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Say that nothing is broken any more, from whatever phase.

    \b
    Example: statusherd incident resolve 12
    """
    _go(ctx, number, IncidentPhase.RESOLVED, force, author, json_wanted=json_wanted)


def _go(
    ctx: click.Context,
    number: int,
    to: IncidentPhase | None,
    force: str,
    author: str | None,
    *,
    json_wanted: bool,
) -> None:
    from statusherd.cli.incident_acts import Act, rules_of  # noqa: PLC0415
    from statusherd.incidents import Step, advance  # noqa: PLC0415

    rules, act = rules_of(ctx), Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: advance(conn, number, Step(to, force), who, rules, now),
        lambda found: f"{found.name}: {found.phase}.",
    )


@click.command("reopen")
@options.number
@click.argument("reason")
@click.option("--to", type=_PHASE, help="The phase to go back to. Default: investigating, or the one before.")
@options.by
@options.as_json
@click.pass_context
def reopen(
    ctx: click.Context,
    number: int,
    reason: str,
    to: str | None,
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Bring an incident back to an earlier phase, for a REASON.

    \b
    Example: statusherd incident reopen 12 "it is back"
    """
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents import reopen as go_back  # noqa: PLC0415

    phase = IncidentPhase(to) if to else None
    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: go_back(conn, number, phase, who, reason, now),
        lambda found: f"{found.name}: {found.phase}.",
    )


@click.command("merge")
@options.number
@click.argument("into", metavar="INTO", callback=options.given_number)
@options.by
@options.as_json
@click.pass_context
def merge(ctx: click.Context, number: int, into: int, author: str | None, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Let incident NUMBER be a duplicate of INTO, which takes over its alerts, services and open tasks.

    \b
    Example: statusherd incident merge 13 12
    """
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents import merge as join  # noqa: PLC0415

    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: join(conn, number, into, who, now),
        lambda found: f"INC-{number} is a duplicate of {found.name}.",
    )


@click.command("split")
@options.number
@click.argument("title")
@click.option(
    "--alert", "alerts", multiple=True, type=click.IntRange(1), help="An alert, by its number in show."
)
@click.option("--service", "services", multiple=True, metavar="NAME", help="A service that it concerns.")
@options.by
@options.as_json
@click.pass_context
def split(  # noqa: PLR0913, PLR0917 - one parameter an option
    ctx: click.Context,
    number: int,
    title: str,
    alerts: tuple[int, ...],
    services: tuple[str, ...],
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Make an incident of its own, called TITLE, of a part of another. People are told of it.

    \b
    Example: statusherd incident split 12 "search is down too" --alert 7 --service search
    """
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents import Splitting  # noqa: PLC0415
    from statusherd.incidents import split as part  # noqa: PLC0415

    asked = Splitting(title, alerts, services)
    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: part(conn, number, asked, who, now),
        lambda found: f"{found.name} is split off: {found.title}.",
    )


PHASES: Final = (advance, resolve, reopen, merge, split)
