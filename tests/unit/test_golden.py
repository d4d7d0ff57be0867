"""What cleaning makes of each golden page stays as it was read and found right."""

import json

import pytest

from schemas.events import ParagraphKind
from tests.golden.cleaned import GOLDENS, as_json, cleaned, find_pages
from tests.golden.shapes import BODY, SHAPES

PAGES = {name: (url, html) for name, url, html in find_pages()}
WITHOUT_ARTICLE = {"cookie_wall", "soft_404", "paywall_stub"}


def text_of(shape: str) -> list[tuple[str, str]]:
    return [(kind, words) for kind, words in cleaned(*PAGES[f"shape-{shape}"]).get("text", [])]


@pytest.mark.parametrize("name", PAGES)
def test_page_gives_its_golden(name: str) -> None:
    golden = (GOLDENS / f"{name}.json").read_text("utf-8")
    assert as_json(cleaned(*PAGES[name])) == golden, "read the change, then run: python -m tests.golden.cleaned"


def test_every_golden_has_its_page() -> None:
    assert {path.stem for path in GOLDENS.glob("*.json")} == set(PAGES)
    assert len(SHAPES) >= 40


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_beside_the_article_reaches_its_text(shape: str) -> None:
    assert [words for _, words in text_of(shape) if "flotsam" in words.casefold()] == []


@pytest.mark.parametrize("shape", sorted(set(SHAPES) - WITHOUT_ARTICLE))
def test_article_is_whole_and_in_order(shape: str) -> None:
    html = SHAPES[shape]
    printed = [line for line in BODY if f">{line}<" in html]
    found = [words for _, words in text_of(shape)]
    assert [words for words in found if words in printed] == printed
    assert found


@pytest.mark.parametrize("shape", sorted(WITHOUT_ARTICLE))
def test_wall_is_told_by_its_name(shape: str) -> None:
    assert cleaned(*PAGES[f"shape-{shape}"]) == {"outcome": shape}


def test_quotations_lists_and_subheads_keep_their_kind() -> None:
    kinds = {
        shape: {kind for kind, _ in text_of(shape)} for shape in ("quotes", "list", "subheads", "tweet", "live_blog")
    }
    assert ParagraphKind.QUOTE in kinds["quotes"] & kinds["tweet"]
    assert ParagraphKind.ITEM in kinds["list"]
    assert ParagraphKind.HEADING in kinds["subheads"] & kinds["live_blog"]


def test_goldens_are_json() -> None:
    assert all(json.loads(path.read_text("utf-8")) for path in GOLDENS.glob("*.json"))
