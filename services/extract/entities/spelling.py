"""Spelling: the words of a name as all its spellings have them."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from functools import lru_cache

from services.lexemes import fold_name

NAMES_KEPT = 8_192
"""Names of recent articles, most of which come again."""

_O = re.compile(r"\b[Oo]['’ʼ`´](?=\w)")
"""Before an Irish surname, unlike an initial."""

_JOINED = frozenset(("mc", "mac", "co"))
"""First parts of surnames, and of "co-operation", written apart or not."""

_AMERICAN = {
    "organisation": "organization",
    "organisations": "organizations",
    "programme": "program",
    "centre": "center",
    "defence": "defense",
    "labour": "labor",
    "harbour": "harbor",
}
"""Words of bodies' names that British and American English spell otherwise."""


@lru_cache(NAMES_KEPT)
def words_in(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents, hyphens, possessive and the article before it.

    Initials stand together ("J. K." as "JK"), and so do "Mc", "Mac" and "O" with what follows. At its end a run of
    i, y and j is one letter, whichever way it was transliterated.
    """
    found: list[str] = []
    initials = joined = False
    for word in fold_name(_O.sub("O", name.replace("&", " ").replace(" - ", "-"))).split():
        if found and (joined or (initials and len(word) == 1)):
            found[-1] += word
        elif word != "the" or found:
            found.append(_AMERICAN.get(word, word))
        initials, joined = len(word) == 1, word in _JOINED
    return tuple(found)
