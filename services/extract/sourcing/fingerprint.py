"""The fingerprint: what is kept of an article to see, without reading it again, whether another has its words."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections import Counter

from pydantic import BaseModel, ConfigDict

from schemas.extraction import MentionType, Span, Voice, Words
from services.extract.reading.layout.notices import Silence
from services.extract.sourcing.attributed import count_forms
from services.extract.sourcing.credits import Credit, credited, signatures
from services.extract.sourcing.disclosures import find_disclosures
from services.extract.sourcing.report import Report, stems_of
from services.extract.sourcing.shingles import bands_of, digest, shingles_of, sign, signed
from services.extract.sourcing.venues import find_venue
from services.lexemes import fold_name

NAMES_MAX = 16
"""Names kept of an article, the most frequent: those that it is about are among them."""

SAYINGS_MAX = 64
"""Pieces of quotations kept: more has only an interview or a speech, of which so many are proof enough."""

SAYING_WORDS = 5
"""Words of a piece of a quotation that two reporters seldom hear from two speeches."""

LEAD_SENTENCES = 4
"""In which an article says what it is about, and of whom it has it."""

_CLAUSE = re.compile(r"[.,;:!?…–—()\[\]]+|\n")
_FIRST_HAND = re.compile(
    r"\b(?:told|tells|showed|gave|wrote to|writes to)"
    r" (?:us|me|our \w+|this (?:newspaper|paper|reporter|magazine|website))\b"
)


_RELEASE = re.compile(
    r"(?:for immediate release|(?:press|news|media) (?:release|information|statement|notice|office|contact)|issued by"
    r"|embargoed until|notes? (?:to|for) editors|enquiries:|contacts?:)",
    re.IGNORECASE,
)
"""How a line begins at the head or the end of what a body publishes of itself."""


class Fingerprint(BaseModel):
    """What is kept of an article.

    ``signature`` is of its body's ``shingles``, notices left out. ``sayings`` are pieces of its quotations, and
    ``names`` who and what it is about, folded. ``known_as``: under which names others credit it; ``credits``: whom it
    credits. ``first_hand``: it has quotations, or words that
    were said to itself or at a named venue. ``speaker`` is that of the
    first statement of its lead, folded, null where there is none; ``lead`` are the words of headline and lead.
    ``release``: a body published it of itself.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    signature: tuple[int, ...]
    shingles: int
    sayings: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    known_as: frozenset[str] = frozenset()
    credits: tuple[Credit, ...] = ()
    rewrite: Words | None = None
    venue: str | None = None
    first_hand: bool = False
    speaker: str | None = None
    lead: frozenset[str] = frozenset()
    release: bool = False


def fingerprint(report: Report) -> Fingerprint:
    """Return the fingerprint of an article: pure, and the same for the same text."""
    shingles = frozenset[int]().union(*(shingles_of(run) for run in _runs(report)))
    venue, forms = find_venue(report), count_forms(report)
    rewrites = [words for kind, words in find_disclosures(report) if kind is Silence.REWRITE]
    return Fingerprint(
        signature=sign(shingles),
        shingles=len(shingles),
        sayings=_sayings(report),
        names=_names(report),
        known_as=signatures(report),
        credits=credited(report),
        rewrite=rewrites[0] if rewrites else None,
        venue=fold_name(venue.name) if venue else None,
        first_hand=venue is not None or forms.direct + forms.mixed > 0 or _is_first_hand(report),
        speaker=_lead_speaker(report),
        lead=stems_of(" ".join(report.shown(span) for span in (*_headline(report), *report.prose[:LEAD_SENTENCES]))),
        release=any(_RELEASE.match(report.shown(paragraph.span)) for paragraph in report.layout.paragraphs),
    )


def lsh_keys(found: Fingerprint) -> list[int]:
    """Return the keys of which two articles share one if one may have its words from the other, for an index on arrays.

    Their number is bounded: one a band of the signature, and one a piece of a quotation. Articles that only credit
    another share none; those share claims.
    """
    return [*bands_of(found.signature), *(signed(digest(f"saying {saying}")) for saying in sorted(found.sayings))]


def _runs(report: Report) -> list[list[str]]:
    """Return the words of the body, a run a paragraph, as no shingle should join two of them."""
    runs: dict[int, list[str]] = {}
    unsaid = report.layout.lines | report.layout.silent.keys()
    for number, (place, span) in enumerate(zip(report.layout.places, report.layout.sentences, strict=True)):
        if number not in unsaid:
            runs.setdefault(place, []).extend(fold_name(report.shown(span)).split())
    return list(runs.values())


def _sayings(report: Report) -> frozenset[int]:
    """Return the pieces of quotations between marks, of so many words that they are somebody's."""
    pieces = [
        words
        for span in report.quoted
        for piece in _CLAUSE.split(report.shown(span))
        if len((words := fold_name(piece)).split()) >= SAYING_WORDS
    ]
    longest = sorted(set(pieces), key=lambda words: (-len(words), words))[:SAYINGS_MAX]
    return frozenset(digest(words) for words in longest)


def _names(report: Report) -> frozenset[str]:
    counts = Counter(
        fold_name(mention.name) for mention in report.extraction.mentions if mention.type is not MentionType.NORP
    )
    return frozenset(name for name, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:NAMES_MAX])


def _headline(report: Report) -> tuple[Span, ...]:
    return () if report.headline is None else (report.headline,)


def _is_first_hand(report: Report) -> bool:
    own = fold_name(report.publisher or "").split()
    told = (match for span in report.prose for match in _FIRST_HAND.finditer(report.text, *span))
    to_itself = any(f"told {word}" in fold_name(report.shown(span)) for span in report.prose for word in own[-1:])
    return to_itself or any(not report.is_quoted(match.span()) for match in told)


def _lead_speaker(report: Report) -> str | None:
    lead = report.prose[:LEAD_SENTENCES]
    for claim in report.claims:
        inside = any(start <= claim.content.spans[0][0] < end for start, end in lead)
        if inside and claim.voice is Voice.ATTRIBUTED and claim.speaker and claim.speaker.name:
            return fold_name(claim.speaker.name)
    return None
