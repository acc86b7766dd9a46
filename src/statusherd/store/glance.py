"""The list of vendors, read without the libraries that take longer to import than to use.

`statusherd status` is asked at 03:00 and by shell prompts: half a second of imports is what one would feel.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from statusherd.model.words import Status
from statusherd.store.schema import HEAD

if TYPE_CHECKING:  # the point of this module
    from sqlalchemy import Connection

_STATUS: Final = {each.value: each for each in Status}
_PREFIX: Final = "sqlite:///"
_VERSION: Final = "SELECT version_num FROM alembic_version"
_ADDED: Final = "SELECT name, definition FROM vendor ORDER BY added_at, name"
_ROWS: Final = """
    SELECT vendor, coalesce(title, page_name, vendor), status, status_since, page_status, open_incidents,
           seen_at, failing_since, blind_since, error_kind, error, page_url
    FROM vendor_state ORDER BY vendor
"""


@dataclass(frozen=True, slots=True)
class VendorRow:
    """One line of the list of vendors. `status` is the last that was read, also where we are blind."""

    name: str
    title: str
    status: Status
    since: datetime | None
    page_status: Status | None
    open_incidents: int
    seen_at: datetime | None
    failing_since: datetime | None
    blind_since: datetime | None
    error_kind: str | None
    error: str | None
    page_url: str | None


def glance(url: str) -> tuple[VendorRow, ...]:
    """Return the vendors of the database at `url` by name; StoreError where it cannot be used."""
    rows = _quickly(url, _ROWS)
    if rows is not None:
        return _vendor_rows(rows)
    # Not a file, or something is odd with it: the store knows how to say what.
    from statusherd.store.engine import Store  # noqa: PLC0415

    with Store.open(url, migrate=False) as store:
        return store.read_now(vendor_rows)


def added_titles(url: str) -> dict[str, str]:
    """Return the names and titles of the vendors that were added by command, in the order they were."""
    rows = _quickly(url, _ADDED)
    if rows is not None:
        return {name: str(json.loads(definition)["title"]) for name, definition in rows}
    from statusherd.store.engine import Store  # noqa: PLC0415
    from statusherd.store.vendors import added_vendors  # noqa: PLC0415

    with Store.open(url, migrate=False) as store:
        return {vendor.name: vendor.title for vendor in store.read_now(added_vendors)}


def vendor_rows(conn: Connection) -> tuple[VendorRow, ...]:
    """Return all vendors that were looked at, by name."""
    return _vendor_rows(tuple(row) for row in conn.exec_driver_sql(_ROWS))


def _quickly(url: str, query: str) -> Sequence[Sequence[Any]] | None:
    path = Path(url.removeprefix(_PREFIX))
    if not url.startswith(_PREFIX) or "?" in url:
        return None
    try:
        if not path.stat().st_size:
            return None
        with contextlib.closing(
            sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=rw", uri=True)
        ) as conn:
            conn.execute("PRAGMA query_only = ON")
            version = conn.execute(_VERSION).fetchone()
            return conn.execute(query).fetchall() if version == (HEAD,) else None
    except (OSError, sqlite3.DatabaseError):
        return None


def _vendor_rows(rows: Iterable[Sequence[Any]]) -> tuple[VendorRow, ...]:
    return tuple(_vendor_row(*row) for row in rows)


def _vendor_row(
    name: str, title: str, status: str, since: Any, page_status: str | None, count: int, *rest: Any
) -> VendorRow:
    seen, failing, blind, error_kind, error, page_url = rest
    return VendorRow(
        name=name,
        title=title,
        status=_STATUS[status],
        since=_time(since),
        page_status=_STATUS[page_status] if page_status is not None else None,
        open_incidents=count,
        seen_at=_time(seen),
        failing_since=_time(failing),
        blind_since=_time(blind),
        error_kind=error_kind,
        error=error,
        page_url=page_url,
    )


def _time(value: str | datetime | None) -> datetime | None:
    """Read a time as the driver gives it: SQLite's are text in UTC without saying so."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if value is None else value.astimezone(UTC)
