"""How often a feed changes, how it asks to be left alone, where it has moved to, and whether it has ended.

Only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    for column in (
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changes_per_day", sa.Float(), nullable=True),
        sa.Column("ttl_seconds", sa.Integer(), nullable=True),
        sa.Column("skip_hours", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.Column("skip_days", postgresql.ARRAY(sa.Integer()), nullable=True),
    ):
        op.add_column("feed", column)


def downgrade() -> None:
    """Take the step back."""
    for column in ("skip_days", "skip_hours", "ttl_seconds", "changes_per_day", "ended_at", "moved_to"):
        op.drop_column("feed", column)
