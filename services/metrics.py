"""Every metric of every service, declared before it is counted; ``docs/metrics.md`` is made from this.

Names follow Prometheus' practice: base units, ``_total`` for counters, label values that are closed lists: never a URL,
a host or an id. Only the parent process of a service counts, so one process a pod and no multiprocess files. A gauge of
what a table holds is the same on every replica: rules take the max.
"""

import platform
from importlib.metadata import version

from schemas.events import ARTICLES_TOPIC, CLAIMS_TOPIC
from schemas.extraction import Form, Polarity, ResolvedBy, Voice
from schemas.outcomes import DeadLetterReason, FeedOutcome, KillReason, PageOutcome, Pruned, RecordOutcome, StreamEnd
from services.registry import Registry, Service

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Buckets of durations, from a cached answer to the longest fetch allowed."""

AGES = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0, 86_400.0)
"""Buckets of an event's age, from a second to a day."""

TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Buckets of a confidence."""

KAFKA_CALLS = (
    *("publish", "poll", "commit", "committed", "bounds", "end_offsets", "beginning_offsets", "check"),
    *("start_producer", "start_consumer", "start_watcher", "start_admin", "close_admin"),
    *("describe_cluster", "list_topics", "create_topics"),
)
"""What is asked of Kafka."""

NEVER = "not_polled"
"""The outcome of a feed that was never polled."""

FEED_OUTCOMES = (NEVER, *(outcome.value for outcome in FeedOutcome))

NO_FORM = "none"
"""The form of a claim in the article's or the headline's own voice."""

REGISTRY = Registry()

_INGEST, _EXTRACT, _API = (Service.INGEST,), (Service.EXTRACT,), (Service.API,)
_KAFKA = (Service.INGEST, Service.EXTRACT)
_ALL = tuple(Service)
_counter, _gauge, _histogram = REGISTRY.counter, REGISTRY.gauge, REGISTRY.histogram

# Every service

BUILD = REGISTRY.info(
    "claimwire_build",
    "The version of the code and of Python.",
    of=_ALL,
    odd="Two versions for longer than a rollout takes: look for pods that were not replaced.",
    version="the version of Claimwire",
    python="the version of Python",
)
READY = _gauge(
    "claimwire_ready",
    "1 while the service is ready, as /readyz last found; a scrape has it look again.",
    of=_ALL,
    odd="0 for minutes: see claimwire_ready_check for what is missing, and the log.",
)
READY_CHECK = _gauge(
    "claimwire_ready_check",
    "1 where a check of readiness passed.",
    of=_ALL,
    odd="0: `database` and `kafka` do not answer or lack schema or topics (`claimwire migrate`); `places`: a partition "
    "is paused, the log says why; `work`: a loop of the service waits after failures.",
    check=("database", "kafka", "places", "work"),
)
LOOP_TURNED = _gauge(
    "claimwire_loop_turned_timestamp_seconds",
    "When each of the service's loops last turned; they turn also while paused or backing off.",
    of=_KAFKA,
    odd="Older than two minutes: the loop hangs, /livez fails and the process is to be restarted; keep its log.",
    loop=(
        "pages",
        "feeds",
        "folders",
        "forget",
        "name",
        "watch",
        "wait_for_schema",
        "consume",
        "number",
        "publish",
        "settle",
        "relate",
        "weave",
        "prune",
    ),
)
TABLES_READ = _gauge(
    "claimwire_tables_read_timestamp_seconds",
    "When the gauges of what tables hold were last read, every 10 seconds.",
    of=_KAFKA,
    odd="Older than a minute: those gauges are stale, since the database or the service is away.",
)
DATABASE_FAILURES = _counter(
    "claimwire_database_failures",
    "Units of work that the database failed, to be tried again.",
    of=_ALL,
    odd="Growing: the database is away, full or slow; see its own metrics. Single ones at a fail-over are harmless.",
)
DATABASE_CONNECTIONS = _gauge(
    "claimwire_database_connections",
    "Connections to PostgreSQL that this process may hold at most.",
    of=_ALL,
    odd="The sum over all pods must stay below PostgreSQL's max_connections.",
)
DATABASE_CONNECTIONS_USED = _gauge(
    "claimwire_database_connections_used",
    "Connections of the pool that are in use just now.",
    of=_ALL,
    odd="At the most for minutes: requests wait for one another; look for slow statements, then raise the pool.",
)
KAFKA_FAILURES = _counter(
    "claimwire_kafka_failures",
    "Calls of Kafka that failed or passed their deadline.",
    of=_KAFKA,
    odd="Growing: brokers are away or refuse us; `publish` alone: too few replicas in sync, or a message too large.",
    call=KAFKA_CALLS,
)
PUBLISHED_EVENTS = _counter(
    "claimwire_published_events",
    "Events that Kafka has acknowledged.",
    of=_KAFKA,
    odd="Flat while pages are published or changes numbered: see claimwire_kafka_failures_total.",
    topic=(ARTICLES_TOPIC, CLAIMS_TOPIC),
)
WORKERS = _gauge(
    "claimwire_workers",
    "Worker processes that the service keeps.",
    of=_KAFKA,
    odd="Not what the setting says: the service is starting or ending.",
)
WORKERS_BUSY = _gauge(
    "claimwire_workers_busy",
    "Worker processes that have a task.",
    of=_KAFKA,
    odd="All of them for minutes: the service is short of CPU; add replicas, or processes where cores are idle.",
)
WORKERS_STARTED = _counter(
    "claimwire_workers_started",
    "Worker processes started: at the beginning, after one was killed, and one in 2,000 tasks.",
    of=_KAFKA,
    odd="Growing by the minute: workers die at once; see claimwire_workers_killed_total and the log.",
)
WORKERS_KILLED = _counter(
    "claimwire_workers_killed",
    "Worker processes killed, by the limit they passed; `died`: by something else.",
    of=_KAFKA,
    odd="A few a day are hostile pages. Many: `memory` or `died`: the container's memory is too small (1 GiB a worker "
    "at most); `cpu` or `wall`: the machine is overloaded.",
    reason=KillReason,
)
LEASES_LOST = _counter(
    "claimwire_leases_lost",
    "Pieces of work that another replica had taken over when ours was done; nothing of ours was saved.",
    of=_KAFKA,
    odd="Growing: replicas stall for half a minute and longer (CPU throttling?), or the database was away.",
    work=("pages", "feeds", "publish"),
)
LAG_RECORDS = _gauge(
    "claimwire_lag_records",
    "Records of the articles topic not yet handled; also where no consumer runs. Take the max over replicas.",
    of=_KAFKA,
    odd="Growing for minutes: extract is down, paused or too slow; see its readiness, then add replicas (up to the "
    "partitions).",
    topic=(ARTICLES_TOPIC,),
    partition="the partition's number",
)

# Ingest

FEEDS = _gauge(
    "claimwire_ingest_feeds",
    f"Feeds by what became of their last poll, without those that have ended; `{NEVER}`: added and not yet polled.",
    of=_INGEST,
    odd="Failing ones growing: `claimwire feeds list` and /v1/feeds?outcome=… name them and why; many at once are our "
    "own network, DNS or robots.txt.",
    outcome=FEED_OUTCOMES,
)
FEED_OVERDUE_SECONDS = _gauge(
    "claimwire_ingest_feed_overdue_seconds",
    "How long the poll that is due longest has been due; 0 where none is.",
    of=_INGEST,
    odd="Over ten minutes: ingest is not ready or has too few replicas, or a host with very many feeds is asked one by "
    "one.",
)
FEED_POLLS = _counter(
    "claimwire_ingest_feed_polls",
    "Polls of feeds by what became of them.",
    of=_INGEST,
    odd="No `polled` or `not_modified` while `claimwire_ingest_feed_overdue_seconds` grows: ingest is down or cut off "
    "from the network.",
    outcome=FeedOutcome,
)
FEED_ENTRIES = _counter(
    "claimwire_ingest_feed_entries",
    "Entries of feeds: new, dated anew by the feed (changed), known, or skipped as unusable.",
    of=_INGEST,
    odd="No `new` for hours while feeds are polled: look at some feeds by hand. `changed` as many as `known`: a feed "
    "that dates everything anew at each poll.",
    outcome=("new", "changed", "known", "skipped"),
)
NEWEST_PAGE = _gauge(
    "claimwire_ingest_newest_page_timestamp_seconds",
    "When the newest page was found in a feed or folder; 0 where there is none.",
    of=_INGEST,
    odd="Hours old by day: news does not come in; see the feeds' outcomes.",
)
PAGES = _counter(
    "claimwire_ingest_pages",
    "Pages by what became of them.",
    of=_INGEST,
    odd="One failure rising: /v1/pages?outcome=… name the pages and why; `robots_disallowed`, "
    "`client_error`, `no_text` are mostly the publishers' wish.",
    outcome=PageOutcome,
)
PAGES_DUE = _gauge(
    "claimwire_ingest_pages_due",
    "Pages that are due and held by nobody, counted up to 100,000.",
    of=_INGEST,
    odd="Growing for an hour: more comes in than is fetched. One host's backlog is politeness at work; else add "
    "replicas or raise the pages fetched at once.",
)
PAGES_DUE_SECONDS = _gauge(
    "claimwire_ingest_pages_due_oldest_seconds",
    "How long the page that is due longest has been due; 0 where none is.",
    of=_INGEST,
    odd="Over an hour: see claimwire_ingest_pages_due and claimwire_ingest_hosts_backed_off.",
)
SUBMISSIONS_WAITING = _gauge(
    "claimwire_ingest_submissions_waiting",
    "Submissions that have no outcome yet, counted up to 100,000.",
    of=_INGEST,
    odd="Growing: somebody submits faster than ingest reads; add replicas, or limit the key.",
)
SUBMISSIONS_WAITING_SECONDS = _gauge(
    "claimwire_ingest_submissions_waiting_oldest_seconds",
    "Age of the oldest submission without an outcome; 0 where none waits.",
    of=_INGEST,
    odd="Over some minutes: ingest is down, or the submission's URL is tried again (/v1/submissions tells).",
)
HOSTS_BACKED_OFF = _gauge(
    "claimwire_ingest_hosts_backed_off",
    "Hosts that are left alone for another minute or longer, as they asked by Retry-After or Crawl-delay.",
    of=_INGEST,
    odd="Many at once: we are too fast for a shared network; raise the pause between two requests of a host.",
)
HOSTS_BACKED_OFF_SECONDS = _gauge(
    "claimwire_ingest_hosts_backed_off_longest_seconds",
    "The longest that a host is still left alone; 0 where none is.",
    of=_INGEST,
    odd="It is an hour at most for Retry-After; more is a Crawl-delay of that host.",
)
HOSTS_BUSY = _counter(
    "claimwire_ingest_hosts_busy",
    "Pieces of work put off, since a redirect led to a host that was not free in time.",
    of=_INGEST,
    odd="As many as pages: most feeds link through one redirecting host; name the final URLs' feeds instead.",
)
FETCH_SECONDS = _histogram(
    "claimwire_ingest_fetch_seconds",
    "Duration of a fetch, redirects and all.",
    of=_INGEST,
    odd="Rising for all hosts: our network or DNS is slow.",
    buckets=SECONDS,
)
FETCHED_BYTES = _counter(
    "claimwire_ingest_fetched_bytes",
    "Bytes of bodies fetched, decompressed.",
    of=_INGEST,
    odd="Over it divide by pages: megabytes each are not articles.",
)
CLEAN_SECONDS = _histogram(
    "claimwire_ingest_clean_seconds",
    "Duration of cleaning a page, the wait for a free worker included.",
    of=_INGEST,
    odd="Rising with claimwire_workers_busy at the most: too few workers. Alone: heavier pages.",
    buckets=SECONDS,
)

# Extract

RECORDS = _counter(
    "claimwire_extract_records",
    "Records of the articles topic by what became of them.",
    of=_EXTRACT,
    odd="`conflict`: two texts with one revision: was the database set back? `outdated` in masses is a replay. "
    "`refused_erased`: somebody goes on publishing what was erased.",
    outcome=RecordOutcome,
)
RECORD_SECONDS = _histogram(
    "claimwire_extract_record_seconds",
    "Duration of reading a text in a worker.",
    of=_EXTRACT,
    odd="Rising: longer texts or a slower machine; compare with claimwire_workers_busy.",
    buckets=SECONDS,
)
EVENT_AGE_SECONDS = _histogram(
    "claimwire_extract_event_age_seconds",
    "Time from fetched to stored.",
    of=_EXTRACT,
    odd="Rising: see claimwire_lag_records; hours during a replay are right.",
    buckets=AGES,
)
CLAIMS = _counter(
    "claimwire_extract_claims",
    f"Claims of the articles saved, by voice, form (`{NO_FORM}` outside attributed ones) and polarity.",
    of=_EXTRACT,
    odd="None for an hour while articles are saved, or a share that moves by a half: pages are cleaned wrongly, or a "
    "new version reads otherwise; run `make quality`.",
    voice=Voice,
    form=(*(form.value for form in Form), NO_FORM),
    polarity=Polarity,
)
CLAIM_CONFIDENCE = _histogram(
    "claimwire_extract_claim_confidence",
    "How sure the claims of the articles saved are.",
    of=_EXTRACT,
    odd="Sinking: texts of another kind or language come in.",
    buckets=TENTHS,
)
SPEAKERS = _counter(
    "claimwire_extract_speakers",
    "Speakers of the claims saved, by how they were resolved to a name.",
    of=_EXTRACT,
    odd="`none` rising against the others: look at some new sources' texts.",
    resolved_by=ResolvedBy,
)
ARTICLES_WITHOUT_CLAIMS = _counter(
    "claimwire_extract_articles_without_claims",
    "Articles saved in which nothing was found.",
    of=_EXTRACT,
    odd="Over a half of the records saved: texts are cut off (pay walls) or not in English.",
)
OFFSET_VIOLATIONS = _counter(
    "claimwire_offset_violations",
    "Claims refused since their span is not their words.",
    of=_EXTRACT,
    odd="It must stay 0: our own fault; keep the article and its log line, and report it.",
)
DEAD_LETTERS = _counter(
    "claimwire_extract_dead_letters",
    "Records that became dead letters, by reason.",
    of=_EXTRACT,
    odd="Any: `claimwire dead-letters list` shows them. Past 25 of a partition's last 50 records it pauses.",
    reason=DeadLetterReason,
)
DEAD_LETTERS_WAITING = _gauge(
    "claimwire_extract_dead_letters_waiting",
    "Dead letters that were not redriven, by reason.",
    of=_EXTRACT,
    odd="Not 0: find the cause, then `claimwire dead-letters redrive --reason …`.",
    reason=DeadLetterReason,
)
DEAD_LETTERS_WAITING_SECONDS = _gauge(
    "claimwire_extract_dead_letters_waiting_oldest_seconds",
    "Age of the oldest of those; 0 where none waits.",
    of=_EXTRACT,
    odd="Days: nobody looks after them.",
)
PARTITIONS_HELD = _gauge(
    "claimwire_extract_partitions_held",
    "Partitions that this replica reads.",
    of=_EXTRACT,
    odd="0 on a replica for minutes: there are more replicas than partitions, or the group is not joined.",
)
PARTITIONS_PAUSED = _gauge(
    "claimwire_extract_partitions_paused",
    "Partitions of this replica that cannot go on by themselves.",
    of=_EXTRACT,
    odd="The log says why: too many dead letters (`claimwire dead-letters resume` once the cause is found) or records "
    "that are gone (`claimwire offsets reset`).",
)
RECORDS_LOST = _counter(
    "claimwire_records_lost",
    "Records gone from the topic before they were read.",
    of=_EXTRACT,
    odd="Any: retention took them, or the topic was made anew: `claimwire offsets reset`, then `claimwire republish`.",
    partition="the partition's number",
)
ARTICLES_RELATED = _counter(
    "claimwire_extract_articles_related",
    "Articles compared with those stored before, by what became of it: superseded: changed meanwhile, and compared "
    "again; failed: the comparison took too much, and found nothing.",
    of=_EXTRACT,
    odd="Flat while claimwire_extract_unrelated grows: see the log. `failed`: the log names the article; report it.",
    outcome=("related", "superseded", "failed"),
)
RELATE_SECONDS = _histogram(
    "claimwire_extract_relate_seconds",
    "Duration of comparing an article: finding candidates, judging them in a worker, saving.",
    of=_EXTRACT,
    odd="Rising: candidates are found slowly (is the index of vectors in memory?), or workers are busy reading.",
    buckets=SECONDS,
)
RELATIONS_CHANGED = _counter(
    "claimwire_extract_relations_changed",
    "Relations between claims that began, changed or ended as articles were compared.",
    of=_EXTRACT,
    odd="None for a day of news: candidates are not found, or the judge refuses all; run `make quality`.",
)
RELATE_CAPS = _counter(
    "claimwire_extract_relate_caps",
    "Times that a bound on the work of comparing was reached: neighbours of a claim, pairs of an article, claims that "
    "name one entity, articles of one origin, claims followed for one thread.",
    of=_EXTRACT,
    odd="`neighbours` now and then is a report that all print, `frequent` a head of state. Others: a flood; look at "
    "the newest articles.",
    cap=("neighbours", "pairs", "frequent", "kin", "threads"),
)
UNRELATED = _gauge(
    "claimwire_extract_unrelated",
    "Articles stored and not yet compared, counted up to 100,000.",
    of=_EXTRACT,
    odd="Growing for minutes: add replicas or workers; after `claimwire reextract` it is right.",
)
RELATE_MARKS = _gauge(
    "claimwire_extract_relate_marks",
    "Entities that became one with others, whose articles are still to be compared anew, counted up to 100,000.",
    of=_EXTRACT,
    odd="Growing for hours: relate is busy with new articles alone, and merges tell on no relation; add replicas.",
)
THREAD_MARKS = _gauge(
    "claimwire_extract_thread_marks",
    "Claims and articles whose threads or origins are still to be found anew, counted up to 100,000.",
    of=_EXTRACT,
    odd="Growing for minutes: the replica that builds threads waits or fails; see the log.",
)
CHANGES_NUMBERED = _counter(
    "claimwire_changes_numbered",
    "Rows of the change log given their position.",
    of=_EXTRACT,
    odd="Flat while records are saved: see claimwire_changes_unnumbered.",
)
CHANGES_UNNUMBERED = _gauge(
    "claimwire_changes_unnumbered",
    "Rows of the change log without a position, counted up to 100,000: readers of changes do not see them yet.",
    of=_EXTRACT,
    odd="Growing: no extract replica can write; a transaction that hangs holds the lock of numbering (pg_locks).",
)
CHANGES_UNNUMBERED_SECONDS = _gauge(
    "claimwire_changes_unnumbered_oldest_seconds",
    "Age of the oldest of those rows; 0 where none.",
    of=_EXTRACT,
    odd="Over some seconds: as above.",
)
CHANGES_BEHIND = _gauge(
    "claimwire_changes_behind",
    "Numbered rows of the change log that Kafka has not acknowledged, counted up to 100,000.",
    of=_EXTRACT,
    odd="Growing: Kafka does not take the claims topic's events; the API is not affected.",
)
CHANGES_BEHIND_SECONDS = _gauge(
    "claimwire_changes_behind_seconds",
    "Age of the oldest of those rows; 0 where none.",
    of=_EXTRACT,
    odd="Over a minute: as above; consumers of the claims topic are late by so much.",
)
NEWEST_CHANGE = _gauge(
    "claimwire_changes_newest_timestamp_seconds",
    "When the newest numbered change was made; 0 where there is none.",
    of=_EXTRACT,
    odd="Hours old by day: no claims come in; go upstream: lag, pages, feeds.",
)
EVENTS_WITHOUT_CLAIMS = _counter(
    "claimwire_claims_omitted",
    "Events sent without their claims, being too large.",
    of=_EXTRACT,
    odd="Harmless: their readers get the claims from the API.",
)
ERASED = _gauge(
    "claimwire_erased",
    "What erasures named and is remembered, by kind.",
    of=_EXTRACT,
    odd="Growing without a request of somebody's, nor CLAIMWIRE_RETENTION_CLAIMS_DAYS: see who may erase.",
    kind=("article", "url", "publisher", "text"),  # ErasedKind; its module would bring SQLAlchemy into each process
)
PRUNED = _counter(
    "claimwire_extract_pruned",
    "What went by age: articles with their claims, texts, dead letters.",
    of=_EXTRACT,
    odd="Growing without a setting CLAIMWIRE_RETENTION_…: see who set one. Flat though `claimwire prune --dry-run` "
    "finds old rows: see the log.",
    kind=Pruned,
)

# The API

REQUESTS = _counter(
    "claimwire_api_requests",
    "Requests by method, route template and status; 499: the client went before there was an answer.",
    of=_API,
    odd="5xx: the log has each with its request id; 503: the database is away or the process is full.",
    method="the HTTP method, `other` where it is none",
    route="the route's template, `unmatched` where there is none",
    status="the HTTP status",
)
REQUEST_SECONDS = _histogram(
    "claimwire_api_request_seconds",
    "Duration of a request until its answer was sent; streams, which last as long as they may, are left out.",
    of=_API,
    odd="Rising with claimwire_database_connections_used: slow statements; alone: too few replicas.",
    buckets=SECONDS,
    method="the HTTP method, `other` where it is none",
    route="the route's template, `unmatched` where there is none",
)
REQUESTS_IN_FLIGHT = _gauge(
    "claimwire_api_requests_in_flight",
    "Requests being answered, streams included.",
    of=_API,
    odd="Hundreds without streams: answers are slow; past CLAIMWIRE_API_CONCURRENCY more are refused.",
)
STREAMS = _gauge(
    "claimwire_api_streams",
    "Streams of changes that are open in this process.",
    of=_API,
    odd="At CLAIMWIRE_API_STREAMS more are refused: add replicas.",
)
STREAMS_ENDED = _counter(
    "claimwire_api_streams_ended",
    "Streams that ended: their client went (gone) or was too slow, they were old, the log could not be read (failed), "
    "its database was set back, or the service stopped.",
    of=_API,
    odd="`slow` growing: clients that read too little at a time, or a network that is full; `set_back`: their clients "
    "must begin again at 0.",
    reason=StreamEnd,
)
KEY_REQUESTS = _counter(
    "claimwire_api_key_requests",
    "Requests of each key: allowed by its quota or rate_limited; of the allowed, out_of_scope those beyond its scopes.",
    of=_API,
    odd="`rate_limited` growing: its holder asks too fast, or needs a larger quota; `out_of_scope`: the wrong key is "
    "in use. Allowed ones of a key that should rest: rotate it.",
    key="the prefix of a key that is or was good, as `claimwire keys list` shows it",
    outcome=("allowed", "rate_limited", "out_of_scope"),
)
KEY_QUOTA = _gauge(
    "claimwire_api_key_quota",
    "Requests a minute that a live key has in this process; absent where it has no limit.",
    of=_API,
    odd="Compare 60 * rate(claimwire_api_key_requests_total[5m]): near it, its holder will be refused.",
    key="the prefix of a live key",
)


def describe_build() -> None:
    """Set the build metric."""
    BUILD.info({"version": version("claimwire"), "python": platform.python_version()})
