"""`statusherd vendor`: the vendors that are watched, and those that could be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from statusherd.cli.completing import watched_names
from statusherd.cli.output import print_json, print_lines, refuse_unasked, say, shown, table
from statusherd.cli.vendor_add import command as add
from statusherd.cli.vendor_doctor import command as doctor
from statusherd.cli.vendor_import import command as import_command
from statusherd.cli.vendor_mute import command as mute
from statusherd.cli.vendor_refresh import command as refresh
from statusherd.cli.vendor_report import command as report
from statusherd.model.errors import StatusherdError

if TYPE_CHECKING:
    from statusherd.watch.catalog import Provider

_WIDTH: Final = 60


@click.group("vendor")
def group() -> None:
    """Find, add, list and remove the vendors that are watched."""


group.add_command(add)
group.add_command(import_command)
group.add_command(doctor)
group.add_command(refresh)
group.add_command(mute)
group.add_command(report)


@group.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def search(ctx: click.Context, query: Sequence[str], json_wanted: bool) -> None:  # noqa: FBT001
    r"""Look for vendors in the catalogue by name, title or domain.

    Ends with 1 where nothing is like QUERY.

    \b
    Examples: statusherd vendor search git
              statusherd vendor search stripe.com
    """
    from statusherd.cli.configured import config_if_any  # noqa: PLC0415
    from statusherd.watch.catalog import Catalog  # noqa: PLC0415

    config = config_if_any(ctx)
    catalog = Catalog(own=config.path.parent / "providers" if config else None)
    found = catalog.search(" ".join(query))
    if json_wanted:
        print_json({"vendors": [_provider_json(provider) for provider in found]})
    elif found:
        rows = [(p.name, shown(p.title), p.format, shown(p.page or p.address, _WIDTH)) for p in found]
        print_lines(table(("NAME", "TITLE", "FORMAT", "PAGE"), rows))
    if not found:
        say("Nothing like that is in the catalogue. Add it by its page: statusherd vendor add https://…")
        ctx.exit(1)


def _provider_json(provider: Provider) -> dict[str, object]:
    return {
        "name": provider.name,
        "title": provider.title,
        "format": provider.format,
        "address": provider.address,
        "page_url": provider.page or provider.address,
        "domains": list(provider.domains),
        "aliases": list(provider.aliases),
        "category": provider.category or None,
        "verified": provider.verified,
    }


@group.command("list")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def list_vendors(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """List the vendors that are watched, of the config and added, with what is watched of each."""
    from statusherd.cli import vendor_views as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    vendors = views.listed(config_of(ctx))
    if json_wanted:
        print_json({"vendors": [views.listed_json(*vendor) for vendor in vendors]})
    elif vendors:
        print_lines(views.listed_table(vendors))
    else:
        say("No vendor is watched. Add one: statusherd vendor add NAME, or [[vendor]] in the config.")


@group.command("show")
@click.argument("name", shell_complete=watched_names)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, name: str, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    r"""Show all that is known of a vendor: components, incidents, maintenance, and how its looks go.

    \b
    Example: statusherd vendor show github
    """
    from statusherd.cli import vendor_views as views  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415

    view = views.view_of(config_of(ctx), name)
    if json_wanted:
        print_json(views.view_json(view))
    else:
        print_lines(views.view_lines(view, datetime.now(UTC)))


@group.command("remove")
@click.argument("name", shell_complete=watched_names)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def remove(
    ctx: click.Context,
    name: str,
    yes: bool,  # noqa: FBT001 - click hands a flag over
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Stop watching a vendor that was added. Its history is kept.

    A vendor of the config file is removed there.

    \b
    Example: statusherd vendor remove github --yes
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.stores import has_store, open_store, watched_vendor  # noqa: PLC0415
    from statusherd.model.vendors import Origin  # noqa: PLC0415
    from statusherd.store.vendors import remove_vendor  # noqa: PLC0415

    config = config_of(ctx)
    if not has_store(config):
        watched_vendor(config, None, name)  # says so where it is not watched at all
        raise _in_the_config(name, str(config.path))
    with open_store(config) as store:
        if watched_vendor(config, store, name).origin is Origin.CONFIG:
            raise _in_the_config(name, str(config.path))
        if not yes and not _is_meant(name):
            ctx.exit(1)
        removed = store.write_now(lambda conn: remove_vendor(conn, name))
    if json_wanted:
        print_json({"name": name, "removed": removed})
    else:
        say(f"{shown(name)} is no longer watched; its history is kept.")


def _in_the_config(name: str, path: str) -> StatusherdError:
    remedy = (
        f"Remove its [[vendor]] from {path}; a running daemon takes that up with: systemctl reload statusherd"
    )
    return StatusherdError("stands in the config file", subject=repr(name[:60]), remedy=remedy)


def _is_meant(name: str) -> bool:
    refuse_unasked("nothing was removed", name[:60])
    return click.confirm(f"Stop watching {shown(name)}?", err=True)
