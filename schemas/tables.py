"""The tables of Claimwire: what ingest must remember, and the record of articles, claims and changes.

Every time is ``timestamptz``. ``leased_until`` and ``lease_token`` stand on every row that replicas share as work: a
lease is taken in a short transaction, and a result is saved only while the token still stands there.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, UUID

from schemas.comparison import Order, OriginEvidence, RelationKind, Side, ThreadStatus
from schemas.events import Arrival
from schemas.extraction import Force, Form, MentionType, Polarity, SpeechAct, Voice
from schemas.halfvec import Halfvec

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class RetractedBy(StrEnum):
    """Why a claim is no longer its article's."""

    REVISION = "revision"
    EXTRACTOR = "extractor"
    ERASURE = "erasure"


class ChangeKind(StrEnum):
    """What a row of the change log tells."""

    EXTRACTED = "extracted"
    ERASED = "erased"
    RELATED = "related"
    """The relations of claims changed: ``updated`` are the claims."""

    THREADED = "threaded"
    """Threads began, changed or ended: ``added``, ``updated`` and ``retracted`` are threads."""

    MERGED = "merged"
    SPLIT = "split"


class Scope(StrEnum):
    """What the holder of a key may do."""

    READ = "read"
    SUBMIT = "submit"
    ADMIN = "admin"


class PinKind(StrEnum):
    """What an operator says of two entities."""

    SAME = "same"
    APART = "apart"


class ErasedKind(StrEnum):
    """What an erasure named."""

    ARTICLE = "article"
    URL = "url"
    PUBLISHER = "publisher"
    TEXT = "text"


def _time(name: str, *, nullable: bool = True, now: bool = False) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None)


def _lease() -> "tuple[Column[object], Column[object]]":
    return _time("leased_until"), Column("lease_token", UUID(as_uuid=True))


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value.value) for value in values)})", name=column)


DIMENSIONS = 384
"""Of the vectors of claims: MiniLM's."""

ARTICLE_FACETS = "(ARRAY[arrival, language])"
CLAIM_FACETS = "(ARRAY[voice, form, polarity, force, arrival, language])"
"""What has few values, none of them in two columns, in one index: it finds the rare value and the rare combination,
for which an ordered index would be read to its end; frequent ones are found in the order of time. An index a column
would cost more to write, and find no combination. It is of all rows: PostgreSQL estimates nothing by what it knows of a
part of them."""

SUPPORT = (
    "least(greatest(origins - submitted_origins, submitted_origins), 999999)::bigint * 1000000000000"
    " + least(articles, 999999)::bigint * 1000000 + least(quotes, 999999)"
)
"""How well a thread is supported, as one number: by origins, then articles, then first-hand quotes.

Origins of what was fetched and of what was handed in are counted apart, and the greater number tells: texts that
somebody hands in add nothing to what newspapers print."""

feed = Table(
    "feed",
    metadata,
    Column("feed_id", UUID(as_uuid=True), primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("publisher_domain", Text, nullable=False),
    Column("publisher_name", Text),
    Column("title", Text),
    _time("added_at", nullable=False, now=True),
    _time("next_poll_at", nullable=False, now=True),
    _time("polled_at"),
    Column("outcome", Text),
    Column("reason", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("found_in", UUID(as_uuid=True), ForeignKey("feed.feed_id", ondelete="CASCADE")),
    Column("moved_to", Text),
    _time("ended_at"),
    Column("changes_per_day", Float),
    Column("ttl_seconds", Integer),
    Column("skip_hours", ARRAY(Integer)),
    Column("skip_days", ARRAY(Integer)),
    Column("journey", JSONB(none_as_null=True)),
    *_lease(),
    Index(None, "next_poll_at"),
    Index(None, "found_in", postgresql_where=text("found_in IS NOT NULL")),
    comment="A feed that ingest polls; feed_id is uuid5(URL namespace, url); failures counts those in a row; found_in "
    "is the home page or index of sitemaps that names it, null where somebody added it.",
)

page = Table(
    "page",
    metadata,
    Column("page_id", UUID(as_uuid=True), primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("arrival", Text, nullable=False),
    Column("feed_id", UUID(as_uuid=True), ForeignKey("feed.feed_id", ondelete="SET NULL")),
    Column("publisher_domain", Text, nullable=False),
    Column("publisher_name", Text),
    Column("entry", JSONB(none_as_null=True)),
    Column("article_id", UUID(as_uuid=True)),
    Column("outcome", Text),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("traceparent", Text),
    Column("journey", JSONB(none_as_null=True)),
    _time("found_at", nullable=False, now=True),
    _time("due_at", now=True),
    _time("done_at"),
    *_lease(),
    _one_of("arrival", Arrival),
    Index(None, "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_page_waiting", "host", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index(None, "article_id"),
    Index(None, "found_at", "page_id"),
    Index(None, "feed_id", "found_at", "page_id"),
    Index(None, "outcome", "found_at", "page_id"),
    comment="A URL or file that ingest knows; page_id is uuid5(URL namespace, url); due_at is null once it is done.",
)

host = Table(
    "host",
    metadata,
    Column("host", Text, primary_key=True),
    _time("free_at", nullable=False, now=True),
    *_lease(),
    comment="When a host may be asked again, by any replica.",
)

robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("text", Text),
    Column("outcome", Text),
    Column("reason", Text, nullable=False),
    _time("expires_at", nullable=False),
    comment="What the robots.txt of a scheme, host and port said last, or why it could not be had; "
    "until when that counts.",
)

submission = Table(
    "submission",
    metadata,
    Column("submission_id", UUID(as_uuid=True), primary_key=True),
    Column("submitter", Text, nullable=False),
    Column("idempotency_key", Text),
    Column("body_sha256", Text, nullable=False),
    Column("url", Text),
    Column("html", Text),
    Column("text", Text),
    Column("title", Text),
    Column("publisher_domain", Text),
    Column("publisher_name", Text),
    _time("published_at"),
    _time("submitted_at", nullable=False, now=True),
    _time("due_at", now=True),
    _time("done_at"),
    Column("article_id", UUID(as_uuid=True)),
    Column("outcome", Text),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("traceparent", Text),
    Column("journey", JSONB(none_as_null=True)),
    *_lease(),
    UniqueConstraint("submitter", "idempotency_key"),
    Index(None, "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index(None, "article_id"),
    Index("ix_submission_kept", "done_at", postgresql_where=text("html IS NOT NULL OR text IS NOT NULL")),
    comment="What somebody handed in: a URL to fetch, or HTML or a text of their own.",
)

publication = Table(
    "publication",
    metadata,
    Column("article_id", UUID(as_uuid=True), primary_key=True),
    Column("canonical_url", Text, nullable=False, unique=True),
    Column("text_sha256", Text),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    Column("published_revision", BigInteger),
    _time("numbered_at"),
    _time("published_at"),
    Column("canonical_version", Integer, nullable=False, server_default="0"),
    Index(None, "canonical_version"),
    comment="Which text of a canonical URL has which revision, and which of them Kafka has acknowledged.",
)

alias = Table(
    "alias",
    metadata,
    Column("canonical_url", Text, primary_key=True),
    Column("article_id", UUID(as_uuid=True), nullable=False),
    Index(None, "article_id"),
    comment="Further canonical URLs of an article, made when the rules of canonical URLs change.",
)

article = Table(
    "article",
    metadata,
    Column("article_id", UUID(as_uuid=True), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("extractor_version", Integer, nullable=False),
    Column("arrival", Text, nullable=False),
    Column("url", Text),
    Column("canonical_url", Text),
    Column("publisher_domain", Text),
    Column("publisher_name", Text),
    Column("title", Text),
    Column("language", Text),
    _time("published_at"),
    _time("fetched_at", nullable=False),
    _time("stored_at", nullable=False, now=True),
    _time("related_at"),
    _time("erased_at"),
    Column("search", TSVECTOR),
    Column("claims_reason", Text),
    Column("card", JSONB(none_as_null=True)),
    Column("fingerprint", JSONB(none_as_null=True)),
    Column("origin_keys", ARRAY(BigInteger)),
    *_lease(),
    _one_of("arrival", Arrival),
    UniqueConstraint("article_id", "revision"),
    Index(None, "fetched_at", "article_id"),
    Index(None, "publisher_domain", "fetched_at", "article_id"),
    Index(None, "search", postgresql_using="gin"),
    Index("ix_article_facets", text(ARTICLE_FACETS), postgresql_using="gin"),
    Index(None, "origin_keys", postgresql_using="gin"),
    Index("ix_article_kept", "fetched_at", postgresql_where=text("erased_at IS NULL")),
    Index("ix_article_unrelated", "article_id", postgresql_where=text("related_at IS NULL AND card IS NOT NULL")),
    comment="An article at its highest (revision, extractor_version); an erased one keeps no words. The lease is "
    "relate's; origin_keys are what articles of one origin may share.",
)

revision = Table(
    "revision",
    metadata,
    Column("article_id", UUID(as_uuid=True), ForeignKey("article.article_id", deferrable=True), primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("text_sha256", Text, nullable=False),
    Column("text", Text),
    Column("event", JSONB(none_as_null=True)),
    _time("fetched_at", nullable=False),
    _time("stored_at", nullable=False, now=True),
    Index("ix_revision_kept", "fetched_at", postgresql_where=text("text IS NOT NULL")),
    comment="One text of an article; event is ArticleIngested without its text; both are null once erased.",
)

entity = Table(
    "entity",
    metadata,
    Column("entity_id", UUID(as_uuid=True), primary_key=True),
    Column("name", Text),
    Column("type", Text, nullable=False),
    Column("folded", Text),
    Column("titled", Boolean, nullable=False, server_default=text("false")),
    Column("bucket", Text),
    Column("live", Boolean, nullable=False, server_default=text("false")),
    Column("merged_into", UUID(as_uuid=True), ForeignKey("entity.entity_id")),
    _time("first_seen_at", nullable=False, now=True),
    _one_of("type", MentionType),
    CheckConstraint("NOT live OR name IS NOT NULL", name="name"),
    Index(None, "first_seen_at", "entity_id"),
    Index(None, "type", "first_seen_at", "entity_id"),
    Index(None, "bucket", "entity_id"),
    Index(None, "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index("ix_entity_words", text("string_to_array(folded, ' ')"), postgresql_using="gin"),
    comment="What a mention names; one id across all articles and spellings. merged_into: the entity that it is one "
    "with, which is merged into none; folded: the words of all names of it and of those merged into it; bucket: what "
    "those share that may be one; titled: the name is a well-known one; live: an article names it, else no name is "
    "kept.",
)

entity_alias = Table(
    "entity_alias",
    metadata,
    Column("entity_id", UUID(as_uuid=True), ForeignKey("entity.entity_id"), primary_key=True),
    Column("form", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    _one_of("type", MentionType),
    comment="The names under which articles show an entity, and as what.",
)

entity_merge = Table(
    "entity_merge",
    metadata,
    Column("merge_id", BigInteger, Identity(always=True), primary_key=True),
    Column("entity_id", UUID(as_uuid=True), ForeignKey("entity.entity_id"), nullable=False),
    Column("into_id", UUID(as_uuid=True), ForeignKey("entity.entity_id"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("score", Float, nullable=False),
    _time("merged_at", nullable=False, now=True),
    _time("undone_at"),
    Index("uq_entity_merge_now", "entity_id", unique=True, postgresql_where=text("undone_at IS NULL")),
    Index(None, "into_id"),
    comment="Two entities that are one, by which rule and how surely; undone_at: they are two again, or the one is "
    "merged otherwise.",
)

entity_pin = Table(
    "entity_pin",
    metadata,
    Column("a", UUID(as_uuid=True), ForeignKey("entity.entity_id"), primary_key=True),
    Column("b", UUID(as_uuid=True), ForeignKey("entity.entity_id"), primary_key=True),
    Column("kind", Text, nullable=False),
    _time("pinned_at", nullable=False, now=True),
    _one_of("kind", PinKind),
    CheckConstraint("a < b", name="pair"),
    Index(None, "b"),
    comment="What an operator decided of two entities, whatever the rules find.",
)

entity_mark = Table(
    "entity_mark",
    metadata,
    Column("mark_id", BigInteger, Identity(always=True), primary_key=True),
    Column("entity_id", UUID(as_uuid=True), nullable=False),
    Column("lost", Boolean, nullable=False, server_default=text("false")),
    comment="Entities whose names and merges are to be looked at anew; lost: an article names it no more.",
)

relate_mark = Table(
    "relate_mark",
    metadata,
    Column("entity_id", UUID(as_uuid=True), primary_key=True),
    Column("after", UUID(as_uuid=True), nullable=False),
    comment="Entities of which it changed what they are one with: the articles that name them are to be compared anew; "
    "after: those of smaller ids are, and that one.",
)

mention = Table(
    "mention",
    metadata,
    Column("article_id", UUID(as_uuid=True), ForeignKey("article.article_id"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("entity_id", UUID(as_uuid=True), ForeignKey("entity.entity_id"), nullable=False),
    _one_of("type", MentionType),
    CheckConstraint('"start" >= 0 AND "start" < "end"', name="span"),
    Index(None, "entity_id", "article_id"),
    comment="A span of the article's current text that names an entity.",
)

claim = Table(
    "claim",
    metadata,
    Column("claim_id", UUID(as_uuid=True), primary_key=True),
    Column("article_id", UUID(as_uuid=True), ForeignKey("article.article_id"), nullable=False),
    Column("revision", BigInteger),
    Column("extractor_version", Integer),
    Column("ordinal", Integer),
    Column("publisher_domain", Text),
    Column("arrival", Text),
    Column("language", Text),
    _time("fetched_at"),
    Column("content", Text),
    Column("speaker", Text),
    Column("speaker_name", Text),
    Column("roles", ARRAY(Text)),
    Column("entity_id", UUID(as_uuid=True), ForeignKey("entity.entity_id")),
    Column("voice", Text),
    Column("form", Text),
    Column("polarity", Text),
    Column("force", Text),
    Column("speech_act", Text),
    Column("confidence", Float),
    Column("nested_in", UUID(as_uuid=True)),
    Column("served", Boolean, nullable=False, server_default=text("true")),
    Column("reading", JSONB(none_as_null=True)),
    Column("search", TSVECTOR),
    _time("stored_at", nullable=False, now=True),
    _time("retracted_at"),
    Column("retracted_by", Text),
    Column("replaced_by", UUID(as_uuid=True)),
    _one_of("arrival", Arrival),
    _one_of("voice", Voice),
    _one_of("form", Form),
    _one_of("polarity", Polarity),
    _one_of("force", Force),
    _one_of("speech_act", SpeechAct),
    _one_of("retracted_by", RetractedBy),
    CheckConstraint("(retracted_at IS NULL) = (retracted_by IS NULL)", name="retracted"),
    CheckConstraint("retracted_by = 'erasure' OR (reading IS NOT NULL AND content IS NOT NULL)", name="words"),
    Index(None, "article_id", "ordinal"),
    Index("ix_claim_live", "fetched_at", "claim_id", postgresql_where=text("retracted_at IS NULL")),
    Index("ix_claim_entity", "entity_id", "fetched_at", "claim_id", postgresql_where=text("retracted_at IS NULL")),
    Index(
        "ix_claim_publisher",
        "publisher_domain",
        "fetched_at",
        "claim_id",
        postgresql_where=text("retracted_at IS NULL"),
    ),
    Index("ix_claim_confidence", "confidence", postgresql_where=text("retracted_at IS NULL")),
    Index("ix_claim_facets", text(CLAIM_FACETS), postgresql_using="gin"),
    Index(
        "ix_claim_search",
        "search",
        postgresql_using="gin",
        postgresql_where=text("retracted_at IS NULL"),
    ),
    comment="A claim with its reading (the JSON of schemas.extraction.Claim); one that is gone keeps its row with why.",
)

statement = Table(
    "statement",
    metadata,
    Column("claim_id", UUID(as_uuid=True), ForeignKey("claim.claim_id"), primary_key=True),
    Column("article_id", UUID(as_uuid=True), ForeignKey("article.article_id"), nullable=False),
    Column("embedding", Halfvec(DIMENSIONS), nullable=False),
    Column("entities", ARRAY(UUID(as_uuid=True)), nullable=False),
    Column("named", JSONB, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("lead", Boolean, nullable=False),
    Index(None, "article_id"),
    Index(None, "entities", postgresql_using="gin"),
    Index(
        None,
        "embedding",
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "halfvec_cosine_ops"},
        postgresql_with={"m": 24, "ef_construction": 200},
    ),
    comment="What comparing needs of a claim that is live and served, besides its reading; narrow, so that a claim's "
    "other fields may change without touching the index of vectors. entities: the speaker's and those named.",
)

relation = Table(
    "relation",
    metadata,
    Column("a", UUID(as_uuid=True), ForeignKey("claim.claim_id"), primary_key=True),
    Column("b", UUID(as_uuid=True), ForeignKey("claim.claim_id"), primary_key=True),
    Column("article_a", UUID(as_uuid=True), nullable=False),
    Column("article_b", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("objects", JSONB, nullable=False),
    Column("order", Text, nullable=False),
    _time("related_at", nullable=False, now=True),
    _one_of("kind", RelationKind),
    CheckConstraint(f'"order" IN ({", ".join(repr(value.value) for value in Order)})', name="order"),
    CheckConstraint("a < b", name="pair"),
    Index(None, "b"),
    Index(None, "article_a"),
    Index(None, "article_b"),
    comment="How claim a stands to claim b, seen from a (schemas.comparison.Relation); only live claims have any.",
)

thread = Table(
    "thread",
    metadata,
    Column("thread_id", UUID(as_uuid=True), primary_key=True),
    Column("status", Text),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("articles", Integer, nullable=False, server_default="0"),
    Column("origins", Integer, nullable=False, server_default="0"),
    Column("submitted_origins", Integer, nullable=False, server_default="0"),
    Column("quotes", Integer, nullable=False, server_default="0"),
    Column("support", BigInteger, Computed(SUPPORT, persisted=True), nullable=False),
    Column("affirmed_by", JSONB, nullable=False, server_default="[]"),
    Column("denied_by", JSONB, nullable=False, server_default="[]"),
    Column("since", Date),
    _time("began_at", nullable=False, now=True),
    _time("updated_at", nullable=False, now=True),
    _time("ended_at"),
    _one_of("status", ThreadStatus),
    CheckConstraint("(status IS NULL) = (ended_at IS NOT NULL)", name="ended"),
    Index("ix_thread_support", "support", "thread_id", postgresql_where=text("ended_at IS NULL")),
    Index("ix_thread_status", "status", "support", "thread_id", postgresql_where=text("ended_at IS NULL")),
    comment="Claims about one proposition; one that ended keeps its id and names its successors.",
)

thread_claim = Table(
    "thread_claim",
    metadata,
    Column("thread_id", UUID(as_uuid=True), primary_key=True),
    Column("claim_id", UUID(as_uuid=True), primary_key=True),
    Column("side", Text, nullable=False),
    Column("origin_id", UUID(as_uuid=True)),
    Column("tense", Boolean, nullable=False, server_default=text("false")),
    Column("reasons", ARRAY(Text), nullable=False, server_default="{}"),
    _one_of("side", Side),
    Index("uq_thread_claim_claim_id", "claim_id", unique=True, postgresql_where=text("NOT tense")),
    Index(None, "claim_id"),
    comment="The claims of a thread and, tense, those in tension with them, with why; origin_id is null where nobody "
    "says it.",
)

thread_successor = Table(
    "thread_successor",
    metadata,
    Column("thread_id", UUID(as_uuid=True), primary_key=True),
    Column("successor_id", UUID(as_uuid=True), primary_key=True),
    Index(None, "successor_id"),
    comment="The threads that hold what a thread that ended held; always threads that are there.",
)

thread_mark = Table(
    "thread_mark",
    metadata,
    Column("mark_id", BigInteger, Identity(always=True), primary_key=True),
    Column("claim_id", UUID(as_uuid=True)),
    Column("article_id", UUID(as_uuid=True)),
    CheckConstraint("num_nonnulls(claim_id, article_id) = 1", name="one"),
    comment="Claims whose threads, or articles whose origins, are to be found anew.",
)

origin = Table(
    "origin",
    metadata,
    Column("article_id", UUID(as_uuid=True), primary_key=True),
    Column("origin_id", UUID(as_uuid=True), nullable=False),
    Index(None, "origin_id"),
    comment="Where an article's words come from: articles of one origin_id count once.",
)

origin_pair = Table(
    "origin_pair",
    metadata,
    Column("a", UUID(as_uuid=True), primary_key=True),
    Column("b", UUID(as_uuid=True), primary_key=True),
    Column("evidence", Text, primary_key=True),
    _one_of("evidence", OriginEvidence),
    CheckConstraint("a < b", name="pair"),
    Index(None, "b"),
    comment="By what one sees that two articles have their words from one place. No foreign keys: whoever writes pairs "
    "must not wait for those who save articles.",
)

change = Table(
    "change",
    metadata,
    Column("change_id", UUID(as_uuid=True), primary_key=True),
    Column("sequence", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("position", BigInteger, unique=True),
    Column("kind", Text, nullable=False),
    Column("article_id", UUID(as_uuid=True)),
    Column("revision", BigInteger),
    Column("extractor_version", Integer),
    Column("added", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"),
    Column("updated", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"),
    Column("retracted", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"),
    Column("event", JSONB(none_as_null=True)),
    Column("traceparent", Text),
    _time("changed_at", nullable=False, now=True),
    _time("published_at"),
    _one_of("kind", ChangeKind),
    Index("ix_change_unnumbered", "sequence", postgresql_where=text("position IS NULL")),
    Index(
        "ix_change_unpublished",
        "position",
        postgresql_where=text("published_at IS NULL AND position IS NOT NULL"),
    ),
    Index(None, "article_id"),
    comment="The change log; position is gap-free and given after the commit; event is what Kafka is still to be sent. "
    "What Kafka is not told (relations, threads, entities) counts as published at once; article_id: null of threads.",
)

consumer_offset = Table(
    "consumer_offset",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("cluster_id", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("recent", Text, nullable=False, server_default=""),
    Column("paused_by_version", Text),
    _time("moved_at", nullable=False, now=True),
    CheckConstraint("next_offset >= 0", name="next_offset"),
    comment="How far a consumer has read; recent holds a letter for each of the last records: d dead-lettered, s not.",
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("dead_letter_id", UUID(as_uuid=True), primary_key=True),
    Column("cluster_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("record_sha256", Text, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", JSONB(none_as_null=True), nullable=False, server_default="[]"),
    Column("article_id", UUID(as_uuid=True)),
    Column("reason", Text, nullable=False),
    Column("exception", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="1"),
    _time("first_seen_at", nullable=False, now=True),
    _time("redriven_at"),
    Column("redrive_outcome", Text),
    UniqueConstraint("cluster_id", "topic", "partition", "offset", "record_sha256"),
    Index(None, "first_seen_at", "dead_letter_id"),
    Index("ix_dead_letter_waiting", "reason", "first_seen_at", postgresql_where=text("redriven_at IS NULL")),
    Index(None, "article_id"),
    comment="A record that cannot be handled as it is, with the reason; redriven_at: when it was stored after all.",
)

erased = Table(
    "erased",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    _time("erased_at", nullable=False, now=True),
    _one_of("kind", ErasedKind),
    comment="What an erasure named, so that it does not come back.",
)

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", UUID(as_uuid=True), primary_key=True),
    Column("holder_id", UUID(as_uuid=True), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("requests_per_minute", Integer),
    _time("created_at", nullable=False, now=True),
    _time("expires_at"),
    _time("revoked_at"),
    _time("used_at"),
    CheckConstraint("requests_per_minute > 0", name="requests_per_minute"),
    Index(None, "created_at", "key_id"),
    comment="Who may ask the API what; of the key itself only its prefix and its SHA-256 are kept. A key and those "
    "it is rotated into have one holder, whose the submissions are.",
)

task = Table(
    "task",
    metadata,
    Column("name", Text, primary_key=True),
    *_lease(),
    comment="Work that one replica at a time does, such as publishing the change log.",
)
