"""The faults that a reading alone can have, by what they are called in the set."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.acceptance.account import Account
from tests.acceptance.gold import Line, Pair
from tests.acceptance.model import Reading

Places = Iterator[tuple[str, Pair]]
Found = Iterator[object]


def _places(account: Account, articles: Sequence[str], rule: Line, name: str = "on") -> Places:
    """Yield the places that a rule names, as the stored texts have them."""
    for span in rule.get(name, ()):
        (article,) = articles
        yield article, account.place(article, span)
    for spans in (rule.get(f"{name}_in", {}), rule["also"] if f"{name}_in" in rule else {}):
        yield from ((article, account.place(article, span)) for article in spans for span in spans[article])


def _inside(spans: Sequence[Pair], place: Pair) -> bool:
    return bool(spans) and all(place[0] <= start and end <= place[1] for start, end in spans)


def _overlaps(account: Account, claim: Any, place: Pair, how: str) -> bool:
    check = account.check
    wanted = check.characters([place])
    match how:
        case "hull" | "content":
            found = claim.hull() if how == "hull" else check.characters(claim.content)
            return bool(check.jaccard(found, wanted) >= check.CLAIM_AT)
        case "quote":
            quotes = account.quotes(claim.article)
            return bool(check.fit({"id": "Q", "spans": [place]}, claim, quotes) >= check.QUOTE_AT)
        case "inside":
            return _inside(claim.content, place)
        case "touch":
            return bool(claim.hull() & wanted)
        case _:
            raise ValueError(how)


def _has(account: Account, claim: Any, rule: Line) -> bool:
    """Tell whether a claim has all the values that a rule gives."""
    fold = account.check.fold
    if "speaker" in rule and not {*map(fold, claim.speaker_names)} & {*map(fold, rule["speaker"])}:
        return False
    return all(getattr(claim, name) in rule[name] for name in ("polarity", "form", "voice") if name in rule)


def _claims(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    for article, place in _places(account, articles, rule):
        for claim in account.of(article):
            if _overlaps(account, claim, place, rule["overlap"]) and _has(account, claim, rule):
                yield claim.content


def _speakers(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    for article, place in _places(account, articles, rule):
        yield from (claim.speaker for claim in account.of(article) if _inside(claim.speaker, place))


def _claim_count(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    found = {
        claim.id
        for article, place in _places(account, articles, rule)
        for claim in account.of(article)
        if _overlaps(account, claim, place, rule["overlap"])
    }
    if len(found) > rule["more_than"]:
        yield from sorted(found)


def _quote_edges(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    """Yield spans of quotations that begin or end at an apostrophe."""
    for article, places in rule["at"].items():
        edges = {edge for at in places for edge in account.place(article, [at, at + 1])}
        for claim in _quotations(account, article):
            yield from (span for span in claim.content if edges & {*span})


def _quotations(account: Account, article: str) -> Iterator[Any]:
    return (claim for claim in account.of(article) if claim.form in ("direct", "mixed", "partial"))


def _other_quotes(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    fits = account.check.speaker_fits
    for article in articles:
        lines = [line for line in account.quotes(article) if line["id"] in rule["ids"]]
        for claim in _quotations(account, article):
            found = any(account.finds(claim, line) and fits(line, claim) for line in lines)
            if claim.nested_in is None and not found:
                yield article, claim.content


def _content_spans(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    for name in rule["of"]:
        line = account.line(name)
        for claim in account.of(line["article"]):
            if account.finds(claim, line) and len(claim.content) > rule["more_than"]:
                yield claim.content


def _sentence_edges(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    for article, spans in rule["strictly_inside"].items():
        for start, end in (account.place(article, span) for span in spans):
            yield from (edge for span in account.sentences[article] for edge in span if start < edge < end)


def _sentences_over(account: Reading, articles: Sequence[str], rule: Line) -> Found:
    """Yield sentences that hold words of a heading and of what follows it."""
    for article, (start, end) in _places(account, articles, rule):
        for first, last in account.sentences[article]:
            after = account.texts[article][end:last]
            if first < end and last > start and any(map(str.isalnum, after)):
                yield article, [first, last]


READING_FAULTS: Mapping[str, Callable[[Reading, Sequence[str], Line], Found]] = {
    "claim": _claims,
    "speaker": _speakers,
    "claim_count": _claim_count,
    "quote_edge": _quote_edges,
    "quotes_other_than": _other_quotes,
    "content_spans": _content_spans,
    "sentence_edge": _sentence_edges,
    "sentence_over": _sentences_over,
}
