"""The pages a bench reads: real ones where they are to be had, and the samples, in as many editions as are needed."""

import gzip
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from services.extract.reading.article import Article, extract
from services.ingest.cleaning.cleaner import Cleaned, Page, Rejected, clean
from services.ingest.discovery.entries import Entry

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
REAL = ROOT.parent / "shared" / "data" / "pages" / "html"
TRUTH = REAL.parent / "ground-truth.json"
"""Pages as publishers served them; no part of the project, so a bench does without where they are absent."""

FETCHED_AT = datetime(2026, 10, 20, tzinfo=UTC)
"""When the bare reading says that its pages were fetched: dates after it would be refused."""

_PARAGRAPH = re.compile(r"<p\b[^>]*>[^<]{40,}</p>")
_CANONICAL = re.compile(r'<link rel="canonical"[^>]*>')


class Printed(NamedTuple):
    """A page as a server sends it, under the path of its edition."""

    path: str
    html: str


class Marked(NamedTuple):
    """A real page with its address, and its main text as people marked it."""

    url: str
    html: str
    text: str


def load_marked() -> list[Marked]:
    """Return the pages whose main text is known; none where they are absent."""
    if not TRUTH.is_file():
        return []
    truth: dict[str, dict[str, str]] = json.loads(TRUTH.read_text("utf-8"))
    return [
        Marked(f"http://{found['url'].partition('://')[2] or found['url']}", _unpack(name), found["articleBody"])
        for name, found in sorted(truth.items())
    ]


def _unpack(name: str) -> str:
    return gzip.decompress((REAL / f"{name}.html.gz").read_bytes()).decode("utf-8", "replace")


def load_pages() -> list[str]:
    """Return the HTML of every page that holds an article, real ones first, in a fixed order."""
    found = [gzip.decompress(path.read_bytes()).decode("utf-8", "replace") for path in sorted(REAL.glob("*.html.gz"))]
    # Each edition is an article of its own, so no page may name one address for all of them.
    found += [_CANONICAL.sub("", path.read_text("utf-8")) for path in sorted(SAMPLES.rglob("*.html"))]
    return [html for html in found if _is_article(html)]


def print_editions(pages: Sequence[str], count: int, folder: str) -> list[Printed]:
    """Return ``count`` pages in turn; each edition of one says its number, so that no two texts are the same."""
    numbered = enumerate(islice(cycle(pages), count))
    return [Printed(f"/{folder}/{number}.html", _edition(html, number)) for number, html in numbered]


def _edition(html: str, number: int) -> str:
    """Add a sentence to the longest paragraph, which is of the article if any is."""
    longest = max(_PARAGRAPH.finditer(html), key=lambda found: found.end() - found.start(), default=None)
    if longest is None:
        return html
    place = longest.end() - len("</p>")
    return f"{html[:place]} This is edition {number} of the report.{html[place:]}"


def _is_article(html: str) -> bool:
    try:
        clean(_page(Printed("/", html)))
    except Rejected:
        return False
    return True


def _page(printed: Printed) -> Page:
    url = f"http://127.0.0.1{printed.path}"
    return Page(url, url, printed.html, FETCHED_AT, Entry(url=url, title=None))


def read_bare(printed: Sequence[Printed]) -> int:
    """Clean and read each page as the workers do, and nothing else; return how many claims were found."""
    return sum(len(extract(_article(clean(_page(page)))).claims) for page in printed)


def _article(cleaned: Cleaned) -> Article:
    return Article(
        text=cleaned.text,
        title=cleaned.title,
        paragraphs=cleaned.paragraphs,
        published_at=cleaned.published.at,
        publisher=cleaned.publisher_name,
        language=cleaned.language,
    )


def write_feed(urls: Sequence[str]) -> str:
    """Return a JSON Feed 1.1 of pages."""
    items = [{"id": url, "url": url} for url in urls]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "The Bench", "items": items})
