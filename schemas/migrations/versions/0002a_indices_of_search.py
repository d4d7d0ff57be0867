"""The indices by which articles, claims and entities are searched and filtered."""

import sqlalchemy as sa
from alembic import op

from schemas.migrations.building import build_index, validate

revision = "0002a"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    live = sa.text("retracted_at IS NULL")
    validate("claim", "ck_claim_arrival")
    build_index("ix_article_search", "article", ["search"], postgresql_using="gin")
    build_index("ix_claim_search", "claim", ["search"], postgresql_using="gin", postgresql_where=live)
    build_index("ix_article_facets", "article", [sa.text("(ARRAY[arrival, language])")], postgresql_using="gin")
    facets = sa.text("(ARRAY[voice, form, polarity, force, arrival, language])")
    build_index("ix_claim_facets", "claim", [facets], postgresql_using="gin")
    build_index("ix_claim_confidence", "claim", ["confidence"], postgresql_where=live)
    build_index("ix_entity_first_seen_at_entity_id", "entity", ["first_seen_at", "entity_id"])
    build_index("ix_entity_type_first_seen_at_entity_id", "entity", ["type", "first_seen_at", "entity_id"])
    build_index("ix_entity_words", "entity", [sa.text("string_to_array(folded, ' ')")], postgresql_using="gin")


def downgrade() -> None:
    """Take the step back."""
    for name in ("words", "type_first_seen_at_entity_id", "first_seen_at_entity_id"):
        op.drop_index(f"ix_entity_{name}", table_name="entity")
    for name in ("confidence", "facets", "search"):
        op.drop_index(f"ix_claim_{name}", table_name="claim")
    for name in ("facets", "search"):
        op.drop_index(f"ix_article_{name}", table_name="article")
