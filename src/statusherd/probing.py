"""Probes on time, what they find in the store, and the early warnings that come of it.

Runs beside the looks and never holds them up: attempts have sockets and turns of their own. What came in is
written once a second at most, in one transaction with the warnings that it makes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection

from statusherd.clock import Clock
from statusherd.model.changes import Change
from statusherd.model.probes import Anomaly, EarlyWarning, Probe, ProbeHour, ProbeResult
from statusherd.probe_rounds import SPREAD, Attempts, Rounds
from statusherd.setup import Setup
from statusherd.states import States
from statusherd.store import early as early_rows
from statusherd.store import probes as probe_rows
from statusherd.store.engine import Store
from statusherd.warning import Judgement, Warnings, write
from statusherd.watch.anomaly import threshold
from statusherd.watch.course import Course
from statusherd.watch.outlook import QUORUM
from statusherd.watch.probe_words import evidence
from statusherd.watch.schedule import Agenda, Pace, first_look, next_look
from statusherd.watch.usual import REMEMBERED

log = structlog.get_logger()

TICK: Final = 1.0
"""Seconds between two rounds of starting what is due and writing what came in."""
AFTER_DARK: Final = timedelta(minutes=5)
"""So long after we could not see out nothing is opened: not all probes have been made again."""
MOST_WAITING: Final = 10_000
"""So many rounds are kept while the store cannot be written; the oldest go."""
PRUNE_EVERY: Final = 3600.0


_Stored: TypeAlias = tuple[
    dict[probe_rows.Of, list[ProbeHour]],
    dict[probe_rows.Of, list[ProbeResult]],
    tuple[Anomaly, ...],
    tuple[EarlyWarning, ...],
]


@dataclass
class _Incoming:
    """What is not written yet. Anomalies by vendor, probe and beginning."""

    results: list[ProbeResult] = field(default_factory=list)
    hours: list[tuple[probe_rows.Of, ProbeHour]] = field(default_factory=list)
    anomalies: dict[tuple[str, str, datetime], Anomaly] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.results or self.hours or self.anomalies)


class Probing:
    """All probes of an installation.

    `setup` is asked anew each time; `told` is called when Changes were made. `spread` is the share of the
    interval over which the attempts of a round are spread.
    """

    def __init__(  # noqa: PLR0913 - each is a part to hand in
        self,
        store: Store,
        prober: Attempts,
        clock: Clock,
        setup: Callable[[], Setup],
        states: States,
        *,
        rng: random.Random | None = None,
        spread: float = SPREAD,
    ) -> None:
        self.told: Callable[[], None] = lambda: None
        self._store = store
        self._clock = clock
        self._setup = setup
        self._states = states
        self._random = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._agenda = Agenda()
        self._probes: dict[str, Probe] = {}
        self._courses: dict[str, Course] = {}
        self._rounds = Rounds(prober, clock, spread)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._incoming = _Incoming()
        self._anomalies: dict[tuple[str, str], Anomaly] = {}
        self._ended: list[Anomaly] = []
        self._warnings = Warnings(states)
        self._mute: set[str] = set()
        self._dark_at: datetime | None = None
        self._prune_at = 0.0
        self._is_loaded = False

    async def run(self) -> None:
        """Probe for ever; what is cancelled is made anew by the next run."""
        await self.load()
        try:
            while True:
                self.notice()
                for key in self._agenda.pop_due(self._clock.monotonic()):
                    self._start(key)
                await self.settle()
                await self._let_go_of_the_old()
                await self._clock.sleep(TICK)
        finally:
            for task in self._under_way.values():
                task.cancel()

    async def load(self) -> None:
        """Go on where the last run ended: what is usual, what was unusual, which warnings are open."""
        if self._is_loaded:
            return
        now = self._clock.now()
        hours, rounds, anomalies, open_ones = await self._store.read(lambda conn: _stored(conn, now))
        self._anomalies = {(each.vendor, each.probe): each for each in anomalies if each.until is None}
        self._ended = [each for each in anomalies if each.until is not None]
        self._warnings.take_up(open_ones)
        for of in {*hours, *rounds, *self._anomalies}:
            since = self._anomalies[of].since if of in self._anomalies else None
            self._courses["\n".join(of)] = Course(hours.get(of, ()), rounds.get(of, ()), since)
        self._is_loaded = True

    def notice(self) -> None:
        """Bring the agenda up to date with the configuration."""
        probes = {probe.key: probe for probe in self._setup().probes}
        if probes == self._probes:
            return
        now = self._clock.monotonic()
        for key in self._probes.keys() - probes.keys():
            self._agenda.remove(key)
        for key, probe in probes.items():
            if self._probes.get(key) != probe:
                self._agenda.set(key, first_look(Pace(probe.interval), vendor=key, now=now))
        self._probes = probes
        for of, anomaly in list(self._anomalies.items()):
            if "\n".join(of) not in probes:
                self._end(anomaly, self._clock.now())

    # Rounds

    def _start(self, key: str) -> None:
        probe = self._probes.get(key)
        if probe is not None and key not in self._under_way:
            self._under_way[key] = asyncio.create_task(self._on_time(probe))

    async def _on_time(self, probe: Probe) -> None:
        begun = self._clock.monotonic()
        try:
            await self.round(probe)
        except Exception:
            log.exception("a fault of ours", vendor=probe.vendor, probe=probe.name)
        finally:
            self._under_way.pop(probe.key, None)
            self._plan(probe, begun)

    def _plan(self, probe: Probe, begun: float) -> None:
        if self._probes.get(probe.key) == probe:
            due = next_look(
                Pace(probe.interval),
                vendor=probe.key,
                looked_at=begun,
                trouble=False,
                failures=0,
                retry_after=None,
                rng=self._random,
            )
            self._agenda.set(probe.key, due)

    async def round(self, probe: Probe) -> ProbeResult:
        """Make one round and take it in."""
        course = self._courses.setdefault(probe.key, Course())
        result = await self._rounds.make(probe, suspicious=course.sums.is_suspicious)
        self._take(probe, course, result)
        return result

    def _take(self, probe: Probe, course: Course, result: ProbeResult) -> None:
        setup = self._setup()
        siblings = sum(each.vendor == probe.vendor for each in setup.probes)
        h = threshold(setup.early.false_alarms, probe.interval, max(1, siblings))
        was = course.sums
        if (done := course.take(result, h)) is not None:
            self._incoming.hours.append(((probe.vendor, probe.name), done))
        self._incoming.results.append(result)
        self._note_mute(probe, result)
        known = self._anomalies.get((probe.vendor, probe.name))
        if course.sums.since is not None and known is None:
            told = evidence(probe, course.lately, course.usual(result.at), course.sums)
            self._keep(Anomaly(probe.vendor, probe.name, course.sums.since, told))
        elif was.in_trouble and not course.sums.in_trouble and known is not None:
            self._end(known, result.at)

    def _note_mute(self, probe: Probe, result: ProbeResult) -> None:
        """Log once that a probe says nothing of its vendor: the operator has to mend that."""
        if result.counts:
            self._mute.discard(probe.key)
        elif probe.key not in self._mute:
            self._mute.add(probe.key)
            log.warning("the probe is of no use", vendor=probe.vendor, probe=probe.name, why=result.detail)

    def _keep(self, anomaly: Anomaly) -> None:
        self._anomalies[anomaly.vendor, anomaly.probe] = anomaly
        self._incoming.anomalies[anomaly.vendor, anomaly.probe, anomaly.since] = anomaly
        log.info("unusual", vendor=anomaly.vendor, probe=anomaly.probe, evidence=anomaly.evidence)

    def _end(self, anomaly: Anomaly, at: datetime) -> None:
        ended = replace(anomaly, until=at)
        self._anomalies.pop((anomaly.vendor, anomaly.probe), None)
        self._ended.append(ended)
        self._incoming.anomalies[anomaly.vendor, anomaly.probe, anomaly.since] = ended
        log.info("usual again", vendor=anomaly.vendor, probe=anomaly.probe)

    # Warnings

    async def settle(self) -> tuple[Change, ...]:
        """Write what came in and judge what it means; return the Changes that were made."""
        now, setup = self._clock.now(), self._setup()
        window = timedelta(seconds=setup.early.report_window + setup.early.calm)
        reported = await self._store.read(lambda conn: early_rows.reports(conn, now - window))
        judged = self._warnings.judge(
            _by_vendor([*self._ended, *self._anomalies.values()]),
            _by_vendor(reported),
            setup,
            now,
            sees_out=self._sees_out(now),
        )
        await self._write(judged)
        self._warnings.believe(judged)
        # What ended is asked for only while a warning waits for its end.
        self._ended = [each for each in self._ended if each.vendor in self._warnings.open]
        if judged:
            self.told()
        return tuple(each.change for each in judged)

    async def _write(self, judged: tuple[Judgement, ...]) -> None:
        incoming, self._incoming = self._incoming, _Incoming()
        if not incoming and not judged:
            return
        try:
            await self._store.write(lambda conn: _written(conn, incoming, judged))
        except BaseException:
            self._incoming = _together(incoming, self._incoming)
            raise

    def _sees_out(self, now: datetime) -> bool:
        """Tell whether trouble is theirs: neither most pages nor most probed vendors fail, or did lately."""
        bad: dict[str, bool] = {}
        for key, probe in self._probes.items():
            course = self._courses.get(key)
            after = now - timedelta(seconds=3 * probe.interval)
            verdict = course.looks_bad(after) if course is not None else None
            if verdict is not None:
                bad[probe.vendor] = bad.get(probe.vendor, False) or verdict
        most_fail = len(bad) >= QUORUM and 2 * sum(bad.values()) > len(bad)
        if most_fail or not self._states.sees_out():
            self._dark_at = now
        return self._dark_at is None or now - self._dark_at > AFTER_DARK

    async def _let_go_of_the_old(self) -> None:
        if self._clock.monotonic() < self._prune_at:
            return
        self._prune_at = self._clock.monotonic() + PRUNE_EVERY
        now, keep = self._clock.now(), timedelta(seconds=self._setup().early.keep)
        while await self._store.write(lambda conn: probe_rows.prune(conn, now, keep)):
            await self._clock.sleep(TICK)
        await self._store.write(lambda conn: early_rows.prune(conn, now - probe_rows.KEPT_HISTORY))


def _stored(conn: Connection, now: datetime) -> _Stored:
    """Return what the last run left: hours, the rounds of the one under way, anomalies, open warnings."""
    open_ones = early_rows.warnings(conn, open_only=True)
    began = min((each.since for each in open_ones), default=now)
    return (
        probe_rows.hours_since(conn, now - REMEMBERED),
        probe_rows.rounds_since(conn, now.replace(minute=0, second=0, microsecond=0)),
        probe_rows.anomalies(conn, since=began),
        open_ones,
    )


def _written(conn: Connection, incoming: _Incoming, judged: tuple[Judgement, ...]) -> None:
    probe_rows.save(conn, incoming.results, incoming.hours, incoming.anomalies.values())
    write(conn, judged)


def _together(first: _Incoming, then: _Incoming) -> _Incoming:
    results = (first.results + then.results)[-MOST_WAITING:]
    return _Incoming(results, first.hours + then.hours, first.anomalies | then.anomalies)


class _OfVendor(Protocol):
    @property
    def vendor(self) -> str: ...


V = TypeVar("V", bound=_OfVendor)


def _by_vendor(records: Iterable[V]) -> dict[str, tuple[V, ...]]:
    found: dict[str, tuple[V, ...]] = {}
    for each in records:
        found[each.vendor] = (*found.get(each.vendor, ()), each)
    return found
