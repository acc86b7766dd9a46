"""What the database's complaints mean to the operator."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from statusherd.model.errors import StoreError


class StaleLookError(StoreError):
    """The vendor's state was changed since it was loaded: load it and compare again."""


class StoreUnavailableError(StoreError):
    """The store cannot be used now but may well be later: locked, disk full, server restarting."""


_MEANINGS: Final = {
    sqlite3.SQLITE_BUSY: ("the database is locked by another process", "See who holds it: fuser FILE"),
    sqlite3.SQLITE_LOCKED: ("the database is locked by another process", "See who holds it: fuser FILE"),
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space; writing goes on by itself"),
    sqlite3.SQLITE_IOERR: ("reading or writing the file failed", "Look at the disk and its limits"),
    sqlite3.SQLITE_NOMEM: ("out of memory", "Give the process more memory"),
    sqlite3.SQLITE_READONLY: ("the database cannot be written", "Check the owner of the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("the file cannot be opened", "Check the owner of the file and its folder"),
    sqlite3.SQLITE_PERM: ("access is denied", "Check the owner of the file and its folder"),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged", "Restore a backup: statusherd db restore FILE"),
    sqlite3.SQLITE_NOTADB: ("the file is not a database", "Restore a backup: statusherd db restore FILE"),
}
_LOCKED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_MAY_PASS: Final = _LOCKED | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}
# serialization failure, deadlock, lock not available, and a server that stops or starts
_PASSING_STATES: Final = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"})
# out of disk, memory or connections; a read-only server, as a standby is; an error of its system
_SERVER_TROUBLE: Final = frozenset({"53", "25", "58"})


def is_passing(error: DBAPIError) -> bool:
    """Tell whether the same transaction may succeed when it is tried again at once or soon."""
    code = _sqlite_code(error)
    if code is not None:
        return code in _LOCKED
    return error.connection_invalidated or _connection_lost(error) or _state(error) in _PASSING_STATES


def explain(error: DBAPIError, subject: str) -> StoreError | None:
    """Return what to tell the operator; None where the statement is at fault, which is ours to repair."""
    if isinstance(error, IntegrityError | ProgrammingError):
        return None
    code = _sqlite_code(error)
    if code is not None:
        return _explain_sqlite(code, subject)
    if is_passing(error) or _state(error)[:2] in _SERVER_TROUBLE:
        message = f"the database server cannot be used: {_first_line(error)}"
        return StoreUnavailableError(message, subject=subject, remedy="Look at the server; we keep trying")
    if _state(error)[:2] in ("28", "3D"):
        remedy = "Check user, password and database name in [database] url"
        return StoreError(_first_line(error), subject=subject, remedy=remedy)
    return None


def _explain_sqlite(code: int, subject: str) -> StoreError | None:
    if code not in _MEANINGS:
        return None
    message, remedy = _MEANINGS[code]
    kind = StoreUnavailableError if code in _MAY_PASS else StoreError
    return kind(message, subject=subject, remedy=remedy)


def _sqlite_code(error: DBAPIError) -> int | None:
    """Return the primary code; extended ones keep theirs in the upper bits."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _connection_lost(error: DBAPIError) -> bool:
    """A driver error without an SQLSTATE comes from the connection, not from the server."""
    return type(error.orig).__name__ == "OperationalError" and not _state(error)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]
