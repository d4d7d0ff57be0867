"""Finds the names of an affair's entities in a text, by their forms and by what the notes say of single places."""

import re
from collections import defaultdict
from collections.abc import Iterable

from corpus.affairs import Entity
from corpus.articles import Mention
from corpus.excerpts import Unfit, find
from schemas.extraction import Span


def _by_form(text: str, entities: Iterable[Entity]) -> dict[Span, set[str]]:
    found = defaultdict[Span, set[str]](set)
    for entity in entities:
        for form in entity.forms:
            for place in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
                found[place.span()].add(entity.id)
    return found


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def find_mentions(
    text: str, entities: Iterable[Entity], named: Iterable[tuple[str, str]], unnamed: Iterable[str]
) -> tuple[Mention, ...]:
    """Return every name in the text: the longest form wins, and the places that the notes name win over forms.

    Raises ``Unfit`` where one form stands for two entities and the notes do not say for which.
    """
    known = {entity.id: entity for entity in entities}
    chosen: dict[Span, str] = {}
    for entity, excerpt in named:
        if entity not in known:
            raise Unfit(f"no entity of the affair: {entity}")
        chosen |= {span: entity for _, span in find(text, excerpt, tagged=False)}
    barred = [span for excerpt in unnamed for _, span in find(text, excerpt, tagged=False)]
    for span, ids in sorted(_by_form(text, known.values()).items(), key=lambda item: item[0][0] - item[0][1]):
        if _overlaps(span, [*chosen, *barred]):
            continue
        if len(ids) > 1:
            around = text[max(0, span[0] - 30) : span[1] + 30]
            raise Unfit(f"{' or '.join(sorted(ids))}? say which with a line '+ <entity>: …': {around}")
        chosen[span] = min(ids)
    return _mentions(text, chosen, known)


def _mentions(text: str, chosen: dict[Span, str], known: dict[str, Entity]) -> tuple[Mention, ...]:
    fullest: dict[str, str] = {}
    for span, entity in sorted(chosen.items()):
        words = text[slice(*span)]
        fullest[entity] = max(fullest.get(entity, ""), words, key=len)
    return tuple(
        Mention(span=span, text=text[slice(*span)], type=known[entity].type, name=fullest[entity], entity=entity)
        for span, entity in sorted(chosen.items())
    )
