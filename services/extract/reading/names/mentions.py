"""Names in an article: what the reader marked, trimmed, confirmed, found again, and each of one type in the article."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.extraction import Mention, MentionType, Span
from services.extract.reading.language.lexicon import FUNCTION_WORDS, TITLES
from services.extract.reading.model.marks import Name, NameKind
from services.extract.reading.names.aliases import fullest_names
from services.extract.reading.names.bounds import trimmed
from services.extract.reading.names.casing import Casing, casing_of
from services.extract.reading.names.demonyms import is_people
from services.extract.reading.names.kinds import PLACES, key_of, types_of
from services.extract.reading.names.occurrences import find_occurrences
from services.extract.reading.names.peoples import find_peoples
from services.extract.reading.names.places import place_names
from services.extract.reading.names.seats import is_seat

SURE = 0.7
"""Score; a name marked so somewhere is looked for in the whole text."""

LINE_SURE = 0.75
"""Score; in a line of capitals a name marked below it must stand elsewhere too."""

LAST_NAME_MIN = 3
"""Letters; a shorter last name is looked for only where it is marked."""

Found = tuple[Span, MentionType]


def find_mentions(
    text: str, sentences: Sequence[Span], headings: frozenset[int], names: Sequence[Name]
) -> tuple[Mention, ...]:
    """Return the names of an article in order, without overlaps.

    ``headings``: indices of sentences that are titles or headings; ``names``: what the learnt reader marked.
    """
    casing = casing_of(text, sentences, headings)
    marked = _confirmed(casing, _proper(text, _apart(text, names)))
    types = types_of(casing, marked)
    spans = {name.span: types[key_of(text[slice(*name.span)])] for name in marked}
    sought = _sought(casing, marked, types)
    for span, name in find_occurrences(casing, sought, _tokens_in(casing, spans)):
        spans[span] = sought[name]
    for span in find_peoples(casing, _tokens_in(casing, spans), _places(text, spans)):
        spans[span] = MentionType.NORP
    return tuple(_mentions(text, sorted(spans.items())))


def _places(text: str, found: Mapping[Span, MentionType]) -> set[str]:
    """Return the names of the places found, and the words of bodies' names, which are often places'."""
    names = [(key_of(text[slice(*span)]), kind) for span, kind in found.items()]
    places = {key for key, kind in names if kind in PLACES}
    return places | {word for key, kind in names if kind is MentionType.ORG for word in key.split()}


def _apart(text: str, names: Iterable[Name]) -> list[Name]:
    """Return the names trimmed, in order, without those that overlap one before them."""
    found: list[Name] = []
    for name in sorted(filter(None, (trimmed(text, name) for name in names)), key=lambda name: name.span):
        if not found or found[-1].span[1] <= name.span[0]:
            found.append(name)
    return found


def _proper(text: str, names: Sequence[Name]) -> list[Name]:
    """Return the names without the bodies in small letters, where others have capitals: "chamber of commerce"."""
    small = [name.kind is NameKind.ORG and text[slice(*name.span)].islower() for name in names]
    return list(names) if all(small) else [name for name, each in zip(names, small, strict=True) if not each]


def _confirmed(casing: Casing, names: Sequence[Name]) -> list[Name]:
    """Return the names without those that only a line of capitals shows, and nothing else."""
    lined = [casing.at(name.span[0]) in casing.shouted for name in names]
    keys = [key_of(casing.text[slice(*name.span)]) for name in names]
    known = {form for key, line in zip(keys, lined, strict=True) if not line for form in (key, key.rsplit(" ", 1)[-1])}
    return [
        name
        for name, key, line in zip(names, keys, lined, strict=True)
        if not line or name.score >= LINE_SURE or key in known or key.rsplit(" ", 1)[-1] in known or _is_known(key)
    ]


def _is_known(key: str) -> bool:
    return key in place_names() or is_people(key) or is_seat(key)


def _sought(casing: Casing, names: Iterable[Name], types: Mapping[str, MentionType]) -> dict[str, MentionType]:
    """Return the names to look for in the whole text, with their types: the sure ones, and persons' last names."""
    sure = {casing.text[slice(*name.span)] for name in names if name.score >= SURE}
    found = {name: types[key_of(name)] for name in sure}
    plain = casing.small | FUNCTION_WORDS | TITLES | place_names()
    for name in sure:
        last = name.rsplit(" ", 1)[-1]
        if found[name] is MentionType.PERSON and key_of(last) not in plain and len(last) >= LAST_NAME_MIN:
            found.setdefault(last, types.get(key_of(last), MentionType.PERSON))
    return found


def _tokens_in(casing: Casing, spans: Iterable[Span]) -> frozenset[int]:
    """Return the tokens that hold a part of one of the spans."""
    return frozenset(at for start, end in spans for at in range(casing.holding(start), casing.at(end)))


def _mentions(text: str, found: Sequence[Found]) -> Iterator[Mention]:
    """Yield the mentions, each with the fullest name that the article has for it."""
    shown: dict[str, Counter[str]] = defaultdict(Counter)
    for span, _ in found:
        shown[key_of(text[slice(*span)])].update([text[slice(*span)]])
    usual = {
        key: max(sorted(forms), key=lambda form: (forms[form], not form.isupper())) for key, forms in shown.items()
    }
    fullest = fullest_names({usual[key_of(text[slice(*span)])]: kind for span, kind in found})
    for span, kind in found:
        name = usual[key_of(text[slice(*span)])]
        yield Mention(span=span, text=text[slice(*span)], type=kind, name=fullest.get(name, name))
