"""Stores to test with: a SQLite file each, and databases of one throw-away PostgreSQL cluster."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from statusherd.store.engine import Store

_PASSWORDLESS = "statusherd"
_numbers = count()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test's SQLite file goes; it is not there yet."""
    return tmp_path / "data" / "statusherd.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, url: str) -> str:
    """The address of an empty store, once of each kind."""
    if request.param == "sqlite":
        return url
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()


@pytest.fixture
def store(any_url: str) -> Iterator[Store]:
    """An open store, once of each kind."""
    with Store.open(any_url) as opened:
        yield opened


@pytest.fixture
def new_database(cluster: str) -> Callable[[], str]:
    """Make an empty PostgreSQL database; return its address."""

    def make() -> str:
        name = f"d{os.getpid()}_{next(_numbers)}"
        engine = create_engine(cluster, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return cluster.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """A PostgreSQL cluster that listens on a socket in a folder of its own, and on no port."""
    missing = [program for program in ("initdb", "pg_ctl") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"no PostgreSQL server here: {', '.join(missing)} not found")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install 'statusherd[postgres]'")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL refuses to run as root, and runuser is not there to leave root")
    folder = Path(tempfile.mkdtemp(prefix="statusherd-pg-"))
    try:
        _own(folder)
        data = folder / "data"
        _run("initdb", "-D", str(data), "-U", _PASSWORDLESS, "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_connections=60"
        _run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://{_PASSWORDLESS}@/postgres?host={folder}"
        finally:
            _run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def restart_server(cluster: str) -> Callable[[], None]:
    """Restart the cluster, cutting off who is connected."""
    data = cluster.partition("host=")[2] + "/data"
    return lambda: _run("pg_ctl", "-D", data, "-w", "-m", "fast", "restart", "-l", f"{data}/../log")


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")


def _run(*command: str) -> None:
    """Run a program of PostgreSQL, not as root. Its output goes nowhere: the server would keep a pipe open."""
    leave_root = ("runuser", "-u", "nobody", "--") if os.geteuid() == 0 else ()
    subprocess.run(
        [*leave_root, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
