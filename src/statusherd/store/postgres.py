"""The PostgreSQL database: how it is connected to and migrated."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL, Engine, create_engine, text

from statusherd.model.errors import StoreError
from statusherd.store import migrate

_MIGRATION_LOCK: Final = 7_378_437_668
"""Any number that no other program in this database locks."""


def engine(url: URL, *, writes: bool, connections: int = 1) -> Engine:
    """Return an engine: for writing, or for reading one consistent state."""
    try:
        made = create_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "application_name": "statusherd"},
        )
    except ModuleNotFoundError as error:
        remedy = "Install it: pip install 'statusherd[postgres]'"
        raise StoreError(
            "the PostgreSQL driver is missing", subject="[database] url", remedy=remedy
        ) from error
    if writes:
        return made
    return made.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def upgrade(made: Engine, subject: str) -> None:
    """Bring the database to the newest schema, all or nothing; one daemon at a time."""
    with made.begin() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
        migrate.version_of(conn, subject)
        migrate.upgrade(conn)
