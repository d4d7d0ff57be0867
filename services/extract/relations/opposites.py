"""Opposites: words of which one says what the other denies, so that two affirmed statements can be at odds."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import Stemmer

_PAIRS = """
accept agree approve consent endorse welcome back favour | reject refuse oppose resist decline veto block spurn
allow permit let | forbid ban prohibit bar prevent
begin start launch open resume | end stop halt close shut cease cancel abandon suspend
join enter seek pursue | leave quit abandon drop forgo renounce outside neutral
keep retain hold maintain defend | cede surrender relinquish abandon drop trade give
rise increase grow gain climb improve | fall decrease decline drop shrink cut worsen
win | lose
safe harmless secure | dangerous unsafe harmful
guilty | innocent
confirm admit acknowledge know | deny ignore unaware
disclose publish reveal open | conceal withhold hide secret undisclosed
buy sell purchase pay | steal pinch rob loot
early before | late after delay
full whole entire all every everybody | part partial some temporary none
many most | few
alive survive | dead die kill
public | private secret
legal lawful | illegal unlawful
possible | impossible
support praise | criticise criticize condemn attack
success succeed | fail failure
calm | panic
"""
"""Each line: words that mean about the same, against words that mean the contrary; general English."""

_REFUSING = "oppose reject refuse veto spurn outside neutral"

stem = Stemmer.Stemmer("english").stemWord


def _table() -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for line in _PAIRS.strip().splitlines():
        one, other = (frozenset(map(stem, side.split())) for side in line.split("|"))
        yield one, other


TABLE = tuple(_table())
_ALL = frozenset().union(*(side for pair in TABLE for side in pair))
REFUSALS = frozenset(map(stem, _REFUSING.split()))
"""Stems of words that are a no to what they are said of."""


def opposed(some: AbstractSet[str], others: AbstractSet[str]) -> tuple[str, str] | None:
    """Return the first stem of ``some`` that is the contrary of one of ``others``, and the latter; null where none is.

    A stem that both have, or a contrary that stands on both sides, opposes nothing.
    """
    own, other = (some - others) & _ALL, (others - some) & _ALL
    if not (own and other):
        return None
    for one, two in TABLE:
        for left, right in ((one, two), (two, one)):
            if (mine := own & left) and (theirs := other & right) and not (some & right or others & left):
                return min(mine), min(theirs)
    return None
