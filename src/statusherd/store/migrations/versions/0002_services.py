"""What was told of services, and what a page said when components that services need fell."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text()


def upgrade() -> None:
    op.add_column("vendor_state", sa.Column("disturbance_floor", TEXT))
    op.add_column("told", sa.Column("severity", TEXT))
    op.add_column("told", sa.Column("services", TEXT))
