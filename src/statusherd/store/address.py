"""Where the store is: a SQLite file or a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from statusherd.model.errors import StoreError

_EXAMPLES = "Use sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"


@dataclass(frozen=True, slots=True)
class Address:
    """A database URL that was read. `path` is the file of SQLite, None for PostgreSQL."""

    url: URL
    path: Path | None

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a URL; StoreError where it is none, or of a database that we cannot use."""
        try:
            url = make_url(text)
        except ArgumentError as error:
            raise StoreError(
                "this is not a database URL", subject="[database] url", remedy=_EXAMPLES
            ) from error
        if url.drivername in ("sqlite", "sqlite+pysqlite"):
            return cls(url, _file(url))
        if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
            return cls(url.set(drivername="postgresql+psycopg"), None)
        message = f"{url.drivername} is not supported"
        raise StoreError(message, subject="[database] url", remedy=_EXAMPLES)

    @property
    def subject(self) -> str:
        """What errors call it: the file, or the URL without its password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)


def _file(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        message = "a database in memory is gone with the process, and every incident would be news again"
        raise StoreError(message, subject="[database] url", remedy=_EXAMPLES)
    return Path(url.database).absolute()
