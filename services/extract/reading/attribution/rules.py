"""Who is said to have said what: the attributions of an article, each found by one rule."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.extraction import Polarity, Span, SpeechAct
from services.extract.reading.attribution import complements, quoting
from services.extract.reading.attribution.contents import Content, Rule, tidy
from services.extract.reading.attribution.hits import ACCORDING, Hit, find_hits, find_question
from services.extract.reading.attribution.phrases import HARD, noun_phrase
from services.extract.reading.language.cues import Frame
from services.extract.reading.language.stretches import Stretch, Unit
from services.extract.reading.layout.quotes import Quote, ends_speech

CONTENT_MAX_CODE_POINTS = 2_000
"""Outside quotations; a longer run without a full stop is no sentence, and many cues in it would copy it many times."""

_GOING_ON = frozenset(("has", "had", "have", "continues", "continued", "declined", "refused", "went", "did", "does"))

FREE_QUOTE_MIN_WORDS = 4
"""Words; a shorter quotation without a cue is a term or a title."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Content, cue and speaker as spans of the text; ``stretch`` is the index of where they stand.

    ``cue`` and ``speaker`` are null for a quotation that goes on after another one without words of its own.
    """

    rule: Rule
    content: tuple[Span, ...]
    stretch: int
    cue: Span | None = None
    speaker: Span | None = None


def find_attributions(text: str, stretches: Sequence[Stretch], quotes: Sequence[Quote]) -> Iterator[Attribution]:
    """Yield the attributions in order of their stretches; a quotation belongs to at most one as a whole."""
    last: Attribution | None = None
    opener: Attribution | None = None
    for number, stretch in enumerate(stretches):
        if stretch.heading or not stretch.units:
            continue
        found = list(_in_stretch(text, number, stretch, quotes))
        follows = last is not None and _goes_on(last, stretches, number)
        free = None if found else _free(text, number, stretch, quotes, 1 if follows else FREE_QUOTE_MIN_WORDS)
        if free is not None and opener is not None:
            free = replace(opener, content=free.content, rule=Rule.QUOTE)
        elif free is not None and last is not None and follows:
            last = replace(last, content=_joined(last.content, free.content))
            continue
        if last is not None:
            yield last
        found.extend((free,) if free is not None else ())
        yield from found[:-1]
        last = found[-1] if found else None
        opener = _opener(number, stretch)
    if last is not None:
        yield last


def headline_subject(stretch: Stretch) -> Span | None:
    """Return whom a headline's first words say to have said the rest: "Minister says bridge safe"."""
    units = stretch.units
    for hit in find_hits(units):
        if hit.subject is not None and hit.subject[0] == 0 and not hit.inverted and not hit.inherits:
            return _span(units, hit.subject)
    return None


def _joined(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(sorted((*first, *second)))


def _goes_on(last: Attribution, stretches: Sequence[Stretch], number: int) -> bool:
    """Tell whether the quotation of this stretch continues that of ``last``: '"…," she said. "…"'."""
    before, here = stretches[last.stretch], stretches[number]
    ends = last.cue is not None and last.rule is Rule.QUOTE and last.content[0][1] <= last.cue[0]
    return ends and last.stretch == number - 1 and before.paragraph == here.paragraph


def _free(text: str, number: int, stretch: Stretch, quotes: Sequence[Quote], least: int) -> Attribution | None:
    """Return the quotation that a stretch consists of."""
    first, *others = stretch.units
    if first.quote is None or any(unit.quote not in {None, first.quote} for unit in others):
        return None
    if any(unit.quote is None and unit.word not in HARD for unit in others):
        return None
    quote = quotes[first.quote]
    if quote.closed and not ends_speech(text, quote.spans[-1]):
        return None
    if quote.spans[0][0] != first.start or len(text[slice(*quote.spans[0])].split()) < least:
        return None
    return Attribution(Rule.FREE_QUOTE if quote.closed else Rule.UNCLOSED_QUOTE, quote.spans, number)


def _opener(number: int, stretch: Stretch) -> Attribution | None:
    """Return what "The minister continued:" at the end of a paragraph says of the quotation after it."""
    units = stretch.units
    if units[-1].word != ":":
        return None
    hit = next((hit for hit in reversed(find_hits(units)) if Frame.QUOTE in hit.cue.frames and not hit.inverted), None)
    if hit is None or hit.subject is None or len(units) - hit.after > len(units) // 2 + 2:
        return None
    cue = (units[hit.first].start, units[hit.after - 1].end)
    return Attribution(Rule.QUOTE, (), number, cue, _span(units, hit.subject))


def _span(units: Sequence[Unit], phrase: Span) -> Span:
    return units[phrase[0]].start, units[phrase[1] - 1].end


def _in_stretch(text: str, number: int, stretch: Stretch, quotes: Sequence[Quote]) -> Iterator[Attribution]:
    units = stretch.units
    asked = find_question(units)
    leading = asked is not None and asked[0] <= 1
    floor = asked[1] if asked and leading else 0
    stop = asked[0] if asked and not leading else len(units)
    hits = [hit for hit in find_hits(units, floor) if hit.after <= stop]
    attributing = [hit for hit in hits if not _unsaid(hit) and _content(units, hit, floor, stop) is not None]
    cuts = sorted(hit.cut for hit in attributing if hit.cut is not None)
    found = False
    for hit in attributing:
        limit = _limit(units, cuts, hit, stop)
        content = _content(units, hit, max(floor, _floor_of(hit, units)), limit)
        if content and (made := _made(hit, content, text=text, number=number, units=units, quotes=quotes)):
            found = True
            yield made
    if not found and (colon := _colon(number, units, quotes)) is not None:
        yield colon


_RULES = (
    quoting.quote_before,
    quoting.quote_after,
    complements.that_clause,
    quoting.postposed,
    complements.bare_clause,
    complements.infinitive,
    complements.relative,
    complements.noun,
    complements.answer,
)
"""In this order: the first that finds a content says what it is."""


def _content(units: Sequence[Unit], hit: Hit, floor: int, limit: int) -> Content | None:
    """Return the content of ``hit`` between ``floor`` and ``limit`` (where the next hit beside it begins), or None."""
    if hit.cue is ACCORDING:
        return quoting.according(units, hit, floor, limit)
    found = (rule(units, hit, floor, limit) for rule in _RULES)
    return next((content for content in found if content is not None), None)


def _unsaid(hit: Hit) -> bool:
    """Tell "did not say", which attributes nothing, from "did not deny" and "does not expect"."""
    return hit.negated and hit.cue.polarity is Polarity.AFFIRMED and hit.cue.act is not SpeechAct.DEEM


def _limit(units: Sequence[Unit], cuts: Sequence[int], hit: Hit, stop: int) -> int:
    """Return where the content of ``hit`` must stop: at the next cue beside it, or where its subject acts again."""
    at = bisect_right(cuts, hit.end - 1)
    limit = min(cuts[at] if at < len(cuts) else stop, stop)
    within = range(hit.end + 1, limit - 2)
    acts = (
        at for at in within if units[at].word == "," and units[at + 1].word in {"and", "but"} and _acts(units, at + 2)
    )
    return next(acts, limit)


def _acts(units: Sequence[Unit], at: int) -> bool:
    """Tell whether a finite verb that needs a subject begins here: ", and continues to press"."""
    return units[at].word in _GOING_ON


def _floor_of(hit: Hit, units: Sequence[Unit]) -> int:
    """Return where a clause before the cue can begin: after a semicolon, else where the stretch does."""
    for at in range(hit.start - 2, -1, -1):
        if units[at].word == ";":
            return at + 1
    return 0


def _made(
    hit: Hit, content: Content, *, text: str, number: int, units: Sequence[Unit], quotes: Sequence[Quote]
) -> Attribution | None:
    """Turn units into spans; a quotation before its cue must end as speech does, and prose must not be endless."""
    spans = tuple(span for part in content.ranges for span in _spans(units, quotes, part))
    rule = content.rule
    if rule is Rule.QUOTE:
        pieces = [units[part[0]] for part in content.ranges]
        before = pieces[0].start < units[hit.first].start
        if before and not ends_speech(text, (pieces[0].start, pieces[0].end)):
            return None
        closed = all(quotes[piece.quote].closed for piece in pieces if piece.quote is not None)
        rule = rule if closed else Rule.UNCLOSED_QUOTE
    elif sum(end - start for start, end in spans) > CONTENT_MAX_CODE_POINTS:
        return None
    cue = (units[hit.first].start, units[hit.after - 1].end)
    speaker = _span(units, hit.subject) if hit.subject else None
    return Attribution(rule, _joined(spans, ()), number, cue, speaker)


def _spans(units: Sequence[Unit], quotes: Sequence[Quote], part: tuple[int, int]) -> tuple[Span, ...]:
    """Return a range's spans: a quotation alone brings those in other paragraphs."""
    first, end = part
    number = units[first].quote
    return quotes[number].spans if end - first == 1 and number is not None else (_span(units, part),)


def _colon(number: int, units: Sequence[Unit], quotes: Sequence[Quote]) -> Attribution | None:
    """Return the claim of 'Smith: "…"'."""
    at = next((i for i, unit in enumerate(units[:8]) if unit.word == ":"), None)
    if at is None or at + 1 >= len(units) or units[at + 1].quote is None:
        return None
    subject = noun_phrase(units, at, 0)
    rest = tidy(units, at + 2, len(units))
    if subject is None or not units[subject[0]].capital or rest[1] > rest[0]:
        return None
    spans = _spans(units, quotes, (at + 1, at + 2))
    return Attribution(Rule.COLON, spans, number, (units[at].start, units[at].end), _span(units, subject))
