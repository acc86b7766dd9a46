"""What waits behind other trouble."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.add_column("decision", sa.Column("behind", TEXT))
    op.add_column("held", sa.Column("behind", TEXT))
    op.create_index("ix_held_behind", "held", ["behind"])
