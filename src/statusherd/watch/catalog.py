"""The vendor catalogue: providers/*.toml, one file of facts per vendor, and over it the operator's own.

`get` opens one file; only a search reads them all. A file of the operator's folder replaces the packaged
file of the same name.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from statusherd.model.errors import CatalogError
from statusherd.model.vendors import WatchedVendor
from statusherd.watch.formats import format_names

MAX_BYTES: Final = 64 * 1024
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_MONTH_OR_DAY: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?\Z")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*\Z")
_GOOD_MATCH: Final = 60
_CLOSE_MATCH: Final = 75


@dataclass(frozen=True, slots=True)
class Provider:
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

    def watched(self) -> WatchedVendor:
        """Return this vendor as one to watch, all of it."""
        return WatchedVendor(
            name=self.name,
            title=self.title,
            address=self.address,
            format=self.format,
            page_url=self.page or self.address,
        )


@dataclass(frozen=True)
class Catalog:
    """All known vendors: the packaged files, and over them those in `own`, where that folder exists."""

    own: Path | None = None
    packaged: Path | None = None
    """The folder of the files that came with the program; None finds it."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all vendors, sorted, without opening a file."""
        return tuple(sorted(self._paths))

    def get(self, name: str) -> Provider:
        """Return the vendor called `name`; raise CatalogError where there is none or its file is wrong."""
        path = self._paths.get(name) if _NAME.match(name) else None
        if path is None:
            raise CatalogError("is not in the catalogue", subject=_shown(name), remedy=self._advice(name))
        return read_provider(path)

    @cached_property
    def all(self) -> tuple[Provider, ...]:
        """Every vendor whose file is right, by name. What is wrong with the others is in `faults`."""
        return self._read[0]

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with files of the catalogue, a sentence each."""
        return self._read[1]

    def search(self, text: str, limit: int = 10) -> tuple[Provider, ...]:
        """Return up to `limit` vendors like `text` (a name, a title, a domain), the most alike first."""
        return tuple(provider for score, provider in self._ranked(text) if score >= _GOOD_MATCH)[:limit]

    def by_domain(self, host: str) -> Provider | None:
        """Return the vendor whose domain is `host` or a parent of it, or whose page is at `host`."""
        labels = host.strip().lower().rstrip(".").split(".")
        for start in range(len(labels) - 1):
            if provider := self._domains.get(".".join(labels[start:])):
                return provider
        return None

    def suggestions(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Return the names that a mistyped or otherwise called `name` may stand for."""
        return tuple(p.name for score, p in self._ranked(name) if score >= _CLOSE_MATCH)[:limit]

    def _advice(self, name: str) -> str:
        if near := self.suggestions(name):
            return f"Did you mean {' or '.join(near)}?"
        return "Give its address and format, or look for it with `statusherd vendor search`"

    @cached_property
    def _paths(self) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for folder in (self.packaged or packaged_folder(), self.own):
            if folder is not None and folder.is_dir():
                paths |= {path.stem: path for path in folder.glob("*.toml") if _NAME.match(path.stem)}
        return paths

    @cached_property
    def _read(self) -> tuple[tuple[Provider, ...], tuple[str, ...]]:
        found, faults = [], []
        for name in self.names():
            try:
                found.append(read_provider(self._paths[name]))
            except CatalogError as error:
                faults.append(str(error))
        return tuple(found), tuple(faults)

    @cached_property
    def _domains(self) -> dict[str, Provider]:
        pages = {urlsplit(p.page or p.address).hostname or "": p for p in self.all}
        return pages | {domain: provider for provider in self.all for domain in provider.domains}

    def _ranked(self, text: str) -> list[tuple[float, Provider]]:
        from rapidfuzz import fuzz  # noqa: PLC0415 - only a search needs it; start-up does not wait for it

        wanted = text.strip().lower()[:100]
        if not wanted:
            return []
        ranked = [
            (max(fuzz.WRatio(wanted, words) for words in _words(provider)), provider) for provider in self.all
        ]
        # Of equals the exact one first, then the shorter name: "box" before "dropbox".
        return sorted(ranked, key=lambda r: (-r[0], wanted not in _words(r[1]), len(r[1].name), r[1].name))


def _words(provider: Provider) -> tuple[str, ...]:
    return (provider.name, provider.title.lower(), *provider.aliases, *provider.domains)


def packaged_folder() -> Path:
    """Return the folder of the provider files: inside the installed package, or in the source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "providers"
    return installed if installed.is_dir() else package.parents[1] / "providers"


def read_provider(path: Path) -> Provider:
    """Read one provider file; raise CatalogError, which names all that is wrong with it."""
    raw = _parse(path)
    problems = list(_problems(path.stem, raw))
    if problems:
        raise CatalogError("; ".join(problems), subject=str(path), remedy="Correct or remove the file")
    return _provider(raw)


def _provider(facts: dict[str, Any]) -> Provider:
    given = {key: facts[key] for key in (*_TEXTS, *_LISTS) if key in facts}
    return Provider(**given | {key: tuple(given[key]) for key in _LISTS if key in given})


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
    # A link that leads out of the folder could make us read, and quote, any file. Links inside it are how
    # mounted configuration volumes look.
    target = Path(os.path.realpath(path, strict=True))
    if not target.is_relative_to(path.parent.resolve()):
        raise CatalogError("is a link that leads out of its folder", subject=str(path))
    with os.fdopen(os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise CatalogError("is not a plain file", subject=str(path))
        body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise CatalogError(f"is larger than {MAX_BYTES // 1024} KiB", subject=str(path))
    return body


_KEYS: Final = (*(item.name for item in fields(Provider)), "unverified")
_TEXTS: Final = ("name", "title", "format", "address", "page", "category", "verified")
_LISTS: Final = ("domains", "aliases", "sources")
_REQUIRED: Final = ("name", "title", "format", "address")


def _problems(stem: str, raw: dict[str, Any]) -> Iterator[str]:
    """Yield all that is wrong with the facts `raw` of the file named `stem`."""
    yield from (f"unknown key {_shown(key)}" for key in raw if key not in _KEYS)
    yield from (f"{key} is missing" for key in _REQUIRED if key not in raw)
    yield from (f"{key} must be a text" for key in _TEXTS if not _is_text(raw.get(key, "-")))
    yield from (f"{key} must be a list of texts" for key in _LISTS if not _is_texts(raw.get(key, [])))
    yield from _wrong_facts(stem, {key: value for key, value in raw.items() if _is_text(value)})
    yield from _wrong_lists(raw)
    if ("verified" in raw) is (raw.get("unverified") is True):
        yield 'either verified = "YYYY-MM" or unverified = true must stand'


def _wrong_facts(stem: str, texts: dict[str, object]) -> Iterator[str]:
    if texts.get("name", stem) != stem:
        yield f"name must be {stem!r}, as the file is called"
    if texts.get("format", "statuspage") not in format_names():
        yield f"there is no format {_shown(str(texts['format']))} (formats: {', '.join(format_names())})"
    for key in ("address", "page"):
        if key in texts and not _is_web_address(str(texts[key])):
            yield f"{key} must be an https:// or http:// address without user name, blanks or fragment"
    if "verified" in texts and not _MONTH_OR_DAY.match(str(texts["verified"])):
        yield 'verified must be a month or a day ("2026-09")'


def _wrong_lists(raw: dict[str, Any]) -> Iterator[str]:
    for key, pattern in (("domains", _DOMAIN), ("aliases", _NAME)):
        items = raw.get(key, [])
        if isinstance(items, list):
            yield from (f"{key}: {_shown(str(i))} cannot stand" for i in items if not pattern.match(str(i)))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, user, _ = parts.hostname, parts.username, parts.port
    except ValueError:
        return False
    whole = not user and not parts.fragment and " " not in address
    return parts.scheme in ("https", "http") and bool(host) and whole


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")


def duplicates(providers: Iterable[Provider]) -> Sequence[str]:
    """Return the aliases and domains that more than one vendor claims, and aliases that are names."""
    seen: dict[str, str] = {}
    claims = [(word, p.name) for p in providers for word in (p.name, *p.aliases, *p.domains)]
    return [
        f"{word}: {seen[word]} and {name}" for word, name in claims if seen.setdefault(word, name) != name
    ]
