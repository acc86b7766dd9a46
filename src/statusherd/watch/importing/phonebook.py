"""The catalogue as it is looked up by exact words and addresses: names, aliases, titles, domains, pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from statusherd.watch.catalog import Catalog, Provider
from statusherd.watch.whereabouts import root_of

_FRONT_DOORS: Final = frozenset(
    (
        *("api", "app", "console", "dashboard", "developer", "developers", "docs", "help"),
        *("login", "my", "portal", "status", "support", "www"),
    )
)
"""Hosts right below a domain that are its owner's. Others may be a customer's: acme.pages.example."""

_NEAR: Final = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """A status page of the catalogue, and what its owner's other documents begin with."""

    vendor: str
    path: str

    @property
    def folder(self) -> str:
        return self.path[: self.path.rindex("/") + 1]


@dataclass(frozen=True)
class Phonebook:
    """Answers which vendor a word or an address stands for, where exactly one does."""

    catalog: Catalog
    words: Mapping[str, str]
    places: Mapping[str, Sequence[_Place]]

    @classmethod
    def of(cls, catalog: Catalog) -> Self:
        """Take the catalogue's facts."""
        places: dict[str, list[_Place]] = defaultdict(list)
        for provider in catalog.all:
            for host, place in _places(provider):
                places[host].append(place)
        return cls(catalog, _words(catalog), places)

    def by_word(self, word: str) -> str | None:
        """Return the vendor whose name, alias or title is `word`."""
        return self.words.get(word.casefold()) or self.words.get("-".join(word.casefold().split()))

    def by_status_page(self, address: str) -> tuple[str, ...]:
        """Return the vendors whose status page `address` belongs to: the page, or a document beside it."""
        if not root_of(address):
            return ()
        parts = urlsplit(address if "://" in address else f"https://{address}")
        path = parts.path or "/"
        places = self.places.get((parts.hostname or "").lower(), ())
        exact = [place.vendor for place in places if place.path.rstrip("/") == path.rstrip("/")]
        beside = [place.vendor for place in places if path.startswith(place.folder)]
        return tuple(dict.fromkeys(exact or beside))

    def by_address(self, address: str) -> str | None:
        """Return the vendor whose status page or domain `address` is; a host at its front door counts too."""
        names = self.by_status_page(address)
        if len(names) == 1:
            return names[0]
        host = _host(address)
        provider = self.catalog.by_domain(host)
        return provider.name if provider and _belongs(host, provider) else None

    def near_address(self, address: str) -> tuple[str, ...]:
        """Return the vendors that `address` may have to do with: those that share the host, or own it."""
        host = _host(address)
        sharing = tuple(dict.fromkeys(place.vendor for place in self.places.get(host, ())))
        provider = self.catalog.by_domain(host)
        return sharing[:_NEAR] or ((provider.name,) if provider else ())


def _words(catalog: Catalog) -> dict[str, str]:
    titles = {provider.title.casefold(): provider.name for provider in catalog.all}
    aliases = {alias: provider.name for provider in catalog.all for alias in provider.aliases}
    return titles | aliases | {name: name for name in catalog.names()}


def _places(provider: Provider) -> Iterator[tuple[str, _Place]]:
    if provider.is_part:
        return
    for address in {provider.address, provider.page} - {""}:
        parts = urlsplit(address)
        yield (parts.hostname or "").lower(), _Place(provider.name, parts.path or "/")


def _host(address: str) -> str:
    return (urlsplit(root_of(address)).hostname or "").rstrip(".")


def _belongs(host: str, provider: Provider) -> bool:
    door, _, domain = host.partition(".")
    return host in provider.domains or (door in _FRONT_DOORS and domain in provider.domains)
