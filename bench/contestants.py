"""One reader of pages as a process: ``python -m bench.contestants NAME`` reads a file for each line it is given.

The line names it, a JSON list of ``[url, html]``. The answer is a line of JSON: ``{"seconds": CPU seconds, user
and system, with ended children, "articles": pages that gave a text}``. It needs nothing but the library of its name, so
it runs in an environment of that library's own; what each imports and does before its first page is not counted.
"""

import asyncio
import json
import logging
import resource
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Pages = Sequence[tuple[str, str]]
Reader = Callable[[Pages], int]
"""Reads the pages, and returns how many gave a text."""


def _claimwire() -> Reader:
    from datetime import UTC, datetime

    from services.ingest.cleaning.cleaner import Page, Rejected, clean

    now = datetime(2026, 10, 20, tzinfo=UTC)

    def read(url: str, html: str) -> object:
        try:
            return clean(Page(url, url, html, now)).text
        except Rejected:
            return None

    return _each(read)


def _trafilatura() -> Reader:
    from trafilatura import extract

    return _each(lambda _, html: extract(html))


def _loop() -> Reader:
    """Fetch with aiohttp and extract with all metadata, one after the other: what a loop of ten lines does."""
    import aiohttp
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    async def run(pages: Pages) -> int:
        found = 0
        async with aiohttp.ClientSession() as session:
            for url, _ in pages:
                async with session.get(url) as response:
                    html = await response.text()
                document = bare_extraction(html, url=url, with_metadata=True)
                found += isinstance(document, Document) and bool(document.text)
        return found

    return lambda pages: asyncio.run(run(pages))


def _news_please() -> Reader:
    from newsplease import NewsPlease

    return _each(lambda url, html: NewsPlease.from_html(html, url=url, fetch_images=False).maintext)


def _newspaper4k() -> Reader:
    from newspaper import Article

    def read(url: str, html: str) -> object:
        article = Article(url, fetch_images=False)
        article.download(input_html=html)
        article.parse()
        return article.text

    return _each(read)


def _each(read: Callable[[str, str], Any]) -> Reader:
    """Return what reads page after page; one that a library fails on gave no text."""

    def read_all(pages: Pages) -> int:
        found = 0
        for url, html in pages:
            try:
                found += bool(read(url, html))
            except Exception:
                logging.getLogger(__name__).info("%s failed", url, exc_info=True)
        return found

    return read_all


CONTESTANTS: dict[str, Callable[[], Reader]] = {
    "claimwire": _claimwire,
    "trafilatura": _trafilatura,
    "aiohttp + trafilatura": _loop,
    "news-please": _news_please,
    "newspaper4k": _newspaper4k,
}


def main(name: str) -> None:
    """Read the pages of each file that standard input names, until it ends."""
    logging.disable(logging.CRITICAL)
    answers, sys.stdout = sys.stdout, sys.stderr  # a library that prints must not speak in between
    read = CONTESTANTS[name]()
    for line in sys.stdin:
        pages = json.loads(Path(line.strip()).read_text("utf-8"))
        before = _seconds()
        found = read(pages)
        answers.write(json.dumps({"seconds": _seconds() - before, "articles": found}) + "\n")
        answers.flush()


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main(*sys.argv[1:])
