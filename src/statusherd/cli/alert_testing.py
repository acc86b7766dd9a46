"""`statusherd alert test`: a sample incident through the routes, and on demand to the people behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from statusherd.cli.output import print_json, print_lines, say

if TYPE_CHECKING:  # imported when the command is called
    from collections.abc import Sequence

    from statusherd.cli.testing_channels import Result
    from statusherd.config import Config
    from statusherd.sampling import Sample, Sampled
    from statusherd.setup import Setup


@click.command("test")
@click.option("--vendor", "-v", metavar="NAME", help="At whom; default: one that the service needs, or any.")
@click.option("--service", metavar="NAME", help="As if it touched this service of yours alone.")
@click.option("--severity", type=click.Choice(["SEV1", "SEV2", "SEV3", "SEV4"], case_sensitive=False),
              help="Default: what your rules make of it.")  # fmt: skip
@click.option("--impact", type=click.Choice(["none", "minor", "major", "critical"]), default="major",
              show_default=True, help="What the vendor calls it.")  # fmt: skip
@click.option("--send", is_flag=True, help="Send it to those that it would be told to, marked as a drill.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@click.pass_context
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    ctx: click.Context,
    vendor: str | None,
    service: str | None,
    severity: str | None,
    impact: str,
    send: bool,  # noqa: FBT001 - click hands a flag over
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Show who would be told now of an incident that nobody had, and what each route says to it.

    It opens at a vendor and names none of its components. Waits count: who would hear of it later is told
    with the time. Nothing of it is stored. Ends with 1 where a channel did not take what --send sent.

    \b
    Examples: statusherd alert test --vendor github --impact critical
              statusherd alert test --service checkout --severity SEV1 --send
    """
    from statusherd.cli.configured import config_of  # noqa: PLC0415
    from statusherd.model.words import Impact, Severity  # noqa: PLC0415
    from statusherd.sampling import Sample  # noqa: PLC0415

    wanted = Sample(vendor, service, Impact(impact), Severity(severity.upper()) if severity else None)
    config = config_of(ctx)
    found, setup = _sampled(config, wanted)
    results = _sent(found, setup) if send else ()
    _show(found, results, json_wanted=json_wanted)
    if not all(outcome.sent for _, outcome in results):
        ctx.exit(1)


def _sampled(config: Config, wanted: Sample) -> tuple[Sampled, Setup]:
    from statusherd.cli.stores import open_store, watched_vendors  # noqa: PLC0415
    from statusherd.clock import SystemClock  # noqa: PLC0415
    from statusherd.sampling import sample  # noqa: PLC0415
    from statusherd.setup_reading import setup_of  # noqa: PLC0415

    with open_store(config) as store:
        setup = setup_of(config).with_vendors(watched_vendors(config, store))
        return store.read_now(lambda conn: sample(conn, wanted, setup, SystemClock())), setup


def _sent(found: Sampled, setup: Setup) -> Sequence[Result]:
    from statusherd.cli.testing_channels import send_alerts  # noqa: PLC0415

    return send_alerts([(setup.channels[each.channel], each.alert) for each in found.deliveries])


def _show(found: Sampled, results: Sequence[Result], *, json_wanted: bool) -> None:
    from statusherd.cli.sample_views import sample_json, sample_lines  # noqa: PLC0415
    from statusherd.cli.testing_channels import result_json, result_line  # noqa: PLC0415

    if json_wanted:
        print_json(sample_json(found) | {"sent": [result_json(*result) for result in results]})
        return
    print_lines(sample_lines(found))
    for result in results:
        say(result_line(*result))
