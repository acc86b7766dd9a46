"""`statusherd incident ack/note/assign/severity/service/task`: what people do with an incident."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Final

import click

from statusherd.cli import incident_options as options
from statusherd.cli.moments import given_moment
from statusherd.model.words import Severity


@click.command("ack")
@options.number
@click.option("--note", default="", help="What the others are to know.")
@options.by
@options.as_json
@click.pass_context
def ack(ctx: click.Context, number: int, note: str, author: str | None, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Take an incident on: the escalation of its alert stops, and those who heard of it hear who it is.

    \b
    Example: statusherd incident ack 12 --note "looking at the deploy"
    """
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents import acknowledge  # noqa: PLC0415

    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: acknowledge(conn, number, who, note, now),
        lambda found: f"{act.who} takes on {found.name}.",
    )


@click.command("note")
@options.number
@click.argument("text")
@options.by
@options.as_json
@click.pass_context
def write_note(ctx: click.Context, number: int, text: str, author: str | None, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Write a note into the timeline; - reads it from what is piped in. Nobody is told.

    \b
    Examples: statusherd incident note 12 "the cache is cold, warming it"
              kubectl get pods | statusherd incident note 12 -
    """
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents import note as write  # noqa: PLC0415

    said = sys.stdin.read() if text == "-" else text
    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: write(conn, number, who, said, now), lambda found: f"noted in {found.name}."
    )


@click.command("assign")
@options.number
@click.argument("role")
@click.argument("person", required=False, default="")
@options.by
@options.as_json
@click.pass_context
def assign_role(
    ctx: click.Context,
    number: int,
    role: str,
    person: str,
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Give a ROLE (commander, technical lead, communications lead, …) to a PERSON; to nobody without one.

    \b
    Example: statusherd incident assign 12 commander ada
    """
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents import assign  # noqa: PLC0415

    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: assign(conn, number, role, person, who, now),
        lambda found: f"{role} of {found.name}: {person or 'nobody'}.",
    )


@click.command("severity")
@options.number
@click.argument("severity", type=click.Choice([each.value for each in Severity], case_sensitive=False))
@click.argument("reason")
@options.by
@options.as_json
@click.pass_context
def severity_of(
    ctx: click.Context,
    number: int,
    severity: str,
    reason: str,
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Say how severe an incident is, and why. People are told.

    \b
    Example: statusherd incident severity 12 SEV1 "nobody can pay"
    """
    from statusherd.cli.incident_acts import Act  # noqa: PLC0415
    from statusherd.incidents import set_severity  # noqa: PLC0415

    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: set_severity(conn, number, Severity(severity), who, reason, now),
        lambda found: f"{found.name}: {found.severity}.",
    )


@click.command("service")
@options.number
@click.option("--add", multiple=True, metavar="NAME", help="A service it concerns.")
@click.option("--remove", multiple=True, metavar="NAME", help="One that it does not.")
@options.by
@options.as_json
@click.pass_context
def service(
    ctx: click.Context,
    number: int,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Say which services of ours an incident concerns. People are told.

    \b
    Example: statusherd incident service 12 --add checkout --remove search
    """
    from statusherd.cli.incident_acts import Act, services_of  # noqa: PLC0415
    from statusherd.incidents import ServiceChange, change_services  # noqa: PLC0415

    if not add and not remove:
        raise click.UsageError("Name services to --add or to --remove.", ctx)
    change, known = ServiceChange(add, remove), services_of(ctx)
    act = Act(ctx, author, json_wanted=json_wanted)
    act.done(
        lambda conn, who, now: change_services(conn, number, change, who, known, now),
        lambda found: f"{found.name}: it concerns {', '.join(found.services) or 'no service of ours'}.",
    )


@click.command("task")
@options.number
@click.argument("text", required=False)
@click.option("--owner", default="", metavar="PERSON", help="Who does it.")
@click.option("--due", metavar="TIME", callback=given_moment, help="Until when.")
@click.option(
    "--done", type=click.IntRange(1), metavar="TASK", help="This one is done; show has the numbers."
)
@options.by
@options.as_json
@click.pass_context
def task(  # noqa: PLR0913, PLR0917 - one parameter an option
    ctx: click.Context,
    number: int,
    text: str | None,
    owner: str,
    due: datetime | None,
    done: int | None,
    author: str | None,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Write down what is to be done for an incident, or with --done that it is.

    \b
    Examples: statusherd incident task 12 "roll back the release" --owner bob
              statusherd incident task 12 --done 3
    """
    from statusherd.cli.incident_acts import Act, new_task  # noqa: PLC0415
    from statusherd.incidents import add_task, finish_task  # noqa: PLC0415

    if (text is None) == (done is None):
        raise click.UsageError("Say what is to be done, or --done with the number of what is.", ctx)
    act = Act(ctx, author, json_wanted=json_wanted)
    if done is not None:
        act.task(lambda conn, who, now: finish_task(conn, number, done, who, now))
    else:
        asked = new_task(number, text or "", owner, due)
        act.task(lambda conn, who, now: add_task(conn, asked, who, now))


DEEDS: Final = (ack, write_note, assign_role, severity_of, service, task)
