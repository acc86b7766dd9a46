"""Where a page's documents lie, from any address of it: its home, one of its documents, a permalink."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

# What stands behind the page's own place: documents, feeds, and the paths that people paste.
_BEHIND: Final = re.compile(
    r"/(?:api/v\d+(?:/.*)?"
    r"|(?:v\d+/)?(?:summary|components|status|index|incidents|current)\.json"
    r"|(?:history|feed|rss|index)(?:\.(?:atom|rss|xml|json))?"
    r"|(?:incidents?|issues|maintenances?|history|uptime|calendar|subscribe)(?:/.*)?)/?$"
)


@lru_cache(4_000)
def page_root(address: str) -> str:
    """Return scheme, host and path below which the page lies, with a slash at its end.

    A page may lie below a path, as behind a proxy; what names a document or a part of it is taken off.
    """
    parts = urlsplit(address)
    path = _BEHIND.sub("/", parts.path)
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}/"


def beside(root: str, path: str) -> str:
    """Return the address of `path` below `root`, as `page_root` returns it."""
    return root + path.lstrip("/")
