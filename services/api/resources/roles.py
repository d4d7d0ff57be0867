"""Roles: what articles call a person beside the name, and when they did.

Nobody holds an office for ever, so a role is dated by the articles that give it, and is no name of the person.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.extraction import Span
from services.api.queries.listing import AnyRow, Rows
from services.api.resources.days import find_articles_day

ROLES_MAX = 50
"""Roles of one person that are shown, those that most articles give."""

CLAIMS_MAX = 500
"""Claims whose speaker's words are looked through, the newest: some 20 ms."""

ROLE_MAX_CODE_POINTS = 100
"""Of a longer phrase more is told than a role."""

_COURTESY = r"(?:mr|mrs|ms|miss|mx|dr|sir|dame|lord|lady|hon|madame|mme|monsieur|se[nñ]or|se[nñ]ora|herr|frau)\b\.?"
_COURTESIES = re.compile(rf"(?:(?:^|(?<=\s)){_COURTESY}\s*)+$", re.IGNORECASE)
_OWNER = re.compile(r"(?:the|an?|its|our|their)\s+", re.IGNORECASE)
_PERSONS = re.compile(r"(?:his|her|my|your)\s", re.IGNORECASE)
_PREPOSITION = re.compile(r"\s(?:of|for|from|by|to|with|at|in|on|and|or)(?:\s|\Z)", re.IGNORECASE)
_CLAUSE = re.compile(r"(?:who|whose|which|that|aged)\b", re.IGNORECASE)


class Said(BaseModel):
    """The words of one article that give it."""

    article_id: UUID
    revision: int
    spans: list[Span]
    text: str


class Role(BaseModel):
    """What articles call a person, and of which days those are that do."""

    role: str = Field(description="Without the name, articles and words of courtesy.")
    articles: int
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


def show_roles(rows: Rows, names: Iterable[str]) -> list[dict[str, object]]:
    """Return the roles that the words of a person's claims give, those that most articles give first."""
    known = sorted({name for name in names if name}, key=len, reverse=True)
    found: dict[str, list[tuple[str, AnyRow]]] = {}
    for row in sorted(rows, key=_newest_first):
        for role in find_roles(row.reading["speaker"]["text"], known):
            found.setdefault(role.casefold(), []).append((role, row))
    shown = [_show(said) for said in found.values()]
    return [role.model_dump() for role in sorted(shown, key=lambda role: (-role.articles, role.role))[:ROLES_MAX]]


def _newest_first(row: AnyRow) -> tuple[float, UUID, int]:
    return -row.fetched_at.timestamp(), row.article_id, row.ordinal


def _show(said: Sequence[tuple[str, AnyRow]]) -> Role:
    role, newest = said[0]
    days = sorted(day.at for _, row in said if (day := find_articles_day(row)) is not None)
    speaker = newest.reading["speaker"]
    words = Said(article_id=newest.article_id, revision=newest.revision, spans=speaker["spans"], text=speaker["text"])
    return Role(
        role=role,
        articles=len({row.article_id for _, row in said}),
        first_on=days[0] if days else None,
        last_on=days[-1] if days else None,
        said=words,
    )


def find_roles(words: str, names: Sequence[str]) -> list[str]:
    """Return what a speaker's words say beside a name; ``names`` has the longest first.

    "Its president, Odra Venn" and "President Odra Venn" say "president", "Odra Venn, head of the port, 58" the head of
    it. "Dr Venn" and "his wife, Odra Venn" say no role of hers; "a report by Odra Venn" neither.
    """
    for name in names:
        if found := re.search(rf"\b{re.escape(name)}\b", words):
            behind = (_bare(part.strip()) for part in words[found.end() :].split(",")[1:])
            return list(dict.fromkeys(role for role in (_before(words[: found.start()]), *behind) if role is not None))
    return []


def _before(words: str) -> str | None:
    words = _COURTESIES.sub("", words.strip()).strip()
    is_apart = words.endswith(",")
    role = _bare(words.rstrip(", "))
    return None if role is None or (not is_apart and _PREPOSITION.search(role)) else role


def _bare(words: str) -> str | None:
    """Return words without what stands before their noun; none where they are too many, of a person, or no noun."""
    role = _OWNER.sub("", words, count=1) if _OWNER.match(words) else words
    is_role = any(letter.isalpha() for letter in role) and len(role) <= ROLE_MAX_CODE_POINTS
    return None if not is_role or "," in role or _PERSONS.match(role) or _CLAUSE.match(role) else role
