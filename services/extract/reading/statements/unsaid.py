"""Clauses that nobody is said to say: what is left of a sentence beside the claims attributed in it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.extraction import Span
from services.extract.reading.language.cues import CUES
from services.extract.reading.language.finite import is_verb
from services.extract.reading.language.lexicon import AUXILIARIES, BE, DEMONSTRATIVES, DETERMINERS, PRONOUNS, words
from services.extract.reading.language.tokens import Token, tokens_of
from services.extract.reading.language.verbs import is_negator
from services.extract.reading.statements.hearsay import find_hearsay

SENTENCE_MAX_TOKENS = 300
"""Words and marks; what is longer without a full stop is a list or no prose."""

CLAUSE_MIN_WORDS = 3
"""Words; less states nothing."""

VERB_LOOK = 12
"""Words after "and" within which a new clause has its verb."""

REVEAL_LOOK = 6
"""Words of "the Courier can reveal", with which a newspaper names itself."""

_MARKS = ",;:—–-"  # noqa: RUF001  (the marks that newspapers print)
_CUTS = frozenset((";", "—", "–", "--", "-"))  # noqa: RUF001
_JOINS = words("and but or nor yet so while whereas although though")
_LINKS = words("because after before as when while although though since where until unless with amid despite")
_OPENERS = words("but and so or yet however meanwhile instead moreover furthermore also still then")
_KEEPERS = words("far many much few another again")
_DANGLING = words("asked pressed questioned where since until with amid despite than which")
_LEADING = words("after because although though as when while whereas")
_TRAILING = words("who whose whom when")
_RELATIVES = words("who whose which whom")
_APPOSING = words("something a an the which")
_OWN = words("he she it they we there his her its their")
_PLACING = words("in on at by from for under one two")


class Said(NamedTuple):
    """Where an attributed or a headline's claim stands: spans in code points, in order; cue and speaker may lack."""

    content: tuple[Span, ...]
    cue: tuple[Span, ...] = ()
    speaker: tuple[Span, ...] = ()


class Clause(NamedTuple):
    """A clause without a source: its spans, the frame of hearsay in it, and how it stands to the claims around it.

    ``holds``: a claim stands inside it, as what its noun or its hearsay says.
    """

    spans: tuple[Span, ...]
    hearsay: Span | None = None
    holds: bool = False


class _Sentence(NamedTuple):
    """The words of a sentence, which of them belong to claims, the hearsay in it, and whether nouns hold the claims."""

    tokens: Sequence[Token]
    taken: Sequence[bool]
    frames: Sequence[Span]
    noun: bool


def find_clauses(text: str, sentence: Span, said: Sequence[Said]) -> Iterator[Clause]:
    """Yield the clauses of a sentence that no claim of ``said`` takes, in order, without full stop, openers and asides.

    ``said``: the claims that touch the sentence. One whose cue is hearsay of nobody takes nothing.
    """
    start, end = sentence
    tokens = list(tokens_of(text, start, start + len(text[start:end].rstrip(".!… "))))
    if not tokens or len(tokens) > SENTENCE_MAX_TOKENS:
        return
    frames = [frame for frame in find_hearsay(text, sentence) if not any(_owns(text, one, frame) for one in said)]
    others = [one for one in said if not any(_overlap(cue, frame) for cue in one.cue for frame in frames)]
    spans = [span for one in others for span in (*one.content, *one.cue, *one.speaker)]
    taken = [any(_overlap((token.start, token.end), span) for span in spans) for token in tokens]
    noun = bool(others) and all(_is_noun(one, tokens) for one in others)
    whole = _Sentence(tokens, taken, frames, noun)
    first = 0
    for last in range(1, len(tokens) + 1):
        if last == len(tokens) or _parts(whole, first, last):
            yield from _clauses(whole, *_trimmed(whole, first, last))
            first = last


def _overlap(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def _owns(text: str, one: Said, frame: Span) -> bool:
    """Tell whether hearsay is somebody's: in what he says, said "by" him, or about his saying it."""
    if any(_overlap(cue, frame) for cue in one.cue):
        return bool(one.speaker) and text[one.cue[-1][1] : one.speaker[0][0]].strip() == "by"
    if any(_overlap(span, frame) for span in one.content):
        return True
    return bool(one.speaker) and any(0 <= cue[0] - frame[1] <= 1 for cue in one.cue)


def _is_noun(one: Said, tokens: Sequence[Token]) -> bool:
    """Tell whether a cue is a noun, or a passive that names nobody: "Reports that …", "was told that …"."""
    if not one.cue:
        return False
    before = [token.word for token in tokens if token.end <= one.cue[0][0]]
    if before and before[-1] in BE:
        return not one.speaker
    cue = next((token.word for token in tokens if token.start >= one.cue[0][0]), "")
    if not cue or cue.endswith("ed") or (cue in CUES and not CUES[cue].noun):
        return False
    owned = any(word in DETERMINERS or word.endswith("'s") for word in before[-2:])
    return owned if before else cue.endswith("s")


def _parts(whole: _Sentence, first: int, at: int) -> bool:
    """Tell whether a clause begins at a word: after a mark, by "and" with a verb of its own, or where claims end."""
    tokens, taken, _, _ = whole
    word, before = tokens[at].word, tokens[at - 1].word
    if taken[at]:
        return word in _JOINS | _APPOSING | _RELATIVES and not taken[at - 1] and before == ","
    if word in _CUTS:
        return word == ";" or any(taken)
    one_sided = any(taken[first:at]) != any(taken[at:])
    own = word in {"and", "but"} and at + 1 < len(tokens) and tokens[at + 1].word in _OWN
    if own or (word in _JOINS and before in {",", ";"}):
        return one_sided or _has_subject(whole, at + 1)
    return one_sided and (word in _LINKS or (before == "," and word in _APPOSING and _claims_follow(whole, at)))


def _claims_follow(whole: _Sentence, at: int) -> bool:
    """Tell whether claims stand between here and the next comma: "a demand that Ferro rejected"."""
    for token, taken in zip(whole.tokens[at:], whole.taken[at:], strict=True):
        if taken or token.word == ",":
            return taken
    return False


def _has_subject(whole: _Sentence, at: int) -> bool:
    """Tell whether a subject and its verb begin here, or a frame of hearsay."""
    if at >= len(whole.tokens):
        return False
    first = whole.tokens[at]
    if any(0 <= start - first.start <= 1 for start, _ in whole.frames):
        return True
    subject = first.word in DETERMINERS | PRONOUNS | DEMONSTRATIVES or first.capital or first.word.endswith("'s")
    opens = subject or first.word in _PLACING
    return opens and any(map(is_verb, whole.tokens[at + (first.word not in AUXILIARIES) : at + VERB_LOOK]))


def _trimmed(whole: _Sentence, first: int, last: int) -> tuple[int, int]:
    """Return a piece without what joins it to others ("But", "However,") and without an aside at its end."""
    tokens = whole.tokens
    while first + 1 < last and _joins(tokens[first].word, tokens[first + 1].word):
        first += 1
    if first < last and any(whole.taken) and tokens[first].word in _LEADING:
        first += 1
    tails = (at for at in range(first + 1, last - 1) if tokens[at - 1].word == "," and _trails(tokens, at, last))
    last = next(tails, last)
    while last > first and tokens[last - 1].word[0] in _MARKS:
        last -= 1
    return first, last


def _joins(word: str, after: str) -> bool:
    return word[0] in _MARKS or (word in _OPENERS and after not in _KEEPERS)


def _trails(tokens: Sequence[Token], at: int, last: int) -> bool:
    """Tell whether an aside begins here that runs to the end: "…, who were told"; "…, the Courier can reveal"."""
    if tokens[at].word in _TRAILING:
        return all(token.word != "," for token in tokens[at:last])
    names_itself = last - at <= REVEAL_LOOK and tokens[last - 1].word in {"reveal", "disclose"}
    return names_itself and any(token.word == "can" for token in tokens[at:last])


def _clauses(whole: _Sentence, first: int, last: int) -> Iterator[Clause]:
    """Yield the clauses of a piece: none where claims take it, two where it says one thing and denies another."""
    tokens, taken, _, _ = whole
    if first >= last or any(token.word == "?" for token in tokens[first:last]):
        return
    holds, hearsay = any(taken[first:last]), _hearsay_in(whole, first, last)
    free = sum(tokens[at].word[0].isalnum() and not taken[at] for at in range(first, last))
    if free < CLAUSE_MIN_WORDS or (holds and hearsay is None and not (whole.noun and free > CLAUSE_MIN_WORDS)):
        return
    if any(taken) and hearsay is None and not _stands(tokens[first:last]):
        return
    turn = None if holds else _turn(whole, first, last)
    subject = None if turn is None else _subject(tokens, first, turn)
    if turn is None or subject is None:
        yield Clause(tuple(_without_asides(whole, first, last)), hearsay, holds)
        return
    end = turn - (tokens[turn - 1].word == ",")
    yield Clause(tuple(_without_asides(whole, first, end)), _hearsay_in(whole, first, end))
    yield Clause((subject, (tokens[turn + 1].start, tokens[last - 1].end)), _hearsay_in(whole, turn, last))


def _stands(tokens: Sequence[Token]) -> bool:
    """Tell whether what is left beside claims has a subject and a verb after it."""
    if is_verb(tokens[0]) or tokens[0].word in _DANGLING:
        return False
    named = (first.capital or first.word in PRONOUNS | DEMONSTRATIVES for first in tokens)
    present = (
        one and after.word.endswith("s") and not after.capital for one, after in zip(named, tokens[1:], strict=False)
    )
    return any(map(is_verb, tokens)) or any(present)


def _hearsay_in(whole: _Sentence, first: int, last: int) -> Span | None:
    span = (whole.tokens[first].start, whole.tokens[last - 1].end)
    return next((frame for frame in whole.frames if _overlap(frame, span)), None)


def _turn(whole: _Sentence, first: int, last: int) -> int | None:
    """Return where "and" or "but" joins a verb that is negated, or hearsay, to one that is not."""
    tokens = whole.tokens
    for at in range(first + 2, last - 3):
        if is_negator(tokens[at].word):
            return None
        if tokens[at].word in {"and", "but"} and _turns(whole, at + 1):
            return at
    return None


def _turns(whole: _Sentence, at: int) -> bool:
    verb, after = whole.tokens[at], whole.tokens[at + 1]
    if any(0 <= start - verb.start <= 1 for start, _ in whole.frames):
        return True
    return verb.word in AUXILIARIES and (is_negator(verb.word) or is_negator(after.word) or after.word == "no")


def _subject(tokens: Sequence[Token], first: int, last: int) -> Span | None:
    """Return what stands before the first verb or comma."""
    for at in range(first + 1, min(last, first + VERB_LOOK)):
        present = at > first + 2 and tokens[at].word.endswith("s") and not tokens[at].capital
        if tokens[at].word == "," or is_verb(tokens[at]) or present:
            return tokens[first].start, tokens[at - 1].end
    return None


def _without_asides(whole: _Sentence, first: int, last: int) -> Iterator[Span]:
    """Yield the spans without relative clauses between commas: "The span, which is old, fell"."""
    tokens, taken = whole.tokens, whole.taken
    start = at = first
    while at < last:
        begins = at - 1 > start and tokens[at - 1].word == ","
        if begins and (tokens[at].word in _RELATIVES or [t.word for t in tokens[at : at + 2]] == ["with", "which"]):
            close = next((to for to in range(at + 1, last - 1) if tokens[to].word == ","), None)
            if close is not None and not any(taken[at:close]):
                yield tokens[start].start, tokens[at - 2].end
                start = at = close + 1
                continue
        at += 1
    yield tokens[start].start, tokens[last - 1].end
