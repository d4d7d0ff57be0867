"""Threads of claims, whatever order claims and relations come in."""

import random
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from schemas.comparison import RelationKind, RelationReason, Side, ThreadStatus
from schemas.extraction import Form, Polarity
from services.extract.relating.cohesion import Tie
from services.extract.relating.threads import Named, Thread, Told, build, thread_id

AGREES, CONTRADICTS, TENSION = RelationKind.AGREES, RelationKind.CONTRADICTS, RelationKind.TENSION


def key(number: int) -> UUID:
    return UUID(int=number)


def told(number: int, *, denied: bool = False, article: int | None = None, **changes: object) -> Told:
    values: dict[str, object] = {
        "claim_id": key(number),
        "article_id": key(100 + (number if article is None else article)),
        "polarity": Polarity.DENIED if denied else Polarity.AFFIRMED,
        "speaker": Named(None, "Anna Weller"),
        "origin": key(200 + (number if article is None else article)),
    }
    return Told(**{**values, **changes})  # type: ignore[arg-type]


def tie(a: int, b: int, kind: RelationKind, score: float = 0.8, *reasons: RelationReason) -> Tie:
    return Tie(key(a), key(b), kind, score, frozenset(reasons))


def sides(thread: Thread) -> dict[int, str]:
    return {claim.int: side.value for claim, side in thread.sides.items()}


def test_claim_without_relations_is_a_thread_of_one_source() -> None:
    (thread,) = build([told(1, day=date(2026, 3, 1))], [])
    assert (thread.thread_id, thread.status, thread.origins) == (thread_id([key(1)]), ThreadStatus.SINGLE_SOURCE, 1)
    assert thread.since == date(2026, 3, 1)


def test_two_origins_that_agree_are_uncontested_and_copies_are_not() -> None:
    (thread,) = build([told(1), told(2)], [tie(1, 2, AGREES)])
    assert thread.status is ThreadStatus.UNCONTESTED
    (copied,) = build([told(1), told(2, origin=key(201))], [tie(1, 2, AGREES)])
    assert (copied.status, copied.articles, copied.origins) == (ThreadStatus.SINGLE_SOURCE, 2, 1)


def test_submitted_articles_are_counted_apart() -> None:
    (thread,) = build([told(1), told(2, submitted=True)], [tie(1, 2, AGREES)])
    assert (thread.status, thread.origins, thread.submitted_origins) == (ThreadStatus.SINGLE_SOURCE, 2, 1)


def test_sides_follow_agreement_and_contradiction() -> None:
    ties = [tie(1, 2, AGREES), tie(2, 3, CONTRADICTS), tie(3, 4, AGREES)]
    (thread,) = build([told(1), told(2), told(3, denied=True), told(4, denied=True)], ties)
    assert sides(thread) == {1: "affirming", 2: "affirming", 3: "denying", 4: "denying"}
    assert thread.status is ThreadStatus.DISPUTED


def test_denials_alone_deny() -> None:
    (thread,) = build([told(1, denied=True), told(2, denied=True)], [tie(1, 2, AGREES)])
    assert set(thread.sides.values()) == {Side.DENYING}


def test_odd_circle_is_cut_at_its_weakest_relation() -> None:
    ties = [tie(1, 2, AGREES, 0.9), tie(2, 3, CONTRADICTS, 0.8), tie(1, 3, AGREES, 0.7)]
    (thread,) = build([told(1), told(2), told(3)], ties)
    assert sides(thread) == {1: "affirming", 2: "affirming", 3: "denying"}


@pytest.mark.parametrize(
    ("reasons", "side", "status"),
    [
        ((RelationReason.OBJECT, RelationReason.POLARITY), Side.DENYING, ThreadStatus.DISPUTED),
        ((RelationReason.TIME, RelationReason.POLARITY), Side.DENYING, ThreadStatus.SINGLE_SOURCE),
        ((RelationReason.FORCE,), Side.AFFIRMING, ThreadStatus.SINGLE_SOURCE),
    ],
)
def test_claim_in_tension_stands_apart(reasons: tuple[RelationReason, ...], side: Side, status: ThreadStatus) -> None:
    (thread,) = build([told(1)], [tie(1, 2, TENSION, 0.8, *reasons)], [told(2, denied=True)])
    assert [(one.claim_id, one.side, set(one.reasons)) for one in thread.tense] == [(key(2), side, set(reasons))]
    assert thread.status is status


def test_only_who_disputes_a_thread_is_said_to_deny_it() -> None:
    weller, other = Named(None, "Anna Weller"), Named(None, "Odra Holm")
    time, polarity, thing = RelationReason.TIME, RelationReason.POLARITY, RelationReason.OBJECT
    once = [told(2, denied=True, speaker=other)]
    (before,) = build([told(1)], [tie(1, 2, TENSION, 0.8, polarity, time)], once)
    assert (before.affirmed_by, before.denied_by) == ((weller,), ())
    (disputed,) = build([told(1)], [tie(1, 2, TENSION, 0.8, polarity, thing)], once)
    assert (disputed.affirmed_by, disputed.denied_by) == ((weller,), (other,))


def test_tension_within_an_article_is_no_dispute() -> None:
    reasons = (RelationReason.OBJECT, RelationReason.POLARITY)
    (thread,) = build([told(1)], [tie(1, 2, TENSION, 0.8, *reasons)], [told(2, article=1)])
    assert thread.status is ThreadStatus.SINGLE_SOURCE


def test_quotes_of_copies_count_once_and_own_voice_has_no_origin() -> None:
    quote: dict[str, Any] = {"form": Form.DIRECT, "origin": key(201)}
    claims = [told(1, **quote), told(2, **quote), told(3, form=Form.DIRECT, nested=True), told(4, origin=None)]
    (thread,) = build(claims, [tie(n, n + 1, AGREES) for n in (1, 2, 3)])
    assert (thread.quotes, thread.origins, thread.articles) == (1, 2, 4)


@pytest.mark.parametrize("seed", range(20))
def test_order_makes_no_difference(seed: int) -> None:
    dice = random.Random(seed)
    claims = [told(n, denied=dice.random() < 0.4) for n in range(1, 16)]
    ties = [
        tie(a, b, dice.choice([AGREES, CONTRADICTS, TENSION]), dice.choice([0.7, 0.8, 0.9]))
        for a in range(1, 16)
        for b in range(a + 1, 16)
        if dice.random() < 0.15
    ]
    wanted = build(claims, ties)
    dice.shuffle(claims)
    dice.shuffle(ties)
    assert build(claims, ties) == wanted
