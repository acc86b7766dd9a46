"""What is told together, and again: groups, who heard in which, what told a decision, reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("told", sa.Column("group_thread", TEXT))
    op.create_index("ix_told_group_thread", "told", ["group_thread"])
    op.add_column("held", sa.Column("group_thread", TEXT))
    op.create_index("ix_held_group_thread", "held", ["group_thread"])
    op.add_column("decision", sa.Column("message", TEXT))
    op.create_table(
        "message_group",
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name="pk_message_group"),
    )
    op.create_index("ix_message_group_thread", "message_group", ["thread"])
    _repeat()


def _repeat() -> None:
    op.create_table(
        "repeat",
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("change_number", NUMBER, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("thread", "channel", name="pk_repeat"),
        sa.ForeignKeyConstraint(
            ["thread"], ["thread.id"], name="fk_repeat_thread_thread", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["change_number"], ["change.number"], name="fk_repeat_change_number_change", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_repeat_change_number", "repeat", ["change_number"])
    op.create_index("ix_repeat_due_at", "repeat", ["due_at"])
