"""What articles call those who speak, beside their names.

Only adds.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.add_column("claim", sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    op.drop_column("claim", "roles")
