"""Organisations: those of several states, by their acronym and by their names; and the words of bodies' names.

``organisations.txt`` holds a body a line: what it is called most, and its further names. No library keeps them, so the
list is our own, by kinds: meant to be whole for the system of the United Nations and for the European Union, as their
charts have it (https://www.un.org/en/about-us/un-system, https://european-union.europa.eu/institutions-law-budget), but
not compared with these line by line; of all others those that newspapers name most. An acronym that more often means
something else is left out.
"""

from functools import cache
from importlib.resources import files

from services.extract.entities.spelling import words_in
from services.extract.reading.language.lexicon import words

Words = tuple[str, ...]

_FORMS = words(
    "inc incorporated corp corporation co company ltd limited plc llc llp lp ag sa se nv bv gmbh oyj ab as spa srl kk"
    " pty pjsc ojsc jsc"
)
"""Legal forms at the end of a company's name."""

_SHORT = {("united", "states"): "us", ("united", "kingdom"): "uk", ("united", "nations"): "un"}
"""Names within others that are as often given by their initials."""

_OFFICES = frozenset(("ministry", "department", "office"))
"""Parts of governments named both ways: "Defence Ministry", "Ministry of Defence"."""

_LETTERS_MAX = 8
"""Of an acronym."""


@cache
def _bodies() -> dict[Words, str]:
    lines = files("services.extract.entities").joinpath("organisations.txt").read_text("utf-8").splitlines()
    found: dict[Words, str] = {}
    for line in lines:
        if line.startswith("# "):
            continue
        short, _, names = line.partition(" = ")
        for name in (short, *filter(None, names.split(" | "))):
            found[body_words(name)] = short
    return found


@cache
def words_of_body(short: str) -> frozenset[str]:
    """Return the words of all names of an organisation by what it is called most."""
    return frozenset(word for words, body in _bodies().items() if body == short for word in words)


def organisation_of(name: str) -> str | None:
    """Return what an organisation of several states is called most, by any of its names, or None.

    An acronym must be written as one, so that "who" and "Can" are none.
    """
    found = _bodies().get(body_words(name))
    if found is None or len(name.split()) > 1:
        return found
    return found if any(letter.isupper() for letter in name[1:]) or len(name) > _LETTERS_MAX else _as_word(found, name)


def _as_word(found: str, name: str) -> str | None:
    """Return the body if its acronym is spoken as a word, and so written: "Nato", "Unesco"."""
    return found if name[:1].isupper() and len(name) > len("WHO") else None


def body_words(name: str) -> Words:
    """Return the words of a body's name without legal form, "and" and article; "Defence Ministry" turned round."""
    found = [word for word in words_in(name) if word != "and"]
    while len(found) > 1 and found[-1] in _FORMS:
        found.pop()
    at = 0
    while at < len(found) - 1:
        short = _SHORT.get((found[at], found[at + 1]))
        if short is not None and len(found) > 2:  # noqa: PLR2004
            found[at : at + 2] = [short]
        at += 1
    if len(found) > 1 and found[-1] in _OFFICES and "of" not in found:
        found = [found[-1], "of", *found[:-1]]
    return tuple(word for word in found if word != "the")


def initials_of(words: Words) -> str | None:
    """Return the initials of a body's name of three words or more, without those of "of" and "for"; or None."""
    told = [word for word in words if word not in {"of", "for", "in", "on", "the"}]
    return "".join(word[0] for word in told) if len(told) > 2 else None  # noqa: PLR2004


def is_acronym(name: str) -> bool:
    """Tell whether a name is written as initials."""
    letters = name.replace(".", "")
    return letters.isalpha() and letters.isupper() and 1 < len(letters) <= _LETTERS_MAX
