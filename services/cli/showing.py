"""Showing claims and articles to a person: the words wrapped, and in an article's text the claims marked."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from services.cli.client import Item
from services.logs import plain

VOICES = {"article": "the article itself", "headline": "the headline"}

QUOTED = "bold cyan"
"""The style of the words of a claim in their text."""

Span = tuple[int, int]


def show_claims(console: Console, claims: Sequence[Item]) -> None:
    """Write claims, each with who said it, how, its words and where they are."""
    for number, claim in enumerate(claims, 1):
        _show_claim(console, number, claim)
        source = claim["publisher"].get("name") or claim["publisher"]["domain"]
        _write(console, Text(plain(f"{source}, {_day(claim['fetched_at'])}  {claim['url']}"), style="dim"), indent=4)
        _write(console, Text(plain(claim["links"]["self"]), style="dim"), indent=4)
    if not claims:
        console.print("no claims")


def _show_claim(console: Console, number: int, claim: Item) -> None:
    said = Text.assemble((f"[{number}] ", "dim"), (plain(_speaker(claim)), "bold"))
    denied = claim["polarity"] == "denied"
    said.append_text(Text.assemble("  ", (claim["polarity"], "red" if denied else ""), f"  {claim['force']}"))
    said.append(f"  {claim['confidence']:.2f}", "dim")
    _write(console, said)
    _write(console, Text(plain(_line(claim["content"]["text"])), style=QUOTED), indent=4)


def _speaker(claim: Item) -> str:
    if claim["voice"] in VOICES and claim["speaker"] is None:
        return VOICES[claim["voice"]]
    speaker = claim["speaker"]
    if speaker is None:
        return f"nobody named ({claim['speaker_reason']})"
    resolved = speaker.get("name")
    return _line(resolved or f"{speaker['text']} (unnamed)")


def show_article(console: Console, article: Item, text: Item, claims: Sequence[Item]) -> None:
    """Write an article with its claims marked, by style on a terminal and by brackets elsewhere, then the claims."""
    publisher, paragraphs = article["publisher"], text["paragraphs"] or _lines(text["text"])
    if paragraphs[0]["kind"] != "title":
        _write(console, Text(plain(_line(article["title"] or "(no title)")), style="bold"))
    source = f"{publisher['name']} ({publisher['domain']})" if publisher["name"] else publisher["domain"]
    for line in (f"{source}, {_date(article['published'])}", article["canonical_url"], *_notes(article)):
        _write(console, Text(plain(_line(line)), style="dim"))
    for paragraph in paragraphs:
        console.print()
        words = mark(text["text"], tuple(paragraph["span"]), claims, brackets=not console.is_terminal)
        words.style = "bold" if paragraph["kind"] in {"title", "heading"} else ""
        _write(console, words, indent={"quote": 4, "item": 2}.get(paragraph["kind"], 0))
    console.print()
    for number, claim in enumerate(claims, 1):
        _show_claim(console, number, claim)
    if not claims:
        console.print("no claims")


def _lines(text: str) -> list[dict[str, Any]]:
    """Return the lines of a text of which nothing says where its paragraphs are."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            found.append({"span": [start, start + len(line)], "kind": "text"})
        start += len(line)
    return found


def _notes(article: Item) -> Iterator[str]:
    if article["authors"]:
        yield f"by {', '.join(article['authors'])}"
    if article["arrival"] == "submitted":
        yield "a text that somebody handed in, not one that was fetched"
    yield from article["disclosures"]


def mark(text: str, within: Span, claims: Sequence[Item], *, brackets: bool) -> Text:
    """Return a stretch of a text with the words of each claim marked by its number, counted from 1.

    With brackets as ``[1: words]``; without, the words have a style and ``[1]`` behind them.
    """
    spans = [
        (start, end, number)
        for number, claim in enumerate(claims, 1)
        for start, end in claim["content"]["spans"]
        if within[0] <= start < end <= within[1]
    ]
    cuts = sorted({*within, *(at for start, end, _ in spans for at in (start, end))})
    marked = Text()
    for start, end in pairwise(cuts):
        if brackets:
            opened = sorted(((-stop, number) for begin, stop, number in spans if begin == start))
            marked.append("".join(f"[{number}: " for _, number in opened))
        covered = any(begin <= start and end <= stop for begin, stop, _ in spans)
        marked.append(plain(_line(text[start:end], strip=False)), QUOTED if covered else None)
        for _, _, number in sorted((span for span in spans if span[1] == end), reverse=True):
            marked.append("]" if brackets else f"[{number}]", None if brackets else "dim")
    marked.rstrip()
    return marked


def _line(words: str, *, strip: bool = True) -> str:
    """Return words in one line."""
    return " ".join(words.split()) if strip else words.replace("\n", " ")


def _write(console: Console, words: Text, *, indent: int = 0) -> None:
    console.print(Padding(words, (0, 0, 0, indent)) if indent else words)


def _day(at: str) -> str:
    return f"{datetime.fromisoformat(at):%-d %B %Y}"


def _date(dated: Item) -> str:
    if dated["at"] is None:
        return f"no date ({dated['reason']})"
    told = _day(dated["at"])
    if dated["precision"] == "second":
        told += f", {datetime.fromisoformat(dated['at']):%H:%M} UTC"
    return f"{told} ({dated['evidence']})"
