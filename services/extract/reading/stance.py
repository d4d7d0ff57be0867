"""How a content is put: its form, whether it is affirmed or denied, and with what force."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from schemas.extraction import Force, Form, Polarity, Span, SpeechAct
from services.extract.reading.cues import Cue
from services.extract.reading.lexicon import AUXILIARIES, NEGATIVE_SUBJECTS, NEGATORS, words
from services.extract.reading.tokens import Token, tokens_of
from services.extract.reading.verbs import is_negator

WINDOW_CODE_POINTS = 2_000
"""How far into a content its main clause is looked for: longer than any sentence, short enough for hostile ones."""

MIXED_MIN_WORDS = 4
"""Words; a shorter quotation inside indirect speech is a term."""

_CONDITIONAL = re.compile(
    r"\b(?:only if|(?<!as )if|unless|once (?:the|an?|it|he|she|they|we|i|you|this|certain|all|those|these|his"
    r"|her|their|its|our|there)|provided that|providing that|as long as|so long as|in case|on condition"
    r"|depend(?:s|ed|ing)? on)\b|, provided\b"
)
_REPORTED = re.compile(
    r"\b(?:reportedly|allegedly|supposedly|purportedly|unofficially|(?:is|are|was|were) (?:said|reported|"
    r"rumoured|rumored|alleged|believed|understood|thought) to)\b"
)
_HEDGED = re.compile(
    r"\b(?:may|might|could|perhaps|maybe|probably|possibly|potentially|likely|unlikely|apparently|seems?|seemed|"
    r"appears?|appeared|possibility|possible|suggests?|i (?:think|guess|suppose)|not sure)\b"
)
_PROPOSED = re.compile(
    r"\b(?:should|shouldn't|must|mustn't|ought to|let us|let's|needs? to be|ha(?:s|ve) to|whereby|calls? for|"
    r"called for|proposes?|urges?)\b"
)
_INTENDED = re.compile(
    r"\b(?:willing(?:ness)?|(?<!the )(?<!a )plans? to|open(?:ness)? to|(?:ready|prepared|readiness) to|intends? to)\b"
)
_OWN_WILL = re.compile(r"\A\W*(?:(?:i|we) (?:will|shall|won't|am going to|are going to)|i'll|we'll|i'm going to)\b")
_THEIR_WILL = re.compile(r"\A\W*(?:he|she|they) (?:will|would|won't|wouldn't)\b")
_MARKS = " \t\n\"'“”‘’„‚«»‹›(["
"""What may stand before the first word of a content, and is no part of it."""

_ASKS = re.compile(r"\b(?:ask(?:s|ed|ing)?|wonder(?:s|ed)?|know|see|sure|doubt(?:s|ed)?|question(?:s|ed)?)\b")
ASKED_BEFORE = 30
"""Code points before "if" in which a verb of asking makes it mean "whether"."""

_FORCES = ((Force.CONDITIONAL, _CONDITIONAL), (Force.REPORTED, _REPORTED), (Force.HEDGED, _HEDGED))
_HEDGING_CUES = words("hint suggest speculate imply estimate predict suspect wonder fear guess assume reckon")
_FRAME = re.compile(
    r"\W*(?:(?:and|but|so|well|however|look|yes)\W+)?(?:(?:everyone|everybody|i|we|people|they|you) "
    r"(?:all |also |really |firmly )?(?:know|knows|believe|believes|think|thinks|understand|understands|feel)"
    r"|it is (?:clear|true|obvious)|it's (?:clear|true|obvious))(?: that)? "
)
_OPENING_CLAUSE = re.compile(
    r"\W*(?:if|when|while|although|though|no matter|as|since|because|once|after|before|unless|even)\b"
)
_SUBORDINATES = words("that which who because if unless when while but though although whereas since than as so")
_NOT_DENYING_AFTER_NO = frozenset(("matter", "doubt", "wonder", "sooner", "less", "later", "more", "."))
_NOT_DENYING_AFTER_NOT = frozenset(("only", "just", "merely", "simply", "to", "least", "necessarily"))
_NEGATIVE_WORDS = words("impossible unlikely unreasonable unthinkable uncommon unusual inevitable implausible")
_MARKS = "\"'“”‘’«»„[]()"


class Stance(NamedTuple):
    """Polarity and force of a content, the speech act, and the span of the words that decided the force."""

    polarity: Polarity
    force: Force
    force_words: Span | None
    act: SpeechAct


def form_of(text: str, content: Sequence[Span], quoted: Sequence[Span], *, whole: bool) -> Form:
    """Return the form of a content. ``quoted``: the quotations near it; ``whole``: it is one of them."""
    if whole:
        return Form.DIRECT
    inside = [text[max(s, a) : min(e, b)] for s, e in quoted for a, b in content if max(s, a) < min(e, b)]
    if not inside:
        return Form.INDIRECT
    return Form.MIXED if max(len(words.split()) for words in inside) >= MIXED_MIN_WORDS else Form.PARTIAL


def stance_of(text: str, first: Span, cue: Span | None, verb: Cue | None, *, negated: bool) -> Stance:
    """Return how a content is put. ``first``: its first sentence; ``negated``: the cue itself is."""
    start, end = first[0], min(first[1], first[0] + WINDOW_CODE_POINTS)
    start = _past_frame(text, start, end)
    denied = is_denied(text, (start, end))
    doubly = _negates_negative(text, (start, end))
    cue_denies = verb is not None and verb.polarity is Polarity.DENIED
    takes_back = negated and cue_denies
    flips = (negated and not cue_denies) or (cue_denies and not negated)
    polarity = Polarity.DENIED if denied != flips else Polarity.AFFIRMED
    act = verb.act if verb is not None else SpeechAct.SAY
    force, words = _force(text, (first[0], end), verb, cue)
    if (takes_back or doubly) and force not in {Force.CONDITIONAL, Force.REPORTED}:
        force, words = Force.HEDGED, cue if takes_back else (start, end)
    return Stance(polarity, force, words, SpeechAct.SAY if takes_back else act)


def _past_frame(text: str, start: int, end: int) -> int:
    """Look through "I believe that": polarity is that of the clause under it."""
    frame = _FRAME.match(_plain(text[start:end]))
    return start if frame is None else start + frame.end()


def _plain(text: str) -> str:
    """Return the text in lower case with straight apostrophes, of the same length."""
    lowered = text.replace("’", "'").lower()
    return lowered if len(lowered) == len(text) else text.replace("’", "'")


def _main_clause(text: str, span: Span) -> list[Token]:
    """Return the words of the main clause: past an opening "If …," and up to the next subordinate one."""
    tokens = [token for token in tokens_of(text, *span) if text[token.start] not in _MARKS]
    if _OPENING_CLAUSE.match(_plain(text[slice(*span)])):
        comma = next((at for at, token in enumerate(tokens) if token.word == ","), None)
        tokens = tokens[comma + 1 :] if comma is not None else tokens
    end, verb_seen = 0, False
    while end < len(tokens) and not (end > 0 and tokens[end].word in _SUBORDINATES and verb_seen):
        if tokens[end].word in {"who", "which", "that"} and end > 0 and not verb_seen:
            return tokens[:end] + _after_relative(tokens, end)
        verb_seen = verb_seen or tokens[end].word in AUXILIARIES or tokens[end].word.endswith(("ed", "s"))
        end += 1
    return tokens[:end]


def _after_relative(tokens: Sequence[Token], at: int) -> list[Token]:
    """Skip "who do not vote" in the subject: go on at its second auxiliary, if there is one."""
    helpers = [i for i in range(at, len(tokens)) if tokens[i].word in AUXILIARIES]
    return list(tokens[helpers[1] :]) if len(helpers) > 1 else []


def is_denied(text: str, span: Span) -> bool:
    """Tell whether the main clause is negated an odd number of times by not, no, never or nobody."""
    clause = _main_clause(text, span)
    return sum(_negates(clause, at) for at in range(len(clause))) % 2 == 1 and not _negates_negative(text, span)


def _negates(clause: Sequence[Token], at: int) -> bool:
    word = clause[at].word
    after = clause[at + 1].word if at + 1 < len(clause) else "."
    if word == "no":
        return after not in _NOT_DENYING_AFTER_NO or (after == "." and len(clause) <= 2)  # noqa: PLR2004
    if word == "not":
        return after not in _NOT_DENYING_AFTER_NOT or at == 0
    return is_negator(word) or word in NEGATORS or (word in NEGATIVE_SUBJECTS and at <= 1)


def _negates_negative(text: str, span: Span) -> bool:
    words = [token.word for token in _main_clause(text, span)]
    return any(is_negator(word) and after in _NEGATIVE_WORDS for word, after in pairwise(words))


def _force(text: str, span: Span, verb: Cue | None, cue: Span | None) -> tuple[Force, Span | None]:
    """Return the first force that fits and the words that show it."""
    plain = _plain(text[slice(*span)])
    for force, pattern in _FORCES:
        match = next((found for found in pattern.finditer(plain) if _counts(text, plain, span[0], found)), None)
        if match is not None:
            return force, (span[0] + match.start(), span[0] + match.end())
    if verb is not None and verb.lemma in _HEDGING_CUES:
        return Force.HEDGED, cue
    if verb is not None and verb.act in {SpeechAct.DEMAND, SpeechAct.PROPOSE}:
        return Force.PROPOSED, cue
    return _will(plain, span[0], verb, cue)


def _counts(text: str, plain: str, start: int, match: re.Match[str]) -> bool:
    """Leave out the month of May, and "if" that means whether."""
    month = match.start() > 0 and text[start + match.start() : start + match.end()] == "May"
    asked = match.group() == "if" and _ASKS.search(plain, max(0, match.start() - ASKED_BEFORE), match.start())
    return not month and not asked


def _will(plain: str, start: int, verb: Cue | None, cue: Span | None) -> tuple[Force, Span | None]:
    if (match := _PROPOSED.search(plain)) is not None:
        return Force.PROPOSED, (start + match.start(), start + match.end())
    if verb is not None and verb.act is SpeechAct.PROMISE:
        return Force.INTENDED, cue
    match = _INTENDED.search(plain) or _OWN_WILL.search(plain) or _THEIR_WILL.search(plain)
    if match is None:
        return Force.BARE, None
    marks = len(match.group()) - len(match.group().lstrip(_MARKS))
    return Force.INTENDED, (start + match.start() + marks, start + match.end())
