"""The column types of the store beside SQLModel's own: clean text, and numbers that count rows."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator


def clean(text: str) -> str:
    """Return `text` as both databases take it: no lone surrogates, no NUL."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text. Enums are stored by value; what no database takes is replaced, never refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else clean(str(value))


# SQLite counts rows by itself only in a column that is INTEGER to the letter.
RowNumber: Final = BigInteger().with_variant(Integer, "sqlite")
