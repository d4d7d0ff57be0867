"""Threads: claims about one proposition, their sides, and how well it is supported; pure, in any order the same.

Threads are what holds together of the components of ``agrees`` and ``contradicts`` (``cohesion``). A relation that does
not fit the sides that surer ones gave (the weakest of an odd circle) changes none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid5

from schemas.comparison import RelationKind, RelationReason, Side, ThreadStatus
from schemas.extraction import Form, Polarity
from services.extract.relating.cohesion import Tie, cohere

NAMESPACE = UUID("b6c1d7a4-3c0e-5d1b-9a55-60d5d2a1c9e7")
"""The namespace of thread ids; it never changes."""

FIRST_HAND = frozenset({Form.DIRECT, Form.MIXED})

DISPUTING = frozenset({RelationReason.OBJECT, RelationReason.POLARITY})
"""The reasons of a tension by which who says so stands on the other side of a thread."""


class Named(NamedTuple):
    """Who speaks: the entity where there is one, and the name."""

    entity_id: UUID | None
    name: str

    @property
    def key(self) -> str:
        """Who it is, whatever the name."""
        return str(self.entity_id) if self.entity_id else self.name.casefold()


@dataclass(frozen=True, slots=True)
class Told:
    """A claim as threads see it; ``origin`` is null where nobody says it, ``day`` the first on which it may be said."""

    claim_id: UUID
    article_id: UUID
    polarity: Polarity
    form: Form | None = None
    nested: bool = False
    speaker: Named | None = None
    origin: UUID | None = None
    submitted: bool = False
    day: date | None = None

    @property
    def is_first_hand(self) -> bool:
        """Whether these are words that were quoted, and not within what somebody else said."""
        return self.form in FIRST_HAND and not self.nested


class Tense(NamedTuple):
    """A claim in tension with a thread: the side on which it stands, and why."""

    claim_id: UUID
    side: Side
    reasons: tuple[RelationReason, ...]


@dataclass(frozen=True)
class Thread:
    """Claims about one proposition, and what they amount to."""

    thread_id: UUID
    sides: Mapping[UUID, Side]
    tense: tuple[Tense, ...]
    status: ThreadStatus
    articles: int
    origins: int
    submitted_origins: int
    quotes: int
    affirmed_by: tuple[Named, ...]
    denied_by: tuple[Named, ...]
    since: date | None


def thread_id(claims: Iterable[UUID]) -> UUID:
    """Return the id of the thread of some claims: that of its smallest."""
    return uuid5(NAMESPACE, str(min(claims)))


def build(claims: Collection[Told], ties: Collection[Tie], beside: Collection[Told] = ()) -> list[Thread]:
    """Return the threads of claims, each claim in one, in the order of their ids.

    ``ties``: all relations of the claims; ``beside``: the claims at their other ends that are not to be in threads.
    """
    groups = cohere((told.claim_id for told in claims), ties)
    known = {told.claim_id: told for told in (*claims, *beside)}
    tensions: dict[UUID, list[tuple[UUID, Tie]]] = {}
    for tie in ties:
        if tie.kind is RelationKind.TENSION and tie.a in known and tie.b in known:
            for one, other in ((tie.a, tie.b), (tie.b, tie.a)):
                tensions.setdefault(one, []).append((other, tie))
    return sorted((_thread(group, known, tensions) for group in groups), key=lambda each: each.thread_id)


def _thread(
    group: Mapping[UUID, bool], known: Mapping[UUID, Told], tensions: Mapping[UUID, Sequence[tuple[UUID, Tie]]]
) -> Thread:
    members = [known[claim] for claim in sorted(group)]
    sides = _sides(group, known)
    tense = tuple(_tense(sides, tensions))
    against = _against(sides, tense, known)
    standing = [*sides.items(), *((one.claim_id, one.side) for one in against)]
    origins = {told.origin: told.submitted for told in members if told.origin is not None}
    submitted = sum(origins.values())
    independent = max(submitted, len(origins) - submitted)
    alone = ThreadStatus.UNCONTESTED if independent > 1 else ThreadStatus.SINGLE_SOURCE
    return Thread(
        thread_id=thread_id(group),
        sides=sides,
        tense=tense,
        status=ThreadStatus.DISPUTED if against or len(set(sides.values())) > 1 else alone,
        articles=len({told.article_id for told in members}),
        origins=len(origins),
        submitted_origins=submitted,
        quotes=_count_quotes(members),
        affirmed_by=_named(known[claim] for claim, side in standing if side is Side.AFFIRMING),
        denied_by=_named(known[claim] for claim, side in standing if side is Side.DENYING),
        since=min((told.day for told in members if told.day), default=None),
    )


def _sides(group: Mapping[UUID, bool], known: Mapping[UUID, Told]) -> dict[UUID, Side]:
    """Name the sides: the one with more affirmed claims affirms, one of denials alone denies."""
    parts = [sorted(claim for claim, turned in group.items() if turned is which) for which in (False, True)]
    weights = [_weight([known[claim] for claim in part]) for part in parts]
    first = max((0, 1), key=lambda which: (weights[which], [-claim.int for claim in parts[which][:1]]))
    return dict.fromkeys(parts[first], Side.AFFIRMING) | dict.fromkeys(parts[1 - first], Side.DENYING)


def _weight(part: Sequence[Told]) -> tuple[int, int]:
    """Return how many claims of a side are affirmed, and how few are denied: none weighs more than denials alone."""
    affirmed = sum(told.polarity is Polarity.AFFIRMED for told in part)
    return affirmed, affirmed - len(part)


def _tense(sides: Mapping[UUID, Side], tensions: Mapping[UUID, Sequence[tuple[UUID, Tie]]]) -> Iterator[Tense]:
    """Yield the claims in tension with a thread's own, each once, by the surest relation."""
    found: dict[UUID, tuple[float, UUID, Tie]] = {}
    for claim in sides:
        for other, tie in tensions.get(claim, ()):
            if other not in sides:
                best = found.get(other)
                if best is None or (-tie.score, claim) < (-best[0], best[1]):
                    found[other] = (tie.score, claim, tie)
    for other, (_, claim, tie) in sorted(found.items()):
        side = _other(sides[claim]) if RelationReason.POLARITY in tie.reasons else sides[claim]
        yield Tense(other, side, tuple(sorted(tie.reasons)))


def _other(side: Side) -> Side:
    return Side.DENYING if side is Side.AFFIRMING else Side.AFFIRMING


def _against(sides: Mapping[UUID, Side], tense: Sequence[Tense], known: Mapping[UUID, Told]) -> list[Tense]:
    """Return what other articles hold against a thread over an object: whoever says so stands on the other side.

    Who only spoke otherwise at another time, of a part or with less force is no party to this dispute.
    """
    own = {known[claim].article_id for claim in sides}
    return [one for one in tense if DISPUTING.issubset(one.reasons) and known[one.claim_id].article_id not in own]


def _count_quotes(members: Sequence[Told]) -> int:
    """Count first-hand quotes; of articles of one origin, which may copy them, only those of the one with most."""
    by_article: dict[tuple[UUID | None, UUID], int] = {}
    for told in members:
        if told.is_first_hand:
            key = (told.origin, told.article_id)
            by_article[key] = by_article.get(key, 0) + 1
    most: dict[UUID | None, int] = {}
    for (origin, _), count in by_article.items():
        most[origin] = max(most.get(origin, 0), count)
    return sum(most.values())


def _named(claims: Iterable[Told]) -> tuple[Named, ...]:
    """Return who speaks, each once under the longest name, who speaks most often first."""
    names: dict[str, list[Named]] = {}
    for told in claims:
        if told.speaker is not None:
            names.setdefault(told.speaker.key, []).append(told.speaker)
    ranked = sorted(names.values(), key=lambda said: (-len(said), said[0].key))
    return tuple(max(said, key=lambda one: (len(one.name), one.name)) for said in ranked)
