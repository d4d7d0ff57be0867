import time

import numpy as np
import pytest

from schemas.extraction import Mention, MentionType, Span
from services.extract.reading.article import Article, find_unsaid
from services.extract.reading.layout.paragraphs import find_paragraphs
from services.extract.reading.layout.sentences import find_sentences
from services.extract.reading.model.marks import NO_TRACES, Traces, joined
from services.extract.reading.model.reader import WEIGHTS, reader_of
from services.extract.reading.statements.relevance import (
    FEATURES,
    Known,
    features_of,
    ground_of,
    probability,
    read_weights,
)
from services.extract.reading.statements.statements import Statement, find_statements
from services.extract.reading.statements.unsaid import Clause, Said

RELEASE = (
    "Calder Rail closes the Brask line\n\n"
    "The Brask line will be closed from 1 May for safety work.\n\n"
    "Some 4,000 passengers a day have used the line since 1931. The station stays open.\n\n"
    "Will buses run? Call us on our hotline to tell us what you think."
)


def sentences_of(text: str) -> tuple[Span, ...]:
    return find_sentences(text, find_paragraphs(text))


def at(text: str, words: str) -> tuple[Span, ...]:
    return ((text.index(words), text.index(words) + len(words)),)


def read(text: str, *said: Said, silent: frozenset[int] = frozenset({0})) -> list[Statement]:
    return list(find_statements(text, sentences_of(text), silent, Known(said=said)))


def score_of(text: str, words: str, *said: Said) -> float:
    [score] = [one.score for one in read(text, *said) if text[one.spans[0][0] : one.spans[-1][1]] == words]
    return score


def test_statements_of_a_release_are_its_sentences_without_questions() -> None:
    found = [
        RELEASE[slice(*one.spans[0])] for one in read(RELEASE, Said(at(RELEASE, "Calder Rail closes the Brask line")))
    ]
    assert found == [
        "The Brask line will be closed from 1 May for safety work",
        "Some 4,000 passengers a day have used the line since 1931",
        "The station stays open",
        "Call us on our hotline to tell us what you think",
    ]


def test_statement_tells_its_sentence() -> None:
    sentences = sentences_of(RELEASE)
    assert all(sentences[one.sentence][0] <= one.spans[0][0] < sentences[one.sentence][1] for one in read(RELEASE))


def test_silent_sentence_states_nothing() -> None:
    assert read(RELEASE, silent=frozenset(range(len(sentences_of(RELEASE))))) == []


def test_fact_with_a_figure_is_likelier_than_words_to_the_reader() -> None:
    fact = score_of(RELEASE, "Some 4,000 passengers a day have used the line since 1931")
    assert fact > 0.5 > score_of(RELEASE, "Call us on our hotline to tell us what you think")


def test_hearsay_is_likely_and_refusal_is_not() -> None:
    text = "Pier shut\n\nIt is said that nine men fell from the pier. The company declined to comment on it."
    assert score_of(text, "It is said that nine men fell from the pier") > 0.8
    assert score_of(text, "The company declined to comment on it") < 0.5


def test_sentence_on_the_headlines_matter_is_likelier() -> None:
    text = "Pier shut\n\nThe old pier was shut at dawn. The old train was late at dawn."
    said = Said(at(text, "Pier shut"))
    assert score_of(text, "The old pier was shut at dawn", said) > score_of(
        text, "The old train was late at dawn", said
    )


def test_article_that_attributes_much_states_less_itself() -> None:
    text = "Pier shut\n\nThe pier was shut at dawn. A bolt broke, Ferro said. It would be mended, Caldo said."
    said = [
        Said(at(text, "A bolt broke"), at(text, "said"), at(text, "Ferro")),
        Said(at(text, "It would be mended"), ((text.rindex("said"), text.rindex("said") + 4),), at(text, "Caldo")),
    ]
    words = "The pier was shut at dawn"
    assert score_of(text, words, *said) < score_of(text, words)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Ines Caldo was shut in", 1.0),
        ("Ines Caldo’s pier was shut", 0.0),
        ("The old and rotten pier of Ines Caldo", 0.0),
    ],
)
def test_person_is_the_subject_and_no_owner(words: str, name: float) -> None:
    start = words.index("Ines")
    mention = Mention(span=(start, start + 10), text="Ines Caldo", type=MentionType.PERSON, name="Ines Caldo")
    ground = ground_of(words, [], Known([mention]), 0.0)
    assert features_of(ground, Clause(((0, len(words)),)))["person"] == name


def test_what_the_reader_takes_for_a_source_is_less_likely_the_articles_own() -> None:
    words = "The company put the loss at nine boats"
    starts = np.array([0, 4, 12], np.int64)
    seen = Traces(starts, np.array([[0.9, 0, 0], [0.8, 0, 0], [0, 0.7, 0.1]], np.float32))
    plain, traced = (
        features_of(ground_of(words, [], Known(traces=traces), 0.0), Clause(((0, len(words)),)))
        for traces in (NO_TRACES, seen)
    )
    assert [plain[name] for name in ("source", "cue", "content")] == [0, 0, 0]
    assert [traced[name] for name in ("source", "cue", "content")] == pytest.approx([0.9, 0.7, 0.1])
    weights = read_weights()
    assert probability(traced | {"cue": 0, "content": 0}, weights) < probability(plain, weights)


def test_traces_are_of_the_words_that_begin_in_the_spans() -> None:
    traces = Traces(np.array([0, 4, 9], np.int64), np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32))
    assert traces.strongest([(4, 9)]) == (0, 1, 0)
    assert traces.strongest([(0, 3), (9, 12)]) == (1, 0, 1)
    assert traces.strongest([(5, 8)]) == traces.strongest([]) == (0, 0, 0)
    assert joined([traces, Traces(np.array([20], np.int64), np.ones((1, 3), np.float32))]).strongest([(20, 22)]) == (
        1,
        1,
        1,
    )
    assert joined([]) is NO_TRACES


def test_clauses_left_over_are_those_that_nobody_is_found_to_say() -> None:
    text = "The old pier was shut at dawn on Monday.\n\nIt would be mended by May, Ines Caldo told the council."
    found = find_unsaid(Article(text), reader_of(WEIGHTS))
    assert [text[slice(*one.clause.spans[0])] for one in found] == ["The old pier was shut at dawn on Monday"]
    assert all(0 < found[0].features[name] < 1 for name in ("source", "cue", "content"))


def test_every_feature_has_a_weight() -> None:
    words = "The pier was shut at dawn"
    features = features_of(ground_of(words, [], Known(), 0.0), Clause(((0, len(words)),)))
    assert tuple(features) == FEATURES
    assert set(read_weights()) == {*FEATURES, "bias"}


def test_feature_without_a_weight_is_refused() -> None:
    with pytest.raises(KeyError, match="length"):
        probability({"length": 1.0}, {"bias": 0.0})


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "Pier, shut. " * 40_000, "it is said that " * 30_000, "“a? " * 100_000]
)
def test_hostile_text_costs_bounded_time(text: str) -> None:
    sentences = sentences_of(text)
    started = time.process_time()
    list(find_statements(text, sentences, frozenset(), Known(said=[Said(((0, len(text)),))])))
    assert time.process_time() - started < 15
