"""Which vendors of the catalogue mentions speak for, and by what evidence. A guess is a suggestion only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from statusherd.model.errors import CatalogError
from statusherd.watch.catalog import Catalog, Provider
from statusherd.watch.importing.mentions import Kind, Mention
from statusherd.watch.importing.phonebook import Phonebook
from statusherd.watch.importing.signs import Signs
from statusherd.watch.whereabouts import root_of

MAX_SUGGESTED: Final = 50
"""For so many names like ones are searched; each takes a few hundredths of a second."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a vendor is mentioned: the file, what kind of thing it mentions, and its words."""

    file: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A vendor that is mentioned. `provider` is None where its file is wrong, and `fault` says how."""

    name: str
    evidence: tuple[Evidence, ...]
    provider: Provider | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What somebody named and the catalogue does not have; `address` where it is one."""

    evidence: Evidence
    address: str | None = None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognition:
    """What files mention. `unrelated` counts software and feeds that no known vendor stands behind."""

    vendors: tuple[Recognised, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    unrelated: int = 0


def recognise(files: Iterable[tuple[str, Sequence[Mention]]], catalog: Catalog, signs: Signs) -> Recognition:
    """Look up what `files` (their names, and what they mention) speak for."""
    return _Search(catalog, signs).over(files)


@dataclass
class _Search:
    catalog: Catalog
    signs: Signs
    vendors: dict[str, list[Evidence]] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)
    unrelated: int = 0

    def over(self, files: Iterable[tuple[str, Sequence[Mention]]]) -> Recognition:
        book = Phonebook.of(self.catalog)
        for file, mentions in files:
            for mention in mentions:
                self._take(book, mention, Evidence(file, mention.kind, mention.text))
        return Recognition(tuple(self._recognised()), tuple(self.unknown), self.unrelated)

    def _take(self, book: Phonebook, mention: Mention, evidence: Evidence) -> None:
        name = self._name(book, mention)
        if name is not None:
            self.vendors.setdefault(name, []).append(evidence)
        elif mention.kind.is_written_by_hand:
            self.unknown.append(self._unknown(book, mention, evidence))
        elif address := _status_page(mention):
            self.unknown.append(Unknown(evidence, address))
        else:
            self.unrelated += 1

    def _name(self, book: Phonebook, mention: Mention) -> str | None:
        if mention.kind is Kind.SUBSCRIPTION:
            found = (book.by_status_page(address) for address in mention.addresses)
            return next((names[0] for names in found if len(names) == 1), None)
        if mention.kind.is_written_by_hand:
            return book.by_word(mention.key) or book.by_address(mention.text)
        return self.signs.vendor_of(mention)

    def _unknown(self, book: Phonebook, mention: Mention, evidence: Evidence) -> Unknown:
        address = root_of(mention.text) and _with_scheme(mention.text)
        if address:
            return Unknown(evidence, address, book.near_address(mention.text))
        is_searched = len(self.unknown) < MAX_SUGGESTED
        return Unknown(evidence, None, self.catalog.suggestions(mention.text) if is_searched else ())

    def _recognised(self) -> Iterator[Recognised]:
        providers = {provider.name: provider for provider in self.catalog.all}
        for name, evidence in sorted(self.vendors.items()):
            if name in providers:
                yield Recognised(name, tuple(evidence), providers[name])
            else:
                yield Recognised(name, tuple(evidence), fault=self._fault(name))

    def _fault(self, name: str) -> str:
        try:
            self.catalog.get(name)
        except CatalogError as error:
            return str(error)
        return "its file has changed just now"


def _with_scheme(text: str) -> str:
    return text if "://" in text else f"https://{text}"


def _status_page(mention: Mention) -> str | None:
    """Return the address of a subscription that has the looks of a status page."""
    found = (address for address in mention.addresses if "status" in address.lower() and root_of(address))
    return next(found, None)
