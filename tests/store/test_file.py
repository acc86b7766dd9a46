"""The file of a SQLite store: what is refused, what is said then, and what a copy of it is worth."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from statusherd.model.errors import StoreError
from statusherd.store.address import Address
from statusherd.store.engine import Store
from statusherd.store.errors import StoreUnavailableError
from statusherd.store.lock import RunnerLock
from statusherd.store.sqlite import examine


def _filled(url: str) -> None:
    with Store.open(url) as store:
        for number in range(200):
            store.write_now(
                lambda conn, number=number: conn.execute(
                    text("INSERT INTO meta VALUES (:name, 1)"), {"name": f"{number:0>400}"}
                )
            )


def test_an_empty_file_is_refused_and_not_made_anew(url: str, path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(StoreError, match=r"statusherd.db: the file is empty. Restore a backup"):
        Store.open(url)
    assert path.stat().st_size == 0


def test_what_is_no_database_is_refused_and_left_alone(url: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("<html>not a database</html>" * 100)
    with pytest.raises(
        StoreError, match=r"the file is not a database. Restore a backup: statusherd db restore"
    ):
        Store.open(url)
    assert path.read_text().startswith("<html>")


@pytest.mark.parametrize("left", [50, 4096, 40_000])
def test_a_file_that_was_cut_short_is_refused_and_left_alone(url: str, path: Path, left: int) -> None:
    _filled(url)
    os.truncate(path, left)
    with pytest.raises(StoreError, match=r"statusherd\.db: .*Restore a backup"):
        Store.open(url)
    assert path.stat().st_size == left


def test_a_damaged_page_is_refused(url: str, path: Path) -> None:
    _filled(url)
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(20, size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(600))
    with pytest.raises(StoreError, match=r"damaged.*Restore a backup: statusherd db restore FILE"):
        Store.open(url)


def test_a_database_that_vanished_is_not_made_anew_while_running(sqlite_store: Store, path: Path) -> None:
    for each in path.parent.iterdir():
        each.unlink()
    with pytest.raises(StoreError):
        sqlite_store.read_now(lambda conn: conn.scalar(text("SELECT count(*) FROM vendor")))
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_refused_with_one_clear_line(open_folder: Path) -> None:
    said = _open_without_rights(open_folder, make_first=False)
    assert "the folder cannot be written: Permission denied. Check its owner" in said


def test_a_database_that_cannot_be_written_is_refused(open_folder: Path) -> None:
    said = _open_without_rights(open_folder, make_first=True)
    assert f"{open_folder}/data/statusherd.db: " in said
    assert "Check the owner of the file and its folder" in said


def test_a_folder_that_cannot_be_entered_is_refused(open_folder: Path) -> None:
    said = _open_without_rights(open_folder, make_first=True, rights=0o000)
    assert "cannot be read: Permission denied. Check the owner" in said


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder whose way down everybody may go, unlike the tests' own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


_OPEN_AS_NOBODY = """
import os, sys
import alembic.command, sqlalchemy.dialects.sqlite  # imported while it may read them
from statusherd.store.engine import Store
from statusherd.model.errors import StoreError
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    Store.open(sys.argv[1])
except StoreError as error:
    print(error)
"""


def _open_without_rights(above: Path, *, make_first: bool, rights: int = 0o555) -> str:
    """Open a store as somebody who has only `rights` to its folder; return what was said."""
    folder = above / "data"
    folder.mkdir()
    file = folder / "statusherd.db"
    if make_first:
        Store.open(f"sqlite:///{file}").close()
        file.chmod(0o444)
    folder.chmod(rights)
    program = [sys.executable, "-c", _OPEN_AS_NOBODY, f"sqlite:///{file}"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    folder.chmod(0o755)
    assert done.stderr == ""
    return done.stdout


def test_a_missing_folder_above_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the folder cannot be written: No such file"):
        Store.open(f"sqlite:///{tmp_path}/no/such/place.db")


def test_database_and_log_can_be_read_by_the_owner_alone(sqlite_store: Store, path: Path) -> None:
    sqlite_store.write_now(lambda conn: conn.execute(text("INSERT INTO meta VALUES ('a', 1)")))
    assert {each.stat().st_mode & 0o077 for each in path.parent.iterdir()} == {0}
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://localhost/x", "mysql is not supported"),
        ("no url", "not a database URL"),
    ],
)
def test_an_address_that_cannot_serve_is_refused(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        Store.open(url)


def test_a_password_is_never_shown() -> None:
    assert "hunter2" not in Address.of("postgresql://u:hunter2@db.example/x").subject


def test_a_full_disk_is_told_and_writing_resumes(sqlite_store: Store) -> None:
    def fill(conn) -> None:  # type: ignore[no-untyped-def]
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
        for number in range(2000):
            conn.execute(text("INSERT INTO meta VALUES (:name, 1)"), {"name": f"{number:0>400}"})

    with pytest.raises(StoreUnavailableError, match="the disk is full"):
        sqlite_store.write_now(fill)
    assert sqlite_store.read_now(_rows) == 0

    def room(conn) -> None:  # type: ignore[no-untyped-def]
        conn.exec_driver_sql("PRAGMA max_page_count = 100000")
        conn.execute(text("INSERT INTO meta VALUES ('a', 1)"))

    sqlite_store.write_now(room)
    assert sqlite_store.read_now(_rows) == 1
    assert sqlite_store.check() == []


def _rows(conn) -> int:  # type: ignore[no-untyped-def]
    return int(conn.scalar(text("SELECT count(*) FROM meta")))


def test_a_backup_taken_while_writing_is_whole(sqlite_store: Store, tmp_path: Path) -> None:
    def add(conn) -> None:  # type: ignore[no-untyped-def]
        count = _rows(conn)
        for number in (count, count + 1):  # two rows in each transaction: a copy has both or none
            conn.execute(text("INSERT INTO meta VALUES (:name, 1)"), {"name": str(number)})

    for number in range(5):
        writes = [sqlite_store._submit(sqlite_store._writer, sqlite_store._writing, add) for _ in range(30)]
        target = tmp_path / f"{number}.db"
        sqlite_store.backup(target)
        with Store.open(f"sqlite:///{target}") as copy:
            assert copy.check() == []
            assert copy.read_now(_rows) % 2 == 0
        assert target.stat().st_mode & 0o777 == 0o600
        for write in writes:
            write.result()


def test_a_backup_overwrites_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    with pytest.raises(StoreError, match="the file exists already"):
        sqlite_store.backup(target)
    assert target.read_text() == "precious"


def test_a_second_runner_is_refused_by_the_name_of_the_first(url: str, path: Path) -> None:
    with RunnerLock.acquire(url), pytest.raises(StoreError, match=f"{path}: another.*process {os.getpid()}"):
        RunnerLock.acquire(url)
    RunnerLock.acquire(url).release()


def test_the_lock_of_a_killed_runner_is_free(url: str) -> None:
    program = """
import sys, time
from statusherd.store.lock import RunnerLock
lock = RunnerLock.acquire(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=f"process {runner.pid}"):
            RunnerLock.acquire(url)
        runner.kill()
        runner.wait()
        RunnerLock.acquire(url).release()


def test_many_daemons_may_share_postgresql() -> None:
    url = "postgresql+psycopg://u@db.example/x"
    with RunnerLock.acquire(url), RunnerLock.acquire(url):
        pass


def test_a_stale_log_file_of_sqlite_is_played_in(url: str, path: Path) -> None:
    """A process that was killed leaves its last commits in the log beside the file."""
    program = """
import os, signal, sys
from sqlalchemy import text
from statusherd.store.engine import Store
store = Store.open(sys.argv[1])
store.write_now(lambda conn: conn.execute(text("INSERT INTO meta VALUES ('a', 1)")))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program, url], check=False, timeout=60)
    assert (path.parent / "statusherd.db-wal").stat().st_size > 0
    with Store.open(url) as store:
        assert store.read_now(_rows) == 1


def test_the_size_of_the_log_is_told(sqlite_store: Store) -> None:
    sqlite_store.write_now(lambda conn: conn.execute(text("INSERT INTO meta VALUES ('a', 1)")))
    assert sqlite_store.log_bytes() > 0


def test_an_old_sqlite_file_whose_header_counts_nothing_is_examined_by_sqlite(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE t (a)")
    conn.close()
    with path.open("r+b") as file:
        file.seek(92)
        file.write(b"\0\0\0\0")
    examine(path)
