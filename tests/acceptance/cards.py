"""The source card of an article."""

from collections.abc import Iterable

from tests.acceptance.gold import Line
from tests.acceptance.relations import flags_of
from tests.acceptance.served import Json, Served


def check_card(served: Served, wanted: Line) -> None:
    card = served.card(wanted["article"])
    _check_title(served, wanted, card)
    assert card["venue"] in (wanted["venue"] or [None]), "venue"
    _check_date(served, wanted, card["date"])
    _check_quotes(served, wanted, card)
    _check_attributed(served, wanted, card)
    _check_flags(served, wanted, card)
    for name in wanted["single_source"]:
        assert served.meeting(name) & {*card["single_source"]}, f"{name} is not single-sourced"
    _check_disclosure(served, wanted, card)


def _check_title(served: Served, wanted: Line, card: Json) -> None:
    title = card["title"] and card["title"]["text"]
    assert title not in wanted["title_not"], "title"
    assert title in (wanted["title"] or [None]), "title"


def _check_date(served: Served, wanted: Line, shown: Json) -> None:
    date = wanted["date"]
    assert shown["value"] == date["value"], "date"
    assert (shown["value"] is None) == bool(shown["reason"]), "a null without a reason, or a reason without a null"
    if date["not_before"]:
        assert shown["not_before"], "no bound"
        assert date["not_before"]["min"] <= shown["not_before"] <= date["not_before"]["max"], "bound"
    if date["relative"]:
        assert date["relative"] in shown["relative"], "relative"
    if date["evidence"]:
        words = [one["text"] for one in shown["evidence"]]
        assert any(a in b or b in a for a in words for b in date["evidence"]), "no evidence of the date"


def _check_quotes(served: Served, wanted: Line, card: Json) -> None:
    quotes = dict(wanted["quotes"])
    unmet = [name for name in quotes.pop("ids") if name not in served.got]
    assert {name: card["quotes"][name] for name in quotes} == quotes
    assert not unmet, f"{unmet} are not met"


def _check_attributed(served: Served, wanted: Line, card: Json) -> None:
    fold = served.check.fold
    shown = {fold(one["name"]): one["anonymous"] for one in card["attributed"]}
    groups = [{*map(fold, names)} for names in wanted["attributed"]]
    for group in groups:
        assert group & shown.keys(), f"{sorted(group)} are not among the attributed"
    if wanted["attributed_only"]:
        assert shown.keys() <= set().union(*groups), "somebody else is attributed"
    known = [{fold(name)} | _longer(groups, fold(name)) for name in wanted["anonymous"]]
    assert all(any(shown.get(name) for name in names) for names in known), "anonymous"


def _longer(groups: Iterable[set[str]], name: str) -> set[str]:
    return set().union(*(group for group in groups if name in group))


def _check_flags(served: Served, wanted: Line, card: Json) -> None:
    """What the article alone cannot tell may come with the comparison instead."""
    flags = {*flags_of(card)}
    missing = {*wanted["flags"]["all_of"]} - flags
    if missing == {"best_sourced"}:
        compared = [one for one in served.compare()["cards"] if one["article_id"] == card["article_id"]]
        missing -= {flag for one in compared for flag in flags_of(one)}
    assert not missing, f"no {sorted(missing)}"
    assert not flags & {*wanted["flags"]["never"]}


def _check_disclosure(served: Served, wanted: Line, card: Json) -> None:
    if wanted["disclosure"] is None:
        assert card["disclosure"] is None
        return
    assert card["disclosure"], "no disclosure"
    assert card["disclosure"]["spans"] == [served.place(wanted["article"], wanted["disclosure"]["span"])]
    assert card["disclosure"]["text"] == wanted["disclosure"]["words"]
