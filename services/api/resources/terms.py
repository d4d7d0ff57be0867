"""Terms: what somebody looks for, read from their words: all of them, and those in quotation marks side by side.

Nothing else means anything: signs and operators are no words. A word with hyphens is found in parts or in one piece.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from services.lexemes import SPEAKER, Lexeme, Word, fold_name, lexemes_of, words_of

_QUOTED = re.compile('["“”„«»]([^"“”„«»]*)["“”„«»]')

Forms = tuple[str, ...]
"""Forms of words that stand side by side."""


class Match(NamedTuple):
    """Words that a term was found in: ``[start, end)`` in code points, and the term's number."""

    start: int
    end: int
    term: int


@dataclass(frozen=True)
class Terms:
    """What all must be found: each term by one of its spellings."""

    spellings: tuple[frozenset[Forms], ...]

    def tsquery(self) -> str:
        """Return the text of PostgreSQL's tsquery."""
        return " & ".join(self.tsqueries())

    def tsqueries(self) -> list[str]:
        """Return the text of the tsquery of each term."""
        return [f"({' | '.join(map(_phrase, sorted(term)))})" for term in self.spellings]

    def find(self, text: str) -> list[Match]:
        """Return where the terms stand in a text, in its order."""
        begun: dict[str, list[tuple[int, Forms]]] = {}
        for number, term in enumerate(self.spellings):
            for forms in term:
                begun.setdefault(forms[0], []).append((number, forms))
        wanted = {form for term in self.spellings for forms in term for form in forms}
        found = [lexeme for lexeme in lexemes_of(text) if lexeme.form in wanted]
        at = {(lexeme.place, lexeme.form): lexeme for lexeme in found}
        return sorted(
            {
                Match(first.start, last.end, number)
                for first in found
                for number, forms in begun.get(first.form, ())
                if (last := _follow(first, forms, at)) is not None
            }
        )


def _follow(first: Lexeme, forms: Forms, at: Mapping[tuple[int, str], Lexeme]) -> Lexeme | None:
    """Return the last of the words that stand side by side in these forms, if they do."""
    last: Lexeme | None = first
    for step, form in enumerate(forms[1:], start=1):
        last = at.get((first.place + step, form))
        if last is None:
            return None
    return last


def read_terms(asked: str) -> Terms:
    """Return what is looked for; raises ValueError where there is no word."""
    terms: list[frozenset[Forms]] = []
    end = 0
    for quoted in _QUOTED.finditer(asked):
        terms += _plain(asked[end : quoted.start()])
        forms = tuple(part.form for word in words_of(quoted.group(1)) for part in word.parts if part.form)
        terms += [frozenset([forms])] if forms else []
        end = quoted.end()
    terms += _plain(asked[end:])
    if not terms:
        raise ValueError("must have a word or a number to look for")
    return Terms(tuple(dict.fromkeys(terms)))


def speaker_tsquery(name: str) -> str:
    """Return the text of the tsquery for a speaker's name, or part of it; raises ValueError where it has no word."""
    forms = fold_name(name).split()
    if not forms:
        raise ValueError("must have a word of a name")
    return " & ".join(_phrase((f"{SPEAKER}{form}",)) for form in dict.fromkeys(forms))


def _plain(asked: str) -> list[frozenset[Forms]]:
    return [_spellings(word) for word in words_of(asked) if any(part.form for part in word.parts)]


def _spellings(word: Word) -> frozenset[Forms]:
    apart = tuple(part.form for part in word.parts if part.form)
    return frozenset([apart] if word.whole is None else [apart, (word.whole.form,)])


def _phrase(forms: Forms) -> str:
    return " <-> ".join(f"'{form}'" for form in forms)
