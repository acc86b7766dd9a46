"""Putting a backup in the place of the database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from statusherd.cli.stores import make_folder
from statusherd.config import Config
from statusherd.model.errors import StoreError
from statusherd.store import migrate, sqlite
from statusherd.store.address import Address
from statusherd.store.lock import RunnerLock


def put_back(config: Config, source: Path) -> tuple[Path, Path | None]:
    """Replace the database by a copy of `source`; return its path, and where the old one is kept.

    Raise StoreError, with nothing changed, where a daemon runs or `source` is no whole database of ours.
    """
    path = Address.of(config.database.url).path
    if path is None:
        remedy = "Use pg_restore, or what your server has for it"
        raise StoreError("backups of PostgreSQL are its own business", subject=str(source), remedy=remedy)
    make_folder(config)
    with RunnerLock.acquire(config.database.url):
        _refuse_unusable(source)
        fresh = path.with_name(f".{path.name}.restored")
        fresh.unlink(missing_ok=True)  # of a run that was killed
        sqlite.copy(source, fresh)
        kept = _moved_aside(path)
        fresh.rename(path)
        sqlite.sync_folder(path.parent)
        return path, kept


def _refuse_unusable(source: Path) -> None:
    sqlite.examine(source)
    if problems := sqlite.problems(source, thorough=True):
        raise StoreError(f"the backup is damaged: {problems[0]}", subject=str(source), remedy="Take another")
    engine = sqlite.engine(source, writes=False)
    try:
        with engine.begin() as conn:
            version = migrate.version_of(conn, str(source))
    finally:
        engine.dispose()
    if version is None:
        raise StoreError("the file holds no data of statusherd", subject=str(source), remedy="Take another")


def _moved_aside(path: Path) -> Path | None:
    """Rename the database with what SQLite keeps beside it; None where there was none."""
    if not path.exists():
        return None
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    kept = path.with_name(f"{path.stem}-replaced-{stamp}{path.suffix}")
    # The log before the database: a database without its log is older, one with a strange log is broken.
    for old, new in reversed(list(zip(sqlite.beside(path), sqlite.beside(kept), strict=True))):
        if old.exists():
            old.rename(new)
    return kept
