"""Feeds that a home page or an index of sitemaps names, and which of them it was.

Only adds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COMMENT = "A feed that ingest polls; feed_id is uuid5(URL namespace, url); failures counts those in a row"


def upgrade() -> None:
    """Apply the step."""
    op.add_column("feed", sa.Column("found_in", sa.UUID(), nullable=True))
    op.create_foreign_key(op.f("fk_feed_found_in_feed"), "feed", "feed", ["found_in"], ["feed_id"], ondelete="CASCADE")
    op.create_index("ix_feed_found_in", "feed", ["found_in"], postgresql_where=sa.text("found_in IS NOT NULL"))
    op.create_table_comment(
        "feed",
        f"{COMMENT}; found_in is the home page or index of sitemaps that names it, null where somebody added it.",
        existing_comment=f"{COMMENT}.",
    )


def downgrade() -> None:
    """Take the step back."""
    op.create_table_comment("feed", f"{COMMENT}.")
    op.drop_index("ix_feed_found_in", table_name="feed")
    op.drop_constraint(op.f("fk_feed_found_in_feed"), "feed", type_="foreignkey")
    op.drop_column("feed", "found_in")
