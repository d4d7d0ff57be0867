"""Quotas: how they count, what they tell, and that many addresses need no more memory."""

import re

import pytest

from services.api.http.quotas import BUCKETS, Quotas, Standing, bucket_of


async def test_quota_is_used_up_and_tells_so() -> None:
    quotas = Quotas()
    standings = [await quotas.take("a", 3) for _ in range(5)]
    assert [standing.allowed for standing in standings] == [True, True, True, False, False]
    assert [standing.remaining for standing in standings] == [2, 1, 0, 0, 0]
    assert all(1 <= standing.seconds <= 120 for standing in standings)
    assert (await quotas.take("b", 3)).allowed


def test_headers_are_those_of_the_draft() -> None:
    told = Standing(allowed=True, quota=100, remaining=50, seconds=30).headers()
    assert told == {"RateLimit-Policy": '"default";q=100;w=60', "RateLimit": '"default";r=50;t=30'}
    refused = Standing(allowed=False, quota=100, remaining=0, seconds=7).headers()
    assert refused["Retry-After"] == "7"
    assert re.fullmatch(r'"default";r=0;t=7', refused["RateLimit"])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("", "no address", True),
    ],
)
def test_one_caller_is_one_bucket(one: str, other: str, *, same: bool) -> None:
    assert (bucket_of(one) == bucket_of(other)) is same


def test_addresses_spread_over_a_bounded_number_of_buckets() -> None:
    buckets = {bucket_of(f"2001:db8:{number:x}::1") for number in range(20_000)}
    assert BUCKETS * 0.95 < len(buckets) <= BUCKETS
