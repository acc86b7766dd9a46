"""The vendors' doctor at work: gather what is known, look where that is wished, judge, tell."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from statusherd.cli.doctor_findings import Case, Finding, Looked, Place, file_findings, findings
from statusherd.cli.progress import progress
from statusherd.cli.stores import has_store, open_store, watched_vendor, watched_vendors
from statusherd.config import Config
from statusherd.model.changes import Change
from statusherd.model.errors import CatalogError, FailureKind, LookError
from statusherd.model.vendors import WatchedVendor
from statusherd.model.words import ChangeKind
from statusherd.store.changes import newest_of_kind
from statusherd.store.glance import VendorRow, vendor_rows
from statusherd.store.known import StoredState, load_all
from statusherd.watch.catalog import Catalog, Provider
from statusherd.watch.drift import OF_ITS_SHAPE, found_again
from statusherd.watch.read import Fetches

_AT_ONCE = 20


def examine(
    config: Config, names: Sequence[str], now: datetime, *, look: bool
) -> tuple[int, Sequence[Finding]]:
    """Return how many vendors were examined, and what is wrong. Raise StatusherdError for an unknown name."""
    catalog = Catalog(own=config.path.parent / "providers")
    cases = _cases(config, names, catalog)
    if look:
        cases = asyncio.run(_looked_at(config, cases, names, now))
    found = findings(cases, names, now)
    faults = () if names else catalog.faults
    return len(names) or len(cases), (*file_findings(faults), *found)


def _cases(config: Config, names: Sequence[str], catalog: Catalog) -> Sequence[Case]:
    with open_store(config) if has_store(config) else nullcontext() as store:
        vendors = watched_vendors(config, store)
        for name in names:
            watched_vendor(config, store, name)  # says so where it is not watched
        stored, rows, moves = store.read_now(_known) if store else ({}, {}, {})
    return [
        Case(
            vendor,
            config.interval_of(vendor),
            stored.get(name),
            rows.get(name),
            moves.get(name),
            _provider(catalog, vendor),
        )
        for name, vendor in sorted(vendors.items())
    ]


def _known(
    conn: Connection,
) -> tuple[Mapping[str, StoredState], Mapping[str, VendorRow], Mapping[str, Change]]:
    rows = {row.name: row for row in vendor_rows(conn)}
    return load_all(conn), rows, newest_of_kind(conn, ChangeKind.SOURCE_MOVED)


def _provider(catalog: Catalog, vendor: WatchedVendor) -> Provider | None:
    """Return the vendor's entry of the catalogue, where it is read at that address."""
    try:
        found = catalog.get(vendor.name)
    except CatalogError:
        return None
    return found if found.address == vendor.address else None


async def _looked_at(
    config: Config, cases: Sequence[Case], names: Sequence[str], now: datetime
) -> Sequence[Case]:
    from statusherd.cli.fetching import client  # noqa: PLC0415 - only --look needs the network

    turns = asyncio.Semaphore(_AT_ONCE)
    wanted = [case for case in cases if not names or case.vendor.name in names]
    async with client(config) as fetcher:
        with progress("Looking at status pages", len(wanted)) as advance:

            async def look(case: Case) -> Case:
                async with turns:
                    looked = await look_for_case(fetcher, case.vendor, now)
                advance()
                return replace(case, looked=looked)

            fresh = {case.vendor.name: case for case in await asyncio.gather(*map(look, wanted))}
    return [fresh.get(case.vendor.name, case) for case in cases]


async def look_for_case(fetcher: Fetches, vendor: WatchedVendor, now: datetime) -> Looked:
    """Look at a vendor as it is declared; where its shape is not read, search for its page."""
    from statusherd.cli.looking import look_at  # noqa: PLC0415

    try:
        return Looked(snapshot=await look_at(fetcher, vendor, now))
    except CatalogError as error:
        return Looked(error=LookError(FailureKind.INTERNAL, error.message))
    except LookError as error:
        found = await found_again(fetcher, vendor) if error.kind in OF_ITS_SHAPE else None
        is_new = found and (found.format, found.address) != (vendor.format, vendor.address)
        return Looked(error=error, found=Place(found.format, found.address) if found and is_new else None)
