"""What cleaning makes of every golden page; run as a module, it writes the goldens anew, to be read in the diff."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.ingest.cleaning.cleaner import Page, Rejected, clean
from tests.golden.shapes import SHAPES

GOLDENS = Path(__file__).parent / "goldens"
SAMPLES = Path(__file__).parents[2] / "samples"
FETCHED_AT = datetime(2026, 10, 20, tzinfo=UTC)


def find_pages() -> Iterator[tuple[str, str, str]]:
    """Yield the name, URL and HTML of each page: the shapes, and those of the samples."""
    for name, html in SHAPES.items():
        yield f"shape-{name}", f"https://post.example/{name}", html
    for path in sorted(SAMPLES.rglob("*.html")):
        place = path.relative_to(SAMPLES).as_posix()
        yield "sample-" + place.removesuffix(".html").replace("/", "-"), f"https://{place}", path.read_text("utf-8")


def cleaned(url: str, html: str) -> dict[str, Any]:
    """Return what becomes of a page, as JSON has it: of an article its paragraphs and what is told."""
    try:
        found = clean(Page(url, url, html, FETCHED_AT))
    except Rejected as rejected:
        return {"outcome": rejected.outcome}
    told = {
        "title": found.title,
        "authors": found.authors,
        "published": found.published.model_dump(mode="json", exclude_defaults=True),
        "modified": found.modified.model_dump(mode="json", exclude_defaults=True),
        "language": found.language,
        "section": found.section,
        "publisher_name": found.publisher_name,
        "canonical_link": found.canonical_link,
        "wire_credit": found.wire_credit,
        "disclosures": found.disclosures,
        "paywalled": found.paywalled,
        "ai_use": found.ai_use,
        "evidence": dict(found.evidence),
    }
    text = [[paragraph.kind, found.text[slice(*paragraph.span)]] for paragraph in found.paragraphs]
    return {**{key: value for key, value in told.items() if value}, "text": text}


def as_json(value: dict[str, Any]) -> str:
    """Return a golden as it is kept."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    GOLDENS.mkdir(exist_ok=True)
    for name, url, html in find_pages():
        (GOLDENS / f"{name}.json").write_text(as_json(cleaned(url, html)), "utf-8")
