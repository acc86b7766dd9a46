"""What was run of runbooks, and our own maintenance windows."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "runbook_run",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("incident", NUMBER),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_runbook_run"),
        sa.ForeignKeyConstraint(
            ["incident"], ["incident.number"], name="fk_runbook_run_incident_incident", ondelete="SET NULL"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runbook_run_asked_at", "runbook_run", ["asked_at"])
    op.create_index("ix_runbook_run_incident", "runbook_run", ["incident"])
    op.create_table(
        "own_maintenance",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_own_maintenance"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_own_maintenance_ends_at", "own_maintenance", ["ends_at"])
