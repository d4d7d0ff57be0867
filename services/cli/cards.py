"""Cards shown to a person: what an article shows of its sourcing, each gap with its reason and its words in place."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from services.cli.client import Item
from services.cli.showing import QUOTED, in_line, write, write_link
from services.logs import plain

UNDATED = {
    "no_evidence": "its text tells none",
    "relative": "its text tells days only by when it was written",
    "ambiguous": "what its text tells fits several",
}
"""Why a card has no date."""

STRONGER_FIRST = frozenset(("headline_stronger_than_body", "lead_stronger_than_quote"))
"""Flags whose first words are put more firmly than the words after them."""


def show_card(console: Console, card: Item) -> None:
    """Write a card: where, when, who and how, and then each flag with the words that show it."""
    title = card["title"]
    write(console, Text(plain(in_line(title["text"])) if title else "(no title in its text)", style="bold"))
    write_link(console, card["url"], indent=0)
    for name, told in _lines(card).items():
        write(console, Text.assemble((f"{name}: ", "dim"), plain(told)), indent=2)
        if name == "date":
            _show_words(console, card["date"]["evidence"])
    for flag in card["flags"]:
        write(console, Text(flag["flag"].replace("_", " "), style="bold"), indent=2)
        _show_words(console, flag["words"], ("firmer", "weaker") if flag["flag"] in STRONGER_FIRST else ())
    if card["disclosures"]:
        write(console, Text("disclosures", style="bold"), indent=2)
        _show_words(console, card["disclosures"])


def _lines(card: Item) -> dict[str, str]:
    unnamed = {True: " (unnamed)", False: ""}
    attributed = (f"{in_line(one['name'])}{unnamed[one['anonymous']]}" for one in card["attributed"])
    single = len(card["single_source"])
    return {
        "venue": card["venue"] or "none named",
        "date": _day(card["date"]),
        "quotes": ", ".join(f"{count} {form}" for form, count in card["quotes"].items()),
        "attributed to": ", ".join(attributed) or "nobody",
        "claims": _shares(card["shares"]),
        "single source": f"{single} claim{'' if single == 1 else 's'}"
        + (" or more" if card["single_source_omitted"] else ""),
    }


def _day(date: Item) -> str:
    """Return the day, or why there is none and between which days it lies; ``not_after`` is exclusive."""
    if date["value"]:
        return str(date["value"])
    bounds = (("from", date["not_before"]), ("before", date["not_after"]))
    told = (f"{word} {day}" for word, day in bounds if day)
    return f"none ({date['reason']}): {', '.join((UNDATED[date['reason']], *told))}"


def _shares(shares: Mapping[str, float | None]) -> str:
    told = (f"{share:.0%} {name.replace('_', ' ')}" for name, share in shares.items() if share is not None)
    return ", ".join(told) or "none"


def _show_words(console: Console, found: Sequence[Item], labels: Sequence[str] = ()) -> None:
    """Write words, each with where it stands in the text, in code points."""
    for number, words in enumerate(found):
        label = f"{labels[number]}: " if number < len(labels) else ""
        places = ", ".join(f"{start}-{end}" for start, end in words["spans"])
        shown = Text.assemble((label, "dim"), (plain(in_line(words["text"])), QUOTED), (f"  [{places}]", "dim"))
        write(console, shown, indent=4)
