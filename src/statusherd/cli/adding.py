"""Adding a vendor: find out what it is, look once, let the person choose, store it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Self

import click
from sqlalchemy import Connection

from statusherd.cli.choosing import choose
from statusherd.cli.fetching import catalog_of, client
from statusherd.cli.looking import as_url, look_at, meant, named_after
from statusherd.cli.output import count, is_interactive, print_json, say, shown, warn
from statusherd.cli.progress import progress
from statusherd.cli.records import vendor_json
from statusherd.cli.states import OUR_SIGHT, word
from statusherd.cli.stores import open_store
from statusherd.config import Config, least_interval
from statusherd.config_values import duration_text, parse_name
from statusherd.model.errors import FailureKind, LookError, StatusherdError
from statusherd.model.records import Component, Snapshot
from statusherd.model.selection import names_region, rotten
from statusherd.model.vendors import DETECT, Origin, WatchedVendor
from statusherd.model.words import Impact
from statusherd.store.engine import Store
from statusherd.store.vendors import add_vendor, added_vendors
from statusherd.watch.catalog import Provider
from statusherd.watch.discover import Found, discover
from statusherd.watch.read import Fetches

_DAY: Final = 86_400.0
_NAMED: Final = 30
"""So many components are named where a filter matches none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    source: str
    name: str | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    min_impact: Impact = Impact.NONE
    interval: float | None = None
    tags: tuple[str, ...] = ()
    format_name: str | None = None
    yes: bool = False
    no_input: bool = False
    force: bool = False
    json_wanted: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Take the options as click hands them over."""
        wish = cls(**options)
        return replace(wish, min_impact=Impact(wish.min_impact))

    @property
    def asks(self) -> bool:
        return not (self.yes or self.no_input or self.json_wanted) and is_interactive()


def add(config: Config, wish: Wish) -> None:
    """Add the vendor that is wished for and say what it is. Raise StatusherdError where it cannot be."""
    with open_store(config, create=True) as store:
        if wish.name is not None:
            _refuse_duplicate(config, store, wish.name)
        vendor, snapshot = asyncio.run(_look(config, store, wish))
        _refuse_too_often(config, vendor)
        if snapshot is not None:
            if not wish.json_wanted:
                _present(vendor, snapshot)
            vendor = _narrowed(vendor, snapshot, wish)
        if wish.asks and not click.confirm(f"Watch {shown(vendor.name)}?", default=True, err=True):
            say("Nothing was added.")
            return
        store.write_now(lambda conn: _store(conn, vendor))
    _report(config, vendor, snapshot, wish)


async def _look(config: Config, store: Store, wish: Wish) -> tuple[WatchedVendor, Snapshot | None]:
    """Return the vendor and what a look at it found; None where it is to be added unread."""
    async with client(config) as fetcher:
        with progress("Looking at the page"):
            vendor = await _candidate(fetcher, config, wish)
            if wish.name is None and as_url(wish.source) is None:
                _refuse_duplicate(config, store, vendor.name)
            try:
                snapshot = await look_at(fetcher, vendor, datetime.now(UTC))
            except LookError as error:
                if not wish.force:
                    raise _unread(error) from error
                warn(f"added without having been read: {error}")
                snapshot = None
    vendor = _named(vendor, wish, snapshot)
    _refuse_duplicate(config, store, vendor.name)
    return vendor, snapshot


async def _candidate(fetcher: Fetches, config: Config, wish: Wish) -> WatchedVendor:
    """Return what was asked for as a vendor, before its name is settled."""
    catalog, url = catalog_of(config), as_url(wish.source)
    known = meant(catalog, wish.source) if wish.format_name is None else None
    if url is None or known is not None:
        vendor = await _of_catalog(fetcher, catalog.get(known or wish.source), wish)
    elif wish.format_name is not None:
        vendor = WatchedVendor(wish.source, "", url, wish.format_name, page_url=url)
    else:
        found = await _discovered(fetcher, url)
        vendor = WatchedVendor(wish.source, "", found.address, found.format, page_url=url)
    return replace(
        vendor,
        components=wish.components or vendor.components,
        regions=wish.regions or vendor.regions,
        min_impact=wish.min_impact,
        interval=wish.interval,
        tags=wish.tags,
        origin=Origin.ADDED,
    )


async def _of_catalog(fetcher: Fetches, provider: Provider, wish: Wish) -> WatchedVendor:
    vendor = provider.watched()
    if wish.format_name is not None:
        return replace(vendor, format=wish.format_name, options=(), further=())
    if vendor.format != DETECT:
        return vendor
    found = await _discovered(fetcher, vendor.address)
    return replace(vendor, format=found.format, address=found.address)


async def _discovered(fetcher: Fetches, url: str) -> Found:
    try:
        return await discover(fetcher, url)
    except LookError as error:
        raise _unread(error) from error


def _unread(error: LookError) -> StatusherdError:
    """Return the refusal of what cannot be read: nobody would be told of anything that happens there."""
    hint = "Nothing was added; where the format is known (--format), --force adds it all the same"
    if error.kind is FailureKind.REFUSED_ADDRESS:
        hint = "Nothing was added; your own network is looked at with allow_private = true in [http]"
    return LookError(error.kind, error.message, subject=error.subject, remedy=_sentences(error.remedy, hint))


def _sentences(*texts: str) -> str:
    return ". ".join(text.rstrip(".") for text in texts if text)


def _named(vendor: WatchedVendor, wish: Wish, snapshot: Snapshot | None) -> WatchedVendor:
    """Settle name and title: what was asked for, else what the catalogue or the page says."""
    if as_url(vendor.name) is None:  # the catalogue's name, which is no address
        return replace(vendor, name=wish.name or vendor.name)
    name = wish.name or named_after(vendor.page_url or vendor.address, snapshot)
    page_name = snapshot.page_name if snapshot else None
    page_url = (snapshot.page_url if snapshot else None) or vendor.page_url
    return replace(vendor, name=name, title=page_name or name, page_url=page_url)


def _refuse_duplicate(config: Config, store: Store, name: str) -> None:
    try:
        parse_name(name)
    except ValueError as error:
        raise click.UsageError(f"--name {error}") from error
    if name.startswith(OUR_SIGHT):
        raise click.UsageError(f"a name cannot begin with {OUR_SIGHT}, which stands for all vendors")
    if any(vendor.name == name for vendor in config.vendors):
        raise _duplicate(name, f"stands in {config.path}", "change it there")
    store.read_now(lambda conn: _refuse_added(conn, name))


def _refuse_added(conn: Connection, name: str) -> None:
    if any(vendor.name == name for vendor in added_vendors(conn)):
        raise _duplicate(name, "was added before", "remove it first: statusherd vendor remove NAME")


def _duplicate(name: str, why: str, instead: str) -> StatusherdError:
    remedy = f"Give this one another name with --name, or {instead}"
    return StatusherdError(
        f"a vendor of that name is watched already: it {why}", subject=repr(name[:60]), remedy=remedy
    )


def _refuse_too_often(config: Config, vendor: WatchedVendor) -> None:
    least = least_interval(vendor.address, allow_private=config.http.allow_private)
    if vendor.interval is not None and not least <= vendor.interval <= _DAY:
        text = f"--interval must be {duration_text(least)} to 1d for this address"
        raise click.UsageError(text)


def _present(vendor: WatchedVendor, snapshot: Snapshot) -> None:
    say(f"{shown(vendor.title)}: {word(snapshot.status)}, {vendor.format} at {shown(vendor.address)}")
    still_open = count(len(snapshot.open_incidents), "open incident")
    say(f"{count(len(snapshot.components), 'component')}, {still_open}")


def _narrowed(vendor: WatchedVendor, snapshot: Snapshot, wish: Wish) -> WatchedVendor:
    """Settle which components are watched: those named, those chosen, or all."""
    components = _to_choose_from(snapshot)
    if vendor.components or vendor.regions:
        _refuse_idle_filters(vendor, snapshot, force=wish.force)
    elif len(components) > 1 and wish.asks:
        return replace(vendor, components=choose(components))
    elif len(components) > 1 and not wish.json_wanted:
        say("All of its components are watched; name some with --component to narrow that.")
    return vendor


def _to_choose_from(snapshot: Snapshot) -> tuple[Component, ...]:
    """Return the page's components, none where it names only those in trouble."""
    return snapshot.components if snapshot.coverage.components else ()


def _refuse_idle_filters(vendor: WatchedVendor, snapshot: Snapshot, *, force: bool) -> None:
    components = _to_choose_from(snapshot)
    idle = rotten(vendor.components, components) if components else ()
    named = [component.region for component in components if component.region]
    if named:
        idle += tuple(region for region in vendor.regions if not names_region((region,), named))
    if not idle:
        return
    text = f"nothing on the page is called {', '.join(map(repr, idle))}"
    if force:
        warn(text)
        return
    names = sorted({component.name for component in components} | set(named), key=str.casefold)
    more = ", …" if len(names) > _NAMED else ""
    remedy = f"There are: {', '.join(names[:_NAMED])}{more}. --force takes the filter all the same"
    raise StatusherdError(text, subject=vendor.name, remedy=remedy)


def _store(conn: Connection, vendor: WatchedVendor) -> None:
    _refuse_added(conn, vendor.name)  # somebody may have been quicker
    add_vendor(conn, vendor, datetime.now(UTC))


def _report(config: Config, vendor: WatchedVendor, snapshot: Snapshot | None, wish: Wish) -> None:
    if not wish.json_wanted:
        click.echo(f"Added {shown(vendor.name)}.")
        say("A running daemon looks at it within two seconds; without one: statusherd check")
        return
    look = None
    if snapshot is not None:
        look = {
            "status": snapshot.status,
            "components": len(snapshot.components),
            "open_incidents": len(snapshot.open_incidents),
        }
    print_json({"vendor": vendor_json(vendor, config.interval_of(vendor)), "look": look})
