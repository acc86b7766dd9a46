"""The operator's tokens for sources that ask for one: where each stands, and which hosts it is shown to.

A token is read anew for each request, so that another program may renew the file in which it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from statusherd.config_secrets import MissingSecretError, fetch_secret
from statusherd.config_values import SecretPlace
from statusherd.model.errors import CatalogError, FailureKind, FetchError
from statusherd.model.vendors import DETECT, WatchedVendor
from statusherd.watch.formats import format_named

_PLAIN: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Token:
    """The token of one vendor. `folder` is where relative files lie."""

    vendor: str
    place: SecretPlace = field(repr=False)
    folder: Path

    def read(self) -> str:
        """Return the token as it is now; raise FetchError where it cannot be had."""
        try:
            token = fetch_secret(self.place, self.folder)
        except MissingSecretError as error:
            raise self._unusable(str(error)) from error
        if not _PLAIN.fullmatch(token):
            raise self._unusable("holds what cannot stand in a header. Write the bare token")
        return token

    @property
    def is_inline(self) -> bool:
        """Whether it stands in the configuration itself."""
        return self.place.kind == "inline"

    def _unusable(self, why: str) -> FetchError:
        return FetchError(FailureKind.BLOCKED, f"its token {why}", subject=self.vendor)


def shown_to(vendor: WatchedVendor) -> Iterator[str]:
    """Yield the origins (scheme, host and port) that a vendor's documents are read from."""
    places = [
        (vendor.format, vendor.address),
        *((source.format, source.address) for source in vendor.further),
    ]
    for name, address in places:
        for url in _documents(name, address):
            parts = urlsplit(url)
            yield f"{parts.scheme}://{parts.netloc.lower()}"


def _documents(name: str, address: str) -> tuple[str, ...]:
    if name == DETECT:
        return (address,)
    try:
        endpoints = format_named(name).endpoints(address)
    except CatalogError:
        return (address,)
    return (*endpoints.look, *endpoints.optional, *endpoints.history)


def by_origin(
    tokens: Mapping[str, Token], vendors: Mapping[str, WatchedVendor]
) -> dict[str, Callable[[], str]]:
    """Return what gives the token for each origin that is shown one."""
    return {
        origin: token.read
        for name, token in tokens.items()
        if name in vendors
        for origin in shown_to(vendors[name])
    }
