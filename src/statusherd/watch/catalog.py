"""The vendor catalogue: providers/*.toml, one file of facts per vendor, and over it the operator's own.

`get` opens one file; only a search takes them all, from the index. A file of the operator's folder replaces
the packaged file of the same name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from statusherd.model.errors import CatalogError
from statusherd.watch.provider_files import MAX_BYTES, Provider, is_name, read_provider
from statusherd.watch.provider_index import Entry, names_in, read_all
from statusherd.watch.source_files import shown

__all__ = ["MAX_BYTES", "Catalog", "Provider", "duplicates", "packaged_folder", "read_provider"]

_GOOD_MATCH: Final = 60
_CLOSE_MATCH: Final = 75


@dataclass(frozen=True)
class Catalog:
    """All known vendors: the packaged files, and over them those in `own`, where that folder exists."""

    own: Path | None = None
    packaged: Path | None = None
    """The folder of the files that came with the program; None finds it."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all vendors, sorted, without opening a file."""
        return self._names

    def get(self, name: str) -> Provider:
        """Return the vendor called `name`; raise CatalogError where there is none or its file is wrong."""
        for folder in reversed(self._folders):
            path = folder / f"{name}.toml"
            if is_name(name) and os.path.lexists(path):
                return read_provider(path)
        raise CatalogError("is not in the catalogue", subject=shown(name), remedy=self._advice(name))

    @cached_property
    def all(self) -> tuple[Provider, ...]:
        """Every vendor whose file is right, by name. What is wrong with the others is in `faults`."""
        return tuple(entry.provider for entry in self._entries if entry.provider is not None)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with files of the catalogue, a sentence each."""
        return tuple(entry.fault for entry in self._entries if entry.provider is None)

    def search(self, text: str, limit: int = 10) -> tuple[Provider, ...]:
        """Return up to `limit` vendors like `text` (a name, a title, a domain), the most alike first.

        Where `text` is blank, that is all of them, by name.
        """
        if not text.strip():
            return self.all
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
        close = [provider for score, provider in self._ranked(name) if score >= _CLOSE_MATCH]
        meant = [provider for provider in close if name.strip().lower() in _words(provider)]
        return tuple(provider.name for provider in meant or close)[:limit]

    def _advice(self, name: str) -> str:
        if near := self.suggestions(name):
            return f"Did you mean {' or '.join(near)}?"
        return "Give its address and format, or look for it with `statusherd vendor search`"

    @cached_property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(filter(None, (self.packaged or packaged_folder(), self.own)))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(sorted({name for folder in self._folders for name in names_in(folder)}))

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        entries = {entry.name: entry for folder in self._folders for entry in read_all(folder)}
        return tuple(entries[name] for name in sorted(entries))

    @cached_property
    def _domains(self) -> dict[str, Provider]:
        pages = {urlsplit(p.page or p.address).hostname or "": p for p in self.all if not p.is_part}
        return pages | {domain: provider for provider in self.all for domain in provider.domains}

    def _ranked(self, text: str) -> list[tuple[float, Provider]]:
        wanted = _telling(text.strip().lower()[:100])
        if not wanted:
            return []
        alike = _alike(wanted, {word for provider in self.all for word in _words(provider)})
        scored = ((max(alike.get(word, 0.0) for word in _words(p)), p) for p in self.all)
        ranked = [(score, provider) for score, provider in scored if score]
        # Of equals the exact one first, then the shorter name: "box" before "dropbox".
        return sorted(ranked, key=lambda r: (-r[0], wanted not in _words(r[1]), len(r[1].name), r[1].name))


def _alike(wanted: str, words: Iterable[str]) -> dict[str, float]:
    """Return those of `words` that are like `wanted`, with how alike they are: from _GOOD_MATCH to 100."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a search needs it; start-up does not wait for it

    # A much shorter word counts only as one of those wanted: "ea" is no part of "digital ocean".
    parts = frozenset(wanted.split())
    whole = [word for word in words if 2 * len(word) >= len(wanted) or word in parts]
    found = process.extract(wanted, whole, scorer=fuzz.WRatio, score_cutoff=_GOOD_MATCH, limit=None)
    return {word: score for word, score, _ in found}


_LITTLE: Final = frozenset({"a", "an", "and", "for", "in", "of", "the", "to"})


def _telling(text: str) -> str:
    """Return `text` without the little words of many names; the whole of it where it has no others."""
    return " ".join(word for word in text.split() if word not in _LITTLE) or text


def _words(provider: Provider) -> tuple[str, ...]:
    return (provider.name, provider.title.lower(), *provider.aliases, *provider.domains)


def packaged_folder() -> Path:
    """Return the folder of the provider files: inside the installed package, or in the source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "providers"
    return installed if installed.is_dir() else package.parents[1] / "providers"


def duplicates(providers: Iterable[Provider]) -> Sequence[str]:
    """Return the aliases and domains that more than one vendor claims, and aliases that are names."""
    seen: dict[str, str] = {}
    claims = [(word, p.name) for p in providers for word in (p.name, *p.aliases, *p.domains)]
    return [
        f"{word}: {seen[word]} and {name}" for word, name in claims if seen.setdefault(word, name) != name
    ]
