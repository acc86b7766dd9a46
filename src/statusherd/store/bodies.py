"""What changed looks read, compressed and kept for a while, so that any decision can be replayed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from statusherd.store import tables
from statusherd.store.prepared import Prepared

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_body = tables.look_body
_KEEP = Prepared(insert(_body), ("vendor", "at", "url", "body"))
_MOST = 16 * 1024 * 1024
"""No body is larger: the fetcher caps them. A damaged row must not eat the memory."""


@dataclass(frozen=True, slots=True)
class KeptBody:
    """The bytes that a look at `at` read from `url`."""

    at: datetime
    url: str
    body: bytes


def packed(body: bytes) -> bytes:
    """Return a body as it is kept: a status page shrinks to a tenth."""
    return zstd.compress(body, level=1)


def keep_bodies(conn: Connection, vendor: str, at: datetime, bodies: tuple[tuple[str, bytes], ...]) -> None:
    """Keep the (address, `packed` bytes) that a look read."""
    _KEEP.run(conn, [{"vendor": vendor, "at": at, "url": url, "body": body} for url, body in bodies])


def kept_bodies(
    conn: Connection, vendor: str, since: datetime, until: datetime | None = None
) -> tuple[KeptBody, ...]:
    """Return what the looks at a vendor read, oldest first; those of one look have one `at`."""
    query = select(_body.c.at, _body.c.url, _body.c.body).where(_body.c.vendor == vendor, _body.c.at >= since)
    if until is not None:
        query = query.where(_body.c.at <= until)
    rows = conn.execute(query.order_by(_body.c.at, _body.c.id))
    return tuple(KeptBody(at, url, _unpacked(body)) for at, url, body in rows)


def _unpacked(body: bytes) -> bytes:
    return zstd.ZstdDecompressor().decompress(body, max_length=_MOST)
