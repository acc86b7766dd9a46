"""The tables of our own incidents: what they are, what was seen and done, and which vendor explains them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from statusherd.store.columns import RowNumber, Words


class IncidentRow(SQLModel, table=True):
    """An incident of ours. The columns are what is searched for; `body` is the whole, JSON of an Incident."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_opened_at", "opened_at"),
        Index(
            "ix_incident_announce_at",
            "announce_at",
            sqlite_where=text("announce_at IS NOT NULL"),
            postgresql_where=text("announce_at IS NOT NULL"),
        ),
        Index("uq_incident_asked_with", "asked_with", unique=True),
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    opened_at: datetime
    phase: str = Field(sa_type=Words)
    over_at: datetime | None = Field(index=True)
    """When it was resolved, or merged into another; none while it is open."""
    merged_into: int | None = Field(sa_type=RowNumber, index=True)
    announce_at: datetime | None
    """From when on people are to be told of it; none once they were, which is a Change in the log."""
    services: str = Field(sa_type=Words)
    """The names of its services, case folded, as a list in JSON."""
    asked_with: str | None = Field(sa_type=Words)
    """The key with which a program asked for it: asked again, it gets the same one."""
    body: str = Field(sa_type=Words)


class IncidentMemberRow(SQLModel, table=True):
    """A sender's alert, from when to when it fires, and the incident that it belongs to, if any.

    One key has a row for each incident that it was part of; at most one of them fires. The newest counts.
    """

    __tablename__ = "incident_member"
    __table_args__ = (
        Index("ix_incident_member_intake_group_key", "intake", "group_key"),
        Index("ix_incident_member_intake_key", "intake", "key", "number"),
        Index(
            "uq_incident_member_fires",
            "intake",
            "key",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    intake: str = Field(sa_type=Words)
    key: str = Field(sa_type=Words)
    incident: int | None = Field(
        sa_type=RowNumber, foreign_key="incident.number", ondelete="CASCADE", index=True
    )
    title: str = Field(sa_type=Words)
    since: datetime
    until: datetime | None
    severity: str = Field(sa_type=Words)
    services: str = Field(sa_type=Words)
    """A list in JSON."""
    group_key: str | None = Field(sa_type=Words)
    """What the sender groups by."""
    seen_at: datetime
    withheld: str = Field(sa_type=Words)
    """Why it opened no incident; empty where it did."""


class IncidentEntryRow(SQLModel, table=True):
    """A line of an incident's timeline. Append-only: it is the audit trail."""

    __tablename__ = "incident_entry"
    __table_args__ = (
        Index("ix_incident_entry_incident_number", "incident", "number"),
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    incident: int = Field(sa_type=RowNumber, foreign_key="incident.number", ondelete="CASCADE")
    at: datetime
    kind: str = Field(sa_type=Words)
    author: str = Field(sa_type=Words)
    text: str = Field(sa_type=Words)
    data: str = Field(sa_type=Words)
    """JSON of the facts for programs."""


class IncidentTaskRow(SQLModel, table=True):
    """Something that is to be done for an incident."""

    __tablename__ = "incident_task"
    __table_args__ = {"sqlite_autoincrement": True}
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    incident: int = Field(sa_type=RowNumber, foreign_key="incident.number", ondelete="CASCADE", index=True)
    text: str = Field(sa_type=Words)
    created_at: datetime
    owner: str = Field(sa_type=Words)
    due_at: datetime | None
    done_at: datetime | None


class IncidentLinkRow(SQLModel, table=True):
    """A suspect of an incident, and what was said of it: an incident, a disturbance, an early warning."""

    __tablename__ = "incident_link"
    __table_args__ = (Index("ix_incident_link_vendor_cause", "vendor", "cause"),)
    incident: int = Field(
        sa_type=RowNumber, primary_key=True, foreign_key="incident.number", ondelete="CASCADE"
    )
    vendor: str = Field(sa_type=Words, primary_key=True)
    cause: str = Field(sa_type=Words, primary_key=True)
    """The id of the vendor's incident."""
    state: str = Field(sa_type=Words)
    score: float
    at: datetime
    by: str = Field(sa_type=Words)
    linked_at: datetime | None
    body: str = Field(sa_type=Words)
    """JSON of a Suspect."""
