"""What the HTTP API said of the five articles: a recording of its answers, and what they mean.

Resources, past those that list articles and claims (lists are pages of ``items``; words are ``{spans, text}``):

* ``/v1/entities``: ``{entity_id, name, type, aliases}``; ``/v1/entities/{id}/mentions``: ``{article_id, spans, text}``;
  ``/v1/entities/{id}/stances?topic=``: ``{dated: [{at, claim}], undated: [{claim}]}``
* ``/v1/claims/{id}/relations``: ``{kind, order, reasons: [{reason, words}], objects: {shared, own, other}, claim}``,
  where ``claim`` is the other one and ``order`` tells how this one stands to it
* ``/v1/threads?q=`` lists threads; ``/v1/threads/{id}``: ``{thread_id, status, affirmed_by, denied_by: [{name}],
  independent_origins, articles: [{article_id, venue, date: {value, reason}}], claims: [{side, origin, claim}],
  in_tension: [{side, origin, reasons, claim}]}``; ``origin`` is null where nothing is said by anybody
* ``/v1/articles/{id}/card``: ``{article_id, title, venue, date: {value, reason, not_before, relative, evidence},
  quotes: {direct, mixed, partial}, attributed: [{name, anonymous}], flags: [{flag, spans}], single_source: [claim_id],
  disclosure}``
* ``/v1/compare?article=…``: ``{cards, threads, relations: [{a, b, …}], origins: [{articles, evidence: [{kind}]}]}``,
  the best supported threads first
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from tests.acceptance.account import Account, adapt
from tests.acceptance.gold import Gold, Pair

Json = Any


def question(path: str, parameters: Mapping[str, str | list[str]] | None = None) -> str:
    return f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path


def names_of(entity: Json) -> list[str]:
    """Return the name of an entity and its aliases; one of a single spelling may have none."""
    return [entity["name"], *entity.get("aliases", [])]


@dataclass(frozen=True)
class Recording:
    """``asked`` holds status and body of each question, ``articles`` the ids by name, ``days`` those of the asking."""

    articles: dict[str, str]
    days: list[str]
    asked: dict[str, tuple[int, Json]]

    def get(self, path: str, **parameters: str | list[str]) -> Json:
        """Return the answer; one that was refused is a failure, one that was never asked for a mistake of the tests."""
        asked = question(path, parameters)
        status, body = self.asked[asked]
        assert status == 200, f"GET {asked} answers {status}"
        return body

    def items(self, path: str, **parameters: str | list[str]) -> list[Json]:
        return list(self.get(path, **parameters)["items"])


@dataclass(frozen=True)
class Relation:
    """A relation as seen from claim ``a``."""

    a: str
    b: str
    kind: str
    order: str
    reasons: frozenset[str]
    objects: Mapping[str, list[str]]


@dataclass(frozen=True)
class Part:
    """A claim in a thread: on which side it stands, and to which origin its words go back."""

    claim: str
    article: str
    side: str
    origin: str | None
    form: str | None
    tense: bool


@dataclass(frozen=True)
class Entity:
    """``forms`` are its name and aliases; ``mentions`` their articles and spans."""

    key: str
    name: str
    type: str
    forms: frozenset[str]
    mentions: list[tuple[str, Pair, str]]


class Served(Account):
    """The account that the API gives."""

    def __init__(self, gold: Gold, recording: Recording) -> None:
        self.recording = recording
        self._names = {key: name for name, key in recording.articles.items()}
        texts = {name: recording.get(f"/v1/articles/{key}/text")["text"] for name, key in recording.articles.items()}
        super().__init__(gold, texts, ())
        self.claims = [self._claim(shown) for name in texts for shown in self._shown(name)]

    def _shown(self, article: str) -> list[Json]:
        return self.recording.items(f"/v1/articles/{self.recording.articles[article]}/claims")

    def _claim(self, shown: Json) -> Any:
        key, article = shown["claim_id"], self._names[shown["article_id"]]
        entity = shown["speaker"] and shown["speaker"]["entity_id"]
        aliases = self._aliases.get(entity or "", ())
        return adapt(self.check, shown, article=article, key=key, nested_in=shown["nested_in"], aliases=aliases)

    @cached_property
    def _aliases(self) -> dict[str, list[str]]:
        """The names of each entity; none where the API lists no entities."""
        status, body = self.recording.asked["/v1/entities"]
        return {one["entity_id"]: names_of(one) for one in body["items"]} if status == 200 else {}

    def name_of(self, article_id: str) -> str:
        return self._names[article_id]

    def article_of(self, claim: str) -> str:
        return str(next(one.article for one in self.claims if one.id == claim))

    @cached_property
    def relations(self) -> list[Relation]:
        """Every relation twice, as seen from either claim."""
        return [self._relation(c.id, r) for c in self.claims for r in self._relations_of(c.id)]

    def _relations_of(self, claim: str) -> list[Json]:
        return self.recording.items(f"/v1/claims/{claim}/relations")

    def _relation(self, claim: str, shown: Json) -> Relation:
        reasons = frozenset(one["reason"] for one in shown["reasons"])
        other = shown["claim"]["claim_id"]
        return Relation(claim, other, shown["kind"], shown["order"], reasons, shown["objects"])

    def related_articles(self) -> set[frozenset[str]]:
        """Return which articles are related; one within itself stands alone."""
        return {frozenset((self.article_of(r.a), self.article_of(r.b))) for r in self.relations}

    def card(self, article: str) -> Json:
        return self.recording.get(f"/v1/articles/{self.recording.articles[article]}/card")

    def compare(self) -> Json:
        return self.recording.get("/v1/compare", article=[*self.recording.articles.values()])

    def threads(self) -> list[Json]:
        return [self._thread(one) for one in self.recording.items("/v1/threads")]

    def threads_about(self, words: str) -> list[Json]:
        return [self._thread(one) for one in self.recording.items("/v1/threads", q=words)]

    def _thread(self, listed: Json) -> Json:
        return self.recording.get(f"/v1/threads/{listed['thread_id']}")

    def parts(self, thread: Json) -> list[Part]:
        """Return a thread's claims and, after them, those in tension with it."""
        return [self._part(one, tense=False) for one in thread["claims"]] + [
            self._part(one, tense=True) for one in thread["in_tension"]
        ]

    def _part(self, shown: Json, *, tense: bool) -> Part:
        claim = shown["claim"]
        article = self._names[claim["article_id"]]
        return Part(claim["claim_id"], article, shown["side"], shown["origin"], claim["form"], tense)

    @cached_property
    def entities(self) -> list[Entity]:
        return [self._entity(one) for one in self.recording.items("/v1/entities")]

    def _entity(self, shown: Json) -> Entity:
        found = self.recording.items(f"/v1/entities/{shown['entity_id']}/mentions")
        mentions = [(self._names[one["article_id"]], [*one["spans"][0]], one["text"]) for one in found]
        forms = frozenset(map(self.check.fold, names_of(shown)))
        return Entity(shown["entity_id"], shown["name"], shown["type"], forms, mentions)

    def entity_named(self, name: str) -> Entity:
        found = [entity for entity in self.entities if self.check.fold(name) in entity.forms]
        assert len(found) == 1, f"{len(found)} entities have the name asked for"
        return found[0]

    def answers(self) -> Iterator[Json]:
        """Yield every answer that was not refused."""
        return (body for status, body in self.recording.asked.values() if status == 200)
