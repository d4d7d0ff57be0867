"""The index by which articles are found whose URLs older rules made.

Only adds.
"""

from alembic import op

from schemas.migrations.building import build_index

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    build_index("ix_publication_canonical_version", "publication", ["canonical_version"])


def downgrade() -> None:
    """Take the step back."""
    op.drop_index("ix_publication_canonical_version", table_name="publication")
