"""Relations, threads, origins and cards.

Only adds: what was stored before is compared once it is read again (``claimwire reextract``).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from schemas.halfvec import Halfvec

revision = "0003"
down_revision = "0002a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    _widen()
    _add_statements()
    _add_threads()
    _add_origins()


def _widen() -> None:
    op.add_column("article", sa.Column("card", postgresql.JSONB(), nullable=True))
    op.add_column("article", sa.Column("fingerprint", postgresql.JSONB(), nullable=True))
    op.add_column("article", sa.Column("origin_keys", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    op.add_column("article", sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("article", sa.Column("lease_token", sa.UUID(), nullable=True))
    op.create_table_comment(
        "article",
        "An article at its highest (revision, extractor_version); an erased one keeps no words. The lease is relate's; origin_keys are what articles of one origin may share.",
        existing_comment="An article at its highest (revision, extractor_version); an erased one keeps no words.",
    )
    op.alter_column("change", "article_id", existing_type=sa.UUID(), nullable=True)
    op.drop_constraint(op.f("ck_change_kind"), "change", type_="check")
    op.create_check_constraint(
        op.f("ck_change_kind"),
        "change",
        "kind IN ('extracted', 'erased', 'related', 'threaded', 'merged', 'split')",
        postgresql_not_valid=True,
    )
    op.create_table_comment(
        "change",
        "The change log; position is gap-free and given after the commit; event is what Kafka is still to be sent. What Kafka is not told (relations, threads, entities) counts as published at once; article_id: null of threads.",
        existing_comment="The change log; position is gap-free and given after the commit; event is what Kafka is still to be sent.",
    )


def _add_statements() -> None:
    op.create_table(
        "statement",
        sa.Column("claim_id", sa.UUID(), nullable=False),
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("embedding", Halfvec(384), nullable=False),
        sa.Column("entities", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("named", postgresql.JSONB(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"], name=op.f("fk_statement_article_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.claim_id"], name=op.f("fk_statement_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_statement")),
        comment="What comparing needs of a claim that is live and served, besides its reading; narrow, so that a claim's other fields may change without touching the index of vectors. entities: the speaker's and those named.",
    )
    op.create_index(op.f("ix_statement_article_id"), "statement", ["article_id"], unique=False)
    op.create_index(op.f("ix_statement_entities"), "statement", ["entities"], unique=False, postgresql_using="gin")
    op.create_index(
        op.f("ix_statement_embedding"),
        "statement",
        ["embedding"],
        unique=False,
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "halfvec_cosine_ops"},
        postgresql_with={"m": 16, "ef_construction": 200},
    )
    op.create_table(
        "relation",
        sa.Column("a", sa.UUID(), nullable=False),
        sa.Column("b", sa.UUID(), nullable=False),
        sa.Column("article_a", sa.UUID(), nullable=False),
        sa.Column("article_b", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("objects", postgresql.JSONB(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("related_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("\"order\" IN ('earlier', 'later', 'unknown')", name=op.f("ck_relation_order")),
        sa.CheckConstraint("a < b", name=op.f("ck_relation_pair")),
        sa.CheckConstraint("kind IN ('agrees', 'contradicts', 'tension')", name=op.f("ck_relation_kind")),
        sa.ForeignKeyConstraint(["a"], ["claim.claim_id"], name=op.f("fk_relation_a")),
        sa.ForeignKeyConstraint(["b"], ["claim.claim_id"], name=op.f("fk_relation_b")),
        sa.PrimaryKeyConstraint("a", "b", name=op.f("pk_relation")),
        comment="How claim a stands to claim b, seen from a (schemas.comparison.Relation); only live claims have any.",
    )
    op.create_index(op.f("ix_relation_b"), "relation", ["b"], unique=False)
    op.create_index(op.f("ix_relation_article_a"), "relation", ["article_a"], unique=False)
    op.create_index(op.f("ix_relation_article_b"), "relation", ["article_b"], unique=False)


def _add_threads() -> None:
    op.create_table(
        "thread",
        sa.Column("thread_id", sa.UUID(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("articles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("origins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("submitted_origins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quotes", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "support",
            sa.BigInteger(),
            sa.Computed(
                "least(greatest(origins - submitted_origins, submitted_origins), 999999)::bigint * 1000000000000 + least(articles, 999999)::bigint * 1000000 + least(quotes, 999999)",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("affirmed_by", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("denied_by", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status IS NULL) = (ended_at IS NOT NULL)", name=op.f("ck_thread_ended")),
        sa.CheckConstraint("status IN ('disputed', 'uncontested', 'single_source')", name=op.f("ck_thread_status")),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_thread")),
        comment="Claims about one proposition; one that ended keeps its id and names its successors.",
    )
    live = sa.text("ended_at IS NULL")
    op.create_index("ix_thread_support", "thread", ["support", "thread_id"], postgresql_where=live)
    op.create_index("ix_thread_status", "thread", ["status", "support", "thread_id"], postgresql_where=live)
    op.create_table(
        "thread_claim",
        sa.Column("thread_id", sa.UUID(), nullable=False),
        sa.Column("claim_id", sa.UUID(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("origin_id", sa.UUID(), nullable=True),
        sa.Column("tense", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("side IN ('affirming', 'denying')", name=op.f("ck_thread_claim_side")),
        sa.PrimaryKeyConstraint("thread_id", "claim_id", name=op.f("pk_thread_claim")),
        comment="The claims of a thread and, tense, those in tension with them, with why; origin_id is null where nobody says it.",
    )
    op.create_index(op.f("ix_thread_claim_claim_id"), "thread_claim", ["claim_id"], unique=False)
    op.create_index(
        "uq_thread_claim_claim_id", "thread_claim", ["claim_id"], unique=True, postgresql_where=sa.text("NOT tense")
    )
    op.create_table(
        "thread_successor",
        sa.Column("thread_id", sa.UUID(), nullable=False),
        sa.Column("successor_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("thread_id", "successor_id", name=op.f("pk_thread_successor")),
        comment="The threads that hold what a thread that ended held; always threads that are there.",
    )
    op.create_index(op.f("ix_thread_successor_successor_id"), "thread_successor", ["successor_id"], unique=False)
    op.create_table(
        "thread_mark",
        sa.Column("mark_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("claim_id", sa.UUID(), nullable=True),
        sa.Column("article_id", sa.UUID(), nullable=True),
        sa.CheckConstraint("num_nonnulls(claim_id, article_id) = 1", name=op.f("ck_thread_mark_one")),
        sa.PrimaryKeyConstraint("mark_id", name=op.f("pk_thread_mark")),
        comment="Claims whose threads, or articles whose origins, are to be found anew.",
    )


def _add_origins() -> None:
    op.create_table(
        "origin",
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("origin_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_origin")),
        comment="Where an article's words come from: articles of one origin_id count once.",
    )
    op.create_index(op.f("ix_origin_origin_id"), "origin", ["origin_id"], unique=False)
    op.create_table(
        "origin_pair",
        sa.Column("a", sa.UUID(), nullable=False),
        sa.Column("b", sa.UUID(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint("a < b", name=op.f("ck_origin_pair_pair")),
        sa.CheckConstraint(
            "evidence IN ('near_duplicate', 'wire_credit', 'self_declared_rewrite', 'announcement')",
            name=op.f("ck_origin_pair_evidence"),
        ),
        sa.PrimaryKeyConstraint("a", "b", "evidence", name=op.f("pk_origin_pair")),
        comment="By what one sees that two articles have their words from one place. No foreign keys: whoever writes pairs must not wait for those who save articles.",
    )
    op.create_index(op.f("ix_origin_pair_b"), "origin_pair", ["b"], unique=False)


def downgrade() -> None:
    """Take the step back; the extension stays, for others may use it."""
    for table in ("origin_pair", "origin", "thread_mark", "thread_successor", "thread_claim", "thread"):
        op.drop_table(table)
    op.drop_table("relation")
    op.drop_table("statement")
    op.execute("DELETE FROM change WHERE kind NOT IN ('extracted', 'erased')")
    op.drop_constraint(op.f("ck_change_kind"), "change", type_="check")
    op.create_check_constraint(op.f("ck_change_kind"), "change", "kind IN ('extracted', 'erased')")
    op.alter_column("change", "article_id", existing_type=sa.UUID(), nullable=False)
    for column in ("lease_token", "leased_until", "origin_keys", "fingerprint", "card"):
        op.drop_column("article", column)
