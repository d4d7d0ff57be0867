"""Relevance: how likely a clause in the article's own voice is a claim that matters, by a logistic regression.

The weights lie beside this module, in ``relevance.json``; ``python -m training.statements`` makes them.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import exp, log2
from types import MappingProxyType
from typing import NamedTuple

from schemas.extraction import Mention, MentionType, Span
from services.extract.reading.language.cues import CUES, Tense
from services.extract.reading.language.finite import is_verb
from services.extract.reading.language.lexicon import BE, FUNCTION_WORDS, words
from services.extract.reading.language.tokens import Token, tokens_of
from services.extract.reading.model.marks import NO_TRACES, Traces
from services.extract.reading.statements.unsaid import Clause, Said
from services.lexemes import lexemes_of

WEIGHTS = "relevance.json"
FEATURES = (
    *("title", "number", "authors", "hearsay", "refusing", "length"),
    *("claimed", "verb", "be", "person", "holds", "speech"),
    *("source", "cue", "content"),
)
"""Their order is that of ``features_of``."""

SUBJECT_CODE_POINTS = 25
"""How far into a clause the name of a person is taken for its subject."""

WORDS_LOG = 5
"""Binary logarithm of the words of a long sentence, 32, whose length counts as 1."""

_AUTHORS = words("i me my we us our you your yourself yourselves let's i'm i've i'd we're we've we'd you're you've")
_HE = words("he she they who")
_PERFECT = BE | words("has have had")
_NUMBERS = words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty fifty sixty"
    " seventy eighty ninety hundred thousand million billion half dozen"
)
_POSSESSIVE = re.compile(r"['’]s?\b")  # noqa: RUF001
_TELL = (
    r"(?:say|said|comment|reply|replied|answer|answered|respond|responded|return|returned|confirm|talk|speak|name"
    r"|take questions|be drawn|be reached|been reached|call|called|elaborate|allowed to|heard back|immediately)"
)
_REFUSAL = re.compile(
    r"\b(?:declin|refus)(?:e|ed|es|ing) (?:to (?:\w+ )?(?:comment|say|speak|answer|talk|name|discuss)|comment)"
    rf"|\b(?:would|could|did|does|do|will|has|have|had|is|was|are)(?:n't| not) (?:\w+ )?{_TELL}\b"
    r"|\b(?:neither|nor|nobody|no one|none|never)\b.{0,60}\b(?:comment|be reached|confirm|talk|take questions|does)\b"
    r"|\bno (?:comment|answer|reply)\b"
)


class Known(NamedTuple):
    """What is known of a text: its names in order, what somebody says in it, and what the reader saw of the words."""

    mentions: Sequence[Mention] = ()
    said: Sequence[Said] = ()
    traces: Traces = NO_TRACES


class Ground(NamedTuple):
    """What an article is about: the stems of its headline, and what is known of it.

    ``claimed``: the share of its sentences that a claim touches; a press release has few such.
    """

    text: str
    title: frozenset[str]
    known: Known
    claimed: float


def ground_of(text: str, titles: Iterable[Said], known: Known, claimed: float) -> Ground:
    """Return what an article is about. ``titles``: the claims of its headline."""
    return Ground(text, _stems(text, [span for one in titles for span in one.content]), known, claimed)


def features_of(ground: Ground, clause: Clause) -> dict[str, float]:
    """Return the features of a clause by name, each about 0 to 1."""
    tokens = [token for span in clause.spans for token in tokens_of(ground.text, *span)]
    spoken = [token.word for token in tokens if token.word[0].isalnum()]
    plain = " ".join(ground.text[slice(*span)] for span in clause.spans).lower().replace("’", "'")  # noqa: RUF001
    near = list(_within(ground.known.mentions, clause.spans))
    stems = _stems(ground.text, clause.spans)
    source, cue, content = ground.known.traces.strongest(clause.spans)
    features = {
        "title": len(stems & ground.title) / max(1, len(stems)),
        "number": any(word[0].isdigit() or word in _NUMBERS for word in spoken),
        "authors": any(word in _AUTHORS for word in spoken),
        "hearsay": clause.hearsay is not None,
        "refusing": _REFUSAL.search(plain) is not None,
        "length": log2(max(1, len(spoken))) / WORDS_LOG,
        "claimed": ground.claimed,
        "verb": any(map(is_verb, tokens)),
        "be": any(word in _PERFECT for word in spoken),
        "person": spoken[0] in _HE or _is_of_person(ground.text, clause, near),
        "holds": clause.holds,
        "speech": clause.hearsay is None and any(map(_speaks, tokens)),
        "source": source,
        "cue": cue,
        "content": content,
    }
    return {name: float(value) for name, value in features.items()}


def probability(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the probability that a clause with these features is a claim that matters (Cox, 1958).

    ``weights``: one a feature, and ``bias``. Raises KeyError where one lacks.
    """
    return 1 / (1 + exp(-weights["bias"] - sum(weights[name] * value for name, value in features.items())))


@cache
def read_weights() -> Mapping[str, float]:
    """Return the weight of each feature, and ``bias``."""
    return MappingProxyType(json.loads(files(__package__).joinpath(WEIGHTS).read_text("utf-8")))


def _speaks(token: Token) -> bool:
    cue = CUES.get(token.word)
    return cue is not None and cue.tense in {Tense.PAST, Tense.PRESENT} and not token.capital


def _is_of_person(text: str, clause: Clause, near: Sequence[Mention]) -> bool:
    """Tell whether the name of a person, not its possessive, stands where the subject does."""
    people = [one.span for one in near if one.type is MentionType.PERSON]
    last = clause.spans[0][0] + SUBJECT_CODE_POINTS
    return any(start <= last and not _POSSESSIVE.match(text, end) for start, end in people)


def _stems(text: str, spans: Iterable[Span]) -> frozenset[str]:
    """Return the stems of the words that say something."""
    return frozenset(
        lexeme.form
        for start, end in spans
        for lexeme in lexemes_of(text[start:end])
        if lexeme.form and text[start + lexeme.start : start + lexeme.end].lower() not in FUNCTION_WORDS
    )


def _within(mentions: Sequence[Mention], spans: Iterable[Span]) -> Iterable[Mention]:
    """Yield the mentions, which are in order, that begin in any of the spans."""
    for start, end in spans:
        at = bisect_left(mentions, start, key=lambda mention: mention.span[0])
        while at < len(mentions) and mentions[at].span[0] < end:
            yield mentions[at]
            at += 1
