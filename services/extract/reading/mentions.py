"""Names in an article: runs of capitalised words, titles trimmed, each name of one type in the whole article."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.extraction import Mention, MentionType, Span
from services.extract.reading.cues import CUES, Frame
from services.extract.reading.lexicon import (
    AUXILIARIES,
    CALENDAR,
    DOCUMENTS,
    FUNCTION_WORDS,
    GROUPS,
    PEOPLE,
    TITLES,
    words,
)
from services.extract.reading.places import place_names
from services.extract.reading.tokens import Token, tokens_of

RUN_MAX_TOKENS = 8
"""Tokens; a longer run of capitals is a title-case line, not a name."""

_LINKS = words("of de van von der den bin al el la du da di dos le the")
_ORG = words(
    "inc corp ltd llc plc company group holdings party ministry department university college bank agency"
    " committee council union times post news court senate congress house parliament organization organisation"
    " association institute commission army police office center centre foundation network television radio"
    " journal press tribune herald guardian club fc  airlines airways motors industries systems"
    " technologies service services bureau administration authority board fund league alliance assembly academy"
    " school hospital museum society trust treasury pentagon kremlin reuters treaty brigade force forces navy"
    " guard campaign cabinet"
    " line lines shipping airline energy oil gas steel foods capital partners media studios records hotel stores"
)
_PLACE_FIRST = words("new north south east west northern southern eastern western san santa los las el fort mount")
_PLACE_LAST = words(
    "federation river county city island islands valley mountains sea ocean street avenue square republic kingdom"
    " states emirates province region peninsula coast beach lake bay airport road district bridge park strait desert"
    " gulf"
)
_DIRECTIONS = words("west east north south western eastern northern southern")
_STATES = words("federation city republic kingdom states emirates province county district")
_NOBLE = words("lady lord king queen prince princess")
"""With "the" before it, such a title names a ship or a house: "the Lady Anna"."""

_NORP = re.compile(
    r"[^\W\d_]{3,}(?:ian|ians|ean|eans|ese|crat|crats|lican|licans|rican|ricans|xican|slim|slims|istas?)\Z"
)
_NORP_ISH = re.compile(r"(?:brit|engl|span|pol|dan|swed|turk|ir|finn|scott|kurd|jew)ish\Z")
_LOCATIVE = frozenset(("in", "at", "from", "near", "across", "outside", "inside", "into", "toward", "towards"))
_OPENERS = frozenset("\"“‘'«:(")
_COMPOUND = re.compile(r"-(?:[a-z]{3,}ed|style|based|led|like|wide|era|born|run|linked|controlled|held)\Z")
_ACRONYM = re.compile(r"[A-Z]{2,6}(?:['’]s)?\Z")
_POSSESSIVE = re.compile(r"['’]s?\Z")


@dataclass(frozen=True, slots=True)
class _Run:
    """A capitalised run with titles trimmed, and what its surroundings say of its type."""

    span: Span
    text: str
    titled: bool
    evidence: MentionType | None


def find_mentions(text: str, sentences: Sequence[Span], headings: frozenset[int] = frozenset()) -> tuple[Mention, ...]:
    """Return the names in order. ``headings``: indices of sentences whose capitals are no evidence of a name."""
    by_sentence = [list(tokens_of(text, *span)) for span in sentences]
    proper = _seen_inside(by_sentence, headings)
    runs = [run for at, tokens in enumerate(by_sentence) if at not in headings for run in _runs(text, tokens, proper)]
    known = {run.text for run in runs}
    for at in headings:
        runs.extend(run for run in _runs(text, by_sentence[at], proper) if run.text in known)
    types = _vote(runs)
    fullest = _fullest_names(runs, types)
    return tuple(
        Mention(span=run.span, text=run.text, type=types[run.text], name=fullest.get(run.text, run.text))
        for run in sorted(runs, key=lambda run: run.span)
    )


def _seen_inside(by_sentence: Iterable[Sequence[Token]], headings: frozenset[int]) -> frozenset[str]:
    """Return the words that are capitalised where a sentence does not begin."""
    bodies = (tokens for at, tokens in enumerate(by_sentence) if at not in headings)
    return frozenset(_bare(token.word) for tokens in bodies for token in tokens[1:] if token.capital)


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word)


def _is_name_word(token: Token, first: bool, follower: Token | None, proper: frozenset[str]) -> bool:
    word = _bare(token.word)
    if not token.capital or _COMPOUND.search(token.word) or word in CALENDAR or word == "i" or word.startswith("i'"):
        return False
    if follower is not None and follower.word.isdigit():
        return False
    if not first:
        return word not in FUNCTION_WORDS and (word not in _DIRECTIONS or (follower is not None and follower.capital))
    if word in FUNCTION_WORDS or word in CUES:
        return False
    if word in proper or word in place_names():
        return True
    speaks = follower is not None and (follower.word in CUES or follower.word in AUXILIARIES)
    lone = speaks and not word.endswith("s") and word not in PEOPLE | GROUPS | DOCUMENTS | TITLES
    return lone or (follower is not None and follower.capital)


def _runs(text: str, tokens: Sequence[Token], proper: frozenset[str]) -> Iterator[_Run]:
    """Yield the names of one sentence: capitalised words, linked inside by words like "of", cut after a possessive."""
    run: list[Token] = []
    begins = True
    for at, token in enumerate(tokens):
        follower = tokens[at + 1] if at + 1 < len(tokens) else None
        links = bool(run) and not _POSSESSIVE.search(run[-1].word.lstrip("'")) and _adjoins(text, run[-1], token)
        if _is_name_word(token, begins, follower, proper):
            if run and not links:
                yield from _named(text, run, tokens, at - len(run))
                run = []
            run.append(token)
        elif not (links and follower is not None and _links(token, follower, run)):
            if run:
                yield from _named(text, run, tokens, at - len(run))
            run = []
        else:
            run.append(token)
        begins = token.word in _OPENERS or (begins and not token.word[0].isalnum())
    if run:
        yield from _named(text, run, tokens, len(tokens) - len(run))


def _links(token: Token, follower: Token, run: Sequence[Token]) -> bool:
    """Allow "of" and "the" only inside the names of bodies and lands, and the apostrophe of "Seafarers' Union"."""
    if token.word == "'":
        return run[-1].word.endswith("s") and follower.capital and follower.word in _ORG
    body = _bare(run[-1].word) in _ORG | _PLACE_LAST or run[-1].word in _LINKS
    return token.word in _LINKS and follower.capital and (token.word not in {"of", "the"} or body)


def _adjoins(text: str, before: Token, token: Token) -> bool:
    return text[before.end : token.start] in {" ", "\u00a0"} or before.end == token.start


def _named(text: str, run: Sequence[Token], tokens: Sequence[Token], at: int) -> Iterator[_Run]:
    """Yield the name of a run without its titles, and the people or nation that an adjective before a title names."""
    titles = [i for i, token in enumerate(run) if token.word in TITLES]
    ship = at > 0 and tokens[at - 1].word == "the" and run[0].word in _NOBLE
    titles = [] if ship else titles
    cut = titles[-1] + 1 if titles and not any(_bare(t.word) in _ORG for t in run[titles[-1] + 1 :]) else 0
    if titles and cut == len(run):
        cut = 0 if any(_bare(t.word) in _ORG for t in run) else len(run)
    for token in run[:cut]:
        if _norp(_bare(token.word)):
            yield _run(text, [token], titled=False, evidence=MentionType.NORP)
    rest = run[cut:]
    while rest and rest[0].word in {"the", "of", "al", "la"} and not rest[0].capital:
        rest = rest[1:]
    if rest and len(rest) <= RUN_MAX_TOKENS and any(character.isalpha() for character in rest[0].word):
        before = tokens[at - 1].word if at > 0 else ""
        after = tokens[at + len(run)].word if at + len(run) < len(tokens) else ""
        yield _run(text, rest, titled=cut > 0, evidence=_evidence(text, rest, before, after, titled=cut > 0))


def _run(text: str, tokens: Sequence[Token], *, titled: bool, evidence: MentionType | None) -> _Run:
    start, end = tokens[0].start, tokens[-1].end
    end -= len(text[start:end]) - len(_POSSESSIVE.sub("", text[start:end]))
    return _Run((start, end), text[start:end], titled, evidence)


def _norp(word: str) -> bool:
    return bool(_NORP.match(word) or _NORP_ISH.match(word))


def _evidence(text: str, run: Sequence[Token], before: str, after: str, *, titled: bool) -> MentionType | None:
    """Return the type that the words themselves or their neighbours show, or None."""
    if titled:
        return MentionType.PERSON
    shown = _shown_type([_bare(token.word) for token in run], text[run[0].start : run[-1].end])
    if shown is None and (before in GROUPS or (before == "the" and len(run) > 1)):
        return MentionType.ORG
    if shown is not None or len(run) > 1:
        return shown or MentionType.PERSON
    speaks = any((cue := CUES.get(word)) is not None and Frame.QUOTE in cue.frames for word in (before, after))
    return MentionType.PERSON if speaks else MentionType.GPE if before in _LOCATIVE else None


def _shown_type(words: Sequence[str], shown: str) -> MentionType | None:
    """Return the type that the words of a name show by themselves."""
    name = " ".join(words)
    if name in place_names():
        return MentionType.GPE
    if any(word in _ORG for word in words) or _ACRONYM.match(shown):
        return MentionType.ORG
    if len(words) == 1 and _norp(name):
        return MentionType.NORP
    if words[-1] in _PLACE_LAST or (len(words) > 1 and words[0] in _PLACE_FIRST):
        return MentionType.GPE if words[-1] in _STATES or words[0] in _PLACE_FIRST else MentionType.LOC
    return None


def _vote(runs: Iterable[_Run]) -> dict[str, MentionType]:
    """Give each name one type: a last name that of its full name, else what most of its evidence says."""
    votes: dict[str, Counter[MentionType]] = defaultdict(Counter)
    surnames: set[str] = set()
    for run in runs:
        votes[run.text].update([run.evidence] if run.evidence else [])
        if run.evidence is MentionType.PERSON and " " in run.text:
            surnames.add(run.text.rsplit(" ", 1)[1])
    return {name: _type(votes[name], is_surname=name in surnames) for name in votes}


def _type(votes: Counter[MentionType], *, is_surname: bool) -> MentionType:
    if is_surname and not votes[MentionType.ORG]:
        return MentionType.PERSON
    if votes:
        return max(votes, key=lambda kind: (votes[kind], kind.value))
    return MentionType.ORG


def _fullest_names(runs: Iterable[_Run], types: dict[str, MentionType]) -> dict[str, str]:
    """Map last names and initials to the one full name that ends in, or abbreviates to, them in this article."""
    full: dict[str, set[str]] = defaultdict(set)
    for name in {run.text for run in runs}:
        words = name.split()
        if len(words) > 1 and types[name] is MentionType.PERSON:
            full[words[-1]].add(name)
        elif len(words) > 2 and types[name] is MentionType.ORG:  # noqa: PLR2004
            full["".join(word[0] for word in words if word[0].isupper())].add(name)
    return {
        short: max(names, key=lambda name: (len(name), name))
        for short, names in full.items()
        if len({name.split()[0] for name in names}) == 1 and types.get(short) is types[next(iter(names))]
    }
