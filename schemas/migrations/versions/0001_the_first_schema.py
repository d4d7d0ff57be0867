"""Make the first schema.

The first revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "alias",
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("canonical_url", name=op.f("pk_alias")),
        comment="Further canonical URLs of an article, made when the rules of canonical URLs change.",
    )
    op.create_index(op.f("ix_alias_article_id"), "alias", ["article_id"], unique=False)
    op.create_table(
        "article",
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("extractor_version", sa.Integer(), nullable=False),
        sa.Column("arrival", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("canonical_url", sa.Text(), nullable=True),
        sa.Column("publisher_domain", sa.Text(), nullable=True),
        sa.Column("publisher_name", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("related_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("arrival IN ('fetched', 'submitted', 'file')", name=op.f("ck_article_arrival")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article")),
        sa.UniqueConstraint("article_id", "revision", name=op.f("uq_article_article_id_revision")),
        comment="An article at its highest (revision, extractor_version); an erased one keeps no words.",
    )
    op.create_index(op.f("ix_article_fetched_at_article_id"), "article", ["fetched_at", "article_id"], unique=False)
    op.create_index(
        op.f("ix_article_publisher_domain_fetched_at_article_id"),
        "article",
        ["publisher_domain", "fetched_at", "article_id"],
        unique=False,
    )
    op.create_table(
        "change",
        sa.Column("change_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("extractor_version", sa.Integer(), nullable=True),
        sa.Column("added", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column("updated", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column("retracted", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.Column("event", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('extracted', 'erased')", name=op.f("ck_change_kind")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_change")),
        sa.UniqueConstraint("position", name=op.f("uq_change_position")),
        sa.UniqueConstraint("sequence", name=op.f("uq_change_sequence")),
        comment="The change log; position is gap-free and given after the commit; event is what Kafka is still to be sent.",
    )
    op.create_index(op.f("ix_change_article_id"), "change", ["article_id"], unique=False)
    op.create_index(
        "ix_change_unnumbered", "change", ["sequence"], unique=False, postgresql_where=sa.text("position IS NULL")
    )
    op.create_index(
        "ix_change_unpublished",
        "change",
        ["position"],
        unique=False,
        postgresql_where=sa.text("published_at IS NULL AND position IS NOT NULL"),
    )
    op.create_table(
        "consumer_offset",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("cluster_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("recent", sa.Text(), server_default="", nullable=False),
        sa.Column("paused_by_version", sa.Text(), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("next_offset >= 0", name=op.f("ck_consumer_offset_next_offset")),
        sa.PrimaryKeyConstraint("consumer", "cluster_id", "topic", "partition", name=op.f("pk_consumer_offset")),
        comment="How far a consumer has read; recent holds a letter for each of the last records: d dead-lettered, s not.",
    )
    op.create_table(
        "dead_letter",
        sa.Column("dead_letter_id", sa.UUID(), nullable=False),
        sa.Column("cluster_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("record_sha256", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("article_id", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("redriven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redrive_outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dead_letter_id", name=op.f("pk_dead_letter")),
        sa.UniqueConstraint(
            "cluster_id",
            "topic",
            "partition",
            "offset",
            "record_sha256",
            name=op.f("uq_dead_letter_cluster_id_topic_partition_offset_record_sha256"),
        ),
        comment="A record that cannot be handled as it is, with the reason; redriven_at: when it was stored after all.",
    )
    op.create_index(op.f("ix_dead_letter_article_id"), "dead_letter", ["article_id"], unique=False)
    op.create_index(
        op.f("ix_dead_letter_first_seen_at_dead_letter_id"),
        "dead_letter",
        ["first_seen_at", "dead_letter_id"],
        unique=False,
    )
    op.create_table(
        "entity",
        sa.Column("entity_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("type IN ('PERSON', 'ORG', 'GPE', 'LOC', 'NORP')", name=op.f("ck_entity_type")),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_entity")),
        comment="What a mention names; one id across all articles and spellings.",
    )
    op.create_table(
        "erased",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('article', 'url', 'publisher', 'text')", name=op.f("ck_erased_kind")),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_erased")),
        comment="What an erasure named, so that it does not come back.",
    )
    op.create_table(
        "feed",
        sa.Column("feed_id", sa.UUID(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("publisher_domain", sa.Text(), nullable=False),
        sa.Column("publisher_name", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_feed")),
        sa.UniqueConstraint("url", name=op.f("uq_feed_url")),
        comment="A feed that ingest polls; feed_id is uuid5(URL namespace, url); failures counts those in a row.",
    )
    op.create_index(op.f("ix_feed_next_poll_at"), "feed", ["next_poll_at"], unique=False)
    op.create_table(
        "host",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host")),
        comment="When a host may be asked again, by any replica.",
    )
    op.create_table(
        "publication",
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_revision", sa.BigInteger(), nullable=True),
        sa.Column("numbered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_publication")),
        sa.UniqueConstraint("canonical_url", name=op.f("uq_publication_canonical_url")),
        comment="Which text of a canonical URL has which revision, and which of them Kafka has acknowledged.",
    )
    op.create_table(
        "submission",
        sa.Column("submission_id", sa.UUID(), nullable=False),
        sa.Column("submitter", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("publisher_domain", sa.Text(), nullable=True),
        sa.Column("publisher_name", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("article_id", sa.UUID(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission")),
        sa.UniqueConstraint("submitter", "idempotency_key", name=op.f("uq_submission_submitter_idempotency_key")),
        comment="What somebody handed in: a URL to fetch, or HTML or a text of their own.",
    )
    op.create_index(op.f("ix_submission_article_id"), "submission", ["article_id"], unique=False)
    op.create_index(
        op.f("ix_submission_due_at"),
        "submission",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "task",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_task")),
        comment="Work that one replica at a time does, such as publishing the change log.",
    )
    op.create_table(
        "claim",
        sa.Column("claim_id", sa.UUID(), nullable=False),
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("extractor_version", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("publisher_domain", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("speaker", sa.Text(), nullable=True),
        sa.Column("speaker_name", sa.Text(), nullable=True),
        sa.Column("entity_id", sa.UUID(), nullable=True),
        sa.Column("voice", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("polarity", sa.Text(), nullable=True),
        sa.Column("force", sa.Text(), nullable=True),
        sa.Column("speech_act", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("nested_in", sa.UUID(), nullable=True),
        sa.Column("served", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("reading", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.Text(), nullable=True),
        sa.Column("replaced_by", sa.UUID(), nullable=True),
        sa.CheckConstraint(
            "force IN ('bare', 'hedged', 'conditional', 'proposed', 'intended', 'reported')",
            name=op.f("ck_claim_force"),
        ),
        sa.CheckConstraint("form IN ('direct', 'indirect', 'mixed', 'partial')", name=op.f("ck_claim_form")),
        sa.CheckConstraint("polarity IN ('affirmed', 'denied')", name=op.f("ck_claim_polarity")),
        sa.CheckConstraint(
            "retracted_by = 'erasure' OR (reading IS NOT NULL AND content IS NOT NULL)", name=op.f("ck_claim_words")
        ),
        sa.CheckConstraint("retracted_by IN ('revision', 'extractor', 'erasure')", name=op.f("ck_claim_retracted_by")),
        sa.CheckConstraint(
            "speech_act IN ('say', 'deny', 'promise', 'demand', 'propose', 'accuse', 'warn', 'ask', 'deem')",
            name=op.f("ck_claim_speech_act"),
        ),
        sa.CheckConstraint("voice IN ('attributed', 'article', 'headline')", name=op.f("ck_claim_voice")),
        sa.CheckConstraint("(retracted_at IS NULL) = (retracted_by IS NULL)", name=op.f("ck_claim_retracted")),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"], name=op.f("fk_claim_article_id")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.entity_id"], name=op.f("fk_claim_entity_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim")),
        comment="A claim with its reading (the JSON of schemas.extraction.Claim); one that is gone keeps its row with why.",
    )
    op.create_index(op.f("ix_claim_article_id_ordinal"), "claim", ["article_id", "ordinal"], unique=False)
    op.create_index(
        "ix_claim_entity",
        "claim",
        ["entity_id", "fetched_at", "claim_id"],
        unique=False,
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.create_index(
        "ix_claim_live",
        "claim",
        ["fetched_at", "claim_id"],
        unique=False,
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.create_index(
        "ix_claim_publisher",
        "claim",
        ["publisher_domain", "fetched_at", "claim_id"],
        unique=False,
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.create_index(
        "ix_claim_speaker",
        "claim",
        ["speaker_name", "fetched_at", "claim_id"],
        unique=False,
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.create_table(
        "mention",
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.UUID(), nullable=False),
        sa.CheckConstraint("type IN ('PERSON', 'ORG', 'GPE', 'LOC', 'NORP')", name=op.f("ck_mention_type")),
        sa.CheckConstraint('"start" >= 0 AND "start" < "end"', name=op.f("ck_mention_span")),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"], name=op.f("fk_mention_article_id")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.entity_id"], name=op.f("fk_mention_entity_id")),
        sa.PrimaryKeyConstraint("article_id", "start", "end", name=op.f("pk_mention")),
        comment="A span of the article's current text that names an entity.",
    )
    op.create_index(op.f("ix_mention_entity_id_article_id"), "mention", ["entity_id", "article_id"], unique=False)
    op.create_table(
        "page",
        sa.Column("page_id", sa.UUID(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("arrival", sa.Text(), nullable=False),
        sa.Column("feed_id", sa.UUID(), nullable=True),
        sa.Column("publisher_domain", sa.Text(), nullable=False),
        sa.Column("publisher_name", sa.Text(), nullable=True),
        sa.Column("entry", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("article_id", sa.UUID(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.CheckConstraint("arrival IN ('fetched', 'submitted', 'file')", name=op.f("ck_page_arrival")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.feed_id"], name=op.f("fk_page_feed_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page")),
        sa.UniqueConstraint("url", name=op.f("uq_page_url")),
        comment="A URL or file that ingest knows; page_id is uuid5(URL namespace, url); due_at is null once it is done.",
    )
    op.create_index(op.f("ix_page_article_id"), "page", ["article_id"], unique=False)
    op.create_index(
        op.f("ix_page_due_at"), "page", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(op.f("ix_page_feed_id_found_at_page_id"), "page", ["feed_id", "found_at", "page_id"], unique=False)
    op.create_index(op.f("ix_page_found_at_page_id"), "page", ["found_at", "page_id"], unique=False)
    op.create_index(op.f("ix_page_outcome_found_at_page_id"), "page", ["outcome", "found_at", "page_id"], unique=False)
    op.create_index(
        "ix_page_waiting",
        "page",
        ["host", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "revision",
        sa.Column("article_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("event", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.article_id"], name=op.f("fk_revision_article_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("article_id", "revision", name=op.f("pk_revision")),
        comment="One text of an article; event is ArticleIngested without its text; both are null once erased.",
    )


def downgrade() -> None:
    """Undo the step."""
    op.drop_table("revision")
    op.drop_index("ix_page_waiting", table_name="page", postgresql_where=sa.text("due_at IS NOT NULL"))
    op.drop_index(op.f("ix_page_feed_id_found_at_page_id"), table_name="page")
    op.drop_index(op.f("ix_page_found_at_page_id"), table_name="page")
    op.drop_index(op.f("ix_page_outcome_found_at_page_id"), table_name="page")
    op.drop_index(op.f("ix_page_due_at"), table_name="page", postgresql_where=sa.text("due_at IS NOT NULL"))
    op.drop_index(op.f("ix_page_article_id"), table_name="page")
    op.drop_table("page")
    op.drop_index(op.f("ix_mention_entity_id_article_id"), table_name="mention")
    op.drop_table("mention")
    op.drop_index("ix_claim_speaker", table_name="claim", postgresql_where=sa.text("retracted_at IS NULL"))
    op.drop_index("ix_claim_publisher", table_name="claim", postgresql_where=sa.text("retracted_at IS NULL"))
    op.drop_index("ix_claim_live", table_name="claim", postgresql_where=sa.text("retracted_at IS NULL"))
    op.drop_index("ix_claim_entity", table_name="claim", postgresql_where=sa.text("retracted_at IS NULL"))
    op.drop_index(op.f("ix_claim_article_id_ordinal"), table_name="claim")
    op.drop_table("claim")
    op.drop_table("task")
    op.drop_index(op.f("ix_submission_due_at"), table_name="submission", postgresql_where=sa.text("due_at IS NOT NULL"))
    op.drop_index(op.f("ix_submission_article_id"), table_name="submission")
    op.drop_table("submission")
    op.drop_table("publication")
    op.drop_table("host")
    op.drop_index(op.f("ix_feed_next_poll_at"), table_name="feed")
    op.drop_table("feed")
    op.drop_table("erased")
    op.drop_table("entity")
    op.drop_index(op.f("ix_dead_letter_first_seen_at_dead_letter_id"), table_name="dead_letter")
    op.drop_index(op.f("ix_dead_letter_article_id"), table_name="dead_letter")
    op.drop_table("dead_letter")
    op.drop_table("consumer_offset")
    op.drop_index(
        "ix_change_unpublished",
        table_name="change",
        postgresql_where=sa.text("published_at IS NULL AND position IS NOT NULL"),
    )
    op.drop_index("ix_change_unnumbered", table_name="change", postgresql_where=sa.text("position IS NULL"))
    op.drop_index(op.f("ix_change_article_id"), table_name="change")
    op.drop_table("change")
    op.drop_index(op.f("ix_article_publisher_domain_fetched_at_article_id"), table_name="article")
    op.drop_index(op.f("ix_article_fetched_at_article_id"), table_name="article")
    op.drop_table("article")
    op.drop_index(op.f("ix_alias_article_id"), table_name="alias")
    op.drop_table("alias")
