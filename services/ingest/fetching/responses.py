"""Responses: what one fetch ends in, and what the headers of an answer mean."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schemas.outcomes import PageOutcome

BeforeRequest = Callable[[str], Awaitable[None]]
"""Awaited with each URL before it is asked, redirects included; it may wait for the host's turn, or raise."""

MAX_RETRY_AFTER_SECONDS = 86_400.0
"""A day: a server may slow us down, but not switch a feed off for ever with one header."""

MAX_AGE_SECONDS = 31_536_000
"""A year, which HTTP caches take for "does not change"."""

MAX_VALIDATOR_LENGTH = 512
"""Characters of an ETag worth keeping; it is stored with every page and sent back with every request."""

MAX_REASON_LENGTH = 300
"""Characters; a reason is a line in a log and a column, and may quote what a hostile server sent."""

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?([0-9]{1,18})", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|[,\s])no-(?:cache|store)\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Fetched:
    """An answer of status 200 with its body, or 304 with none.

    `requested_url` and `final_url` are as sent; `redirects` are the URLs asked after the first, in order, and
    `moved_permanently_to` the last that only 301 and 308 led to. `body` is decompressed; where `truncated`, it is only
    the beginning. `content_type` is the media type in lower case, `charset` the codec the header names, if it is known.
    """

    requested_url: str
    final_url: str
    status: int
    content_type: str | None
    charset: str | None
    body: bytes
    truncated: bool
    etag: str | None
    last_modified: str | None
    fetched_at: datetime
    cache_max_age_seconds: int | None
    redirects: tuple[str, ...]
    moved_permanently_to: str | None


class FetchFailed(Exception):
    """A fetch that ended without an answer to use; `outcome` has the same value as a feed's and as a page's outcome."""

    def __init__(
        self,
        outcome: PageOutcome,
        reason: str,
        *,
        retry_after_seconds: float | None = None,
        status: int | None = None,
    ) -> None:
        self.outcome = outcome
        self.reason = "".join(char if char.isprintable() else "?" for char in reason[:MAX_REASON_LENGTH])
        self.retry_after_seconds = retry_after_seconds
        self.status = status
        super().__init__(f"{outcome}: {self.reason}")


def refused_status(status: int, retry_after_seconds: float | None) -> FetchFailed:
    """Return what an answer with another status than 200, 304 or a redirect means (RFC 9110, section 15)."""
    outcomes = {404: PageOutcome.NOT_FOUND, 410: PageOutcome.GONE, 429: PageOutcome.RATE_LIMITED}
    families = {4: PageOutcome.CLIENT_ERROR, 5: PageOutcome.SERVER_ERROR}
    outcome = outcomes.get(status) or families.get(status // 100, PageOutcome.BAD_RESPONSE)
    return FetchFailed(outcome, f"status {status}", retry_after_seconds=retry_after_seconds, status=status)


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds from `now` that a Retry-After header asks for, at most a day (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), MAX_RETRY_AFTER_SECONDS)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def read_max_age(value: str | None) -> int | None:
    """Return the seconds a Cache-Control header lets the answer be kept; 0 where it forbids that (RFC 9111, 5.2.2)."""
    if value is None:
        return None
    if _NO_CACHE.search(value):
        return 0
    match = _MAX_AGE.search(value)
    return min(int(match[1]), MAX_AGE_SECONDS) if match else None


def read_media_type(value: str | None) -> str | None:
    """Return the media type of a Content-Type header without its parameters, in lower case."""
    media_type = (value or "").partition(";")[0].strip().lower()
    return media_type if 0 < len(media_type) <= MAX_VALIDATOR_LENGTH and _is_plain(media_type) else None


def read_validator(value: str | None) -> str | None:
    """Return an ETag or Last-Modified as it is to be sent back, or None where it could not be stored or sent."""
    return value if value and len(value) <= MAX_VALIDATOR_LENGTH and _is_plain(value) else None


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
