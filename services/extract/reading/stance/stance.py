"""How a content is put: its form, whether it is affirmed or denied, with what force, and what is done in saying it."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections.abc import Sequence
from typing import NamedTuple

from schemas.extraction import Force, Form, Polarity, Span, SpeechAct, Voice
from services.extract.reading.language.lexicon import AUXILIARIES, DETERMINERS, OBJECT_PRONOUNS, words
from services.extract.reading.language.tokens import Token, tokens_of
from services.extract.reading.stance.acts import act_of
from services.extract.reading.stance.attitudes import ATTITUDES, PHRASES, Attitude
from services.extract.reading.stance.force import Stated, force_of
from services.extract.reading.stance.heads import Head, find_head
from services.extract.reading.stance.main_clauses import is_verb, statement
from services.extract.reading.stance.polarity import Reading, read_clause
from services.extract.reading.stance.will import is_own

MIXED_MIN_WORDS = 4
"""Words; a shorter quotation inside indirect speech is a term."""

TO_WITHIN_WORDS = 7
"""Words of a content among which its "to" stands: "told the nine members of the council to leave"."""

SPEAKER_CODE_POINTS = 200
"""Of a speaker's words: enough to tell one from several."""

HEADLINE_VERB_WORDS = 8
"""Words of a headline among which the verb of its saying stands."""

_RANKS = (Force.CONDITIONAL, Force.REPORTED, Force.HEDGED, Force.PROPOSED, Force.INTENDED, Force.BARE)
"""In this order: the first that fits counts."""

_PARTNERS = {'"': '"', "“": "”", "«": "»", "»": "«", "„": "“", "‘": "’", "‚": "‘", "'": "'"}
_SINGLES = "‘‚"
_CLOSING_MARKS = "\"'”’»«“‘"
_ASKING = words("ask wonder question query inquire")
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
        cue, sentence = _headline_cue(sentence)
    head = find_head(text, cue, speaker) if cue else Head(None, negated=False, words=())
    attitude = _in_use(head, sentence)
    reading = read_clause(sentence)
    denies = attitude is not None and attitude.denies
    takes_back = denies and head.negated
    polarity = Polarity.DENIED if reading.denied != (denies != head.negated) else Polarity.AFFIRMED
    own = bool(cue or voice is Voice.ATTRIBUTED) and _is_own(text, reading, speaker, voice)
    asked = attitude is not None and attitude.lemma in _ASKING
    force, shown = _stronger(
        force_of(sentence, reading, own=own, asked=asked), _force_of_cue(head, attitude, takes_back=takes_back)
    )
    named = Attitude(attitude.lemma, SpeechAct.SAY) if attitude is not None and takes_back else attitude
    act = act_of(named, sentence, reading, force, polarity, attributed=voice is Voice.ATTRIBUTED)
    return Stance(polarity, force, shown, act)


def _is_own(text: str, reading: Reading, speaker: Sequence[Span], voice: Voice) -> bool:
    subject = reading.clause[0].word.split("'")[0] if reading.clause else ""
    return is_own(subject, _shown(text, speaker), alone=voice is Voice.HEADLINE)


def _force_of_cue(head: Head, attitude: Attitude | None, *, takes_back: bool) -> Stated:
    if head.hearsay is not None:
        return Force.REPORTED, (head.hearsay,)
    if takes_back or head.hedge is not None:
        return Force.HEDGED, head.words if head.hedge is None else (head.hedge,)
    return (Force.BARE, ()) if attitude is None else (attitude.force, head.words)


def _stronger(stated: Stated, cued: Stated) -> Stated:
    """Return the force that comes first; the content's own words show it where the cue's say the same."""
    return cued if _RANKS.index(cued[0]) < _RANKS.index(stated[0]) else stated


def _in_use(head: Head, sentence: Sequence[Token]) -> Attitude | None:
    """Return what a cue tells with what follows it: "told her to go" demands, "agreed to go" promises."""
    attitude = head.attitude
    if attitude is None or not sentence:
        return attitude
    lemma, to = attitude.lemma, _has_to(sentence)
    if lemma in _WITH_TO:
        meant = sentence[0].word == "to"
        return Attitude(lemma, SpeechAct.PROMISE, force=Force.INTENDED) if meant else Attitude(lemma, SpeechAct.SAY)
    if lemma == "tell" and to:
        return Attitude(lemma, SpeechAct.DEMAND, force=Force.PROPOSED)
    if lemma == "accept" and head.negated:
        return Attitude(lemma, SpeechAct.DENY)
    finite = not to and any(is_verb(sentence, at) for at in range(len(sentence)))
    if lemma == "suggest":
        return _suggestion(sentence, finite=finite)
    return Attitude(lemma, SpeechAct.SAY) if lemma == "ask" and finite else attitude


def _suggestion(sentence: Sequence[Token], *, finite: bool) -> Attitude:
    """Tell "suggested that it fell", a hint, from "suggested a loan" and "suggested that it should go"."""
    hints = finite and not sentence[0].word.endswith("ing") and all(token.word != "should" for token in sentence)
    hint = Attitude("suggest", SpeechAct.SAY, force=Force.HEDGED)
    return hint if hints else Attitude("suggest", SpeechAct.PROPOSE, force=Force.PROPOSED)


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


def _shown(text: str, speaker: Sequence[Span]) -> str | None:
    return text[speaker[0][0] : min(speaker[0][1], speaker[0][0] + SPEAKER_CODE_POINTS)] if speaker else None


def _headline_cue(sentence: list[Token]) -> tuple[Sequence[Span], list[Token]]:
    """Return the verb of a headline's saying and what it says, behind it or before its comma; else the whole."""
    for at, token in enumerate(sentence):
        following = sentence[at + 1].word if at + 1 < len(sentence) else ""
        known = token.word in ATTITUDES or following in PHRASES.get(token.word, {})
        shaped = token.word.endswith(("s", "ed")) or token.word not in ATTITUDES
        if known and shaped and following and at and sentence[at - 1].word == ",":
            return ((token.start, token.end),), sentence[: at - 1]
        if known and shaped and following and at < HEADLINE_VERB_WORDS:
            return ((token.start, token.end),), sentence[at + 1 :]
        if token.word in AUXILIARIES and at < HEADLINE_VERB_WORDS:
            break
    return (), sentence


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
    return (opener if opener in _SINGLES else _PARTNERS[opener]) in inside and opener != "'"


def _words(text: str, span: Span) -> list[Token]:
    return [token for token in tokens_of(text, *span) if token.word[0].isalnum()]


def is_denied(text: str, span: Span) -> bool:
    """Tell whether the main clause of a statement is negated an odd number of times."""
    return read_clause(statement(text, (span,))).denied
