"""Quotas: how many requests a minute one caller has, told in the header fields ``RateLimit`` and ``RateLimit-Policy``.

The fields are those of the Internet-Draft draft-ietf-httpapi-ratelimit-headers, revision 11. Each process counts by
itself, so behind a load balancer a caller may have as many times the quota as there are replicas.
"""

import ipaddress
import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

WINDOW_SECONDS = 60

BUCKETS = 4_096
"""Addresses are counted in so many buckets, so that a flood of addresses needs no more memory than that."""

NETWORK_BITS = {4: 32, 6: 64}
"""What one caller has: an address of IPv4, a whole /64 of IPv6."""


@dataclass(frozen=True)
class Standing:
    """What of a quota is left: ``remaining`` requests, and seconds until there are more."""

    allowed: bool
    quota: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """Return the header fields that tell it."""
        told = {
            "RateLimit-Policy": f'"default";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"default";r={self.remaining};t={self.seconds}',
        }
        return told if self.allowed else {**told, "Retry-After": str(self.seconds)}


class Quotas:
    """Counts requests in a sliding window: this minute's, and of the last one's the share that still counts."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def take(self, caller: str, quota: int) -> Standing:
        """Count a request of ``caller``, unless the quota is used up; return how things stand then."""
        item = RateLimitItemPerMinute(quota)
        allowed = await self._limiter.hit(item, caller)
        resets_at, remaining = await self._limiter.get_window_stats(item, caller)
        return Standing(allowed, quota, remaining, max(1, math.ceil(resets_at - time.time())))


def bucket_of(host: str) -> str:
    """Return the bucket of an address; which addresses share one is another matter in every process."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "none"
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    known = mapped or address
    network = ipaddress.ip_network((known, NETWORK_BITS[known.version]), strict=False)
    return str(hash(str(network)) % BUCKETS)
