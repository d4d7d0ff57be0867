"""The relations between claims, the threads that hold them, and the flags of the cards that go with them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tests.acceptance.gold import Line
from tests.acceptance.served import Json, Part, Relation, Served


def check_relation(served: Served, line: Line) -> None:
    if line["kind"] == ["none"]:
        _check_alone(served, line)
    elif line["kind"]:
        _check_pairs(served, line)
    for name, check in (("thread", _check_thread), ("flag", _check_flag), ("timeline", check_timeline)):
        if name in line:
            check(served, line[name])
    if line.get("corroboration") == 0:
        _check_uncounted(served, [*line["a"], *line["b"]])


def _check_alone(served: Served, line: Line) -> None:
    """No claim of another article agrees."""
    for name in line["a"]:
        claims = served.meeting(name)
        agreeing = [r for r in served.relations if r.a in claims and r.kind == "agrees"]
        others = [r for r in agreeing if served.article_of(r.b) != served.article_of(r.a)]
        assert not others, f"{name} agrees with {others}"


def _check_pairs(served: Served, line: Line) -> None:
    """Some pair is related as wanted; where all are to be joined, each of them is."""
    a, b = served.meeting_any(line["a"]), served.meeting_any(line["b"])
    found = [relation for relation in served.relations if _is_wanted(relation, line, a, b)]
    assert found, f"no relation of {line['a']} and {line['b']} as wanted"
    if line.get("connected"):
        assert _is_connected([*map(served.meeting, line["a"])], found), f"{line['a']} are not joined"


def _is_wanted(relation: Relation, line: Line, a: set[str], b: set[str]) -> bool:
    return (
        relation.a in a
        and relation.b in b
        and relation.kind in line["kind"]
        and relation.order in (line["order"] or [relation.order])
        and (not line["reasons_any_of"] or bool(relation.reasons & {*line["reasons_any_of"]}))
        and _shows(relation, line.get("objects", {}))
    )


def _shows(relation: Relation, wanted: Mapping[str, list[str]]) -> bool:
    places = {"both": "shared", "a": "own", "b": "other"}
    return all(names_in(relation.objects[places[side]], names) for side, names in wanted.items())


def names_in(shown: Iterable[str], names: Iterable[str]) -> bool:
    """Tell whether every name stands in some of the words shown."""
    words = [one.casefold() for one in shown]
    return all(any(name.casefold() in one for one in words) for name in names)


def _is_connected(groups: list[set[str]], relations: Iterable[Relation]) -> bool:
    reached, pairs = set(groups[0]), [{relation.a, relation.b} for relation in relations]
    for _ in groups:
        reached |= {claim for pair in pairs if pair & reached for claim in pair}
    return all(group & reached for group in groups)


def _check_uncounted(served: Served, names: Iterable[str]) -> None:
    """Claims in the articles' own voice stand in threads without adding to their origins."""
    claims = {claim for name in names for claim in served.meeting(name)}
    threads = [t for t in served.threads() if {part.claim for part in served.parts(t)} & claims]
    assert threads, "no thread holds the claims"
    for thread in threads:
        parts = served.parts(thread)
        assert {part.origin for part in parts if part.claim in claims} == {None}, "own voice has an origin"
        counted = {part.origin for part in parts if not part.tense} - {None}
        assert thread["independent_origins"] == len(counted)


def _check_thread(served: Served, wanted: Line) -> None:
    """One thread has all that is wanted; else the failure says of each what it lacks."""
    groups = [served.meeting(name) for name in wanted["holds"]]
    groups += map(served.meeting_any, wanted.get("holds_any_of", []))
    lacks = [_lacks(served, thread, wanted, groups) for thread in served.threads()]
    assert "" in lacks, f"no thread has what is wanted: {sorted({*lacks})}"


def _lacks(served: Served, thread: Json, wanted: Line, groups: list[set[str]]) -> str:
    parts = [p for p in served.parts(thread) if p.side == wanted["side"] and not p.tense]
    if not all(group & {part.claim for part in parts} for group in groups):
        return "claims on their side"
    if {part.article for part in parts} != {*wanted["articles"]}:
        return "articles"
    if thread["status"] not in wanted.get("status", [thread["status"]]):
        return "status"
    return counts_lacking(parts, wanted)


def counts_lacking(parts: Iterable[Part], wanted: Mapping[str, Any]) -> str:
    """Return which count of a side is out of its bounds; empty where all are in them."""
    parts = list(parts)
    counts = {
        "first_hand_quotes": len({part.claim for part in parts if part.form in ("direct", "mixed")}),
        "independent_origins": len({part.origin for part in parts} - {None}),
    }
    return " ".join(name for name, count in counts.items() if name in wanted and not is_between(count, wanted[name]))


def is_between(count: int, bounds: Mapping[str, int | None]) -> bool:
    least, most = bounds["min"], bounds["max"]
    return (least is None or count >= least) and (most is None or count <= most)


def _check_flag(served: Served, wanted: Line) -> None:
    """A flag of the card is there, with each of the spans."""
    shown = flags_of(served.card(wanted["article"]))
    found = [flag for flag in wanted["any_of"] if flag in shown]
    assert found, f"no flag of {wanted['any_of']}"
    spans = [span for flag in found for span in shown[flag]]
    for span in wanted["spans"]:
        assert any(_is_at(served, wanted["article"], span, other) for other in spans), f"{found} without {span}"


def flags_of(card: Json) -> dict[str, list[list[int]]]:
    return {one["flag"]: one["spans"] for one in card["flags"]}


def _is_at(served: Served, article: str, span: list[int], shown: list[int]) -> bool:
    """Tell whether a span is the one shown, or another place of the same line."""
    lines = [line for line in served.lines if line["article"] == article]
    place = served.place(article, span)
    places = [place, *(a["spans"][0] for line in lines if line["spans"] == [place] for a in line["alt"])]
    characters, jaccard = served.check.characters, served.check.jaccard
    return any(jaccard(characters([one]), characters([shown])) >= served.check.CLAIM_AT for one in places)


def check_timeline(served: Served, wanted: Line) -> None:
    """One speaker on one topic: each stage is there, the dated ones at their day, the undated apart."""
    entity = served.entity_named(wanted["speaker"])
    shown = served.recording.get(f"/v1/entities/{entity.key}/stances", topic=wanted["topic"])
    dated = {one["claim"]["claim_id"]: one["at"] for one in shown["dated"]}
    undated = {one["claim"]["claim_id"] for one in shown["undated"]}
    for stage in wanted["stages"]:
        assert served.meeting_any(stage) & {*dated, *undated}, f"the timeline has nothing of {stage}"
    _check_days(served, wanted, dated, undated)


def _check_days(served: Served, wanted: Line, dated: Mapping[str, str], undated: Collection[str]) -> None:
    for claim, day in dated.items():
        assert day[:10] == wanted["dated"].get(served.article_of(claim)), f"{claim} is dated {day}"
    assert {served.article_of(claim) for claim in undated} >= {*wanted["undated"]}
