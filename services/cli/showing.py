"""Showing claims and articles to a person: the words wrapped, and in an article's text the claims marked."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.text import Text

from services.cli.client import Item
from services.logs import plain

VOICES = {"article": "the article itself", "headline": "the headline"}

QUOTED = "cyan"
"""The style of the words of a claim."""

FOUND = "bold yellow"
"""The style of the words that were looked for."""

NARROW = 20
"""Columns; a narrower terminal wraps by itself."""

_BLANKS = re.compile(r"\s+")

Span = tuple[int, int]


def show_claims(console: Console, claims: Sequence[Item]) -> None:
    """Write claims, each with who said it, how, its words and where they are; what was looked for stands out."""
    for number, claim in enumerate(claims, 1):
        _show_claim(console, number, claim)
        source = claim["publisher"].get("name") or claim["publisher"]["domain"]
        write_link(console, f"{source}, {came(claim)}  {claim['url']}")
        write_link(console, claim["links"]["self"])
    if not claims:
        console.print("no claims")


def _show_claim(console: Console, number: int, claim: Item) -> None:
    found = claim.get("highlights") or {"content": [], "speaker": []}
    who, denied = speaker_of(claim), claim["polarity"] == "denied"
    said = Text.assemble((f"[{number}] ", "dim"), _styled(who, found["speaker"], base="bold"))
    said.append_text(Text.assemble("  ", (claim["polarity"], "red" if denied else ""), f"  {claim['force']}"))
    said.append(f"  {claim['confidence']:.2f}", "dim")
    write(console, said)
    write(console, _styled(claim["content"]["text"], found["content"], base=QUOTED), indent=4)


def show_found_articles(console: Console, articles: Sequence[Item]) -> None:
    """Write articles that were found, each with the part of its text that shows the words best."""
    for number, article in enumerate(articles, 1):
        found, publisher = article["highlights"], article["publisher"]
        title = _styled(article["title"] or "(no title)", found["title"], base="bold")
        write(console, Text.assemble((f"[{number}] ", "dim"), title))
        excerpt = article["excerpt"]
        write(console, _styled(excerpt["text"], found["excerpt"]), indent=4)
        at = article["published_at"] if article["arrival"] != "submitted" else None
        source = f"{publisher['name'] or publisher['domain']}, {day(at) if at else came(article)}"
        write_link(console, f"{source}  {article['canonical_url']}")
        write_link(console, article["links"]["self"])
    if not articles:
        console.print("no articles")


def _styled(words: str, spans: Sequence[Sequence[int]], *, base: str = "") -> Text:
    """Return words in one line, those of the spans standing out; spans are cut first, since escapes are longer."""
    cuts = sorted({0, len(words), *(at for span in spans for at in span)})
    styled = Text()
    for start, end in pairwise(cuts):
        inside = any(first <= start < last for first, last in spans)
        styled.append(plain(in_line(words[start:end], strip=False)), FOUND if inside else base)
    return styled


def speaker_of(claim: Item) -> str:
    """Return who a claim is attributed to, in a few words."""
    if claim["voice"] in VOICES and claim["speaker"] is None:
        return VOICES[claim["voice"]]
    speaker = claim["speaker"]
    if speaker is None:
        return f"nobody named ({claim['speaker_reason']})"
    resolved = speaker.get("name")
    return in_line(resolved or f"{speaker['text']} (unnamed)")


def show_article(console: Console, article: Item, text: Item, claims: Sequence[Item]) -> None:
    """Write an article with its claims marked, by style on a terminal and by brackets elsewhere, then the claims."""
    publisher, paragraphs = article["publisher"], text["paragraphs"] or _lines(text["text"])
    claims = sorted(claims, key=_place)
    if paragraphs[0]["kind"] != "title":
        write(console, Text(plain(in_line(article["title"] or "(no title)")), style="bold"))
    source = f"{publisher['name']} ({publisher['domain']})" if publisher["name"] else publisher["domain"]
    for line in (f"{source}, {_date(article['published'])}", article["canonical_url"], *_notes(article)):
        write_link(console, line, indent=0)
    for paragraph in paragraphs:
        console.print()
        words = mark(text["text"], tuple(paragraph["span"]), claims, brackets=not console.is_terminal)
        words.style = "bold" if paragraph["kind"] in {"title", "heading"} else ""
        write(console, words, indent={"quote": 4, "item": 2}.get(paragraph["kind"], 0))
    console.print()
    for number, claim in enumerate(claims, 1):
        _show_claim(console, number, claim)
    if not claims:
        unread = article.get("claims_reason") == "language"
        console.print("no claims: its language is not read" if unread else "no claims")


def _lines(text: str) -> list[dict[str, Any]]:
    """Return the lines of a text of which nothing says where its paragraphs are."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            found.append({"span": [start, start + len(line)], "kind": "text"})
        start += len(line)
    return found


def _place(claim: Item) -> Span:
    """Return what puts claims in the order of the text, the outer before the inner."""
    start, end = claim["content"]["spans"][0]
    return start, -end


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
        marked.append(plain(in_line(text[start:end], strip=False)), QUOTED if covered else None)
        for _, _, number in sorted((span for span in spans if span[1] == end), reverse=True):
            marked.append("]" if brackets else f"[{number}]", None if brackets else "dim")
    marked.rstrip()
    return marked


def in_line(words: str, *, strip: bool = True) -> str:
    """Return words in one line."""
    return " ".join(words.split()) if strip else _BLANKS.sub(" ", words)


def write(console: Console, words: Text, *, indent: int = 0) -> None:
    """Write words wrapped to the terminal, each line indented and without blanks at its end."""
    for line in words.wrap(console, max(console.width - indent, NARROW)):
        line.rstrip()
        console.print(Text(" " * indent).append_text(line), soft_wrap=True)


def write_link(console: Console, link: str, *, indent: int = 4) -> None:
    """Write a line that somebody may copy from: it is not wrapped."""
    console.print(Text(" " * indent).append(plain(in_line(link)), "dim"), soft_wrap=True)


def day(at: str) -> str:
    """Return the day of a time, for people."""
    return f"{datetime.fromisoformat(at):%-d %B %Y}"


def came(item: Item) -> str:
    """Return how and when an article came."""
    handed_in = item["arrival"] == "submitted"
    return f"{'handed in' if handed_in else 'fetched'} {day(item['fetched_at'])}"


def _date(dated: Item) -> str:
    if dated["at"] is None:
        return f"no date ({dated['reason']})"
    told = day(dated["at"])
    if dated["precision"] == "second":
        told += f", {datetime.fromisoformat(dated['at']):%H:%M} UTC"
    return f"{told} ({dated['evidence']})"
