"""Who a speaker's words name in this article: a name, a title, a pronoun, a body, or nobody named."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from schemas.extraction import Mention, MentionType, Reason, ResolvedBy, Span, Speaker
from services.extract.reading.lexicon import (
    DOCUMENTS,
    GENDERED,
    GROUPS,
    PEOPLE,
    PERSONAL,
    POSSESSIVES,
    PREPOSITIONS,
    TITLES,
)
from services.extract.reading.stretches import Stretch, Unit
from services.extract.reading.tokens import Token, tokens_of

LOOK_BACK_STRETCHES = 10
"""Sentences; a pronoun whose name stands farther back is not resolved."""

TITLE_LOOK_BACK = 60
"""Code points before a name in which its titles stand."""


@dataclass
class Speakers:
    """Resolves speakers in the order of the text, and remembers who spoke where."""

    text: str
    mentions: Sequence[Mention]
    stretches: Sequence[Stretch]
    _starts: list[int] = field(init=False)
    _by_title: dict[str, set[str]] = field(init=False, default_factory=lambda: defaultdict(set))
    _genders: dict[str, str] = field(init=False, default_factory=dict)
    _spoke: dict[int, Speaker] = field(init=False, default_factory=dict)
    _people: dict[int, tuple[Mention, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Note which titles stand before which names."""
        self._starts = [mention.span[0] for mention in self.mentions]
        for mention in self.mentions:
            if mention.type is MentionType.PERSON:
                self._note_titles(mention)

    def resolve(self, span: Span | None, stretch: int, before: int) -> Speaker | None:
        """Return the speaker that the words at ``span`` name; without words, who spoke last, or None.

        ``before``: where the claim begins; only what stands before it can be what a pronoun means.
        """
        if span is None:
            return self._spoke.get(stretch - 1) or self._spoke.get(stretch)
        speaker = self._resolve(span, stretch, before)
        self._spoke[stretch] = speaker
        return speaker

    def _note_titles(self, mention: Mention) -> None:
        start = mention.span[0]
        for token in reversed(list(tokens_of(self.text, max(0, start - TITLE_LOOK_BACK), start))):
            if token.word not in TITLES:
                return
            self._by_title[token.word].add(mention.name)
            if token.word in GENDERED:
                self._genders[mention.name] = GENDERED[token.word]

    def _resolve(self, span: Span, stretch: int, before: int) -> Speaker:
        tokens = list(tokens_of(self.text, *span))
        stops = (i for i in range(1, len(tokens)) if tokens[i].word in PREPOSITIONS | {",", "(", "who"})
        head_at = next(stops, len(tokens)) - 1
        head = tokens[head_at]
        if len(tokens) == 1 and not (head.capital and head.word not in PERSONAL and head.word not in {"they", "it"}):
            return self._pronoun(span, head.word, stretch, before)
        mention = self._mention_ending(head)
        if mention is None:
            mention = self._apposed(span, tokens)
        if mention is not None:
            return self._named(span, mention)
        return self._described(span, tokens, head)

    def _mention_ending(self, head: Token) -> int | None:
        """Return the name that ends with the head of the phrase; a possessive before another noun is not it."""
        at = bisect_left(self._starts, head.end) - 1
        if at < 0:
            return None
        start, end = self.mentions[at].span
        return at if start <= head.start and end == head.end else None

    def _apposed(self, span: Span, tokens: Sequence[Token]) -> int | None:
        """Return the person named at the end of the phrase after a comma: "the mayor of the town, Ines Caldo"."""
        at = self._mention_ending(tokens[-1])
        if at is None or self.mentions[at].type is not MentionType.PERSON:
            return None
        before, comma, titles = self.text[span[0] : self.mentions[at].span[0]].rpartition(",")
        apposed = before and comma and all(title.strip(".").lower() in TITLES for title in titles.split())
        return at if apposed else None

    def _named(self, span: Span, number: int) -> Speaker:
        mention = self.mentions[number]
        by = ResolvedBy.ORGANISATION if mention.type is MentionType.ORG else ResolvedBy.NAME
        if mention.type is MentionType.NORP:
            return self._speaker(span, None, ResolvedBy.NONE, Reason.NO_NAME, anonymous=True)
        if mention.type is MentionType.ORG and mention.text.lower() in GROUPS:
            return self._body(span, number)
        return self._speaker(span, mention.name, by, mention=number)

    def _body(self, span: Span, number: int) -> Speaker:
        """Resolve "the Alliance" to the one other body that the article names before it."""
        here = self.mentions[number]
        others = {m.name for m in self.mentions[:number] if m.type is MentionType.ORG and m.name != here.name}
        name = others.pop() if len(others) == 1 else here.name
        return self._speaker(span, name, ResolvedBy.ORGANISATION, mention=number)

    def _speaker(
        self,
        span: Span,
        name: str | None,
        by: ResolvedBy,
        reason: Reason | None = None,
        *,
        mention: int | None = None,
        anonymous: bool = False,
    ) -> Speaker:
        return Speaker(
            spans=(span,),
            text=self.text[slice(*span)],
            mention=mention,
            name=name,
            name_reason=reason,
            anonymous=anonymous,
            resolved_by=by,
        )

    def _described(self, span: Span, tokens: Sequence[Token], head: Token) -> Speaker:
        """Resolve a phrase without a name at its head: a title, unnamed people, a body or a document."""
        if head.word in DOCUMENTS or head.word in GROUPS or head.word not in PEOPLE | TITLES:
            unnamed = head.word not in DOCUMENTS | GROUPS and not head.capital
            anonymous = unnamed and (head.word.endswith("s") or tokens[0].word in {"a", "an", "one", "another"})
            return self._speaker(span, None, ResolvedBy.NONE, Reason.NO_NAME, anonymous=anonymous)
        if tokens[0].word == "the" and head.word in TITLES:
            names = self._by_title.get(head.word, set())
            if len(names) == 1:
                return self._speaker(span, next(iter(names)), ResolvedBy.TITLE)
            if names:
                return self._speaker(span, None, ResolvedBy.NONE, Reason.AMBIGUOUS)
        return self._speaker(span, None, ResolvedBy.NONE, Reason.NO_NAME, anonymous=True)

    def _pronoun(self, span: Span, word: str, stretch: int, before: int) -> Speaker:
        if word in PERSONAL:
            name, reason = self._person(word, stretch, before)
            by = ResolvedBy.NONE if name is None else ResolvedBy.PRONOUN
            if name is not None:
                self._genders.setdefault(name, PERSONAL[word])
            return self._speaker(span, name, by, reason, anonymous=reason is Reason.NO_NAME)
        if word in {"they", "it", "them"}:
            return self._group(span, stretch)
        if word in {"i", "we", "you"} | POSSESSIVES:
            return self._speaker(span, None, ResolvedBy.NONE, Reason.NO_EVIDENCE)
        return self._speaker(span, None, ResolvedBy.NONE, Reason.NO_NAME, anonymous=True)

    def _group(self, span: Span, stretch: int) -> Speaker:
        """Resolve "they" and "it" to whoever spoke last, if that was no person."""
        for at in (stretch, stretch - 1):
            last = self._spoke.get(at)
            if last is not None and last.resolved_by is not ResolvedBy.PRONOUN and not self._is_person(last.name):
                by = ResolvedBy.NONE if last.name is None else ResolvedBy.PRONOUN
                return self._speaker(span, last.name, by, last.name_reason, anonymous=last.anonymous)
        return self._speaker(span, None, ResolvedBy.NONE, Reason.AMBIGUOUS)

    def _is_person(self, name: str | None) -> bool:
        return name is not None and any(m.name == name and m.type is MentionType.PERSON for m in self.mentions[:5_000])

    def _person(self, word: str, stretch: int, before: int) -> tuple[str | None, Reason | None]:
        """Return who "he" or "she" is: the one speaker or person of the nearest sentence that has one."""
        for at in range(stretch, max(-1, stretch - LOOK_BACK_STRETCHES), -1):
            spoke = self._spoke.get(at)
            if spoke is not None and spoke.name and self._fits(spoke.name, word) and self._is_person(spoke.name):
                return spoke.name, None
            if spoke is not None and spoke.name is None and _is_one(spoke):
                return None, spoke.name_reason
            people = [m for m in self._people_in(at) if m.span[1] <= before and self._fits(m.name, word)]
            names = list(dict.fromkeys(m.name for m in people))
            if len(names) == 1 or (names and self._leads(people, at)):
                return names[0], None
            if names:
                return None, Reason.AMBIGUOUS
        return None, Reason.NO_EVIDENCE

    def _fits(self, name: str, word: str) -> bool:
        return self._genders.get(name, PERSONAL[word]) == PERSONAL[word]

    def _leads(self, people: Sequence[Mention], stretch: int) -> bool:
        """Tell whether the first of several names alone opens its sentence, titles aside, and so is its subject."""
        opening = self.text[self.stretches[stretch].units[0].start : people[0].span[0]]
        if self.text[people[0].span[1] : people[1].span[0]].strip(" ,") in {"and", "or", "&", ""}:
            return False
        return len(opening) < TITLE_LOOK_BACK and not set(opening) & set(',;:"“')

    def _people_in(self, stretch: int) -> tuple[Mention, ...]:
        """Return the persons that a stretch names outside its quotations."""
        if stretch not in self._people:
            units = self.stretches[stretch].units
            self._people[stretch] = tuple(self._outside(units)) if units else ()
        return self._people[stretch]

    def _outside(self, units: Sequence[Unit]) -> Iterator[Mention]:
        quoted = [(unit.start, unit.end) for unit in units if unit.quote is not None]
        at = bisect_left(self._starts, units[0].start)
        while at < len(self.mentions) and self._starts[at] < units[-1].end:
            mention = self.mentions[at]
            if mention.type is MentionType.PERSON and not any(s <= mention.span[0] < e for s, e in quoted):
                yield mention
            at += 1


def _is_one(speaker: Speaker) -> bool:
    """Tell whether an unresolved speaker may be one person, so that "he" after it is that person and no one before."""
    words = speaker.text.lower().split()
    one = words[0] in {"a", "an", "one", "another", "the"} | POSSESSIVES or words[0].endswith("s")
    return (len(words) == 1 and words[0] in PERSONAL) or (speaker.anonymous and one)
