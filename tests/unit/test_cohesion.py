"""What holds together as one proposition, whatever order claims and relations come in."""

import random
from collections.abc import Iterable
from itertools import combinations, product
from uuid import UUID

import pytest

from schemas.comparison import RelationKind
from services.extract.relating.cohesion import CLAIMS_MAX, Tie, cohere

AGREES, CONTRADICTS, TENSION = RelationKind.AGREES, RelationKind.CONTRADICTS, RelationKind.TENSION


def tie(a: int, b: int, kind: RelationKind = AGREES, score: float = 0.85) -> Tie:
    return Tie(UUID(int=a), UUID(int=b), kind, score)


def groups(count: int, ties: Iterable[Tie]) -> list[list[int]]:
    found = cohere((UUID(int=number) for number in range(1, count + 1)), ties)
    return sorted(sorted(claim.int for claim in group) for group in found)


def within(first: int, last: int, score: float = 0.85) -> list[Tie]:
    return [tie(a, b, score=score) for a, b in combinations(range(first, last + 1), 2)]


def test_one_weak_relation_does_not_join_two_groups() -> None:
    assert groups(10, [*within(1, 5), *within(6, 10), tie(5, 6)]) == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]


def test_groups_that_agree_in_many_pairs_are_one() -> None:
    ties = [*within(1, 3), *within(4, 6), *(tie(a, b) for a, b in product((1, 2), (4, 5)))]
    assert groups(6, ties) == [[1, 2, 3, 4, 5, 6]]


def test_chain_of_likenesses_falls_apart() -> None:
    found = groups(40, [tie(number, number + 1) for number in range(1, 40)])
    assert max(map(len, found)) < 10


def test_a_no_to_one_of_those_who_say_yes_is_of_their_proposition() -> None:
    ties = [*within(1, 5), tie(6, 7), tie(1, 6, CONTRADICTS), tie(2, 7, CONTRADICTS)]
    (group,) = cohere((UUID(int=number) for number in range(1, 8)), ties)
    assert {claim.int for claim, side in group.items() if side is group[UUID(int=6)]} == {6, 7}


def test_sides_follow_what_most_relations_say() -> None:
    ties = [*within(1, 3), *(tie(4, number, CONTRADICTS) for number in (1, 2)), tie(3, 4)]
    (group,) = cohere((UUID(int=number) for number in range(1, 5)), ties)
    assert [group[UUID(int=number)] is group[UUID(int=1)] for number in (2, 3, 4)] == [True, True, False]


def test_what_many_print_alike_is_one_saying_though_not_all_were_compared() -> None:
    dice, count = random.Random(3), 300
    near = [tie(a, b, score=0.99) for a in range(1, count) for b in dice.sample(range(1, count + 1), 8) if a < b]
    assert groups(count, near) == [list(range(1, count + 1))]


def test_a_group_is_never_larger_than_its_bound() -> None:
    count = CLAIMS_MAX + 3
    found = groups(count, [tie(number, number + 1, score=0.99) for number in range(1, count)])
    assert max(map(len, found)) <= CLAIMS_MAX
    assert sum(map(len, found)) == count


def test_tension_and_claims_that_are_not_given_join_nothing() -> None:
    assert groups(2, [tie(1, 2, TENSION), tie(1, 9)]) == [[1], [2]]


@pytest.mark.parametrize("seed", range(30))
def test_order_and_company_make_no_difference(seed: int) -> None:
    """What holds together is the same whether claims that nothing relates to it are there or not."""
    dice = random.Random(seed)
    kinds, scores = [AGREES, AGREES, CONTRADICTS, TENSION], [0.7, 0.8, 0.8123, 0.9, 0.97, 0.99]

    def some(first: int, last: int) -> list[Tie]:
        pairs = combinations(range(first, last + 1), 2)
        return [tie(a, b, dice.choice(kinds), dice.choice(scores)) for a, b in pairs if dice.random() < 0.2]

    one, other = some(1, 20), some(21, 40)
    alone = cohere((UUID(int=number) for number in range(1, 21)), one)
    ties, claims = [*one, *other], [UUID(int=number) for number in range(1, 41)]
    dice.shuffle(ties)
    dice.shuffle(claims)
    turned = [each._replace(a=each.b, b=each.a) if dice.random() < 0.5 else each for each in ties]
    together = [group for group in cohere(claims, turned) if min(group).int <= 20]
    assert sorted(sorted(group.items()) for group in together) == sorted(sorted(group.items()) for group in alone)
