"""Differences: what two statements of one proposition differ in, each with a sentence for people."""

import re
from collections.abc import Iterator

from schemas.comparison import Ground, Objects, RelationReason
from schemas.extraction import Claim, Force, MentionType
from services.extract.reading.language.lexicon import words
from services.extract.relations.amounts import DATE, amounts_of, apart
from services.extract.relations.attitude import is_against, is_refused
from services.extract.relations.meaning import meaning
from services.extract.relations.opposites import REFUSALS, opposed, stem
from services.extract.relations.statement import Statement
from services.extract.relations.wording import every_stem_of

WORDS_MAX = 160
"""Code points of a statement that a ground shows; the claims themselves stand beside it."""

UNFIRM = frozenset((Force.HEDGED, Force.REPORTED))
FIRM = frozenset((Force.BARE, Force.INTENDED, Force.PROPOSED))
FLAT = frozenset((Force.BARE, Force.INTENDED))
"""Forces of statements of which one only can hold, where the one is a no to the other."""

PLACES = frozenset((MentionType.GPE, MentionType.LOC))

GROUND = frozenset(map(stem, words("territory territories land region area province district town city island coast")))
"""Stems of words for a piece of land without its name."""

SCOPE = frozenset(
    map(stem, words("full fully entire whole complete partial partly part temporary temporarily permanent"))
)
"""Stems of words that tell how far or for how long something holds."""

_EXCHANGE = re.compile(r"\b(?:in (?:exchange|return) for|on condition|provided|unless|if)\b", re.IGNORECASE)

_HOW = {
    Force.BARE: "outright",
    Force.HEDGED: "with reserve",
    Force.CONDITIONAL: "on a condition",
    Force.PROPOSED: "as a demand or proposal",
    Force.INTENDED: "as an intention",
    Force.REPORTED: "as hearsay",
}


def differences_of(a: Statement, b: Statement, objects: Objects) -> tuple[Ground, ...]:
    """Return what the two differ in, what matters most first; nothing where they say the same."""
    found = [*_polarities(a, b), *_amounts(a, b), *_places(a, b, objects)]
    if not (is_refused(a) and is_refused(b)):
        found += [*_forces(a, b), *_scopes(a, b)]
    return tuple({ground.reason: ground for ground in reversed(found)}.values())[::-1]


def is_conditional(one: Statement) -> bool:
    """Tell whether a statement is made on a condition, or of an exchange."""
    return one.claim.force is Force.CONDITIONAL or _EXCHANGE.search(meaning(one.claim)) is not None


def shown(one: Statement) -> str:
    """Return a statement's content as a ground quotes it."""
    content = one.claim.content.text
    return content if len(content) <= WORDS_MAX else f"{content[: WORDS_MAX - 1].rstrip()}…"


def _polarities(a: Statement, b: Statement) -> Iterator[Ground]:
    """Yield the difference of a yes and a no; a no to the contrary is a yes."""
    refused = is_refused(a), is_refused(b)
    if all(refused) or (is_against(a) and is_against(b)):
        return
    pair = opposed(every_stem_of(meaning(a.claim)), every_stem_of(meaning(b.claim)))
    contrary = pair is not None and not set(pair) & REFUSALS
    if any(refused) is contrary:
        return
    how = "the one says the contrary of the other"
    if any(refused):
        how = "the one {} what the other {}".format(*("denies" if each else "affirms" for each in refused))
    yield Ground(reason=RelationReason.POLARITY, words=f"{how}: “{shown(a)}” and “{shown(b)}”")


def _amounts(a: Statement, b: Statement) -> Iterator[Ground]:
    both = apart(amounts_of(meaning(a.claim)), amounts_of(meaning(b.claim)))
    if both is not None:
        dated = DATE in both.units
        reason, what = (RelationReason.TIME, "date") if dated else (RelationReason.OBJECT, "number")
        yield Ground(reason=reason, words=f"each gives another {what}: “{shown(a)}” and “{shown(b)}”")


def _forces(a: Statement, b: Statement) -> Iterator[Ground]:
    forces = {a.claim.force, b.claim.force}
    words = f"the one says it {_how(a.claim)}, the other {_how(b.claim)}"
    if is_conditional(a) is not is_conditional(b):
        yield Ground(reason=RelationReason.SCOPE, words=words)
    elif forces & UNFIRM and forces & FIRM:
        yield Ground(reason=RelationReason.FORCE, words=words)


def _scopes(a: Statement, b: Statement) -> Iterator[Ground]:
    """Yield the difference of one that is said of a part or for a time, and one that is said of the whole."""
    one, other = (every_stem_of(meaning(each.claim)) & SCOPE for each in (a, b))
    if one != other and not one & other:
        yield Ground(
            reason=RelationReason.SCOPE, words=f"the one is wider than the other: “{shown(a)}” and “{shown(b)}”"
        )


def _how(claim: Claim) -> str:
    how = _HOW[claim.force]
    return f"{how} (“{claim.force_words.text}”)" if claim.force_words else how


def _places(a: Statement, b: Statement, objects: Objects) -> Iterator[Ground]:
    """Yield the difference of one that names a place and one that names another or some ground in its stead."""
    one, other = _grounds(a, objects.own), _grounds(b, objects.other)
    if one and other and {*one, *other} & _named_places(a, b):
        yield Ground(reason=RelationReason.OBJECT, words=f"the one names {_list(one)}, the other {_list(other)}")


def _grounds(one: Statement, words: tuple[str, ...]) -> tuple[str, ...]:
    named = _named_places(one)
    return tuple(word for word in words if word in named or every_stem_of(word) & GROUND)


def _named_places(*statements: Statement) -> set[str]:
    return {named.name for one in statements for named in one.entities if named.type in PLACES}


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words)
