"""The negatives: which articles must yield something for one to count, and what it says must not be."""

from collections.abc import Iterable, Sequence

from tests.acceptance.gold import Gold, Line
from tests.acceptance.model import Reading
from tests.acceptance.reading_faults import READING_FAULTS
from tests.acceptance.served import Served
from tests.acceptance.served_faults import SERVED_FAULTS


def rules_of(rows: Iterable[Line]) -> list[Line]:
    """Return what must not be, one kind each, named by ``what``."""
    return [rule for row in rows for rule in _rules(row)]


def _rules(row: Line) -> list[Line]:
    rules = row["must_not"]
    if isinstance(rules, list):
        return [{**rule, "also": row.get("also", {})} for rule in rules]
    if "words" in rules:
        return [{"what": "words", **rules}]
    return [{"what": name, "rule": rule} for name, rule in rules.items() if name != "see"]


def is_of_reading(rows: Iterable[Line]) -> bool:
    """Tell whether `claimwire text` alone can answer."""
    return all(rule["what"] in READING_FAULTS for rule in rules_of(rows))


def articles_of(rows: Sequence[Line]) -> list[str]:
    named = next(row["article"] for row in rows if "article" in row)
    return [named] if isinstance(named, str) else list(named)


def check_reading(gold: Gold, item: str, reading: Reading) -> None:
    articles = articles_of(gold.items[item])
    reading.check_met_in(articles)
    for rule in rules_of(gold.items[item]):
        if rule["what"] in READING_FAULTS:
            faults = list(READING_FAULTS[rule["what"]](reading, articles, rule))
            assert not faults, f"{rule['what']}: {faults}"


def check_served(gold: Gold, item: str, served: Served) -> None:
    rows = gold.items[item]
    articles = articles_of(rows)
    rules = [rule for rule in rules_of(rows) if rule["what"] in SERVED_FAULTS]
    if {rule["what"] for rule in rules} & {"relation", "independent_origins"} and not is_of_one_text(rows):
        check_related(served, articles)
    else:
        served.check_met_in(articles)
    for rule in rules:
        faults = list(SERVED_FAULTS[rule["what"]](served, articles, rule))
        assert not faults, f"{rule['what']}: {faults}"


def is_of_one_text(rows: Iterable[Line]) -> bool:
    """Tell whether some of it is a matter of the reading: then what is met of the article makes it count."""
    return any(rule["what"] in READING_FAULTS for rule in rules_of(rows))


def check_related(served: Served, articles: Sequence[str]) -> None:
    """Fail where nothing relates the articles named: what relates nothing has no faults either."""
    least = min(2, len(articles))
    found = [pair for pair in served.related_articles() if pair <= set(articles) and len(pair) >= least]
    assert found, f"no relation between {articles}"
