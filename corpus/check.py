"""Checks the corpus: ``python -m corpus.check`` prints every fault and ends with 1 where there is one."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from pydantic import ValidationError

from corpus.affairs import Affair, Relation, RelationKind
from corpus.articles import Article
from corpus.compile import AFFAIR, HERE, Unfitting, compile_source, read_affair
from corpus.reading import check_claims, check_forms, check_joined, check_mentions, check_non_claims, check_text

SPLITS = ("train", "dev", "test")
AGAIN = "again"
"""Articles of ``test`` annotated a second time, blind; they count for agreement alone and stay as they were.

Their annotation is older than the rule that a quotation which goes on after its cue is one claim."""


def check_article(article: Article, affair: Affair) -> Iterator[str]:
    """Yield what is wrong in an article's annotation, each fault with the id or words it is about."""
    yield from check_text(article)
    yield from check_mentions(article, affair)
    yield from check_claims(article)
    yield from check_forms(article)
    yield from check_non_claims(article)


def _check_relation(relation: Relation, claims: set[str]) -> Iterator[str]:
    note = relation.note
    for ref in relation.a + relation.b:
        if ref not in claims:
            yield f"relation to no claim: {ref}"
    if set(relation.a) & set(relation.b) or not list(_pairs(relation)):
        yield f"relation of a claim to itself or to none: {note}"
    differ = {RelationKind.TENSION, RelationKind.CONTRADICTS} & set(relation.kinds)
    if differ and not relation.reasons:
        yield f"a difference without a reason: {note}"
    if relation.reasons and not differ:
        yield f"reasons without a difference: {note}"


def _pairs(relation: Relation) -> Iterator[frozenset[str]]:
    for at, a in enumerate(relation.a):
        for b in relation.b or relation.a[at + 1 :]:
            yield frozenset((a, b))


def _twice(what: str, items: Iterable[object]) -> Iterator[str]:
    return (f"{what} twice: {item}" for item, times in Counter(items).items() if times > 1)


def check_affair(affair: Affair, articles: dict[str, Article]) -> Iterator[str]:
    """Yield what is wrong in an affair's entities, relations and origins."""
    claims = {f"{name}#{claim.id}" for name, article in articles.items() for claim in article.claims}
    if set(affair.articles) != set(articles):
        yield f"articles listed and kept differ: {sorted(set(affair.articles) ^ set(articles))}"
    yield from _twice("article", affair.articles)
    yield from _twice("entity", (entity.id for entity in affair.entities))
    for relation in affair.relations:
        yield from _check_relation(relation, claims)
    pairs = (pair for relation in affair.relations for pair in _pairs(relation))
    yield from _twice("pair in relations", (" ".join(sorted(pair)) for pair in pairs))
    yield from _twice("article in origins", (name for origin in affair.origins for name in origin.articles))
    for origin in affair.origins:
        names = {*origin.articles, *([origin.source] if origin.source else [])}
        if not names <= set(articles) or (origin.source and origin.source not in origin.articles):
            yield f"origin of no article: {', '.join(sorted(names))}"
    named = {mention.entity for article in articles.values() for mention in article.mentions}
    yield from (f"entity that no article names: {entity.id}" for entity in affair.entities if entity.id not in named)


def _read_article(path: Path, faults: list[str]) -> Article | None:
    """Return the article of a JSON file; faults of its shape, and a source that says otherwise, are kept."""
    try:
        written = path.read_text(encoding="utf-8")
        if compile_source(path.with_suffix(".txt")) != written:
            faults.append(f"{path}: its source says otherwise; compile it")
        return Article.model_validate_json(written)
    except (Unfitting, OSError) as error:
        faults += [f"{path}: {line}" for line in str(error).splitlines()]
    except ValidationError as error:
        faults += [f"{path}: {'.'.join(map(str, fault['loc']))} {fault['msg']}" for fault in error.errors()]
    return None


def _check_folder(folder: Path, faults: list[str], *, whole: bool = True) -> list[Article]:
    """Return the folder's articles; if not ``whole``, it is of ``again`` and its affair lists more than is kept."""
    try:
        affair = read_affair(folder)
    except (Unfitting, OSError) as error:
        faults.append(f"{folder}: {error}")
        return []
    stems = sorted({path.stem for path in folder.iterdir() if path.name != AFFAIR})
    read = (_read_article(folder / f"{stem}.json", faults) for stem in stems)
    articles = {article.article: article for article in read if article}
    for name, article in articles.items():
        if article.affair != folder.name or name not in stems:
            faults.append(f"{folder}: article out of its place: {article.affair}/{name}")
        found = chain(check_article(article, affair), check_joined(article) if whole else ())
        faults += [f"{folder / name}: {fault}" for fault in found]
    if affair.affair != folder.name:
        faults.append(f"{folder}: affair out of its place: {affair.affair}")
    faults += [f"{folder}: {fault}" for fault in check_affair(affair, articles)] if whole else []
    return list(articles.values())


def check_corpus(root: Path = HERE) -> list[str]:
    """Return every fault of the corpus under ``root``: of its files, and of its splits."""
    faults: list[str] = []
    kept = {split: [folder for folder in sorted((root / split).glob("*")) if folder.is_dir()] for split in SPLITS}
    faults += _twice("affair", (folder.name for folders in kept.values() for folder in folders))
    articles = {
        split: [a for folder in folders for a in _check_folder(folder, faults)] for split, folders in kept.items()
    }
    every = [article for split in SPLITS for article in articles[split]]
    faults += _twice("text", (f"{article.text[:60]} …" for article in every)) if _doubled(every) else []
    tested = {(article.affair, article.article): article.text for article in articles["test"]}
    for folder in sorted((root / AGAIN).glob("*")):
        for article in _check_folder(folder, faults, whole=False):
            if tested.get((article.affair, article.article)) != article.text:
                faults.append(f"{folder}: not a text of test: {article.article}")
    return faults


def _doubled(articles: list[Article]) -> bool:
    return len({article.text for article in articles}) < len(articles)


def main() -> int:
    """Print every fault of the corpus; return 1 where there is one."""
    faults = check_corpus()
    print("\n".join(faults) or "the corpus is in order")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
