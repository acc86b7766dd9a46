"""Refreshing provider files: look at their sources, write down the month, tell what does not answer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from statusherd.cli import refresh_views as views
from statusherd.cli.fetching import client
from statusherd.cli.output import print_json, print_lines, say
from statusherd.cli.progress import progress
from statusherd.cli.refresh_views import Refreshed, Refreshing, Result
from statusherd.config import Config
from statusherd.model.errors import CatalogError, FailureKind, LookError, StatusherdError
from statusherd.model.records import Known
from statusherd.model.vendors import WatchedVendor
from statusherd.watch.discover import Found
from statusherd.watch.drift import OF_ITS_SHAPE, found_again
from statusherd.watch.provider_edit import with_facts
from statusherd.watch.provider_files import Provider, read_provider
from statusherd.watch.provider_index import names_in
from statusherd.watch.read import Bookmark, Fetches, read

_AT_ONCE: Final = 20
"""Vendors looked at side by side; how many requests go to one host is the fetcher's to limit."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    folder: Path
    names: tuple[str, ...] = ()
    every: bool = False
    fix: bool = False
    limit: int | None = None
    json_wanted: bool = False


def refresh(config: Config | None, wish: Wish) -> bool:
    """Refresh the files that are wished for and tell; False where one is left that does not answer."""
    now = datetime.now(UTC)
    done = asyncio.run(_refresh(config, wish, now))
    if wish.json_wanted:
        print_json(views.refreshing_json(done))
    else:
        if lines := views.refreshing_lines(done):
            print_lines(lines)
        say(views.summary(done))
    return not done.left


async def _refresh(config: Config | None, wish: Wish, now: datetime) -> Refreshing:
    async with client(config) as fetcher:
        names = _names(wish)
        with progress("Looking at status pages", len(names)) as advance:
            return await refresh_files(fetcher, wish, names, now, advance)


def _names(wish: Wish) -> Sequence[str]:
    there = sorted(names_in(wish.folder))
    for name in wish.names:
        if name not in there:
            remedy = "A provider file is called NAME.toml"
            raise CatalogError("has no file there", subject=f"{name[:60]!r} in {wish.folder}", remedy=remedy)
    return wish.names or there


async def refresh_files(
    fetcher: Fetches, wish: Wish, names: Sequence[str], now: datetime, advance: Callable[[], None]
) -> Refreshing:
    """Refresh the files called `names`, each as soon as its source answers."""
    month, turns = f"{now:%Y-%m}", asyncio.Semaphore(_AT_ONCE)
    due = [name for name in names if wish.every or not _is_fresh(wish.folder, name, month)]
    chosen = due[: wish.limit]

    async def one(name: str) -> Refreshed:
        async with turns:
            done = await _refresh_one(fetcher, wish, name, now)
        advance()
        return done

    results = await asyncio.gather(*map(one, chosen))
    return Refreshing(wish.folder, month, results, len(names) - len(due), len(due) - len(chosen))


def _is_fresh(folder: Path, name: str, month: str) -> bool:
    with suppress(StatusherdError):
        return (read_provider(folder / f"{name}.toml").verified or "").startswith(month)
    return False


async def _refresh_one(fetcher: Fetches, wish: Wish, name: str, now: datetime) -> Refreshed:
    path = wish.folder / f"{name}.toml"
    try:
        provider = read_provider(path)
        try:
            await _see(fetcher, provider.watched(), now)
        except LookError as error:
            found = await _elsewhere(fetcher, provider, error)
            return await _moved(fetcher, wish, provider, found, error, now)
        _write(path, now, {})
        return Refreshed(name, Result.VERIFIED)
    except StatusherdError as error:
        return Refreshed(name, Result.FAILED, error)


async def _see(fetcher: Fetches, vendor: WatchedVendor, now: datetime) -> None:
    """Look at a vendor; raise LookError unless its own source answers in its format."""
    reading = await read(fetcher, vendor, Known(vendor.name), Bookmark(), now)
    if not reading.validators:  # a fallback was read: it says nothing of the address in the file
        why = reading.snapshot.warnings[-1] if reading.snapshot and reading.snapshot.warnings else ""
        raise LookError(FailureKind.NOT_FOUND, f"only its fallback answers: {why}", subject=vendor.name)


async def _elsewhere(fetcher: Fetches, provider: Provider, error: LookError) -> Found | None:
    if error.kind not in OF_ITS_SHAPE:
        return None
    found = await found_again(fetcher, provider.watched())
    is_new = found and (found.format, found.address) != (provider.format, provider.address)
    return found if is_new else None


async def _moved(
    fetcher: Fetches, wish: Wish, provider: Provider, found: Found | None, error: LookError, now: datetime
) -> Refreshed:
    if found is None:
        return Refreshed(provider.name, Result.FAILED, error)
    is_downgrade = provider.address.startswith("https:") and not found.address.startswith("https:")
    if not wish.fix or is_downgrade:
        return Refreshed(provider.name, Result.MOVED, error, found)
    there = WatchedVendor(provider.name, provider.title, found.address, found.format)
    try:
        await _see(fetcher, there, now)
    except LookError as failure:
        return Refreshed(provider.name, Result.MOVED, failure, found)
    facts = {"format": found.format, "address": found.address}
    _write(wish.folder / f"{provider.name}.toml", now, facts)
    return Refreshed(provider.name, Result.FIXED, error, found)


def _write(path: Path, now: datetime, facts: dict[str, str]) -> None:
    """Change a file at once or not at all. Raise CatalogError where that cannot be."""
    target = Path(os.path.realpath(path))
    try:
        text = with_facts(target.read_bytes().decode(), f"{now:%Y-%m}", facts)
        with TemporaryDirectory(dir=target.parent, prefix=".") as folder:
            fresh = Path(folder, target.name)
            fresh.write_bytes(text.encode())
            fresh.chmod(target.stat().st_mode & 0o777)
            fresh.replace(target)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise CatalogError(f"cannot be written: {why.lower()}", subject=str(path)) from error
