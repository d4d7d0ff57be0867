"""Questions: what somebody asks as people do, read as the words that say what it is about; not all must be found."""

from collections.abc import Collection, Iterable
from itertools import combinations

from services.api.resources.terms import Terms, read_terms
from services.lexemes import lexemes_of, words_of

PAIRED_MAX = 12
"""Words of a question that are looked for by two: with more of them the pairs would be hundreds."""


def words_asked(question: str) -> frozenset[str]:
    """Return the words of a question as they are spelt, in small letters."""
    spelt = (part.form for word in words_of(question, stem=False) for part in word.parts)
    return frozenset(form for form in spelt if form)


def read_question(question: str, stop_words: Collection[str]) -> Terms:
    """Return what a question is about: its terms without stop words, or all of them where it has no others.

    Raises:
        ValueError: there is no word.
    """
    passed_over = {frozenset([(lexeme.form,)]) for word in stop_words for lexeme in lexemes_of(word)}
    asked = read_terms(question)
    kept = tuple(term for term in asked.spellings if term not in passed_over)
    return Terms(kept) if kept else asked


def any_of(terms: Iterable[str]) -> str:
    """Return the tsquery of what has any of the terms."""
    return f"({' | '.join(terms)})"


def any_two_of(terms: Collection[str]) -> str | None:
    """Return the tsquery of what has two of the terms, or None where there are no two."""
    pairs = [f"{one} & {other}" for one, other in combinations([*terms][:PAIRED_MAX], 2)]
    return any_of(pairs) if pairs else None
