"""`statusherd status`: the state of every vendor, as it was last seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from statusherd.cli.glimpse import glimpse, glimpse_of
from statusherd.cli.moments import ago, local
from statusherd.cli.output import count, print_json, print_lines, say, shown, table, warn
from statusherd.cli.states import Shown, Sight, as_json, explained, sight
from statusherd.model.stamps import iso
from statusherd.model.words import Status

if TYPE_CHECKING:  # the point of `glimpse`
    from statusherd.config import Config

_ALL_WELL, _DEGRADED, _OUTAGE, _UNKNOWN = 0, 10, 11, 12
_WORST_FIRST: Final = {
    Status.MAJOR_OUTAGE: 0,
    Status.PARTIAL_OUTAGE: 1,
    Status.DEGRADED: 2,
    Status.UNKNOWN: 3,
    Status.MAINTENANCE: 4,
    Status.OPERATIONAL: 5,
}
_NAME_WIDTH: Final = 40


@click.command("status")
@click.option("--json", "json_wanted", is_flag=True, help="Print the states as JSON.")
@click.option(
    "--exit-code",
    is_flag=True,
    help="End with 0 where all is well, 10 degraded, 11 an outage, 12 unknown.",
)
@click.option("--trouble", is_flag=True, help="Leave out what is operational.")
@click.pass_context
def command(
    ctx: click.Context,
    json_wanted: bool,  # noqa: FBT001 - click hands a flag over
    exit_code: bool,  # noqa: FBT001 - click hands a flag over
    trouble: bool,  # noqa: FBT001 - click hands a flag over
) -> None:
    r"""Show the state of every vendor as it was last seen. Nothing is fetched.

    A vendor whose page cannot be read is unknown, neither up nor down. The worst come first.

    \b
    Examples: statusherd status --trouble
              statusherd status --exit-code >/dev/null || echo "look at the vendors"
    """
    seen = sight(glimpse(ctx.find_root().params.get("config")))
    _print(seen, as_json=json_wanted, trouble_only=trouble)
    if exit_code:
        ctx.exit(code_of(vendor.status for vendor in seen.vendors))


def show(config: Config, *, as_json: bool) -> None:
    """Print the states of all vendors, as the command does."""
    _print(sight(glimpse_of(config)), as_json=as_json)


def code_of(states: Iterable[Status]) -> int:
    """Return the exit code for the states of all vendors: that of the worst; unknown for none."""
    found = set(states)
    if found & {Status.MAJOR_OUTAGE, Status.PARTIAL_OUTAGE}:
        return _OUTAGE
    if Status.DEGRADED in found:
        return _DEGRADED
    return _UNKNOWN if Status.UNKNOWN in found or not found else _ALL_WELL


def _print(seen: Sight, *, as_json: bool, trouble_only: bool = False) -> None:
    now = datetime.now(UTC)
    vendors = [v for v in seen.vendors if not trouble_only or v.status is not Status.OPERATIONAL]
    if as_json:
        print_json(_json(seen, vendors, now))
        return
    if vendors:
        print_lines(_table(vendors, now))
    _talk(seen, now)


def _json(seen: Sight, vendors: Sequence[Shown], now: datetime) -> dict[str, object]:
    counts = Counter(vendor.status for vendor in seen.vendors)
    return {
        "at": iso(now.replace(microsecond=0)),
        "summary": {status.value: counts[status] for status in Status},
        "cannot_see_out_since": iso(seen.cannot_see_out_since),
        "vendors": [as_json(vendor) for vendor in vendors],
    }


def _table(vendors: Sequence[Shown], now: datetime) -> list[str]:
    ordered = sorted(vendors, key=lambda vendor: _WORST_FIRST[vendor.status])
    head = ("VENDOR", "STATE", "SINCE", "INCIDENTS", "LAST SEEN")
    return table(head, [_cells(vendor, now) for vendor in ordered])


def _cells(vendor: Shown, now: datetime) -> tuple[str, ...]:
    row, name = vendor.row, shown(vendor.name, _NAME_WIDTH)
    if row is None:
        return name, explained(vendor, now), "-", "-", "never"
    since = ago(row.since, now) if row.since else "-"
    seen = f"{ago(row.seen_at, now)} ago" if row.seen_at else "never"
    return name, explained(vendor, now), since, str(row.open_incidents), seen


def _talk(seen: Sight, now: datetime) -> None:
    counts = Counter(vendor.status for vendor in seen.vendors)
    if not seen.vendors:
        say("No vendor is watched. Add one: statusherd vendor add NAME, or [[vendor]] in the config.")
        return
    if seen.cannot_see_out_since:
        since = local(seen.cannot_see_out_since, now)
        warn(f"most pages cannot be read since {since}: the fault is likely on our side of the network")
    parts = [
        f"{counts[status]} {status.value.replace('_', ' ')}" for status in _WORST_FIRST if counts[status]
    ]
    say(f"{count(len(seen.vendors), 'vendor')}: {', '.join(parts)}")
    if all(vendor.row is None for vendor in seen.vendors):
        say("None was looked at yet. Begin with: statusherd run, or once: statusherd check")
