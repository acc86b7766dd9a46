"""The schema: made by migrations alone, the same as the tables, never older or newer than the program."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from statusherd.model.delivery import Told
from statusherd.model.errors import StoreError
from statusherd.store import migrate, outbox, tables
from statusherd.store.engine import Store, _back_up
from statusherd.store.schema import HEAD, REVISIONS


def test_migrations_make_the_tables_that_the_program_uses(store: Store) -> None:
    difference = store.read_now(
        lambda conn: compare_metadata(
            MigrationContext.configure(conn, opts={"compare_type": True}), tables.METADATA
        )
    )
    assert difference == []


def test_migrations_make_the_same_indexes_and_keys_to_the_letter(sqlite_store: Store, path: Path) -> None:
    created = create_engine("sqlite://")
    tables.METADATA.create_all(created)
    with created.connect() as conn:
        wanted = {row[0]: _flat(row[1]) for row in conn.exec_driver_sql(_DEFINITIONS)}
    created.dispose()
    with sqlite3.connect(path) as conn:
        found = {name: _flat(sql) for name, sql in conn.execute(_DEFINITIONS)}
    conn.close()
    found.pop("alembic_version")
    assert found == wanted


_DEFINITIONS = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"


def _flat(sql: str) -> list[str]:
    """Columns and constraints in any order: Alembic writes a column that is a key differently."""
    squeezed = re.sub(r"\s+", " ", sql).replace(" NOT NULL PRIMARY KEY", " NOT NULL")
    return sorted(part.strip(" )(") for part in re.split(r", |\(", squeezed))


def test_a_new_store_is_at_the_newest_schema_and_sound(store: Store) -> None:
    assert store.check() == []


def test_opening_again_migrates_nothing_and_backs_up_nothing(url: str, path: Path) -> None:
    Store.open(url).close()
    Store.open(url).close()
    assert [each.name for each in path.parent.iterdir()] == ["statusherd.db"]


def test_revisions_form_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    line = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(line)) == REVISIONS


def test_a_newer_schema_is_refused(any_url: str) -> None:
    with Store.open(any_url) as store:
        store.write_now(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StoreError, match=r"schema 9999.*newer statusherd: upgrade the program"):
        Store.open(any_url)


def test_an_unmigrated_database_is_backed_up_and_migrated(url: str, path: Path, tmp_path: Path) -> None:
    _make_unmigrated(path)
    backups = tmp_path / "backups"
    backups.mkdir()
    with Store.open(url, backup_dir=backups) as store:
        assert store.check() == []
    (backup,) = backups.iterdir()
    assert backup.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(backup) as conn:
        assert [row[0] for row in conn.execute("SELECT name FROM sqlite_master")] == ["alembic_version"]
    conn.close()


def test_a_migration_that_fails_at_every_start_does_not_fill_the_disk(path: Path) -> None:
    _make_unmigrated(path)
    for _ in range(6):
        _back_up(path, path.parent, "statusherd-schema-0000-")
    assert len(list(path.parent.glob("statusherd-schema-0000-*.db"))) == 3


def test_a_quick_command_migrates_nothing(url: str, path: Path) -> None:
    _make_unmigrated(path)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="there is no database yet"):
        Store.open(url, migrate=False)
    assert path.read_bytes() == before


def test_a_quick_command_makes_no_database(any_url: str, path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database yet"):
        Store.open(any_url, migrate=False)
    assert not path.exists()


def test_another_programs_database_is_refused_and_left_alone(url: str, path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE invoices (id INTEGER)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="tables of another program"):
        Store.open(url)
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_old_schema(any_url: str) -> None:
    def fails(conn: object) -> None:
        migrate.upgrade(conn)  # type: ignore[arg-type]
        raise RuntimeError("the power fails here")

    with Store.open(any_url) as store, pytest.raises(RuntimeError):
        store.write_now(_undo_and(fails))
    with Store.open(any_url) as store:
        assert store.check() == []


def _undo_and(work):  # type: ignore[no-untyped-def]
    def run(conn) -> None:  # type: ignore[no-untyped-def]
        tables.METADATA.drop_all(conn)
        conn.execute(text("DELETE FROM alembic_version"))
        work(conn)

    return run


_KILLED_AFTER_SOME_STATEMENTS = """
import os, signal, sys
from sqlalchemy import Engine, event
seen = 0
@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global seen
    seen += 1
    if seen == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
from statusherd.store.engine import Store, _back_up
Store.open(sys.argv[1]).close()
"""


def _open_and_die(url: str, after: int) -> None:
    program = [sys.executable, "-c", _KILLED_AFTER_SOME_STATEMENTS, url, str(after)]
    assert subprocess.run(program, check=False, timeout=60).returncode == -9


@pytest.mark.parametrize("after", [1, 15, 30])
def test_a_kill_while_the_database_is_made_leaves_none(url: str, path: Path, after: int) -> None:
    _open_and_die(url, after)
    assert not path.exists()
    with Store.open(url) as store:
        assert store.check() == []


@pytest.mark.parametrize("after", [8, 20, 30])
def test_a_kill_in_the_middle_of_a_migration_leaves_the_old_schema(url: str, path: Path, after: int) -> None:
    _make_unmigrated(path)
    _open_and_die(url, after)
    with sqlite3.connect(path) as conn:
        assert [row[0] for row in conn.execute("SELECT name FROM sqlite_master")] == ["alembic_version"]
    conn.close()
    with Store.open(url) as store:
        assert store.check() == []


def _make_unmigrated(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    old.close()


def test_two_processes_that_make_the_database_at_once_both_get_it(url: str) -> None:
    program = "import sys; from statusherd.store.engine import Store; Store.open(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(2)]
    assert [each.wait(60) for each in both] == [0, 0]


def test_head_is_the_last_revision() -> None:
    assert REVISIONS[-1] == HEAD


def test_what_was_told_before_services_were_known_is_still_known(url: str, path: Path) -> None:
    path.parent.mkdir()
    engine = create_engine(url)
    with engine.begin() as conn:
        migrate.upgrade(conn, "0001")
        conn.execute(
            text("INSERT INTO thread VALUES ('t1', 'acme', 'Acme: API errors', '2026-03-01 00:00:00')")
        )
        conn.execute(text("INSERT INTO told VALUES ('t1', 'chat', 'investigating', 'major', 1, 0)"))
    engine.dispose()
    with Store.open(url) as store:
        threads, said = store.read_now(lambda conn: outbox.facts(conn, ["t1"]))
    assert threads["t1"].subject == "Acme: API errors"
    assert said["t1", "chat"] == Told("t1", "chat", "investigating", "major", 1)
