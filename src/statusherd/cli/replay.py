"""`statusherd replay`: what would have been told in a past summer."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from statusherd import config as configuration
from statusherd import logs
from statusherd.config_values import parse_duration
from statusherd.model.errors import StatusherdError
from statusherd.replay import Replayed, Told, looks_of, pages, replay, setup_for
from statusherd.setup import Setup
from statusherd.setup_reading import setup_of
from statusherd.store.engine import Store
from statusherd.testing import FakeClock
from statusherd.watch.past import PastIncident, moments, read_history
from statusherd.watch.reading.text import clean


@click.command("replay")
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--vendor", "-v", multiple=True, help="Only this vendor of the file; may be given again.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day (UTC); default: the file's.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day (UTC); default: the file's.")
@click.option("--interval", default="60s", show_default=True, help="How often the pages are looked at.")
@click.option("--with-routes", is_flag=True, help="Through the routes of your configuration.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per message.")
@click.pass_context
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    ctx: click.Context,
    history: Path,
    vendor: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    interval: str,
    with_routes: bool,  # noqa: FBT001 - click hands a flag over
    as_json: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Run an exported HISTORY through the real pipeline and print what would have been told.

    HISTORY has one incident per line, as JSON, with every update. Nothing is sent.

    \b
    Example: statusherd replay incidents.jsonl --vendor github --since 2026-06-01
    """
    logs.set_up("error")
    past = _read(history, vendor)
    every = moments(past)
    first = since.replace(tzinfo=UTC) if since else every[0] - timedelta(minutes=1)
    last = until.replace(tzinfo=UTC) + timedelta(days=1) if until else every[-1]
    like = setup_of(configuration.load(configuration.find(_config(ctx)))) if with_routes else None
    step = timedelta(seconds=parse_duration(interval))
    done = asyncio.run(_replay(past, like, (first, last), step))
    _print_json(done) if as_json else _print_table(done)


def _config(ctx: click.Context) -> str | None:
    found: str | None = ctx.find_root().params.get("config")
    return found


def _read(history: Path, vendors: Sequence[str]) -> tuple[PastIncident, ...]:
    with history.open(encoding="utf-8") as lines:
        past = read_history(lines)
    chosen = tuple(incident for incident in past if not vendors or incident.vendor in vendors)
    if not chosen:
        remedy = f"Vendors of the file: {', '.join(sorted({i.vendor for i in past})) or 'none'}"
        raise StatusherdError("holds no incident to replay", subject=str(history), remedy=remedy)
    return chosen


async def _replay(
    past: Sequence[PastIncident], like: Setup | None, span: tuple[datetime, datetime], step: timedelta
) -> Replayed:
    clock = FakeClock(span[0])
    vendors, fetcher = pages(past, clock)
    looks = looks_of(past, *span, step)
    with (
        TemporaryDirectory(prefix="statusherd-replay-") as folder,
        Store.open(f"sqlite:///{folder}/replay.db") as store,
    ):
        return await replay(looks, setup_for(vendors, like), fetcher, clock, store)


def _print_json(done: Replayed) -> None:
    for told in done.told:
        click.echo(json.dumps(_as_json(told), ensure_ascii=False))


def _as_json(told: Told) -> dict[str, object]:
    alert = told.delivery.alert
    return {
        "at": f"{alert.change.at:%Y-%m-%dT%H:%M:%SZ}",
        "vendor": alert.change.vendor,
        "kind": str(alert.change.kind),
        "thread": alert.thread.id,
        "severity": str(alert.severity),
        "channel": told.delivery.channel,
        "subject": told.message.subject,
    }


def _print_table(done: Replayed) -> None:
    for told in done.told:
        first = told.message.body.strip().splitlines()[0] if told.message.body.strip() else ""
        click.echo(
            f"{told.delivery.alert.change.at:%Y-%m-%d %H:%M}  {told.delivery.channel:<12} {clean(first)}"
        )
    counts = Counter(told.delivery.channel for told in done.told)
    summary = ", ".join(f"{count} to {channel}" for channel, count in sorted(counts.items())) or "none"
    click.echo(f"{len(done.looks)} looks, messages: {summary}", err=True)
