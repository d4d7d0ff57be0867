"""The measures of naming: whether mentions of one person, body or place have one id across articles, and others not."""

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from bench.quality.affairs import load
from bench.quality.rows import Row, row
from schemas.extraction import Mention, MentionType
from services.extract.entities.keys import Key
from services.extract.entities.merging import Known, merges_of
from services.extract.entities.naming import name_mentions
from services.extract.reading.names.aliases import fullest_names
from services.extract.reading.names.demonyms import is_plural_people
from services.extract.reading.names.places import place_type
from services.extract.reading.names.seats import government_of

GROUP = "entities"

_TYPES = {"PERSON": MentionType.PERSON, "ORG": MentionType.ORG}

BETWEEN = " ; "
"""Stands between the names of a document of which only the names are known."""


class Labelled(NamedTuple):
    """What a mention names as people said, and as we do."""

    gold: Hashable
    ours: Hashable


def pairs_f1(labelled: Sequence[Labelled]) -> float | None:
    """Return the F1 of the pairs of mentions that name one thing, in percent; null where neither side has any."""
    both = _pairs(Counter(labelled))
    found = _pairs(Counter(each.ours for each in labelled)) + _pairs(Counter(each.gold for each in labelled))
    return 200 * both / found if found else None


def b_cubed_f1(labelled: Sequence[Labelled]) -> float | None:
    """Return the B-cubed F1 (Bagga and Baldwin, 1998) in percent; null without mentions."""
    if not labelled:
        return None
    both, gold = Counter(labelled), Counter(each.gold for each in labelled)
    ours = Counter(each.ours for each in labelled)
    precision = sum(count**2 / ours[each.ours] for each, count in both.items()) / len(labelled)
    recall = sum(count**2 / gold[each.gold] for each, count in both.items()) / len(labelled)
    return 200 * precision * recall / (precision + recall)


def _pairs(sizes: Counter[Hashable] | Counter[Labelled]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def measure(path: Path) -> list[Row]:
    """Name the mentions of documents of which only the names are given, with types and Wikipedia identities (GUM).

    The documents are one store: names are merged as settling does. Pairs are of all mentions of all documents.
    """
    documents = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    named = [_name(document) for document in documents]
    ours = _merged([pair for pairs in named for pair in pairs])
    gold = [mention["identity"] for document in documents for mention in document["mentions"]]
    labelled = [Labelled(*each) for each in zip(gold, ours, strict=True)]
    return [row(GROUP, "pairs, F1", pairs_f1(labelled)), row(GROUP, "B-cubed, F1", b_cubed_f1(labelled))]


def _name(document: dict[str, object]) -> list[tuple[Mention, Key]]:
    listed: list[dict[str, str]] = document["mentions"]  # type: ignore[assignment]
    shown = [(each["name"], _type_of(each["name"], each["type"])) for each in listed]
    fuller = fullest_names(dict(shown))
    mentions, start = [], 0
    for name, kind in shown:
        span = (start, start + len(name))
        mentions.append(Mention(span=span, text=name, type=kind, name=fuller.get(name, name)))
        start = span[1] + len(BETWEEN)
    text = BETWEEN.join(name for name, _ in shown)
    return list(zip(mentions, name_mentions(text, mentions, (), str(document["doc"])), strict=True))


def _type_of(name: str, kind: str) -> MentionType:
    """Return our type: there peoples are persons, and places and states one; a building is no government."""
    if kind in _TYPES:
        return MentionType.NORP if is_plural_people(name.lower()) else _TYPES[kind]
    if government_of(name) is not None:
        return MentionType.LOC
    return place_type(name.lower().split(), (), "") or MentionType.GPE


def _merged(named: Iterable[tuple[Mention, Key]]) -> list[UUID]:
    """Return the entities of mentions after what settling makes one of them."""
    pairs = list(named)
    names: dict[UUID, tuple[str, MentionType]] = {}
    for mention, key in pairs:
        shown = (key.title or mention.name, key.type)
        names[key.id] = max(names.get(key.id, shown), shown, key=lambda one: (len(one[0].split()), len(one[0]), one[0]))
    into = merges_of([Known(key, *name) for key, name in names.items()])
    return [into[key.id].into if key.id in into else key.id for _, key in pairs]


def measure_corpus(split: str) -> list[Row]:
    """Name the mentions that people marked in a split's articles; an affair is a store, and its entities the truth."""
    affairs: dict[str, list[Labelled]] = defaultdict(list)
    for affair, labelled in _of_affairs(split):
        affairs[affair] += labelled
    every = [each for labelled in affairs.values() for each in labelled]
    group = f"corpus {split}"
    return [row(group, "entities, pairs F1", pairs_f1(every)), row(group, "entities, B-cubed F1", b_cubed_f1(every))]


def _of_affairs(split: str) -> Iterator[tuple[str, list[Labelled]]]:
    stores: dict[str, list[tuple[str, Mention, Key]]] = defaultdict(list)
    for article in load(split):
        kinds = {each.text: each.type for each in article.mentions}
        fuller = fullest_names(kinds)
        mentions = [
            Mention(span=each.span, text=each.text, type=each.type, name=fuller.get(each.text, each.text))
            for each in article.mentions
        ]
        keys = name_mentions(article.text, mentions, (), article.article)
        gold = (each.entity for each in article.mentions)
        stores[article.affair] += zip(gold, mentions, keys, strict=True)
    for affair, named in stores.items():
        ours = _merged((mention, key) for _, mention, key in named)
        both = zip((gold for gold, _, _ in named), ours, strict=True)
        yield affair, [Labelled((affair, gold), (affair, entity)) for gold, entity in both]
