"""Importing vendors: read the files, say what they mention, ask, look where that is wished, store."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from sqlalchemy import Connection

from statusherd.cli import import_views as views
from statusherd.cli.import_plan import FileRead, Item, Outcome, Plan, plan_of
from statusherd.cli.output import count, print_json, print_lines, refuse_unasked, say, warn
from statusherd.cli.progress import progress
from statusherd.cli.stores import has_store, open_store, watched_vendors
from statusherd.config import Config
from statusherd.model.errors import StatusherdError
from statusherd.model.vendors import WatchedVendor
from statusherd.store.vendors import add_vendor, added_vendors
from statusherd.watch.catalog import Catalog
from statusherd.watch.importing.files import MAX_FILE, mentions_of
from statusherd.watch.importing.recognise import recognise
from statusherd.watch.importing.signs import packaged_signs
from statusherd.watch.read import Fetches

_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    files: tuple[str, ...]
    form: str | None = None
    yes: bool = False
    dry_run: bool = False
    look: bool = False
    json_wanted: bool = False


def import_vendors(config: Config, wish: Wish) -> bool:
    """Add what the files mention and say so; False where nothing could be done."""
    plan = _plan(config, wish)
    if not wish.json_wanted:
        for file in plan.files:
            if file.error:
                warn(file.error)
        print_lines(views.plan_lines(plan))
    new = plan.having(Outcome.NEW)
    if new and (wish.dry_run or wish.yes or _is_meant(len(new), wish)):
        if wish.look:
            plan = asyncio.run(_looked_at(config, plan))
        if not wish.dry_run:
            plan = _added(config, plan)
    if wish.json_wanted:
        print_json(views.plan_json(plan))
    else:
        _report(plan, wish)
    return plan.did_something


def _plan(config: Config, wish: Wish) -> Plan:
    files = [_read(name, wish.form) for name in wish.files]
    catalog = Catalog(own=config.path.parent / "providers")
    found = recognise([(file.name, file.mentions) for file in files], catalog, packaged_signs())
    return plan_of(files, found, _watched(config))


def _read(name: str, form: str | None) -> FileRead:
    try:
        return FileRead(name, mentions_of(name, _body(name), form))
    except StatusherdError as error:
        return FileRead(name, error=str(error))
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or str(error)
        return FileRead(name, error=f"{name}: the file cannot be read: {why.lower()}")


def _body(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_FILE + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_FILE + 1)


def _watched(config: Config) -> Sequence[WatchedVendor]:
    if not has_store(config):
        return tuple(watched_vendors(config, None).values())
    with open_store(config) as store:
        return tuple(watched_vendors(config, store).values())


def _is_meant(number: int, wish: Wish) -> bool:
    refuse_unasked("nothing was added", ", ".join(wish.files))
    return click.confirm(f"Watch {count(number, 'vendor')}?", default=True, err=True)


async def _looked_at(config: Config, plan: Plan) -> Plan:
    from statusherd.cli.fetching import client  # noqa: PLC0415 - only --look needs the network

    new = plan.having(Outcome.NEW)
    turns = asyncio.Semaphore(_AT_ONCE)
    async with client(config) as fetcher:
        with progress("Looking at status pages", len(new)) as advance:

            async def look(item: Item) -> Item:
                async with turns:
                    looked = await _look(fetcher, item)
                advance()
                return looked

            return plan.with_items(await asyncio.gather(*map(look, new)))


async def _look(fetcher: Fetches, item: Item) -> Item:
    from statusherd.cli.looking import look_at  # noqa: PLC0415

    try:
        await look_at(fetcher, item.vendor, datetime.now(UTC))
    except StatusherdError as error:
        return replace(item, outcome=Outcome.FAILED, why=str(error))
    return item


def _added(config: Config, plan: Plan) -> Plan:
    new = plan.having(Outcome.NEW)
    if not new:
        return plan
    with open_store(config, create=True) as store:
        store.write_now(lambda conn: _store(conn, [item.vendor for item in new]))
    return plan.with_items([replace(item, outcome=Outcome.ADDED) for item in new])


def _store(conn: Connection, vendors: Sequence[WatchedVendor]) -> None:
    there = {vendor.name for vendor in added_vendors(conn)}  # somebody may have been quicker
    now = datetime.now(UTC)
    for vendor in vendors:
        if vendor.name not in there:
            add_vendor(conn, vendor, now)


def _report(plan: Plan, wish: Wish) -> None:
    for item in plan.having(Outcome.FAILED):
        say(f"{item.name} cannot be added: {item.why}")
    added = len(plan.having(Outcome.ADDED))
    if added:
        click.echo(f"Added {count(added, 'vendor')}.")
        say("A running daemon looks at them within two seconds; without one: statusherd check")
    elif not wish.dry_run or not plan.items:
        say("Nothing was added.")
