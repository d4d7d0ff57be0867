"""By which rules an article's URL was made, and how far a fetch has come that waits for a host.

Only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JOURNEYS = ("feed", "page", "submission")


def upgrade() -> None:
    """Apply the step."""
    op.add_column("publication", sa.Column("canonical_version", sa.Integer(), server_default="0", nullable=False))
    for table in JOURNEYS:
        op.add_column(table, sa.Column("journey", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    for table in reversed(JOURNEYS):
        op.drop_column(table, "journey")
    op.drop_column("publication", "canonical_version")
