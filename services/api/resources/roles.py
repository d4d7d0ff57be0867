"""Roles: what articles call a person beside the name, and when they did.

Nobody holds an office for ever, so a role is dated by the articles that give it, and is no name of the person.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.extraction import Span
from services.api.queries.listing import AnyRow, Rows
from services.api.resources.days import find_articles_day

ROLES_MAX = 50
"""Roles of one person that are shown, those that most articles give."""

CLAIMS_MAX = 500
"""Claims that are looked through, the newest."""


class Said(BaseModel):
    """The words of one article that give it."""

    article_id: UUID
    revision: int
    spans: list[Span]
    text: str


class Role(BaseModel):
    """What articles call a person, and of which days those are that do."""

    role: str = Field(description='As the newest article writes it, without what stands before it, such as "the".')
    articles: int = Field(description=f"Among those of the newest {CLAIMS_MAX} claims; the days too.")
    first_on: date | None = Field(description="The day of the first of these articles; null where none has a day.")
    last_on: date | None
    said: Said = Field(description="The words of the article that was fetched last.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "role": "harbour master",
                    "articles": 3,
                    "first_on": "2026-03-02",
                    "last_on": "2026-03-09",
                    "said": {
                        "article_id": "3b0d5c39-6a5c-5a57-9d35-6a4b4f0e8a10",
                        "revision": 1772443805000000,
                        "spans": [[120, 145]],
                        "text": "harbour master Odra Venn",
                    },
                }
            ]
        }
    )


def show_roles(rows: Rows) -> list[dict[str, object]]:
    """Return what the words of a person's claims, the newest first, call the person, what most articles do first."""
    found: dict[str, list[tuple[str, AnyRow]]] = {}
    for row in rows:
        for role in row.roles:
            found.setdefault(role.casefold(), []).append((role, row))
    shown = [_show(said) for said in found.values()]
    return [role.model_dump() for role in sorted(shown, key=lambda role: (-role.articles, role.role))[:ROLES_MAX]]


def _show(said: Sequence[tuple[str, AnyRow]]) -> Role:
    role, newest = said[0]
    days = sorted(day.at for _, row in said if (day := find_articles_day(row)) is not None)
    speaker = newest.speaker
    words = Said(article_id=newest.article_id, revision=newest.revision, spans=speaker["spans"], text=speaker["text"])
    return Role(
        role=role,
        articles=len({row.article_id for _, row in said}),
        first_on=days[0] if days else None,
        last_on=days[-1] if days else None,
        said=words,
    )
