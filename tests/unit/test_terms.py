import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.resources.highlights import EXCERPT_CHARACTERS, find_excerpt, find_highlights
from services.api.resources.terms import read_terms, speaker_tsquery
from services.lexemes import lexemes_of


@pytest.mark.parametrize(
    ("asked", "tsquery"),
    [
        ("bridge closed", "('bridg') & ('close')"),
        ('"Bank of England" rates', "('bank' <-> 'of' <-> 'england') & ('rate')"),
        ("“Bank of England”", "('bank' <-> 'of' <-> 'england')"),
        ("Article 5-style", "('articl') & ('5' <-> 'style' | '5style')"),
        ("Zelenskyy’s", "('zelensky')"),
        ("北京 大学", "('北' <-> '京') & ('大' <-> '学')"),
        ('half "open', "('half') & ('open')"),
        ('"" word', "('word')"),
        ('"a \ufe70 b" \ufe70', "('a' <-> 'b')"),
        ("twice twice", "('twice')"),
    ],
)
def test_words_are_all_wanted_and_quoted_ones_side_by_side(asked: str, tsquery: str) -> None:
    assert read_terms(asked).tsquery() == tsquery


@pytest.mark.parametrize("asked", ["a & b | !c", "a:* b <-> c", "(a) 'b' \\c", "-a b OR c*", "a' | 'b c", "a % b_c"])
def test_operators_are_plain_text(asked: str) -> None:
    assert set(read_terms(asked).tsquery()) <= set("abcor ()'&")


@pytest.mark.parametrize("asked", ["%", "& | !", "😀", '""', "“…”", " \t", "'"])
def test_what_has_no_word_is_refused(asked: str) -> None:
    with pytest.raises(ValueError, match="must have a word"):
        read_terms(asked)
    with pytest.raises(ValueError, match="must have a word"):
        speaker_tsquery(asked)


def test_speaker_is_asked_for_by_all_words_of_the_name() -> None:
    assert speaker_tsquery("Odra Banks") == "'@odra' & '@banks'"


def marked(asked: str, text: str) -> list[str]:
    return [text[start:end] for start, end in find_highlights(read_terms(asked), text)]


@pytest.mark.parametrize(
    ("asked", "text", "words"),
    [
        ("bridge", "Bridges: the bridge’s end. Abridged.", ["Bridges", "bridge’s"]),
        ("Article 5-style", "An Article 5‑style deal; 5 style, style 5.", ["Article", "5‑style", "5 style"]),
        ("email", "An e-mail, an email, E‑Mails.", ["e-mail", "email", "E‑Mails"]),
        ('"north sea"', "The North Sea is north of the sea.", ["North Sea"]),
        ("Zelensky", "🚧 Zelenskyy met Zelenskyj.", ["Zelenskyy", "Zelenskyj"]),
        ("大学", "北京大学と大連の学", ["大学"]),
        ("الجسر", "إن الجسر مغلق", ["الجسر"]),
        ("none", "nothing of it", []),
    ],
)
def test_words_found_are_marked_as_they_stand(asked: str, text: str, words: list[str]) -> None:
    assert marked(asked, text) == words


@given(st.text(max_size=100) | st.text("ab -'.é", max_size=60))
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    for lexeme in lexemes_of(text):
        word = text[lexeme.start : lexeme.end]
        spans = find_highlights(read_terms(word), text)
        assert any(start <= lexeme.start and lexeme.end <= end for start, end in spans)


@given(st.text("ab c\n", max_size=2_000), st.sampled_from(["a", "a b", '"a b"', "ab ba", "c", "d"]))
def test_highlights_of_an_excerpt_are_those_of_the_text(text: str, asked: str) -> None:
    terms = read_terms(asked)
    start, excerpt, highlights = find_excerpt(terms, text)
    assert text[start : start + len(excerpt)] == excerpt
    assert len(excerpt) <= EXCERPT_CHARACTERS
    assert all(0 <= first < last <= len(excerpt) for first, last in highlights)
    whole = find_highlights(terms, text)
    assert {(first + start, last + start) for first, last in highlights} <= set(whole)
    assert bool(highlights) == bool(whole)


def test_excerpt_shows_where_most_of_the_words_stand() -> None:
    text = "The bridge. " + "Nothing here. " * 60 + "They closed the old bridge today. " + "Nothing more. " * 60
    found = find_excerpt(read_terms("closed bridge"), text)
    assert [found.text[start:end] for start, end in found.highlights] == ["closed", "bridge"]
    assert text[found.start - 1] == " "
    assert not found.text.endswith(" ")


def test_excerpt_of_a_text_without_the_words_is_its_beginning() -> None:
    assert find_excerpt(read_terms("bridge"), "Nothing here.") == (0, "Nothing here.", [])
