"""Whether a statement tells of an act that its speaker means to do: "I will", and "he would" of himself."""

import re

from schemas.extraction import Span
from services.extract.reading.language.lexicon import GROUPS, PEOPLE, PREPOSITIONS, words
from services.extract.reading.stance.lines import Line, joined

_OWN = re.compile(
    r"^(?P<who>i|we|he|she|they|it)(?P<will>'ll|(?: \w+ly| also| then| still| never)?"
    r" (?:will|shall|won't|would|wouldn't)| (?:am|are) going to)(?: not| never| also| still| now)*(?P<do> [a-z]+|$)"
)
_NO_ACTS = words(
    "be rather like love welcome prefer hate say think expect imagine suggest need want know see feel hope fall rise"
    " become remain stay mean seem look get happen come kill"
)
"""Verbs after "would" that are no act of one's own, or tell no will to act."""

_NO_ACTS_OF_THINGS = words("take last cost rain have make help mark lead end")
_SEVERAL = words("two three four five six seven eight nine ten some many most several both all others few people half")
_ONE = words("a an one another")
_PERSONAL = words("i he she they we")


def own_will(line: Line) -> tuple[Span, ...]:
    """Return the "will" or "would" with which a clause tells an act of the pronoun that it begins with, or none."""
    match = _OWN.match(line.plain.lstrip(", "))
    if match is None or line.plain[:1] == ",":
        return ()
    act = match["do"].strip()
    thing = match["who"] == "it" and (not act or act in _NO_ACTS_OF_THINGS)
    if act in _NO_ACTS or thing or (act == "have" and "would" in match["will"]):
        return ()
    at = line.index(match.start("will") + (match["will"][0] == " "))
    last = line.index(match.end("will") - 1)
    return joined(line.tokens[at : last + 1][-1:] if match["will"][0] == " " else line.tokens[:1])


def is_own(subject: str, speaker: str | None, *, alone: bool = False) -> bool:
    """Tell whether a pronoun at the head of a statement may be its speaker, as far as the speaker's words tell.

    ``alone``: nobody else can be meant, as in a headline's saying.
    """
    if subject in {"i", "we"}:
        return True
    if alone and subject in _PERSONAL:
        return True
    if speaker is None or subject not in {"he", "she", "they", "it"}:
        return False
    words_of = speaker.lower().split()
    if words_of[0] in _PERSONAL | {"it"}:
        return words_of[0] == subject
    if subject == "it" and not (words_of[0] == "the" or speaker.isupper() or any(word in GROUPS for word in words_of)):
        return False
    stop = next(
        (at for at, word in enumerate(words_of) if at and (word in PREPOSITIONS or word == "who")), len(words_of)
    )
    known = speaker.split()[stop - 1].islower() or words_of[stop - 1] in PEOPLE
    plural = words_of[stop - 1].endswith("s") and known and words_of[0] not in _ONE
    return (subject == "they") == (words_of[0] in _SEVERAL or "and" in words_of or words_of[0].isdigit() or plural)
