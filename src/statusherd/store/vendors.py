"""The vendors that were added by command. Those of the config are not in the store."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, select

from statusherd.model.vendors import WatchedVendor
from statusherd.store import tables
from statusherd.store.rows import VENDOR, counter, insert_or_replace

_vendor, _meta = tables.vendor, tables.meta
_COUNTER: Final = "vendors"


_PUT = insert_or_replace(_vendor)
_COUNT = counter(_COUNTER)
_ALL = select(_vendor.c.definition).order_by(_vendor.c.added_at, _vendor.c.name)
_VERSION = select(_meta.c.value).where(_meta.c.name == _COUNTER)


def added_vendors(conn: Connection) -> tuple[WatchedVendor, ...]:
    """Return the added vendors, in the order they were added."""
    return tuple(VENDOR.load(text) for text in conn.scalars(_ALL))


def add_vendor(conn: Connection, vendor: WatchedVendor, at: datetime) -> None:
    """Add a vendor, or change the one of that name."""
    conn.execute(_PUT.on(conn), {"name": vendor.name, "added_at": at, "definition": VENDOR.dump(vendor)})
    conn.execute(_COUNT.on(conn))


def remove_vendor(conn: Connection, name: str) -> bool:
    """Take a vendor off the list; False where it was not on it. What is known of it stays."""
    removed = conn.execute(delete(_vendor).where(_vendor.c.name == name)).rowcount > 0
    if removed:
        conn.execute(_COUNT.on(conn))
    return removed


def vendors_version(conn: Connection) -> int:
    """Return a number that changes whenever any process adds or removes a vendor. Cheap enough to poll."""
    return conn.scalar(_VERSION) or 0
