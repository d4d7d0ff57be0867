"""The questions of an analyst, each answered by one call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.acceptance.gold import Line
from tests.acceptance.relations import check_timeline, counts_lacking, flags_of, is_between, names_in
from tests.acceptance.served import Json, Part, Served

SIDES = ("affirming", "denying")


def check_answer(served: Served, wanted: Line) -> None:
    """Ask `/v1/threads?q=` where one thread is wanted, else `/v1/compare`; look at all that the question names."""
    found = [_find_threads(served, wanted, thread) for thread in wanted["threads"]]
    if found:
        _check_details(served, [thread for threads in found for thread in threads], wanted)
    if "order" in wanted:
        ranked = _answer(served, wanted, "")
        places = [min(map(ranked.index, threads)) for threads in found]
        assert all(first < then for first, then in pairwise(places)), "the better supported statement comes later"
    for name, check in CHECKS.items():
        if name in wanted:
            check(served, wanted)


def _answer(served: Served, wanted: Line, about: str) -> list[Json]:
    if len(wanted["threads"]) == 1:
        return served.threads_about(about)
    return list(served.compare()["threads"])


def _find_threads(served: Served, wanted: Line, thread: Line) -> list[Json]:
    """Return the first thread that has what is wanted, or the several that carry one statement together."""
    shown = _answer(served, wanted, thread["about"])
    groups = [served.meeting(name) for name in thread["returns"]]
    groups += map(served.meeting_any, thread["returns_any_of"])
    choices = [[one] for one in shown]
    if not thread["returns"]:
        choices.append([one for one in shown if one["status"] in thread["status"] and _holds_any(served, one, groups)])
    lacks = [_lacks(served, one, thread, groups) for one in choices]
    assert "" in lacks, f"{thread['about']}: no thread has what is wanted: {sorted({*lacks})}"
    return choices[lacks.index("")]


def _holds_any(served: Served, thread: Json, groups: Sequence[set[str]]) -> bool:
    return bool({part.claim for part in served.parts(thread)} & set().union(*groups))


def _lacks(served: Served, threads: Sequence[Json], wanted: Line, groups: Sequence[set[str]]) -> str:
    """Return what the threads lack; empty where they have all."""
    parts = [part for thread in threads for part in served.parts(thread)]
    if not all(group & {part.claim for part in parts} for group in groups):
        return "claims"
    if not all(thread["status"] in wanted["status"] for thread in threads):
        return "status"
    for side in ("affirmed_by", "denied_by"):
        names = {one["name"] for thread in threads for one in thread[side]}
        if not {*wanted[side]["all_of"]} <= names <= {*wanted[side]["all_of"], *wanted[side]["may"]}:
            return side
    named = set().union(*groups)
    return next(filter(None, (_side_lacks(parts, side, wanted[side], named) for side in SIDES)), "")


def _side_lacks(parts: Sequence[Part], side: str, wanted: Line | None, named: set[str]) -> str:
    """Count the thread's claims on a side, and of those in tension the ones that the question names."""
    if wanted is None:
        return ""
    counted = [part for part in parts if part.side == side and (not part.tense or part.claim in named)]
    if {part.article for part in counted} != {*wanted["articles"]}:
        return f"{side} articles"
    lacking = counts_lacking(counted, wanted)
    return f"{side} {lacking}" if lacking else ""


def _check_dates(served: Served, threads: Sequence[Json], wanted: Line) -> None:
    shown = {served.name_of(one["article_id"]): one["date"] for thread in threads for one in thread["articles"]}
    for article, day in wanted["dated"].items():
        assert article in shown, f"{article} is not shown"
        _check_date(shown[article], day)


def _check_date(shown: Json, day: str | None) -> None:
    assert shown["value"] == day, "date"
    assert (shown["value"] is None) == bool(shown["reason"]), "a null without a reason, or a reason without a null"


def _check_details(served: Served, threads: Sequence[Json], wanted: Line) -> None:
    _check_dates(served, threads, wanted)
    force = {claim.id: claim.force for claim in served.claims}
    if "venue" in wanted:
        assert {*wanted["venue"]} <= {one["venue"] for thread in threads for one in thread["articles"]}, "venue"
    if "not_bare_any_of" in wanted:
        claims = [claim for name in wanted["not_bare_any_of"] for claim in served.meeting(name)]
        assert any(force[claim] != "bare" for claim in claims), "bare"
    for name in wanted.get("conditional", []):
        assert {force[claim] for claim in served.meeting(name)} == {"conditional"}
    sides = {part.claim: part.side for thread in threads for part in served.parts(thread)}
    for side, names in wanted.get("objects", {}).items():
        shown = [words for r in served.relations if sides.get(r.a) == side for words in r.objects["own"]]
        assert names_in(shown, names), f"the objects of the {side} side are not shown"


def _check_exactly(served: Served, wanted: Line) -> None:
    """The words of one speaker, and nothing else in quotation marks."""
    fold, by_id = served.check.fold, {claim.id: claim for claim in served.claims}
    names = {*map(fold, wanted["speaker"])}
    parts = {part.claim for thread in served.compare()["threads"] for part in served.parts(thread)}
    quoted = [by_id[claim] for claim in parts if by_id[claim].form in ("direct", "mixed", "partial")]
    his = {claim.id: claim for claim in quoted if names & {*map(fold, claim.speaker_names)}}
    assert {served.got.get(name) for name in wanted["exactly"]} == {*his}, "other quotations than his"
    articles = {claim.article for claim in his.values()}
    assert articles == {*wanted["articles"]}
    assert not articles & {*wanted["never_articles"]}
    first_hand = sum(claim.form in ("direct", "mixed") for claim in his.values())
    assert is_between(first_hand, wanted["first_hand_quotes"]), "first-hand quotes"


def _check_single(served: Served, wanted: Line) -> None:
    """Statements of one source."""
    threads = [one for one in served.compare()["threads"] if one["status"] in wanted["status"]]
    claims = {part.claim for thread in threads for part in served.parts(thread) if not part.tense}
    for names in (*([name] for name in wanted["returns"]), *wanted["returns_any_of"]):
        assert claims & served.meeting_any(names), f"{names} are not listed"
    for name in wanted["never_returns"]:
        assert not claims & served.finding(name), f"{name} is listed"


def _compared_cards(served: Served) -> dict[str, Json]:
    return {served.name_of(card["article_id"]): card for card in served.compare()["cards"]}


def _check_cards(served: Served, wanted: Line) -> None:
    cards = _compared_cards(served)
    assert cards.keys() == served.texts.keys(), "cards of other articles"
    for article, flags in wanted["cards"].items():
        assert {*flags} <= {*flags_of(cards[article])}, f"flags of {article}"
    assert not {*_fields([*cards.values()])} & {*wanted["never_fields"]}, "a score"


def _fields(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _fields(inner)


def _check_changes(served: Served, wanted: Line) -> None:
    """What changed when: dates where there are any, no order among the undated."""
    cards = _compared_cards(served)
    assert cards.keys() == wanted["dated"].keys(), "cards of other articles"
    for article, card in cards.items():
        _check_date(card["date"], wanted["dated"][article])
    undated = {article for article, day in wanted["dated"].items() if day is None}
    for one in served.compare()["relations"]:
        articles = {served.article_of(one["a"]), served.article_of(one["b"])}
        if len(articles) == 2 and articles <= undated:
            assert one["order"] == wanted["undated_order"], "an order among the undated"
    check_timeline(served, served.gold.row(wanted["timeline"])["timeline"])


def _check_rewrites(served: Served, wanted: Line) -> None:
    flags = {article: flags_of(card) for article, card in _compared_cards(served).items()}
    assert [name for name in flags if "self_declared_rewrite" in flags[name]] == wanted["rewrites"]
    article, span = wanted["evidence"]["article"], wanted["evidence"]["span"]
    assert served.place(article, span) in flags[article]["self_declared_rewrite"], "evidence"
    kinds: dict[str, list[set[str]]] = {}
    for origin in served.compare()["origins"]:
        for evidence in origin["evidence"]:
            kinds.setdefault(evidence["kind"], []).append({*map(served.name_of, origin["articles"])})
    assert all({*pair} in kinds.get("announcement", []) for pair in wanted["same_announcement"])
    assert kinds.get("near_duplicate", []) == wanted["near_duplicates"]


CHECKS: Mapping[str, Callable[[Served, Line], None]] = {
    "exactly": _check_exactly,
    "status": _check_single,
    "cards": _check_cards,
    "undated_order": _check_changes,
    "rewrites": _check_rewrites,
}
