"""What a conditional request needs of the last answer, kept with the vendor's state."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredValidators:
    """What one address last answered with: its ETag and Last-Modified, and a digest of the body."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
