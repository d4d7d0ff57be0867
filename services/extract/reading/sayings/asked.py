"""The reported question that a claim answers: the clause after "asked whether" in the sentence of its cue."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Sequence

from schemas.extraction import Span
from services.extract.reading.language.lexicon import PREPOSITIONS, TIME_WORDS, words
from services.extract.reading.language.tokens import Token, tokens_of

SENTENCE_CODE_POINTS = 1_500
"""How far into a sentence its question is looked for; what is longer is no prose."""

BETWEEN_WORDS = 12
"""Words between "asked" and its "whether": "asked by a reporter for the Courier on Monday whether"."""

QUESTION_MIN_WORDS = 2
"""Words; fewer are no clause."""

_ASKING = words("asked pressed questioned quizzed challenged grilled probed queried asking")
_NOUNS = words("question questions query queries")
_LINKS = words("whether if")
_OPEN = words("why how what who when where which whom")
_TOPICS = words("about on of over")
_BEFORE = words("when after while once as was were being been repeatedly again is are if and but also then later")
"""Stand before an "asked" whose subject is who answers; after any other word it is somebody's act of asking."""

_BREAKS = frozenset((",", ";", ":", "—", "–"))


def find_asked(
    text: str, sentence: Span, content: Sequence[Span], cue: Sequence[Span] = (), speaker: Sequence[Span] = ()
) -> Span | None:
    """Return the question that a claim answers, without "whether" and its marks, or None.

    It stands in the claim's sentence, outside the claim's own words: "Asked whether it was safe, she said no",
    "She said no when asked if it was safe", "To a question about whether …", "Pressed on why …". Of several claims in
    a sentence the first that is not nested answers.
    """
    start, end = sentence[0], min(sentence[1], sentence[0] + SENTENCE_CODE_POINTS)
    taken = [*content, *cue, *speaker]
    tokens = [token for token in tokens_of(text, start, end) if not _inside(token, taken)]
    for at, token in enumerate(tokens):
        if (token.word in _ASKING and _is_put(tokens, at)) or token.word in _NOUNS:
            link = _link(tokens, at)
            if link is not None and (found := _clause(text, tokens, link, taken)) is not None:
                return found
    return None


def _inside(token: Token, spans: Sequence[Span]) -> bool:
    return any(start <= token.start < end for start, end in spans)


def _is_put(tokens: Sequence[Token], at: int) -> bool:
    """Tell "Asked whether", "when he was asked if" from "The mayor asked whether", which is a claim of his own."""
    before = tokens[at - 1] if at else None
    after = tokens[at + 1].word if at + 1 < len(tokens) else "."
    if not (after in _LINKS | _OPEN | PREPOSITIONS | TIME_WORDS or after.endswith("ly")):
        return False
    return before is None or not before.word[0].isalnum() or before.word in _BEFORE or before.word.endswith("ly")


def _link(tokens: Sequence[Token], at: int) -> int | None:
    """Return the index of the first word of the question's clause."""
    for to in range(at + 1, min(len(tokens), at + 1 + BETWEEN_WORDS)):
        word = tokens[to].word
        if word in _LINKS:
            return to + 1
        if word in _OPEN and (to == at + 1 or tokens[to - 1].word in _TOPICS or tokens[at].word in _ASKING):
            return to
        if word in {".", ";", ":"}:
            return None
    return None


def _clause(text: str, tokens: Sequence[Token], first: int, taken: Sequence[Span]) -> Span | None:
    """Return the clause from its first word up to the comma or "and" before the answer, or to the sentence's end."""
    if first >= len(tokens):
        return None
    start = tokens[first].start
    answer = min((s for s, _ in taken if s > start), default=None)
    inside = [token for token in tokens[first:] if answer is None or token.start < answer]
    if answer is not None:
        breaks = [at for at, token in enumerate(inside) if token.word in _BREAKS]
        joins = [at for at, token in enumerate(inside) if token.word in {"and", "but"}]
        inside = inside[: max(breaks or joins, default=0)]
    while inside and not inside[-1].word[0].isalnum() and text[inside[-1].start] not in '"”»)':
        inside.pop()
    return (start, inside[-1].end) if len(inside) >= QUESTION_MIN_WORDS else None
