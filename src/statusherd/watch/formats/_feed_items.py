"""The items of a feed as feedparser hands them out, as records."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import feedparser

from statusherd.watch.formats._feed_xml import lean_feed
from statusherd.watch.reading.documents import Document
from statusherd.watch.reading.text import plain_line, plain_text
from statusherd.watch.reading.times import parse_time
from statusherd.watch.reading.values import link, string


@dataclass(frozen=True, slots=True)
class Item:
    """One item or entry. `at` is when it was published, `changed_at` its own newest stamp."""

    guid: str | None
    link: str | None
    title: str
    text: str
    at: datetime | None
    changed_at: datetime | None
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its name, the page it belongs to, its newest items, and how many older ones it has."""

    title: str | None
    link: str | None
    items: tuple[Item, ...]
    left_out: int


def read_feed(document: Document) -> Feed:
    """Read `document`; raise ParseError or LookError where it is no whole feed."""
    body, left_out = lean_feed(document)
    parsed = feedparser.parse(  # noqa: TID251 - BytesIO, never text: text could be an address or a file
        io.BytesIO(body),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return Feed(
        title=plain_line(_text(parsed.feed, "title")) or None,
        link=link(_text(parsed.feed, "link")),
        items=tuple(_item(entry) for entry in parsed.entries),
        left_out=left_out,
    )


def _item(entry: Mapping[str, Any]) -> Item:
    published, updated = (parse_time(_text(entry, key)) for key in ("published", "updated"))
    stamps = [stamp for stamp in (published, updated, parse_time(_text(entry, "created"))) if stamp]
    bodies = [_text(part, "value") for part in _list(entry, "content")] + [_text(entry, "summary")]
    return Item(
        guid=_text(entry, "id") or None,
        link=_text(entry, "link") or None,
        title=plain_line(_text(entry, "title")),
        text=plain_text(max((body or "" for body in bodies), key=len)),
        at=published or min(stamps, default=None),
        changed_at=max(stamps, default=None),
        terms=tuple(term for tag in _list(entry, "tags") if (term := plain_line(_text(tag, "term")))),
    )


def _text(entry: Mapping[str, Any], key: str) -> str | None:
    # feedparser's own look-up lends `published` to a missing `updated`; the plain one does not.
    return string(dict.get(entry, key)) if isinstance(entry, dict) else None


def _list(entry: Mapping[str, Any], key: str) -> list[Any]:
    value = dict.get(entry, key) if isinstance(entry, dict) else None
    return value if isinstance(value, list) else []
