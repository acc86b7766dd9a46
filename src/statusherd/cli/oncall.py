"""`statusherd oncall`: who is on call, and who stands in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from statusherd.cli.moments import given_moment
from statusherd.cli.output import print_json, print_lines, say, table
from statusherd.model.errors import StatusherdError
from statusherd.model.oncall import Override
from statusherd.model.stamps import iso

if TYPE_CHECKING:
    from statusherd.config import Config
    from statusherd.model.oncall import Rotation


@click.group("oncall")
def group() -> None:
    """Show who is on call, and let somebody stand in."""


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Read a time of the command line, of the years that rotations are right for."""
    found = given_moment(ctx, param, value)
    if found is not None and not 1970 <= found.year <= 2099:
        raise click.BadParameter("is out of bounds. Take a time of the years 1970 to 2099.", ctx, param)
    return found


@group.command("show")
@click.argument("name", required=False)
@click.option("--at", metavar="TIME", callback=_moment, help="Who is on call then; default: now.")
@click.option("--days", type=click.IntRange(1, 366), default=14, show_default=True, help="So many days on.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def show(
    ctx: click.Context,
    name: str | None,
    at: datetime | None,
    days: int,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Show who is on call in the rotation NAME, or in all, until when, and who follows.

    \b
    Examples: statusherd oncall show
              statusherd oncall show primary --at 2026-12-24T18:00Z --days 7
    """
    from statusherd.cli import oncall_views as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    config = config_of(ctx)
    moment = at or datetime.now(UTC)
    wanted = [_rotation(config, name)] if name else list(config.roster.rotations.values())
    overrides = _overrides(config, moment)
    found = [views.view_of(config.roster, rotation, overrides, moment, days) for rotation in wanted]
    if json_wanted:
        print_json({"at": iso(moment), "oncalls": [views.view_json(view) for view in found]})
    elif found:
        print_lines(
            "\n".join(views.view_lines(view)) + ("\n" if view is not found[-1] else "") for view in found
        )
    else:
        say("No rotation is configured. Add a [[person]] and an [[oncall]] to the config.")


@group.command("override")
@click.argument("name")
@click.option("--person", metavar="NAME", required=True, help="Who stands in.")
@click.option("--from", "begin", metavar="TIME", callback=_moment, help="From when on; default: now.")
@click.option("--until", "end", metavar="TIME", callback=_moment, required=True, help="Until when.")
@click.option("--reason", default="", help="Why, for those who ask later.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def override(  # noqa: PLR0913, PLR0917 - one argument per option
    ctx: click.Context,
    name: str,
    person: str,
    begin: datetime | None,
    end: datetime,
    reason: str,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Put somebody on call in the rotation NAME for a while, whoever's turn it is.

    Where overrides overlap, the one made last counts. A running daemon follows it at once. Times without a
    zone are UTC.

    \b
    Example: statusherd oncall override primary --person bob --until 2026-12-24T18:00+01:00
    """
    from statusherd.cli import oncall_views as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.stores import open_store  # noqa: PLC0415
    from statusherd.respond.oncall import shifts  # noqa: PLC0415
    from statusherd.store.oncall import add_override, overrides  # noqa: PLC0415

    config, now = config_of(ctx), datetime.now(UTC).replace(microsecond=0)
    rotation = _rotation(config, name)
    if person not in config.roster.people:
        raise _unknown("person", person, config.roster.people)
    wanted = Override(0, name, person, begin or now, end, reason.strip(), now)
    _refuse_past(ctx, wanted, now)
    with open_store(config, create=True) as store:
        others = config.roster.overrides_of(name, store.read_now(lambda conn: overrides(conn, now)))
        number = store.write_now(lambda conn: add_override(conn, wanted, now))
    made = Override(number, name, person, wanted.begins_at, end, wanted.reason, now)
    if json_wanted:
        print_json(views.override_json(made, config.roster))
        return
    replaced = [shift.person for shift in shifts(rotation, made.begins_at, end, others)]
    click.echo(views.override_line(made, rotation, replaced))


@group.command("overrides")
@click.option("--all", "every", is_flag=True, help="Those that are over as well.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_overrides(ctx: click.Context, every: bool, json_wanted: bool) -> None:  # noqa: FBT001
    """List the overrides that are in force or to come."""
    from statusherd.cli import oncall_views as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    config = config_of(ctx)
    found = _overrides(config, None if every else datetime.now(UTC))
    if json_wanted:
        print_json({"overrides": [views.override_json(each, config.roster) for each in found]})
    elif found:
        rows = [views.override_cells(each, config.roster) for each in found]
        print_lines(table(("ID", "ONCALL", "PERSON", "FROM", "UNTIL", "REASON"), rows))
    else:
        say("There is no override.")


@group.command("remove")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def remove(ctx: click.Context, number: int, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Take the override ID away: the rotation goes on as if it had not been made.

    \b
    Example: statusherd oncall remove 3
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.stores import has_store, open_store  # noqa: PLC0415
    from statusherd.store.oncall import remove_override  # noqa: PLC0415

    config, removed = config_of(ctx), False
    if has_store(config):
        with open_store(config) as store:
            removed = store.write_now(lambda conn: remove_override(conn, number))
    if not removed:
        remedy = "`statusherd oncall overrides --all` lists those there are"
        raise StatusherdError("does not exist", subject=f"override {number}", remedy=remedy)
    if json_wanted:
        print_json({"id": number, "removed": True})
    else:
        say(f"Override {number} is gone.")


def _overrides(config: Config, ending_after: datetime | None) -> tuple[Override, ...]:
    from statusherd.cli.stores import has_store, open_store  # noqa: PLC0415
    from statusherd.store.oncall import overrides  # noqa: PLC0415

    if not has_store(config):
        return ()
    with open_store(config) as store:
        return store.read_now(lambda conn: overrides(conn, ending_after))


def _rotation(config: Config, name: str) -> Rotation:
    if name not in config.roster.rotations:
        raise _unknown("oncall", name, config.roster.rotations)
    return config.roster.rotations[name]


def _unknown(key: str, name: str, known: Iterable[str]) -> StatusherdError:
    from statusherd.config_problems import did_you_mean  # noqa: PLC0415

    return StatusherdError(
        f"there is no such [[{key}]]", subject=repr(name[:60]), remedy=did_you_mean(name, known)
    )


def _refuse_past(ctx: click.Context, wanted: Override, now: datetime) -> None:
    if wanted.ends_at <= now:
        raise click.UsageError("--until is past: the override would never count.", ctx)
    if wanted.ends_at <= wanted.begins_at:
        raise click.UsageError("--until is not after --from.", ctx)
