"""Our own incidents: what they are, whose alerts they come from, their timeline, tasks and suspects."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text()
TIME = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("phase", TEXT, nullable=False),
        sa.Column("over_at", TIME),
        sa.Column("merged_into", NUMBER),
        sa.Column("announce_at", TIME),
        sa.Column("services", TEXT, nullable=False),
        sa.Column("asked_with", TEXT),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incident"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incident_opened_at", "incident", ["opened_at"])
    op.create_index("ix_incident_over_at", "incident", ["over_at"])
    op.create_index("ix_incident_merged_into", "incident", ["merged_into"])
    waits = sa.text("announce_at IS NOT NULL")
    op.create_index(
        "ix_incident_announce_at", "incident", ["announce_at"], sqlite_where=waits, postgresql_where=waits
    )
    op.create_index("uq_incident_asked_with", "incident", ["asked_with"], unique=True)
    _members()
    _entries()
    _tasks()
    _links()


def _of_incident(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_incident_incident"
    return sa.ForeignKeyConstraint(["incident"], ["incident.number"], name=name, ondelete="CASCADE")


def _members() -> None:
    op.create_table(
        "incident_member",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("intake", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("incident", NUMBER),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("services", TEXT, nullable=False),
        sa.Column("group_key", TEXT),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("withheld", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incident_member"),
        _of_incident("incident_member"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incident_member_incident", "incident_member", ["incident"])
    op.create_index("ix_incident_member_intake_group_key", "incident_member", ["intake", "group_key"])
    op.create_index("ix_incident_member_intake_key", "incident_member", ["intake", "key", "number"])
    fires = sa.text("until IS NULL")
    op.create_index(
        "uq_incident_member_fires", "incident_member", ["intake", "key"], unique=True, sqlite_where=fires,
        postgresql_where=fires,
    )  # fmt: skip


def _entries() -> None:
    op.create_table(
        "incident_entry",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("incident", NUMBER, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("data", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incident_entry"),
        _of_incident("incident_entry"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incident_entry_incident_number", "incident_entry", ["incident", "number"])


def _tasks() -> None:
    op.create_table(
        "incident_task",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("incident", NUMBER, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("done_at", TIME),
        sa.PrimaryKeyConstraint("number", name="pk_incident_task"),
        _of_incident("incident_task"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_incident_task_incident", "incident_task", ["incident"])


def _links() -> None:
    op.create_table(
        "incident_link",
        sa.Column("incident", NUMBER, nullable=False),
        sa.Column("vendor", TEXT, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("linked_at", TIME),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("incident", "vendor", "cause", name="pk_incident_link"),
        _of_incident("incident_link"),
    )
    op.create_index("ix_incident_link_vendor_cause", "incident_link", ["vendor", "cause"])
