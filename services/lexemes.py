"""Lexemes: the forms under which words are found, whatever their spelling; one rule for what is stored and asked.

Case, accents and compatibility forms are folded. A hyphen of any kind, or an apostrophe, parts a word: "5-style" is
found as "5 style" and as "5style"; a soft hyphen and other invisible characters part nothing; a possessive "'s" says
nothing. Letters with full stops are one word ("U.S." is "us"), so are numbers ("1,000" is "1000"). Scripts written
without spaces are read character by character. Words of Latin letters are brought to their stem (Snowball's English
stemmer), except in names. At their end a run of i, y and j is one letter, which makes one of the transliterations
-y, -yy, -iy, -ij, -yj and -ii, and of -ia, -ya and -ja.
"""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import regex
import Stemmer

SPEAKER = "@"
"""Stands before the forms under which a claim's speaker is found, which so differ from the words of what was said."""

FORM_MAX_CHARACTERS = 64
"""Of a longer word its beginning counts: nobody types more, and PostgreSQL holds 2,046 bytes of one."""

CHUNKS_KEPT = 20_000
"""Chunks of text whose lexemes are kept: the words of some hundred articles, about 8 MB."""

KEPT_MAX_CHARACTERS = 16
"""Of a chunk that is kept: hardly a word is longer, but lines without spaces are, with a lexeme a character."""

PARTS_MAX = 8
"""A word of more parts is a list or a line, and is not also looked for in one piece."""

_INVISIBLE = r"\u00ad\u200b-\u200d\u2060\ufeff"
_APOSTROPHES = r"'\u2018\u2019\u02b9-\u02bc\uff07"
_HYPHENS = r"\-\u058a\u05be\u1806\u2010-\u2012\ufe63\uff0d"
_SOLID = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_LETTER = rf"[[\p{{L}}\p{{N}}]--[{_APOSTROPHES}{_SOLID}]]"
_INNER = rf"[[\p{{L}}\p{{N}}\p{{M}}{_INVISIBLE}]--[{_APOSTROPHES}{_SOLID}]]"
_PART = rf"(?:\p{{Nd}}++(?:[.,]\p{{Nd}}++)++{_INNER}*+|{_LETTER}{_INNER}*+)"

_WORD = regex.compile(
    rf"(?P<initials>(?<![\p{{L}}\p{{N}}])\p{{L}}(?:\.\p{{L}})++(?![\p{{L}}\p{{N}}\p{{M}}])\.?)"
    rf"|(?P<solid>[{_SOLID}][{_SOLID}\p{{M}}]*+)"
    rf"|{_PART}(?:[{_APOSTROPHES}{_HYPHENS}]{_PART})*+",
    regex.V1,
)
"""Every quantifier takes what it can and gives nothing back: linear time."""

_CHUNK = re.compile(
    r"[A-Za-z0-9\u00c0-\u024f\u0386-\u052f]+(?=[\s;:!?\"”)—]|[.,][\s\"”)]|\Z)|[^\s.,;:!?\"“”‘'()\[\]—–-]\S*"
)
"""A plain word of Latin, Greek or Cyrillic letters and digits, or else whatever stands up to the next blank."""

_PIECE = regex.compile(_PART, regex.V1)
_CHARACTER = regex.compile(rf"[{_SOLID}]\p{{M}}*+", regex.V1)
_POSSESSIVE = regex.compile(rf"[{_APOSTROPHES}][sS]\Z")
_DROPPED = regex.compile(r"[^\p{L}\p{N}\p{M}.,]|[\u02b9-\u02bc]|(?<=\d),(?=\d{3}(?!\d))", regex.V1)
_ENDING = regex.compile(r"(?<=[a-z]{3})[iyj]+(a?)\Z")
_VOICED = "\u3099\u309a"
"""Kana's marks of voicing make another letter, as no accent does."""

_WITHOUT_ACCENT = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe"}
)
"""Latin letters that Unicode does not take apart."""

_STEMMER = Stemmer.Stemmer("english", 0)  # without a cache of its own: whole words are kept below


class Lexeme(NamedTuple):
    """A word under one form: ``[start, end)`` in code points, its place among the text's words, and the form."""

    start: int
    end: int
    place: int
    form: str


class Word(NamedTuple):
    """One word as written: the forms of its parts in order, and that of the whole where there are several parts."""

    parts: tuple[Lexeme, ...]
    whole: Lexeme | None


def lexemes_of(text: str, *, stem: bool = True) -> Iterator[Lexeme]:
    """Yield every lexeme of a text; words are counted from 1, and so are the parts of one that has several."""
    before = 1
    for chunk in _CHUNK.finditer(text):
        found, count = _lexemes(chunk.group(), stem=stem)
        at = chunk.start()
        for start, end, place, form in found:
            yield Lexeme(at + start, at + end, before + place, form)
        before += count


def places_of(text: str, *, stem: bool = True) -> dict[str, list[int]]:
    """Return where each form stands among a text's words: what ``lexemes_of`` yields, at half its cost."""
    places: dict[str, list[int]] = {}
    before = 1
    for chunk in _CHUNK.findall(text):
        found, count = _lexemes(chunk, stem=stem)
        for _, _, place, form in found:
            places.setdefault(form, []).append(before + place)
        before += count
    return places


def words_of(text: str, *, stem: bool = True) -> Iterator[Word]:
    """Yield the words of a text, each with its parts; their spans and places count in the stretch between blanks."""
    for chunk in _CHUNK.findall(text):
        yield from _read(chunk, stem=stem)


@lru_cache(maxsize=CHUNKS_KEPT // 10)
def fold_name(name: str) -> str:
    """Return the forms of a name's words, not stemmed, between spaces: other spellings of it give the same."""
    return " ".join(part.form for word in words_of(name, stem=False) for part in word.parts)


def _lexemes(chunk: str, *, stem: bool) -> tuple[tuple[Lexeme, ...], int]:
    """Return the lexemes of a chunk and how many words it counts as."""
    if len(chunk) > KEPT_MAX_CHARACTERS:
        return _flat(chunk, stem=stem)
    return _kept(chunk, stem=stem)


def _flat(chunk: str, *, stem: bool) -> tuple[tuple[Lexeme, ...], int]:
    words = _read(chunk, stem=stem)
    found = [lexeme for word in words for lexeme in (word.whole, *word.parts) if lexeme is not None and lexeme.form]
    return tuple(found), sum(len(word.parts) for word in words)


_kept = lru_cache(maxsize=CHUNKS_KEPT)(_flat)


def _read(chunk: str, *, stem: bool) -> list[Word]:
    words: list[Word] = []
    place = 0
    for match in _WORD.finditer(chunk):
        words.append(_take_apart(match, chunk, place, stem=stem))
        place += len(words[-1].parts)
    return words


def _take_apart(match: "regex.Match[str]", chunk: str, place: int, *, stem: bool) -> Word:
    start, end = match.span()
    if match.lastgroup == "initials":
        letters = match.group().replace(".", "")[:FORM_MAX_CHARACTERS]
        return Word((Lexeme(start, end, place, _form(letters, stem=stem)),), None)
    possessive = _POSSESSIVE.search(chunk, max(start, end - 2), end)
    inner = end if possessive is None else possessive.start()
    solid = match.lastgroup == "solid"
    spans = [found.span() for found in (_CHARACTER if solid else _PIECE).finditer(chunk, start, inner)]
    forms = [_form(chunk[first:last][:FORM_MAX_CHARACTERS], stem=stem) for first, last in spans]
    if len(spans) == 1:
        return Word((Lexeme(start, end, place, forms[0]),), None)
    parts = tuple(Lexeme(*span, place + at, form) for at, (span, form) in enumerate(zip(spans, forms, strict=True)))
    if solid or len(parts) > PARTS_MAX or inner - start > FORM_MAX_CHARACTERS:
        return Word(parts, None)
    whole = "".join(chunk[first:last] for first, last in spans)
    return Word(parts, Lexeme(start, end, place, _form(whole, stem=stem)))


@lru_cache(maxsize=CHUNKS_KEPT)
def _form(word: str, *, stem: bool) -> str:
    """Return the form of a word or a part of one; empty where nothing of it is a letter or a digit."""
    form = _DROPPED.sub("", _fold(word))[:FORM_MAX_CHARACTERS]
    if not (form.isascii() and form.isalpha()):
        return form
    return _ENDING.sub(_shorten, _STEMMER.stemWord(form) if stem else form)


def _fold(word: str) -> str:
    folded = word.casefold()
    if folded.isascii():
        return folded
    letters = unicodedata.normalize("NFKD", folded)
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter) or letter in _VOICED)
    return unicodedata.normalize("NFKC", kept.casefold()).translate(_WITHOUT_ACCENT)


def _shorten(ending: "regex.Match[str]") -> str:
    return "ia" if ending.group(1) else "y"
