"""What a speaker's words describe, where they are no pronoun: somebody named, a body, a writing, or nobody named."""

from bisect import bisect_right
from dataclasses import dataclass, field

from schemas.extraction import MentionType, Reason, ResolvedBy, Span
from services.extract.reading.language.cues import CUES
from services.extract.reading.language.lexicon import (
    DETERMINERS,
    FIRMS,
    FUNCTION_WORDS,
    PEOPLE,
    PERSONAL,
    POSSESSIVES,
    TITLES,
    words,
)
from services.extract.reading.speakers.figures import Figure, Kind
from services.extract.reading.speakers.nouns import (
    BODIES,
    INSTITUTIONS,
    OFFICIALS,
    PAPERS,
    SPOKEN_FOR,
    is_people,
    is_person,
)
from services.extract.reading.speakers.parts import Part, bare_word
from services.extract.reading.speakers.scene import Scene
from services.extract.reading.speakers.wording import Phrase, Wording

NAMES_BACK = 200
"""Names before "the Alliance" among which the one body stands that it means."""

LEAD_STRETCHES = 8
"""Sentences at the head of an article in which an unnamed speaker may be the one named next."""

HEAD_MAX = 30
"""Sentences and lines that the head of an article may have with all its labels and datelines."""

NAMED_NEXT = 2
"""Sentences after an unnamed speaker's in which his name is told."""

_FOR = frozenset(("for", "of", "at", "from", "with", "by"))
_SOME = words("all both most half none some few two three four five six seven eight nine ten")
_OTHERS = words("other others latter former first second third fourth fifth last rest two three four same")
_INDEFINITE = frozenset(("a", "an", "one", "another", "some", "any", "every", "each", "no", "several", "many"))


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a speaker is; ``mention`` is the index of the name among the words."""

    name: str | None = None
    by: ResolvedBy = ResolvedBy.NONE
    reason: Reason | None = None
    anonymous: bool = False
    mention: int | None = None


NOBODY = Answer(reason=Reason.NO_NAME, anonymous=True)
OFFICE = Answer(reason=Reason.NO_NAME)
UNCLEAR = Answer(reason=Reason.AMBIGUOUS)


@dataclass(slots=True)
class Descriptions:
    """Resolves phrases by the figures of their article."""

    scene: Scene
    wording: Wording = field(init=False)

    def __post_init__(self) -> None:
        """Know the names."""
        self.wording = Wording(self.scene.text, self.scene.mentions)

    def resolve(self, span: Span) -> Answer:
        """Return who is meant by the words at ``span``."""
        phrase = self.wording.phrase(span)
        if phrase is None:
            return UNCLEAR
        mention = self.wording.mention(phrase)
        if mention is not None:
            return self._named(mention)
        word = phrase.word
        if word in PAPERS and not is_person(word):
            return self._written(phrase)
        if is_person(word):
            return self._person(phrase)
        if word in BODIES and not is_people(word):
            return self._body(phrase)
        return self._other(phrase)

    def _other(self, phrase: Phrase) -> Answer:
        """Return what a head of no known kind is: several or somebody, a thing, or a name that nobody marked."""
        if is_people(phrase.word):
            return NOBODY
        owner = self.wording.owner(phrase)
        if owner is not None:
            return self._by(owner)
        word, capital = phrase.word, phrase.tokens[phrase.head].capital
        if phrase.first != "the" and any(token.word == "of" for token in phrase.tokens[phrase.stop : phrase.stop + 1]):
            return NOBODY
        plain = FUNCTION_WORDS | PEOPLE | _SOME | _OTHERS
        if capital and not word.endswith("s") and word not in plain and phrase.first not in plain - {"the"}:
            return OFFICE
        several = phrase.first in _INDEFINITE | _SOME or word in _OTHERS or word.endswith("s") or word[0].isdigit()
        return NOBODY if several or is_people(word) or phrase.first not in DETERMINERS else OFFICE

    def _named(self, at: int) -> Answer:
        mention = self.scene.mentions[at]
        if mention.type is MentionType.NORP:
            return NOBODY
        if mention.type is MentionType.ORG and mention.text.lower() in BODIES:
            name = self._only_other(at)
            return Answer(name or mention.name, ResolvedBy.ORGANISATION, mention=at)
        return Answer(mention.name, ResolvedBy.NAME, mention=at)

    def _only_other(self, at: int) -> str | None:
        """Return the one body that "the Alliance" can be short for."""
        word = self.scene.mentions[at].text.lower()
        start = self.scene.mentions[at].span[0]
        own = self.scene.bodies.described((word,), self.scene.stretch_at(start), start)
        if own is not None and own.lower() != word:
            return own
        before = self.scene.mentions[max(0, at - NAMES_BACK) : at]
        others = {each.name for each in before if each.type is MentionType.ORG}
        others.discard(self.scene.mentions[at].name)
        return others.pop() if len(others) == 1 else None

    def _body(self, phrase: Phrase) -> Answer:
        stretch = self.scene.stretch_at(phrase.span[0])
        owned = phrase.first in POSSESSIVES or any(t.word.endswith(("'s", "s'")) for t in phrase.tokens[: phrase.head])
        definite = phrase.first not in _INDEFINITE
        name = None
        if definite and not owned:
            name = self.scene.bodies.described(phrase.modifiers, stretch, phrase.span[0])
        if name is not None:
            return Answer(name, ResolvedBy.ORGANISATION)
        known = phrase.word in INSTITUTIONS or phrase.word not in FIRMS
        return OFFICE if known and definite else NOBODY

    def _written(self, phrase: Phrase) -> Answer:
        """Return who wrote a document, as its own words or those of its earlier mention tell."""
        at = self.wording.author(phrase)
        if at is None and phrase.first in PERSONAL:
            return self._of(phrase)
        if at is None:
            name = self._body_among(phrase)
            return OFFICE if name is None else Answer(name, ResolvedBy.ORGANISATION)
        return self._by(at)

    def _of(self, phrase: Phrase) -> Answer:
        """Return whose "her letter" is."""
        start = phrase.tokens[0].start
        stretch, quote = self.scene.stretch_at(start), self.scene.quote_at(start)
        name = self.scene.pronouns.meant(start, phrase.first, stretch, quote, None).name
        return OFFICE if name is None else Answer(name, ResolvedBy.PRONOUN)

    def _by(self, at: int) -> Answer:
        mention = self.scene.mentions[at]
        by = ResolvedBy.NAME if mention.type is MentionType.PERSON else ResolvedBy.ORGANISATION
        return Answer(mention.name, by, mention=at)

    def _body_among(self, phrase: Phrase) -> str | None:
        """Return the body that a word of the phrase describes: "a museum spokesman", "a spokesman for the company"."""
        stretch = self.scene.stretch_at(phrase.span[0])
        described, after = phrase.modifiers[:-1], [token.word for token in phrase.tokens[phrase.stop :]]
        if not (described and bare_word(described[-1]) in BODIES):
            linked = after[:1] and after[0] in _FOR and after[1:2] == ["the"]
            described = tuple(after[2:]) if linked else ()
        if not (described and bare_word(described[-1]) in BODIES):
            return None
        return self.scene.bodies.described(described, stretch, phrase.span[0])

    def _person(self, phrase: Phrase) -> Answer:
        if phrase.word in SPOKEN_FOR or (phrase.word in OFFICIALS and phrase.first in _INDEFINITE):
            return self._spoken_for(phrase)
        if phrase.first in _INDEFINITE and phrase.first not in {"a", "an"}:
            return NOBODY
        figure = self._figure(phrase)
        holders = self.scene.roles.holders(phrase.modifiers)
        if phrase.first in {"a", "an"}:
            holders = holders if len(phrase.modifiers) > 1 and phrase.word in TITLES else []
        if phrase.first == "this":
            return NOBODY
        if len(holders) > 1:
            return UNCLEAR
        name = holders[0] if holders else self._meant(phrase, figure)
        return Answer(name, ResolvedBy.TITLE) if name else NOBODY

    def _spoken_for(self, phrase: Phrase) -> Answer:
        """Return the body for which an unnamed spokesman speaks."""
        at = None
        if phrase.stop < len(phrase.tokens) and phrase.tokens[phrase.stop].word in _FOR:
            at = self.wording.first_after(phrase, phrase.stop)
        if at is None and phrase.word in SPOKEN_FOR:
            at = self.wording.name_before(phrase)
        if at is not None and self.scene.mentions[at].type in {MentionType.ORG, MentionType.GPE}:
            return Answer(self.scene.mentions[at].name, ResolvedBy.ORGANISATION, anonymous=True, mention=at)
        name = self._body_among(phrase) if at is None and phrase.word in SPOKEN_FOR else None
        return NOBODY if name is None else Answer(name, ResolvedBy.ORGANISATION, anonymous=True)

    def _figure(self, phrase: Phrase) -> Figure | None:
        """Return the figure that the phrase is in its sentence, if it stands outside quotations."""
        figures = self.scene.outside[self.scene.stretch_at(phrase.span[0])]
        at = bisect_right(figures, phrase.tokens[phrase.head].start, key=lambda figure: figure.start) - 1
        return figures[at] if at >= 0 and figures[at].end >= phrase.tokens[phrase.head].end else None

    def _meant(self, phrase: Phrase, figure: Figure | None) -> str | None:
        """Return the person of whom a role is said that stands beside no name: told at once, just before or next."""
        named = self.wording.called(phrase)
        if named is not None:
            return named
        if figure is None or figure.part < Part.SUBORDINATE:
            return None
        subject = figure.part is Part.SUBJECT
        return (figure.name if subject else None) or self._named_next(figure.stretch)

    def _named_next(self, stretch: int) -> str | None:
        """Return the speaker first named just after, without a role: "a former foreman claims. Ferro says"."""
        before = self.scene.stretches[: min(stretch, HEAD_MAX) + 1]
        if stretch > HEAD_MAX or sum(not each.heading for each in before) > LEAD_STRETCHES:
            return None
        for at in range(stretch + 1, min(len(self.scene.stretches), stretch + 1 + NAMED_NEXT)):
            subject = next((f for f in self.scene.outside[at] if f.part is Part.SUBJECT and f.name), None)
            if subject is None:
                continue
            new = subject.kind is Kind.PERSON and subject.bare and not subject.after and not subject.pronoun
            speaks = any(unit.word in CUES for unit in self.scene.stretches[at].units)
            return subject.name if new and speaks and not self._known(subject.name, at) else None
        return None

    def _known(self, name: str | None, stretch: int) -> bool:
        return name in self.scene.roles.described or any(
            figure.name == name
            for at in range(stretch)
            if not self.scene.stretches[at].heading
            for figure in self.scene.outside[at]
        )
