"""Looks of the command line that need the network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from statusherd.assembly import fetcher_of
from statusherd.cli.looking import as_url, look_at, meant
from statusherd.cli.progress import progress
from statusherd.cli.stores import has_store, open_store, watched_vendors
from statusherd.config import Config
from statusherd.model.errors import StatusherdError, StoreError
from statusherd.model.records import Snapshot
from statusherd.model.vendors import DETECT, WatchedVendor
from statusherd.watch.catalog import Catalog
from statusherd.watch.discover import discover
from statusherd.watch.fetch import Fetcher
from statusherd.watch.read import Fetches

Result: TypeAlias = Snapshot | StatusherdError


def client(config: Config | None) -> Fetcher:
    """Return the HTTP client as configured; with its defaults where there is no config."""
    return fetcher_of(config) if config else Fetcher()


def catalog_of(config: Config | None) -> Catalog:
    """Return the catalogue with the operator's own files over it."""
    return Catalog(own=config.path.parent / "providers" if config else None)


async def look_at_all(
    config: Config | None, sources: Sequence[str], format_name: str | None, now: datetime
) -> Mapping[str, Result]:
    """Look at names and addresses side by side; return what became of each."""
    async with client(config) as fetcher:
        with progress("Looking at status pages", len(sources)) as advance:

            async def look(source: str) -> Result:
                try:
                    vendor = await _vendor(fetcher, config, source, format_name)
                    return replace(await look_at(fetcher, vendor, now), source=source)
                except StatusherdError as error:
                    return error
                finally:
                    advance()

            results = await asyncio.gather(*(look(source) for source in sources))
    return dict(zip(sources, results, strict=True))


def _watched(config: Config | None, name: str) -> WatchedVendor | None:
    """Return a watched vendor by its name; one that was added, only where the store can be read."""
    if config is None:
        return None
    for vendor in config.vendors:
        if vendor.name == name:
            return vendor
    if "://" not in name and has_store(config):
        with suppress(StoreError), open_store(config) as store:
            return watched_vendors(config, store).get(name)
    return None


async def _vendor(
    fetcher: Fetches, config: Config | None, source: str, format_name: str | None
) -> WatchedVendor:
    url, catalog = as_url(source), catalog_of(config)
    if watched := _watched(config, source):
        found = watched
    elif url is None:
        found = catalog.get(source).watched()
    elif format_name is None and (name := meant(catalog, source)):
        found = catalog.get(name).watched()
    elif format_name is not None:
        return WatchedVendor(source, source, url, format_name)
    else:
        page = await discover(fetcher, url)
        return WatchedVendor(source, source, page.address, page.format)
    if format_name:
        return replace(found, format=format_name, options=(), further=())
    if found.format != DETECT:
        return found
    page = await discover(fetcher, found.address)
    return replace(found, format=page.format, address=page.address)
