"""The SQLite file: how it is made, looked at before it is trusted, connected to and copied."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from statusherd.model.errors import StoreError
from statusherd.store import migrate
from statusherd.store.errors import explain

BUSY_TIMEOUT: Final = 5.0
"""Seconds that one statement waits for another process to let go of the file."""

_MAGIC: Final = b"SQLite format 3\0"
_WAL_LIMIT: Final = 64 * 1024 * 1024
_RESTORE: Final = "Restore a backup: statusherd db restore FILE"


def connect(path: Path, *, writes: bool, foreign_keys: bool = True) -> sqlite3.Connection:
    """Open the file, which must exist: SQLite would quietly make an empty one in its place."""
    conn = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=BUSY_TIMEOUT,
        # No transaction of the driver's own making: it begins none before a SELECT, and updates get lost.
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    conn.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    if writes:
        _prepare_writer(conn, path)
    else:
        conn.execute("PRAGMA query_only = ON")
    return conn


def _prepare_writer(conn: sqlite3.Connection, path: Path) -> None:
    mode = conn.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        remedy = "Network file systems cannot: move the data to a local disk, or use PostgreSQL"
        raise StoreError("the file system has no shared memory for SQLite", subject=str(path), remedy=remedy)
    # What leads to a message must not be forgotten when the power fails.
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")


def engine(path: Path, *, writes: bool, connections: int = 1, foreign_keys: bool = True) -> Engine:
    """Return an engine whose transactions begin at once: as a writer, or as a reader of one state."""
    made = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: connect(path, writes=writes, foreign_keys=foreign_keys),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
    )
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    def start(conn: Connection) -> None:
        conn.exec_driver_sql(begin)

    event.listen(made, "begin", start)
    return made


def create(path: Path) -> None:
    """Make a new database under another name and give it its own when it is whole.

    So a kill leaves nothing, and an empty file of our name is never one that we made.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _remove(fresh)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        upgrade(fresh)
        with contextlib.suppress(FileExistsError):  # another process was first: its database counts
            os.link(fresh, path)
        sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        _remove(fresh)


def _unwritable(path: Path, error: OSError) -> StoreError:
    remedy = "Check its owner and rights, or set [daemon] data_dir or [database] url to another place"
    message = f"the folder cannot be written: {error.strerror}"
    return StoreError(message, subject=str(path.parent), remedy=remedy)


def _unreadable(path: Path, error: OSError) -> StoreError:
    remedy = "Check the owner and the rights of the file and its folder"
    return StoreError(f"cannot be read: {error.strerror}", subject=str(path), remedy=remedy)


def _remove(path: Path) -> None:
    for each in beside(path):
        each.unlink(missing_ok=True)


def beside(path: Path) -> tuple[Path, Path, Path]:
    """Return the database file and the two that SQLite keeps beside it."""
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power failure."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def upgrade(path: Path) -> None:
    """Bring the file to the newest schema, all or nothing."""
    made = engine(path, writes=True, foreign_keys=False)
    try:
        with made.begin() as conn:
            migrate.version_of(conn, str(path))  # again, now that no one else can migrate
            migrate.upgrade(conn)
            migrate.refuse_broken_references(conn, str(path))
    finally:
        made.dispose()


def is_there(path: Path) -> bool:
    """Tell whether there is a file; StoreError where we may not even know."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def examine(path: Path) -> None:
    """Raise StoreError where the file cannot be a whole database, before SQLite touches it."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
        size = path.stat().st_size
    except OSError as error:
        raise _unreadable(path, error) from error
    if not head:
        raise StoreError("the file is empty", subject=str(path), remedy=f"{_RESTORE}; or delete it")
    if not head.startswith(_MAGIC) or len(head) < 100:
        raise StoreError("the file is not a database", subject=str(path), remedy=_RESTORE)
    if size < _size_by_header(head) and not _has_log(path):
        raise StoreError("the file is cut short", subject=str(path), remedy=_RESTORE)


def _size_by_header(head: bytes) -> int:
    page = int.from_bytes(head[16:18], "big")
    counted_by = head[24:28] == head[92:96]  # else an old SQLite wrote it and the count is stale
    return (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big") if counted_by else 0


def _has_log(path: Path) -> bool:
    log = beside(path)[1]
    return log.exists() and log.stat().st_size > 0


def problems(path: Path, *, thorough: bool) -> list[str]:
    """Return what SQLite finds wrong with the file; `thorough` compares the indexes with the tables too."""
    check = "integrity_check(20)" if thorough else "quick_check(1)"
    try:
        with connected(path) as conn:
            found = [row[0] for row in conn.execute(f"PRAGMA {check}") if row[0] != "ok"]
            if thorough:
                lost = conn.execute("PRAGMA foreign_key_check").fetchall()
                found += [
                    f"row {row} of {table} refers to a missing {parent}" for table, row, parent, _ in lost
                ]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return found


@contextlib.contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for reading that is closed at the end."""
    conn = connect(path, writes=False)
    try:
        yield conn
    finally:
        conn.close()


def copy(path: Path, target: Path) -> None:
    """Write a whole, compact copy of a database, also while it is written to. `target` must not exist."""
    if target.exists():
        raise StoreError("the file exists already", subject=str(target), remedy="Choose another name")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _remove(part)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)) as conn:
            conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000:.0f}")
            conn.execute("VACUUM INTO ?", (str(part),))
        part.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(target, error) from error
    except sqlite3.DatabaseError as error:
        wrapped = DBAPIError("VACUUM INTO", None, error)
        raise explain(wrapped, str(path)) or StoreError(str(error), subject=str(path)) from error
    finally:
        _remove(part)
