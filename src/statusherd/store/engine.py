"""The store as the rest of the program holds it: transactions, each run whole in a thread of our own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from statusherd.model.errors import StoreError
from statusherd.store import migrate, postgres, sqlite
from statusherd.store.address import Address
from statusherd.store.errors import explain, is_passing
from statusherd.store.schema import HEAD

T = TypeVar("T")

READERS: Final = 4
PATIENCE: Final = 30.0
"""Seconds that a transaction is tried anew while the database is locked or its server restarts."""
BACKUPS: Final = 3
"""So many copies of one schema are kept that were made before migrations."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0


class Store:
    """One database. Writes follow one another in one thread, reads run beside them in a few others.

    A transaction that was asked for is carried out even if the asker is cancelled meanwhile. It may be
    run more than once until it succeeds, so `work` must do nothing but talk to the database.
    """

    def __init__(self, address: Address, writer: Engine, reader: Engine) -> None:
        self.address = address
        self._writing, self._reading = writer, reader
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._closing = threading.Event()
        self.patience = PATIENCE

    @classmethod
    def open(cls, url: str, *, migrate: bool = True, backup_dir: Path | None = None) -> Self:
        """Open the database at `url`; raise StoreError, with its remedy, where it must not be used.

        `migrate` is for the programs that run the store: the database is made where there is none, checked
        for damage, and brought to the newest schema after a backup into `backup_dir` (the database's own
        folder where None). Without it the database must be there and up to date.
        """
        address = Address.of(url)
        if address.path is not None:
            _open_file(address.path, migrates=migrate, backup_dir=backup_dir or address.path.parent)
            writer = sqlite.engine(address.path, writes=True)
            if migrate:
                _explained(lambda: _begin(writer), address.subject)
            return cls(address, writer, sqlite.engine(address.path, writes=False, connections=READERS))
        writer = postgres.engine(address.url, writes=True)
        _open_server(address, writer, migrates=migrate)
        return cls(address, writer, postgres.engine(address.url, writes=False, connections=READERS))

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` in a reading thread; all that it asks sees one state of the database."""
        return await asyncio.wrap_future(self._submit(self._readers, self._reading, query))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the writing thread as ONE transaction; return what it returned once committed."""
        return await asyncio.shield(asyncio.wrap_future(self._submit(self._writer, self._writing, work)))

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """`read` for callers without an event loop."""
        return self._submit(self._readers, self._reading, query).result()

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """`write` for callers without an event loop."""
        return self._submit(self._writer, self._writing, work).result()

    def backup(self, target: Path) -> None:
        """Write a copy of the database as it is now; it may be written to meanwhile."""
        path = self.address.path
        if path is None:
            remedy = "Use pg_dump, or what your server has for it"
            raise StoreError("backups of PostgreSQL are its own business", subject=str(target), remedy=remedy)
        sqlite.copy(path, target)

    def check(self) -> list[str]:
        """Return what is wrong with the database, nothing where all is well."""
        path = self.address.path
        found = sqlite.problems(path, thorough=True) if path is not None else []
        version = self.read_now(lambda conn: migrate.version_of(conn, self.address.subject))
        if version != HEAD:
            found.append(f"the schema is {version}, this program needs {HEAD}")
        return found

    def log_bytes(self) -> int:
        """Return the size of SQLite's write-ahead log: one that keeps growing means a reader that hangs."""
        path = self.address.path
        log = sqlite.beside(path)[1] if path is not None else None
        return log.stat().st_size if log is not None and log.exists() else 0

    def close(self) -> None:
        """Finish what was asked for and let go of the database."""
        self._closing.set()
        self._writer.shutdown()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self, pool: ThreadPoolExecutor, engine: Engine, work: Callable[[Connection], T]) -> Future[T]:
        if self._closing.is_set():
            raise StoreError("the store is closed", subject=self.address.subject)
        return pool.submit(self._transact, engine, work)

    def _transact(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        """Run `work` whole, again and again while the database is locked or away, for `patience` seconds."""
        deadline = time.monotonic() + self.patience
        pause = _FIRST_PAUSE
        while True:
            try:
                with engine.begin() as conn:
                    return work(conn)
            except DBAPIError as error:
                if not is_passing(error) or time.monotonic() >= deadline or self._closing.wait(pause):
                    meaning = explain(error, self.address.subject)
                    raise meaning or error from error
            pause = min(2 * pause, _LONGEST_PAUSE)


def _open_file(path: Path, *, migrates: bool, backup_dir: Path) -> None:
    if sqlite.is_there(path):
        sqlite.examine(path)
    elif migrates:
        sqlite.create(path)
    else:
        raise _not_there(str(path))
    version = _explained(lambda: _version(sqlite.engine(path, writes=False), str(path)), str(path))
    if not migrates:
        return _refuse_old(version, str(path))
    damage = sqlite.problems(path, thorough=False)
    if damage:
        remedy = "Restore a backup: statusherd db restore FILE"
        raise StoreError(f"the database is damaged: {damage[0]}", subject=str(path), remedy=remedy)
    if version != HEAD:
        _back_up(path, backup_dir, f"{path.stem}-schema-{version or '0000'}-")
        _explained(lambda: sqlite.upgrade(path), str(path))
    return None


def _back_up(path: Path, folder: Path, prefix: str) -> None:
    """Copy the database before it is migrated; one that fails at each start must not fill the disk."""
    sqlite.copy(path, folder / f"{prefix}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{path.suffix}")
    for old in sorted(folder.glob(f"{escape(prefix)}*{escape(path.suffix)}"))[:-BACKUPS]:
        old.unlink()


def _open_server(address: Address, writer: Engine, *, migrates: bool) -> None:
    version = _explained(lambda: _version(writer, address.subject), address.subject)
    if migrates and version != HEAD:
        _explained(lambda: postgres.upgrade(writer, address.subject), address.subject)
    elif not migrates:
        _refuse_old(version, address.subject)


def _begin(writer: Engine) -> None:
    """Find out now, not at the first look, whether the database can be written."""
    with writer.begin():
        pass


def _version(engine: Engine, subject: str) -> str | None:
    try:
        with engine.begin() as conn:
            return migrate.version_of(conn, subject)
    finally:
        engine.dispose()


def _refuse_old(version: str | None, subject: str) -> None:
    if version is None:
        raise _not_there(subject)
    if version != HEAD:
        message = f"the database has schema {version}, this program needs {HEAD}"
        raise StoreError(message, subject=subject, remedy="Bring it up to date: statusherd db upgrade")


def _not_there(subject: str) -> StoreError:
    remedy = "It is made by the first statusherd run or statusherd check"
    return StoreError("there is no database yet", subject=subject, remedy=remedy)


def _explained(work: Callable[[], T], subject: str) -> T:
    try:
        return work()
    except DBAPIError as error:
        meaning = explain(error, subject)
        raise meaning or error from error
