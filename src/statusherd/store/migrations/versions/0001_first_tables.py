"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _change()
    _component_span()
    _lease()
    _look_body()
    _maintenance()
    _meta()
    _thread()
    _vendor()
    _vendor_incident()
    _vendor_state()
    _component()
    _decision()
    _delivery()
    _told()
    _delivery_attempt()


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("routed_at", TIME),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_at", "change", ["at"])
    op.create_index(
        "ix_change_unrouted",
        "change",
        ["number"],
        sqlite_where=sa.text("routed_at IS NULL"),
        postgresql_where=sa.text("routed_at IS NULL"),
    )
    op.create_index("ix_change_vendor_at", "change", ["vendor", "at"])


def _component_span() -> None:
    op.create_table(
        "component_span",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("component_id", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_component_span"),
    )
    op.create_index(
        "ix_component_span_ended_at",
        "component_span",
        ["ended_at"],
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "ix_component_span_vendor_component_id_began_at",
        "component_span",
        ["vendor", "component_id", "began_at"],
    )
    op.create_index(
        "uq_component_span_open",
        "component_span",
        ["vendor", "component_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _look_body() -> None:
    op.create_table(
        "look_body",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_look_body"),
    )
    op.create_index("ix_look_body_at", "look_body", ["at"])
    op.create_index("ix_look_body_vendor_at", "look_body", ["vendor", "at"])


def _maintenance() -> None:
    op.create_table(
        "maintenance",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("phase", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("starts_at", TIME),
        sa.Column("ends_at", TIME),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("sorted_at", TIME, nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("body", TEXT),
        sa.PrimaryKeyConstraint("vendor", "id", name="pk_maintenance"),
    )
    op.create_index("ix_maintenance_sorted_at", "maintenance", ["sorted_at"])
    op.create_index("ix_maintenance_vendor_sorted_at", "maintenance", ["vendor", "sorted_at"])


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )


def _thread() -> None:
    op.create_table(
        "thread",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_thread"),
    )
    op.create_index("ix_thread_opened_at", "thread", ["opened_at"])
    op.create_index("ix_thread_vendor", "thread", ["vendor"])


def _vendor() -> None:
    op.create_table(
        "vendor",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("definition", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_vendor"),
    )


def _vendor_incident() -> None:
    op.create_table(
        "vendor_incident",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("impact", TEXT, nullable=False),
        sa.Column("phase", TEXT, nullable=False),
        sa.Column("component_ids", TEXT, nullable=False),
        sa.Column("words", TEXT, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("resolved_at", TIME),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("sorted_at", TIME, nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("body", TEXT),
        sa.PrimaryKeyConstraint("vendor", "id", name="pk_vendor_incident"),
    )
    op.create_index(
        "ix_vendor_incident_open",
        "vendor_incident",
        ["vendor"],
        sqlite_where=sa.text("phase <> 'resolved'"),
        postgresql_where=sa.text("phase <> 'resolved'"),
    )
    op.create_index("ix_vendor_incident_sorted_at", "vendor_incident", ["sorted_at"])
    op.create_index("ix_vendor_incident_vendor_sorted_at", "vendor_incident", ["vendor", "sorted_at"])


def _vendor_state() -> None:
    op.create_table(
        "vendor_state",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("title", TEXT),
        sa.Column("format", TEXT),
        sa.Column("page_name", TEXT),
        sa.Column("page_url", TEXT),
        sa.Column("first_seen_at", TIME),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("seen_at", TIME),
        sa.Column("rereads_at", TIME),
        sa.Column("page_status", TEXT),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("status_since", TIME),
        sa.Column("open_incidents", sa.Integer(), nullable=False),
        sa.Column("disturbance_since", TIME),
        sa.Column("disturbance_status", TEXT),
        sa.Column("failed_looks", sa.Integer(), nullable=False),
        sa.Column("failing_since", TIME),
        sa.Column("blind_since", TIME),
        sa.Column("suspicious_looks", sa.Integer(), nullable=False),
        sa.Column("rotten_filters", TEXT, nullable=False),
        sa.Column("error_kind", TEXT),
        sa.Column("error", TEXT),
        sa.Column("validators", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("vendor", name="pk_vendor_state"),
    )


def _component() -> None:
    op.create_table(
        "component",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("group_name", TEXT),
        sa.Column("region", TEXT),
        sa.Column("status", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor"], ["vendor_state.vendor"], name="fk_component_vendor_vendor_state", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("vendor", "id", name="pk_component"),
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("change_number", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("route", TEXT),
        sa.Column("channel", TEXT),
        sa.ForeignKeyConstraint(
            ["change_number"], ["change.number"], name="fk_decision_change_number_change", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_change_number", "decision", ["change_number"])


def _delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("dedup_key", TEXT, nullable=False),
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("change_number", NUMBER),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("owner", TEXT),
        sa.Column("lease_until", TIME),
        sa.Column("sent_at", TIME),
        sa.Column("alert", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_number"], ["change.number"], name="fk_delivery_change_number_change", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["thread"], ["thread.id"], name="fk_delivery_thread_thread", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("dedup_key", name="uq_delivery_dedup_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_change_number", "delivery", ["change_number"])
    op.create_index("ix_delivery_created_at", "delivery", ["created_at"])
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"])
    op.create_index("ix_delivery_thread_channel", "delivery", ["thread", "channel"])


def _told() -> None:
    op.create_table(
        "told",
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("phase", TEXT, nullable=False),
        sa.Column("impact", TEXT, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["thread"], ["thread.id"], name="fk_told_thread_thread", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread", "channel", name="pk_told"),
    )


def _delivery_attempt() -> None:
    op.create_table(
        "delivery_attempt",
        sa.Column("delivery", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("elapsed", sa.Float(), nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"], ["delivery.id"], name="fk_delivery_attempt_delivery_delivery", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery", "at", name="pk_delivery_attempt"),
    )
