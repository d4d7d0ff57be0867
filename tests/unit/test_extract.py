"""Reading an article is deterministic, bounded, and true to its text."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import Paragraph, ParagraphKind
from schemas.extraction import Extraction, Voice
from services.extract.reading import article as reading
from services.extract.reading.article import Article, confident, extract

SHARED = Path(__file__).parents[3] / "shared"
NEWS = SHARED / "data" / "attribution" / "dev.jsonl"
SAMPLES = SHARED / "acceptance" / "articles"

PIECES = (
    *"\"'“”‘’«»„.,:;?!…()[]#-–—\n \u00a0",
    *(
        "''",
        "\n\n",
        ", ",
        ". ",
        "? ",
        ".” ",
        ",” ",
        "Marta Klein",
        "Klein",
        "Mr. Weber",
        "NATO",
        "the U.S.",
        "officials",
    ),
    *(
        "he",
        "she",
        "who",
        "which",
        "that",
        "said",
        "says",
        "told",
        "denied",
        "did not rule out",
        "adding",
        "according to",
    ),
    *(
        "asked whether",
        "no",
        "not",
        "if",
        "may",
        "but",
        "and",
        "the plan",
        "is",
        "was",
        "failed",
        "to close",
        "on Friday",
    ),
    *("😀", "שלום", "مرحبا", "é", "e\u0301", "\u200f", "\ufeff", "İ", "ß", "²", "x" * 50),
)


def check(article: Article) -> Extraction:
    """Read an article and check what must hold of every reading."""
    found = extract(article)
    text = article.text
    assert found.violations(text) == []
    assert all(text[slice(*mention.span)] == mention.text for mention in found.mentions)
    assert all(0 <= start < end <= len(text) for start, end in found.sentences)
    assert list(found.sentences) == sorted(found.sentences)
    for number, claim in enumerate(found.claims):
        start, end = found.sentences[claim.sentence]
        assert start <= claim.content.spans[0][0] < end
        assert claim.nested_in != number
        if claim.speaker is not None and claim.speaker.mention is not None:
            mention = found.mentions[claim.speaker.mention]
            assert any(s <= mention.span[0] and mention.span[1] <= e for s, e in claim.speaker.spans)
    assert Extraction.model_validate_json(found.model_dump_json()) == found
    return found


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(("", " ")))
def test_spans_of_any_text_show_its_words(pieces: list[str], between: str) -> None:
    article = Article(between.join(pieces), language="en")
    assert check(article) == extract(article)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_characters_are_read(text: str) -> None:
    check(Article(text))


HOSTILE = {
    "no spaces": "a" * 1_000_000,
    "capitals without spaces": "A" * 1_000_000,
    "full stops": "." * 300_000,
    "ellipses before letters": ("." * 50 + "x") * 5_000,
    "straight marks": '"' * 10_000,
    "opening marks": "“" * 10_000,
    "mixed marks": "“‘\"'«" * 10_000,
    "quoted words": '"a" ' * 10_000,
    "unclosed paragraphs": "“a b c d\n" * 10_000,
    "names": " ".join(f"Anna{i} Berg{i}" for i in range(5_000)) + " said it. He said that it is no. " * 500,
    "named sentences": "".join(f"Anna{i} Berg{i} met Jo. He said that it is good. " for i in range(5_000)),
    "cues": "he said " * 20_000,
    "clauses": "Berg said that it is " * 10_000,
    "sentence without an end": "Berg said that it is so and " * 1_000,
    "appositions": "x, said Berg, " * 10_000,
    "right to left": "قال الرئيس إن “الحرب” انتهت. " * 5_000,
    "emoji": "😀 said 👩‍👩‍👧 “no” 🏳️‍🌈 " * 5_000,
    "marks that combine": "a\u0301\u0302" * 50_000,
    "controls": "said\x01\x02\x7f\x85 “no” \ufeff" * 5_000,
    "line ends": "a\r\n\u2028" * 50_000,
    "initials": "A. " * 50_000,
    "brackets": "(" * 50_000,
    "datelines": "A, " * 50_000,
    "hyphens": "a-" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_to_its_end(name: str) -> None:
    assert len(check(Article(HOSTILE[name], language="en")).claims) <= reading.CLAIMS_MAX


def test_claims_are_capped() -> None:
    text = "Berg said that it is good. " * (reading.CLAIMS_MAX + 100)
    assert len(extract(Article(text, language="en")).claims) == reading.CLAIMS_MAX


def test_empty_text_has_nothing() -> None:
    assert extract(Article("")) == Extraction()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Minister sagte: „Die Brücke ist sicher.“ Das ist nicht wahr, und er weiß es.", None),
        ("Le ministre a dit: «Le pont est sûr.» Les habitants ne sont pas du même avis dans la ville.", None),
        ("Министр сказал: «Мост безопасен». Это неправда, и он это знает.", None),
        ("Klein said that the bridge is safe.", "nl"),
    ],
)
def test_other_language_has_sentences_but_no_claims(text: str, language: str | None) -> None:
    found = extract(Article(text, language=language))
    assert (found.claims, found.mentions) == ((), ())
    assert found.sentences


def test_english_is_told_by_its_words() -> None:
    assert len(extract(Article("Klein said that the bridge is safe.")).claims) == 1


TITLE = "Minister Klein says bridge is safe"
BODY = "The bridge is old. Klein said that it is safe."


def headlines(article: Article) -> list[str]:
    return [claim.content.text for claim in check(article).claims if claim.voice is Voice.HEADLINE]


@pytest.mark.parametrize("joint", ["\n", "\n\n", ".\n\n", " – "])
def test_title_that_begins_the_text_is_the_headline(joint: str) -> None:
    article = Article(TITLE + joint + BODY, title=TITLE)
    (claim,) = [claim for claim in check(article).claims if claim.voice is Voice.HEADLINE]
    assert (claim.form, claim.cue, claim.speaker and claim.speaker.text) == (None, None, "Minister Klein")
    assert claim.content.text.rstrip(".") == TITLE


def test_title_elsewhere_yields_no_claim() -> None:
    assert headlines(Article(f"{BODY}\n\n" * 10 + TITLE, title=TITLE)) == []


def test_title_that_only_begins_the_first_sentence_is_no_headline() -> None:
    assert headlines(Article("Bridge closes again, Klein said.", title="Bridge closes")) == []


def test_marked_title_is_the_headline() -> None:
    paragraphs = (
        Paragraph(span=(0, 6), kind=ParagraphKind.HEADING),
        Paragraph(span=(7, 29), kind=ParagraphKind.TITLE),
        Paragraph(span=(30, 76)),
    )
    text = f"Region\nBridge to close forever\n{BODY}"[:76]
    assert headlines(Article(text, paragraphs=paragraphs)) == ["Bridge to close foreve"]


def test_likely_headline_of_a_bare_text_is_the_first_long_line() -> None:
    assert headlines(Article(f"Region\n\nOld bridge to close forever\n\n{BODY}")) == ["Old bridge to close forever"]


def test_printed_twice_the_headline_is_one_claim() -> None:
    assert headlines(Article(f"{TITLE}\n{TITLE}\n{BODY}", title=TITLE)) == [TITLE]


def test_heading_makes_no_claim() -> None:
    found = check(Article(f"{BODY}\n\nWhat the minister said on the bridge\n\n{BODY}"))
    assert [claim.content.text for claim in found.claims] == ["The bridge is old", "it is safe"] * 2


def test_confident_claims_keep_their_nesting() -> None:
    (claim,) = extract(Article("Klein said that the bridge is safe.", language="en")).claims
    first, outer = (claim.model_copy(update={"confidence": sure}) for sure in (0.1, 0.7))
    inner = claim.model_copy(update={"confidence": 0.6, "nested_in": 1})
    found = Extraction(claims=(first, outer, inner))
    assert confident(found, 0.1) == found
    shifted = confident(found, 0.5)
    assert [(one.confidence, one.nested_in) for one in shifted.claims] == [(0.7, None), (0.6, 0)]
    assert confident(found, 0.7).claims == (outer,)


def test_claim_nested_in_a_dropped_one_moves_outwards() -> None:
    (claim,) = extract(Article("Klein said that the bridge is safe.", language="en")).claims
    weak = claim.model_copy(update={"confidence": 0.1, "nested_in": 0})
    inner = claim.model_copy(update={"nested_in": 1})
    kept = confident(Extraction(claims=(claim, weak, inner)), 0.5)
    assert [c.nested_in for c in kept.claims] == [None, 0]


@pytest.mark.skipif(not NEWS.exists(), reason="the annotated news is not here")
def test_spans_of_annotated_news_show_its_words() -> None:
    items = map(json.loads, NEWS.read_text("utf-8").splitlines())
    assert all(check(Article(item["text"], title=item["title"])).claims for item in items)


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample articles are not here")
def test_spans_of_sample_articles_show_their_words() -> None:
    for path in sorted(SAMPLES.glob("*.txt")):
        assert check(Article(path.read_bytes().decode())).claims
