"""One provider file: the facts on a vendor, and all that can be wrong with them."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from statusherd.model.errors import CatalogError
from statusherd.model.vendors import DETECT, Options, Source, WatchedVendor
from statusherd.watch import source_files
from statusherd.watch.formats import format_names
from statusherd.watch.source_files import shown

MAX_BYTES: Final = 64 * 1024
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_MONTH_OR_DAY: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?\Z")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*\Z")


class Provider(NamedTuple):  # a search makes two thousand of them: a dataclass takes five times as long
    """The facts on one vendor. `name` is the file's name; `address` is what `format` is read from.

    `page` is the page for people, empty where it is the address. `verified` is the month or day in which
    the page was last known to answer; None where that is unknown or the address was only built by pattern.
    `sources` are the public lists that name the facts.
    """

    name: str
    title: str
    format: str
    address: str
    page: str = ""
    domains: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    category: str = ""
    verified: str | None = None
    sources: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    """The part of the page that this entry stands for, as filters: a region or a product of a cloud."""
    options: Options = ()
    """What the format is told of the page, a table in the file; `a.b` is key b in its table a."""
    further: tuple[Source, ...] = ()
    """The places where the vendor is read besides `address`."""

    @property
    def is_part(self) -> bool:
        """Whether this is a region or a product of a page that another entry has as a whole."""
        return bool(self.components or self.regions)

    def watched(self) -> WatchedVendor:
        """Return this vendor as one to watch, all of what its file stands for."""
        return WatchedVendor(
            name=self.name,
            title=self.title,
            address=self.address,
            format=self.format,
            components=self.components,
            regions=self.regions,
            page_url=self.page or self.address,
            options=self.options,
            further=self.further,
            aliases=self.aliases,
            domains=self.domains,
        )


def is_name(text: str) -> bool:
    """Tell whether `text` can be the name of a vendor, and so of its file."""
    return _NAME.match(text) is not None


def read_provider(path: Path) -> Provider:
    """Read one provider file; raise CatalogError, which names all that is wrong with it."""
    raw = _parse(path)
    problems = list(_problems(path.stem, raw))
    if problems:
        raise CatalogError("; ".join(problems), subject=str(path), remedy="Correct or remove the file")
    return _provider(raw)


def _provider(facts: dict[str, Any]) -> Provider:
    given = {key: facts[key] for key in (*_TEXTS, *_LISTS) if key in facts}
    given |= {key: tuple(given[key]) for key in _LISTS if key in given}
    options = tuple(source_files.flat(facts.get("options", {})))
    further = tuple(map(source_files.source_of, facts.get("source", ())))
    return Provider(**given, options=options, further=further)


def _parse(path: Path) -> dict[str, Any]:
    try:
        body = _body(path)
        return tomllib.loads(body.decode())
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise CatalogError(f"cannot be read: {reason}", subject=str(path)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CatalogError(f"is not TOML: {error}", subject=str(path)) from error


def _body(path: Path) -> bytes:
    target = _behind_link(path) if path.is_symlink() else path
    with os.fdopen(os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise CatalogError("is not a plain file", subject=str(path))
        body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise CatalogError(f"is larger than {MAX_BYTES // 1024} KiB", subject=str(path))
    return body


def _behind_link(path: Path) -> Path:
    """Return what a link stands for. Links inside a folder are how mounted configuration volumes look.

    One that leads out of it could make us read, and quote, any file.
    """
    target = Path(os.path.realpath(path, strict=True))
    if not target.is_relative_to(path.parent.resolve()):
        raise CatalogError("is a link that leads out of its folder", subject=str(path))
    return target


_TEXTS: Final = ("name", "title", "format", "address", "page", "category", "verified")
_LISTS: Final = ("domains", "aliases", "sources", "components", "regions")
_KEYS: Final = (*_TEXTS, *_LISTS, "options", "source", "unverified")
_REQUIRED: Final = ("name", "title", "format", "address")


def _problems(stem: str, raw: dict[str, Any]) -> Iterator[str]:
    """Yield all that is wrong with the facts `raw` of the file named `stem`."""
    yield from (f"unknown key {shown(key)}" for key in raw if key not in _KEYS)
    yield from (f"{key} is missing" for key in _REQUIRED if key not in raw)
    yield from (f"{key} must be a text" for key in _TEXTS if not source_files.is_text(raw.get(key, "-")))
    yield from (f"{key} must be a list of texts" for key in _LISTS if not _is_texts(raw.get(key, [])))
    yield from _wrong_facts(stem, {key: value for key, value in raw.items() if source_files.is_text(value)})
    yield from source_files.wrong_options(raw.get("format"), raw.get("options", {}))
    yield from source_files.wrong_sources(raw.get("source", []))
    yield from _wrong_lists(raw)
    if ("verified" in raw) is (raw.get("unverified") is True):
        yield 'either verified = "YYYY-MM" or unverified = true must stand'
    if raw.get("format") == DETECT and raw.get("unverified") is not True:
        yield "a format that is still to detect stands beside unverified = true"


def _wrong_facts(stem: str, texts: dict[str, object]) -> Iterator[str]:
    if texts.get("name", stem) != stem:
        yield f"name must be {stem!r}, as the file is called"
    yield from source_files.wrong_place(texts, ("address", "page"), (*format_names(), DETECT))
    if "verified" in texts and not _MONTH_OR_DAY.match(str(texts["verified"])):
        yield 'verified must be a month or a day ("2026-09")'


def _wrong_lists(raw: dict[str, Any]) -> Iterator[str]:
    for key, pattern in (("domains", _DOMAIN), ("aliases", _NAME)):
        items = raw.get(key, [])
        if isinstance(items, list):
            yield from (f"{key}: {shown(str(i))} cannot stand" for i in items if not pattern.match(str(i)))


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(source_files.is_text(item) for item in value)
