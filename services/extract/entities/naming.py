"""Naming: what each mention of an article names, by its name, by how it is used, and by the article's other names."""

# ruff: noqa: RUF001  (the marks that newspapers print)
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import pairwise
from uuid import UUID

from schemas.extraction import Extraction, Mention, MentionType, Speaker
from services.extract.entities.capitals import is_government
from services.extract.entities.commons import is_common, meant
from services.extract.entities.keys import Key, Sort, entity_key, government_key
from services.extract.entities.merging import Known, merges_of

_PLACES = frozenset((MentionType.GPE, MentionType.LOC))

_GAP = 3
"""Code points between a town and its state, and before an acronym in brackets: ", " and " (" and a quotation mark."""


def name_mentions(text: str, mentions: Sequence[Mention], speakers: Collection[int], scope: str) -> tuple[Key, ...]:
    """Return the key of what each mention names.

    ``speakers``: indices of mentions that are speakers of claims. ``scope``: tells this article from others, for what
    is named by a common noun alone. Deterministic, about linear in the mentions of an article.
    """
    keys = [entity_key(mention.name, mention.type) for mention in mentions]
    _explain_acronyms(text, mentions, keys)
    _place_towns(text, mentions, keys)
    _seat_governments(text, mentions, keys, speakers)
    _join(mentions, keys)
    common = {at for at, mention in enumerate(mentions) if is_common(mention) and keys[at].title is None}
    found = {at: meant(mentions, keys, at, scope) for at in sorted(common)}
    return tuple(found.get(at, key) for at, key in enumerate(keys))


def keys_of(text: str, extraction: Extraction, scope: str) -> tuple[Key, ...]:
    """Return the key of what each mention of a reading names."""
    named = (claim.speaker.mention for claim in extraction.claims if claim.speaker is not None)
    return name_mentions(text, extraction.mentions, {at for at in named if at is not None}, scope)


def speaker_key(speaker: Speaker, mentions: Sequence[Mention], keys: Sequence[Key]) -> Key | None:
    """Return whom a speaker's words name, or else whom a pronoun or a title means: what alone has that name here.

    Of a capital and its government, which share a name, the government speaks.
    """
    if speaker.mention is not None:
        return keys[speaker.mention]
    named = {key for mention, key in zip(mentions, keys, strict=True) if mention.name == speaker.name}
    if len(named) > 1 and speaker.name is not None:
        government = government_key(speaker.name)
        named = {key for key in named if key == government}
    return next(iter(named)) if len(named) == 1 else None


def _explain_acronyms(text: str, mentions: Sequence[Mention], keys: list[Key]) -> None:
    """Have "Long Name (LN)" teach what LN is, wherever it stands in the article."""
    learnt: dict[str, Key] = {}
    for at, (before, mention) in enumerate(pairwise(mentions)):
        between = text[before.span[1] : mention.span[0]].strip(" \"'“‘")
        closed = text[mention.span[1] : mention.span[1] + _GAP].lstrip("\"'”’").startswith(")")
        if between == "(" and closed and keys[at].sort is Sort.BODY and _is_short_for(mention.text, before.text):
            learnt[mention.text] = keys[at]
    for at, mention in enumerate(mentions):
        keys[at] = learnt.get(mention.text, keys[at])


def _is_short_for(short: str, name: str) -> bool:
    """Tell whether the letters of a short name stand in the long one in their order, the first at its beginning."""
    letters = iter(name.casefold())
    told = [letter for letter in short.casefold() if letter.isalnum()]
    return bool(told) and name.casefold().startswith(told[0]) and all(letter in letters for letter in told)


def _place_towns(text: str, mentions: Sequence[Mention], keys: list[Key]) -> None:
    """Have "Town, State" tell the town from others of its name, there and where it is named again."""
    told: dict[str, list[tuple[int, Key]]] = defaultdict(list)
    for at, (mention, after) in enumerate(pairwise(mentions)):
        beside = text[mention.span[1] : after.span[0]].strip() == "," and after.span[0] - mention.span[1] < _GAP
        if beside and _is_town(mention, keys[at]) and keys[at + 1].title and government_key(mention.name) is None:
            town = keys[at]
            named = town._replace(
                name=f"{town.name}, {keys[at + 1].title}", title=f"{mention.name}, {keys[at + 1].title}"
            )
            told[town.name].append((at, named))
    for at, mention in enumerate(mentions):
        if _is_town(mention, keys[at]) and (known := told.get(keys[at].name)):
            keys[at] = next((key for there, key in reversed(known) if there <= at), known[0][1])


def _is_town(mention: Mention, key: Key) -> bool:
    return mention.type in _PLACES and key.title is None


def _seat_governments(text: str, mentions: Sequence[Mention], keys: list[Key], speakers: Collection[int]) -> None:
    """Have a capital stand for its country where it acts, and, if it does so anywhere, where nothing tells."""
    uses = {
        at: is_government(text, mention.span, speaks=at in speakers)
        for at, mention in enumerate(mentions)
        if mention.type in _PLACES and keys[at].title is None and government_key(mention.name) is not None
    }
    acting = {keys[at] for at, use in uses.items() if use}
    for at, use in uses.items():
        government = government_key(mentions[at].name)
        if government is not None and (use or (use is None and keys[at] in acting)):
            keys[at] = government


def _join(mentions: Sequence[Mention], keys: list[Key]) -> None:
    """Join the shorter names of the article to the one fuller name that fits each."""
    by_id = {key.id: key for key in reversed(keys)}
    names = {key.id: key.title or mention.name for mention, key in zip(mentions, keys, strict=True)}
    into = merges_of([Known(key.id, names[key.id], key.type) for key in by_id.values()])
    keys[:] = [by_id[into[key.id].into] if key.id in into else by_id[key.id] for key in keys]


def names_shown(mentions: Sequence[Mention], keys: Sequence[Key]) -> set[tuple[UUID, str, MentionType]]:
    """Return the names under which an article shows entities, by their ids, and as what; common nouns are none."""
    shown: set[tuple[UUID, str, MentionType]] = set()
    for mention, key in zip(mentions, keys, strict=True):
        if not is_common(mention):
            whole = entity_key(mention.name, mention.type).id == key.id
            names = (mention.text, mention.name) if whole else (mention.text,)
            shown.update((key.id, name, mention.type) for name in names)
    return shown
