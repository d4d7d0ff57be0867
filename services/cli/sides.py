"""Sides: threads shown to a person, with who says so and who says otherwise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from services.cli.client import Item
from services.cli.showing import QUOTED, came, day, in_line, speaker_of, write, write_link
from services.logs import plain

SIDES = ("affirming", "denying")

SHOWN_MAX = 5
"""Claims that are written of either side: a screen of them; the API has all."""


def show_threads(console: Console, threads: Sequence[Item]) -> None:
    """Write threads, each with its counts and the claims on either side, told by their origins."""
    for number, thread in enumerate(threads, 1):
        counts = [
            _count(thread["independent_origins"], "independent origin"),
            _count(thread["article_count"], "article"),
            _count(thread["first_hand_quotes"], "first-hand quote"),
            *([f"since {thread['since']}"] if thread["since"] else []),
        ]
        status = thread["status"].replace("_", " ")
        write(console, Text.assemble((f"[{number}] ", "dim"), (status, "bold"), f"  {', '.join(counts)}"))
        articles = {article["article_id"]: article for article in thread["articles"]}
        parts = (*thread["claims"], *thread["in_tension"])
        origins = {key: f"origin {at}" for at, key in enumerate(dict.fromkeys(_origins(parts)), 1)}
        for side in SIDES:
            _show_side(console, side, [part for part in thread["claims"] if part["side"] == side], articles, origins)
        _show_side(console, "in tension", thread["in_tension"], articles, origins)
        write_link(console, thread["links"]["self"])
    if not threads:
        console.print("no threads")


def _origins(parts: Iterable[Item]) -> Iterator[str]:
    return (part["origin"] for part in parts if part["origin"] is not None)


def _words(words: str, style: str) -> Text:
    return Text(plain(in_line(words)), style=style)


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _show_side(
    console: Console, side: str, parts: Sequence[Item], articles: Mapping[str, Item], origins: Mapping[str, str]
) -> None:
    if parts:
        write(console, Text(side, style="red" if side == "denying" else ""), indent=2)
    for part in parts[:SHOWN_MAX]:
        claim = part["claim"]
        told = [claim["force"], origins.get(part["origin"], "nobody's words"), *part.get("reasons", ())]
        write(console, Text.assemble((plain(speaker_of(claim)), "bold"), f"  {', '.join(told)}"), indent=4)
        write(console, _words(claim["content"]["text"], QUOTED), indent=6)
        write_link(console, f"{_source(claim, articles[claim['article_id']])}  {claim['url']}", indent=6)
    if len(parts) > SHOWN_MAX:
        write(console, Text(f"and {len(parts) - SHOWN_MAX} more", style="dim"), indent=4)


def _source(claim: Item, article: Item) -> str:
    publisher, date, published_at = claim["publisher"], article["date"], article["published_at"]
    told = published_at and f"published {day(published_at)}"
    return f"{publisher['name'] or publisher['domain']}, {told or date['value'] or came(claim)}"
