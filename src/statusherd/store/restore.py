"""Putting a backup in the place of the database, which is kept under another name."""

from __future__ import annotations

import contextlib
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from statusherd.model.errors import StoreError
from statusherd.store import sqlite
from statusherd.store.address import Address
from statusherd.store.lock import RunnerLock
from statusherd.store.migrate import version_of


def restore(url: str, backup: Path) -> Path | None:
    """Put `backup` in the place of the SQLite database at `url`; return where the old one is now, if any.

    Raises StoreError, with nothing changed, where the backup is damaged or the database is in use.
    """
    path = Address.of(url).path
    if path is None:
        remedy = "Use pg_restore, or what your server has for it"
        raise StoreError("restoring PostgreSQL is its own business", subject=str(backup), remedy=remedy)
    with RunnerLock.acquire(url):
        fresh = _whole_copy(backup, path)
        try:
            old = _put_aside(path) if path.exists() else None
            fresh.rename(path)
            sqlite.sync_folder(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
    return old


def _whole_copy(backup: Path, path: Path) -> Path:
    """Copy the backup beside the database and look at the copy: what is put in place is what was checked."""
    sqlite.examine(backup)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.restored")
    try:
        _copy(backup, fresh)
        _refuse_unusable(fresh, str(backup))
    except StoreError:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _copy(backup: Path, fresh: Path) -> None:
    try:
        with backup.open("rb") as source, fresh.open("xb") as target:
            fresh.chmod(0o600)
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        message = f"the backup cannot be copied: {error.strerror}"
        raise StoreError(message, subject=str(backup), remedy="Check the disk and the rights") from error


def _refuse_unusable(fresh: Path, subject: str) -> None:
    damage = sqlite.problems(fresh, thorough=True)
    if damage:
        raise StoreError(f"the backup is damaged: {damage[0]}", subject=subject, remedy="Take an older one")
    reader = sqlite.engine(fresh, writes=False)
    try:
        with reader.begin() as conn:
            version_of(conn, subject)
    finally:
        reader.dispose()


def _put_aside(path: Path) -> Path:
    """Keep the old database under another name, without a moment in which there is none.

    Its log goes along: SQLite would play it into the database that takes its place.
    """
    old = path.with_name(f"{path.stem}-replaced-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{path.suffix}")
    _, log, shared = sqlite.beside(path)
    os.link(path, old)
    with contextlib.suppress(FileNotFoundError):
        log.rename(sqlite.beside(old)[1])
    shared.unlink(missing_ok=True)
    return old
