"""The words of a speaker that are no pronoun: the head of their phrase, and which name is theirs."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.extraction import Mention, MentionType, Span
from services.extract.reading.language.lexicon import DETERMINERS, PREPOSITIONS, TITLES, words
from services.extract.reading.language.tokens import Token, tokens_of
from services.extract.reading.speakers.nouns import BODIES, PAPERS, is_people, is_person
from services.extract.reading.speakers.parts import SEEN, bare_word

PHRASE_MAX_TOKENS = 60
"""Words of a speaker that are read: the head of a phrase stands among its first."""

WORD_MAX_CODE_POINTS = 10
"""Code points of a word, on average: what is cut off of a longer phrase are its last clauses."""

CALLED_MAX = 60
"""Code points after a phrase within which it may be told how the person is called."""

_PHRASE_ENDS = PREPOSITIONS | frozenset((",", "(", "who", "whose", "that", "which", "and", "or", "–", "—", "-"))
_MARKS = frozenset("\"“”„«»‘’'")
_EITHER = words("employer owner maker supplier operator carrier developer builder rival sponsor partner")
_AUTHORING = frozenset(("by", "of", "from"))
_WRITTEN = words("written drafted signed penned authored compiled prepared published issued released sent commissioned")
_AUTHORS = frozenset((MentionType.ORG, MentionType.PERSON, MentionType.GPE))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A speaker's words: all, the place of the head among them, and the first word after the head's phrase."""

    span: Span
    tokens: Sequence[Token]
    head: int
    stop: int

    @property
    def word(self) -> str:
        """The head, without a possessive ending."""
        return bare_word(self.tokens[self.head].word)

    @property
    def modifiers(self) -> tuple[str, ...]:
        """The words of the head's phrase without determiners and owners, the head last."""
        own = (token.word for token in self.tokens[: self.head + 1])
        return tuple(bare_word(w) for w in own if w not in DETERMINERS | {"own", "same"} and not w.endswith("'s")) or (
            self.word,
        )

    @property
    def first(self) -> str:
        """The first word."""
        return self.tokens[0].word


@dataclass(slots=True)
class Wording:
    """Reads phrases by the names among their words."""

    text: str
    mentions: Sequence[Mention]
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Index the names by where they start."""
        self._starts = [mention.span[0] for mention in self.mentions]

    def phrase(self, span: Span) -> Phrase | None:
        """Return the phrase at ``span``, or None where no word stands."""
        end = min(span[1], span[0] + PHRASE_MAX_TOKENS * WORD_MAX_CODE_POINTS)
        tokens = [token for token in tokens_of(self.text, span[0], end) if token.word not in _MARKS]
        if not tokens:
            return None
        tokens = tokens[:PHRASE_MAX_TOKENS]
        stops = (i for i in range(1, len(tokens)) if tokens[i].word in _PHRASE_ENDS and not self._inside(tokens[i]))
        stop = next(stops, len(tokens))
        known = (i for i in range(stop - 1, -1, -1) if self._ends(tokens[i]) is not None or _is_noun(tokens[i].word))
        head = next(known, stop - 1)
        if any(token.word.endswith(("'s", "s'")) for token in tokens[head : stop - 1]):
            head = stop - 1
        return Phrase(span, tokens, head, stop)

    def _inside(self, token: Token) -> bool:
        """Tell whether a word stands inside a name: "Department of Corrections"."""
        at = bisect_right(self._starts, token.start) - 1
        return at >= 0 and token.end <= self.mentions[at].span[1]

    def _ends(self, token: Token) -> int | None:
        """Return the name that ends with a word that is no possessive."""
        at = bisect_left(self._starts, token.end) - 1
        if at < 0:
            return None
        start, end = self.mentions[at].span
        return at if start <= token.start and end == token.end else None

    def mention(self, phrase: Phrase) -> int | None:
        """Return the name that the phrase is, or that it gives at its end or by "named"."""
        at = self._ends(phrase.tokens[phrase.head])
        if at is not None:
            return at
        if _is_people_or_paper(phrase.word):
            return None
        for number in range(phrase.stop, len(phrase.tokens)):
            at = self._ends(phrase.tokens[number])
            if at is not None and self._gives(phrase, at, last=number == len(phrase.tokens) - 1):
                return at
        return None

    def _gives(self, phrase: Phrase, at: int, *, last: bool) -> bool:
        mention = self.mentions[at]
        before = [token for token in phrase.tokens if token.end <= mention.span[0]]
        while before and before[-1].word in TITLES:
            before.pop()
        if not before:
            return False
        beside = before[-1].start == phrase.tokens[phrase.stop].start or sum(t.word == "," for t in before) == 1
        if before[-1].word == "," and (last or beside):
            person = is_person(phrase.word) and phrase.word not in _EITHER
            return person == (mention.type is MentionType.PERSON) or not (person or phrase.word in BODIES)
        named = before[-1].word in {"named", "called", "only"} or [t.word for t in before[-2:]] == ["name", "of"]
        return named and mention.type is MentionType.PERSON

    def author(self, phrase: Phrase) -> int | None:
        """Return the name before the document's noun, or after "by" or "of" unless it was merely seen by them."""
        before = range(phrase.tokens[0].start, phrase.tokens[phrase.head].start)
        at = bisect_left(self._starts, before.start)
        if at < len(self._starts) and self._starts[at] in before and self.mentions[at].type in _AUTHORS:
            return at
        stop = phrase.stop
        written = self._written_by(phrase)
        if written is not None:
            return self.first_after(phrase, written)
        if stop >= len(phrase.tokens) or phrase.tokens[stop].word not in _AUTHORING:
            return None
        if phrase.tokens[stop - 1].word in SEEN:
            return None
        return self.first_after(phrase, stop)

    def _written_by(self, phrase: Phrase) -> int | None:
        """Return the place of "by" in "a note dated Friday and signed by Ines Caldo"."""
        pairs = zip(phrase.tokens[phrase.stop :], phrase.tokens[phrase.stop + 1 :], strict=False)
        here = (n for n, (a, b) in enumerate(pairs, phrase.stop + 1) if a.word in _WRITTEN and b.word == "by")
        return next(here, None)

    def first_after(self, phrase: Phrase, stop: int) -> int | None:
        """Return the name of the phrase that a preposition at ``stop`` begins, with titles and nouns before it."""
        at = bisect_left(self._starts, phrase.tokens[stop].end)
        if at >= len(self._starts) or self._starts[at] >= phrase.span[1]:
            return None
        mention = self.mentions[at]
        between = [t.word for t in phrase.tokens[stop + 1 :] if t.end <= mention.span[0]]
        plain = not any(word in PREPOSITIONS or word == "," for word in between)
        owner = self.text[mention.span[1] : mention.span[1] + 2] in {"'s", "’s"}
        return at if plain and not owner and mention.type in _AUTHORS else None

    def name_before(self, phrase: Phrase) -> int | None:
        """Return the name before the head: "a Calder Rail spokesman"."""
        at = bisect_left(self._starts, phrase.span[0])
        inner = at < len(self._starts) and self._starts[at] < phrase.tokens[phrase.head].start
        return at if inner else None

    def owner(self, phrase: Phrase) -> int | None:
        """Return the name whose the head is: "Ferro's proposal"."""
        at = self.name_before(phrase)
        if at is None or self.mentions[at].type not in _AUTHORS:
            return None
        end = self.mentions[at].span[1]
        return at if self.text[end : end + 1] in {"'", "’"} else None

    def called(self, phrase: Phrase) -> str | None:
        """Return the name of "a teller, who asked to be called only Auntie Fang"."""
        at = bisect_left(self._starts, phrase.span[1])
        if at >= len(self._starts) or self._starts[at] > phrase.span[1] + CALLED_MAX:
            return None
        mention = self.mentions[at]
        between = [token.word for token in tokens_of(self.text, phrase.span[1], mention.span[0])]
        called = {"called", "named", "identified", "known"} & set(between[-3:])
        clause = between[:2] == [",", "who"] or between[:1] in (["who"], ["named"], ["called"])
        return mention.name if called and clause and mention.type is MentionType.PERSON else None


def _is_noun(word: str) -> bool:
    bare = bare_word(word)
    return is_person(bare) or is_people(bare) or bare in BODIES or bare in PAPERS


def _is_people_or_paper(word: str) -> bool:
    return is_people(word) or (word in PAPERS and not is_person(word))
