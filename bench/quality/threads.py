"""How well the threads of an affair are its propositions: B-cubed (Bagga and Baldwin, 1998) over its claims."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bench.quality.pairs import Annotated
from bench.quality.words import share
from corpus.affairs import RelationKind
from services.extract.relating.cohesion import Tie, cohere
from services.extract.relations.candidates import is_candidate
from services.extract.relations.judge import relate
from services.extract.relations.statement import Statement

Groups = Mapping[str, frozenset[str]]
"""Of each claim the claims that stand with it, and itself."""


@dataclass(frozen=True, slots=True)
class Threads:
    """Sums over claims that stand with others: of ours the share of their thread that people put with them, and back.

    ``right`` of ``found`` claims in threads of ours, ``reached`` of ``wanted`` in those of people.
    """

    right: float = 0.0
    found: int = 0
    reached: float = 0.0
    wanted: int = 0

    def __add__(self, other: "Threads") -> "Threads":
        return Threads(
            self.right + other.right, self.found + other.found, self.reached + other.reached, self.wanted + other.wanted
        )

    @property
    def precision(self) -> float | None:
        """Of a claim's thread, what people put with it, in percent."""
        return share(self.right, self.found)

    @property
    def recall(self) -> float | None:
        """Of what people put with a claim, its thread, in percent."""
        return share(self.reached, self.wanted)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both, in percent."""
        precision, recall = self.precision or 0.0, self.recall or 0.0
        return 2 * precision * recall / (precision + recall) if precision + recall else None


def score(affair: Annotated, named: Sequence[tuple[str, Statement]]) -> Threads:
    """Return how well statements are put into threads: those that are an annotated claim have its name.

    People's threads are the components of the pairs that they rather see agree or contradict than anything else. A
    claim alone counts in neither sum, for most are; nor does an optional one.
    """
    ours, theirs = threads_of(named), propositions_of(affair)
    found = {name for name, thread in ours.items() if len(thread) > 1 and name not in affair.optional}
    wanted = {name for name, thread in theirs.items() if len(thread) > 1 and name not in affair.optional}
    return Threads(
        right=sum(len(ours[name] & theirs.get(name, frozenset((name,)))) / len(ours[name]) for name in found),
        found=len(found),
        reached=sum(len(ours.get(name, frozenset()) & theirs[name]) / len(theirs[name]) for name in wanted),
        wanted=len(wanted),
    )


def propositions_of(affair: Annotated) -> Groups:
    """Return people's threads."""
    joined = {RelationKind.AGREES, RelationKind.CONTRADICTS}
    sets = {name: {name} for name in affair.statements}
    for key, relation in affair.relations.items():
        if relation.kinds[0] in joined:
            one, other = (sets[name] for name in key)
            one |= other
            sets.update(dict.fromkeys(other, one))
    return {name: frozenset(found) for name, found in sets.items()}


def threads_of(named: Sequence[tuple[str, Statement]]) -> Groups:
    """Return the threads that the services would make of statements."""
    names = {statement.claim_id: name for name, statement in named}
    grouped = (frozenset(names[claim] for claim in group) for group in cohere(names, _ties(named)))
    return {name: thread for thread in grouped for name in thread}


def _ties(named: Sequence[tuple[str, Statement]]) -> Iterable[Tie]:
    for (_, a), (_, b) in combinations(named, 2):
        found = relate(a, b) if is_candidate(a, b) else None
        if found is not None:
            yield Tie(a.claim_id, b.claim_id, found.kind, found.score)
