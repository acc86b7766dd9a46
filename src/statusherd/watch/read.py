"""One look at a vendor: which documents to ask for, and what they say together.

Requests are kept to what the format needs: its look documents each time, conditional where we have
validators; its history at a first look, when an open incident is gone, and now and then; a fallback
source where the first is not to be had.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol
from urllib.parse import urlsplit

from statusherd.model.errors import CatalogError, FailureKind, LookError, ParseError
from statusherd.model.records import Known, Snapshot
from statusherd.model.vendors import Source, WatchedVendor
from statusherd.watch.compare import needs_history
from statusherd.watch.fetch import Fetched, Validators
from statusherd.watch.formats import Endpoints, Look, format_named
from statusherd.watch.parts import Part, known_at, labelled, merged, under_own_ids
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.faults import faults_told

WHOLE_EVERY: Final = timedelta(hours=1)
"""A look asks without validators this often: a server may say "unchanged" for ever."""
HISTORY_EVERY: Final = timedelta(hours=6)
"""The history is read this often, to find what was posted after the fact."""
_TRY_FALLBACK: Final = frozenset(
    {FailureKind.NOT_FOUND, FailureKind.GONE, FailureKind.BLOCKED, FailureKind.PARSE, FailureKind.EMPTY}
)


class Fetches(Protocol):
    """Where the bytes come from."""

    async def fetch(
        self, url: str, validators: Validators = ..., *, allow_private: bool | None = None
    ) -> Fetched:
        """Return what `url` holds; raise FetchError."""


@dataclass(slots=True)
class Bookmark:
    """What is kept of a vendor's source between looks, besides what it said."""

    validators: dict[str, Validators] = field(default_factory=dict)
    whole_at: datetime | None = None
    """The last look that asked without validators."""
    history_at: datetime | None = None
    rereads_at: datetime | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a look found. `snapshot` is None where nothing changed at the source."""

    snapshot: Snapshot | None
    validators: Mapping[str, Validators]
    bodies: tuple[Document, ...] = ()
    read_history: bool = False
    asked_whole: bool = False
    retry_after: float | None = None
    moved_to: str | None = None
    """Where the source has moved for good, by its server's word."""
    failure: LookError | None = None
    """Why one of several sources could not be read; the snapshot tells of the others."""


async def read(
    fetcher: Fetches, vendor: WatchedVendor, known: Known, bookmark: Bookmark, now: datetime
) -> Reading:
    """Look at `vendor` once, at all its sources. Raise LookError where nothing can be established."""
    if vendor.further:
        return await _read_parts(fetcher, vendor, known, bookmark, now)
    return await _read_source(fetcher, vendor, known, bookmark, now)


async def _read_source(
    fetcher: Fetches, vendor: WatchedVendor, known: Known, bookmark: Bookmark, now: datetime
) -> Reading:
    endpoints = _endpoints(vendor.format, vendor.address)
    try:
        return await _read_documents(fetcher, vendor, endpoints, known, bookmark, now)
    except LookError as failure:
        if failure.kind not in _TRY_FALLBACK or not endpoints.fallbacks:
            raise
        return await _read_fallback(fetcher, vendor, endpoints, now, failure)


@lru_cache(20_000)
def _endpoints(name: str, address: str) -> Endpoints:
    try:
        return format_named(name).endpoints(address)
    except CatalogError as error:  # a look that fails, so that it is told and the page is searched for
        raise ParseError(error.message, subject=address, remedy=error.remedy) from error


async def _read_documents(
    fetcher: Fetches,
    vendor: WatchedVendor,
    endpoints: Endpoints,
    known: Known,
    bookmark: Bookmark,
    now: datetime,
) -> Reading:
    whole = _asks_whole(known, bookmark, now)
    validators = {} if whole else bookmark.validators
    fetched = await _fetch_all(fetcher, endpoints.look, validators)
    fetched |= await _fetch_optional(fetcher, endpoints, validators)
    history_due = _is_history_due(endpoints, bookmark, now)
    if not whole and not history_due and all(f.unchanged for f in fetched.values()):
        moved = next((f.moved_to for f in fetched.values() if f.moved_to), None)
        return Reading(None, {}, retry_after=_longest_wait(fetched.values()), moved_to=moved)
    missing = [url for url, f in fetched.items() if f.document is None]
    fetched |= await _fetch_all(fetcher, missing, {})
    documents = _documents(fetched.values())
    snapshot = _parse(vendor.format, documents, vendor, now)
    read_history = False
    if endpoints.history and (history_due or needs_history(known, snapshot)):
        past, whole_story = await _with_history(fetcher, endpoints.history, documents, vendor, now)
        snapshot, documents, read_history = whole_story or snapshot, (*documents, *past), bool(past)
    return Reading(
        snapshot,
        {url: f.validators for url, f in fetched.items()},
        documents,
        read_history,
        asked_whole=whole,
        retry_after=_longest_wait(fetched.values()),
        moved_to=next((f.moved_to for f in fetched.values() if f.moved_to), None),
    )


def _asks_whole(known: Known, bookmark: Bookmark, now: datetime) -> bool:
    """Tell whether the bodies are needed even if the server has nothing new."""
    if known.first_seen_at is None or known.failed_looks or known.suspicious_looks:
        return True
    if bookmark.rereads_at is not None and now >= bookmark.rereads_at:
        return True
    return bookmark.whole_at is None or now - bookmark.whole_at >= WHOLE_EVERY


def _is_history_due(endpoints: Endpoints, bookmark: Bookmark, now: datetime) -> bool:
    if not endpoints.history or bookmark.history_at is None:
        return False
    return now - bookmark.history_at >= HISTORY_EVERY


async def _fetch_all(
    fetcher: Fetches, urls: Sequence[str], validators: Mapping[str, Validators]
) -> dict[str, Fetched]:
    if len(urls) == 1:  # the common case without the cost of a task
        return {urls[0]: await fetcher.fetch(urls[0], validators.get(urls[0], Validators()))}
    answers = await asyncio.gather(*(fetcher.fetch(url, validators.get(url, Validators())) for url in urls))
    return dict(zip(urls, answers, strict=True))


async def _fetch_optional(
    fetcher: Fetches, endpoints: Endpoints, validators: Mapping[str, Validators]
) -> dict[str, Fetched]:
    """Return what the optional addresses hold, without those that the page does not have.

    One on another host than the page fails nothing at all: it only adds to what the page says itself.
    """
    urls = endpoints.optional
    if not urls:
        return {}
    hosts = {urlsplit(url).hostname for url in endpoints.look}
    asked = (fetcher.fetch(url, validators.get(url, Validators())) for url in urls)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    found: dict[str, Fetched] = {}
    for url, answer in zip(urls, answers, strict=True):
        is_elsewhere = urlsplit(url).hostname not in hosts
        if isinstance(answer, Fetched):
            found[url] = answer
        elif not isinstance(answer, LookError) or not (is_elsewhere or answer.kind in _TRY_FALLBACK):
            raise answer
    return found


async def _with_history(
    fetcher: Fetches, urls: Sequence[str], look: Sequence[Document], vendor: WatchedVendor, now: datetime
) -> tuple[tuple[Document, ...], Snapshot | None]:
    """Return the history's documents and what the look says together with them.

    Nothing where one of them cannot be had or read: the look itself stands without.
    """
    try:
        past = _documents((await _fetch_all(fetcher, urls, {})).values())
        return past, _parse(vendor.format, (*look, *past), vendor, now)
    except LookError:
        return (), None


def _documents(fetched: Iterable[Fetched]) -> tuple[Document, ...]:
    return tuple(f.document for f in fetched if f.document is not None)


def _longest_wait(fetched: Iterable[Fetched]) -> float | None:
    waits = [f.retry_after for f in fetched if f.retry_after is not None]
    return max(waits, default=None)


def _parse(name: str, documents: Sequence[Document], vendor: WatchedVendor, now: datetime) -> Snapshot:
    with faults_told(vendor.name, f"the {name} reader"):
        # What was worked out to read them is let go with the copies; the bodies are kept for longer.
        copies = [document.copy() for document in documents]
        return format_named(name).parse(copies, Look(vendor.name, now, dict(vendor.options)))


async def _read_parts(
    fetcher: Fetches, vendor: WatchedVendor, known: Known, bookmark: Bookmark, now: datetime
) -> Reading:
    """Look at all sources of `vendor` side by side. Raise LookError where none of them can be read."""
    labels = [source.label for source in vendor.further]
    sources = [(source, known_at(known, source, labels)) for source in (None, *vendor.further)]
    readings = await asyncio.gather(
        *(_read_part(fetcher, vendor, source, part, bookmark, now) for source, part in sources)
    )
    if all(isinstance(reading, Reading) and reading.snapshot is None for reading in readings):
        return _together([reading for reading in readings if isinstance(reading, Reading)], None, ())
    whole = Bookmark(history_at=bookmark.history_at)
    parts: list[Part] = []
    for place, (source, part) in enumerate(sources):
        reading = readings[place]
        if isinstance(reading, Reading) and reading.snapshot is None:  # what said "unchanged" is needed too
            reading = readings[place] = await _read_part(fetcher, vendor, source, part, whole, now)
        parts.append(Part(source, part, reading.snapshot if isinstance(reading, Reading) else None))
    found = [reading for reading in readings if isinstance(reading, Reading)]
    failures = [reading for reading in readings if isinstance(reading, LookError)]
    if not found:
        raise failures[0]
    return _together(found, merged(vendor, parts), failures)


async def _read_part(
    fetcher: Fetches,
    vendor: WatchedVendor,
    source: Source | None,
    known: Known,
    bookmark: Bookmark,
    now: datetime,
) -> Reading | LookError:
    """Look at one source of several; what goes wrong there is told with the name of the source."""
    part = vendor.part(source) if source else vendor.own_part
    try:
        reading = await _read_source(fetcher, part, under_own_ids(known, source), bookmark, now)
    except LookError as failure:
        return failure.of_part(source.label) if source else failure
    snapshot = reading.snapshot
    return replace(reading, snapshot=labelled(snapshot, source)) if snapshot is not None else reading


def _together(found: Sequence[Reading], snapshot: Snapshot | None, failures: Sequence[LookError]) -> Reading:
    return Reading(
        snapshot,
        {url: validators for reading in found for url, validators in reading.validators.items()},
        tuple(document for reading in found for document in reading.bodies),
        read_history=any(reading.read_history for reading in found),
        asked_whole=all(reading.asked_whole for reading in found),
        retry_after=max((r.retry_after for r in found if r.retry_after is not None), default=None),
        moved_to=next((reading.moved_to for reading in found if reading.moved_to), None),
        failure=failures[0] if failures else None,
    )


async def _read_fallback(
    fetcher: Fetches, vendor: WatchedVendor, endpoints: Endpoints, now: datetime, failure: LookError
) -> Reading:
    """Read the next best source under the vendor's own format: it moved nowhere, it only says less."""
    for url, name in endpoints.fallbacks:
        try:
            documents = _documents((await _fetch_all(fetcher, (url,), {})).values())
            snapshot = _parse(name, documents, vendor, now)
        except LookError:
            continue
        note = f"read from {url}: {failure.message}"
        snapshot = replace(snapshot, format=vendor.format, warnings=(*snapshot.warnings, note))
        return Reading(snapshot, {}, documents, asked_whole=True)
    raise failure
