"""How far two annotators agree: ``python -m corpus.agreement`` prints a table of ``again`` against ``test``.

Each article of ``again`` is compared with the same article of ``test``; figures are over all of them together (micro).

- **n**: how many pairs (or, for F1, how many pairs found) the figure is of.
- **F1** of spans, claims and non-claims: twice the pairs by all items of both (the Dice coefficient, which is the F1 of
  either against the other). An ``optional`` claim that has no partner counts neither way.
- Claims are a pair where the Jaccard coefficient (Jaccard 1912) of the words of their contents is at least 0.8, or 0.5;
  the best first, each in one pair. A word is the same only in the same place of the text. All fields are compared over
  the pairs of 0.5; the speaker's over those that both take for attributed. Non-claims are a pair from 0.5 on.
- **agreement**: the share of pairs that agree. Where a field lists every defensible value, two lists agree if they have
  one in common. Words agree as the row says; fields that are mostly null count where one of both has a value.
- **kappa**: (p - e) / (1 - e), p the share of pairs with the same preferred value, e the same by chance from each
  annotator's own shares (Cohen 1960, A coefficient of agreement for nominal scales); none where e is 1.
"""

import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.articles import Article, CardDate, Claim, Flag, Speaker, Venue
from corpus.check import AGAIN
from corpus.compile import AFFAIR, HERE
from corpus.pairing import HALF, Both, Pair, jaccard, places
from schemas.extraction import Voice, Words

WHOLE = 0.8
"""The Jaccard coefficient from which on contents are the same for the quality table."""

Values = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    measure: str
    n: int
    agreement: float | None
    kappa: float | None = None


def kappa(preferred: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of pairs of values; none without pairs, and where both could only have agreed."""
    n = len(preferred)
    first, second = Counter(a for a, _ in preferred), Counter(b for _, b in preferred)
    chance = sum(times * second[value] for value, times in first.items()) / n**2 if n else 1.0
    return (sum(a == b for a, b in preferred) / n - chance) / (1 - chance) if chance < 1 else None


def _f1(measure: str, both: int, all_of_both: int) -> Row:
    return Row(measure, both, 2 * both / all_of_both if all_of_both else None)


def _shared(measure: str, agreed: Iterable[bool]) -> Row:
    given = list(agreed)
    return Row(measure, len(given), sum(given) / len(given) if given else None)


def _closed(measure: str, values: Iterable[tuple[Values, Values]]) -> Row:
    given = list(values)
    row = _shared(measure, (bool(set(a) & set(b)) for a, b in given))
    return Row(measure, row.n, row.agreement, kappa([(a[0], b[0]) for a, b in given]))


def _mentions(articles: Sequence[Both]) -> list[Row]:
    found = [({m.span: m for m in both.first.mentions}, {m.span: m for m in both.second.mentions}) for both in articles]
    pairs = [(a[span], b[span]) for a, b in found for span in a.keys() & b.keys()]
    return [
        _f1("mentions: spans, F1", len(pairs), sum(len(a) + len(b) for a, b in found)),
        _closed("mentions: type", (((a.type,), (b.type,)) for a, b in pairs)),
        _shared("mentions: entity", (a.entity == b.entity for a, b in pairs)),
    ]


def _claims(articles: Sequence[Both], least: float) -> Row:
    pairs = [(both, both.claims(least)) for both in articles]
    wanted = 0
    for both, found in pairs:
        paired = {p.first.id for p in found}, {p.second.id for p in found}
        for article, ids in zip((both.first, both.second), paired, strict=True):
            wanted += sum(claim.id in ids or not claim.optional for claim in article.claims)
    return _f1(f"claims: content ≥ {least}, F1", sum(len(found) for _, found in pairs), wanted)


CLOSED: dict[str, Callable[[Claim], Values]] = {
    "voice": lambda claim: (claim.voice,),
    "polarity": lambda claim: claim.polarity,
    "force": lambda claim: claim.force,
    "speech act": lambda claim: claim.speech_act,
    "nested or not": lambda claim: (str(claim.nested_in is not None),),
}
"""Fields of every claim with few values."""

SPEAKERS: dict[str, Callable[[Speaker], Values]] = {
    "speaker: anonymous": lambda speaker: (str(speaker.anonymous),),
    "speaker: resolved by": lambda speaker: speaker.resolved_by,
}
"""Fields with few values of a speaker that both found."""


def _words(pairs: Iterable[Pair], of: Callable[[Claim], Words | None]) -> list[float]:
    """Return the Jaccard coefficients of a field's words where at least one of both marked some."""
    given = ((p, of(p.first), of(p.second)) for p in pairs)
    return [jaccard(places(p.text, a), places(p.text, b)) for p, a, b in given if a or b]


def _who(speaker: Speaker) -> str | None:
    return speaker.entity or speaker.name_reason


def _attributed(pairs: Sequence[Pair]) -> list[Row]:
    speakers = [(p.first.speaker, p.second.speaker) for p in pairs]
    known = [(a, b) for a, b in speakers if a and b]
    named = _words(pairs, lambda claim: claim.speaker)
    cues = _words(pairs, lambda claim: claim.cue)
    return [
        _shared("speaker: words ≥ 0.5", (share >= HALF for share in named)),
        _shared("speaker: who", (_who(a) == _who(b) for a, b in known)),
        *(_closed(name, ((of(a), of(b)) for a, b in known)) for name, of in SPEAKERS.items()),
        _shared("cue: the same words", (share == 1 for share in cues)),
        _shared("cue: a word in common", (share > 0 for share in cues)),
        _closed("form", ((p.first.form, p.second.form) for p in pairs)),
        _shared("question ≥ 0.5, where one has it", (s >= HALF for s in _words(pairs, lambda claim: claim.question))),
    ]


def _fields(articles: Sequence[Both]) -> list[Row]:
    pairs = [found for both in articles for found in both.claims(HALF)]
    attributed = [p for p in pairs if p.first.voice is p.second.voice is Voice.ATTRIBUTED]
    times = [(p.first.said_at, p.second.said_at) for p in pairs]
    days = [(a and (a.not_before, a.not_after), b and (b.not_before, b.not_after)) for a, b in times if a or b]
    marked = _words(pairs, lambda claim: claim.said_at.evidence if claim.said_at else None)
    return [
        *(_closed(name, ((of(p.first), of(p.second)) for p in pairs)) for name, of in CLOSED.items()),
        _shared(
            "nested in the same, where one is", (p.outer for p in pairs if p.first.nested_in or p.second.nested_in)
        ),
        _shared("said at: a word in common, where one has it", (share > 0 for share in marked)),
        _shared("said at: the same days, where one has it", (a == b for a, b in days)),
        *_attributed(attributed),
    ]


def _non_claims(articles: Sequence[Both]) -> list[Row]:
    pairs = [found for both in articles for found in both.non_claims()]
    items = sum(len(both.first.non_claims) + len(both.second.non_claims) for both in articles)
    kinds = _closed("non-claims: kind", (((a.kind,), (b.kind,)) for a, b in pairs))
    return [_f1("non-claims: words ≥ 0.5, F1", len(pairs), items), kinds]


def _same_venue(text: str, a: Venue | None, b: Venue | None) -> bool:
    shown = [places(text, venue.words) if venue else frozenset() for venue in (a, b)]
    return not (a or b) or bool(shown[0] & shown[1])


def _day(stated: CardDate) -> str:
    return str(stated.value or stated.reason)


def _cards(articles: Sequence[Both]) -> list[Row]:
    cards = [(both.first.card, both.second.card) for both in articles]
    flags = [((str(flag in a.flags),), (str(flag in b.flags),)) for a, b in cards for flag in Flag]
    common = sum(len(set(a.attributed) & set(b.attributed)) for a, b in cards)
    return [
        _shared("card: venue", (_same_venue(x.first.text, x.first.card.venue, x.second.card.venue) for x in articles)),
        _shared("card: date or its reason", (_day(a.date) == _day(b.date) for a, b in cards)),
        _closed("card: flags, each yes or no", flags),
        _f1("card: who is attributed, F1", common, sum(len(a.attributed) + len(b.attributed) for a, b in cards)),
    ]


def measure(articles: Sequence[Both]) -> list[Row]:
    """Return every figure, in the order of the table."""
    claims = [_claims(articles, WHOLE), _claims(articles, HALF), *_fields(articles)]
    return [*_mentions(articles), *claims, *_non_claims(articles), *_cards(articles)]


def read_both(root: Path = HERE) -> list[Both]:
    """Return every article of ``again`` with its first annotation; raises ``FileNotFoundError`` where it has none."""
    paths = [path for path in sorted((root / AGAIN).glob("*/*.json")) if path.name != AFFAIR]
    found = ((root / "test" / path.relative_to(root / AGAIN), path) for path in paths)
    read = Article.model_validate_json
    return [Both(read(first.read_bytes()), read(second.read_bytes())) for first, second in found]


def table(rows: Iterable[Row], articles: int) -> str:
    """Return the figures as a Markdown table."""
    shown = [f"| {articles} articles | n | agreement | kappa |", "|---|---|---|---|"]
    for row in rows:
        figures = ("–" if figure is None else f"{figure:.2f}" for figure in (row.agreement, row.kappa))
        shown.append(f"| {row.measure} | {row.n:,} | {' | '.join(figures)} |")
    return "\n".join(shown)


def main(root: Path = HERE) -> int:
    """Print the table; return 1 where nothing is annotated twice, or not in both places."""
    try:
        articles = read_both(root)
    except FileNotFoundError as missing:
        print(f"annotated again, but not in test: {missing.filename}")
        return 1
    if not articles:
        print(f"no article is annotated twice: {root.name}/{AGAIN} is absent or empty")
        return 1
    print(table(measure(articles), len(articles)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
