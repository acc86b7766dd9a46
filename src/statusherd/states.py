"""What is known of every vendor between looks: in memory for speed, in the store for good.

Memory follows the store: a look is believed once its difference is written. A write that fails leaves
everything as it was, so that the next look finds the same difference again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final

import structlog

from statusherd.clock import Clock
from statusherd.model.changes import Change
from statusherd.model.errors import FailureKind, LookError
from statusherd.model.records import Component, Known
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind
from statusherd.store import known as known_rows
from statusherd.store import looks as look_rows
from statusherd.store.bodies import packed
from statusherd.store.engine import Store
from statusherd.store.errors import StaleLookError
from statusherd.store.look_record import LookFailure, LookRecord
from statusherd.store.validators import StoredValidators
from statusherd.watch.compare import Comparison
from statusherd.watch.fetch import Validators
from statusherd.watch.formats import platform_of
from statusherd.watch.outlook import EVERYWHERE, Outlook, scopes_of
from statusherd.watch.read import HISTORY_EVERY, WHOLE_EVERY, Bookmark, Reading

log = structlog.get_logger()

OUR_SIGHT: Final = "*"
"""The store's name for our own sight; a platform's name behind it stands for that platform."""


@dataclass(slots=True)
class VendorState:
    """A vendor between two looks: what is known, its place in the store, and its source's bookmark."""

    known: Known
    seq: int = 0
    bookmark: Bookmark = field(default_factory=Bookmark)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a look has to write, and where its vendor stands once it is written."""

    state: VendorState
    record: LookRecord
    bookmark: Bookmark | None


class States:
    """The states of all vendors, and whether we can see out at all."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._states: dict[str, VendorState] = {}
        self._seen: dict[str, datetime] = {}
        self._outlook = Outlook()
        self._sight_lock = asyncio.Lock()
        self._sees_again = False

    async def load(self) -> None:
        """Take up the work where the store left it."""
        stored = await self._store.read(known_rows.load_all)
        now = self._clock.now()
        self._states = {name: _taken_up(state, now) for name, state in stored.items()}

    def of(self, vendor: str) -> VendorState:
        """Return what is known of a vendor; a new one is known by name only."""
        state = self._states.get(vendor)
        if state is None:
            state = self._states[vendor] = VendorState(Known(vendor))
        return state

    async def keep_only(self, vendors: Collection[str]) -> None:
        """Stop knowing the vendors that are watched no more; the store keeps their history."""
        gone = [n for n in self._states if n not in vendors and not n.startswith(OUR_SIGHT)]
        now = self._clock.now()
        for name in gone:
            await self._store.write(partial(look_rows.forget_vendor, vendor=name, at=now))
            self._outlook.forget(name)
            self._seen.pop(name, None)
            del self._states[name]

    def components_of(self, vendor: str) -> Mapping[str, Component]:
        """Return the components of a vendor as they were last seen."""
        state = self._states.get(vendor)
        return state.known.components if state else {}

    def known_of(self, vendor: str) -> Known | None:
        """Return what the last looks at a vendor found, None where it was never watched."""
        state = self._states.get(vendor)
        return state.known if state else None

    # Looks

    def seen_unchanged(self, vendor: str, at: datetime, reading: Reading) -> None:
        """Note that a look found nothing new; written with the others by `flush_seen`."""
        self._seen[vendor] = at
        if reading.snapshot is not None:
            state = self.of(vendor)
            state.bookmark = _moved(state.bookmark, reading, at)

    async def flush_seen(self) -> None:
        """Write when the vendors whose looks changed nothing were last seen: one statement for all."""
        seen, self._seen = self._seen, {}
        if seen:
            await self._store.write(lambda conn: look_rows.touch_seen(conn, seen))

    def difference(
        self,
        vendor: WatchedVendor,
        comparison: Comparison,
        at: datetime,
        *,
        reading: Reading | None = None,
        failure: LookError | None = None,
    ) -> Difference:
        """Return what a look has to write. It holds no body unpacked: a thousand may wait for the store."""
        state = self.of(vendor.name)
        record = _record(vendor, state, comparison, at, reading, failure)
        bookmark = None if reading is None else _moved(state.bookmark, reading, at)
        return Difference(state, record, bookmark)

    async def save(self, difference: Difference) -> tuple[Change, ...]:
        """Write the difference that a look makes, then believe it; return the Changes that were stored."""
        state, record = difference.state, difference.record
        if not await self._write(state, record):
            return ()
        state.bookmark = difference.bookmark or state.bookmark
        self._seen.pop(record.vendor, None)
        return record.changes

    async def _write(self, state: VendorState, record: LookRecord) -> bool:
        try:
            await self._store.write(lambda conn: look_rows.save_look(conn, record))
        except StaleLookError:
            # Another process looked too. What it wrote is the truth; the next look compares with it.
            stored = await self._store.read(lambda conn: known_rows.load_state(conn, record.vendor))
            self._states[record.vendor] = _taken_up(stored, record.at)
            return False
        state.seq, state.known = record.seq + 1, record.after
        for change in record.changes:
            log.info("change", **describe(change))
        return True

    # Our own sight

    def note(self, vendor: WatchedVendor, failure: FailureKind | None) -> None:
        """Count a look for the question whether it is them or us."""
        self._outlook.note(vendor.name, platform_of(vendor.format), failure)

    def is_dark(self, vendor: WatchedVendor) -> bool:
        """Tell whether most sources fail, of all or of the platform: then the fault is not the vendor's."""
        return self._outlook.dark_scope(platform_of(vendor.format)) is not None

    def sees_out(self) -> bool:
        """Tell whether most sources can be read."""
        return not self._outlook.is_dark(EVERYWHERE)

    async def watch_our_sight(self, vendor: WatchedVendor, at: datetime) -> None:
        """Record when most sources can no longer be read, or can again."""
        scopes = scopes_of(platform_of(vendor.format))
        if any(self._sight_moved(scope) for scope in scopes):
            async with self._sight_lock:
                for scope in scopes:
                    if self._sight_moved(scope):
                        await self._record_sight(scope, at)

    def take_sight_back(self) -> bool:
        """Tell, once, that sources can be read again after most could not: the rest wait in back-off."""
        came_back, self._sees_again = self._sees_again, False
        return came_back

    def failing(self) -> tuple[str, ...]:
        """Return the vendors whose last look failed."""
        return tuple(name for name, state in self._states.items() if state.known.failed_looks)

    def _sight_moved(self, scope: str) -> bool:
        if scope != EVERYWHERE and self._outlook.is_dark(EVERYWHERE):
            return False
        dark = self._outlook.dark_scope(scope) == scope
        known = self._states.get(OUR_SIGHT + scope)
        return dark is not (known is not None and known.known.blind_since is not None)

    async def _record_sight(self, scope: str, at: datetime) -> None:
        state = self.of(OUR_SIGHT + scope)
        change = _sight_change(state.known, scope, self._outlook.counts(scope), at)
        dark = change.kind is ChangeKind.CANNOT_SEE_OUT
        after = replace(state.known, blind_since=at if dark else None)
        record = LookRecord(
            vendor=state.known.vendor,
            at=at,
            before=state.known,
            after=after,
            seq=state.seq,
            changes=(change,),
        )
        await self._write(state, record)
        self._sees_again = self._sees_again or not dark


def _sight_change(known: Known, scope: str, counts: tuple[int, int], at: datetime) -> Change:
    failing, total = counts
    dark = known.blind_since is None
    what = f"pages of {scope}" if scope else "status pages"
    return Change(
        vendor=OUR_SIGHT,
        kind=ChangeKind.CANNOT_SEE_OUT if dark else ChangeKind.CAN_SEE_OUT,
        at=at,
        reason=f"{failing} of {total} {what} cannot be read",
        subject=scope,
        since=known.blind_since or at,
        after=f"{failing}/{total}",
    )


def _taken_up(stored: known_rows.StoredState, now: datetime) -> VendorState:
    # A restart spreads the whole looks and the readings of the history, so that they come in no burst.
    spread = random.random()  # noqa: S311 - jitter, not a secret
    bookmark = Bookmark(
        validators={v.url: Validators(v.etag, v.last_modified, v.digest) for v in stored.validators},
        whole_at=now - spread * WHOLE_EVERY,
        history_at=now - spread * HISTORY_EVERY,
        rereads_at=stored.rereads_at,
    )
    return VendorState(stored.known, stored.seq, bookmark)


def _moved(bookmark: Bookmark, reading: Reading, now: datetime) -> Bookmark:
    return Bookmark(
        validators=dict(reading.validators),
        whole_at=now if reading.asked_whole else bookmark.whole_at or now,
        history_at=now if reading.read_history else bookmark.history_at or now,
        rereads_at=reading.snapshot.rereads_at if reading.snapshot else bookmark.rereads_at,
        moved_to=reading.moved_to,
    )


def _record(
    vendor: WatchedVendor,
    state: VendorState,
    comparison: Comparison,
    at: datetime,
    reading: Reading | None,
    failure: LookError | None,
) -> LookRecord:
    return LookRecord(
        vendor=vendor.name,
        title=vendor.title,
        at=at,
        before=state.known,
        after=comparison.known,
        seq=state.seq,
        snapshot=reading.snapshot if reading else None,
        changes=comparison.changes,
        validators=tuple(_stored_validators(reading)) if reading else None,
        bodies=_bodies(reading) if comparison.changes else (),
        rereads_at=reading.snapshot.rereads_at if reading and reading.snapshot else None,
        failure=LookFailure(failure.kind, failure.message) if failure else None,
    )


def _stored_validators(reading: Reading) -> Iterable[StoredValidators]:
    for url, validators in reading.validators.items():
        yield StoredValidators(url, validators.etag, validators.last_modified, validators.digest)


def _bodies(reading: Reading | None) -> tuple[tuple[str, bytes], ...]:
    return tuple((document.url, packed(document.body)) for document in reading.bodies) if reading else ()


def describe(change: Change) -> dict[str, str]:
    """Return a Change as the fields of a log line, without the vendor's words."""
    facts = {
        "vendor": change.vendor,
        "kind": str(change.kind),
        "subject": change.subject,
        "facets": ",".join(change.facets),
        "before": change.before or "",
        "after": change.after or "",
        "reason": change.reason,
    }
    return {key: value for key, value in facts.items() if value}
