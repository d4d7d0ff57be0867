"""Which of the persons of one article are men and which women, as the article itself tells."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.extract.reading.language.lexicon import PERSONAL
from services.extract.reading.names.given import given_gender
from services.extract.reading.speakers.figures import Figure, Kind
from services.extract.reading.speakers.nouns import FEMALE_TITLES, MALE_TITLES, gender_of
from services.extract.reading.speakers.parts import Part

SURE = 100
"""Votes of a title or a noun like "wife": no number of pronouns near outweighs it."""

GIVEN = 40
"""Votes of a given name: many pronouns that can mean nobody else outweigh it, as another land may have it otherwise."""

PLAIN = 2
"""How many times as many votes the one gender needs as the other."""

_OFFICES = frozenset(("chairman", "spokesman", "councilman", "congressman", "foreman", "statesman"))
"""Written of women too."""


def learn_genders(stretches: Sequence[Sequence[Figure]]) -> dict[str, str]:
    """Return ``m`` or ``f`` for the names whose gender the figures tell; ``stretches``: those outside quotations.

    Titles and nouns decide; else pronouns do, in a sentence that can mean nobody else. Those who are known by then
    are nobody that the other pronoun can mean, so the pronouns are counted twice.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for figures in stretches:
        for figure in figures:
            if figure.name and figure.kind is Kind.PERSON:
                votes[figure.name].update(_shown(figure))
    counted = _counted(stretches, _decided(votes), votes)
    for name, count in votes.items():
        gender = given_gender(name)
        if gender is not None and _decided({name: counted[name] + Counter({gender: GIVEN})}).get(name) == gender:
            count[gender] += GIVEN
            counted[name][gender] += GIVEN
    return _decided(_counted(stretches, _decided(counted), votes))


def _counted(
    stretches: Sequence[Sequence[Figure]], known: Mapping[str, str], votes: Mapping[str, Counter[str]]
) -> dict[str, Counter[str]]:
    """Return the votes with those of the pronouns; who is known by now is nobody that the other pronoun can mean."""
    counted = {name: Counter(count) for name, count in votes.items()}
    before: Sequence[Figure] = ()
    for figures in stretches:
        _count(figures, before, known, counted)
        before = figures
    return counted


def _shown(figure: Figure) -> Counter[str]:
    votes: Counter[str] = Counter()
    for words in (figure.words, *figure.after):
        for word in words:
            told = "m" if word in MALE_TITLES else "f" if word in FEMALE_TITLES else None
            noun = gender_of(words[-1]) if word == words[-1] and word not in _OFFICES else None
            if told or noun:
                votes[told or noun or ""] += SURE
    return votes


def _count(
    figures: Sequence[Figure], before: Sequence[Figure], known: Mapping[str, str], votes: Mapping[str, Counter[str]]
) -> None:
    """Count the pronouns of a sentence for the one person in it whom they can mean, or else in the one before it."""
    for gender in ("m", "f"):
        pronouns = [f for f in figures if f.pronoun and PERSONAL[f.pronoun] == gender]
        if not pronouns:
            continue
        here = _possible(figures, gender, known)
        earlier = _possible(before, gender, known)
        if "" in here or (not here and "" in earlier):
            continue
        if len(here) == 1 and not earlier - here:
            name = next(iter(here))
            first = min(f.start for f in figures if f.name == name)
            votes[name][gender] += 2 * sum(f.start > first for f in pronouns)
        elif not here and len(earlier) == 1:
            votes[next(iter(earlier))][gender] += sum(3 if f.says else 1 for f in pronouns)
        elif len(here) == 1 and _follows(figures, pronouns, here):
            votes[next(iter(here))][gender] += 1


def _follows(figures: Sequence[Figure], pronouns: Sequence[Figure], here: set[str]) -> bool:
    """Tell whether the person is the subject and a pronoun that follows is one too: "Caldo said she had left"."""
    first = next((f for f in figures if f.name in here), None)
    if first is None or first.part is not Part.SUBJECT or any(f.start <= first.start for f in pronouns):
        return False
    return any(f.part is Part.SUBORDINATE for f in pronouns)


def _possible(figures: Iterable[Figure], gender: str, known: Mapping[str, str]) -> set[str]:
    """Return who a pronoun of this gender can mean; an unnamed person, the empty name, is one more."""
    found = set()
    for figure in figures:
        if figure.kind is not Kind.PERSON or figure.pronoun:
            continue
        if figure.name and known.get(figure.name, gender) == gender:
            found.add(figure.name)
        elif figure.name is None and (gender_of(figure.noun) or gender) == gender:
            found.add("")
    return found


def _decided(votes: Mapping[str, Counter[str]]) -> dict[str, str]:
    known = {}
    for name, count in votes.items():
        men, women = count["m"], count["f"]
        if max(men, women) > 0 and max(men, women) >= PLAIN * min(men, women):
            known[name] = "m" if men > women else "f"
    return known
