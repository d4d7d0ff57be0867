"""Who is quoted: whom an article attributes its claims to, how many quotations it has, and what is in whose voice."""

from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel

from schemas.comparison import Attributed
from schemas.extraction import Claim, Form, Span, Voice, Words
from services.extract.sourcing.report import Report
from services.lexemes import fold_name

NOBODY = frozenset(
    ("who", "which", "that", "whose", "no one", "no-one", "nobody", "none", "nothing", "anyone", "anybody")
)
"""Words that stand for somebody named before them, or for nobody: none of them is somebody by itself."""

OPENING = {"“": "”", "„": "“", "«": "»", '"': '"'}
"""Marks that open a quotation, each with the one that closes it; single ones may be apostrophes."""


QUOTING = frozenset((Form.DIRECT, Form.MIXED, Form.PARTIAL))
"""The forms of claims that hold quoted words."""


class Forms(BaseModel):
    """How many claims of an article, none of them nested, are quoted whole, in a clause, or in a few words."""

    direct: int = 0
    mixed: int = 0
    partial: int = 0


class Shares(BaseModel):
    """Of an article's claims but for the headline's: those of somebody known, of the unnamed, and of its own voice."""

    share_attributed: float | None = None
    share_anonymous: float | None = None
    share_own_voice: float | None = None


def count_forms(report: Report) -> Forms:
    """Count the quotations that are somebody's own: no claim within another; once what goes on in a next paragraph.

    Quoted words count once, also where several claims hold them: of two speakers, or of a quotation alone and with the
    one that it goes on in.
    """
    own = (claim for claim in report.attributed() if claim.nested_in is None and not _goes_on(report, claim))
    quoting = sorted((claim for claim in own if claim.form in QUOTING), key=_place)
    counts: Counter[Form | None] = Counter()
    quoted, counted = _mask(len(report.text), report.quoted), bytearray(len(report.text))
    for claim in quoting:
        words = [at for start, end in claim.content.spans for at in range(start, min(end, len(quoted))) if quoted[at]]
        counts[claim.form] += not all(counted[at] for at in words) if words else 1
        for at in words:
            counted[at] = 1
    return Forms(direct=counts[Form.DIRECT], mixed=counts[Form.MIXED], partial=counts[Form.PARTIAL])


def _place(claim: Claim) -> tuple[int, int]:
    """Order claims by where they begin, the shorter first."""
    return claim.content.spans[0][0], sum(end - start for start, end in claim.content.spans)


def _mask(length: int, spans: Iterable[Span]) -> bytearray:
    """Return a byte for each code point: whether it is in one of the spans."""
    mask = bytearray(length)
    for start, end in spans:
        mask[start:end] = bytes((1,)) * (end - start)
    return mask


def _goes_on(report: Report, claim: Claim) -> bool:
    """Tell whether a claim is the later part of a quotation that the paragraph before it left open."""
    start, place = claim.content.spans[0][0], report.layout.places[claim.sentence]
    if claim.form is not Form.DIRECT or place == 0 or report.layout.paragraphs[place].span[0] != start:
        return False
    before = report.shown(report.layout.paragraphs[place - 1].span)
    opening = report.text[start]
    closing = OPENING.get(opening)
    if closing == opening:
        return before.count(opening) % 2 == 1
    return closing is not None and before.count(opening) > before.count(closing)


def find_attributed(report: Report) -> tuple[Attributed, ...]:
    """Return who the article attributes claims to, in the order of their first one."""
    counts: Counter[tuple[str, bool]] = Counter()
    names: dict[tuple[str, bool], str] = {}
    for claim in report.attributed():
        shown = _named(claim)
        if shown is not None:
            key = (fold_name(shown[0]), shown[1])
            counts[key] += 1
            names.setdefault(key, shown[0])
    return tuple(Attributed(name=names[key], anonymous=key[1], claims=counts[key]) for key in names)


def _named(claim: Claim) -> tuple[str, bool] | None:
    if claim.speaker is None or claim.speaker.text.lower() in NOBODY:
        return None
    if claim.speaker.anonymous:
        return claim.speaker.text, True
    return None if claim.speaker.name is None else (claim.speaker.name, False)


def anonymous_words(report: Report) -> tuple[Words, ...]:
    """Return the words for each of the unnamed to whom the article attributes claims."""
    speakers = (claim.speaker for claim in report.attributed() if claim.speaker and (_named(claim) or ("", False))[1])
    return tuple(dict.fromkeys(Words(spans=speaker.spans, text=speaker.text) for speaker in speakers))


def share_out(report: Report) -> Shares:
    """Return the shares of claims in each voice, to three places; null where there are no claims."""
    claims = [claim for claim in report.claims if claim.voice is not Voice.HEADLINE]
    if not claims:
        return Shares()
    anonymous = sum(claim.speaker is not None and claim.speaker.anonymous for claim in claims)
    own = sum(claim.voice is Voice.ARTICLE for claim in claims)
    named = len(claims) - anonymous - own
    shares = [round(count / len(claims), 3) for count in (named, anonymous, own)]
    return Shares(share_attributed=shares[0], share_anonymous=shares[1], share_own_voice=shares[2])
