"""The first statement of a content and its main clause, as words: what decides polarity, force and speech act."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Iterator, Sequence

from schemas.extraction import Span
from services.extract.reading.language.lexicon import AUXILIARIES, DETERMINERS, PRONOUNS, words
from services.extract.reading.language.tokens import Token, tokens_of
from services.extract.reading.stance.attitudes import says

WINDOW_CODE_POINTS = 2_000
"""How far into a content its first statement is looked for: longer than any sentence, short enough for hostile ones."""

GREETING_MAX_WORDS = 3
"""Words; a longer first sentence states something."""

_QUOTATION_MARKS = '"“”„«»‹›[]()'
_APOSTROPHES = frozenset("'‘’")
_ENDS = frozenset((".", "!", "?", "…", "..", "...", "...."))
_INTERJECTIONS = words("well look so now oh ah yes listen folks please sorry okay ok right hello thanks")
_BREAKS = frozenset((";", ":", "—", "–", "--"))
_RELATIVES = words("who which that whose whom where")
_SUBORDINATES = words(
    "that which who whom whose because if unless when whenever while though although whereas since than as so whether"
    " what how why where until before after provided once whatever whoever whichever wherever"
)
_OPENERS = words("if when while as although though since because once after before unless even given whenever should")
_SUBJECTS = (PRONOUNS | words("there this that these those nobody everybody everyone nothing")) - {"you"}
_TURNS = words("and but yet so or nor")
_DASHES = frozenset(("-", "–", "—", "--"))
_PASTS = words(
    "left put took went came made gave knew thought saw got found kept held began brought ran met paid sold sent won"
    " lost spoke wrote read heard felt led rose fell grew drew broke chose drove flew rang sang stood understood"
    " let cut set cost hit hurt shut spent built burnt meant swore sat lay had used ought says said told"
)
"""Irregular pasts that are seldom anything else, and "ought"."""

GAP_CODE_POINTS = 4
"""Code points between two words of a content from which on something else stands there: a cue, an aside."""


def statement(text: str, content: Sequence[Span]) -> list[Token]:
    """Return the words of the first sentence of a content that states something, without quotation marks.

    Questions and short openings ("Look,") are passed over where something follows; of all, the first is returned.
    """
    found = [sentence for sentence in _sentences(_tokens(text, content), text) if sentence]
    return next((sentence for sentence in found if _states(sentence)), found[0] if found else [])


def _tokens(text: str, content: Sequence[Span]) -> Iterator[Token]:
    left = WINDOW_CODE_POINTS
    for start, end in content:
        yield from tokens_of(text, start, min(end, start + left))
        left -= min(left, end - start)


def _sentences(tokens: Iterator[Token], text: str) -> Iterator[list[Token]]:
    """Yield the sentences; what stands between two pieces of a content parts them where it holds a full stop."""
    sentence: list[Token] = []
    last: Token | None = None
    for token in tokens:
        gap = text[last.end : min(token.start, last.end + WINDOW_CODE_POINTS)] if last is not None else ""
        if ";" in gap or ". " in gap:
            yield sentence
            sentence = []
        if text[token.start] not in _QUOTATION_MARKS and token.word not in _APOSTROPHES:
            sentence.append(token)
            if token.word in _ENDS:
                yield sentence
                sentence = []
        last = token
    yield sentence


def _states(sentence: Sequence[Token]) -> bool:
    said = [token.word for token in sentence if token.word[0].isalnum()]
    opening = len(said) <= GREETING_MAX_WORDS and said != ["yes"] and all(word in _INTERJECTIONS for word in said)
    return bool(said) and sentence[-1].word != "?" and not opening


def main_clause(sentence: Sequence[Token]) -> list[Token]:
    """Return the main clause: past an opening "If …,", without relative clauses, up to the next clause."""
    tokens = _past_opening(sentence)
    clause: list[Token] = []
    verb = bool(tokens) and (tokens[0].word == "to" or tokens[0].word.endswith("ing"))
    at = 0
    while at < len(tokens) and not (clause and _new_clause(tokens, at, verb=verb)):
        word = tokens[at].word
        if clause and not verb and word in _RELATIVES:
            at = _past_relative(tokens, at)
            continue
        if clause and not verb and word in _DASHES and (closing := _dash(tokens, at + 1)) is not None:
            at = closing + 1
            continue
        if clause and word == "," and at + 1 < len(tokens) and tokens[at + 1].word in _RELATIVES:
            at = _past_comma(tokens, at + 1)
            continue
        verb = verb or is_verb(tokens, at)
        clause.append(tokens[at])
        at += 1
    return clause


def is_verb(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word can be a clause's verb: an auxiliary, a past, or a form in -ed or -s that is no noun."""
    word = tokens[at].word
    if word in AUXILIARIES or word in _PASTS or word.endswith("n't"):
        return True
    if at == 0 or tokens[at].capital or len(word) <= 3:  # noqa: PLR2004  (as, is, bus)
        return False
    return word.endswith("ed") or (
        word.endswith("s") and not word.endswith(("ss", "'s")) and not _is_plural(tokens, at)
    )


def _is_plural(tokens: Sequence[Token], at: int) -> bool:
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    return tokens[at - 1].word in DETERMINERS or after in AUXILIARIES | {"of", "not", "who"}


def _past_opening(tokens: Sequence[Token]) -> Sequence[Token]:
    if not tokens or not (tokens[0].word in _OPENERS or [token.word for token in tokens[:2]] == ["no", "matter"]):
        return tokens
    comma = next((at for at in range(1, len(tokens)) if tokens[at].word == "," or _gap(tokens, at + 1)), None)
    return tokens[comma + 1 :] if comma is not None and comma + 1 < len(tokens) else tokens


def _new_clause(tokens: Sequence[Token], at: int, *, verb: bool) -> bool:
    word = tokens[at].word
    if word in _BREAKS or (_gap(tokens, at) and verb and word in _SUBJECTS | _TURNS | {"one"}):
        return True
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    then = tokens[at + 2].word if at + 2 < len(tokens) else ""
    if word == ",":
        if says(tokens[at - 1].word) and at > 1:
            return True
        return verb and (after in _SUBJECTS or (after in _TURNS and (then in _SUBJECTS or after == "but")))
    if word in _TURNS:
        return verb and (after in _SUBJECTS or after in AUXILIARIES or after == "never")
    reported = says(tokens[at - 1].word) and word in _SUBJECTS and bool(after) and is_verb(tokens, at + 1)
    return verb and (word in _SUBORDINATES or reported)


def _past_relative(tokens: Sequence[Token], at: int) -> int:
    """Skip "who do not vote" in a subject: go on at its second verb, or at the end."""
    verbs = [i for i in range(at + 1, len(tokens)) if is_verb(tokens, i)]
    return next((i for i, j in zip(verbs[1:], verbs, strict=False) if i > j + 1), len(tokens))


def _dash(tokens: Sequence[Token], at: int) -> int | None:
    return next((i for i in range(at, len(tokens)) if tokens[i].word in _DASHES), None)


def _gap(tokens: Sequence[Token], at: int) -> bool:
    return 0 < at < len(tokens) and tokens[at].start - tokens[at - 1].end > GAP_CODE_POINTS


def _past_comma(tokens: Sequence[Token], at: int) -> int:
    return next((i + 1 for i in range(at, len(tokens)) if tokens[i].word == ","), len(tokens))
