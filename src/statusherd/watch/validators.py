"""What makes a request conditional, so that a source that did not change costs almost nothing. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

_LONGEST: Final = 1024


@dataclass(frozen=True, slots=True)
class Validators:
    """What an address said of its last body. The store keeps it over restarts."""

    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    """BLAKE2b (16 bytes, hex) of the last body, for servers that never say "unchanged"."""

    @property
    def can_ask(self) -> bool:
        """Whether the server can be asked if anything changed."""
        return bool(self.etag or self.last_modified)

    def unconditional(self) -> Validators:
        """Return what asks for the whole body and still tells whether it is the same."""
        return replace(self, etag=None, last_modified=None)

    def headers(self) -> dict[str, str]:
        """Return the request headers that ask for the body only if it changed."""
        headers = {}
        if self.etag:
            headers["If-None-Match"] = self.etag
        if self.last_modified:
            headers["If-Modified-Since"] = self.last_modified
        return headers

    def after(self, body: bytes, etag: str | None, last_modified: str | None) -> Validators:
        """Return the validators that an answer gives: this object itself where nothing in it changed."""
        digest = blake2b(body, digest_size=16).hexdigest()
        learned = Validators(_usable(etag), _usable(last_modified), digest)
        return self if learned == self else learned


NO_VALIDATORS: Final = Validators()


def _usable(validator: str | None) -> str | None:
    """Return a validator that can be sent back as it came; a strange one is not worth a failed request."""
    if not validator or len(validator) > _LONGEST:
        return None
    return validator if validator.isascii() and validator.isprintable() else None
