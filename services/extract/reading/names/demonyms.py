"""Demonyms: words for the people of a country, land or town, of a faith or of a party, as nouns and adjectives."""

from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from babel import Locale

from services.extract.reading.language.lexicon import words
from services.extract.reading.names.countries import countries
from services.extract.reading.names.places import place_names

_NOUNS = words(
    "afghani argentine arab azeri basotho batswana bedouin berber bosniak briton brit catalan croat dane"
    " english eskimo european finn frisian gypsy hispanic hutu inuit jew kazakh kosovan kosovar kurd kyrgyz"
    " lao latino latina magyar malay maori netherlander nordic pashtun persian pole roma romani scot serb sinhalese"
    " slav spaniard swede tajik tamil tartar tatar thai tibetan tuareg turk tutsi uighur uyghur uzbek walloon yankee"
    " african asian australasian eurasian caribbean scandinavian aboriginal nepali saudi flemish texan"
    " roman ottoman byzantine celt celtic germanic slavic saxon anglo-saxon norman viking"
)
"""Peoples of the world that are no country's adjective: nouns that differ from it, continents', and those of lands in
several countries; the peoples' nouns of the World Factbook and the largest peoples without a state."""

_FAITHS = words(
    "adventist ahmadi alawite alevi amish anglican animist baha'i baptist buddhist calvinist catholic christian coptic"
    " copt confucian druze episcopalian evangelical hasidic haredi hindu hussite ismaili islamic jain jewish lutheran"
    " maronite mennonite methodist mormon moslem muslim orthodox pagan pentecostal presbyterian protestant quaker"
    " rastafarian salafi salafist scientologist shia shi'a shiite shi'ite shinto sikh sufi sunni taoist theosophist"
    " unitarian wahhabi wiccan yazidi yezidi zoroastrian sunnite ibadi"
)
"""The narrow groups of the Australian Standard Classification of Religious Groups, with the branches of Islam."""

_PARTIES = words(
    "communist socialist marxist maoist trotskyist leninist stalinist anarchist syndicalist islamist nationalist"
    " unionist loyalist royalist monarchist fascist nazi neo-nazi zionist baathist peronist gaullist tory whig democrat"
    " democratic republican libertarian liberal conservative centrist jihadist"
)
"""Adherents of the party families that the Manifesto Project tells apart, and of the currents within them."""

_COMMON = _PARTIES | words("orthodox evangelical aboriginal pagan pole latin")
"""Of these the words that are also written small, with another sense."""

_FIRST_PARTS = words(
    "afro anglo austro euro franco greco hispano indo israelo italo judeo luso russo serbo sino turco us uk eu"
)
"""First parts of compounds of two peoples: "Franco-German"."""

_STANCES = words("pro anti non un ex pre post neo trans pan intra inter")
"""Parts before a people that are not of its name: "pro-Russian"."""

_NO_PEOPLES = words("gothic klingon")
"""Languages of nobody, or whose name is first another adjective."""

_LANGUAGE_MIN = 5
"""Letters; shorter names of languages are often other words."""

_STEM_MIN = 4
"""Letters; a shorter beginning of a place's name is that of many words."""

_PLACE_ENDS = ("", "a", "e", "o", "i", "y", "ia", "as", "es", "land", "stan", "istan")
_LAND_ENDS = ("ia", "land", "stan", "istan")
_SUFFIXES = ("n", "an", "ian", "ean", "ese", "ish", "i", "ite", "er", "ic", "")
"""What English adds to the name of a place for its people, and the endings that such names lose before it."""

REMEMBERED = 4_096
"""Words of recent texts, most of which come again."""

_MEN = ("men", "man", "women", "woman")


@cache
def _peoples() -> frozenset[str]:
    languages = (str(name).lower() for name in Locale("en").languages.values())
    single = {name for name in languages if len(name) >= _LANGUAGE_MIN and name.isalpha()}
    spoken = {name for name in single - _NO_PEOPLES if name.endswith(("n", "ese", "ish", "ic", "ch", "sh"))}
    return (countries().peoples | spoken | _NOUNS | _FAITHS | _PARTIES) - place_names() - countries().provinces


@lru_cache(REMEMBERED)
def is_people(word: str) -> bool:
    """Tell whether a word or words, in lower case with straight apostrophes, name people or are their adjective."""
    return word not in place_names() and (any(each in _peoples() for each in _singulars(word)) or _is_compound(word))


def is_plural_people(word: str) -> bool:
    """Tell whether a word is the plural of a people, which names nothing else: "Russians", "Englishmen"."""
    return not (word in _peoples() or word in place_names()) and any(each in _peoples() for each in _singulars(word))


def is_common(word: str) -> bool:
    """Tell whether a people's word is also an ordinary one, so that its capital must be seen inside a sentence."""
    return any(each in _COMMON for each in _singulars(word))


def _singulars(word: str) -> Iterator[str]:
    yield word
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if word.endswith("s"):
        yield word[:-1]
    for men in _MEN:
        if word.endswith(men):
            yield word.removesuffix(men)


def _is_compound(word: str) -> bool:
    first, dash, last = word.partition("-")
    return bool(dash) and last in _peoples() and (first in _FIRST_PARTS or first in _peoples())


def people_of(word: str, places: Collection[str], *, bare: bool = True) -> str | None:
    """Return the place of which a word names the people by its form ("Tarrovian", "Tarrower"), or None.

    All in lower case; ``places``: names of places. ``bare``: also where the place's name is longer than the people's.
    """
    singular = word.removesuffix("s")
    for suffix in _SUFFIXES:
        stem = singular.removesuffix(suffix)
        if len(stem) >= _STEM_MIN and singular.endswith(suffix):
            ends = _PLACE_ENDS if suffix else _LAND_ENDS if bare else ()
            found = next((stem + end for end in ends if stem + end in places and stem + end != word), None)
            if found is not None:
                return found
    return None


def people_within(word: str) -> tuple[int, int] | None:
    """Return where a people's name stands in a word with hyphens: "pro-Russian", "German-speaking"; None if nowhere.

    ``word`` in lower case; the place is a half-open range of its characters.
    """
    first, dash, rest = word.partition("-")
    if not dash:
        return None
    if first in _STANCES and is_people(rest):
        return len(first) + 1, len(word)
    return (0, len(first)) if is_people(first) else None
