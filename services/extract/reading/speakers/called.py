"""What the words of a speaker call a person beside the name: "harbour master" of "harbour master Odra Venn, 58"."""

import re
from collections.abc import Sequence

from schemas.extraction import Mention, MentionType, Speaker
from services.extract.reading.language.lexicon import TITLE_ABBREVIATIONS
from services.extract.reading.speakers.nouns import is_person

CALLED_MAX_CODE_POINTS = 100
"""Of a longer phrase more is told than what somebody is."""

NEAR = 9
"""Mentions before and after a name among which the others of the same words are: a phrase holds fewer."""

_COURTESY = TITLE_ABBREVIATIONS | {"miss", "sir", "madam", "madame", "monsieur", "herr", "frau", "señor", "señora"}
_OWNER = re.compile(r"(?:the|an?|its|our|their)\s+", re.IGNORECASE)
_OF_A_PERSON = re.compile(r"(?:his|her|my|your)\b", re.IGNORECASE)
_PREPOSITION = re.compile(r"\s(?:of|for|from|by|to|with|at|in|on|and|or)\b", re.IGNORECASE)
_MARKS = " ,;:\"'“”‘’«»()–—-"  # noqa: RUF001 (the marks that newspapers print)


def find_called(text: str, speaker: Speaker, mentions: Sequence[Mention]) -> list[str]:
    """Return what an article's text calls the person that a speaker's words name, as it writes it.

    "Its president, Odra Venn" and "President Odra Venn" give "president", "Odra Venn, head of the port, 58" gives "head
    of the port". "Dr Venn" and "his wife, Odra Venn" give nothing, for that is no office, or one's own only to another.
    """
    if speaker.mention is None or mentions[speaker.mention].type is not MentionType.PERSON:
        return []
    name = mentions[speaker.mention].span
    start, end = next(((a, b) for a, b in speaker.spans if a <= name[0] < b), (name[0], name[1]))
    near = mentions[max(0, speaker.mention - NEAR) : speaker.mention + NEAR + 1]
    people = [one.span[0] for one in near if one.type is MentionType.PERSON and start <= one.span[0] < end]
    before = text[max(start, name[0] - CALLED_MAX_CODE_POINTS) : name[0]]
    called = [_before(before)] if people[0] == name[0] else []
    other = next((at for at in people if at > name[0]), None)
    called += _behind(text[name[1] : end if other is None else other], other)
    return list(dict.fromkeys(role for role in called if role is not None))


def _before(words: str) -> str | None:
    """Return what stands before a name, without words of courtesy: a title, or with a comma a whole phrase."""
    parts = words.rstrip(' "“‘«').split(" ")  # noqa: RUF001
    while parts and parts[-1].lower().rstrip(".") in _COURTESY:
        parts.pop()
    rest = " ".join(parts)
    is_apart = rest.endswith(",")
    return None if not is_apart and _PREPOSITION.search(rest) else _person(rest)


def _behind(words: str, other: int | None) -> list[str | None]:
    """Return what stands between commas behind a name; the last before an ``other`` name is of that person."""
    first, *parts = words[: 2 * CALLED_MAX_CODE_POINTS].split(",")
    told = parts if other is None else parts[:-1]
    return [] if first.strip(_MARKS) else [_person(part) for part in told]


def _person(words: str) -> str | None:
    """Return a phrase whose noun means one person, without what stands before it; else none."""
    phrase = words.strip(_MARKS)
    if _OF_A_PERSON.match(phrase) or "," in phrase or len(phrase) > CALLED_MAX_CODE_POINTS:
        return None
    phrase = _OWNER.sub("", phrase, count=1) if _OWNER.match(phrase) else phrase
    head = _PREPOSITION.split(phrase, maxsplit=1)[0].rpartition(" ")[2]
    return phrase if is_person(head.lower()) else None
