"""The table of what senders have delivered. See `tables`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from statusherd.store.columns import RowNumber, Words


class IntakeEventRow(SQLModel, table=True):
    """A delivery as it came, and what became of it. Its number is its place in the order of arrival."""

    __tablename__ = "intake_event"
    __table_args__ = (
        UniqueConstraint("intake", "key"),
        Index("ix_intake_event_intake_matter_number", "intake", "matter", "number"),
        Index(
            "ix_intake_event_new",
            "number",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    intake: str = Field(sa_type=Words)
    key: str = Field(sa_type=Words)
    """By what it is known again: no second one of it is stored."""
    matter: str = Field(sa_type=Words)
    digest: str = Field(sa_type=Words)
    received_at: datetime = Field(index=True)
    headers: str = Field(sa_type=Words)
    """JSON of those that are read or tell who sent it; no secret is among them."""
    body: bytes = Field(sa_type=LargeBinary)
    state: str = Field(sa_type=Words)
    note: str = Field(sa_type=Words)
    signals: int
    processed_at: datetime | None
