"""The indices by which articles are found that wait to be compared, or may be of one origin."""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.building import build_index, validate

revision = "0003a"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    validate("change", "ck_change_kind")
    build_index("ix_article_origin_keys", "article", ["origin_keys"], postgresql_using="gin")
    waiting = sa.text("related_at IS NULL AND card IS NOT NULL")
    build_index("ix_article_unrelated", "article", ["article_id"], postgresql_where=waiting)


def downgrade() -> None:
    """Take the step back."""
    for name in ("unrelated", "origin_keys"):
        op.drop_index(f"ix_article_{name}", table_name="article")
