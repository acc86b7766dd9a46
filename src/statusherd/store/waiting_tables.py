"""The tables of what waits to be told, of who asked for quiet, and of who takes it on. See `tables`."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from statusherd.store.columns import RowNumber, Words


class HeldRow(SQLModel, table=True):
    """A message that waits: decided anew at `until` from the newest change of its thread."""

    __tablename__ = "held"
    thread: str = Field(sa_type=Words, primary_key=True, foreign_key="thread.id", ondelete="CASCADE")
    channel: str = Field(sa_type=Words, primary_key=True)
    change_number: int = Field(sa_type=RowNumber, foreign_key="change.number", ondelete="CASCADE", index=True)
    since: datetime
    until: datetime = Field(index=True)
    why: str = Field(sa_type=Words)
    silence: int | None = Field(sa_type=RowNumber, index=True)
    behind: str | None = Field(sa_type=Words, index=True)
    group_thread: str | None = Field(sa_type=Words, index=True)
    """The thread of the group that it waits for."""


class ReminderRow(SQLModel, table=True):
    """When a maintenance is told again before it begins: the next time for a window.

    `channel` '' asks the routes whom to tell; one that had to wait for its hours stands for itself.
    """

    __tablename__ = "reminder"
    thread: str = Field(sa_type=Words, primary_key=True)
    channel: str = Field(sa_type=Words, primary_key=True)
    vendor: str = Field(sa_type=Words)
    maintenance: str = Field(sa_type=Words)
    starts_at: datetime
    due_at: datetime = Field(index=True)


class MessageGroupRow(SQLModel, table=True):
    """What is told together in a channel, and the thread in which it is."""

    __tablename__ = "message_group"
    channel: str = Field(sa_type=Words, primary_key=True)
    key: str = Field(sa_type=Words, primary_key=True)
    thread: str = Field(sa_type=Words, index=True)
    vendor: str = Field(sa_type=Words)
    subject: str = Field(sa_type=Words)
    opened_at: datetime


class RepeatRow(SQLModel, table=True):
    """When a channel is reminded of a thread that is still open, from the newest change of it."""

    __tablename__ = "repeat"
    thread: str = Field(sa_type=Words, primary_key=True, foreign_key="thread.id", ondelete="CASCADE")
    channel: str = Field(sa_type=Words, primary_key=True)
    change_number: int = Field(sa_type=RowNumber, foreign_key="change.number", ondelete="CASCADE", index=True)
    due_at: datetime = Field(index=True)


class SilenceRow(SQLModel, table=True):
    """A silence that somebody asked for. Ended early, `ends_at` is when."""

    __tablename__ = "silence"
    __table_args__ = {"sqlite_autoincrement": True}
    id: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    created_at: datetime
    starts_at: datetime
    ends_at: datetime = Field(index=True)
    body: str = Field(sa_type=Words)
    """JSON of a Silence; the columns count."""


class ClimbRow(SQLModel, table=True):
    """How far an escalation got in a thread; its next step is due at `due_at`."""

    __tablename__ = "climb"
    thread: str = Field(sa_type=Words, primary_key=True, foreign_key="thread.id", ondelete="CASCADE")
    escalation: str = Field(sa_type=Words, primary_key=True)
    change_number: int = Field(sa_type=RowNumber)
    step: int
    round: int
    severity: str = Field(sa_type=Words)
    began_at: datetime
    due_at: datetime | None = Field(index=True)


class AcknowledgementRow(SQLModel, table=True):
    """Somebody took on a thread; `until` is when that ceased to hold."""

    __tablename__ = "acknowledgement"
    __table_args__ = {"sqlite_autoincrement": True}
    id: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    thread: str = Field(sa_type=Words, foreign_key="thread.id", ondelete="CASCADE", index=True)
    author: str = Field(sa_type=Words)
    at: datetime
    note: str = Field(sa_type=Words)
    severity: str = Field(sa_type=Words)
    until: datetime | None


class OncallOverrideRow(SQLModel, table=True):
    """Somebody who is on call in place of the one whose turn it is."""

    __tablename__ = "oncall_override"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    oncall: str = Field(sa_type=Words)
    person: str = Field(sa_type=Words)
    begins_at: datetime
    ends_at: datetime = Field(index=True)
    reason: str = Field(sa_type=Words)
    created_at: datetime
