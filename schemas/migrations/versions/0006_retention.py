"""Indices by which what is too old is found, among what still has words.

Only adds.
"""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.building import build_index

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    build_index("ix_article_kept", "article", ["fetched_at"], postgresql_where=sa.text("erased_at IS NULL"))
    build_index("ix_revision_kept", "revision", ["fetched_at"], postgresql_where=sa.text("text IS NOT NULL"))
    build_index(
        "ix_submission_kept",
        "submission",
        ["done_at"],
        postgresql_where=sa.text("html IS NOT NULL OR text IS NOT NULL"),
    )


def downgrade() -> None:
    """Take the step back."""
    for table in ("submission", "revision", "article"):
        op.drop_index(f"ix_{table}_kept", table_name=table)
