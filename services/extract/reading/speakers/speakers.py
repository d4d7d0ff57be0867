"""Who a speaker's words name in this article: a name, a title, a pronoun, a body, or nobody named."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.extraction import Mention, MentionType, Reason, ResolvedBy, Span, Speaker
from services.extract.reading.language.lexicon import PERSONAL
from services.extract.reading.language.stretches import Stretch
from services.extract.reading.speakers.descriptions import NOBODY, OFFICE, UNCLEAR, Answer, Descriptions
from services.extract.reading.speakers.figures import Figure, Kind
from services.extract.reading.speakers.nouns import OFFICIALS, SPOKEN_FOR, is_person
from services.extract.reading.speakers.scene import Scene

SAID_LOOK = 50
"""Claims back among which the one around a pronoun is looked for: outer ones come first, and stand near."""

PRONOUN_MAX = 16
"""Code points; what is longer is no pronoun."""

ANTECEDENT_MAX = 60
"""Code points before "who" among which stands whom it means."""

SPOKEN_FOR_MAX = 80
"""Code points after "a spokesman" among which "for" and the body stand."""

_FIRST = frozenset(("i", "we", "me", "us", "my", "our", "myself", "ourselves"))
_SECOND = frozenset(("you", "your", "yourself"))
_THINGS = frozenset(("it", "its", "itself"))
_GROUPS = frozenset(("they", "them", "their", "themselves"))
_REFLEXIVE = {"himself": "him", "herself": "her"}
_HUMAN = frozenset(("who", "whom"))
_RELATIVE = frozenset(("who", "which", "that", "whom", "whose"))


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said where, and by whom."""

    content: tuple[Span, ...]
    speaker: Speaker

    def holds(self, place: int) -> bool:
        return any(start <= place < end for start, end in self.content)


@dataclass
class Speakers:
    """Resolves speakers by all that the text tells, so that the order of the questions matters little.

    ``mentions`` and ``stretches`` in the order of the text. Time about linear in the text.
    """

    text: str
    mentions: Sequence[Mention]
    stretches: Sequence[Stretch]
    _said: list[_Said] = field(init=False, default_factory=list)
    _spoke: dict[int, Speaker] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read the scene once."""
        self._scene = Scene(self.text, self.mentions, self.stretches)
        self._descriptions = Descriptions(self._scene)

    def resolve(self, span: Span | None, stretch: int, before: int, *, content: Sequence[Span] = ()) -> Speaker | None:
        """Return the speaker that the words at ``span`` name; without words, who spoke last, or None.

        ``stretch``: that of the claim. ``before``: where the claim begins. ``content``: the words attributed; "I" and
        "she" inside them are told by them who speaks, so an outer claim is to be asked for before those inside it.
        """
        if span is None:
            speaker = self._last(stretch, before)
        else:
            meant = self._whole(self._antecedent(span))
            speaker = self._speaker(meant, self._answer(meant))
            self._spoke[stretch] = speaker
        if speaker is not None and content:
            self._said.append(_Said(tuple(content), speaker))
        return speaker

    def _last(self, stretch: int, before: int) -> Speaker | None:
        """Return who spoke last before a place, in its sentence or the one before; else who speaks after it there."""
        near = [speaker for at in (stretch, stretch - 1) if (speaker := self._spoke.get(at)) is not None]
        return next((speaker for speaker in near if speaker.spans[0][0] < before), near[0] if near else None)

    def _speaker(self, span: Span, answer: Answer) -> Speaker:
        start, end = (0, 0) if answer.mention is None else self.mentions[answer.mention].span
        return Speaker(
            spans=(span,),
            text=self.text[slice(*span)],
            mention=answer.mention if span[0] <= start and end <= span[1] else None,
            name=answer.name,
            name_reason=None if answer.name else answer.reason,
            anonymous=answer.anonymous,
            resolved_by=answer.by,
        )

    def _answer(self, span: Span) -> Answer:
        shown = self.text[span[0] : min(span[1], span[0] + PRONOUN_MAX)].strip(" ,").lower()
        word = _REFLEXIVE.get(shown, shown)
        if word in PERSONAL:
            return self._person(span, word)
        if word in _FIRST:
            return self._self(span)
        if word in _SECOND:
            return self._addressee(span)
        if word in _THINGS | _GROUPS:
            return self._group(span, word in _GROUPS)
        if word in _RELATIVE:
            return NOBODY
        return self._descriptions.resolve(span)

    def _around(self, place: int) -> Speaker | None:
        """Return the speaker of the innermost claim asked for whose content holds a place."""
        near = self._said[-SAID_LOOK:]
        outer = min(
            (each for each in near if each.holds(place)),
            key=lambda each: each.content[-1][1] - each.content[0][0],
            default=None,
        )
        return None if outer is None else outer.speaker

    def _person(self, span: Span, word: str) -> Answer:
        quote = self._scene.quote_at(span[0])
        outer = self._around(span[0]) if quote is not None else None
        not_by = outer.name if outer else None
        referent = self._scene.pronouns.meant(span[0], word, self._scene.stretch_at(span[0]), quote, not_by)
        if referent.name is not None:
            return Answer(referent.name, ResolvedBy.PRONOUN)
        if referent.figure is not None:
            return self._described(referent.figure)
        return NOBODY if referent.reason is Reason.NO_NAME else UNCLEAR

    def _described(self, figure: Figure) -> Answer:
        """Return who an unnamed figure that a pronoun stands for is: a spokesman's body, or nobody named."""
        if figure.noun in SPOKEN_FOR | OFFICIALS:
            said = self._descriptions.resolve((figure.start, figure.end + SPOKEN_FOR_MAX))
            if said.by is ResolvedBy.ORGANISATION:
                return said
        return NOBODY

    def _self(self, span: Span) -> Answer:
        """Resolve "I" and "we" to who says it, or else to the article's author."""
        outer = self._around(span[0])
        if outer is not None:
            by = ResolvedBy.PRONOUN if outer.name else ResolvedBy.NONE
            return Answer(outer.name, by, outer.name_reason, outer.anonymous)
        if self._scene.quote_at(span[0]) is not None:
            return UNCLEAR
        author = self._scene.author()
        return OFFICE if author is None else Answer(author, ResolvedBy.PRONOUN)

    def _addressee(self, span: Span) -> Answer:
        """Resolve "you" to the one of an interview who answers next."""
        labels = self._scene.labels
        at = bisect_right(labels, (span[0], ""))
        last = labels[at - 1][1] if at and self._scene.quote_at(span[0]) is not None else None
        name = next((name for _, name in labels[at : at + 3] if name != last), None)
        return UNCLEAR if name is None else Answer(name, ResolvedBy.PRONOUN)

    def _group(self, span: Span, plural: bool) -> Answer:
        if plural and self._scene.quote_at(span[0]) is not None:
            return NOBODY
        stretch = self._scene.stretch_at(span[0])
        colon = self.text[max(0, span[0] - 3) : span[0]].rstrip().endswith(":")
        kinds = frozenset((Kind.PEOPLE, Kind.BODY)) if plural else frozenset((Kind.BODY, Kind.PAPER))
        figure = self._scene.bodies.last(stretch, span[0], kinds=kinds, colon=colon)
        if figure is None:
            return NOBODY if plural else UNCLEAR
        answer = Answer(figure.name) if figure.name else self._descriptions.resolve((figure.start, figure.end))
        if answer.name is None:
            return answer
        return Answer(answer.name, ResolvedBy.PRONOUN)

    def _whole(self, span: Span) -> Span:
        """Return words that say what a person is, with the name before them: "Ines Caldo, the harbour's head"."""
        comma = span[0] - 2
        at = bisect_left(self.mentions, comma, key=lambda mention: mention.span[1])
        if at == len(self.mentions) or self.mentions[at].span[1] != comma or self.text[comma : span[0]] != ", ":
            return span
        name = self.mentions[at]
        return (name.span[0], span[1]) if name.type is MentionType.PERSON and self._describes(span) else span

    def _describes(self, span: Span) -> bool:
        """Tell whether words begin with whose they are, or with an office: they can only explain a name."""
        first = self.text[span[0] : min(span[1], span[0] + ANTECEDENT_MAX)].split(" ", 1)[0]
        return first.endswith(("'s", "’s")) or (first.islower() and is_person(first))

    def _antecedent(self, span: Span) -> Span:
        """Return what "who" or "which" stands for, the persons or the body just before it; other words as they are."""
        if self.text[slice(*span)].strip(" ,").lower() not in _RELATIVE:
            return span
        figures = self._scene.outside[self._scene.stretch_at(span[0])]
        human = self.text[slice(*span)].strip(" ,").lower() in _HUMAN
        kinds = (Kind.PERSON, Kind.PEOPLE) if human else (Kind.BODY, Kind.PAPER, Kind.PEOPLE)
        near = range(span[0] - ANTECEDENT_MAX, span[0] + 1)
        before = [each for each in figures if each.end in near and each.kind in kinds and not each.pronoun]
        return (before[-1].start, before[-1].end) if before else span
