"""Messages that wait, silences, and what decisions and threads know of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("decision", sa.Column("until", TIME))
    op.add_column("decision", sa.Column("silence", NUMBER))
    op.add_column("told", sa.Column("at", TIME))
    op.drop_index("ix_thread_vendor", "thread")
    op.create_index("ix_thread_vendor_subject_opened_at", "thread", ["vendor", "subject", "opened_at"])
    _held()
    _silence()


def _held() -> None:
    op.create_table(
        "held",
        sa.Column("thread", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("change_number", NUMBER, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("silence", NUMBER),
        sa.PrimaryKeyConstraint("thread", "channel", name="pk_held"),
        sa.ForeignKeyConstraint(["thread"], ["thread.id"], name="fk_held_thread_thread", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["change_number"], ["change.number"], name="fk_held_change_number_change", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_held_change_number", "held", ["change_number"])
    op.create_index("ix_held_silence", "held", ["silence"])
    op.create_index("ix_held_until", "held", ["until"])


def _silence() -> None:
    op.create_table(
        "silence",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silence"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silence_ends_at", "silence", ["ends_at"])
