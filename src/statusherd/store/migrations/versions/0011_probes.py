"""Early detection: what probes found, its hours, what was unusual; reports of people; early warnings."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _results()
    _hours()
    _anomalies()
    _reports()
    _warnings()


def _results() -> None:
    op.create_table(
        "probe_result",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("probe", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("latency_ms", sa.Float()),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("vendor", "probe", "at", name="pk_probe_result"),
    )
    op.create_index("ix_probe_result_at", "probe_result", ["at"])


def _hours() -> None:
    op.create_table(
        "probe_hour",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("probe", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("vendor", "probe", "at", name="pk_probe_hour"),
    )
    op.create_index("ix_probe_hour_at", "probe_hour", ["at"])


def _anomalies() -> None:
    op.create_table(
        "probe_anomaly",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("probe", TEXT, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.Column("evidence", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("vendor", "probe", "since", name="pk_probe_anomaly"),
    )
    op.create_index("ix_probe_anomaly_since", "probe_anomaly", ["since"])
    goes_on = sa.text("until IS NULL")
    op.create_index(
        "ix_probe_anomaly_open", "probe_anomaly", ["vendor"], sqlite_where=goes_on, postgresql_where=goes_on
    )


def _reports() -> None:
    op.create_table(
        "vendor_report",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("service", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_vendor_report"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_vendor_report_at", "vendor_report", ["at"])


def _warnings() -> None:
    op.create_table(
        "early_warning",
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("over_at", TIME),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("vendor", "id", name="pk_early_warning"),
    )
    op.create_index("ix_early_warning_opened_at", "early_warning", ["opened_at"])
    is_open = sa.text("over_at IS NULL")
    op.create_index(
        "ix_early_warning_open", "early_warning", ["vendor"], sqlite_where=is_open, postgresql_where=is_open
    )
