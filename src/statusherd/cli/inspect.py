"""`statusherd inspect`: what a status page says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import click

from statusherd.cli.moments import given_moment
from statusherd.cli.output import print_json, print_lines
from statusherd.model.errors import StatusherdError

if TYPE_CHECKING:  # help needs none of it, and a file none of what fetches
    from statusherd.model.records import Snapshot

    Result: TypeAlias = Snapshot | StatusherdError

_FILE_ENDINGS: Final = (".json", ".xml", ".atom", ".rss", ".html", ".htm", ".js", ".txt")


def known_format(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse a format that there is not. A callback of options."""
    from statusherd.watch.formats import format_names  # noqa: PLC0415

    if value is not None and value not in format_names():
        text = f"there is no format {value[:60]!r}. Formats: {', '.join(format_names())}"
        raise click.BadParameter(text, ctx, param)
    return value


@click.command("inspect")
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--format", "format_name", metavar="FORMAT", callback=known_format, help="Take it for this format."
)
@click.option(
    "--now",
    metavar="TIME",
    callback=given_moment,
    help="Judge as of this time (ISO 8601, UTC where no zone is named), such as 2026-01-31T14:02:00Z.",
)
@click.option(
    "--with",
    "others",
    metavar="FILE",
    multiple=True,
    help="A further document of the same look, where SOURCE is a file; may be given again.",
)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, one object a line for each SOURCE.")
@click.pass_context
def command(
    ctx: click.Context,
    sources: Sequence[str],
    format_name: str | None,
    now: datetime | None,
    others: Sequence[str],
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Read each SOURCE once and print what it says.

    SOURCE is a vendor of the catalogue, the address of a status page, a local file, or - for what is piped
    in. The format is found out. Nothing is stored and nobody is told. Ends with 1 where a SOURCE cannot be
    read.

    \b
    Examples: statusherd inspect github https://status.example.com
              statusherd inspect summary.json --with incidents.json --now 2026-01-31T14:02:00Z --json
    """
    if others and len(sources) > 1:
        raise click.UsageError("--with belongs to one SOURCE only. Name one, or leave --with out.")
    now = now or datetime.now(UTC)
    remote = [] if others else [source for source in dict.fromkeys(sources) if not _is_file(source)]
    found = _fetched(ctx, remote, format_name, now) if remote else {}
    failed = False
    for source in sources:
        result = found.get(source) or _read(source, others, format_name, now)
        failed |= isinstance(result, StatusherdError)
        _print(source, result, now, as_json=json_wanted)
    if failed:
        ctx.exit(1)


def _is_file(source: str) -> bool:
    if "://" in source:
        return False
    # What looks like a path is one: a mistyped name of a file must not become a request.
    is_path = source.startswith((".", "/", "~")) or ("/" not in source and source.endswith(_FILE_ENDINGS))
    return source == "-" or is_path or Path(source).is_file()


def _read(source: str, others: Sequence[str], format_name: str | None, now: datetime) -> Result:
    from statusherd.cli.files import look_at_files  # noqa: PLC0415

    try:
        return look_at_files(source, others, format_name, now)
    except StatusherdError as error:
        return error


def _fetched(
    ctx: click.Context, sources: Sequence[str], format_name: str | None, now: datetime
) -> Mapping[str, Result]:
    import asyncio  # noqa: PLC0415

    from statusherd.cli.configured import config_if_any  # noqa: PLC0415
    from statusherd.cli.fetching import look_at_all  # noqa: PLC0415

    return asyncio.run(look_at_all(config_if_any(ctx), sources, format_name, now))


def _print(source: str, result: Result, now: datetime, *, as_json: bool) -> None:
    from statusherd.cli import records, summary  # noqa: PLC0415

    if isinstance(result, StatusherdError):
        if as_json:
            print_json({"source": source, "error": records.error_json(result)})
            return
        from statusherd.cli.failing import tell  # noqa: PLC0415

        tell(result)
    elif as_json:
        print_json(records.snapshot_json(result))
    else:
        print_lines(summary.snapshot_lines(result, now))
