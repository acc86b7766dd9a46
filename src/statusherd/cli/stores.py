"""The store as a command opens it, and the vendors that are watched by it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import replace

from statusherd.config import Config
from statusherd.model.errors import StatusherdError, StoreError
from statusherd.model.vendors import Origin, WatchedVendor
from statusherd.store.address import Address
from statusherd.store.engine import Store
from statusherd.store.vendors import added_vendors


def has_store(config: Config) -> bool:
    """Return False where the store is a file that nobody has made yet."""
    path = Address.of(config.database.url).path
    return path is None or path.exists()


def open_store(config: Config, *, create: bool = False) -> Store:
    """Open the store as it is, without bringing it up to date: a daemon may be at work on it.

    `create` makes it where there is none yet. Raise StoreError where it cannot be used.
    """
    if not create or has_store(config):
        return Store.open(config.database.url, migrate=False)
    make_folder(config)
    return Store.open(config.database.url)


def make_folder(config: Config) -> None:
    """Make the folder of a store that is to be made; raise StoreError where its owner could not use that."""
    folder = config.daemon.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.stat().st_uid
    if os.geteuid() == 0 != owner and not has_store(config):
        message = f"the database would belong to root, and the user {_user(owner)} could not write it"
        remedy = f"Run this as that user: sudo -u {_user(owner)} statusherd …"
        raise StoreError(message, subject=str(folder), remedy=remedy)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def watched_vendors(config: Config, store: Store | None) -> Mapping[str, WatchedVendor]:
    """Return the vendors that are watched, by name: those of the config, and those that were added."""
    added = store.read_now(added_vendors) if store else ()
    return {vendor.name: replace(vendor, origin=Origin.ADDED) for vendor in added} | {
        vendor.name: vendor for vendor in config.vendors
    }


def watched_vendor(config: Config, store: Store | None, name: str) -> WatchedVendor:
    """Return one of them; raise StatusherdError where `name` is not watched."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    vendors = watched_vendors(config, store)
    if name in vendors:
        return vendors[name]
    near = get_close_matches(name, vendors, n=1)
    remedy = f"Did you mean {near[0]!r}?" if near else "`statusherd vendor list` shows all that are"
    raise StatusherdError("is not watched", subject=repr(name[:60]), remedy=remedy)
