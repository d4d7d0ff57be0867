"""Places: what stands for a country, a state of the United States or a capital, in any of its names."""

from functools import cache

from babel import Locale
from countryinfo import CountryInfo, all_countries

from services.extract.entities.spelling import words_in
from services.extract.reading.names.countries import countries
from services.extract.reading.names.seats import GOVERNMENTS

Words = tuple[str, ...]

_STATES = {
    "Alabama": "AL Ala", "Alaska": "AK", "Arizona": "AZ Ariz", "Arkansas": "AR Ark", "California": "CA Calif Cal",
    "Colorado": "CO Colo", "Connecticut": "CT Conn", "Delaware": "DE Del", "Florida": "FL Fla", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL Ill", "Indiana": "IN Ind", "Iowa": "IA", "Kansas": "KS Kan",
    "Kentucky": "KY Ky", "Louisiana": "LA La", "Maine": "ME", "Maryland": "MD Md", "Massachusetts": "MA Mass",
    "Michigan": "MI Mich", "Minnesota": "MN Minn", "Mississippi": "MS Miss", "Missouri": "MO Mo", "Montana": "MT Mont",
    "Nebraska": "NE Neb", "Nevada": "NV Nev", "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM",
    "New York": "NY", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK Okla",
    "Oregon": "OR Ore", "Pennsylvania": "PA Pa", "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD",
    "Tennessee": "TN Tenn", "Texas": "TX Tex", "Utah": "UT", "Vermont": "VT Vt", "Virginia": "VA Va",
    "Washington": "WA Wash", "West Virginia": "WV", "Wisconsin": "WI Wis", "Wyoming": "WY Wyo",
}  # fmt: skip
"""The states with the abbreviations of the United States Postal Service (Publication 28) and of newspapers."""

_RENAMED = {
    "abyssinia": "ET", "bechuanaland": "BW", "burma": "MM", "byelorussia": "BY", "ceylon": "LK", "dahomey": "BJ",
    "dutch guiana": "SR", "british guiana": "GY", "british honduras": "BZ", "gold coast": "GH", "kampuchea": "KH",
    "macedonia": "MK", "moldavia": "MD", "new hebrides": "VU", "northern rhodesia": "ZM", "nyasaland": "MW",
    "persia": "IR", "rhodesia": "ZW", "siam": "TH", "southern rhodesia": "ZW", "swaziland": "SZ", "tanganyika": "TZ",
    "basutoland": "LS", "upper volta": "BF", "zaire": "CD", "german south west africa": "NA", "east pakistan": "BD",
    "portuguese guinea": "GW", "spanish guinea": "GQ", "french sudan": "ML", "oubangui-chari": "CF",
    "ellice islands": "TV", "gilbert islands": "KI", "transjordan": "JO", "trucial states": "AE", "kirghizia": "KG",
}  # fmt: skip
"""Names that states bore before they changed them, since 1900 (ISO 3166-3 and before), where one state took them."""

_COMMON = {
    "bosnia": "BA", "trinidad": "TT", "dr congo": "CD", "democratic republic of congo": "CD", "korea republic": "KR",
    "dprk": "KP", "rok": "KR", "prc": "CN", "mainland china": "CN", "great britain": "GB", "usa": "US",
    "united states": "US", "ussr": "SU", "soviet union": "SU", "union of soviet socialist republics": "SU",
}  # fmt: skip
"""Short forms and abbreviations of states' own names, with their ISO 3166 or, of a state that is gone, 3166-3 code."""

_NAMES = {"SU": "Soviet Union", "GB": "United Kingdom", "HK": "Hong Kong", "MO": "Macao", "MM": "Myanmar"}
"""Names of states that CLDR leaves out, or has in a longer form."""

_SPELLINGS = {
    "kiev": "UA", "kyjiv": "UA", "washington": "US", "peking": "CN", "teheran": "IR", "delhi": "IN", "kishinev": "MD",
    "tiflis": "GE", "astana": "KZ", "san jose": "CR", "the hague": "NL", "hague": "NL", "tel aviv": "IL",
    "naypyitaw": "MM", "pnomh penh": "KH", "santiago de chile": "CL", "la paz": "BO", "ulan bator": "MN",
    "kuwait city": "KW", "algier": "DZ", "bucarest": "RO", "damaskus": "SY", "akmola": "KZ", "gitega": "BI",
}  # fmt: skip
"""Capitals and seats of government by further spellings and names that newspapers use, with the code of the state."""

_OF_SEVERAL = frozenset(("brussels", "jerusalem", "geneva", "vienna", "strasbourg"))
"""Capitals whose name stands for a body of several states as often, or for no government agreed upon."""

_KINDS = frozenset(
    ("state", "province", "city", "town", "municipality", "village", "commonwealth", "republic", "kingdom")
)
"""What may stand with "of" before a place's own name."""


@cache
def _states() -> dict[Words, str]:
    return {words_in(form): name for name, short in _STATES.items() for form in (name, *short.split())}


@cache
def _countries() -> dict[Words, str]:
    known = {words_in(name): code for name, code in sorted(countries().codes.items())}
    added = {words_in(name): code for name, code in {**_RENAMED, **_COMMON}.items()}
    return {words: code for words, code in {**known, **added}.items() if words}


@cache
def _capitals() -> dict[Words, str]:
    found: dict[Words, str] = {}
    for country in all_countries():
        info = CountryInfo(country.name()).info()
        code, capital = info.get("ISO", {}).get("alpha2"), info.get("capital")
        for name in capital if isinstance(capital, list) else [capital]:
            if code and name:
                found.setdefault(words_in(str(name)), str(code))
    found |= {words_in(name): code for name, code in _SPELLINGS.items()}
    return {words: code for words, code in found.items() if " ".join(words) not in _OF_SEVERAL}


@cache
def _seats() -> dict[Words, str]:
    return {words_in(name): code for code, names in GOVERNMENTS.items() for name in names}


def country_code(words: Words) -> str | None:
    """Return the ISO 3166 code of the country that a name's words name in any of its forms, or None."""
    return _countries().get(words) or _countries().get(own_name(words))


def seat_code(words: Words) -> str | None:
    """Return the ISO 3166 code of the country for whose government a seat's name stands, or None."""
    return _seats().get(words)


def capital_code(words: Words) -> str | None:
    """Return the ISO 3166 code of the country of which a town is the capital, or None."""
    return _capitals().get(words)


def state_of(words: Words) -> str | None:
    """Return the state of the United States that a name or its abbreviation names, or None."""
    return _states().get(words)


def own_name(words: Words) -> Words:
    """Return a place's name without what it is: "State of Texas" is Texas."""
    return words[2:] if len(words) > 2 and words[0] in _KINDS and words[1] == "of" else words  # noqa: PLR2004


@cache
def country_name(code: str) -> str:
    """Return the English name of a country: CLDR's, which Babel carries."""
    return str(_NAMES.get(code) or Locale("en").territories.get(code) or code)
