"""Places: which names are of states, towns and provinces, and which of lands and waters without a government.

World regions and the cities of time zones are those of CLDR, which Babel carries.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from babel import Locale
from babel.core import get_global

from schemas.extraction import MentionType
from services.extract.reading.language.lexicon import AUXILIARIES, CALENDAR, FUNCTION_WORDS, words
from services.extract.reading.names.countries import countries

_NATIONS = words("england scotland wales kosovo tibet kurdistan")
"""Lands with a government of their own and no ISO 3166 code."""

_REGIONS = frozenset((
    "middle east", "near east", "far east", "west bank", "horn of africa", "latin america",
    *words(
        "atlantic pacific arctic mediterranean baltic adriatic aegean caribbean caspian balkans baltics caucasus"
        " scandinavia levant maghreb sahel sahara siberia patagonia amazon amazonia alps himalayas andes pyrenees"
        " carpathians urals rockies iberia indochina mesopotamia oceania eurasia antarctica europe gulf"
    ),
))  # fmt: skip
"""Regions of several states, and seas, ranges and deserts often named without their noun, that CLDR leaves out."""

GOVERNED = words(
    "city town village hamlet municipality borough commune county district province state republic kingdom federation"
    " emirate emirates states principality duchy sultanate territory prefecture canton oblast governorate"
    " parish suburb capital country port settlement community nation"
)
"""Nouns of GeoNames' feature classes A and P: what has, or belongs to, a government."""

_UNGOVERNED = words(
    "river stream sea ocean gulf strait straits sound fjord channel lagoon lake lakes canal reservoir waterfall estuary"
    " delta desert peninsula mountain mountains mount mt range ridge peak summit volcano plateau plain plains steppe"
    " basin glacier reef archipelago cape isthmus forest jungle marsh swamp coast shore riviera hemisphere region"
    " continent island islands isle isles islet atoll valley gorge canyon cave bay cove headland street road avenue"
    " boulevard lane highway motorway square plaza bridge tunnel airport station stadium park cemetery harbour harbor"
    " dam pass savannah tundra highlands lowlands oilfield belt corridor"
)
"""Nouns of GeoNames' feature classes H, L, R, S, T, U and V: waters, areas, roads, buildings, heights, woods."""

_TOWN_NAMES = words(
    "bay beach coast cove island forest valley park square bridge harbour harbor lake lakes cape station"
)
"""Of these the nouns in which towns' own names end too: they tell only in lower case or after "the"."""

_NOUNS = _UNGOVERNED - _TOWN_NAMES
_ADDED = _UNGOVERNED - words("coast shore airport station stadium street road square bridge harbour harbor park region")
"""Nouns that follow in lower case where the name is theirs; a town has the others too: "the Skarn airport"."""

EXPLAINS_WORDS = 3
"""Words before a name among which its noun stands: "the river", "the port town of"."""


@cache
def place_names() -> frozenset[str]:
    """Return the names of countries, territories, capitals and the cities of time zones, in lower case."""
    zones = (zone.rsplit("/", 1) for zone in get_global("zone_territories"))
    cities = {zone[-1].replace("_", " ").lower() for zone in zones if len(zone) > 1}
    return (frozenset(countries().codes) | cities | countries().capitals | _NATIONS) - CALENDAR


@cache
def region_names() -> frozenset[str]:
    """Return the names of regions of the world that no government rules, in lower case."""
    territories = Locale("en").territories.items()
    return _REGIONS | {str(name).lower() for code, name in territories if code.isdigit() and code != "001"}


def place_type(name: Sequence[str], before: Sequence[str], after: str) -> MentionType | None:
    """Return GPE or LOC as a place's words and its neighbours in the text tell, or None.

    All in lower case; ``before``: the words before it, the nearest last; ``after``: the next word or mark, or nothing.
    """
    return _known(name) or next(_shown(name, before, after), None)


def _known(name: Sequence[str]) -> MentionType | None:
    shown = " ".join(name)
    if shown in place_names():
        return MentionType.GPE
    if shown in region_names():
        return MentionType.LOC
    return MentionType.GPE if shown in countries().provinces else None


def _shown(name: Sequence[str], before: Sequence[str], after: str) -> Iterator[MentionType]:
    noun = _noun_of(name)
    if noun is not None:
        yield noun
    if after in _ADDED:
        yield MentionType.LOC
    if after in GOVERNED and name[-1] not in _TOWN_NAMES:
        yield MentionType.GPE
    for word in reversed(before[-EXPLAINS_WORDS:]):
        if word in GOVERNED | _UNGOVERNED:
            yield MentionType.GPE if word in GOVERNED else MentionType.LOC
        if word != "of":
            break
    if before and before[-1] == "the" and (not after[:1].isalpha() or after in FUNCTION_WORDS | AUXILIARIES):
        yield MentionType.LOC


def _noun_of(name: Sequence[str]) -> MentionType | None:
    """Return what the noun within a name tells: "Skarn River", "Lake Skarn", "Gulf of Skarn", "Skarn County"."""
    if len(name) == 1:
        return None
    if name[-1] in GOVERNED or (name[0] in GOVERNED and name[1] == "of"):
        return MentionType.GPE
    first = name[0] in _UNGOVERNED and (name[1] == "of" or name[0] in {"lake", "mount", "mt", "river", "cape"})
    return MentionType.LOC if first or name[-1] in _NOUNS else None
