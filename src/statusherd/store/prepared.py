"""Statements of the hot path: compiled once, then run on the driver's own cursor.

SQLAlchemy builds them and knows their types, for both databases; only its way through execution is left
out, which costs more than SQLite's own work. Errors come out as SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError

from statusherd.store.rows import PerDatabase

Values = Mapping[str, Any]


class _Compiled:
    """A statement as one database takes it: its text, and how each value becomes the driver's."""

    def __init__(self, statement: Any, dialect: Any, columns: Sequence[str] | None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.text: str = compiled.string
        self.positional: bool = compiled.positional
        names = compiled.positiontup if compiled.positional else compiled.bind_names.values()
        fixed, convert = compiled.params, compiled._bind_processors  # noqa: SLF001 - there is no public way
        self._parts = [(name, convert.get(name), fixed.get(name)) for name in names]

    def values(self, row: Values) -> tuple[Any, ...] | dict[str, Any]:
        converted = [
            (name, convert(row.get(name, fixed)) if convert else row.get(name, fixed))
            for name, convert, fixed in self._parts
        ]
        return tuple(value for _, value in converted) if self.positional else dict(converted)


class Prepared:
    """A statement that is run for every changed look. `columns` names those of an insert without values."""

    def __init__(self, statement: Executable | PerDatabase, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def run(self, conn: Connection, rows: Sequence[Values]) -> Any:
        """Run it for each of `rows`; return the driver's cursor."""
        name = conn.dialect.name
        compiled = self._compiled.get(name) or self._compile(conn, name)
        cursor = conn.connection.cursor()
        values: list[Any] = [compiled.values(row) for row in rows]
        try:
            if len(values) == 1:
                cursor.execute(compiled.text, values[0])
            else:
                cursor.executemany(compiled.text, values)
        except Exception as error:
            raise _wrapped(error, compiled.text, conn) from error
        return cursor

    def _compile(self, conn: Connection, name: str) -> _Compiled:
        statement = self._statement.on(conn) if isinstance(self._statement, PerDatabase) else self._statement
        self._compiled[name] = _Compiled(statement, conn.dialect, self._columns)
        return self._compiled[name]


def _wrapped(error: Exception, text: str, conn: Connection) -> BaseException:
    """Return the driver's error as SQLAlchemy's, which the store knows how to explain."""
    driver = conn.dialect.loaded_dbapi
    if not isinstance(error, driver.Error):
        return error
    return DBAPIError.instance(text, None, error, driver.Error, dialect=conn.dialect)
