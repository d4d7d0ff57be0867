"""The source card: what an article shows of its sourcing, from its text and what was read of it alone."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from schemas.comparison import Attributed, Card, CardDate, Flag, Flagged, Venue
from schemas.events import ParagraphKind
from schemas.extraction import Words
from services.extract.reading.layout.headlines import HEAD_PARAGRAPHS, words_of
from services.extract.reading.layout.notices import Silence
from services.extract.sourcing.attributed import Forms, anonymous_words, count_forms, find_attributed, share_out
from services.extract.sourcing.dating import date_of
from services.extract.sourcing.disclosures import find_disclosures
from services.extract.sourcing.drift import find_drifts
from services.extract.sourcing.regions import find_conflicts
from services.extract.sourcing.report import Report
from services.extract.sourcing.vagueness import find_vague
from services.extract.sourcing.venues import find_venue


def make_card(report: Report, published_at: datetime | None) -> Card:
    """Return an article's card; the report is of all its claims.

    Those that are not served by default count too: who is quoted less surely is quoted none the less.
    ``best_sourced`` and ``single_source_claim`` are not among the flags: they need other articles.
    """
    venue, day, forms = find_venue(report), date_of(report, published_at), count_forms(report)
    attributed, disclosures = find_attributed(report), find_disclosures(report)
    rewrites = [words for kind, words in disclosures if kind is Silence.REWRITE]
    flags = [
        *_plain(venue, day, forms, attributed, anonymous_words(report)),
        *_flag(Flag.SELF_DECLARED_REWRITE, rewrites),
    ]
    flags += _flag(Flag.VAGUE_SOURCE, find_vague(report))
    flags += _flag(Flag.DUPLICATED_TITLE, _printings(report, report.title))
    flags += _flag(Flag.ENTITY_TYPE_CONFLICT, find_conflicts(report))
    flags += find_drifts(report)
    return Card(
        title=_title(report),
        venue=venue,
        date=day,
        attributed=attributed,
        disclosures=tuple(words for _, words in disclosures),
        flags=tuple(sorted(flags, key=lambda each: list(Flag).index(each.flag))),
        **forms.model_dump(),
        **share_out(report).model_dump(),
    )


def _title(report: Report) -> Words | None:
    titles = (paragraph.span for paragraph in report.layout.paragraphs if paragraph.kind is ParagraphKind.TITLE)
    span = next(titles, None)
    return None if span is None else report.words(span)


def _plain(
    venue: Venue | None, day: CardDate, forms: Forms, attributed: Sequence[Attributed], anonymous: Sequence[Words]
) -> Iterator[Flagged]:
    if not forms.direct + forms.mixed:
        yield Flagged(flag=Flag.NO_QUOTE)
    if venue is None:
        yield Flagged(flag=Flag.NO_VENUE)
    else:
        yield Flagged(flag=Flag.NAMED_VENUE, words=(venue.words,))
    if day.value is None:
        yield Flagged(flag=Flag.UNDATED)
    yield from _flag(Flag.ANONYMOUS_ATTRIBUTION, anonymous)
    if len(attributed) == 1 and not anonymous:
        yield Flagged(flag=Flag.SINGLE_SPEAKER)


def _flag(flag: Flag, words: Iterable[Words]) -> Iterator[Flagged]:
    if found := tuple(words):
        yield Flagged(flag=flag, words=found)


def _printings(report: Report, title: str | None) -> tuple[Words, ...]:
    """Return where the title is printed, if that is twice or more."""
    shown = report.shown(report.headline) if report.headline else title
    if not shown:
        return ()
    head = report.layout.paragraphs[: HEAD_PARAGRAPHS + 1]
    spans = [paragraph.span for paragraph in head if words_of(report.shown(paragraph.span)) == words_of(shown)]
    return tuple(report.words(span) for span in spans) if len(spans) > 1 else ()
