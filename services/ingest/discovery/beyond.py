"""What a sitemap lists beyond the entries that one poll reads whole: every URL of it, in the order of its turn."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from zlib import crc32

from services.ingest.discovery.entries import Further, Item, follow

MENDED_MAX = 10_000
"""URLs spelt in an odd way that one poll reads with care, which takes 30 µs each; the others take five."""

MENDED_SECONDS = 3_600
"""Where a sitemap has more of those, each part of them has its hour."""

TURN_SECONDS = 21_600
"""How long a part of an index's older sitemaps is polled before the next has its turn: a batch every half hour."""

PART_LEAST = 30
"""Sitemaps of such a part at least, and fewer than twice as many: on a host that is asked once a second, little."""

PART_MOST = 4 * PART_LEAST
"""No part has more than this, however it was contrived that many URLs are in one."""

DATE_MAX = 64
"""Characters; a longer date is none."""

_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_ORIGIN = re.compile(r"(https?://[^/?#\\]+)(/.*)", re.IGNORECASE | re.DOTALL)
_PLAIN = re.compile(
    r"(?:/(?!\.)(?:[A-Za-z0-9_~!$&'()*+,=:@.-]|%[89A-F][0-9A-F])*)+(?:\?[A-Za-z0-9_~.!$&'()*,;=:@/?-]+)?"
)
_PLAIN_MAX = 1_900

T = TypeVar("T")


def day_of(item: Item) -> str:
    """Return the day that an item states, as ISO 8601 writes it, which sorts as days do; empty where it states none."""
    found = _DAY.match(str(item.published or item.modified or ""))
    return found[0] if found else ""


def in_turn(items: Sequence[Item]) -> list[Item]:
    """Return the items, those of the latest day first, then undated ones from both ends: one has the new ones."""
    days = [(day, item) for item in items if (day := day_of(item))]
    undated = [item for item in items if not day_of(item)]
    return [item for _, item in sorted(days, key=lambda pair: pair[0], reverse=True)] + from_both_ends(undated)


def from_both_ends(found: Sequence[T]) -> list[T]:
    """Return the first, the last, the second, the last but one, and so on."""
    half = (len(found) + 1) // 2
    ordered: list[T] = list(found)
    ordered[::2], ordered[1::2] = found[:half], found[: half - 1 : -1]
    return ordered


def list_further(base: str, items: Sequence[Item], now: datetime) -> tuple[tuple[Further, ...], bool]:
    """Return the items whose link leads somewhere, each URL as it is asked for, and whether some wait for their hour.

    Those are URLs of odd spellings beyond ``MENDED_MAX``.
    """
    origins: dict[str, str | None] = {}
    links = [item.link if isinstance(item.link, str) else "" for item in items]
    urls = [_follow_plain(link, origins) for link in links]
    odd = [number for number, url in enumerate(urls) if url is None and links[number]]
    parts = max(1, -(-len(odd) // MENDED_MAX))
    first = int(now.timestamp() // MENDED_SECONDS) % parts * MENDED_MAX
    for number in odd[first : first + MENDED_MAX]:
        urls[number] = follow(base, links[number])
    found = zip(urls, items, strict=True)
    return tuple(Further(url, _date(item.published), _date(item.modified)) for url, item in found if url), parts > 1


def list_turn(urls: Sequence[str], now: datetime) -> list[str]:
    """Return the part of an index's older sitemaps that has its turn now; after as many turns as parts each had it.

    A URL's part is a matter of itself, not of its place, which changes as sitemaps are added; there are twice as many
    parts from twice as many sitemaps on.
    """
    parts = 1 << (max(1, len(urls) // PART_LEAST).bit_length() - 1)
    turn = int(now.timestamp() // TURN_SECONDS) % parts
    return [url for url in urls if crc32(url.encode()) % parts == turn][:PART_MOST]


def _follow_plain(link: str, origins: dict[str, str | None]) -> str | None:
    """Return what ``follow`` does, for a link that has nothing to be mended but its host and the case of escapes."""
    parts = _ORIGIN.fullmatch(link)
    if parts is None or len(link) > _PLAIN_MAX:
        return None
    path = parts[2]
    if "%" in path:
        begin, *escaped = path.split("%")
        path = "%".join([begin, *(each[:2].upper() + each[2:] for each in escaped)])
    if _PLAIN.fullmatch(path) is None:
        return None
    if parts[1] not in origins and len(origins) < MENDED_MAX:
        origins[parts[1]] = follow("", f"{parts[1]}/")
    origin = origins.get(parts[1])
    return None if origin is None else origin[:-1] + path


def _date(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= DATE_MAX else None
