"""Stored Changes through the rules of another configuration: what would have been told more, and what less.

Each configuration, the one of now and the new one, gets a store of its own, a clock that stands still and the
Changes in their order; what waits is decided when its time comes. Nothing is sent, the real store only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

from sqlalchemy import Connection

from statusherd.backtest_pages import SeenPages
from statusherd.model.changes import LoggedChange
from statusherd.model.records import Known, VendorIncident
from statusherd.model.words import ChangeKind, Impact
from statusherd.notify.matchers import incident_out_of_scope
from statusherd.notify.threads import STEPS, Step, incident_thread
from statusherd.router import ROUTED_AT_ONCE, Router, next_waiting
from statusherd.setup import Setup
from statusherd.store import backtest as rows
from statusherd.store.backtest import AskedFor, StoredChange
from statusherd.store.engine import Store
from statusherd.testing import FakeClock

WARM_UP: Final = timedelta(days=14)
"""What was seen so long before is replayed too, so that what was open is known; it is not counted."""
AT_ONCE: Final = 500
OUR_OWN: Final = 2**62
"""Changes that a back-test makes, as of reminders, have numbers from here."""
_GRAVE: Final = frozenset({Impact.MAJOR, Impact.CRITICAL})
_SHOWS_OPEN: Final = frozenset(
    {
        ChangeKind.FIRST_LOOK,
        ChangeKind.INCIDENT_OPENED,
        ChangeKind.INCIDENT_UPDATED,
        ChangeKind.INCIDENT_REOPENED,
    }
)
_TOLD_TO_NOBODY: Final = frozenset(str(kind) for kind, (_, step) in STEPS.items() if step is Step.RECORD)
"""Whatever the rules say, so they need not be asked."""
_LEFT_OUT: Final = frozenset({ChangeKind.COMPONENT_CHANGED.value, ChangeKind.MAINTENANCE_REMINDER.value})
"""Reminders are made anew by the rules that are tried."""


@dataclass(frozen=True, slots=True)
class Grave:
    """A major or critical incident that was seen open, and the services of ours that it touches."""

    at: datetime
    number: int
    thread: str
    vendor: str
    title: str
    impact: Impact
    services: tuple[str, ...]


class Rules:
    """One configuration at work on a store of its own."""

    def __init__(self, setup: Setup, store: Store, pages: SeenPages, start: datetime) -> None:
        self.setup = setup
        self.store = store
        self._pages = pages
        self._clock = FakeClock(start)
        self._router = Router(pages, self._clock)

    def take_over(self, asked: AskedFor) -> None:
        """Put the silences and overrides of the real store in force."""
        self.store.write_now(lambda conn: _take_over(conn, asked))

    def feed(self, page: Sequence[StoredChange]) -> None:
        """Decide on the next Changes, each when it was seen."""
        self.store.write_now(lambda conn: self._feed(conn, page))

    def finish(self, until: datetime) -> None:
        """Decide on what still waits, up to the end."""
        self.store.write_now(lambda conn: self._wait(conn, until))

    def watches(self, vendor: str) -> bool:
        """Tell whether Changes of a vendor exist with this configuration; "*" is what we see of ourselves."""
        return vendor in self.setup.vendors or vendor.startswith("*")

    def grave(self, logged: LoggedChange) -> Iterator[tuple[VendorIncident, tuple[str, ...]]]:
        """Yield the open major and critical incidents of a Change that are ours, and whom they touch."""
        change = logged.change
        if not self.watches(change.vendor):
            return
        for incident in (change.incident,) if change.incident else change.incidents:
            if incident.is_open and incident.impact in _GRAVE:
                yield from self._if_ours(logged, incident)

    def _if_ours(
        self, logged: LoggedChange, incident: VendorIncident
    ) -> Iterator[tuple[VendorIncident, tuple[str, ...]]]:
        question = self._router.question(logged, self.setup)
        if not self.setup.services:
            if question.vendor and incident_out_of_scope(incident, question.vendor, question) is None:
                yield incident, ()
            return
        part = question.parts.get(incident.id)
        if names := part.services if part else question.services:
            yield incident, names

    def _feed(self, conn: Connection, page: Sequence[StoredChange]) -> None:
        ours = (each for each in page if each.kind not in _LEFT_OUT and self.watches(each.vendor))
        for at, together in groupby(ours, key=lambda each: each.at):
            self._wait(conn, at)
            self._clock.set(max(at, self._clock.now()))
            rows.put_changes(conn, self._seen(together))
            while self._router.route_new(conn, self.setup) == ROUTED_AT_ONCE:
                pass

    def _seen(self, together: Iterable[StoredChange]) -> Iterator[StoredChange]:
        """Take in what Changes say of their vendors; yield those that have to be routed."""
        for stored in together:
            self._pages.move(stored.load().change)
            if stored.kind not in _TOLD_TO_NOBODY:
                yield stored

    def _wait(self, conn: Connection, until: datetime) -> None:
        while (due := next_waiting(conn)) is not None and due <= until:
            self._clock.set(max(due, self._clock.now()))
            self._router.route_waiting(conn, self.setup)


def _take_over(conn: Connection, asked: AskedFor) -> None:
    rows.put_asked_for(conn, asked)
    rows.number_from(conn, OUR_OWN)


class Backtest:
    """Configurations over the same Changes. Use it as a context: its stores are gone at the end.

    `judges` are those whose services say what a grave incident touches; None takes all.
    """

    def __init__(
        self,
        setups: Sequence[Setup],
        since: datetime,
        until: datetime,
        judges: Sequence[Setup] | None = None,
    ) -> None:
        self.since, self.until = since, until
        self._setups = tuple(setups)
        self._judges = frozenset(map(id, setups if judges is None else judges))
        self._folder = TemporaryDirectory(prefix="statusherd-backtest-")
        self._stores: list[Store] = []
        self.graves: dict[str, Grave] = {}
        """By thread, as each was first seen that bad."""
        self.changes = 0
        self.vendors: set[str] = set()
        """Those that have a Change in what is replayed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for store in self._stores:
            store.close()
        self._folder.cleanup()

    def count(self, real: Store) -> int:
        """Return how many Changes are to be replayed."""
        return real.read_now(lambda conn: rows.count_changes(conn, self.since - WARM_UP, self.until))

    def run(
        self, real: Store, last: Mapping[str, Known], step: Callable[[], None] = lambda: None
    ) -> tuple[Rules, ...]:
        """Replay what `real` holds; `step` is called for each Change. Return the rules at the end of it.

        `last` is what is known of the vendors today.
        """
        asked = real.read_now(rows.asked_for)
        every = tuple(
            self._rules(setup, number, SeenPages(last)) for number, setup in enumerate(self._setups)
        )
        for rules in every:
            rules.take_over(asked)
        for page in self._pages_of(real):
            for rules in every:
                rules.feed(page)
            self._note(page, [rules for rules in every if id(rules.setup) in self._judges])
            for _ in page:
                step()
        for rules in every:
            rules.finish(self.until)
        return every

    def _rules(self, setup: Setup, number: int, pages: SeenPages) -> Rules:
        path = Path(self._folder.name) / f"rules-{number}.db"
        store = Store.open(f"sqlite:///{path}")
        self._stores.append(store)
        return Rules(setup, store, pages, self.since - WARM_UP)

    def _pages_of(self, real: Store) -> Iterator[tuple[StoredChange, ...]]:
        after, since = 0, self.since - WARM_UP
        while page := real.read_now(
            lambda conn: rows.changes_from(conn, since, self.until, after, AT_ONCE)  # noqa: B023 - run at once
        ):
            after = page[-1].number
            yield page

    def _note(self, page: Iterable[StoredChange], every: Sequence[Rules]) -> None:
        for stored in page:
            self.vendors.add(stored.vendor)
            if stored.at >= self.since:
                self.changes += 1
                if stored.kind in _SHOWS_OPEN:
                    self._note_grave(stored.load(), every)

    def _note_grave(self, logged: LoggedChange, every: Sequence[Rules]) -> None:
        change = logged.change
        for incident, names in (found for rules in every for found in rules.grave(logged)):
            thread = incident_thread(change.vendor, incident.id)
            known = self.graves.get(thread)
            services = tuple(dict.fromkeys((*(known.services if known else ()), *names)))
            first = known or Grave(
                change.at, logged.number, thread, change.vendor, incident.title, incident.impact, ()
            )
            self.graves[thread] = Grave(
                first.at, first.number, thread, first.vendor, first.title, first.impact, services
            )
