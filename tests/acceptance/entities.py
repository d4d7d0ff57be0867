"""One id for everything that is named, in all of its spellings."""

from collections import Counter

from tests.acceptance.gold import Line
from tests.acceptance.served import Entity, Served


def check_entity(served: Served, wanted: Line) -> None:
    fold = served.check.fold
    forms = {*map(fold, wanted["forms"])}
    holders = [e for e in served.entities if e.forms & forms or any(fold(text) in forms for _, _, text in e.mentions)]
    assert served.entities, "there are no entities"
    if not holders and not wanted["required"]:
        return
    assert holders, "no entity has any of the forms"
    entity = max(holders, key=lambda one: len(one.mentions))
    for other in holders:
        strays = [m for m in other.mentions if other is not entity and not _is_dateline(served, m)]
        assert not strays, f"a form is another entity's: {other.name}"
    assert entity.type in wanted["type"], f"type {entity.type}"
    _check_mentions(served, wanted, entity)


def _is_dateline(served: Served, mention: tuple[str, list[int], str]) -> bool:
    """Tell whether a mention is the place a report was sent from, which may be told from the government there."""
    row = served.gold.row("N5")
    places = [span for rule in row["must_not"] if rule["what"] == "speaker" for span in rule["on"]]
    article, (start, end), _ = mention
    if article != row["article"]:
        return False
    return any(first <= start and end <= last for first, last in (served.place(article, span) for span in places))


def _check_mentions(served: Served, wanted: Line, entity: Entity) -> None:
    counts = Counter(article for article, _, _ in entity.mentions)
    for article, bounds in wanted["mentions"].items():
        assert bounds["min"] <= counts[article] <= bounds["max"], f"{counts[article]} mentions in {article}"
    for other in wanted.get("not_these", []):
        start, end = served.place(other["article"], other["span"])
        touching = [
            (s, e) for article, (s, e), _ in entity.mentions if article == other["article"] and s < end and e > start
        ]
        assert not touching, f"{entity.name} at {touching}"
