"""``/v1/compare``: some articles beside one another: cards, threads, relations, and where their words come from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from schemas.comparison import Flag, OriginEvidence, ThreadStatus
from services.api.http.parameters import OnceEachBut, Selection
from services.api.http.problems import DESCRIBED
from services.api.http.selection import choose
from services.api.http.transactions import reading
from services.api.queries import articles as article_queries
from services.api.queries import origins as origin_queries
from services.api.queries import relations as relation_queries
from services.api.queries import threads as thread_queries
from services.api.queries.listing import AnyRow, Rows
from services.api.queries.single import Single, list_single
from services.api.resources.articles import here
from services.api.resources.cards import ShownCard, show_card
from services.api.resources.parts import TenseClaim, ThreadArticle, ThreadClaim
from services.api.resources.relations import EXAMPLE, Related, show_related
from services.api.resources.threads import ListedThread, Names, Thread, find_names, show_parts, show_thread

router = APIRouter(
    prefix="/v1/compare", tags=["comparing"], responses=DESCRIBED, dependencies=[Depends(OnceEachBut("article"))]
)

ARTICLES_MAX = 10
"""Articles of one comparison: some thousand claims, of 2 KB each."""

RELATIONS_MAX = 5_000
"""Relations of one comparison: some 2 MB."""

THREADS_MAX = 1_000
"""Threads of one comparison: ten long reports have some 300, a text made to flood has one for each of its claims."""

PARTS_MAX = 5_000
"""Places of claims in threads: every claim has one at most as a member, but may be in tension with many threads."""

COMPARING = """The cards of the articles; the threads that their claims are in, the best supported first; how
their claims stand to one another; and which of them have their words from one place, with what shows it. What a thread
counts it counts over all articles; of its claims those of the articles compared are shown.
"""

Json = dict[str, Any]


class ComparedThread(Thread):
    """A thread with its claims of the articles compared."""

    status: ThreadStatus
    shared: bool = Field(description="Whether several of the articles have a claim of it.")
    differing: bool = Field(description="Whether they are on both sides of it, or have claims in tension with it.")
    articles: list[ThreadArticle]
    claims: list[ThreadClaim]
    in_tension: list[TenseClaim]


class ComparedRelation(Related):
    """How claim a stands to claim b."""

    a: UUID
    b: UUID


class ShownEvidence(BaseModel):
    """By what one sees that two articles have their words from one place."""

    kind: OriginEvidence
    articles: list[UUID] = Field(description="The two.")


class ShownOrigin(BaseModel):
    """Where the words of some of the articles come from."""

    origin_id: UUID
    articles: list[UUID]
    evidence: list[ShownEvidence] = Field(description="None where it is of one article alone.")


_THREAD: Any = ListedThread.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]
_ARTICLES: Any = ["5f0c9f0e-2f57-5a43-8d1c-3f1a2b7c9d11", "91c2a0de-6b1f-5d6e-8a57-d3c1b2a49e02"]


class Comparison(BaseModel):
    """Some articles beside one another; which of them is right is nowhere said."""

    cards: list[ShownCard]
    threads: list[ComparedThread]
    threads_omitted: bool = Field(
        description=f"There are more than {THREADS_MAX:,}; others are left out, the least supported."
    )
    claims_omitted: bool = Field(
        description=f"The claims have more than {PARTS_MAX:,} places in threads; others are left out, tensions first."
    )
    relations: list[ComparedRelation]
    relations_omitted: bool = Field(description=f"There are more than {RELATIONS_MAX:,}; others are left out.")
    origins: list[ShownOrigin]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cards": ShownCard.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                    "threads": [
                        {
                            **{name: shown for name, shown in _THREAD.items() if name != "claim"},
                            "shared": True,
                            "differing": True,
                            "articles": ThreadArticle.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                            "claims": ThreadClaim.model_config["json_schema_extra"]["examples"],  # type: ignore[index]
                            "in_tension": [],
                        }
                    ],
                    "threads_omitted": False,
                    "claims_omitted": False,
                    "relations": [
                        {
                            **EXAMPLE,
                            "a": "0b5f0c4e-8f0a-5a6b-9d52-1c6f6f2f3a10",
                            "b": "77f0c9aa-51f2-5d1c-9a0e-2b1f6f0d3c44",
                        }
                    ],
                    "relations_omitted": False,
                    "origins": [
                        {
                            "origin_id": _ARTICLES[0],
                            "articles": _ARTICLES,
                            "evidence": [{"kind": "near_duplicate", "articles": _ARTICLES}],
                        }
                    ],
                }
            ]
        }
    )


def _several(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) != len(ids):
        raise ValueError("must be different articles")
    return ids


class Compared(Selection):
    """Which articles are compared."""

    article: Annotated[list[UUID], AfterValidator(_several)] = Field(
        min_length=2, max_length=ARTICLES_MAX, description=f"The articles, each by its id: 2 to {ARTICLES_MAX}."
    )


def show_cards(rows: Sequence[AnyRow], single: Mapping[UUID, Single]) -> list[Json]:
    """Return the cards of articles, where there are any; of several the one with most first-hand words says so."""
    cards = [show_card(row, single.get(row.article_id, Single())) for row in rows if row.card is not None]
    counts = [card["quotes"]["direct"] + card["quotes"]["mixed"] for card in cards]
    most = max(counts, default=0)
    if most and counts.count(most) == 1:
        cards[counts.index(most)]["flags"].append({"flag": Flag.BEST_SOURCED, "spans": [], "words": []})
    return cards


def show_threads(threads: Rows, names: Names, parts: Iterable[AnyRow], articles: Mapping[UUID, AnyRow]) -> list[Json]:
    """Return threads with their claims of the articles compared."""
    held, tense = defaultdict[UUID, list[AnyRow]](list), defaultdict[UUID, list[AnyRow]](list)
    for part in parts:
        (tense if part.tense else held)[part.thread_id].append(part)
    return [
        {**show_thread(row, names), **_show_parts(held[row.thread_id], tense[row.thread_id], articles)}
        for row in threads
    ]


def _show_parts(held: Rows, tense: Rows, articles: Mapping[UUID, AnyRow]) -> Json:
    named = dict.fromkeys(part.article_id for part in (*held, *tense))
    return {
        "shared": len({part.article_id for part in held}) > 1,
        "differing": len({part.side for part in held}) > 1 or bool(tense),
        **show_parts(held, tense, (articles[key] for key in named)),
    }


def show_origins(rows: Rows, evidence: Rows) -> list[Json]:
    """Return the origins of articles, those of most articles first."""
    found = defaultdict[UUID, list[UUID]](list)
    for row in rows:
        found[row.origin_id].append(row.article_id)
    return [
        {
            "origin_id": key,
            "articles": articles,
            "evidence": [
                {"kind": pair.evidence, "articles": [pair.a, pair.b]} for pair in evidence if pair.a in articles
            ],
        }
        for key, articles in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    ]


async def compare(connection: AsyncConnection, ids: Sequence[UUID]) -> Json:
    """Return what is known of some articles beside one another; raises NotFound or Erased."""
    found = {row.article_id: row for row in await article_queries.list_cards(connection, ids)}
    rows = [here(found.get(key)) for key in ids]
    single = await list_single(connection, ids)
    holding = await thread_queries.list_holding(connection, ids, most=THREADS_MAX + 1)
    threads = holding[:THREADS_MAX]
    names = await find_names(connection, threads)
    parts = await thread_queries.list_parts_of(connection, ids, most=PARTS_MAX + 1)
    relations = await relation_queries.list_among(connection, ids, most=RELATIONS_MAX + 1)
    origins = await origin_queries.list_origins(connection, ids)
    evidence = await origin_queries.list_evidence(connection, ids)
    return {
        "cards": show_cards(rows, single),
        "threads": show_threads(threads, names, parts[:PARTS_MAX], found),
        "threads_omitted": len(holding) > THREADS_MAX,
        "claims_omitted": len(parts) > PARTS_MAX,
        "relations": [{**show_related(row), "a": row.a, "b": row.b} for row in relations[:RELATIONS_MAX]],
        "relations_omitted": len(relations) > RELATIONS_MAX,
        "origins": show_origins(origins, evidence),
    }


@router.get("", summary="Compare articles", description=COMPARING, response_model=Comparison)
async def compare_articles(request: Request, compared: Annotated[Compared, Query()]) -> Response:
    chosen = choose(request, compared)
    async with reading(request) as connection:
        shown = await compare(connection, compared.article)
    return chosen.answer(shown)
