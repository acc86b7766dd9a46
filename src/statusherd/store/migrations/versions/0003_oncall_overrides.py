"""Overrides of on-call rotations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "oncall_override",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("oncall", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("begins_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oncall_override"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_oncall_override_ends_at", "oncall_override", ["ends_at"])
