"""Persons' names: what is given, what is the family's, and which name is a shorter form of which."""

from dataclasses import dataclass
from functools import lru_cache

from services.extract.entities.spelling import NAMES_KEPT, words_in
from services.extract.reading.language.lexicon import TITLES, words
from services.extract.reading.names.countries import country_of
from services.extract.reading.names.demonyms import is_people

_SUFFIXES = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", **{n: n for n in ("ii", "iii", "iv", "v", "vi")}}
"""What tells two of one name in a family apart."""

_PARTICLES = words(
    "van von de den der ter ten del della delle dello di da dal dos das du des la le las los al el bin ibn ben bint abu"
    " abd zu zur af av y san st"
)
"""What a surname of several words begins with."""

_HONOURS = TITLES | words(
    "saint sainte santa madame mme mlle monsieur herr frau senor senora don dona signor signora dom sri shri"
    " ayatollah mullah sayyid hajji maharaja tsar czar shah kaiser count countess duke duchess baron baroness earl"
    " marquess marquis viscount archduke empress pastor reverend monsignor father brother sister uncle aunt"
)
"""Titles, honorifics and degrees of nobility and clergy, before a name."""

_ABOUT_TITLES = frozenset(("of", "state", "the", "us", "uk", "un", "eu"))
"""What stands among titles: "U.S. Secretary of State"."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in folded words; ``given`` is empty where only the surname is known."""

    given: tuple[str, ...]
    surname: tuple[str, ...]
    suffix: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """All words but the suffix."""
        return self.given + self.surname

    @property
    def bucket(self) -> str:
        """The last word of the surname, which every form of the name has."""
        return self.surname[-1]

    def is_form_of(self, other: "PersonName") -> bool:
        """Tell whether this is the other name with given names left out or shortened to initials.

        What has a suffix (Jr.) and what has none are two persons, unless only a surname is known.
        """
        if self.suffix != other.suffix and (self.given or self.suffix):
            return False
        if not self.given:
            return bool(other.given) and other.words[-len(self.surname) :] == self.surname
        if self.bucket != other.bucket or (len(self.words), self.letters) >= (len(other.words), other.letters):
            return False
        rest = iter(other.words[:-1])
        return all(any(_begins(part, whole) for whole in rest) for part in self.words[:-1])

    @property
    def letters(self) -> int:
        """How many letters the words have."""
        return sum(map(len, self.words))


def _begins(part: str, whole: str) -> bool:
    return part == whole or (len(part) == 1 and whole.startswith(part)) or (len(whole) == 1 and part.startswith(whole))


@lru_cache(NAMES_KEPT)
def person_name(name: str) -> PersonName:
    """Return the parts of a person's name without titles; a name of one word is a surname."""
    parts = _untitled(words_in(name))
    suffix = None
    if len(parts) > 1 and parts[-1] in _SUFFIXES:
        parts, suffix = parts[:-1], _SUFFIXES[parts[-1]]
    at = next((at for at, word in enumerate(parts[:-1]) if word in _PARTICLES), max(len(parts) - 1, 0))
    return PersonName(parts[:at], parts[at:], suffix)


def _untitled(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words after the titles, with what stands among those; at least the last."""
    at = 0
    for number, word in enumerate(parts[:-1]):
        if word in _HONOURS:
            at = number + 1
        elif not (word in _ABOUT_TITLES or country_of(word) or is_people(word)):
            break
    while parts[at : at + 1] == ("of",) and len(parts) > at + 2:
        at += 2
    return parts[at:]
