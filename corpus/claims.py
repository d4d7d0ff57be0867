"""Makes claims from their notes: the words of each tag found in the text, and the values of the first line read."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from corpus.articles import Claim, Mention, SaidAt, Speaker, Words
from corpus.excerpts import Unfit, find
from corpus.notes import ClaimNote
from schemas.extraction import Force, Form, Polarity, Reason, ResolvedBy, Span, SpeechAct, Voice

VALUES: tuple[type[StrEnum], ...] = (Voice, Form, Polarity, Force, SpeechAct)
"""Read from bare words of a claim's first line; no word means two of them."""

KEYS = {"who", "by", "in", "at", "no_speaker"}
MARKS = {"anonymous", "optional"}
PRONOUNS = {"he", "she", "they", "it", "we", "i", "you", "him", "her", "them", "his", "their"}

V = TypeVar("V", bound=StrEnum)


class Values:
    """The first line of a claim's note, read."""

    def __init__(self, note: ClaimNote) -> None:
        self.keys: dict[str, str] = {}
        self.marks: set[str] = set()
        self._enums: dict[type[StrEnum], tuple[StrEnum, ...]] = {}
        for token in note.values:
            self._take(token)

    def _take(self, token: str) -> None:
        key, equals, value = token.partition("=")
        readings = token.split("/")
        of = next((kind for kind in VALUES if set(readings) <= set(kind)), None)
        if equals and key in KEYS and key not in self.keys:
            self.keys[key] = value
        elif token in MARKS:
            self.marks.add(token)
        elif of and of not in self._enums:
            self._enums[of] = tuple(map(of, readings))
        else:
            raise Unfit(f"no value of a claim, or a second one: {token}")

    def of(self, kind: type[V], *default: V) -> tuple[V, ...]:
        """Return the values of one enum, or the default."""
        return tuple(map(kind, self._enums.get(kind, default)))


def _said_at(given: str | None, evidence: Words | None) -> SaidAt | None:
    """Return the days that ``at=first..last`` or ``at=day`` names, the last one included."""
    if evidence is None:
        if given:
            raise Unfit("at= without the words that say so: mark them {at …}")
        return None
    if given is None:
        return SaidAt(not_before=None, not_after=None, evidence=evidence)
    first, dots, last = given.partition("..")
    end = (last or None) if dots else first
    return SaidAt(
        not_before=date.fromisoformat(first) if first else None,
        not_after=date.fromisoformat(end) + timedelta(days=1) if end else None,
        evidence=evidence,
    )


def _resolved_by(words: Words, entity: str, mentions: Sequence[Mention], *, anonymous: bool) -> ResolvedBy:
    if anonymous:
        return ResolvedBy.ORGANISATION
    inside = (
        start <= m.span[0] and m.span[1] <= end for m in mentions if m.entity == entity for start, end in words.spans
    )
    if any(inside):
        return ResolvedBy.NAME
    if words.text.lower() in PRONOUNS:
        return ResolvedBy.PRONOUN
    raise Unfit(f"by what is the speaker resolved (by=title, by=organisation, by=pronoun)? {words.text}")


def _speaker(words: Words | None, values: Values, mentions: Sequence[Mention]) -> Speaker | None:
    who, anonymous = values.keys.get("who"), "anonymous" in values.marks
    if words is None and who is None:
        return None
    if words is None or who is None:
        raise Unfit("a speaker has both its words {by …} and who=<entity>, or who=no_name, or who=ambiguous")
    reason = Reason(who) if who in set(Reason) else None
    name = next((mention.name for mention in mentions if mention.entity == who), None)
    if reason is None and name is None:
        raise Unfit(f"the article does not name the speaker's entity: {who}")
    by: tuple[ResolvedBy, ...] = (ResolvedBy.NONE,)
    if reason is None:
        given = values.keys.get("by", "").split("/")
        by = tuple(map(ResolvedBy, filter(None, given))) or (_resolved_by(words, who, mentions, anonymous=anonymous),)
    return Speaker(
        spans=words.spans,
        text=words.text,
        entity=None if reason else who,
        name=None if reason else name,
        name_reason=reason,
        anonymous=anonymous,
        resolved_by=by,
    )


def make_claim(text: str, note: ClaimNote, mentions: Sequence[Mention]) -> Claim:
    """Return the claim that a note describes. Raises ``Unfit`` where words or values do not fit."""
    spans = defaultdict[str, list[Span]](list)
    for excerpt in note.excerpts:
        for tag, span in find(text, excerpt):
            spans[tag].append(span)
    words = {tag: Words.of(text, *sorted(found)) for tag, found in spans.items()}
    if "c" not in words:
        raise Unfit("a claim without content {c …}")
    values = Values(note)
    voice = values.of(Voice, Voice.ATTRIBUTED)[0]
    said_at = _said_at(values.keys.get("at"), words.get("at"))
    no_speaker = values.keys.get("no_speaker")
    return Claim(
        id=note.id,
        voice=voice,
        content=words["c"],
        cue=words.get("cue"),
        speaker=_speaker(words.get("by"), values, mentions),
        speaker_reason=Reason(no_speaker) if no_speaker else None,
        form=values.of(Form),
        polarity=values.of(Polarity, Polarity.AFFIRMED),
        force=values.of(Force, Force.BARE),
        force_words=words.get("f"),
        speech_act=values.of(SpeechAct, SpeechAct.SAY),
        nested_in=values.keys.get("in"),
        question=words.get("q"),
        said_at=said_at,
        said_at_reason=None if said_at else Reason.NO_EVIDENCE,
        optional="optional" in values.marks,
    )
