"""Where a vendor's documents may be: the addresses to try for what a person pasted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from statusherd.watch.formats import FEED_RANK, Clue, all_clues
from statusherd.watch.reading.documents import Document, looks_like_html
from statusherd.watch.reading.pages import attribute, elements

MAX_FEED_LINKS: Final = 4
_HTML_READ: Final = 1_000_000


def probe_addresses(address: str, page: Document | None = None) -> tuple[str, ...]:
    """Return the addresses to try for what a person pasted, the most telling first.

    `address` may be a status page, one incident of it, an API document or a feed, with or without a scheme.
    `page` is what it answered, where it was fetched already; its markers come before blind probes. Nothing
    is returned for what is no web address.
    """
    parts = _parts(address)
    if parts is None:
        return ()
    pasted = urlunsplit(parts)
    root = root_of(pasted)
    found = [
        *_by_address(pasted),
        *(_by_source(page, pasted) if page else ()),
        *_by_paths(root, feeds=False),
        *(_linked_feeds(page) if page else ()),
        *_by_paths(root, feeds=True),
    ]
    first = () if page else (pasted, *([root] if _is_permalink(parts) else []))
    already = {page.url, pasted} if page else set()
    return tuple(a for a in dict.fromkeys((*first, *found)) if a not in already)


def _parts(address: str) -> SplitResult | None:
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    is_host = bool(host) and ("." in (host or "") or ":" in (host or "") or host == "localhost")
    is_web = parts.scheme in ("http", "https") and is_host and text.isprintable()
    if not is_web or any(c.isspace() for c in parts.netloc):
        return None
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/", fragment="")


def root_of(address: str) -> str:
    """Return scheme and host of `address`, empty where it is no web address."""
    parts = _parts(address)
    return f"{parts.scheme}://{parts.netloc}/" if parts else ""


def _is_permalink(parts: SplitResult) -> bool:
    names = [name for name in parts.path.split("/") if name]
    return len(names) > 1 and names[0] in ("incident", "incidents", "issues", "maintenance", "maintenances")


def _filled(clues: Iterable[Clue], text: str, root: str) -> Iterator[str]:
    """Yield the addresses that patterns found in `text` lead to."""
    for pattern, address in clues:
        if match := pattern.search(text):
            found = match.expand(address) if isinstance(address, str) else address(match)
            yield urljoin(root, found)


def _by_address(address: str) -> Iterator[str]:
    """Yield what the address itself gives away."""
    clues = (clue for clues in all_clues() for clue in clues.in_address)
    yield from _filled(clues, address, root_of(address))


def _by_source(page: Document, pasted: str) -> Iterator[str]:
    """Yield what the source of a page gives away about its platform."""
    text = page.text[:_HTML_READ]
    if not looks_like_html(text):
        return
    # A page may have been moved: what it says of itself holds for the host that answered.
    clues = (clue for clues in all_clues() for clue in clues.in_page)
    yield from _filled(clues, text, root_of(page.url) or root_of(pasted))


def _by_paths(root: str, *, feeds: bool) -> Iterator[str]:
    """Yield the paths that are tried blindly: of documents, or of feeds, which tell less."""
    for clues in all_clues():
        if (clues.rank >= FEED_RANK) is feeds:
            yield from (urljoin(root, path) for path in clues.paths)


_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml")


def _linked_feeds(page: Document) -> Iterator[str]:
    """Yield the feeds that a page links as its alternates."""
    text = page.text[:_HTML_READ]
    links = elements(text, "link") if looks_like_html(text) else ()
    found = (
        _joined(page.url, attribute(link, "href").strip())
        for link in links
        if attribute(link, "type").lower() in _FEED_TYPES
        and "alternate" in attribute(link, "rel").lower().split()
    )
    yield from islice((address for address in found if address), MAX_FEED_LINKS)


def _joined(base: str, href: str) -> str | None:
    try:
        address = urljoin(base, href)
    except ValueError:
        return None
    parts = _parts(address) if "://" in address else None
    return urlunsplit(parts) if href and parts else None
