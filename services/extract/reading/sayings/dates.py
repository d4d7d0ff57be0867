"""When a claim was made, as its sentence tells, and the day of the article itself, as its head tells."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from schemas.extraction import SaidAt, Span, Words
from services.extract.reading.sayings.days import Dating, find_datings

SENTENCE_CODE_POINTS = 1_500
"""How far into a sentence its date is looked for; what is longer is no prose."""

HEAD_CODE_POINTS = 1_200
"""Where an article's own date stands: its headline, byline and dateline fit in it."""

HEAD_LINES = 8
"""Lines of the head: kicker, headline, subtitle, byline, place and date, with room for three more."""

LINE_MAX_WORDS = 14
"""Words of a line that is a dateline; a longer one is prose, unless it begins with its dateline."""

DATELINE_CODE_POINTS = 90
"""From a paragraph's beginning to the end of the date in its dateline."""

REACH_CODE_POINTS = 110
"""Between a cue and the words that date it: "told a packed meeting of the council in the town hall on Monday"."""

RELATIVE_CODE_POINTS = 80
"""Before words that date something: ", who arrived with his sister"."""

OPENING_CODE_POINTS = 4
"""Before words that open a sentence: a quotation mark, "And"."""

_PARTED = re.compile(
    r"[;:()–—]| - |\b(?:who|whose|which|where|after|before|since|until|while|as|when|because|if|but)\b"
)
_RELATIVE = re.compile(r",? (?:who|whose|which|where) [^,;:()–—]*\Z")
_NOT_BEFORE = re.compile(
    r"(?:\b(?:by|until|till|from|since|before|after|for|every|next|of|than|to|the|through|between|a|coming)|[-/]) ?\Z",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]+")
_DATELINE_END = re.compile(r" ?(?:\([^()\n]{2,40}\) ?)?(?:[–—]|--?|\n|\Z)| ?\([^()\n]{2,40}\)")


def article_date(text: str, published_at: datetime | None = None) -> date | None:
    """Return the day of an article: the one with its year in a dateline at its head, else that of ``published_at``.

    When it was fetched is no date: callers pass none for it.
    """
    dating = next((dating for dating in head_datings(text) if dating.whole), None)
    if dating is not None:
        return dating.first
    return None if published_at is None else published_at.date()


def head_datings(text: str) -> Iterator[Dating]:
    """Yield the words in the lines at an article's head that date it as a dateline does, with or without a year."""
    for number, line in enumerate(_LINE.finditer(text, 0, min(len(text), HEAD_CODE_POINTS))):
        if number >= HEAD_LINES:
            break
        yield from (
            dating for dating in find_datings(text, *line.span(), None) if _heads(text, line.span(), dating.span)
        )


def _heads(text: str, line: Span, dating: Span) -> bool:
    """Tell whether a date is its line's, as a dateline's is: the line is short, or a dash follows the date."""
    short = len(text[slice(*line)].split()) <= LINE_MAX_WORDS and not text[line[0] : line[1]].rstrip().endswith(".")
    leads = dating[1] - line[0] <= DATELINE_CODE_POINTS and _DATELINE_END.match(text, dating[1]) is not None
    return leads or (short and not text[dating[0] : dating[1]].startswith(("on ", "On ")))


@dataclass(frozen=True, slots=True)
class Saying:
    """Where a claim stands: its sentence (that of its cue), its cue, its other words and those of other claims.

    ``within``: the content of the claim around it, if it is nested. ``others``: the claim's own question, and the cues,
    contents and questions of the sentence's other claims, but for the claims around it and a cue that both share.
    """

    sentence: Span
    cue: Sequence[Span]
    content: Sequence[Span]
    speaker: Sequence[Span] = ()
    within: Sequence[Span] = ()
    others: Sequence[Span] = ()


def said_at(text: str, saying: Saying, day: date | None) -> SaidAt | None:
    """Return when the sentence of a cue says that its claim was made, with the words, or None. ``day``: the article's.

    The days go from ``not_before`` to before ``not_after``, both null where the text does not tell them.
    """
    if not saying.cue:
        return None
    start, end = saying.sentence
    datings = find_datings(text, start, min(end, start + SENTENCE_CODE_POINTS), day)
    found = [dating for dating in datings if _is_free(dating.span, saying) and _dates(text, dating.span, saying)]
    best = min(found, key=lambda dating: _distance(dating.span, saying.cue), default=None)
    return None if best is None else _stated(text, best, day)


def _is_free(dating: Span, saying: Saying) -> bool:
    """Tell whether words are of no claim, or of that around a nested one alone."""
    inside = not saying.within or any(s <= dating[0] and dating[1] <= e for s, e in saying.within)
    own = (*saying.content, *saying.speaker, *saying.others)
    return inside and not any(s < dating[1] and dating[0] < e for s, e in own)


def _stated(text: str, dating: Dating, day: date | None) -> SaidAt:
    later = day is not None and dating.first is not None and dating.first > day
    known = dating.first is not None and dating.end is not None and not later
    return SaidAt(
        not_before=dating.first.isoformat() if known and dating.first else None,
        not_after=dating.end.isoformat() if known and dating.end else None,
        evidence=Words.of(text, dating.span),
    )


def _dates(text: str, dating: Span, saying: Saying) -> bool:
    """Tell whether words that date something date a cue: they stand by it, or open its sentence."""
    if _NOT_BEFORE.search(text, max(0, dating[0] - 10), dating[0]):
        return False
    start, end = min(((min(e, dating[1]), max(s, dating[0])) for s, e in saying.cue), key=lambda gap: gap[1] - gap[0])
    if end - start > SENTENCE_CODE_POINTS:
        return False
    between = _without(text, (start, end), (*saying.content, *saying.speaker))
    opens = dating[0] - (saying.within[0][0] if saying.within else saying.sentence[0]) <= OPENING_CODE_POINTS
    before = text[max(saying.sentence[0], dating[0] - RELATIVE_CODE_POINTS) : dating[0]]
    if _PARTED.search(between) or ("," in between and _RELATIVE.search(before)):
        return False
    parted = any(start <= s and e <= end for s, e in saying.others) or _is_aside(text, dating, saying)
    return opens or (len(between) <= REACH_CODE_POINTS and not parted)


def _is_aside(text: str, dating: Span, saying: Saying) -> bool:
    """Tell whether words stand behind a comma between two pieces of the content, without the cue: they are about it."""
    gaps = pairwise(saying.content)
    cues = [start for start, _ in saying.cue]
    held = [(e, s) for (_, e), (s, _) in gaps if e <= dating[0] < s and not any(e <= at < s for at in cues)]
    return any(text[e : e + 1] == "," for e, _ in held)


def _without(text: str, span: Span, taken: Sequence[Span]) -> str:
    """Return the text of a span without the claim's content and speaker."""
    shown, at = [], span[0]
    for s, e in sorted(taken):
        if at < e and s < span[1]:
            shown.append(text[at : max(at, s)])
            at = max(at, e)
    return " ".join((*shown, text[at : span[1]]))


def _distance(dating: Span, cue: Sequence[Span]) -> int:
    return min(max(dating[0] - end, start - dating[1], 0) for start, end in cue)
