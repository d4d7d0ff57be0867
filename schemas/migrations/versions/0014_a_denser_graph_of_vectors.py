"""The graph of statements' vectors, with more neighbours to each: past some 100,000 the sparser one lost some from sight.

The new one is built beside the old one, which answers until then.
"""

from alembic import op

from schemas.migrations.building import build_index

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME, BESIDE = "ix_statement_embedding", "ix_statement_embedding_beside"


def upgrade() -> None:
    """Apply the step."""
    _rebuild(m=24, ef_construction=200)


def downgrade() -> None:
    """Take the step back."""
    _rebuild(m=16, ef_construction=200)


def _rebuild(**graph: int) -> None:
    """Put an index of these settings in the place of the one there; one that was cut off is taken up anywhere."""
    build_index(
        BESIDE,
        "statement",
        ["embedding"],
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "halfvec_cosine_ops"},
        postgresql_with=graph,
    )
    with op.get_context().autocommit_block():
        op.drop_index(NAME, table_name="statement", postgresql_concurrently=True, if_exists=True)
        op.execute(f"ALTER INDEX {BESIDE} RENAME TO {NAME}")
