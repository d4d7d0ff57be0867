"""Every metric of every service, declared before it is counted; label values are closed lists.

Only the parent process of a service counts, so one process a pod and no multiprocess files.
"""

import platform
from importlib.metadata import version

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Info

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Buckets of durations, from a cached answer to the longest fetch allowed."""

AGES = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0, 86_400.0)
"""Buckets of an event's age, from a second to a day."""

BUILD = Info("claimwire_build", "The version of the code and of Python.", registry=REGISTRY)

FEED_POLLS = Counter("claimwire_ingest_feed_polls", "Polls of feeds by what became of them.", ["outcome"])
FEED_ENTRIES = Counter("claimwire_ingest_feed_entries", "Entries of feeds: new, known or skipped.", ["outcome"])
PAGES = Counter("claimwire_ingest_pages", "Pages by what became of them.", ["outcome"])
FETCH_SECONDS = Histogram("claimwire_ingest_fetch_seconds", "Duration of a fetch, redirects and all.", buckets=SECONDS)
FETCHED_BYTES = Counter("claimwire_ingest_fetched_bytes", "Bytes of bodies fetched, decompressed.")
CLEAN_SECONDS = Histogram("claimwire_ingest_clean_seconds", "Duration of cleaning a page in a worker.", buckets=SECONDS)
PAGES_DUE = Gauge("claimwire_ingest_pages_due", "Pages and submissions that are due and not leased.")
PUBLISHED_EVENTS = Counter("claimwire_published_events", "Events that Kafka has acknowledged.", ["topic"])
KAFKA_FAILURES = Counter("claimwire_kafka_failures", "Calls of Kafka that failed or passed their deadline.", ["call"])
DATABASE_FAILURES = Counter("claimwire_database_failures", "Units of work that the database failed, to be tried again.")
WORKERS_KILLED = Counter("claimwire_workers_killed", "Worker processes killed, by the limit they passed.", ["reason"])

RECORDS = Counter("claimwire_extract_records", "Records of the articles topic by what became of them.", ["outcome"])
RECORD_SECONDS = Histogram(
    "claimwire_extract_record_seconds", "Duration of reading a text in a worker.", buckets=SECONDS
)
CLAIMS = Counter("claimwire_extract_claims", "Claims stored for the first time, by voice.", ["voice"])
DEAD_LETTERS = Counter("claimwire_extract_dead_letters", "Records that became dead letters, by reason.", ["reason"])
OFFSET_VIOLATIONS = Counter(
    "claimwire_offset_violations", "Claims refused since their span is not their words; stays 0."
)
RECORDS_LOST = Counter("claimwire_records_lost", "Records gone from the topic before they were read.", ["partition"])
EVENT_AGE_SECONDS = Histogram("claimwire_extract_event_age_seconds", "Time from fetched to stored.", buckets=AGES)
LAG_RECORDS = Gauge(
    "claimwire_lag_records",
    "Records of a partition not yet handled; take the max over replicas.",
    ["topic", "partition"],
)
PARTITIONS_PAUSED = Gauge("claimwire_extract_partitions_paused", "Partitions paused by too many dead letters.")
CHANGES_NUMBERED = Counter("claimwire_changes_numbered", "Rows of the change log given their position.")
CHANGES_BEHIND = Gauge("claimwire_changes_behind", "Numbered rows of the change log that Kafka has not acknowledged.")
CHANGES_BEHIND_SECONDS = Gauge("claimwire_changes_behind_seconds", "Age of the oldest of those rows; 0 where none.")
EVENTS_WITHOUT_CLAIMS = Counter("claimwire_claims_omitted", "Events sent without their claims, being too large.")

REQUESTS = Counter(
    "claimwire_api_requests", "Requests by method, route template and status.", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "claimwire_api_request_seconds", "Duration of a request by route template.", ["method", "route"], buckets=SECONDS
)
REQUESTS_IN_FLIGHT = Gauge("claimwire_api_requests_in_flight", "Requests being answered.")

READY = Gauge("claimwire_ready", "1 while the service is ready.")
LOOP_TURNED = Gauge("claimwire_loop_turned_timestamp_seconds", "When the service's loop last made progress.")


def describe_build() -> None:
    """Set the build metric."""
    BUILD.info({"version": version("claimwire"), "python": platform.python_version()})
