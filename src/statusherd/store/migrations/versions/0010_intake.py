"""What senders have delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "intake_event",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("intake", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("headers", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("signals", sa.Integer(), nullable=False),
        sa.Column("processed_at", TIME),
        sa.PrimaryKeyConstraint("number", name="pk_intake_event"),
        sa.UniqueConstraint("intake", "key", name="uq_intake_event_intake_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_intake_event_intake_matter_number", "intake_event", ["intake", "matter", "number"])
    is_new = sa.text("state = 'new'")
    op.create_index(
        "ix_intake_event_new", "intake_event", ["number"], sqlite_where=is_new, postgresql_where=is_new
    )
    op.create_index("ix_intake_event_received_at", "intake_event", ["received_at"])
