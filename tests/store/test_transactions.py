"""Transactions: nothing is lost, nothing is half done, and a lock that passes is waited for."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from statusherd.model.errors import StoreError
from statusherd.store.engine import Store
from statusherd.store.errors import StoreUnavailableError

_COUNT = """
import sys
from sqlalchemy import text
from statusherd.store.engine import Store
def add(conn):
    value = conn.scalar(text("SELECT value FROM meta WHERE name = 'n'" + sys.argv[3]))
    conn.execute(text("UPDATE meta SET value = :v WHERE name = 'n'"), {"v": value + 1})
store = Store.open(sys.argv[1])
for _ in range(int(sys.argv[2])):
    store.write_now(add)
store.close()
"""


def _start(conn: Connection) -> None:
    conn.execute(text("INSERT INTO meta VALUES ('n', 0)"))


def _value(conn: Connection) -> int:
    return int(conn.scalar(text("SELECT value FROM meta WHERE name = 'n'")) or 0)


def _add(conn: Connection) -> int:
    value = _value(conn) + 1
    conn.execute(text("UPDATE meta SET value = :value WHERE name = 'n'"), {"value": value})
    return value


def test_processes_that_read_and_write_at_once_lose_nothing(any_url: str) -> None:
    lock = " FOR UPDATE" if any_url.startswith("postgresql") else ""
    with Store.open(any_url) as store:
        store.write_now(_start)
        several = [subprocess.Popen([sys.executable, "-c", _COUNT, any_url, "100", lock]) for _ in range(3)]
        assert [each.wait(90) for each in several] == [0, 0, 0]
        assert store.read_now(_value) == 300


def test_a_transaction_that_fails_changes_nothing(store: Store) -> None:
    store.write_now(_start)

    def fails(conn: Connection) -> None:
        _add(conn)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        store.write_now(fails)
    assert store.read_now(_value) == 0


def test_a_reader_sees_one_state_all_along(store: Store) -> None:
    store.write_now(_start)

    def read_twice(conn: Connection) -> tuple[int, int]:
        before = _value(conn)
        store.write_now(_add)
        return before, _value(conn)

    assert store.read_now(read_twice) == (0, 0)
    assert store.read_now(_value) == 1


def test_a_reader_cannot_write(store: Store) -> None:
    store.write_now(_start)
    with pytest.raises(StoreError):
        store.read_now(_add)
    assert store.read_now(_value) == 0


async def test_reads_and_writes_from_the_event_loop(store: Store) -> None:
    await store.write(_start)
    assert await asyncio.gather(*(store.write(_add) for _ in range(20))) == list(range(1, 21))
    assert await store.read(_value) == 20


async def test_a_write_is_carried_out_though_the_asker_was_cancelled(sqlite_store: Store) -> None:
    await sqlite_store.write(_start)
    begun, go_on = threading.Event(), threading.Event()

    def slow(conn: Connection) -> None:
        begun.set()
        go_on.wait(10)

    blocker = asyncio.ensure_future(sqlite_store.write(slow))
    await asyncio.to_thread(begun.wait, 10)
    asker = asyncio.ensure_future(sqlite_store.write(_add))
    await asyncio.sleep(0)
    asker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asker
    go_on.set()
    await blocker
    assert await sqlite_store.write(_value) == 1


def test_a_locked_database_is_waited_for(sqlite_store: Store, path: Path) -> None:
    sqlite_store.write_now(_start)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    waiting = sqlite_store._submit(sqlite_store._writer, sqlite_store._writing, _add)
    assert sqlite_store.read_now(_value) == 0  # readers do not wait
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    assert waiting.result(30) == 1


def test_a_database_that_stays_locked_is_told(sqlite_store: Store, path: Path) -> None:
    sqlite_store.patience = 0.1
    sqlite_store.write_now(lambda conn: conn.exec_driver_sql("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(
        StoreUnavailableError, match=r"statusherd\.db: the database is locked by another process"
    ):
        sqlite_store.write_now(_start)
    other.close()


def test_a_closed_store_says_so(sqlite_store: Store) -> None:
    sqlite_store.close()
    with pytest.raises(StoreError, match="the store is closed"):
        sqlite_store.read_now(_value)


def test_what_was_asked_for_is_done_before_the_store_closes(url: str) -> None:
    store = Store.open(url)
    store.write_now(_start)
    for _ in range(50):
        store._submit(store._writer, store._writing, _add)
    store.close()
    with Store.open(url) as again:
        assert again.read_now(_value) == 50


_WRITE_PAIRS = """
import sys
from sqlalchemy import text
from statusherd.store.engine import Store
store = Store.open(sys.argv[1])
def pair(conn):
    count = conn.scalar(text("SELECT count(*) FROM meta"))
    for number in (count, count + 1):
        conn.execute(text("INSERT INTO meta VALUES (:name, 1)"), {"name": str(number)})
    return count + 2
while True:
    print(store.write_now(pair), flush=True)
"""


def test_a_kill_in_the_middle_of_writing_leaves_whole_transactions(any_url: str) -> None:
    Store.open(any_url).close()
    for commits in (1, 7, 30):
        program = [sys.executable, "-c", _WRITE_PAIRS, any_url]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = [int(writer.stdout.readline()) for _ in range(commits)]
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        with Store.open(any_url) as store:
            found = store.read_now(lambda conn: conn.scalar(text("SELECT count(*) FROM meta")))
            assert found is not None
            assert found % 2 == 0
            assert found >= acknowledged[-1]
            assert store.check() == []


def test_a_restart_of_the_server_is_survived(
    cluster: str, new_database: Callable[[], str], restart_server: Callable[[], None]
) -> None:
    with Store.open(new_database()) as store:
        store.write_now(_start)
        restart_server()
        assert store.write_now(_add) == 1
        assert store.read_now(_value) == 1


def test_a_connection_cut_in_a_transaction_runs_it_again_whole(
    new_database: Callable[[], str],
) -> None:
    with Store.open(new_database()) as store:
        store.write_now(_start)
        tries = 0

        def cut_once(conn: Connection) -> int:
            nonlocal tries
            tries += 1
            value = _add(conn)
            if tries == 1:
                me = conn.scalar(text("SELECT pg_backend_pid()"))
                store.read_now(lambda other: other.scalar(text(f"SELECT pg_terminate_backend({me})")))
            conn.execute(text("SELECT 1"))
            return value

        assert store.write_now(cut_once) == 1
        assert tries == 2
        assert store.read_now(_value) == 1


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailableError, match="the database server cannot be used") as caught:
        Store.open(f"postgresql+psycopg://u:hunter2@/x?host={tmp_path}")
    assert "hunter2" not in str(caught.value)


_WITHOUT_DRIVER = """
import sys
sys.modules["psycopg"] = None  # as if it were not installed
from statusherd.model.errors import StoreError
from statusherd.store.engine import Store
try:
    Store.open("postgresql+psycopg://u@db.example/x")
except StoreError as error:
    print(error)
"""


def test_a_missing_driver_is_told() -> None:
    told = subprocess.run([sys.executable, "-c", _WITHOUT_DRIVER], capture_output=True, text=True, check=True)
    assert "driver is missing. Install it: pip install 'statusherd[postgres]'" in told.stdout
