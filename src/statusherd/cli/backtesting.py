"""`statusherd alert backtest`: what another configuration would have told more, or less."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from statusherd.cli.moments import given_time
from statusherd.cli.output import print_json, print_lines, say, shown, warn

if TYPE_CHECKING:  # imported when the command is called
    from statusherd.backtest_report import Report
    from statusherd.config import Config


@click.command("backtest")
@click.option(
    "--config",
    "new",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The configuration to try.",
)
@click.option("--since", default="90d", show_default=True, metavar="TIME", help="How far back: 2h, 90d.")
@click.option("--until", metavar="TIME", callback=given_time, help="Up to when; default: now.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(0, 10_000),
              help="Of each kind of difference, tell so many one by one.")  # fmt: skip
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    new: Path,
    since: str,
    until: datetime | None,
    limit: int,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Try another configuration on what happened: what it would have told more, what less, what it misses.

    The stored changes go through the rules of now and through those of FILE, with their waits, silences and
    people on call. Nothing is sent, and nothing is written. The configuration of now, and with it the store,
    is the one that runs: name it before the command where it is not in its usual place.

    \b
    Examples: statusherd alert backtest --config new.toml
              statusherd --config /etc/statusherd/config.toml alert backtest --config new.toml --since 30d
    """
    from statusherd.cli.backtest_views import report_json, report_lines  # noqa: PLC0415
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.config import load  # noqa: PLC0415

    present, other = config_of(ctx), load(new, need_secrets=False)
    if present.path.resolve() == other.path.resolve():
        warn(f"Both are {present.path}: the present one is named before the command, --config PATH alert …")
    end = until or datetime.now(UTC)
    found = _tried(present, other, (end - _length(since), end), limit)
    if json_wanted:
        print_json(report_json(found))
        return
    print_lines(report_lines(found, present.daemon.timezone))
    _say_what_it_rests_on(found, present, other)


def _tried(present: Config, other: Config, span: tuple[datetime, datetime], limit: int) -> Report:
    from statusherd.backtest import Backtest  # noqa: PLC0415
    from statusherd.backtest_report import report  # noqa: PLC0415
    from statusherd.cli.progress import progress  # noqa: PLC0415
    from statusherd.cli.stores import open_store, watched_vendors  # noqa: PLC0415
    from statusherd.setup_reading import setup_of  # noqa: PLC0415
    from statusherd.store.known import load_all  # noqa: PLC0415

    with open_store(present) as store:
        now, new = (setup_of(c).with_vendors(watched_vendors(c, store)) for c in (present, other))
        last = {name: stored.known for name, stored in store.read_now(load_all).items()}
        with Backtest((now, new), *span) as test:
            with progress("Replaying changes", test.count(store)) as step:
                before, after = test.run(store, last, step)
            return report(test, before, after, limit)


def _say_what_it_rests_on(found: Report, present: Config, other: Config) -> None:
    say(f"Now: {shown(str(present.path))}. New: {shown(str(other.path))}.")
    if found.unseen:
        names = ", ".join(found.unseen[:5]) + (" …" if len(found.unseen) > 5 else "")
        say(f"Nothing is stored of {shown(names)}: what it would tell is not in these figures.")


def _length(text: str) -> timedelta:
    from statusherd.config_values import parse_duration  # noqa: PLC0415

    try:
        return timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        message = f'{text[:60]!r} is no length of time. Write it like "12h" or "90d".'
        raise click.BadParameter(message, param_hint="'--since'") from None
