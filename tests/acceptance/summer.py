"""June to August 2026 of 13 real vendors through a configuration, one rule against noise after the other.

Another rule gets a row by one line in `RULES`: its name, and how to take it out of a Setup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from statusherd.backtest import Backtest, Grave, Rules
from statusherd.backtest_report import Tally, missed_by, sent_by, tallies
from statusherd.config import load
from statusherd.model.pacing import PLAIN, Updates
from statusherd.model.quorum import Quorum
from statusherd.model.routing import DEFAULT_EVENTS, Route
from statusherd.replay import looks_of, pages, replay, setup_for
from statusherd.respond.services import ServiceMap
from statusherd.setup import Setup
from statusherd.setup_reading import setup_of
from statusherd.store import backtest as rows
from statusherd.store.engine import Store
from statusherd.store.known import load_all
from statusherd.testing import FakeClock
from statusherd.watch.past import PastIncident, read_history

CONFIG: Final = Path(__file__).with_name("summer.toml")
HISTORY: Final = Path(__file__).resolve().parents[3] / "shared/history/incidents.jsonl"
UPSTREAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "circleci": ("github", "aws"),
    "datadog": ("aws", "gcp"),
    "grafana": ("aws", "gcp"),
    "atlassian": ("aws",),
    "slack": ("aws",),
    "openai": ("cloudflare",),
    "anthropic": ("cloudflare", "aws"),
}
"""What the company takes the vendors to run on."""
JUNE, SEPTEMBER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WEEKS: Final = (SEPTEMBER - JUNE) / timedelta(weeks=1)

Strip = Callable[[Setup], Setup]


def _routes(**values: object) -> Strip:
    """Return how to give every route the same of something."""
    return lambda setup: replace(setup, routes=tuple(replace(r, **values) for r in setup.routes))


def _whole_vendors(setup: Setup) -> Setup:
    """Let services depend on whole vendors, and routes ask for no components."""
    services = [
        replace(
            each,
            depends_on=tuple(replace(d, component=None, region=None) for d in each.depends_on),
        )
        for each in setup.services.services
    ]
    return replace(_routes(components=())(setup), services=ServiceMap(services))


def _all_to_everyone(setup: Setup) -> Setup:
    """Leave one route that tells everybody all incidents and disturbances of all vendors."""
    route = Route("route 1", events=DEFAULT_EVENTS, channels=tuple(setup.channels))
    return replace(setup, routes=(route,))


def _no_upstreams(setup: Setup) -> Setup:
    return setup.with_vendors({name: replace(each, upstream=()) for name, each in setup.vendors.items()})


def _no_quorum(setup: Setup) -> Setup:
    return replace(setup, quorum=None)


def _never_quiet(setup: Setup) -> Setup:
    return replace(setup, channels={n: replace(c, quiet=()) for n, c in setup.channels.items()})


def _as_it_is(setup: Setup) -> Setup:
    return setup


RULES: Final[Sequence[tuple[str, Strip]]] = (
    ("all of every vendor to everyone", _as_it_is),
    ("+ routes: what touches their services", _all_to_everyone),
    ("+ components that they depend on", _whole_vendors),
    ("+ severity floors", _routes(severity=None)),
    ("+ hold of what is minor", _routes(hold=0.0)),
    ("+ an hour for what flaps", _routes(flap=0.0)),
    ("+ hours of routes", _routes(hours=())),
    ("+ quiet hours of channels", _never_quiet),
    ("+ phases only, or the first and the end", _routes(updates=Updates.ALL)),
    ("+ one message for what belongs together", _routes(grouping=PLAIN)),
    ("+ what names its upstream waits behind it", _no_upstreams),
    ("+ a quorum of vendors on one upstream", _no_quorum),
)
"""Each rule with how it is taken out again; a row of the table has it and all those above it."""


@dataclass(frozen=True, slots=True)
class Rung:
    """What the rules up to one of them tell: by channel, which graves nobody hears of, and how often.

    `per_phase` are, by channel that heard anything, its messages for each phase of an incident that it
    heard of. A change of impact within a phase is a message too.
    """

    name: str
    told: dict[str, Tally]
    missed: tuple[Grave, ...]
    per_phase: dict[str, float]

    @property
    def messages(self) -> int:
        return sum(tally.messages for tally in self.told.values())


def read() -> tuple[PastIncident, ...]:
    """Return the histories that are kept beside the checkout."""
    with HISTORY.open(encoding="utf-8") as lines:
        return read_history(lines)


async def lived_through(history: Sequence[PastIncident], store: Store) -> None:
    """Fill a store with what the daemon would have seen: a look at each minute that matters."""
    clock = FakeClock(JUNE)
    vendors, fetcher = pages(history, clock)
    await replay(looks_of(history, JUNE, SEPTEMBER, MINUTE), setup_for(vendors), fetcher, clock, store)


def ladder(history: Sequence[PastIncident]) -> dict[str, Setup]:
    """Return the Setups of the table by their names, from no rule to all."""
    vendors, _ = pages(history, FakeClock(JUNE))
    declared = {name: replace(each, upstream=UPSTREAMS.get(name, ())) for name, each in vendors.items()}
    full = replace(setup_of(load(CONFIG)).with_vendors(declared), quorum=Quorum(3, 900.0))
    strips = [strip for _, strip in RULES]
    return {name: _without(full, strips[row + 1 :]) for row, (name, _) in enumerate(RULES)}


def _without(setup: Setup, strips: Iterable[Strip]) -> Setup:
    for strip in strips:
        setup = strip(setup)
    return setup


def climb(real: Store, setups: Mapping[str, Setup]) -> tuple[Rung, ...]:
    """Replay the store through each Setup. What a grave incident touches is asked of the last one's services."""
    last = {name: stored.known for name, stored in real.read_now(load_all).items()}
    asked = tuple(setups.values())
    with Backtest(asked, JUNE, SEPTEMBER, judges=asked[-1:]) as test:
        done = test.run(real, last)
        return tuple(_rung(name, rules, test.graves) for name, rules in zip(setups, done, strict=True))


def _rung(name: str, rules: Rules, graves: dict[str, Grave]) -> Rung:
    sent = sent_by(rules, JUNE)
    told = tallies(rules, sent)
    missed = missed_by(rules, graves)
    return Rung(name, told, missed, _per_phase(rules))


def _per_phase(rules: Rules) -> dict[str, float]:
    messages: Counter[str] = Counter()
    phases: dict[str, set[tuple[str, str]]] = {}
    for each in sent_by(rules, JUNE):
        alert = rules.store.read_now(lambda conn: rows.alert_with(conn, each.key))  # noqa: B023 - run at once
        about = [part for part in alert.parts or (alert,) if part.change.incident is not None]
        messages[each.channel] += bool(about)
        for part in about:
            phases.setdefault(each.channel, set()).add((part.thread.id, part.change.incident.phase))
    return {name: messages[name] / len(found) for name, found in phases.items()}


def table_of(rungs: Sequence[Rung]) -> Iterator[str]:
    """Yield the table in Markdown: messages a week to each channel, by the rules that are in force."""
    channels = sorted({name for rung in rungs for name in rung.told})
    yield f"| rules | {' | '.join(channels)} | median | at night, of all | missed | a phase |"
    yield f"|---|{'---|' * (len(channels) + 4)}"
    for rung in rungs:
        weekly = [rung.told[name].messages / WEEKS for name in channels]
        nights = sum(tally.at_night for tally in rung.told.values())
        cells = [f"{each:.1f}" for each in (*weekly, median(weekly))]
        phase = median(rung.per_phase.values())
        yield (
            f"| {rung.name} | {' | '.join(cells)} | {nights} of {rung.messages} | {len(rung.missed)} | {phase:.2f} |"
        )
