"""What each host's robots.txt said last, so that the replicas ask for it once a day between them.

Only adds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
        comment="What the robots.txt of a scheme, host and port said last, or why it could not be had; "
        "until when that counts.",
    )


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("robots")
