"""What can become of a feed, a page, a record or a worker: closed lists, each also a metric's label.

Add a member, never rename one: dashboards and rows of past years carry the words.
"""

from enum import StrEnum


class FeedOutcome(StrEnum):
    """What became of one poll of a feed."""

    POLLED = "polled"
    NOT_MODIFIED = "not_modified"
    NOT_A_FEED = "not_a_feed"
    BAD_URL = "bad_url"
    REFUSED_ADDRESS = "refused_address"
    ROBOTS_DISALLOWED = "robots_disallowed"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    DNS_FAILED = "dns_failed"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    BAD_RESPONSE = "bad_response"
    NOT_FOUND = "not_found"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    WORKER_KILLED = "worker_killed"


class PageOutcome(StrEnum):
    """What became of one page: fetched, submitted or read from a file."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not_modified"
    DUPLICATE_URL = "duplicate_url"
    ERASED = "erased"
    BAD_URL = "bad_url"
    REFUSED_ADDRESS = "refused_address"
    ROBOTS_DISALLOWED = "robots_disallowed"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    DNS_FAILED = "dns_failed"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    TIMED_OUT = "timed_out"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    BAD_RESPONSE = "bad_response"
    NOT_FOUND = "not_found"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    NOT_HTML = "not_html"
    HOSTILE_MARKUP = "hostile_markup"
    WORKER_KILLED = "worker_killed"
    NO_TEXT = "no_text"
    TOO_SHORT = "too_short"
    SOFT_404 = "soft_404"
    COOKIE_WALL = "cookie_wall"
    PAYWALL_STUB = "paywall_stub"


class RecordOutcome(StrEnum):
    """What became of one record of the articles topic."""

    SAVED = "saved"
    OUTDATED = "outdated"
    CONFLICT = "conflict"
    ERASED = "erased"
    REFUSED_ERASED = "refused_erased"
    DEAD_LETTERED = "dead_lettered"


class DeadLetterReason(StrEnum):
    """Why a record can never be handled."""

    EMPTY_VALUE = "empty_value"
    BAD_KEY = "bad_key"
    NOT_JSON = "not_json"
    INVALID_EVENT = "invalid_event"
    UNKNOWN_VERSION = "unknown_version"
    KEY_MISMATCH = "key_mismatch"
    TEXT_MISMATCH = "text_mismatch"
    WORKER_KILLED = "worker_killed"
    EXTRACTION_FAILED = "extraction_failed"
    DATABASE_REFUSED = "database_refused"


class Pruned(StrEnum):
    """What went since it was older than a setting says."""

    ARTICLE = "article"
    TEXT = "text"
    DEAD_LETTER = "dead_letter"


class KillReason(StrEnum):
    """Why a worker process was lost."""

    CPU = "cpu"
    MEMORY = "memory"
    WALL = "wall"
    DIED = "died"


class StreamEnd(StrEnum):
    """Why a stream of changes ended."""

    GONE = "gone"
    SLOW = "slow"
    AGED = "aged"
    FAILED = "failed"
    SET_BACK = "set_back"
    STOPPING = "stopping"
