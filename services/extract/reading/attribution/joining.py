"""What is said, from both sides: the learnt attributions, and those of the rules that they lack."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from schemas.extraction import Span
from services.extract.reading.attribution.contents import ALONE, Rule
from services.extract.reading.attribution.cue_words import trimmed_cue
from services.extract.reading.attribution.rules import Attribution
from services.extract.reading.attribution.tidying import Said
from services.extract.reading.language.spans import holds, overlap, share
from services.extract.reading.layout.interviews import Answer

SAME_SHARE = 0.8
"""The least that two contents share, at which rule and reader found the same."""

OTHER_SHARE = 0.3
"""The most that two contents share which are not the same."""

FAR_CODE_POINTS = 600
"""Between a cue and its speaker, in which a sentence's end is looked for."""

_STOP = re.compile(r"[.!?][\"'”’»]*\s|\n")  # noqa: RUF001 (the marks that newspapers print)

SLACK = 3
"""Code points by which an answer's end may be seen otherwise: its quotation mark, its full stop."""

NEAR = 40
"""Contents before and after one, in order of their start, among which those that share words with it stand."""


@dataclass(frozen=True, slots=True)
class Found:
    """One attribution: its spans, the rule that found it too or alone, and the learnt reader's score, 0 without it."""

    content: tuple[Span, ...]
    cue: Span | None
    speaker: Span | None
    rule: Rule | None
    score: float

    @property
    def at(self) -> int:
        """Where it is said: at its cue, or where its content begins."""
        return self.cue[0] if self.cue else self.content[0][0]


def join(text: str, learnt: Sequence[Said], ruled: Sequence[Attribution], answers: Sequence[Answer]) -> list[Found]:
    """Return the attributions in the order of their contents; an interview's answers are said by their labels."""
    by_rule = _Ruled(text, ruled)
    whole = {(said.content, said.cue) for said in learnt}
    agreed = [(said, by_rule.agreeing(said)) for said in learnt]
    # Where the reader found too what it takes up again, that is there already.
    found = [each for said, each in agreed if each.content == said.content or (each.content, said.cue) not in whole]
    known = _Learnt(learnt)
    found += [
        Found(each.content, trimmed_cue(text, each.cue) if each.cue else None, each.speaker, each.rule, 0.0)
        for each in ruled
        if known.lacks(each)
    ]
    ends = {words[0]: words[1] for _, words in answers}
    found = [each for each in found if abs(ends.get(each.content[0][0], -SLACK - 1) - each.content[-1][1]) > SLACK]
    found += [Found((words,), None, label, Rule.ANSWER, 0.0) for label, words in answers]
    return sorted((_apart(text, each) for each in found), key=lambda each: (each.content[0][0], -each.content[-1][1]))


def _apart(text: str, found: Found) -> Found:
    """Cut a speaker off where the cue or the content begins within it: "several" of "several calling it a waste"."""
    if found.speaker is None:
        return found
    start, end = found.speaker
    starts = (span[0] for span in (*found.content, *((found.cue,) if found.cue else ())))
    first = min((at for at in starts if start < at < end), default=end)
    return replace(found, speaker=(start, start + len(text[start:first].rstrip()))) if first < end else found


@dataclass(eq=False)
class _Ruled:
    text: str
    attributions: Sequence[Attribution]
    _cues: list[tuple[int, int]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._cues += sorted((each.cue[0], at) for at, each in enumerate(self.attributions) if each.cue)

    def _parted(self, speaker: Span, cue: Span) -> bool:
        """Tell whether a sentence ends between a speaker and its cue; a subject by the cue is likelier then."""
        start, end = sorted((speaker, cue))
        return _STOP.search(self.text, start[1], min(end[0], start[1] + FAR_CODE_POINTS)) is not None

    def agreeing(self, said: Said) -> Found:
        """Return what was learnt, with the rule that found the same, and its speaker where none was learnt.

        Where it only takes up again what a rule found, return that.
        """
        at = bisect_left(self._cues, (said.cue[0], -1))
        here = [self.attributions[one] for start, one in self._cues[at : at + 3] if start < said.cue[1]]
        if (summed := next((each for each in here if _sums_up(each, said)), None)) is not None:
            return Found(summed.content, said.cue, summed.speaker or said.speaker, summed.rule, said.score)
        same = next((each for each in here if _same(each.content, said.content)), None)
        near = next((each.speaker for each in here if each.speaker), None)
        speaker = near if near and (said.speaker is None or self._parted(said.speaker, said.cue)) else said.speaker
        return Found(said.content, said.cue, speaker, same.rule if same else None, said.score)


def _sums_up(ruled: Attribution, learnt: Said) -> bool:
    """Tell whether what was learnt only takes up again what the rule found: "an idea which" Klein rejected."""
    stands_for = ruled.content[-1][1] <= learnt.content[0][0] and learnt.content[-1][1] <= learnt.cue[0]
    return ruled.rule is Rule.RELATIVE and stands_for


def _same(ruled: Sequence[Span], learnt: Sequence[Span]) -> bool:
    """Tell whether a rule found what was learnt, or a sentence of which that is one statement."""
    return share(ruled, learnt) >= SAME_SHARE or holds(ruled, learnt)


@dataclass(eq=False)
class _Learnt:
    said: Sequence[Said]
    _starts: list[tuple[int, int]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._starts += sorted((each.content[0][0], at) for at, each in enumerate(self.said))

    def lacks(self, ruled: Attribution) -> bool:
        """Tell whether a rule's find is worth keeping, and nothing was learnt of its cue or its content."""
        at = bisect_right(self._starts, (ruled.content[0][0], len(self.said)))
        near = [self.said[one] for _, one in self._starts[max(0, at - NEAR) : at + NEAR]]
        cue = (ruled.cue,) if ruled.cue else ()
        if any(overlap((each.cue,), cue) for each in near):
            return False
        if ruled.cue and any(holds(each.content, (ruled.cue, *ruled.content)) for each in near):
            return True
        if ruled.rule not in ALONE:
            return False
        return ruled.rule is Rule.RELATIVE or all(share(each.content, ruled.content) <= OTHER_SHARE for each in near)
