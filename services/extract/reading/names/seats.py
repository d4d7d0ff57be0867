"""Seats of power: buildings, hills and streets whose names stand for the government that sits there."""

# ruff: noqa: RUF001  (the marks that newspapers print)


def _names(listed: str) -> frozenset[str]:
    return frozenset(name.strip() for name in listed.split(","))


GOVERNMENTS = {
    "AR": _names("casa rosada, quinta de olivos"),
    "AT": _names("ballhausplatz, hofburg"),
    "AU": _names("kirribilli house, yarralumla"),
    "BE": _names("rue de la loi, lambermont"),
    "BR": _names("planalto, palácio do planalto, planalto palace, alvorada"),
    "CA": _names("parliament hill, sussex drive, rideau hall, langevin block"),
    "CL": _names("la moneda, moneda palace"),
    "CN": _names("zhongnanhai"),
    "CO": _names("casa de nariño, nariño palace"),
    "CZ": _names("prague castle, hrad, straka academy"),
    "DE": _names("bellevue palace, schloss bellevue"),
    "DK": _names("christiansborg, slotsholmen"),
    "EC": _names("carondelet, carondelet palace"),
    "EG": _names("heliopolis palace, abdeen palace"),
    "ES": _names("moncloa, la moncloa, moncloa palace, zarzuela palace"),
    "EU": _names("berlaymont"),
    "FI": _names("kesäranta, mäntyniemi"),
    "FR": _names("élysée, elysée, elysee, élysée palace, elysée palace, elysee palace, matignon, hôtel matignon"),
    "GB": _names("downing street, number 10, no 10, no. 10, number ten, whitehall, westminster"),
    "GR": _names("maximos mansion"),
    "HU": _names("carmelite monastery, sándor palace"),
    "ID": _names("merdeka palace, istana merdeka"),
    "IE": _names("leinster house, áras an uachtaráin, merrion street"),
    "IN": _names("rashtrapati bhavan, raisina hill, lok kalyan marg"),
    "IT": _names("quirinal, quirinale, quirinal palace, palazzo chigi, chigi palace"),
    "JP": _names("kantei, nagatacho, kasumigaseki"),
    "KE": _names("harambee house"),
    "KR": _names("blue house, cheong wa dae"),
    "MX": _names("los pinos, palacio nacional"),
    "MY": _names("perdana putra, seri perdana"),
    "NG": _names("aso rock, aso villa"),
    "NL": _names("binnenhof, het torentje"),
    "NZ": _names("beehive, premier house"),
    "PE": _names("casa de pizarro, palacio de gobierno"),
    "PH": _names("malacañang, malacanang, malacañang palace, malacanang palace"),
    "PL": _names("belweder, belvedere palace"),
    "PT": _names("são bento, belém palace"),
    "RO": _names("cotroceni, cotroceni palace, victoria palace"),
    "RU": _names("kremlin"),
    "SA": _names("al-yamamah palace"),
    "SE": _names("rosenbad, sager house"),
    "SG": _names("istana"),
    "TR": _names("beştepe, bestepe, çankaya, cankaya, sublime porte"),
    "UA": _names("bankova, mariinskyi palace"),
    "US": _names("white house, oval office, west wing"),
    "VA": _names("apostolic palace"),
    "VE": _names("miraflores, miraflores palace"),
    "ZA": _names("union buildings, tuynhuys, mahlamba ndlopfu"),
}
"""Offices and residences of heads of state and of government by which the press of the country calls them.

The members of the G20 and, of the other states, those whose seat has a name that is used for its government; by the
ISO 3166 code of the state. Lower case, without the article.
"""

BODIES = _names(
    "pentagon, capitol hill, capitol, foggy bottom, langley, westminster palace, holyrood, bute house,"
    " stormont, cardiff bay, scotland yard, vauxhall cross, quai d'orsay, bercy, place beauvau, palais bourbon,"
    " luxembourg palace, farnesina, viminale, montecitorio, palazzo madama, itamaraty, south block, north block,"
    " bendlerblock, lubyanka, old bailey, threadneedle street, turtle bay, wilhelmstrasse"
)
"""Seats of parliaments, ministries, services, courts and central banks, used for the body that sits there."""


def government_of(name: str) -> str | None:
    """Return the ISO 3166 code of the state for whose government a seat's name stands; None if it is no such seat."""
    shown = name.lower().replace("’", "'").removeprefix("the ")
    return next((code for code, seats in GOVERNMENTS.items() if shown in seats), None)


def is_seat(name: str) -> bool:
    """Tell whether a name is a seat's, which speaks as a body and is not anonymous."""
    return government_of(name) is not None or name.lower().replace("’", "'").removeprefix("the ") in BODIES
