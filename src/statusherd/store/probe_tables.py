"""The tables of early detection: what probes found, what people reported, and the warnings made of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from statusherd.store.columns import RowNumber, Words


class ProbeResultRow(SQLModel, table=True):
    """One round of a probe. Kept for weeks; what is usual is in the hours."""

    __tablename__ = "probe_result"
    vendor: str = Field(sa_type=Words, primary_key=True)
    probe: str = Field(sa_type=Words, primary_key=True)
    at: datetime = Field(primary_key=True, index=True)
    ok: bool
    latency_ms: float | None
    stage: str = Field(sa_type=Words)
    detail: str = Field(sa_type=Words)
    attempts: int
    failed: int
    counts: bool


class ProbeHourRow(SQLModel, table=True):
    """The rounds of one hour, thinned to what the next hours are compared with."""

    __tablename__ = "probe_hour"
    vendor: str = Field(sa_type=Words, primary_key=True)
    probe: str = Field(sa_type=Words, primary_key=True)
    at: datetime = Field(primary_key=True, index=True)
    body: str = Field(sa_type=Words)
    """JSON of a ProbeHour."""


class ProbeAnomalyRow(SQLModel, table=True):
    """A probe that found what is not usual, from when to when; no end while it goes on."""

    __tablename__ = "probe_anomaly"
    __table_args__ = (
        Index(
            "ix_probe_anomaly_open",
            "vendor",
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )
    vendor: str = Field(sa_type=Words, primary_key=True)
    probe: str = Field(sa_type=Words, primary_key=True)
    since: datetime = Field(primary_key=True, index=True)
    until: datetime | None
    evidence: str = Field(sa_type=Words)


class VendorReportRow(SQLModel, table=True):
    """Somebody of ours says that a vendor is in trouble."""

    __tablename__ = "vendor_report"
    __table_args__ = {"sqlite_autoincrement": True}
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    vendor: str = Field(sa_type=Words)
    at: datetime = Field(index=True)
    author: str = Field(sa_type=Words)
    note: str = Field(sa_type=Words)
    service: str = Field(sa_type=Words)


class EarlyWarningRow(SQLModel, table=True):
    """An early warning. The columns are what is searched for; `body` is JSON of an EarlyWarning."""

    __tablename__ = "early_warning"
    __table_args__ = (
        Index(
            "ix_early_warning_open",
            "vendor",
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
    )
    vendor: str = Field(sa_type=Words, primary_key=True)
    id: str = Field(sa_type=Words, primary_key=True)
    opened_at: datetime = Field(index=True)
    over_at: datetime | None
    """When it ended or was joined; none while it is open."""
    body: str = Field(sa_type=Words)
