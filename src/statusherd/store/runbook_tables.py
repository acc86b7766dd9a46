"""The tables of what was run of runbooks, and of our own maintenance windows."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from statusherd.store.columns import RowNumber, Words


class RunbookRunRow(SQLModel, table=True):
    """A step of a runbook that somebody asked to be run. `body` is JSON of a Run; the columns count."""

    __tablename__ = "runbook_run"
    __table_args__ = {"sqlite_autoincrement": True}
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    asked_at: datetime = Field(index=True)
    incident: int | None = Field(
        sa_type=RowNumber, foreign_key="incident.number", ondelete="SET NULL", index=True
    )
    state: str = Field(sa_type=Words)
    body: str = Field(sa_type=Words)


class OwnMaintenanceRow(SQLModel, table=True):
    """A maintenance window of ours. Ended early, `ends_at` is when."""

    __tablename__ = "own_maintenance"
    __table_args__ = {"sqlite_autoincrement": True}
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    starts_at: datetime
    ends_at: datetime = Field(index=True)
    body: str = Field(sa_type=Words)
    """JSON of an OwnMaintenance; the columns count."""
