"""Objects: what two statements are about, as names and phrases: what both name, and what only one does."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from schemas.comparison import Objects
from services.extract.reading.language.finite import is_verb
from services.extract.reading.language.lexicon import DETERMINERS, FUNCTION_WORDS
from services.extract.reading.language.tokens import Token, tokens_of
from services.extract.relations.meaning import meaning
from services.extract.relations.statement import Statement
from services.extract.relations.wording import every_stem_of

SHOWN_MAX = 6
"""Names and phrases of one statement that are shown."""

PHRASE_MAX_WORDS = 4
"""Words of a phrase that are shown; a longer one is no single thing."""


def objects_of(a: Statement, b: Statement) -> Objects:
    """Return what both statements name, and what only the one and only the other does."""
    mine, theirs = {named.entity_id for named in a.entities}, {named.entity_id for named in b.entities}
    shared = _once(named.name for named in a.entities if named.entity_id in theirs)
    return Objects(
        shared=tuple(sorted(shared)), own=_only(a, b, frozenset(mine - theirs)), other=_only(b, a, theirs - mine)
    )


def _only(one: Statement, other: Statement, ids: Iterable[object]) -> tuple[str, ...]:
    names = _once(named.name for named in one.entities if named.entity_id in set(ids))
    known = every_stem_of(meaning(other.claim))
    phrases = [phrase for phrase in phrases_of(meaning(one.claim)) if not every_stem_of(phrase) & known]
    named = " ".join(named.name for named in one.entities)
    return (*names, *(phrase for phrase in phrases if phrase not in named))[:SHOWN_MAX]


@lru_cache(5_000)
def phrases_of(text: str) -> tuple[str, ...]:
    """Return the runs of words of a text that are no function words and no verbs, each once, in order."""
    tokens = list(tokens_of(text))
    marked = [(_is_noun(token, before), token) for token, before in zip(tokens, [None, *tokens], strict=False)]
    runs = [[token for _, token in run] for kept, run in groupby(marked, key=lambda each: each[0]) if kept]
    return _once(text[run[0].start : run[-1].end] for run in runs if len(run) <= PHRASE_MAX_WORDS)


def _is_noun(token: Token, before: Token | None) -> bool:
    if not token.word[0].isalpha() or token.word in FUNCTION_WORDS:
        return False
    if token.capital or (before is not None and before.word in DETERMINERS):
        return True
    after_to = before is not None and before.word == "to"
    return not after_to and not is_verb(token) and not token.word.endswith(("ly", "ing"))


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
