"""Clauses: where in what somebody says one statement ends and another begins, each of which is a claim of its own."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from schemas.extraction import Span
from services.extract.reading.language.finite import is_verb
from services.extract.reading.language.spans import overlap
from services.extract.reading.language.tokens import tokens_of
from services.extract.reading.stance.stance import read_stance

TURN_CODE_POINTS = 600
"""Of a content, in which it may turn; longer is no sentence."""

JOINTS_MAX = 8
"""Places of one content where it may turn; a list has more."""

SUBJECT_WORDS = 6
"""Words behind "and" among which the verb of a clause stands."""

_AND_THAT = re.compile(
    r",? (?:and|but|or|nor)(?: also)? that (?=\w)|, that (?=(?:he|she|it|they|we|i|there|no|nobody|nothing)\b)",
    re.IGNORECASE,
)
_MARK = re.compile(r"; (?:and |but )?(?=\w)")
_JOINT = re.compile(r",? (?:and|but) (?=\w)|, while (?=\w)")
_AND = re.compile(r"(?:,? (?:and|but|or)|, while)(?: \w+ly| also| later| then| again)? ?\Z")
PARTS = re.compile(r"; (?:and |but )?|,? (?:and|but|or|nor)(?: also)? (?:that )?|, (?:while|that) ")
"""What stands between two statements that are claims of their own."""

AND_LOOK = 24
"""Code points before a cue among which "and later" stands."""


def cuts_in(text: str, span: Span, quoted: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return what parts the statements of a content, in order: what is to be left out, or an empty span.

    They part at "and that", at a semicolon between clauses, and at "and" or "but" between clauses of which one is
    denied or less firm. ``quoted``: the quotations that overlap it, in which nothing is parted; ``others``: the cues of
    other attributions: what stands behind "but denied" is theirs.
    """
    start, end = span[0], min(span[1], span[0] + TURN_CODE_POINTS)
    own = _before_others(text, (start, span[1]), others)
    cuts = [match.span() for match in _AND_THAT.finditer(text, start, span[1])]
    marks = [match.span() for match in _MARK.finditer(text, start, end)]
    joints = [match.span() for match in _JOINT.finditer(text, start, min(end, own))][:JOINTS_MAX]
    cuts += [mark for mark in marks if _is_clause(text, mark[1], end) and _is_clause(text, start, mark[0])]
    cuts = [cut for cut in cuts if not overlap((cut,), quoted)]
    free = [joint for joint in joints if not overlap((joint,), quoted) and not overlap((joint,), cuts)]
    cuts += _turns(text, (start, min(own, span[1])), sorted(cuts), free)
    if own < span[1] and not overlap(((own, own + 1),), quoted):
        cuts = [cut for cut in cuts if cut[1] <= own] + [(own, span[1])]
    return sorted(cuts)


def _before_others(text: str, span: Span, others: Sequence[Span]) -> int:
    """Return where a content ends because its speaker goes on with another cue: "said it was safe but denied that"."""
    for cue in others:
        if span[0] < cue[0] < span[1]:
            joined = _AND.search(text[max(span[0], cue[0] - AND_LOOK) : cue[0]])
            if joined is not None:
                return max(span[0], cue[0] - AND_LOOK) + joined.start()
    return span[1]


def _is_clause(text: str, start: int, end: int) -> bool:
    return any(is_verb(token) for token in tokens_of(text, start, end))


def _turns(text: str, span: Span, cuts: Sequence[Span], joints: Sequence[Span]) -> Iterator[Span]:
    """Yield the joints beside which the stance changes, within what other cuts leave together."""
    edges = [(span[0], span[0]), *cuts, (span[1], span[1])]
    for (_, start), (end, _) in pairwise(edges):
        before = start
        for joint in joints:
            if before < joint[0] and joint[1] < end and _changes(text, (before, joint[0]), (joint[1], end)):
                yield joint
                before = joint[1]


def _changes(text: str, first: Span, second: Span) -> bool:
    """Tell whether the second half is a clause, and denied where the first is not, or put with another force."""
    head = [token for token, _ in zip(tokens_of(text, *second), range(SUBJECT_WORDS), strict=False)]
    if not any(is_verb(token) for token in head) or not _is_clause(text, *first):
        return False
    one, other = read_stance(text, (first,)), read_stance(text, (second,))
    return one.polarity is not other.polarity or one.force is not other.force
