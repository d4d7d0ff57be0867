"""Whether a statement is affirmed or denied: what negates its main clause, an odd number of times or an even one."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.extract.reading.language.lexicon import ADVERBS, BE, DETERMINERS, NEGATORS, words
from services.extract.reading.language.tokens import Token
from services.extract.reading.stance.main_clauses import is_verb, main_clause

FRAME_MAX_WORDS = 9
"""Words of "I for one have never really believed that"."""

CLAUSE_LOOK_WORDS = 12
"""Words after "I think" in which a clause has its verb."""

REACH_WORDS = 4
"""Words from a negation to the negative that it takes back: "cannot be entirely excluded"."""

_FRAMING = words(
    "know knows knew known believe believes believed think thinks thought understand understands understood feel feels"
    " felt suppose guess realise realised realize realized convinced sure certain confident clear true obvious aware"
)
_HEARSAY = words("said thought believed understood reported rumoured rumored alleged feared hoped told expected")
_PASSIVE = words("is are was were been am being it's")
_NO_SUBJECT = words("nobody nothing none no-one nowhere noone nought")
_HELPING = words("going has have had used able need needs is are was were")
_NOT_AFTER_NO = words("matter doubt wonder sooner less later more fewer question secret . ;")
_NOT_AFTER_NOT = words("only just merely simply least")
_BEFORE_VOID_NO = words("with in for by of from to")
_NEGATIVES = words(
    "impossible unlikely unreasonable unthinkable uncommon unusual inevitable implausible inconceivable excluded"
    " exclude excludes deny denies denied denying dispute disputes disputed discount discounted preclude"
    " precluded improbable"
)
_RULE = words("rule rules ruled ruling")


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement's main clause, the frame before it ("I believe that"), and how it is negated.

    ``doubly``: the words from a negation to the negative that it takes back ("not impossible"), or none.
    """

    frame: tuple[Token, ...]
    clause: tuple[Token, ...]
    denied: bool
    doubly: tuple[Token, ...]


def read_clause(sentence: Sequence[Token]) -> Reading:
    """Return how a statement is negated; frames of knowing and believing are looked through."""
    at = _frame(sentence)
    frame, clause = tuple(sentence[:at]), tuple(main_clause(sentence[at:]))
    doubly = _doubly(clause) or _doubly(frame)
    odd = (_count(frame) + _count(clause)) % 2 == 1
    answered = _answer(sentence)
    denied = odd and not doubly if answered is None else answered
    return Reading(frame, clause, denied, doubly)


def _answer(sentence: Sequence[Token]) -> bool | None:
    """Tell whether a statement begins with "No" (true) or "Yes" (false) that stands by itself."""
    if not sentence or sentence[0].word not in {"no", "yes"}:
        return None
    follower = sentence[1].word if len(sentence) > 1 else "."
    alone = not follower[0].isalnum() or follower in {"not", "ma'am", "sir", "but"}
    return sentence[0].word == "no" if alone else None


def _frame(sentence: Sequence[Token]) -> int:
    """Return the index after "I believe that" and the like, 0 where there is none."""
    for at in range(1, min(len(sentence) - 1, FRAME_MAX_WORDS)):
        if not (sentence[at].word[0].isalnum()):
            return 0
        if _frames(sentence, at):
            that = sentence[at + 1].word == "that"
            return at + 1 + that if that or _clause_follows(sentence, at + 1) else 0
    return 0


def _frames(sentence: Sequence[Token], at: int) -> bool:
    word, before = sentence[at].word, {token.word for token in sentence[max(0, at - 3) : at]}
    return word in _FRAMING or (word in _HEARSAY and bool(before & _PASSIVE))


def _clause_follows(sentence: Sequence[Token], at: int) -> bool:
    if sentence[at].word in {"to", "of", "about", "in", "by", "for", ",", ":", "how", "what", "why"}:
        return False
    within = range(at + 1, min(len(sentence), at + CLAUSE_LOOK_WORDS))
    return any(is_verb(sentence, i) for i in within) or "n't" in sentence[at].word or "'" in sentence[at].word


def _count(clause: Sequence[Token]) -> int:
    """Return how many words negate a clause; "neither … nor" is one, and so is "not … nobody"."""
    verb, infinitive, count = False, False, 0
    for at, token in enumerate(clause):
        if token.word == "nor" and count:
            continue
        if not (infinitive and token.word not in {"not", "never"}):
            count += _negates(clause, at, verb=verb)
        infinitive = infinitive or (verb and _is_infinitive(clause, at))
        verb = verb or is_verb(clause, at)
    return count


def _is_infinitive(clause: Sequence[Token], at: int) -> bool:
    """Tell whether a "to" begins what another verb is about: "advised to sign nothing", not "has to sign nothing"."""
    if clause[at].word != "to" or at + 1 >= len(clause) or clause[at - 1].word in _HELPING:
        return False
    after = clause[at + 1]
    return not (after.capital or after.word in DETERMINERS | _NO_SUBJECT)


def is_negator(word: str) -> bool:
    """Tell whether a word by itself negates the verb it stands by."""
    return word in NEGATORS or word.endswith("n't")


def _negates(clause: Sequence[Token], at: int, *, verb: bool) -> bool:
    word = clause[at].word
    before = clause[at - 1].word if at else ""
    after = clause[at + 1].word if at + 1 < len(clause) else "."
    if word == "no":
        void = before in _BEFORE_VOID_NO and verb
        return not void and after not in _NOT_AFTER_NO
    if word == "not":
        contrast = before in {",", "but", "and", "or"} and verb
        return after not in _NOT_AFTER_NOT and not contrast and not (after == "to" and verb and before not in BE)
    if word.split("'")[0] in _NO_SUBJECT:
        return after != "but"
    return is_negator(word)


def _doubly(clause: Sequence[Token]) -> tuple[Token, ...]:
    """Return "not impossible", "cannot be excluded", "no longer rules out" and the like."""
    for at, token in enumerate(clause):
        if is_negator(token.word) or (
            token.word == "no" and clause[at + 1 : at + 2] and clause[at + 1].word == "longer"
        ):
            for to in range(at + 1, min(len(clause), at + 1 + REACH_WORDS)):
                if (end := _negative(clause, to)) is not None:
                    return tuple(clause[_helper(clause, at) : end])
                if not _passes(clause[to].word):
                    break
    return ()


def _helper(clause: Sequence[Token], at: int) -> int:
    """Return the index of the auxiliary before "not"."""
    return at - 1 if at and clause[at].word in {"not", "never", "no"} and is_verb(clause, at - 1) else at


def _passes(word: str) -> bool:
    return word in {"be", "been", "have", "longer", "to", "entirely", "at", "all"} | ADVERBS or word.endswith("ly")


def _negative(clause: Sequence[Token], at: int) -> int | None:
    """Return the index after a negative word, or None."""
    if clause[at].word in _NEGATIVES:
        return at + 1
    out = at + 1 < len(clause) and clause[at + 1].word == "out"
    return at + 2 if clause[at].word in _RULE and out else None
