"""Escalations that wait for an acknowledgement, and who gave one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "climb",
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("escalation", TEXT, nullable=False),
        sa.Column("change_number", NUMBER, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("due_at", TIME),
        sa.PrimaryKeyConstraint("thread", "escalation", name="pk_climb"),
        sa.ForeignKeyConstraint(["thread"], ["thread.id"], name="fk_climb_thread_thread", ondelete="CASCADE"),
    )
    op.create_index("ix_climb_due_at", "climb", ["due_at"])
    op.create_table(
        "acknowledgement",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("until", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgement"),
        sa.ForeignKeyConstraint(
            ["thread"], ["thread.id"], name="fk_acknowledgement_thread_thread", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_acknowledgement_thread", "acknowledgement", ["thread"])
