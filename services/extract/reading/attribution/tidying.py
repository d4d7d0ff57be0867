"""Learnt attributions brought to our guidelines: whole quotations, no "that", one claim a clause or sentence."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from schemas.extraction import Span
from services.extract.reading.attribution.clauses import PARTS, cuts_in
from services.extract.reading.attribution.cue_words import is_heard, points, refuses, told_whom, trimmed_cue
from services.extract.reading.language.finite import is_verb
from services.extract.reading.language.lexicon import DETERMINERS, POSSESSIVES
from services.extract.reading.language.spans import at_place, without
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.layout.layout import Layout
from services.extract.reading.model import marks
from services.extract.reading.sayings.asked import find_asked

QUOTE_SHARE = 0.5
"""Of a quotation, from which on a content that holds so much of it holds it whole."""

PHRASE_WORDS, PHRASE_CODE_POINTS = 8, 100
"""Of a speaker whose first word alone was marked."""

FINISH_MAX_CODE_POINTS = 60
"""Of a clause's end that the learnt reader may have left out; more is another clause."""

_THAT = r"(?:saying )?that\b(?=\s)(?! (?:is|was|are|were|will|would|has|had|can|could)\b)"
_LEAD = re.compile(rf"(?:[\s,;:.–—…-]|{_THAT})+", re.IGNORECASE)
_TAIL = f"{string.whitespace}\u00a0\u2028\u2029,;:.–—-"
_SUBJECT_TAIL = re.compile(
    r"(?:, (?:who|which|whose|whom|(?:one )?among (?:them|whom)|including|such as)\b.*|, \w{3,}ed|;.*|[\s,;:–—]+"
    r"|['’]s?)\Z",
    re.DOTALL,
)
_NEW_CLAUSE = (
    r"(?:and|but|or|nor|when|while|as|after|before|because|who|which|whose|although|though|if|unless|since|until)"
)
_PLAIN = r"[^\s,;:.?!()\"“”«»‘—–]+"
_CLAUSE_REST = re.compile(rf"(?: (?!{_NEW_CLAUSE}\b){_PLAIN})+")
_ASKING = re.compile(r"\b(?:asked|press|question|quizz|challeng|grill|prob|quer|asking)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"((?:He|She|They|It|(?:The )?[A-Z][\w’'.-]{0,30}(?: [A-Z][\w’'.-]{0,30}){0,4}))"
    r"(?:,? (?:however|meanwhile|though|too|also|in turn|for (?:his|her|its|their) part|has|have|had),?){0,3} "
)
_WORD = re.compile(r"\w")
_OPENING = "\"“‘'«„"


@dataclass(frozen=True, slots=True)
class Said:
    """One content with its cue and speaker, by our guidelines; ``score``: of the learnt reader, 0 to 1."""

    content: tuple[Span, ...]
    cue: Span
    speaker: Span | None
    score: float


@dataclass(eq=False)
class Tidier:
    """Tidies the attributions of one text."""

    text: str
    layout: Layout
    _pieces: list[tuple[Span, int]] = field(init=False)
    _starts: list[int] = field(init=False)
    _ends: list[int] = field(init=False)
    _cues: list[Span] = field(init=False, default_factory=list)
    _asked_in: dict[int, Span | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Note where quotations and sentences begin and end."""
        quotes = enumerate(self.layout.quotes)
        self._pieces = sorted((span, number) for number, quote in quotes for span in quote.spans)
        self._starts = [span[0] for span, _ in self._pieces]
        self._ends = [end for _, end in self.layout.sentences]

    def tidied(self, found: Iterable[marks.Attribution]) -> list[Said]:
        """Return what is said by all cues that stand in prose, each quotation that goes on with the one before."""
        every = list(found)
        self._cues = sorted(each.cue for each in every if each.content)
        said = [each for one in every for each in self.tidy(one)]
        return self._with_following(said)

    def tidy(self, found: marks.Attribution) -> Iterator[Said]:
        """Yield what is said by one cue, one for each clause or sentence that is a claim of its own."""
        found = self._asked(found)
        silent = self.layout.is_quiet(self._sentence(found.cue[0])) or refuses(self.text, found.cue)
        if not found.content or silent or is_heard(self.text, found.cue, next(iter(found.source), None)):
            return
        whole = self._whole_quotes(found)
        cue = trimmed_cue(self.text, found.cue)
        ends = [piece for span in whole if (piece := self._trimmed(self._finished(span, found)))]
        pieces = [told_whom(self.text, cue, piece) for piece in ends]
        speaker = self._subject(found.cue, self._speaker(found.source))
        for content in self._parted(pieces):
            yield Said(content, cue, speaker, found.score)

    def _asked(self, found: marks.Attribution) -> marks.Attribution:
        """Leave out what is asked ("asked whether it fell"): it is said by nobody."""
        number = self._sentence(found.cue[0])
        if number not in self._asked_in:
            self._asked_in[number] = self._find_asked(self.layout.sentences[number])
        asked = self._asked_in[number]
        if asked is None:
            return found
        asked = self._before_answer(asked, found)
        kept = [piece for span in found.content for piece in without(span, asked) if _WORD.search(self.text, *piece)]
        return replace(found, content=tuple(kept))

    def _before_answer(self, asked: Span, found: marks.Attribution) -> Span:
        """Return a question as far as the comma before the words of who answers it."""
        answer = min((at for at, _ in (found.cue, *found.source) if asked[0] < at < asked[1]), default=None)
        if answer is None:
            return asked
        comma = self.text.rfind(",", asked[0], answer)
        return asked[0], comma if comma > asked[0] else answer

    def _find_asked(self, sentence: Span) -> Span | None:
        return find_asked(self.text, sentence, ()) if _ASKING.search(self.text, *sentence) else None

    def _near(self, span: Span) -> list[tuple[Span, int]]:
        at = max(0, bisect_right(self._starts, span[0]) - 1)
        return [piece for piece in self._pieces[at : bisect_left(self._starts, span[1])] if piece[0][1] > span[0]]

    def _whole_quotes(self, found: marks.Attribution) -> list[Span]:
        """Return the content with each quotation whole of which it holds the most, unless the cue stands in it."""
        spans = list(found.content)
        for (start, end), number in {piece for span in found.content for piece in self._near(span)}:
            held = sum(max(0, min(end, e) - max(start, s)) for s, e in found.content)
            inside = start <= found.cue[0] < end
            if not inside and held >= QUOTE_SHARE * (end - start):
                spans += self.layout.quotes[number].spans
        return self._merged(sorted(spans), found.cue)

    def _merged(self, spans: Sequence[Span], cue: Span) -> list[Span]:
        """Join spans that overlap, or that only marks part."""
        merged: list[Span] = []
        for start, end in spans:
            if merged and (start <= merged[-1][1] or not re.search(r"[\w\n]", self.text[merged[-1][1] : start])):
                before = merged[-1]
                if not (before[1] <= cue[0] < start):
                    merged[-1] = (before[0], max(before[1], end))
                    continue
            merged.append((start, end))
        return merged

    def _finished(self, span: Span, found: marks.Attribution) -> Span:
        """Return a span that ends within a clause up to that clause's end, where no other words of it stand between."""
        start, end = span
        others = [at for at, _ in (found.cue, *found.source, *found.content) if at >= end]
        sentence = self._ends[self._sentence(max(start, end - 1))]
        limit = min([sentence, end + FINISH_MAX_CODE_POINTS, *others])
        rest = _CLAUSE_REST.match(self.text, end, limit)
        if rest is None or (others and rest.end() >= min(others) - 1):
            return span
        return (start, rest.end()) if rest.end() < end + FINISH_MAX_CODE_POINTS else span

    def _trimmed(self, span: Span) -> Span | None:
        start, end = span
        lead = _LEAD.match(self.text, start, end)
        start = lead.end() if lead else start
        end = start + len(self.text[start:end].rstrip(_TAIL))
        return (start, end) if _WORD.search(self.text, start, end) and not points(self.text, (start, end)) else None

    def _parted(self, pieces: Sequence[Span]) -> Iterator[tuple[Span, ...]]:
        """Yield the pieces together that are one claim: quotations and what stands in their sentence."""
        group: list[Span] = []
        for piece in (part for whole in pieces for part in self._clauses(whole)):
            if group and not self._together(group, piece):
                yield tuple(group)
                group = []
            group.append(piece)
        if group:
            yield tuple(group)

    def _clauses(self, span: Span) -> Iterator[Span]:
        """Yield the parts of a span that stand beside one another: sentences, and clauses with their own "that"."""
        start, end = span
        quoted = [piece for piece, _ in self._near(span)]
        stops = self._ends[bisect_right(self._ends, start) : bisect_left(self._ends, end)]
        cuts = [(at, at) for at in stops if not any(s < at < e for s, e in quoted)]
        first = min((at for at, _ in cuts), default=end)
        cuts += cuts_in(self.text, (start, first), quoted, self._cues_in(span))
        for before, after in sorted(cuts):
            if before > start:
                yield from self._tidied((start, before))
            start = after
        yield from self._tidied((start, end))

    def _cues_in(self, span: Span) -> list[Span]:
        return self._cues[bisect_left(self._cues, span) : bisect_left(self._cues, (span[1], 0))]

    def _tidied(self, span: Span) -> Iterator[Span]:
        start, end = span
        while start < end and self.text[start].isspace():
            start += 1
        end = start + len(self.text[start:end].rstrip(_TAIL))
        if start < end:
            yield start, end

    def _together(self, group: Sequence[Span], piece: Span) -> bool:
        before = group[-1]
        if self._sentence(before[0]) == self._sentence(piece[0]):
            return PARTS.fullmatch(self.text, before[1], piece[0]) is None
        return self._is_quoted(before) and self._is_quoted(piece)

    def _sentence(self, at: int) -> int:
        return at_place(self._ends, at)

    def _is_quoted(self, span: Span) -> bool:
        return any(s <= span[0] and span[1] <= e + 1 for (s, e), _ in self._near(span))

    def _speaker(self, source: Sequence[Span]) -> Span | None:
        if not source:
            return None
        start, end = source[0]
        for s, e in source[1:]:
            start, end = (s, e) if self.text[end:s].strip(" ,") else (start, e)
        end = self._phrase_end((start, end))
        while (tail := _SUBJECT_TAIL.search(self.text, start, end)) is not None and tail.start() > start:
            end = tail.start()
        # A dateline is a sentence of its own, and speaks no more than the sentence before does.
        start = max(start, self.layout.sentences[self._sentence(end - 1)][0])
        while start < end and not self.text[start].isalnum() and self.text[start] not in _OPENING:
            start += 1
        return (start, end) if start < end else None

    def _phrase_end(self, span: Span) -> int:
        """Return where the phrase ends of which the reader marked the first word: "The" of "The teachers' union"."""
        if self.text[slice(*span)].lower() not in DETERMINERS - POSSESSIVES:
            return span[1]
        end = span[1]
        for token in islice(
            tokens_of(self.text, span[1], min(span[1] + PHRASE_CODE_POINTS, len(self.text))), PHRASE_WORDS
        ):
            if not (token.word[0].isalnum() or token.word[0] in "'’") or is_verb(token):
                break
            end = token.end
        return end

    def _subject(self, cue: Span, speaker: Span | None) -> Span | None:
        """Return the speaker; where a sentence ends before the cue's begins, the subject that opens the cue's."""
        start, end = self.layout.sentences[self._sentence(cue[0])]
        if speaker is not None and start <= speaker[0] < end:
            return speaker
        opens = _SUBJECT.fullmatch(self.text, start, cue[0])
        return opens.span(1) if opens else speaker

    def _with_following(self, said: Sequence[Said]) -> list[Said]:
        """Give a quotation that is a sentence of its own, behind one that a cue follows, to that cue.

        As in '"…," she said. "…"'.
        """
        taken = sorted(span for each in said for span in each.content)
        return [self._followed(each, taken) for each in said]

    def _followed(self, said: Said, taken: Sequence[Span]) -> Said:
        at = self._sentence(said.cue[0])
        if said.content[0][0] > said.cue[0] or at + 1 >= len(self._ends) or not self._is_quoted(said.content[0]):
            return said
        stop = self._ends[at]
        next_ = bisect_left(self._starts, stop)
        if next_ >= len(self._pieces):
            return said
        (start, end), number = self._pieces[next_]
        apart = self.text[stop:start].strip() or "\n" in self.text[stop:start]
        whole = self._sentence(end - 1) == self._sentence(start) or self.layout.sentences[at + 1][0] == start
        held = taken[max(0, bisect_left(taken, (start, 0)) - 1) : bisect_left(taken, (end, 0))]
        if apart or not whole or any(s < end and start < e for s, e in held):
            return said
        return replace(said, content=(*said.content, *self.layout.quotes[number].spans))
