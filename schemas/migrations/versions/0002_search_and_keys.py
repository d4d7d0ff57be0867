"""Search in articles and claims, filters of claims, keys of the API.

Only adds: what was stored before has no search vector until it is read again (``claimwire reextract``).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "api_key",
        sa.Column("key_id", sa.UUID(), nullable=False),
        sa.Column("holder_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("requests_per_minute > 0", name=op.f("ck_api_key_requests_per_minute")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
        comment="Who may ask the API what; of the key itself only its prefix and its SHA-256 are kept. A key and those it is rotated into have one holder, whose the submissions are.",
    )
    op.create_index(op.f("ix_api_key_created_at_key_id"), "api_key", ["created_at", "key_id"], unique=False)
    op.add_column("article", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.add_column("article", sa.Column("claims_reason", sa.Text(), nullable=True))
    op.add_column("claim", sa.Column("arrival", sa.Text(), nullable=True))
    op.add_column("claim", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("claim", sa.Column("search", postgresql.TSVECTOR(), nullable=True))
    op.create_check_constraint(
        op.f("ck_claim_arrival"), "claim", "arrival IN ('fetched', 'submitted', 'file')", postgresql_not_valid=True
    )
    op.create_index(
        "ix_dead_letter_waiting",
        "dead_letter",
        ["reason", "first_seen_at"],
        unique=False,
        postgresql_where=sa.text("redriven_at IS NULL"),
    )
    op.drop_index("ix_claim_speaker", table_name="claim")
    op.add_column("entity", sa.Column("folded", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    op.drop_column("entity", "folded")
    op.drop_index("ix_dead_letter_waiting", table_name="dead_letter")
    op.create_index(
        "ix_claim_speaker",
        "claim",
        ["speaker_name", "fetched_at", "claim_id"],
        unique=False,
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.drop_constraint(op.f("ck_claim_arrival"), "claim", type_="check")
    op.drop_column("claim", "search")
    op.drop_column("claim", "language")
    op.drop_column("claim", "arrival")
    op.drop_column("article", "claims_reason")
    op.drop_column("article", "search")
    op.drop_index(op.f("ix_api_key_created_at_key_id"), table_name="api_key")
    op.drop_table("api_key")
