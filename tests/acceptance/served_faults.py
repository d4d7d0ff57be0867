"""The faults that only what the API serves can have, by what they are called in the set."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.acceptance.gold import Line
from tests.acceptance.served import Relation, Served

Found = Iterator[object]

OWN_TIME = re.compile(r"(fetched|stored|submitted|done|extracted|related|found|seen|added|polled)_at$")
"""Fields that tell when the service did something, never when anything was said or published."""


def _relations(served: Served, articles: Sequence[str], rule: Line) -> Found:
    named = rule.get("rule", rule)
    kinds = [relation for relation in served.relations if relation.kind in named["kind"]]
    if "inside" in named:
        inside = {claim.id for claim in served.of(named["inside"])}
        yield from (relation for relation in kinds if {relation.a, relation.b} <= inside)
    else:
        sides = _side(served, articles, named, "a"), _side(served, articles, named, "b")
        yield from (relation for relation in kinds if _joins(relation, *sides))


def _joins(relation: Relation, a: set[str], b: set[str]) -> bool:
    return relation.a in a and relation.b in b


def _side(served: Served, articles: Sequence[str], named: Line, side: str) -> set[str]:
    """Return the claims that a side names by lines, or by spans of the one article."""
    if side in named:
        return {claim for name in named[side] for claim in served.finding(name)}
    (article,) = articles
    places = [served.place(article, span) for span in named[f"{side}_on"]]
    at = served.check.characters(places)
    return {claim.id for claim in served.of(article) if claim.hull() & at}


def _dates(served: Served, articles: Sequence[str], rule: Line) -> Found:
    for name in rule["not_null"]:
        article = served.recording.get(f"/v1/articles/{served.recording.articles[name]}")
        if article["published_at"] is not None or not article["published"]["reason"]:
            yield name, article["published"]
    for body in served.answers():
        yield from (field for field, value in _strings(body) if _is_today(served, field, value))


def _is_today(served: Served, field: str, value: str) -> bool:
    return not OWN_TIME.search(field) and any(value.startswith(day) for day in served.recording.days)


def _strings(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string of an answer with the name of its field."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, field)


def _entity_count(served: Served, articles: Sequence[str], rule: Line) -> Found:
    forms = {*map(served.check.fold, rule["forms"])}
    found = [e for e in served.entities if e.forms & forms and e.type in rule.get("type", [e.type])]
    assert found, "no entity has any of the forms"
    if len(found) > rule["more_than"]:
        yield from (entity.key for entity in found)


def _same_object(served: Served, articles: Sequence[str], rule: Line) -> Found:
    fold = served.check.fold
    for entity in served.entities:
        if all({*map(fold, forms)} & entity.forms for forms in rule["rule"]):
            yield entity.key


def _origins(served: Served, articles: Sequence[str], rule: Line) -> Found:
    """Yield threads in which the claims go back to more origins than they have."""
    claims = {claim for name in rule["rule"]["of"] for claim in served.meeting(name)}
    threads = [t for t in served.threads() if {part.claim for part in served.parts(t)} & claims]
    assert threads, "no thread holds the claims"
    for thread in threads:
        origins = {part.origin for part in served.parts(thread) if part.claim in claims} - {None}
        if len(origins) > rule["rule"]["more_than"]:
            yield thread["thread_id"], origins


def _words(served: Served, articles: Sequence[str], rule: Line) -> Found:
    """Yield what the service says of an article in forbidden words of its own."""
    claims = {claim.id for claim in served.of(rule["about"])}
    said: list[Any] = [served.card(rule["about"])]
    said += [t for t in served.threads() if {part.claim for part in served.parts(t)} & claims]
    said += [served.recording.get(f"/v1/claims/{claim}/relations") for claim in claims]
    forbidden = re.compile(rf"\b({'|'.join(map(re.escape, rule['words']))})\b", re.IGNORECASE)
    for field, value in _strings(said):
        if forbidden.search(value.replace("_", " ")) and not any(value in text for text in served.texts.values()):
            yield field, value


def _search_misses(served: Served, articles: Sequence[str], rule: Line) -> Found:
    claims, (article,) = served.meeting(rule["claim"]), articles
    found = {one["claim_id"] for one in served.recording.items("/v1/claims", q=rule["query"])}
    if not found & claims:
        yield "/v1/claims"
    listed = {one["article_id"] for one in served.recording.items("/v1/articles", q=rule["query"])}
    if served.recording.articles[article] not in listed:
        yield "/v1/articles"


SERVED_FAULTS: Mapping[str, Callable[[Served, Sequence[str], Line], Found]] = {
    "relation": _relations,
    "date": _dates,
    "entity_count": _entity_count,
    "same_object": _same_object,
    "independent_origins": _origins,
    "words": _words,
    "search_misses": _search_misses,
}
