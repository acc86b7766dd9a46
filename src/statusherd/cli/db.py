"""`statusherd db`: the database as a whole."""

from __future__ import annotations

from pathlib import Path

import click

from statusherd.cli.output import print_json, refuse_unasked, say, shown


@click.group("db")
def group() -> None:
    """Upgrade, check, back up and restore the database."""


@group.command("upgrade")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def upgrade(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """Bring the database to the schema of this version; make it where there is none.

    A backup is written beside it first. The daemon does the same when it starts, and must not run
    meanwhile.
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.stores import make_folder  # noqa: PLC0415
    from statusherd.store.engine import Store  # noqa: PLC0415
    from statusherd.store.lock import RunnerLock  # noqa: PLC0415
    from statusherd.store.schema import HEAD  # noqa: PLC0415

    config = config_of(ctx)
    make_folder(config)
    with RunnerLock.acquire(config.database.url), Store.open(config.database.url) as store:
        subject = store.address.subject
    if json_wanted:
        print_json({"database": subject, "schema": HEAD})
    else:
        click.echo(f"{shown(subject, 4096)} has schema {HEAD}, as this version needs")


@group.command("check")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def check(ctx: click.Context, json_wanted: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """Look for damage in the database, thoroughly. Ends with 1 where there is any."""
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.progress import progress  # noqa: PLC0415
    from statusherd.cli.stores import open_store  # noqa: PLC0415

    with open_store(config_of(ctx)) as store:
        with progress("Checking the database"):
            problems = store.check()
        subject = store.address.subject
    if json_wanted:
        print_json({"database": subject, "ok": not problems, "problems": problems})
    elif problems:
        for problem in problems:
            click.echo(shown(problem))
    else:
        click.echo(f"{shown(subject, 4096)} is whole")
    if problems:
        say("Restore a backup: statusherd db restore FILE")
        ctx.exit(1)


@group.command("backup")
@click.argument("target", metavar="PATH", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def backup(ctx: click.Context, target: Path, json_wanted: bool) -> None:  # noqa: FBT001
    r"""Write a whole copy of the database to PATH, which must not exist. The daemon may run meanwhile.

    \b
    Example: statusherd db backup "/var/backups/statusherd-$(date +%F).db"
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.progress import progress  # noqa: PLC0415
    from statusherd.cli.stores import open_store  # noqa: PLC0415

    with open_store(config_of(ctx)) as store, progress("Writing the backup"):
        store.backup(target.absolute())
    size = target.stat().st_size
    if json_wanted:
        print_json({"path": str(target), "bytes": size})
    else:
        click.echo(f"{shown(str(target), 4096)}: {size} bytes")


@group.command("restore")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def restore(
    ctx: click.Context,
    source: Path,
    yes: bool,  # noqa: FBT001 - click hands a flag over
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Put the backup FILE in the place of the database, which is kept under another name.

    The daemon must not run. FILE is checked first. What was told since the backup may be told again.

    \b
    Example: statusherd db restore /var/backups/statusherd.db --yes
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.cli.restoring import put_back  # noqa: PLC0415

    config = config_of(ctx)
    if not yes:
        refuse_unasked("nothing was restored", str(source))
        if not click.confirm("Put it in the place of the database?", err=True):
            ctx.exit(1)
    path, kept = put_back(config, source)
    if json_wanted:
        print_json({"database": str(path), "kept": str(kept) if kept else None})
        return
    click.echo(f"{shown(str(path), 4096)} is restored")
    if kept:
        say(f"What was there before is kept as {shown(str(kept), 4096)}")
