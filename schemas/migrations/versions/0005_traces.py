"""Which span made a page or a submission due, so that its trace goes on in ingest.

Only adds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    for table in ("page", "submission"):
        op.add_column(table, sa.Column("traceparent", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    for table in ("submission", "page"):
        op.drop_column(table, "traceparent")
