"""Records of the domain as JSON text, the way they lie in the tables; statements that differ by database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from statusherd.model.changes import Change
from statusherd.model.delivery import Alert
from statusherd.model.records import Maintenance, VendorIncident
from statusherd.model.silences import Silence
from statusherd.model.vendors import WatchedVendor
from statusherd.store import tables
from statusherd.store.columns import clean
from statusherd.store.validators import StoredValidators

T = TypeVar("T")


class AsJson(Generic[T]):
    """A frozen record as JSON text and back. Fields that a later version added are left aside."""

    def __init__(self, kind: type[T]) -> None:
        self._adapter = TypeAdapter(kind)

    def dump(self, record: T) -> str:
        try:
            return self._adapter.dump_json(record).decode()
        except PydanticSerializationError:  # a lone surrogate: text that is no text
            return clean(json.dumps(_cleaned(self._adapter.dump_python(record)), default=_plain))

    def load(self, text: str) -> T:
        return self._adapter.validate_json(text)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


CHANGE: Final = AsJson(Change)
ALERT: Final = AsJson(Alert)
INCIDENT: Final = AsJson(VendorIncident)
MAINTENANCE: Final = AsJson(Maintenance)
VENDOR: Final = AsJson(WatchedVendor)
SILENCE: Final = AsJson(Silence)
VALIDATORS: Final = AsJson(tuple[StoredValidators, ...])


def dump_words(words: tuple[str, ...]) -> str:
    """Return a list of words as JSON text."""
    return clean(json.dumps(words, ensure_ascii=False)) if words else "[]"


def load_words(text: str) -> tuple[str, ...]:
    """Read what `dump_words` wrote; the words are shared, for the same ids come again and again."""
    return tuple(map(sys.intern, json.loads(text))) if text != "[]" else ()


class PerDatabase:
    """A statement with ON CONFLICT, which SQLAlchemy builds for each database by itself."""

    def __init__(self, build: Callable[[Any], Executable]) -> None:
        self._by_name = {"sqlite": build(sqlite.insert), "postgresql": build(postgresql.insert)}

    def on(self, conn: Connection) -> Executable:
        return self._by_name[conn.dialect.name]


def insert_or_ignore(table: Table) -> PerDatabase:
    """Insert rows; leave those that are there already as they are."""

    def build(insert: Any) -> Executable:
        return insert(table).on_conflict_do_nothing()  # type: ignore[no-any-return]

    return PerDatabase(build)


def insert_or_replace(table: Table) -> PerDatabase:
    """Insert rows; give those that are there already the new values."""

    def build(insert: Any) -> Executable:
        new = insert(table)
        keys = [column.name for column in table.primary_key]
        fresh = {column.name: new.excluded[column.name] for column in table.c if not column.primary_key}
        return new.on_conflict_do_update(index_elements=keys, set_=fresh)  # type: ignore[no-any-return]

    return PerDatabase(build)


def counter(name: str) -> PerDatabase:
    """Count one up in the facts on the store, from 1: what other processes poll."""

    def build(insert: Any) -> Executable:
        meta = tables.meta
        new = insert(meta).values(name=name, value=1)
        return new.on_conflict_do_update(  # type: ignore[no-any-return]
            index_elements=["name"], set_={"value": meta.c.value + 1}
        )

    return PerDatabase(build)
