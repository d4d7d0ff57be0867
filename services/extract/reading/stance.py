"""How a content is put: its form, whether it is affirmed or denied, with what force, and what is done in saying it."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.extraction import Force, Form, Polarity, Span, SpeechAct, Voice
from services.extract.reading.acts import act_of
from services.extract.reading.attitudes import ATTITUDES, PHRASES, Attitude
from services.extract.reading.main_clauses import is_verb, statement
from services.extract.reading.cues import Cue
from services.extract.reading.force import force_of, is_own, joined
from services.extract.reading.heads import Head, find_head
from services.extract.reading.lexicon import DETERMINERS, OBJECT_PRONOUNS, words
from services.extract.reading.polarity import Reading, read_clause
from services.extract.reading.tokens import Token, tokens_of

MIXED_MIN_WORDS = 4
"""Words; a shorter quotation inside indirect speech is a term."""

TO_WITHIN_WORDS = 7
"""Words of a content among which its "to" stands: "told the nine members of the council to leave"."""

SPEAKER_CODE_POINTS = 200
"""Of a speaker's words: enough to tell one from several."""

HEADLINE_VERB_WORDS = 8
"""Words of a headline among which the verb of its saying stands."""

_FIRM = frozenset((Force.CONDITIONAL, Force.REPORTED))
_PARTNERS = {'"': '"', "“": "”", "«": "»", "»": "«", "„": "“", "‘": "’", "‚": "‘", "'": "'"}
_SINGLES = "‘‚"
_CLOSING_MARKS = "\"'”’»«“‘"
_WITH_TO = words("agree swear decide mean")


class Stance(NamedTuple):
    """Polarity and force of a content, the places of the words that decided the force, and the speech act."""

    polarity: Polarity
    force: Force
    force_words: tuple[Span, ...]
    act: SpeechAct


def read_stance(
    text: str,
    content: Sequence[Span],
    cue: Sequence[Span] = (),
    speaker: Sequence[Span] = (),
    *,
    voice: Voice = Voice.ATTRIBUTED,
) -> Stance:
    """Return how a content is put, by its own words and those of its cue, if it has one.

    A headline's saying ("Minister denies leak") is read as a cue would be; what the article says itself is not.
    """
    sentence = statement(text, content)
    if voice is Voice.HEADLINE and not cue:
        cue, sentence = _headline_cue(text, sentence)
    head = find_head(text, cue, speaker) if cue else Head(None, negated=False, words=())
    attitude = _in_use(head.attitude, sentence)
    reading = read_clause(sentence)
    own = (
        (voice is Voice.ATTRIBUTED or bool(cue))
        and bool(sentence)
        and is_own(_subject(reading), _said_by(text, speaker), alone=voice is Voice.HEADLINE)
    )
    denies = attitude is not None and attitude.denies
    takes_back = denies and head.negated
    if attitude is not None and attitude.lemma == "accept" and head.negated:
        attitude = Attitude("accept", SpeechAct.DENY)
    polarity = Polarity.DENIED if reading.denied != (denies != head.negated) else Polarity.AFFIRMED
    force, shown = _force(head, attitude, force_of(sentence, reading, own=own), hedged=takes_back)
    act = (
        SpeechAct.SAY
        if takes_back
        else act_of(attitude, sentence, reading, force, polarity, attributed=voice is Voice.ATTRIBUTED)
    )
    return Stance(polarity, force, shown, act)


def _force(
    head: Head, attitude: Attitude | None, stated: tuple[Force, tuple[Span, ...]], *, hedged: bool
) -> tuple[Force, tuple[Span, ...]]:
    """Return the first force that fits of the content's and the cue's."""
    cued = Force.BARE if attitude is None else attitude.force
    if stated[0] is Force.CONDITIONAL:
        return stated
    if head.hearsay is not None:
        return Force.REPORTED, (head.hearsay,)
    if stated[0] is Force.REPORTED:
        return stated
    if hedged:
        return Force.HEDGED, head.words
    order = (Force.HEDGED, Force.PROPOSED, Force.INTENDED, Force.BARE)
    if cued is stated[0] and stated[1]:
        return stated
    if cued is not Force.BARE and order.index(cued) <= order.index(stated[0]):
        return cued, head.words
    return stated


def _in_use(attitude: Attitude | None, sentence: Sequence[Token]) -> Attitude | None:
    """Return what a verb tells with what follows it: "told her to go" demands, "agreed to go" promises."""
    if attitude is None or not sentence:
        return attitude
    lemma, said = attitude.lemma, [token.word for token in sentence]
    to = _has_to(sentence)
    if lemma == "tell":
        return Attitude(lemma, SpeechAct.DEMAND, force=Force.PROPOSED) if to else attitude
    if lemma in _WITH_TO:
        return Attitude(lemma, *((SpeechAct.PROMISE, False, Force.INTENDED) if said[0] == "to" else (SpeechAct.SAY,)))
    if lemma == "ask":
        finite = any(is_verb(sentence, at) for at in range(len(sentence))) and not to
        return Attitude(lemma, SpeechAct.SAY) if finite else attitude
    if lemma == "suggest":
        finite = any(is_verb(sentence, at) for at in range(len(sentence))) and not said[0].endswith("ing")
        return (
            Attitude(lemma, SpeechAct.SAY, force=Force.HEDGED)
            if finite and "should" not in said
            else Attitude(lemma, SpeechAct.PROPOSE, force=Force.PROPOSED)
        )
    return attitude


def _has_to(sentence: Sequence[Token]) -> bool:
    """Tell whether a content is "(her) (not) to go": an infinitive before any finite verb."""
    first = sentence[0]
    named = first.capital or first.word in OBJECT_PRONOUNS | DETERMINERS or first.word.endswith("s")
    if not (named or first.word in {"to", "not"}):
        return False
    for at, token in enumerate(sentence[:TO_WITHIN_WORDS]):
        if token.word == "to":
            return True
        if is_verb(sentence, at):
            return False
    return False


def _subject(reading: Reading) -> str:
    return reading.clause[0].word.split("'")[0] if reading.clause else ""


def _said_by(text: str, speaker: Sequence[Span]) -> str | None:
    first = next(tokens_of(text, *speaker[0]), None) if speaker else None
    return None if first is None else text[speaker[0][0] : min(speaker[0][1], speaker[0][0] + SPEAKER_CODE_POINTS)]


def _headline_cue(text: str, sentence: list[Token]) -> tuple[Sequence[Span], list[Token]]:
    """Return the verb of a headline's saying and what follows it, or no cue and the whole."""
    for at, token in enumerate(sentence[:HEADLINE_VERB_WORDS]):
        known = token.word in ATTITUDES or (
            at + 1 < len(sentence) and sentence[at + 1].word in PHRASES.get(token.word, {})
        )
        shaped = token.word.endswith(("s", "ed")) or not ATTITUDES.get(token.word)
        if known and shaped and at + 1 < len(sentence):
            return ((token.start, token.end),), sentence[at + 1 :]
    return (), sentence


def form_of(text: str, content: Sequence[Span], quoted: Sequence[Span], *, whole: bool) -> Form:
    """Return the form of a content. ``quoted``: the quotations near it; ``whole``: it is one of them."""
    return Form.DIRECT if whole else form_in(text, content, quoted)


def form_in(text: str, content: Sequence[Span], quoted: Sequence[Span]) -> Form:
    """Return the form of a content by how much of it stands in quotations. ``quoted``: those near it, with their marks.

    A quotation around the content that it does not begin or end with is that of a claim around it, and does not count.
    """
    if _is_quotation(text, content):
        return Form.DIRECT
    own = [
        (max(s, start), min(e, end))
        for s, e in quoted
        for start, end in content
        if max(s, start) < min(e, end) and (start - 1 <= s or e <= end + 1)
    ]
    inside = [len(_words(text, span)) for span in own]
    if not inside:
        return Form.INDIRECT
    if sum(inside) >= sum(len(_words(text, span)) for span in content):
        return Form.DIRECT
    return Form.MIXED if max(inside) >= MIXED_MIN_WORDS else Form.PARTIAL


def _is_quotation(text: str, content: Sequence[Span]) -> bool:
    """Tell whether every piece begins as a quotation does, the last ends as one, and none is left between."""
    last = text[slice(*content[-1])].rstrip(".,")
    opened = all(text[start] in _PARTNERS for start, _ in content)
    return opened and len(last) > 1 and last[-1] in _CLOSING_MARKS and not any(_left(text, span) for span in content)


def _left(text: str, span: Span) -> bool:
    """Tell whether a piece leaves its first quotation before its end."""
    opener, inside = text[span[0]], text[span[0] + 1 : span[1]].rstrip(".,")[:-1]
    return (opener if opener in _SINGLES else _PARTNERS[opener]) in inside and not (opener == "'")


def _words(text: str, span: Span) -> list[Token]:
    return [token for token in tokens_of(text, *span) if token.word[0].isalnum()]


class Put(NamedTuple):
    """A stance with the first of its words alone."""

    polarity: Polarity
    force: Force
    force_words: Span | None
    act: SpeechAct


def stance_of(text: str, first: Span, cue: Span | None, verb: Cue | None, *, negated: bool) -> Put:  # noqa: ARG001
    """Return how a content is put. ``first``: its first sentence."""
    stance = read_stance(text, (first,), () if cue is None else (cue,))
    return Put(stance.polarity, stance.force, next(iter(stance.force_words), None), stance.act)


def is_denied(text: str, span: Span) -> bool:
    """Tell whether the main clause of a statement is negated an odd number of times."""
    return read_clause(statement(text, (span,))).denied
