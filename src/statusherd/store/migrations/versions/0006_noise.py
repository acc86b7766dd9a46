"""What waits behind other trouble, and when a maintenance is told again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("decision", sa.Column("behind", TEXT))
    op.add_column("held", sa.Column("behind", TEXT))
    op.create_index("ix_held_behind", "held", ["behind"])
    op.create_table(
        "reminder",
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("maintenance", TEXT, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("thread", "channel", name="pk_reminder"),
    )
    op.create_index("ix_reminder_due_at", "reminder", ["due_at"])
