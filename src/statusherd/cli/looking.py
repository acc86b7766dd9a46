"""One look for a person at the terminal: what an address says, and how to call it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from statusherd.model.records import Known, Snapshot
from statusherd.model.vendors import WatchedVendor
from statusherd.watch.catalog import Catalog
from statusherd.watch.read import Bookmark, Fetches, read


def named_after(url: str, snapshot: Snapshot | None = None) -> str:
    """Return a name for the vendor at `url`: its page's own in small letters, else the host."""
    words = (snapshot.page_name or "") if snapshot else ""
    bare = words.casefold().removesuffix("status").removesuffix("system").strip(" -|:")
    slug = "-".join("".join(c if c.isalnum() else " " for c in bare).split())
    return slug[:63] or urlsplit(url).hostname or url


async def look_at(fetcher: Fetches, vendor: WatchedVendor, now: datetime) -> Snapshot:
    """Look at a vendor once, as a first look does. Raise LookError where nothing can be established."""
    reading = await read(fetcher, vendor, Known(vendor.name), Bookmark(), now)
    assert reading.snapshot is not None  # a first look asks for everything
    return reading.snapshot


def meant(catalog: Catalog, source: str) -> str | None:
    """Return the vendor of the catalogue whose home page, domain or status page `source` is.

    A deeper address is taken at its word: it may be one document of many.
    """
    url = as_url(source)
    if url is None or urlsplit(url).path.strip("/"):
        return None
    from statusherd.watch.importing.phonebook import Phonebook  # noqa: PLC0415 - reads the whole catalogue

    return Phonebook.of(catalog).by_address(url)


def as_url(text: str) -> str | None:
    """Return `text` as an address where it is one, also without its scheme; else None."""
    if text.startswith(("http://", "https://")):
        return text
    host = text.partition("/")[0]
    is_host = "." in host and not host.startswith(".") and host.rpartition(".")[2][:2].isalpha()
    return f"https://{text}" if is_host else None
