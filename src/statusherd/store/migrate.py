"""Which schema a database has, which one this program needs, and how it gets there.

Migrations only go up and never import live code. Each runs in one transaction with its version, so that
a kill leaves the old schema or the new one. The way back is the backup that was made before.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text

from statusherd.model.errors import StoreError
from statusherd.store.schema import HEAD, MIGRATIONS, REVISIONS

_VERSION_TABLE: Final = "alembic_version"


def version_of(conn: Connection, subject: str) -> str | None:
    """Return the schema version of a database, None where it is empty.

    Raises StoreError where the database is another program's, or of a newer version of this one.
    """
    tables = inspect(conn).get_table_names()
    if _VERSION_TABLE not in tables:
        if tables:
            remedy = "Give statusherd a database of its own: [database] url"
            raise StoreError("the database holds tables of another program", subject=subject, remedy=remedy)
        return None
    found = conn.scalar(text("SELECT version_num FROM alembic_version"))
    if found is None:
        return None
    if found not in REVISIONS:
        raise StoreError(
            f"the database has schema {found}, this program knows up to {HEAD}",
            subject=subject,
            remedy="It was written by a newer statusherd: upgrade the program, or restore an older backup",
        )
    return str(found)


def upgrade(conn: Connection, to: str = HEAD) -> None:
    """Bring the schema up to a revision in the transaction that `conn` is in. Foreign keys must be off."""
    # Alembic takes a quarter of a second to import, and is needed once per release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, to)


def refuse_broken_references(conn: Connection, subject: str) -> None:
    """Raise StoreError where a row refers to one that is missing (SQLite: keys are off in migrations)."""
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        remedy = "Nothing was changed. Report this as a bug, with the output of statusherd db check"
        message = f"the migration would leave {len(broken)} rows without what they refer to"
        raise StoreError(message, subject=subject, remedy=remedy)
