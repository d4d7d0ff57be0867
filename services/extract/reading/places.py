"""Names of countries, territories and large cities, from the CLDR data that Babel carries."""

from functools import cache

from babel import Locale
from babel.core import get_global

_ALSO = frozenset(("us", "u.s.", "uk", "u.k.", "uae", "america", "britain", "england", "scotland", "wales"))
"""Short names that CLDR's list of English country names leaves out."""


@cache
def place_names() -> frozenset[str]:
    """Return the names of territories and of the cities that name time zones, in lower case."""
    territories = {str(name).lower() for name in Locale("en").territories.values()}
    zones = (zone.rsplit("/", 1) for zone in get_global("zone_territories"))
    cities = {zone[-1].replace("_", " ").lower() for zone in zones if len(zone) > 1}
    return frozenset(territories | cities | _ALSO)
