"""The indices by which entities are found that may be one, or are."""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.building import build_index, validate

revision = "0004a"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    validate("entity", "fk_entity_merged_into")
    validate("entity", "ck_entity_name")
    build_index("ix_entity_bucket_entity_id", "entity", ["bucket", "entity_id"])
    merged = sa.text("merged_into IS NOT NULL")
    build_index("ix_entity_merged_into", "entity", ["merged_into"], postgresql_where=merged)


def downgrade() -> None:
    """Take the step back."""
    for name in ("merged_into", "bucket_entity_id"):
        op.drop_index(f"ix_entity_{name}", table_name="entity")
