"""Features: what a pair of statements looks like, as a few numbers; the same whichever of them comes first."""

from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from schemas.extraction import Force, Polarity, Voice
from services.extract.relations.amounts import amounts_of, shared
from services.extract.relations.attitude import is_against
from services.extract.relations.meaning import meaning
from services.extract.relations.opposites import opposed
from services.extract.relations.parties import one_party
from services.extract.relations.statement import Statement
from services.extract.relations.wording import Stems, covered, every_stem_of, jaccard, stems_of

NEAR = 0.5
"""The cosine from which on nearness tells more than below it."""

WORDS_MAX = 15
"""Shared words that count; with so many the two are copies."""

PARTY_WORDS_MAX = 3
"""The same where both are of one party: with so many the two are of one matter."""

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Features:
    """What is seen of a pair.

    ``cosine`` of what both mean, ``near`` what of it lies above ``NEAR``; ``words`` shared, ``covered`` of the shorter
    one and ``jaccard`` of both, the same of the sentences, ``across`` of the one's words by the other's sentence;
    ``length`` of the shorter one. ``speaker``: both are of one party. ``inside``: of one article. ``headlines``,
    ``own_voice``: how many of both. ``polarity``, ``force``, ``opposites``, ``amounts``: whether these differ;
    ``denials``: both deny; ``amounts_shared``: one at least is. ``names`` shared in the contents; ``names_differ``:
    each has one that the other's sentence lacks. The others are products of two of these; ``party_against``: one party
    is against both.
    """

    cosine: float
    near: float
    words: float
    covered: float
    jaccard: float
    sentence_words: float
    sentence_covered: float
    sentence_jaccard: float
    across: float
    length: float
    speaker: float
    inside: float
    headlines: float
    own_voice: float
    polarity: float
    polarity_near: float
    polarity_covered: float
    denials: float
    force: float
    opposites: float
    opposites_near: float
    amounts: float
    amounts_near: float
    amounts_shared: float
    names: float
    names_differ: float
    inside_near: float
    inside_same: float
    near_covered: float
    party_cosine: float
    party_near: float
    party_covered: float
    party_words: float
    party_against: float
    outside_near: float

    @property
    def row(self) -> Row:
        """The numbers in order, and a one for the bias."""
        return np.array([*_values(self), 1.0])


NAMES = tuple(Features.__dataclass_fields__)
_values = attrgetter(*NAMES)


def features_of(a: Statement, b: Statement) -> Features:
    """Return what is seen of a pair."""
    cosine, mine, theirs = a.cosine(b), _stems(a), _stems(b)
    return Features(
        **_likeness(a, b, cosine, mine, theirs),
        **_stances(a, b, cosine, covered(mine, theirs)),
        **_parties(a, b, cosine, mine, theirs),
    )


def _likeness(a: Statement, b: Statement, cosine: float, mine: Stems, theirs: Stems) -> dict[str, float]:
    around, about = stems_of(a.sentence), stems_of(b.sentence)
    common = covered(mine, theirs)
    inside = float(a.article_id == b.article_id)
    near = max(cosine - NEAR, 0.0)
    return {
        "cosine": cosine,
        "near": near,
        "words": float(min(len(mine & theirs), WORDS_MAX)),
        "covered": common,
        "jaccard": jaccard(mine, theirs),
        "sentence_words": float(min(len(around & about), WORDS_MAX)),
        "sentence_covered": covered(around, about),
        "sentence_jaccard": jaccard(around, about),
        "across": max(covered(mine, about), covered(around, theirs)),
        "length": float(np.log1p(min(len(mine), len(theirs)))),
        "inside": inside,
        "inside_near": inside * cosine,
        "outside_near": (1 - inside) * near,
        "near_covered": cosine * common,
    }


def _stances(a: Statement, b: Statement, cosine: float, common: float) -> dict[str, float]:
    differs = float(a.claim.polarity is not b.claim.polarity)
    contrary = float(opposed(every_stem_of(meaning(a.claim)), every_stem_of(meaning(b.claim))) is not None)
    counted, others = amounts_of(meaning(a.claim)), amounts_of(meaning(b.claim))
    amount = float(bool(counted and others) and not shared(counted, others))
    return {
        "polarity": differs,
        "polarity_near": differs * cosine,
        "polarity_covered": differs * common,
        "denials": float(not differs and a.claim.polarity is Polarity.DENIED),
        "force": float((a.claim.force is Force.BARE) is not (b.claim.force is Force.BARE)),
        "opposites": contrary,
        "opposites_near": contrary * cosine,
        "amounts": amount,
        "amounts_near": amount * cosine,
        "amounts_shared": float(shared(counted, others)),
        "inside_same": float(a.article_id == b.article_id) * (1 - differs),
    }


def _parties(a: Statement, b: Statement, cosine: float, mine: Stems, theirs: Stems) -> dict[str, float]:
    party = float(one_party(a, b))
    return {
        "speaker": party,
        "headlines": _count(a, b, Voice.HEADLINE),
        "own_voice": _count(a, b, Voice.ARTICLE),
        "names": float(min(len(_names(a) & _names(b)), 2)),
        "names_differ": float(bool(_own(a, b)) and bool(_own(b, a))),
        "party_cosine": party * cosine,
        "party_near": party * max(cosine - NEAR, 0.0),
        "party_covered": party * covered(mine, theirs),
        "party_words": party * min(len(mine & theirs), PARTY_WORDS_MAX),
        "party_against": float(bool(party) and is_against(a) and is_against(b)),
    }


def _stems(one: Statement) -> frozenset[str]:
    return stems_of(meaning(one.claim))


def _count(a: Statement, b: Statement, voice: Voice) -> float:
    return float((a.claim.voice is voice) + (b.claim.voice is voice))


def _names(one: Statement) -> frozenset[object]:
    return frozenset(named.entity_id for named in one.entities)


def _own(one: Statement, other: Statement) -> set[str]:
    """Return the names in the one's content that the other's content lacks, and its sentence."""
    known = _names(other)
    return {named.name for named in one.entities if named.entity_id not in known and named.name not in other.sentence}
