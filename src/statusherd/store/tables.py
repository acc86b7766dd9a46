"""The tables. Times are UTC, enums are stored by value, records of the domain as JSON text."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

from sqlalchemy import Index, LargeBinary, Table, text
from sqlmodel import Field, SQLModel

from statusherd.store.columns import RowNumber, Words
from statusherd.store.incident_tables import (
    IncidentEntryRow,
    IncidentLinkRow,
    IncidentMemberRow,
    IncidentRow,
    IncidentTaskRow,
)
from statusherd.store.intake_tables import IntakeEventRow
from statusherd.store.probe_tables import (
    EarlyWarningRow,
    ProbeAnomalyRow,
    ProbeHourRow,
    ProbeResultRow,
    VendorReportRow,
)
from statusherd.store.runbook_tables import OwnMaintenanceRow, RunbookRunRow
from statusherd.store.waiting_tables import (
    AcknowledgementRow,
    ClimbRow,
    HeldRow,
    MessageGroupRow,
    OncallOverrideRow,
    ReminderRow,
    RepeatRow,
    SilenceRow,
)


class MetaRow(SQLModel, table=True):
    """Facts on the store itself: `vendors` counts the changes of the list of added vendors."""

    __tablename__ = "meta"
    name: str = Field(sa_type=Words, primary_key=True)
    value: int


class VendorRow(SQLModel, table=True):
    """A vendor added by command. Those of the config are not here."""

    __tablename__ = "vendor"
    name: str = Field(sa_type=Words, primary_key=True)
    added_at: datetime
    definition: str = Field(sa_type=Words)
    """JSON of a WatchedVendor."""


class VendorStateRow(SQLModel, table=True):
    """What is known of a vendor as a whole. `seq` counts the looks that were stored."""

    __tablename__ = "vendor_state"
    vendor: str = Field(sa_type=Words, primary_key=True)
    seq: int
    title: str | None = Field(sa_type=Words)
    format: str | None = Field(sa_type=Words)
    page_name: str | None = Field(sa_type=Words)
    page_url: str | None = Field(sa_type=Words)
    first_seen_at: datetime | None
    changed_at: datetime
    seen_at: datetime | None
    rereads_at: datetime | None
    page_status: str | None = Field(sa_type=Words)
    status: str = Field(sa_type=Words)
    status_since: datetime | None
    open_incidents: int
    disturbance_since: datetime | None
    disturbance_status: str | None = Field(sa_type=Words)
    failed_looks: int
    failing_since: datetime | None
    blind_since: datetime | None
    suspicious_looks: int
    rotten_filters: str = Field(sa_type=Words)
    error_kind: str | None = Field(sa_type=Words)
    error: str | None = Field(sa_type=Words)
    validators: str = Field(sa_type=Words)
    """JSON of StoredValidators, one per address of the look."""
    disturbance_floor: str | None = Field(default=None, sa_type=Words)
    """What the page said when components that services need began it; none where it is the page's word."""


class ComponentRow(SQLModel, table=True):
    """A component as the page lists it now."""

    __tablename__ = "component"
    vendor: str = Field(
        sa_type=Words, primary_key=True, foreign_key="vendor_state.vendor", ondelete="CASCADE"
    )
    id: str = Field(sa_type=Words, primary_key=True)
    position: int
    name: str = Field(sa_type=Words)
    group_name: str | None = Field(sa_type=Words)
    region: str | None = Field(sa_type=Words)
    status: str = Field(sa_type=Words)


class ComponentSpanRow(SQLModel, table=True):
    """A time in which a component had one status; `component_id` '' is the vendor as a whole."""

    __tablename__ = "component_span"
    __table_args__ = (
        Index("ix_component_span_vendor_component_id_began_at", "vendor", "component_id", "began_at"),
        Index(
            "ix_component_span_ended_at",
            "ended_at",
            sqlite_where=text("ended_at IS NOT NULL"),
            postgresql_where=text("ended_at IS NOT NULL"),
        ),
        Index(
            "uq_component_span_open",
            "vendor",
            "component_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    vendor: str = Field(sa_type=Words)
    component_id: str = Field(sa_type=Words)
    status: str = Field(sa_type=Words)
    began_at: datetime
    ended_at: datetime | None


class VendorIncidentRow(SQLModel, table=True):
    """An incident of a vendor, kept for the history.

    `remembered`: looks are compared with it. The columns are what the comparison concluded; `body` is
    what the vendor last said of it, JSON of a VendorIncident.
    """

    __tablename__ = "vendor_incident"
    __table_args__ = (
        Index("ix_vendor_incident_vendor_sorted_at", "vendor", "sorted_at"),
        Index("ix_vendor_incident_sorted_at", "sorted_at"),
        Index(
            "ix_vendor_incident_open",
            "vendor",
            sqlite_where=text("phase <> 'resolved'"),
            postgresql_where=text("phase <> 'resolved'"),
        ),
    )
    vendor: str = Field(sa_type=Words, primary_key=True)
    id: str = Field(sa_type=Words, primary_key=True)
    title: str = Field(sa_type=Words)
    impact: str = Field(sa_type=Words)
    phase: str = Field(sa_type=Words)
    component_ids: str = Field(sa_type=Words)
    words: str = Field(sa_type=Words)
    started_at: datetime | None
    resolved_at: datetime | None
    first_seen_at: datetime
    sorted_at: datetime
    """Where it stands in lists: its start, else when it was first seen."""
    stale: bool
    remembered: bool
    body: str | None = Field(sa_type=Words)


class MaintenanceRow(SQLModel, table=True):
    """A planned window of a vendor; columns and `body` as with incidents."""

    __tablename__ = "maintenance"
    __table_args__ = (
        Index("ix_maintenance_vendor_sorted_at", "vendor", "sorted_at"),
        Index("ix_maintenance_sorted_at", "sorted_at"),
    )
    vendor: str = Field(sa_type=Words, primary_key=True)
    id: str = Field(sa_type=Words, primary_key=True)
    title: str = Field(sa_type=Words)
    phase: str = Field(sa_type=Words)
    words: str = Field(sa_type=Words)
    starts_at: datetime | None
    ends_at: datetime | None
    first_seen_at: datetime
    sorted_at: datetime
    remembered: bool
    body: str | None = Field(sa_type=Words)


class ChangeRow(SQLModel, table=True):
    """The log of what happened. Append-only; `routed_at` is set once its decisions are written."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_vendor_at", "vendor", "at"),
        Index("ix_change_at", "at"),
        Index(
            "ix_change_unrouted",
            "number",
            sqlite_where=text("routed_at IS NULL"),
            postgresql_where=text("routed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    vendor: str = Field(sa_type=Words)
    kind: str = Field(sa_type=Words)
    subject: str = Field(sa_type=Words)
    at: datetime
    routed_at: datetime | None
    body: str = Field(sa_type=Words)
    """JSON of a Change."""


class LookBodyRow(SQLModel, table=True):
    """What a changed look read, compressed, so that it can be replayed."""

    __tablename__ = "look_body"
    __table_args__ = (
        Index("ix_look_body_vendor_at", "vendor", "at"),
        Index("ix_look_body_at", "at"),
    )
    id: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    vendor: str = Field(sa_type=Words)
    at: datetime
    url: str = Field(sa_type=Words)
    body: bytes = Field(sa_type=LargeBinary)


class DecisionRow(SQLModel, table=True):
    """An answer of the routing to a change, told or not, with its reason."""

    __tablename__ = "decision"
    id: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    change_number: int = Field(sa_type=RowNumber, foreign_key="change.number", ondelete="CASCADE", index=True)
    at: datetime
    told: bool
    reason: str = Field(sa_type=Words)
    route: str | None = Field(sa_type=Words)
    channel: str | None = Field(sa_type=Words)
    until: datetime | None
    silence: int | None = Field(sa_type=RowNumber)
    behind: str | None = Field(sa_type=Words)
    message: str | None = Field(sa_type=Words)
    """The dedup key of the delivery that tells it."""


class ThreadRow(SQLModel, table=True):
    """A conversation, its subject frozen."""

    __tablename__ = "thread"
    __table_args__ = (Index("ix_thread_vendor_subject_opened_at", "vendor", "subject", "opened_at"),)
    id: str = Field(sa_type=Words, primary_key=True)
    vendor: str = Field(sa_type=Words)
    subject: str = Field(sa_type=Words)
    opened_at: datetime = Field(index=True)


class ToldRow(SQLModel, table=True):
    """What a channel was told last in a thread.

    `severity` is that within business hours, `services` the JSON list of those touched; none where no
    service was mapped then.
    """

    __tablename__ = "told"
    thread: str = Field(sa_type=Words, primary_key=True, foreign_key="thread.id", ondelete="CASCADE")
    channel: str = Field(sa_type=Words, primary_key=True)
    phase: str = Field(sa_type=Words)
    impact: str = Field(sa_type=Words)
    messages: int
    ended: bool
    severity: str | None = Field(default=None, sa_type=Words)
    services: str | None = Field(default=None, sa_type=Words)
    at: datetime | None
    group_thread: str | None = Field(sa_type=Words, index=True)
    """The thread of the group in which the channel hears of it."""


class DeliveryRow(SQLModel, table=True):
    """A message of the outbox. `owner` holds it until `lease_until` while it is being sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_state_due_at", "state", "due_at"),
        Index("ix_delivery_thread_channel", "thread", "channel"),
        Index("ix_delivery_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, sa_type=RowNumber, primary_key=True)
    channel: str = Field(sa_type=Words)
    dedup_key: str = Field(sa_type=Words, unique=True)
    thread: str = Field(sa_type=Words, foreign_key="thread.id", ondelete="CASCADE")
    change_number: int | None = Field(
        sa_type=RowNumber, foreign_key="change.number", ondelete="SET NULL", index=True
    )
    created_at: datetime
    due_at: datetime
    state: str = Field(sa_type=Words)
    attempts: int
    maybe_sent: bool
    owner: str | None = Field(sa_type=Words)
    lease_until: datetime | None
    sent_at: datetime | None
    alert: str = Field(sa_type=Words)
    """JSON of an Alert."""


class DeliveryAttemptRow(SQLModel, table=True):
    """One try to send, and what became of it."""

    __tablename__ = "delivery_attempt"
    delivery: int = Field(sa_type=RowNumber, primary_key=True, foreign_key="delivery.id", ondelete="CASCADE")
    at: datetime = Field(primary_key=True)
    number: int
    sent: bool
    permanent: bool
    maybe_sent: bool
    elapsed: float
    detail: str = Field(sa_type=Words)


class LeaseRow(SQLModel, table=True):
    """Who does a piece of work, and until when nobody else may."""

    __tablename__ = "lease"
    name: str = Field(sa_type=Words, primary_key=True)
    owner: str = Field(sa_type=Words)
    until: datetime


def _table(row: type[SQLModel]) -> Table:
    return cast(Table, row.__table__)  # type: ignore[attr-defined]


meta: Final = _table(MetaRow)
vendor: Final = _table(VendorRow)
vendor_state: Final = _table(VendorStateRow)
component: Final = _table(ComponentRow)
component_span: Final = _table(ComponentSpanRow)
vendor_incident: Final = _table(VendorIncidentRow)
maintenance: Final = _table(MaintenanceRow)
change: Final = _table(ChangeRow)
look_body: Final = _table(LookBodyRow)
decision: Final = _table(DecisionRow)
thread: Final = _table(ThreadRow)
told: Final = _table(ToldRow)
held: Final = _table(HeldRow)
reminder: Final = _table(ReminderRow)
message_group: Final = _table(MessageGroupRow)
repeat: Final = _table(RepeatRow)
silence: Final = _table(SilenceRow)
delivery: Final = _table(DeliveryRow)
delivery_attempt: Final = _table(DeliveryAttemptRow)
climb: Final = _table(ClimbRow)
acknowledgement: Final = _table(AcknowledgementRow)
oncall_override: Final = _table(OncallOverrideRow)
lease: Final = _table(LeaseRow)
incident: Final = _table(IncidentRow)
incident_member: Final = _table(IncidentMemberRow)
incident_entry: Final = _table(IncidentEntryRow)
incident_task: Final = _table(IncidentTaskRow)
incident_link: Final = _table(IncidentLinkRow)
runbook_run: Final = _table(RunbookRunRow)
own_maintenance: Final = _table(OwnMaintenanceRow)
intake_event: Final = _table(IntakeEventRow)
probe_result: Final = _table(ProbeResultRow)
probe_hour: Final = _table(ProbeHourRow)
probe_anomaly: Final = _table(ProbeAnomalyRow)
vendor_report: Final = _table(VendorReportRow)
early_warning: Final = _table(EarlyWarningRow)
METADATA: Final = SQLModel.metadata
