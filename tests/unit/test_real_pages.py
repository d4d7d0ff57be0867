"""The dates of real pages: all that they state as JSON-LD are found, and without it nearly all."""

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.events import Dated, Evidence
from services.ingest.cleaning.cleaner import Page, clean

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "pages"
FETCHED_AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
SCRIPT = re.compile(r"<script[^>]*ld\+json[^>]*>.*?</script>", re.DOTALL | re.IGNORECASE)
STATES = re.compile(r'"datePublished"\s*:\s*"[^"]*(?:19|20)\d\d')
"""Some state the year 0001, which is an empty field."""

STRIPPED_LEAST = 0.85
"""The share of dates that must be found without JSON-LD: some pages state none elsewhere."""

ZONES = timedelta(days=1)
"""A day is written in the publisher's zone, a moment is told in UTC."""


def pages_with_json_ld() -> Iterator[tuple[str, str]]:
    urls = json.loads((FOLDER / "ground-truth.json").read_text("utf-8"))
    for name in sorted(urls):
        html = gzip.decompress((FOLDER / "html" / f"{name}.html.gz").read_bytes()).decode(errors="replace")
        if any(STATES.search(script) for script in SCRIPT.findall(html)):
            url = urls[name]["url"]
            yield url if "://" in url else f"http://{url}", html


def published(url: str, html: str) -> Dated:
    return clean(Page(url, url, html, FETCHED_AT)).published


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the 181 real pages are not here")
def test_dates_of_real_pages_are_found_with_json_ld_and_without() -> None:
    found, stripped = [], []
    for url, html in pages_with_json_ld():
        by_json = published(url, html)
        found.append(by_json.evidence is Evidence.JSON_LD)
        other = published(url, SCRIPT.sub("", html))
        agrees = other.at is not None and by_json.at is not None and abs(other.at - by_json.at) <= ZONES
        stripped.append(agrees)
    assert len(found) > 100
    assert all(found)
    assert sum(stripped) / len(stripped) >= STRIPPED_LEAST
