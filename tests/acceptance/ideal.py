"""A world in which every item holds, made from the set itself: the judges must pass it, and fail it once spoilt."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.acceptance.gold import Gold, Line
from tests.acceptance.model import Reading
from tests.acceptance.served import Recording, question

Json = dict[str, Any]
DAY = "2026-03-02"

UNSERVED = frozenset(("C29", "C32", "Q6"))
"""Lines that the claim of the line they share with meets too."""

AFFIRMING = {
    "R10": ["C05", "C13", "C20b", "C38"],
    "A1": ["C02"],
    "A10": ["C10", "C21", "C31", "C40"],
    "A3": ["C07", "C37"],
    "A2": ["C16", "C17", "Q1"],
    "R13": ["C12", "C19"],
}
DENYING = {"A1": ["C22", "C28a", "C35b", "Q5"]}
TENSE = {"A3": ["Q8"]}
STATUS = {"R10": "uncontested", "A1": "disputed", "A10": "uncontested", "A3": "disputed"}
"""Threads, named by the item that asks for them, the best supported first, and the lines on their sides.

Any other line has a thread of its own.
"""


def claims_of(gold: Gold) -> list[Any]:
    """Return a claim for each line, named like it."""
    return [gold.check.ideal(line, gold.texts[line["article"]]) for line in gold.lines if line["id"] not in UNSERVED]


def reading_of(gold: Gold, claims: Iterable[Any]) -> Reading:
    """Return a reading whose sentences are the lines of the texts."""
    reading = Reading(gold, gold.texts, claims)
    reading.sentences = {name: [[*m.span()] for m in re.finditer(".+", text)] for name, text in gold.texts.items()}
    return reading


def nothing(gold: Gold) -> Recording:
    """Return the answers of a service that finds nothing in the articles."""
    world = Ideal(gold)
    world.claims, world.entities, world.cards = {}, {}, {}
    return world.recording()


class Ideal:
    """Answers of an API that knows the set; ``parts`` may be spoilt before they are recorded."""

    def __init__(self, gold: Gold) -> None:
        self.gold = gold
        self.claims = {claim.id: claim for claim in claims_of(gold)}
        self.entities = {f"entity {n}": gold.row(f"E{n:02}") for n in range(1, 21)}
        self.pairs = list(self._pairs())
        self.cards = {row["article"]: self._card(row) for item, (row, *_) in gold.items.items() if item[0] == "K"}
        self.published: dict[str, str | None] = dict.fromkeys(gold.texts)
        self.found = ["C10"]
        self.one_announcement = True

    def recording(self) -> Recording:
        articles = {name: f"id of {name}" for name in self.gold.texts}
        answers = {**self._articles(), **self._relations(), **self._entities(), **self._threads()}
        answers[question("/v1/compare", {"article": [*articles.values()]})] = self._compare()
        return Recording(articles, [DAY, DAY], {asked: (200 if body else 404, body) for asked, body in answers.items()})

    def _articles(self) -> Json:
        found: Json = {}
        for name, text in self.gold.texts.items():
            path, at = f"/v1/articles/id of {name}", self.published[name]
            found[path] = {"published_at": at, "published": {"at": at, "reason": None if at else "no_evidence"}}
            found[f"{path}/text"] = {"text": text}
            found[f"{path}/claims"] = {"items": [self._shown(c) for c in self.claims.values() if c.article == name]}
            found[f"{path}/card"] = self.cards.get(name)
        (rule,) = self.gold.row("N14")["must_not"]
        hits = [claim for claim in self.found if claim in self.claims]
        found[question("/v1/claims", {"q": rule["query"]})] = {"items": [{"claim_id": claim} for claim in hits]}
        ids = [{"article_id": f"id of {self.claims[claim].article}"} for claim in hits]
        found[question("/v1/articles", {"q": rule["query"]})] = {"items": ids}
        return found

    def _shown(self, claim: Any) -> Json:
        speaker = (
            {"spans": [], "text": claim.speaker_names[0], "anonymous": claim.anonymous} if claim.speaker_names else None
        )
        if speaker:
            speaker["entity_id"] = self._entity_of(claim.speaker_names)
        return {
            "claim_id": claim.id,
            "article_id": f"id of {claim.article}",
            "content": {"spans": claim.content},
            "speaker": speaker,
            "cue": None,
            "question": {"spans": claim.question} if claim.question else None,
            **{name: getattr(claim, name) for name in ("polarity", "force", "form", "voice", "nested_in")},
        }

    def _entity_of(self, names: Iterable[str]) -> str | None:
        return next((key for key, entity in self.entities.items() if {*names} & {*entity["forms"]}), None)

    def _pairs(self) -> Iterator[Json]:
        for item, lines in self.gold.items.items():
            for line in lines if item[0] == "R" else ():
                if line["b"] and line["kind"]:
                    b = line["b"] if line["a"] != line["b"] else line["b"][1:]
                    yield from (self._pair(line, x, y) for x in line["a"] for y in b if x != y)

    def _pair(self, line: Line, a: str, b: str) -> Json:
        objects = line.get("objects", {})
        shown = {place: objects.get(side, []) for place, side in (("shared", "both"), ("own", "a"), ("other", "b"))}
        return {
            "a": self._served(a),
            "b": self._served(b),
            "kind": line["kind"][0],
            "order": (line["order"] or ["unknown"])[0],
            "reasons": [{"reason": reason, "words": ""} for reason in line["reasons_any_of"][:1]],
            "objects": shown,
        }

    def _served(self, name: str) -> str:
        """Return the claim that stands for a line."""
        shares = next(line["shares"] for line in self.gold.lines if line["id"] == name)
        return str(shares) if name in UNSERVED else name

    def _relations(self) -> Json:
        turned = [{**pair, "a": pair["b"], "b": pair["a"], "objects": _turn(pair["objects"])} for pair in self.pairs]
        return {
            f"/v1/claims/{key}/relations": {
                "items": [{**p, "claim": {"claim_id": p["b"]}} for p in (*self.pairs, *turned) if p["a"] == key]
            }
            for key in self.claims
        }

    def _entities(self) -> Json:
        listed = [
            {"entity_id": key, "name": entity["name"], "type": entity["type"][0], "aliases": entity["forms"]}
            for key, entity in self.entities.items()
        ]
        found: Json = {"/v1/entities": {"items": listed}}
        for key, entity in self.entities.items():
            found[f"/v1/entities/{key}/mentions"] = {"items": [*self._mentions(entity)]}
        if self.entities:
            found |= self._stances()
        return found

    def _mentions(self, entity: Line) -> Iterator[Json]:
        forms = "|".join(map(re.escape, sorted(entity["forms"], key=len, reverse=True)))
        for name, bounds in entity["mentions"].items():
            for match in [*re.finditer(forms, self.gold.texts[name])][: bounds["max"]]:
                yield {"article_id": f"id of {name}", "spans": [match.span()], "text": match.group()}

    def _stances(self) -> Json:
        wanted = self.gold.row("R7")["timeline"]
        entity = self._entity_of([wanted["speaker"]])
        stages = [name for stage in wanted["stages"] for name in stage]
        days = {name: wanted["dated"].get(self.claims[name].article) for name in stages}
        body = {
            "dated": [{"at": day, "claim": {"claim_id": name}} for name, day in days.items() if day],
            "undated": [{"claim": {"claim_id": name}} for name, day in days.items() if not day],
        }
        return {question(f"/v1/entities/{entity}/stances", {"topic": wanted["topic"]}): body}

    def _threads(self) -> Json:
        threads = [*self._all_threads()]
        found: Json = {"/v1/threads": {"items": threads}}
        for name in ("A1", "A2", "A3"):
            for wanted in self.gold.row(name)["threads"]:
                found[question("/v1/threads", {"q": wanted["about"]})] = {"items": threads}
        return {**found, **{f"/v1/threads/{thread['thread_id']}": thread for thread in threads}}

    def _all_threads(self) -> Iterator[Json]:
        named = {name for lines in (*AFFIRMING.values(), *DENYING.values()) for name in lines}
        for name in AFFIRMING if self.claims else ():
            yield self._thread(name, AFFIRMING[name], DENYING.get(name, []), TENSE.get(name, []))
        for name in self.claims:
            if name not in named:
                yield self._thread(name, [name], [], [])

    def _thread(self, name: str, affirming: list[str], denying: list[str], tense: list[str]) -> Json:
        parts = [self._part(name, claim, "affirming") for claim in affirming]
        parts += [self._part(name, claim, "denying") for claim in denying]
        in_tension = [{**self._part(name, claim, "denying"), "reasons": []} for claim in tense]
        articles = {self.claims[claim].article for claim in (*affirming, *denying, *tense)}
        return {
            "thread_id": f"thread {name}",
            "status": STATUS.get(name, "single_source"),
            "affirmed_by": self._names(affirming),
            "denied_by": self._names(denying),
            "independent_origins": len({part["origin"] for part in parts} - {None}),
            "articles": [self._thread_article(article) for article in sorted(articles)],
            "claims": parts,
            "in_tension": in_tension,
        }

    def _part(self, thread: str, name: str, side: str) -> Json:
        claim = self.claims[name]
        origin = "one announcement" if thread == "A3" and self.one_announcement else claim.article
        said = claim.voice == "attributed"
        return {"side": side, "origin": origin if said else None, "claim": self._shown(claim)}

    def _names(self, claims: Iterable[str]) -> list[Json]:
        speakers = [self.claims[claim].speaker_names for claim in claims if self.claims[claim].speaker_names]
        keys = [self._entity_of(names) for names in speakers]
        return [
            {"name": self.entities[key]["name"] if key else names[0]} for key, names in zip(keys, speakers, strict=True)
        ]

    def _thread_article(self, name: str) -> Json:
        card = self.cards[name]
        return {"article_id": f"id of {name}", "venue": card["venue"], "date": card["date"]}

    def _card(self, row: Line) -> Json:
        name, date = row["article"], row["date"]
        evidence = [{"text": words} for words in date["evidence"]]
        bound = date["not_before"] and date["not_before"]["min"]
        return {
            "article_id": f"id of {name}",
            "title": {"text": row["title"][0]} if row["title"] else None,
            "venue": row["venue"][0] if row["venue"] else None,
            "date": {
                **date,
                "reason": "no_evidence" if date["reason"] else None,
                "not_before": bound,
                "evidence": evidence,
            },
            "quotes": row["quotes"],
            "attributed": [*self._attributed(row)],
            "flags": [{"flag": flag, "spans": self._spans(row, flag)} for flag in row["flags"]["all_of"]],
            "single_source": row["single_source"],
            "disclosure": row["disclosure"]
            and {"spans": [row["disclosure"]["span"]], "text": row["disclosure"]["words"]},
        }

    def _attributed(self, row: Line) -> Iterator[Json]:
        anonymous = {*map(self.gold.check.fold, row["anonymous"])}
        for names in row["attributed"]:
            yield {"name": names[0], "anonymous": self.gold.check.fold(names[0]) in anonymous}

    def _spans(self, row: Line, flag: str) -> list[list[int]]:
        wanted = [line["flag"] for item in self.gold.items for line in self.gold.items[item] if "flag" in line]
        spans = [
            s for one in wanted if one["article"] == row["article"] and flag in one["any_of"] for s in one["spans"]
        ]
        return spans + ([row["disclosure"]["span"]] if flag == "self_declared_rewrite" else [])

    def _compare(self) -> Json:
        if not self.claims:
            return {"cards": [], "threads": [], "relations": [], "origins": []}
        (pair,) = self.gold.row("A9")["same_announcement"]
        origin = {"articles": [f"id of {name}" for name in pair], "evidence": [{"kind": "announcement"}]}
        threads = [*self._all_threads()]
        return {"cards": [*self.cards.values()], "threads": threads, "relations": self.pairs, "origins": [origin]}


def _turn(objects: Json) -> Json:
    return {"shared": objects["shared"], "own": objects["other"], "other": objects["own"]}
