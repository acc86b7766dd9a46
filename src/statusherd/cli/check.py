"""`statusherd check`: one look at every vendor, and everything that follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import click

from statusherd import config as configuration
from statusherd import logs
from statusherd.assembly import Installation, installation, secrets_of
from statusherd.cli.progress import progress
from statusherd.cli.status import show
from statusherd.config import Config
from statusherd.model.errors import LookError
from statusherd.model.vendors import WatchedVendor
from statusherd.pipeline import LookResult
from statusherd.store import vendors as vendor_rows


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the states as JSON, as `status --json` does.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001 - click hands a flag over
    """Look at every vendor once, tell what changed, and print the states.

    For cron, and for a first try. A message that cannot be sent now waits for the next run.
    """
    config = configuration.load(configuration.find(ctx.find_root().params.get("config")))
    logs.set_up("warning", secrets_of(config))
    failures = asyncio.run(_check(config))
    for failure in failures:
        click.echo(f"cannot read {failure}", err=True)
    show(config, as_json=as_json)


async def _check(config: Config) -> Sequence[LookError]:
    async with installation(config) as parts:
        await parts.pipeline.states.load()
        await parts.dispatcher.take_over()
        vendors = await _all_vendors(parts)
        results = await _look_at_all(parts, tuple(vendors.values()))
        await parts.pipeline.states.flush_seen()
        await parts.pipeline.route_new()
        await parts.pipeline.route_waiting()
        await parts.pipeline.route_escalations()
        while await parts.dispatcher.deliver_due():
            await parts.dispatcher.settle()
    return [result.failure for result in results if result.failure is not None]


async def _all_vendors(parts: Installation) -> Mapping[str, WatchedVendor]:
    added = await parts.store.read(vendor_rows.added_vendors)
    vendors = {vendor.name: vendor for vendor in added} | dict(parts.pipeline.setup.vendors)
    parts.pipeline.setup = parts.pipeline.setup.with_vendors(vendors)
    return vendors


async def _look_at_all(parts: Installation, vendors: Sequence[WatchedVendor]) -> Sequence[LookResult]:
    with progress("Looking at status pages", len(vendors)) as advance:

        async def look(vendor: WatchedVendor) -> LookResult:
            result = await parts.pipeline.look(vendor)
            advance()
            return result

        return await asyncio.gather(*(look(vendor) for vendor in vendors))
