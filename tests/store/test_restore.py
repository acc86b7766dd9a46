"""A backup put in the place of the database: checked first, and nothing is thrown away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from statusherd.model.errors import StoreError
from statusherd.store.engine import Store
from statusherd.store.lock import RunnerLock
from statusherd.store.restore import restore


def _add(conn: Connection) -> None:
    conn.execute(text("INSERT INTO meta SELECT 'n' || count(*), 1 FROM meta"))


def _count(url: str) -> int:
    with Store.open(url, migrate=False) as store:
        return int(store.read_now(lambda conn: conn.scalar(text("SELECT count(*) FROM meta"))) or 0)


@pytest.fixture
def backup(url: str, tmp_path: Path) -> Path:
    """A backup of a database with one row, which has two by now."""
    with Store.open(url) as store:
        store.write_now(_add)
        store.backup(tmp_path / "backup.db")
        store.write_now(_add)
    return tmp_path / "backup.db"


def test_a_restored_database_is_as_it_was_and_the_old_one_is_kept(url: str, path: Path, backup: Path) -> None:
    old = restore(url, backup)
    assert old is not None
    assert _count(url) == 1
    assert _count(f"sqlite:///{old}") == 2
    assert path.stat().st_mode & 0o777 == 0o600
    with Store.open(url) as store:
        assert store.check() == []


def test_the_log_of_the_old_database_is_not_played_into_the_new_one(
    url: str, path: Path, backup: Path
) -> None:
    log = path.with_name("statusherd.db-wal")
    with Store.open(url) as store:  # killed: its log stays behind
        store.write_now(_add)
        kept, main = log.read_bytes(), path.read_bytes()
    log.write_bytes(kept)
    path.write_bytes(main)
    old = restore(url, backup)
    assert _count(url) == 1
    assert _count(f"sqlite:///{old}") == 3


def test_a_lost_database_is_restored(url: str, path: Path, backup: Path) -> None:
    path.unlink()
    assert restore(url, backup) is None
    assert _count(url) == 1


def test_a_damaged_backup_changes_nothing(url: str, path: Path, backup: Path) -> None:
    size = backup.stat().st_size
    with backup.open("r+b") as file:
        for page in range(3, size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(500))
    before = sorted(each.name for each in path.parent.iterdir())
    with pytest.raises(StoreError, match=r"backup.db: the backup is damaged.*Take an older one"):
        restore(url, backup)
    assert _count(url) == 2
    assert [
        name for name in sorted(each.name for each in path.parent.iterdir()) if "lock" not in name
    ] == before


def test_a_backup_of_a_newer_program_changes_nothing(url: str, backup: Path) -> None:
    with Store.open(f"sqlite:///{backup}") as store:
        store.write_now(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StoreError, match=r"backup.db: .*schema 9999.*newer statusherd"):
        restore(url, backup)
    assert _count(url) == 2


def test_nothing_is_restored_under_a_running_daemon(url: str, backup: Path) -> None:
    with RunnerLock.acquire(url), pytest.raises(StoreError, match="another statusherd uses this database"):
        restore(url, backup)
    assert _count(url) == 2


def test_a_missing_backup_is_told(url: str, backup: Path) -> None:
    backup.unlink()
    with pytest.raises(StoreError, match=r"backup.db: cannot be read: No such file"):
        restore(url, backup)


def test_postgresql_is_restored_by_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_restore"):
        restore("postgresql+psycopg://u@db.example/x", tmp_path)
