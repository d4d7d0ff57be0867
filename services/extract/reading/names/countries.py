"""Countries: their names and codes, capitals, provinces and peoples, as the package countryinfo has them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale
from countryinfo import CountryInfo, all_countries

SHORT_NAMES = {
    "us": "US", "u.s.": "US", "u.s": "US", "usa": "US", "u.s.a.": "US", "america": "US",
    "uk": "GB", "u.k.": "GB", "u.k": "GB", "britain": "GB", "great britain": "GB",
    "uae": "AE", "u.a.e.": "AE", "drc": "CD", "holland": "NL", "burma": "MM", "czechia": "CZ", "vatican": "VA",
}  # fmt: skip
"""Names of countries in common use that the package leaves out, or has as codes, with their ISO 3166 code."""

_CODE_MAX = 3
"""Letters; a shorter other name of a country is its code, and often a word."""

_SEVERAL = re.compile(r", ?|/")
"""Parts the peoples of a country that has more than one."""


@dataclass(frozen=True, slots=True)
class Countries:
    """Names in lower case; ``codes``: the ISO 3166 code of each name of a country or territory."""

    codes: dict[str, str]
    capitals: frozenset[str]
    provinces: frozenset[str]
    peoples: frozenset[str]


@cache
def countries() -> Countries:
    """Return the countries, read once in a process; territories without a country of their own are CLDR's."""
    codes = {str(name).lower(): code for code, name in Locale("en").territories.items() if not code.isdigit()}
    main, capitals, provinces, peoples = set[str](), set[str](), set[str](), set[str]()
    for country in all_countries():
        info: dict[str, Any] = dict(CountryInfo(country.name()).info())
        names = (info["name"], *_texts(info.get("altSpellings")))
        code = info.get("ISO", {}).get("alpha2")
        codes |= {name.lower().removeprefix("the "): code for name in names if code and len(name) > _CODE_MAX}
        capitals.update(name.lower() for name in _texts(info.get("capital")))
        provinces.update(name.partition(" (")[0].lower() for name in _texts(info.get("provinces")))
        for demonym in _texts(info.get("demonym")):
            peoples.update(part for part in _SEVERAL.split(demonym.lower()) if " and " not in part)
        main.add(info["name"].lower())
    peoples -= main | capitals
    codes = {name: code for name, code in codes.items() if name not in peoples} | SHORT_NAMES
    return Countries(codes, frozenset(capitals), frozenset(provinces) - peoples, frozenset(peoples))


def country_of(name: str) -> str | None:
    """Return the ISO 3166 code of the country or territory that a name in any of its forms names."""
    return countries().codes.get(name.lower())


def _texts(value: object) -> Iterator[str]:
    """Yield the texts of a field, which holds one, several or none."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str) and each:
            yield each
