"""What a cue says by itself: its attitude, whether it is negated, and whether it is hearsay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.extraction import Span
from services.extract.reading.language.lexicon import ADVERBS, AUXILIARIES, PRONOUNS, words
from services.extract.reading.language.tokens import Token, tokens_of
from services.extract.reading.stance.attitudes import ATTITUDES, PHRASES, Attitude
from services.extract.reading.stance.polarity import is_negator

BEFORE_CODE_POINTS = 120
"""How far before a cue its auxiliaries are looked for: "Nor, she said on Monday, did the ministry …"."""

CUE_MAX_WORDS = 40
"""Words; more are no cue, but a misreading."""

AFTER_CODE_POINTS = 24
"""How far after a cue its particle is looked for: "ruled it out"."""

_LIGHT = words(
    "put give take hold express voice issue lay cast throw deliver quote cite set have be read hear show say state find"
    " see know raise speak count make reach refuse decline"
    " indicate signal"
)
"""Verbs that leave it to their noun to say what is done: "gave her assurance"."""

_REFUSING = words(
    "refuse refuses refused refusing decline declines declined declining fail fails failed failing unable unwilling"
    " stopped"
)
_WITHOUT = words("no without")
_HEARSAY = words("reportedly allegedly supposedly purportedly apparently unofficially")
_HEDGING = words("seems seem seemed appears appear appeared")
_NO_SPEAKERS = words("nobody no none neither no-one few")
_PASSED = words("to longer short of ever") | _HEDGING | ADVERBS | AUXILIARIES | PRONOUNS


@dataclass(frozen=True, slots=True)
class Head:
    """The word or phrase of a cue that tells the stance, with the words around it that change it.

    ``words``: those of the cue with its negation, in order; ``hearsay``: "reportedly" before it; ``hedge``: "seems to".
    """

    attitude: Attitude | None
    negated: bool
    words: tuple[Span, ...]
    hearsay: Span | None = None
    hedge: Span | None = None


def find_head(text: str, cue: Sequence[Span], speaker: Sequence[Span] = ()) -> Head:
    """Return what a cue says by itself. ``speaker``: whose words may stand between "Nor does" and "deny"."""
    words_of_cue = (token for start, end in cue for token in tokens_of(text, start, end))
    tokens = list(islice(words_of_cue, CUE_MAX_WORDS))
    found = _attitude(text, tokens)
    if found is None:
        return Head(None, negated=False, words=tuple(cue))
    at, attitude = found
    before = _before(text, tokens[0].start, speaker)
    helpers = [*before, *tokens[:at]]
    nobody = next(iter(tokens_of(text, *speaker[0])), None) if speaker else None
    negatives = [token for token in helpers if _negates(token.word)]
    count = len(negatives) + (nobody is not None and nobody.word in _NO_SPEAKERS)
    hearsay, hedge = (
        next(((t.start, t.end) for t in helpers if t.word in listed), None) for listed in (_HEARSAY, _HEDGING)
    )
    return Head(attitude, count % 2 == 1, _with(negatives, before, cue), hearsay, hedge)


def _attitude(text: str, tokens: Sequence[Token]) -> tuple[int, Attitude] | None:
    """Return the place and attitude of a cue's phrase, else of its noun, else of its verb."""
    after = () if not tokens else tokens_of(text, tokens[-1].end, min(len(text), tokens[-1].end + AFTER_CODE_POINTS))
    following = [token.word for token in after][:2]
    for at, token in enumerate(tokens):
        phrases = PHRASES.get(token.word, {})
        later = [*(other.word for other in tokens[at + 1 :]), *following[:2]]
        phrase = next((phrases[word] for word in later if word in phrases), None)
        if phrase is not None:
            return at, phrase
    known = [(at, ATTITUDES[token.word]) for at, token in enumerate(tokens) if token.word in ATTITUDES]
    heavy = [(at, attitude) for at, attitude in known if attitude.lemma not in _LIGHT]
    return next(iter(heavy or known), None)


def _negates(word: str) -> bool:
    return is_negator(word) or word in _REFUSING or word in _WITHOUT


def _before(text: str, start: int, speaker: Sequence[Span]) -> list[Token]:
    """Return the auxiliaries, adverbs and negations before a cue, in order; a speaker between them is passed over."""
    far = max(0, start - BEFORE_CODE_POINTS)
    floor = max(far, text.rfind("\n", far, start) + 1)
    subject = [(s, e) for s, e in speaker if e <= start]
    return list(reversed(list(_helpers(list(tokens_of(text, floor, start)), subject))))


def _helpers(tokens: Sequence[Token], subject: Sequence[Span]) -> Iterator[Token]:
    for token in reversed(tokens):
        inside = any(s <= token.start and token.end <= e for s, e in subject)
        if inside:
            continue
        if not (_negates(token.word) or token.word in _PASSED or _is_adverb(token.word)):
            return
        yield token


def _is_adverb(word: str) -> bool:
    return word.endswith("ly") or word in _HEARSAY


def _with(negatives: Sequence[Token], before: Sequence[Token], cue: Sequence[Span]) -> tuple[Span, ...]:
    """Return the cue with the auxiliary and negation that stand before it."""
    first = min((token.start for token in negatives), default=cue[0][0])
    helper = next((t.start for t in reversed(before) if t.start < first and t.word in AUXILIARIES), first)
    start = helper if first < cue[0][0] else cue[0][0]
    return ((start, cue[0][1]), *cue[1:])
