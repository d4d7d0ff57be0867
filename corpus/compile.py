"""Makes an article's JSON from its source file: ``python -m corpus.compile [FILE.txt …]``, all of them by default.

Spans are found, never counted; a source with a fault writes nothing and every fault of it is printed.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from corpus.affairs import Affair
from corpus.articles import Article, Claim, Genre, Mention, NonClaim, NonClaimKind
from corpus.card import make_card, words_at
from corpus.claims import make_claim
from corpus.excerpts import Unfit
from corpus.mentions import find_mentions
from corpus.notes import Notes, read_notes

HERE = Path(__file__).parent
AFFAIR = "affair.json"


class Unfitting(Exception):
    """A file has faults, one a line."""


class Faults(list[str]):
    """The faults found so far."""

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Keep what is wrong inside the block, under this name."""
        try:
            yield
        except ValidationError as error:
            for fault in error.errors():
                self.append(f"{name}: {'.'.join(map(str, fault['loc']))} {fault['msg']}")
        except ValueError as error:
            self.append(f"{name}: {error}")

    def settle(self) -> None:
        """Raise ``Unfitting`` where there are faults."""
        if self:
            raise Unfitting("\n".join(self))


def _non_claim(text: str, kind: str, excerpt: str) -> NonClaim:
    if kind not in set(NonClaimKind):
        raise Unfit(f"no kind of non-claim ({', '.join(NonClaimKind)})")
    return NonClaim(kind=NonClaimKind(kind), words=words_at(text, excerpt))


def make_article(notes: Notes, affair: Affair, name: str) -> Article:
    """Return the article that a source describes, its claims in the order of the notes. Raises ``Unfitting``."""
    text, header, faults = notes.text, notes.header, Faults()
    mentions: tuple[Mention, ...] = ()
    claims: list[Claim] = []
    non_claims: list[NonClaim] = []
    with faults.of("names"):
        mentions = find_mentions(text, affair.entities, notes.named, notes.unnamed)
    faults.settle()
    for note in notes.claims:
        with faults.of(f"[{note.id}]"):
            claims.append(make_claim(text, note, mentions))
    for kind, excerpt in notes.non_claims:
        with faults.of(f"! {kind}"):
            non_claims.append(_non_claim(text, kind, excerpt))
    faults.settle()
    title = header.get("title", f"#1 {{{text.splitlines()[0]}}}")
    with faults.of("header"):
        return Article(
            affair=affair.affair,
            article=name,
            genre=Genre(header.get("genre", "")),
            publisher=header.get("publisher"),
            text=text,
            title=None if title == "none" else words_at(text, title),
            mentions=mentions,
            claims=tuple(claims),
            non_claims=tuple(non_claims),
            card=make_card(text, header, claims, non_claims, copies=affair.copies(name)),
        )
    raise Unfitting("\n".join(faults))


def read_affair(folder: Path) -> Affair:
    """Return the affair of a folder. Raises ``Unfitting`` where its file is not as it should be."""
    faults = Faults()
    with faults.of(AFFAIR):
        return Affair.model_validate_json((folder / AFFAIR).read_bytes())
    raise Unfitting("\n".join(faults))


def write(article: Article) -> str:
    """Return the article's JSON, a line a field and a line an item of a list, so that a change shows as one line."""
    lines = []
    for field, value in article.model_dump(mode="json").items():
        if isinstance(value, list) and value:
            items = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value)
            lines.append(f' "{field}": [\n  {items}\n ]')
        else:
            lines.append(f' "{field}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def compile_source(source: Path) -> str:
    """Return the JSON of a source file. Raises ``Unfitting`` with every fault of it."""
    affair, faults = read_affair(source.parent), Faults()
    with faults.of("source"):
        notes = read_notes(source.read_text(encoding="utf-8"))
        return write(make_article(notes, affair, source.stem))
    raise Unfitting("\n".join(faults))


def main(arguments: list[str]) -> int:
    """Compile the sources named, or all; return 1 where one of them has faults."""
    failed = False
    for source in map(Path, arguments) if arguments else sorted(HERE.glob("*/*/*.txt")):
        try:
            source.with_suffix(".json").write_text(compile_source(source), encoding="utf-8")
        except Unfitting as error:
            failed = True
            print("\n".join(f"{source}: {line}" for line in str(error).splitlines()))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
