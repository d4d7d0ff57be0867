"""Clues: what the words beside a name tell of its kind, for names that the reader has never met."""

from collections.abc import Iterator

from services.extract.reading.language.lexicon import DETERMINERS, FIRMS, GROUPS, TITLES, words
from services.extract.reading.model.marks import Name, NameKind
from services.extract.reading.names.casing import Casing
from services.extract.reading.names.given import given_gender
from services.extract.reading.names.places import GOVERNED

STRONG = 2.0
"""Of words that only one kind has beside it: as much as two sure marks."""

WEAK = 0.5
"""Of words that seldom stand beside another kind, and of a given name that begins one, as firms and places bear those
too: it tips the scales between unsure marks."""

_LOCATIVE = words("in at near outside")
_RULED = GOVERNED | words("mayor governor premier residents inhabitants outskirts streets north south east west")
"""Words before "of" and a place: "the mayor of", "residents of"."""

_TITLES = TITLES - words("former foreign prime deputy vice executive managing chief leader author attorney")
"""Titles that stand before no other name than a person's."""

_GROUPS = GROUPS - words("state country nation city office house board")
"""Groups whose word stands before no other name than the group's."""

_TRADES = FIRMS - words("paper daily group works mine mill channel radio station network")
"""Firms whose word stands before no other name than the firm's: "the airline"."""

EXPLAINED_WORDS = 4
"""Words behind a name and a comma among which its trade stands: ", the island's largest contractor"."""

Clue = tuple[NameKind, float]


def clues_of(casing: Casing, name: Name) -> Iterator[Clue]:
    """Yield the kinds that the neighbours of a name speak for, each with its weight against a mark's score."""
    first, last = casing.at(name.span[0]), casing.at(name.span[1])
    before = casing.tokens[first - 1].word if first else ""
    after = casing.tokens[last].word if last < len(casing.tokens) else ""
    if first not in casing.within:
        yield (NameKind.ORG, WEAK) if before == "(" else (NameKind.LOC, STRONG)
        return
    if before in _TITLES:
        yield NameKind.PERSON, STRONG
    inside = casing.tokens[first:last]
    if given_gender(casing.text[slice(*name.span)]) and inside[-1].capital and inside[-1].word not in GROUPS:
        yield NameKind.PERSON, WEAK
    if before in _GROUPS:
        yield NameKind.ORG, WEAK
    if before in _TRADES or _explained(casing, last):
        yield NameKind.ORG, STRONG
    if before in _LOCATIVE:
        yield NameKind.LOC, WEAK
    if before == "of" and first > 1 and casing.tokens[first - 2].word in _RULED:
        yield NameKind.LOC, STRONG
    if after in GOVERNED:
        yield NameKind.LOC, STRONG
    if before == "the" and name.kind is NameKind.PERSON and last - first == 1 and not after[:1].isalpha():
        yield NameKind.ORG, STRONG


def _explained(casing: Casing, last: int) -> bool:
    """Tell whether an apposition says that a name is a firm's."""
    words_after = [token.word for token in casing.tokens[last : last + 2 + EXPLAINED_WORDS]]
    if words_after[:1] != [","] or words_after[1:2] == [] or words_after[1] not in DETERMINERS:
        return False
    found = (n for n, word in enumerate(words_after[2:], 2) if word in _TRADES)
    at = next(found, None)
    return at is not None and all(word.isalpha() or word.endswith("'s") for word in words_after[2:at])
