"""Regions: where an article calls disputed between countries what the gazetteer has as a province of one of them."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from countryinfo import CountryInfo, all_countries

from schemas.extraction import Mention, MentionType, Span, Words
from services.extract.reading.names.countries import country_of
from services.extract.sourcing.report import Report

REACH_CODE_POINTS = 60
"""Between a name and the words that call it disputed, within one sentence: "the contested border region of"."""

_BEFORE = re.compile(
    r"\b(?:contested|disputed|breakaway|unrecogni[sz]ed)"
    r" (?:\w+ ){0,3}(?:region|province|territory|oblast|area|land|state)s? (?:of )?\Z",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:[’']s)? (?:(?:territorial )?dispute\b|conundrum\b)"  # noqa: RUF001
    r"|, (?:an? |the )?(?:long-)?(?:contested|disputed)\b"
    r"|[^.;]{0,60}\b(?:focal point|subject|source|object) of (?:\w+ )?(?:territorial )?(?:disputes?|claims?)\b"
    r"|[^.;]{0,40}\b(?:is|remains|has (?:long )?been) (?:\w+ )?(?:contested|disputed|claimed by both)\b",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(r"(?:skaya|skiy|skyi|skaja|ska|sky)\Z")
_KIND = re.compile(r" (?:region|province|oblast|territory|district|county|state)\Z", re.IGNORECASE)


@cache
def provinces() -> dict[str, frozenset[str]]:
    """Return the countries, by name, of each first-level region, in lower case; as the package countryinfo has them.

    Names that are adjectives (*Belgorodskaya*) are also found under their town's.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for country in all_countries():
        info = CountryInfo(country.name()).info()
        for province in info.get("provinces") or ():
            name = str(province).partition(" (")[0].lower()
            for form in {name, _ADJECTIVE.sub("", name), re.sub(r"skaya\Z|ska\Z", "sk", name)}:
                found[form].add(str(info["name"]))
    return {name: frozenset(countries) for name, countries in found.items()}


def find_conflicts(report: Report) -> tuple[Words, ...]:
    """Return the words by which the article calls a province of one country disputed, each with its name."""
    found = (_called(report, mention) for mention in report.extraction.mentions if _is_of_one(mention))
    return tuple(report.words(span) for span in found if span is not None)


def _is_of_one(mention: Mention) -> bool:
    """Tell whether a name is of a province of exactly one country, and of no country."""
    name = _KIND.sub("", mention.name).lower()
    placed = mention.type in {MentionType.GPE, MentionType.LOC}
    return placed and country_of(name) is None and len(provinces().get(name, ())) == 1


def _called(report: Report, mention: Mention) -> Span | None:
    start, end = mention.span
    sentence = next((span for span in _sentences(report) if span[0] <= start < span[1]), None)
    if sentence is None:
        return None
    before = _BEFORE.search(report.text, max(sentence[0], start - REACH_CODE_POINTS), start)
    if before is not None:
        return before.start(), end
    behind = _BEHIND.match(report.text, end, sentence[1])
    return None if behind is None else (start, behind.end())


def _sentences(report: Report) -> Iterator[Span]:
    return (span for span in report.prose if not report.is_quoted(span))
