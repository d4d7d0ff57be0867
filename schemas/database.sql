BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> 0001

CREATE TABLE alias (
    canonical_url TEXT NOT NULL, 
    article_id UUID NOT NULL, 
    CONSTRAINT pk_alias PRIMARY KEY (canonical_url)
);

COMMENT ON TABLE alias IS 'Further canonical URLs of an article, made when the rules of canonical URLs change.';

CREATE INDEX ix_alias_article_id ON alias (article_id);

CREATE TABLE article (
    article_id UUID NOT NULL, 
    revision BIGINT NOT NULL, 
    extractor_version INTEGER NOT NULL, 
    arrival TEXT NOT NULL, 
    url TEXT, 
    canonical_url TEXT, 
    publisher_domain TEXT, 
    publisher_name TEXT, 
    title TEXT, 
    language TEXT, 
    published_at TIMESTAMP WITH TIME ZONE, 
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    stored_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    related_at TIMESTAMP WITH TIME ZONE, 
    erased_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_article PRIMARY KEY (article_id), 
    CONSTRAINT ck_article_arrival CHECK (arrival IN ('fetched', 'submitted', 'file')), 
    CONSTRAINT uq_article_article_id_revision UNIQUE (article_id, revision)
);

COMMENT ON TABLE article IS 'An article at its highest (revision, extractor_version); an erased one keeps no words.';

CREATE INDEX ix_article_fetched_at_article_id ON article (fetched_at, article_id);

CREATE INDEX ix_article_publisher_domain_fetched_at_article_id ON article (publisher_domain, fetched_at, article_id);

CREATE TABLE change (
    change_id UUID NOT NULL, 
    sequence BIGINT GENERATED ALWAYS AS IDENTITY, 
    position BIGINT, 
    kind TEXT NOT NULL, 
    article_id UUID NOT NULL, 
    revision BIGINT, 
    extractor_version INTEGER, 
    added UUID[] DEFAULT '{}' NOT NULL, 
    updated UUID[] DEFAULT '{}' NOT NULL, 
    retracted UUID[] DEFAULT '{}' NOT NULL, 
    event JSONB, 
    traceparent TEXT, 
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    published_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_change PRIMARY KEY (change_id), 
    CONSTRAINT ck_change_kind CHECK (kind IN ('extracted', 'erased')), 
    CONSTRAINT uq_change_position UNIQUE (position), 
    CONSTRAINT uq_change_sequence UNIQUE (sequence)
);

COMMENT ON TABLE change IS 'The change log; position is gap-free and given after the commit; event is what Kafka is still to be sent.';

CREATE INDEX ix_change_article_id ON change (article_id);

CREATE INDEX ix_change_unnumbered ON change (sequence) WHERE position IS NULL;

CREATE INDEX ix_change_unpublished ON change (position) WHERE published_at IS NULL AND position IS NOT NULL;

CREATE TABLE consumer_offset (
    consumer TEXT NOT NULL, 
    cluster_id TEXT NOT NULL, 
    topic TEXT NOT NULL, 
    partition INTEGER NOT NULL, 
    next_offset BIGINT NOT NULL, 
    recent TEXT DEFAULT '' NOT NULL, 
    paused_by_version TEXT, 
    moved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    CONSTRAINT pk_consumer_offset PRIMARY KEY (consumer, cluster_id, topic, partition), 
    CONSTRAINT ck_consumer_offset_next_offset CHECK (next_offset >= 0)
);

COMMENT ON TABLE consumer_offset IS 'How far a consumer has read; recent holds a letter for each of the last records: d dead-lettered, s not.';

CREATE TABLE dead_letter (
    dead_letter_id UUID NOT NULL, 
    cluster_id TEXT NOT NULL, 
    topic TEXT NOT NULL, 
    partition INTEGER NOT NULL, 
    "offset" BIGINT NOT NULL, 
    record_sha256 TEXT NOT NULL, 
    key BYTEA, 
    value BYTEA, 
    headers JSONB DEFAULT '[]' NOT NULL, 
    article_id UUID, 
    reason TEXT NOT NULL, 
    exception TEXT NOT NULL, 
    attempts INTEGER DEFAULT '1' NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    redriven_at TIMESTAMP WITH TIME ZONE, 
    redrive_outcome TEXT, 
    CONSTRAINT pk_dead_letter PRIMARY KEY (dead_letter_id), 
    CONSTRAINT uq_dead_letter_cluster_id_topic_partition_offset_record_sha256 UNIQUE (cluster_id, topic, partition, "offset", record_sha256)
);

COMMENT ON TABLE dead_letter IS 'A record that cannot be handled as it is, with the reason; redriven_at: when it was stored after all.';

CREATE INDEX ix_dead_letter_article_id ON dead_letter (article_id);

CREATE INDEX ix_dead_letter_first_seen_at_dead_letter_id ON dead_letter (first_seen_at, dead_letter_id);

CREATE TABLE entity (
    entity_id UUID NOT NULL, 
    name TEXT NOT NULL, 
    type TEXT NOT NULL, 
    first_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    CONSTRAINT pk_entity PRIMARY KEY (entity_id), 
    CONSTRAINT ck_entity_type CHECK (type IN ('PERSON', 'ORG', 'GPE', 'LOC', 'NORP'))
);

COMMENT ON TABLE entity IS 'What a mention names; one id across all articles and spellings.';

CREATE TABLE erased (
    kind TEXT NOT NULL, 
    value TEXT NOT NULL, 
    erased_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    CONSTRAINT pk_erased PRIMARY KEY (kind, value), 
    CONSTRAINT ck_erased_kind CHECK (kind IN ('article', 'url', 'publisher', 'text'))
);

COMMENT ON TABLE erased IS 'What an erasure named, so that it does not come back.';

CREATE TABLE feed (
    feed_id UUID NOT NULL, 
    url TEXT NOT NULL, 
    publisher_domain TEXT NOT NULL, 
    publisher_name TEXT, 
    title TEXT, 
    added_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    next_poll_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    polled_at TIMESTAMP WITH TIME ZONE, 
    outcome TEXT, 
    reason TEXT, 
    failures INTEGER DEFAULT '0' NOT NULL, 
    entries INTEGER DEFAULT '0' NOT NULL, 
    etag TEXT, 
    last_modified TEXT, 
    leased_until TIMESTAMP WITH TIME ZONE, 
    lease_token UUID, 
    CONSTRAINT pk_feed PRIMARY KEY (feed_id), 
    CONSTRAINT uq_feed_url UNIQUE (url)
);

COMMENT ON TABLE feed IS 'A feed that ingest polls; feed_id is uuid5(URL namespace, url); failures counts those in a row.';

CREATE INDEX ix_feed_next_poll_at ON feed (next_poll_at);

CREATE TABLE host (
    host TEXT NOT NULL, 
    free_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    leased_until TIMESTAMP WITH TIME ZONE, 
    lease_token UUID, 
    CONSTRAINT pk_host PRIMARY KEY (host)
);

COMMENT ON TABLE host IS 'When a host may be asked again, by any replica.';

CREATE TABLE publication (
    article_id UUID NOT NULL, 
    canonical_url TEXT NOT NULL, 
    text_sha256 TEXT, 
    revision BIGINT DEFAULT '0' NOT NULL, 
    published_revision BIGINT, 
    numbered_at TIMESTAMP WITH TIME ZONE, 
    published_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_publication PRIMARY KEY (article_id), 
    CONSTRAINT uq_publication_canonical_url UNIQUE (canonical_url)
);

COMMENT ON TABLE publication IS 'Which text of a canonical URL has which revision, and which of them Kafka has acknowledged.';

CREATE TABLE submission (
    submission_id UUID NOT NULL, 
    submitter TEXT NOT NULL, 
    idempotency_key TEXT, 
    body_sha256 TEXT NOT NULL, 
    url TEXT, 
    html TEXT, 
    text TEXT, 
    title TEXT, 
    publisher_domain TEXT, 
    publisher_name TEXT, 
    published_at TIMESTAMP WITH TIME ZONE, 
    submitted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    done_at TIMESTAMP WITH TIME ZONE, 
    article_id UUID, 
    outcome TEXT, 
    reason TEXT, 
    attempts INTEGER DEFAULT '0' NOT NULL, 
    leased_until TIMESTAMP WITH TIME ZONE, 
    lease_token UUID, 
    CONSTRAINT pk_submission PRIMARY KEY (submission_id), 
    CONSTRAINT uq_submission_submitter_idempotency_key UNIQUE (submitter, idempotency_key)
);

COMMENT ON TABLE submission IS 'What somebody handed in: a URL to fetch, or HTML or a text of their own.';

CREATE INDEX ix_submission_article_id ON submission (article_id);

CREATE INDEX ix_submission_due_at ON submission (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE task (
    name TEXT NOT NULL, 
    leased_until TIMESTAMP WITH TIME ZONE, 
    lease_token UUID, 
    CONSTRAINT pk_task PRIMARY KEY (name)
);

COMMENT ON TABLE task IS 'Work that one replica at a time does, such as publishing the change log.';

CREATE TABLE claim (
    claim_id UUID NOT NULL, 
    article_id UUID NOT NULL, 
    revision BIGINT, 
    extractor_version INTEGER, 
    ordinal INTEGER, 
    publisher_domain TEXT, 
    fetched_at TIMESTAMP WITH TIME ZONE, 
    content TEXT, 
    speaker TEXT, 
    speaker_name TEXT, 
    entity_id UUID, 
    voice TEXT, 
    form TEXT, 
    polarity TEXT, 
    force TEXT, 
    speech_act TEXT, 
    confidence FLOAT, 
    nested_in UUID, 
    served BOOLEAN DEFAULT true NOT NULL, 
    reading JSONB, 
    stored_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    retracted_at TIMESTAMP WITH TIME ZONE, 
    retracted_by TEXT, 
    replaced_by UUID, 
    CONSTRAINT pk_claim PRIMARY KEY (claim_id), 
    CONSTRAINT ck_claim_force CHECK (force IN ('bare', 'hedged', 'conditional', 'proposed', 'intended', 'reported')), 
    CONSTRAINT ck_claim_form CHECK (form IN ('direct', 'indirect', 'mixed', 'partial')), 
    CONSTRAINT ck_claim_polarity CHECK (polarity IN ('affirmed', 'denied')), 
    CONSTRAINT ck_claim_words CHECK (retracted_by = 'erasure' OR (reading IS NOT NULL AND content IS NOT NULL)), 
    CONSTRAINT ck_claim_retracted_by CHECK (retracted_by IN ('revision', 'extractor', 'erasure')), 
    CONSTRAINT ck_claim_speech_act CHECK (speech_act IN ('say', 'deny', 'promise', 'demand', 'propose', 'accuse', 'warn', 'ask', 'deem')), 
    CONSTRAINT ck_claim_voice CHECK (voice IN ('attributed', 'article', 'headline')), 
    CONSTRAINT ck_claim_retracted CHECK ((retracted_at IS NULL) = (retracted_by IS NULL)), 
    CONSTRAINT fk_claim_article_id FOREIGN KEY(article_id) REFERENCES article (article_id), 
    CONSTRAINT fk_claim_entity_id FOREIGN KEY(entity_id) REFERENCES entity (entity_id)
);

COMMENT ON TABLE claim IS 'A claim with its reading (the JSON of schemas.extraction.Claim); one that is gone keeps its row with why.';

CREATE INDEX ix_claim_article_id_ordinal ON claim (article_id, ordinal);

CREATE INDEX ix_claim_entity ON claim (entity_id, fetched_at, claim_id) WHERE retracted_at IS NULL;

CREATE INDEX ix_claim_live ON claim (fetched_at, claim_id) WHERE retracted_at IS NULL;

CREATE INDEX ix_claim_publisher ON claim (publisher_domain, fetched_at, claim_id) WHERE retracted_at IS NULL;

CREATE INDEX ix_claim_speaker ON claim (speaker_name, fetched_at, claim_id) WHERE retracted_at IS NULL;

CREATE TABLE mention (
    article_id UUID NOT NULL, 
    start INTEGER NOT NULL, 
    "end" INTEGER NOT NULL, 
    text TEXT NOT NULL, 
    type TEXT NOT NULL, 
    name TEXT NOT NULL, 
    entity_id UUID NOT NULL, 
    CONSTRAINT pk_mention PRIMARY KEY (article_id, start, "end"), 
    CONSTRAINT ck_mention_type CHECK (type IN ('PERSON', 'ORG', 'GPE', 'LOC', 'NORP')), 
    CONSTRAINT ck_mention_span CHECK ("start" >= 0 AND "start" < "end"), 
    CONSTRAINT fk_mention_article_id FOREIGN KEY(article_id) REFERENCES article (article_id), 
    CONSTRAINT fk_mention_entity_id FOREIGN KEY(entity_id) REFERENCES entity (entity_id)
);

COMMENT ON TABLE mention IS 'A span of the article''s current text that names an entity.';

CREATE INDEX ix_mention_entity_id_article_id ON mention (entity_id, article_id);

CREATE TABLE page (
    page_id UUID NOT NULL, 
    url TEXT NOT NULL, 
    host TEXT NOT NULL, 
    arrival TEXT NOT NULL, 
    feed_id UUID, 
    publisher_domain TEXT NOT NULL, 
    publisher_name TEXT, 
    entry JSONB, 
    article_id UUID, 
    outcome TEXT, 
    reason TEXT, 
    attempts INTEGER DEFAULT '0' NOT NULL, 
    etag TEXT, 
    last_modified TEXT, 
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    due_at TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    done_at TIMESTAMP WITH TIME ZONE, 
    leased_until TIMESTAMP WITH TIME ZONE, 
    lease_token UUID, 
    CONSTRAINT pk_page PRIMARY KEY (page_id), 
    CONSTRAINT ck_page_arrival CHECK (arrival IN ('fetched', 'submitted', 'file')), 
    CONSTRAINT fk_page_feed_id FOREIGN KEY(feed_id) REFERENCES feed (feed_id) ON DELETE SET NULL, 
    CONSTRAINT uq_page_url UNIQUE (url)
);

COMMENT ON TABLE page IS 'A URL or file that ingest knows; page_id is uuid5(URL namespace, url); due_at is null once it is done.';

CREATE INDEX ix_page_article_id ON page (article_id);

CREATE INDEX ix_page_due_at ON page (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX ix_page_feed_id_found_at_page_id ON page (feed_id, found_at, page_id);

CREATE INDEX ix_page_found_at_page_id ON page (found_at, page_id);

CREATE INDEX ix_page_outcome_found_at_page_id ON page (outcome, found_at, page_id);

CREATE INDEX ix_page_waiting ON page (host, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE revision (
    article_id UUID NOT NULL, 
    revision BIGINT NOT NULL, 
    text_sha256 TEXT NOT NULL, 
    text TEXT, 
    event JSONB, 
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    stored_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    CONSTRAINT pk_revision PRIMARY KEY (article_id, revision), 
    CONSTRAINT fk_revision_article_id FOREIGN KEY(article_id) REFERENCES article (article_id) DEFERRABLE
);

COMMENT ON TABLE revision IS 'One text of an article; event is ArticleIngested without its text; both are null once erased.';

INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING alembic_version.version_num;

COMMIT;

BEGIN;

-- Running upgrade 0001 -> 0002

CREATE TABLE api_key (
    key_id UUID NOT NULL, 
    holder_id UUID NOT NULL, 
    name TEXT NOT NULL, 
    prefix TEXT NOT NULL, 
    sha256 BYTEA NOT NULL, 
    scopes TEXT[] NOT NULL, 
    requests_per_minute INTEGER, 
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE, 
    revoked_at TIMESTAMP WITH TIME ZONE, 
    used_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_api_key PRIMARY KEY (key_id), 
    CONSTRAINT ck_api_key_requests_per_minute CHECK (requests_per_minute > 0), 
    CONSTRAINT uq_api_key_prefix UNIQUE (prefix)
);

COMMENT ON TABLE api_key IS 'Who may ask the API what; of the key itself only its prefix and its SHA-256 are kept. A key and those it is rotated into have one holder, whose the submissions are.';

CREATE INDEX ix_api_key_created_at_key_id ON api_key (created_at, key_id);

ALTER TABLE article ADD COLUMN search TSVECTOR;

ALTER TABLE article ADD COLUMN claims_reason TEXT;

ALTER TABLE claim ADD COLUMN arrival TEXT;

ALTER TABLE claim ADD COLUMN language TEXT;

ALTER TABLE claim ADD COLUMN search TSVECTOR;

ALTER TABLE claim ADD CONSTRAINT ck_claim_arrival CHECK (arrival IN ('fetched', 'submitted', 'file')) NOT VALID;

CREATE INDEX ix_dead_letter_waiting ON dead_letter (reason, first_seen_at) WHERE redriven_at IS NULL;

DROP INDEX ix_claim_speaker;

ALTER TABLE entity ADD COLUMN folded TEXT;

UPDATE alembic_version SET version_num='0002' WHERE alembic_version.version_num = '0001';

COMMIT;

BEGIN;

-- Running upgrade 0002 -> 0002a

COMMIT;

ALTER TABLE claim VALIDATE CONSTRAINT ck_claim_arrival;

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_article_search ON article USING gin (search);

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_claim_search ON claim USING gin (search) WHERE retracted_at IS NULL;

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_article_facets ON article USING gin ((ARRAY[arrival, language]));

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_claim_facets ON claim USING gin ((ARRAY[voice, form, polarity, force, arrival, language]));

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_claim_confidence ON claim (confidence) WHERE retracted_at IS NULL;

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_entity_first_seen_at_entity_id ON entity (first_seen_at, entity_id);

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_entity_type_first_seen_at_entity_id ON entity (type, first_seen_at, entity_id);

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_entity_words ON entity USING gin (string_to_array(folded, ' '));

BEGIN;

UPDATE alembic_version SET version_num='0002a' WHERE alembic_version.version_num = '0002';

COMMIT;

BEGIN;

-- Running upgrade 0002a -> 0003

CREATE EXTENSION IF NOT EXISTS vector;

ALTER TABLE article ADD COLUMN card JSONB;

ALTER TABLE article ADD COLUMN fingerprint JSONB;

ALTER TABLE article ADD COLUMN origin_keys BIGINT[];

ALTER TABLE article ADD COLUMN leased_until TIMESTAMP WITH TIME ZONE;

ALTER TABLE article ADD COLUMN lease_token UUID;

COMMENT ON TABLE article IS 'An article at its highest (revision, extractor_version); an erased one keeps no words. The lease is relate''s; origin_keys are what articles of one origin may share.';

ALTER TABLE change ALTER COLUMN article_id DROP NOT NULL;

ALTER TABLE change DROP CONSTRAINT ck_change_kind;

ALTER TABLE change ADD CONSTRAINT ck_change_kind CHECK (kind IN ('extracted', 'erased', 'related', 'threaded', 'merged', 'split')) NOT VALID;

COMMENT ON TABLE change IS 'The change log; position is gap-free and given after the commit; event is what Kafka is still to be sent. What Kafka is not told (relations, threads, entities) counts as published at once; article_id: null of threads.';

CREATE TABLE statement (
    claim_id UUID NOT NULL, 
    article_id UUID NOT NULL, 
    embedding HALFVEC(384) NOT NULL, 
    entities UUID[] NOT NULL, 
    named JSONB NOT NULL, 
    sentence TEXT NOT NULL, 
    lead BOOLEAN NOT NULL, 
    CONSTRAINT pk_statement PRIMARY KEY (claim_id), 
    CONSTRAINT fk_statement_article_id FOREIGN KEY(article_id) REFERENCES article (article_id), 
    CONSTRAINT fk_statement_claim_id FOREIGN KEY(claim_id) REFERENCES claim (claim_id)
);

COMMENT ON TABLE statement IS 'What comparing needs of a claim that is live and served, besides its reading; narrow, so that a claim''s other fields may change without touching the index of vectors. entities: the speaker''s and those named.';

CREATE INDEX ix_statement_article_id ON statement (article_id);

CREATE INDEX ix_statement_entities ON statement USING gin (entities);

CREATE INDEX ix_statement_embedding ON statement USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 200);

CREATE TABLE relation (
    a UUID NOT NULL, 
    b UUID NOT NULL, 
    article_a UUID NOT NULL, 
    article_b UUID NOT NULL, 
    kind TEXT NOT NULL, 
    score FLOAT NOT NULL, 
    reasons JSONB NOT NULL, 
    objects JSONB NOT NULL, 
    "order" TEXT NOT NULL, 
    related_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    CONSTRAINT pk_relation PRIMARY KEY (a, b), 
    CONSTRAINT ck_relation_order CHECK ("order" IN ('earlier', 'later', 'unknown')), 
    CONSTRAINT ck_relation_pair CHECK (a < b), 
    CONSTRAINT ck_relation_kind CHECK (kind IN ('agrees', 'contradicts', 'tension')), 
    CONSTRAINT fk_relation_a FOREIGN KEY(a) REFERENCES claim (claim_id), 
    CONSTRAINT fk_relation_b FOREIGN KEY(b) REFERENCES claim (claim_id)
);

COMMENT ON TABLE relation IS 'How claim a stands to claim b, seen from a (schemas.comparison.Relation); only live claims have any.';

CREATE INDEX ix_relation_b ON relation (b);

CREATE INDEX ix_relation_article_a ON relation (article_a);

CREATE INDEX ix_relation_article_b ON relation (article_b);

CREATE TABLE thread (
    thread_id UUID NOT NULL, 
    status TEXT, 
    claims INTEGER DEFAULT '0' NOT NULL, 
    articles INTEGER DEFAULT '0' NOT NULL, 
    origins INTEGER DEFAULT '0' NOT NULL, 
    submitted_origins INTEGER DEFAULT '0' NOT NULL, 
    quotes INTEGER DEFAULT '0' NOT NULL, 
    support BIGINT GENERATED ALWAYS AS (least(greatest(origins - submitted_origins, submitted_origins), 999999)::bigint * 1000000000000 + least(articles, 999999)::bigint * 1000000 + least(quotes, 999999)) STORED NOT NULL, 
    affirmed_by JSONB DEFAULT '[]' NOT NULL, 
    denied_by JSONB DEFAULT '[]' NOT NULL, 
    since DATE, 
    began_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    ended_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_thread PRIMARY KEY (thread_id), 
    CONSTRAINT ck_thread_ended CHECK ((status IS NULL) = (ended_at IS NOT NULL)), 
    CONSTRAINT ck_thread_status CHECK (status IN ('disputed', 'uncontested', 'single_source'))
);

COMMENT ON TABLE thread IS 'Claims about one proposition; one that ended keeps its id and names its successors.';

CREATE INDEX ix_thread_support ON thread (support, thread_id) WHERE ended_at IS NULL;

CREATE INDEX ix_thread_status ON thread (status, support, thread_id) WHERE ended_at IS NULL;

CREATE TABLE thread_claim (
    thread_id UUID NOT NULL, 
    claim_id UUID NOT NULL, 
    side TEXT NOT NULL, 
    origin_id UUID, 
    tense BOOLEAN DEFAULT false NOT NULL, 
    reasons TEXT[] DEFAULT '{}' NOT NULL, 
    CONSTRAINT pk_thread_claim PRIMARY KEY (thread_id, claim_id), 
    CONSTRAINT ck_thread_claim_side CHECK (side IN ('affirming', 'denying'))
);

COMMENT ON TABLE thread_claim IS 'The claims of a thread and, tense, those in tension with them, with why; origin_id is null where nobody says it.';

CREATE INDEX ix_thread_claim_claim_id ON thread_claim (claim_id);

CREATE UNIQUE INDEX uq_thread_claim_claim_id ON thread_claim (claim_id) WHERE NOT tense;

CREATE TABLE thread_successor (
    thread_id UUID NOT NULL, 
    successor_id UUID NOT NULL, 
    CONSTRAINT pk_thread_successor PRIMARY KEY (thread_id, successor_id)
);

COMMENT ON TABLE thread_successor IS 'The threads that hold what a thread that ended held; always threads that are there.';

CREATE INDEX ix_thread_successor_successor_id ON thread_successor (successor_id);

CREATE TABLE thread_mark (
    mark_id BIGINT GENERATED ALWAYS AS IDENTITY, 
    claim_id UUID, 
    article_id UUID, 
    CONSTRAINT pk_thread_mark PRIMARY KEY (mark_id), 
    CONSTRAINT ck_thread_mark_one CHECK (num_nonnulls(claim_id, article_id) = 1)
);

COMMENT ON TABLE thread_mark IS 'Claims whose threads, or articles whose origins, are to be found anew.';

CREATE TABLE origin (
    article_id UUID NOT NULL, 
    origin_id UUID NOT NULL, 
    CONSTRAINT pk_origin PRIMARY KEY (article_id)
);

COMMENT ON TABLE origin IS 'Where an article''s words come from: articles of one origin_id count once.';

CREATE INDEX ix_origin_origin_id ON origin (origin_id);

CREATE TABLE origin_pair (
    a UUID NOT NULL, 
    b UUID NOT NULL, 
    evidence TEXT NOT NULL, 
    CONSTRAINT pk_origin_pair PRIMARY KEY (a, b, evidence), 
    CONSTRAINT ck_origin_pair_pair CHECK (a < b), 
    CONSTRAINT ck_origin_pair_evidence CHECK (evidence IN ('near_duplicate', 'wire_credit', 'self_declared_rewrite', 'announcement'))
);

COMMENT ON TABLE origin_pair IS 'By what one sees that two articles have their words from one place. No foreign keys: whoever writes pairs must not wait for those who save articles.';

CREATE INDEX ix_origin_pair_b ON origin_pair (b);

UPDATE alembic_version SET version_num='0003' WHERE alembic_version.version_num = '0002a';

COMMIT;

BEGIN;

-- Running upgrade 0003 -> 0003a

COMMIT;

ALTER TABLE change VALIDATE CONSTRAINT ck_change_kind;

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_article_origin_keys ON article USING gin (origin_keys);

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_article_unrelated ON article (article_id) WHERE related_at IS NULL AND card IS NOT NULL;

BEGIN;

UPDATE alembic_version SET version_num='0003a' WHERE alembic_version.version_num = '0003';

COMMIT;

BEGIN;

-- Running upgrade 0003a -> 0004

ALTER TABLE entity ALTER COLUMN name DROP NOT NULL;

ALTER TABLE entity ADD COLUMN titled BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE entity ADD COLUMN bucket TEXT;

ALTER TABLE entity ADD COLUMN live BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE entity ADD COLUMN merged_into UUID;

ALTER TABLE entity ADD CONSTRAINT fk_entity_merged_into FOREIGN KEY(merged_into) REFERENCES entity (entity_id) NOT VALID;

ALTER TABLE entity ADD CONSTRAINT ck_entity_name CHECK (NOT live OR name IS NOT NULL) NOT VALID;

COMMENT ON TABLE entity IS 'What a mention names; one id across all articles and spellings. merged_into: the entity that it is one with, which is merged into none; folded: the words of all names of it and of those merged into it; bucket: what those share that may be one; titled: the name is a well-known one; live: an article names it, else no name is kept.';

CREATE TABLE entity_alias (
    entity_id UUID NOT NULL, 
    form TEXT NOT NULL, 
    type TEXT NOT NULL, 
    CONSTRAINT pk_entity_alias PRIMARY KEY (entity_id, form, type), 
    CONSTRAINT ck_entity_alias_type CHECK (type IN ('PERSON', 'ORG', 'GPE', 'LOC', 'NORP')), 
    CONSTRAINT fk_entity_alias_entity_id FOREIGN KEY(entity_id) REFERENCES entity (entity_id)
);

COMMENT ON TABLE entity_alias IS 'The names under which articles show an entity, and as what.';

CREATE TABLE entity_merge (
    merge_id BIGINT GENERATED ALWAYS AS IDENTITY, 
    entity_id UUID NOT NULL, 
    into_id UUID NOT NULL, 
    rule TEXT NOT NULL, 
    score FLOAT NOT NULL, 
    merged_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    undone_at TIMESTAMP WITH TIME ZONE, 
    CONSTRAINT pk_entity_merge PRIMARY KEY (merge_id), 
    CONSTRAINT fk_entity_merge_entity_id FOREIGN KEY(entity_id) REFERENCES entity (entity_id), 
    CONSTRAINT fk_entity_merge_into_id FOREIGN KEY(into_id) REFERENCES entity (entity_id)
);

COMMENT ON TABLE entity_merge IS 'Two entities that are one, by which rule and how surely; undone_at: they are two again, or the one is merged otherwise.';

CREATE UNIQUE INDEX uq_entity_merge_now ON entity_merge (entity_id) WHERE undone_at IS NULL;

CREATE INDEX ix_entity_merge_into_id ON entity_merge (into_id);

CREATE TABLE entity_pin (
    a UUID NOT NULL, 
    b UUID NOT NULL, 
    kind TEXT NOT NULL, 
    pinned_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
    CONSTRAINT pk_entity_pin PRIMARY KEY (a, b), 
    CONSTRAINT ck_entity_pin_pair CHECK (a < b), 
    CONSTRAINT ck_entity_pin_kind CHECK (kind IN ('same', 'apart')), 
    CONSTRAINT fk_entity_pin_a FOREIGN KEY(a) REFERENCES entity (entity_id), 
    CONSTRAINT fk_entity_pin_b FOREIGN KEY(b) REFERENCES entity (entity_id)
);

COMMENT ON TABLE entity_pin IS 'What an operator decided of two entities, whatever the rules find.';

CREATE INDEX ix_entity_pin_b ON entity_pin (b);

CREATE TABLE entity_mark (
    mark_id BIGINT GENERATED ALWAYS AS IDENTITY, 
    entity_id UUID NOT NULL, 
    lost BOOLEAN DEFAULT false NOT NULL, 
    CONSTRAINT pk_entity_mark PRIMARY KEY (mark_id)
);

COMMENT ON TABLE entity_mark IS 'Entities whose names and merges are to be looked at anew; lost: an article names it no more.';

INSERT INTO entity_mark (entity_id, lost) SELECT entity_id, true FROM entity ORDER BY entity_id;

UPDATE alembic_version SET version_num='0004' WHERE alembic_version.version_num = '0003a';

COMMIT;

BEGIN;

-- Running upgrade 0004 -> 0004a

COMMIT;

ALTER TABLE entity VALIDATE CONSTRAINT fk_entity_merged_into;

BEGIN;

COMMIT;

ALTER TABLE entity VALIDATE CONSTRAINT ck_entity_name;

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_entity_bucket_entity_id ON entity (bucket, entity_id);

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_entity_merged_into ON entity (merged_into) WHERE merged_into IS NOT NULL;

BEGIN;

UPDATE alembic_version SET version_num='0004a' WHERE alembic_version.version_num = '0004';

COMMIT;

BEGIN;

-- Running upgrade 0004a -> 0005

ALTER TABLE page ADD COLUMN traceparent TEXT;

ALTER TABLE submission ADD COLUMN traceparent TEXT;

UPDATE alembic_version SET version_num='0005' WHERE alembic_version.version_num = '0004a';

COMMIT;

BEGIN;

-- Running upgrade 0005 -> 0006

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_article_kept ON article (fetched_at) WHERE erased_at IS NULL;

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_revision_kept ON revision (fetched_at) WHERE text IS NOT NULL;

BEGIN;

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_submission_kept ON submission (done_at) WHERE html IS NOT NULL OR text IS NOT NULL;

BEGIN;

UPDATE alembic_version SET version_num='0006' WHERE alembic_version.version_num = '0005';

COMMIT;

BEGIN;

-- Running upgrade 0006 -> 0007

ALTER TABLE feed ADD COLUMN found_in UUID;

ALTER TABLE feed ADD CONSTRAINT fk_feed_found_in_feed FOREIGN KEY(found_in) REFERENCES feed (feed_id) ON DELETE CASCADE;

CREATE INDEX ix_feed_found_in ON feed (found_in) WHERE found_in IS NOT NULL;

COMMENT ON TABLE feed IS 'A feed that ingest polls; feed_id is uuid5(URL namespace, url); failures counts those in a row; found_in is the home page or index of sitemaps that names it, null where somebody added it.';

UPDATE alembic_version SET version_num='0007' WHERE alembic_version.version_num = '0006';

COMMIT;

BEGIN;

-- Running upgrade 0007 -> 0008

ALTER TABLE feed ADD COLUMN moved_to TEXT;

ALTER TABLE feed ADD COLUMN ended_at TIMESTAMP WITH TIME ZONE;

ALTER TABLE feed ADD COLUMN changes_per_day FLOAT;

ALTER TABLE feed ADD COLUMN ttl_seconds INTEGER;

ALTER TABLE feed ADD COLUMN skip_hours INTEGER[];

ALTER TABLE feed ADD COLUMN skip_days INTEGER[];

UPDATE alembic_version SET version_num='0008' WHERE alembic_version.version_num = '0007';

COMMIT;

BEGIN;

-- Running upgrade 0008 -> 0009

CREATE TABLE robots (
    origin TEXT NOT NULL, 
    text TEXT, 
    outcome TEXT, 
    reason TEXT NOT NULL, 
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL, 
    CONSTRAINT pk_robots PRIMARY KEY (origin)
);

COMMENT ON TABLE robots IS 'What the robots.txt of a scheme, host and port said last, or why it could not be had; until when that counts.';

UPDATE alembic_version SET version_num='0009' WHERE alembic_version.version_num = '0008';

COMMIT;

BEGIN;

-- Running upgrade 0009 -> 0010

CREATE TABLE relate_mark (
    entity_id UUID NOT NULL, 
    after UUID NOT NULL, 
    CONSTRAINT pk_relate_mark PRIMARY KEY (entity_id)
);

COMMENT ON TABLE relate_mark IS 'Entities of which it changed what they are one with: the articles that name them are to be compared anew; after: those of smaller ids are, and that one.';

UPDATE alembic_version SET version_num='0010' WHERE alembic_version.version_num = '0009';

COMMIT;

BEGIN;

-- Running upgrade 0010 -> 0011

ALTER TABLE publication ADD COLUMN canonical_version INTEGER DEFAULT '0' NOT NULL;

ALTER TABLE feed ADD COLUMN journey JSONB;

ALTER TABLE page ADD COLUMN journey JSONB;

ALTER TABLE submission ADD COLUMN journey JSONB;

UPDATE alembic_version SET version_num='0011' WHERE alembic_version.version_num = '0010';

COMMIT;

BEGIN;

-- Running upgrade 0011 -> 0012

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_publication_canonical_version ON publication (canonical_version);

BEGIN;

UPDATE alembic_version SET version_num='0012' WHERE alembic_version.version_num = '0011';

COMMIT;

BEGIN;

-- Running upgrade 0012 -> 0013

ALTER TABLE claim ADD COLUMN roles TEXT[];

UPDATE alembic_version SET version_num='0013' WHERE alembic_version.version_num = '0012';

COMMIT;

BEGIN;

-- Running upgrade 0013 -> 0014

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_statement_embedding_beside ON statement USING hnsw (embedding halfvec_cosine_ops) WITH (m = 24, ef_construction = 200);

BEGIN;

COMMIT;

DROP INDEX CONCURRENTLY IF EXISTS ix_statement_embedding;

ALTER INDEX ix_statement_embedding_beside RENAME TO ix_statement_embedding;

BEGIN;

UPDATE alembic_version SET version_num='0014' WHERE alembic_version.version_num = '0013';

COMMIT;

