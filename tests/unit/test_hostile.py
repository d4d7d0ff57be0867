"""Texts made to flood, stall or trip the reading: each is read to its end, within bounds, and true to its words.

What is asserted of cost is what a worker is allowed: CPU time as the system counts it, and memory. What takes the
square of a text's length misses it by far. Most texts are read by the rules with marks that are cheap to make and more
than a model's; some are read with the model, at the greatest length allowed.
"""

import random
import re
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from typing_extensions import override

from schemas.events import TEXT_MAX_CODE_POINTS
from schemas.extraction import Extraction, Span
from services.extract.identity import keep_sound
from services.extract.readers import CPU_SECONDS, MEMORY_BYTES
from services.extract.reading.article import CLAIMS_MAX, Article, extract
from services.extract.reading.model.marks import Attribution, Marks, Name, NameKind
from services.extract.reading.model.pieces import KNOWN_MAX, WORD_READ_CODE_POINTS
from services.extract.reading.model.reader import WEIGHTS, WORDS_MAX, Reader, reader_of
from services.extract.reading.model.words import find_words
from services.extract.vectors import find_vectors
from services.workers import open_workers
from tests.builders import article

PROSE = (
    "The council of Skarne voted on Monday to close the old bridge for repairs. “The bridge is closed until further "
    "notice,” said Anna Weller, the mayor. Traffic will be led over the ford, a spokesman told reporters. "
)
FIRST = ("Marta", "Jonas", "Ilse", "Peter", "Anna", "Omar", "Lena", "Karl")


def invented(count: int) -> list[str]:
    """Names that differ."""
    draw = random.Random(1)
    return [
        f"{draw.choice(FIRST)} {draw.choice('BDFGKLMNPRST')}{''.join(draw.choices('aeioulnrst', k=6))}"
        for _ in range(count)
    ]


LENGTH = TEXT_MAX_CODE_POINTS // 4
"""Of most texts."""

PART_SECONDS = CPU_SECONDS / 2
"""What those may take: CPU time doubles where cores are shared, and what takes the square of a length misses it yet."""


def filled(words: str, length: int = LENGTH) -> str:
    """The words over and over."""
    return (words * (length // len(words) + 1))[:length]


HOSTILE = {
    "no spaces": "a" * LENGTH,
    "letters and digits": filled("a1"),
    "hyphens": filled("a-"),
    "one word": filled("said "),
    "one name": filled("Klein "),
    "quotation marks": '"' * 10_000,
    "opening marks": "“" * 10_000,
    "short quotations": filled("“It is so,” he said. "),
    "names": ", ".join(invented(5_000)),
    "names that say": ". ".join(f"{name} said the bridge is safe" for name in invented(5_000)),
    "names that say in one sentence": " and ".join(f"{name} said the bridge is safe" for name in invented(5_000)),
    "cues in one sentence": "he said she said " * 10_000,
    "questions": filled("Asked if it is so, he said no. "),
    "questions in one sentence": filled("when asked whether he said "),
    "claims in claims": filled("Klein said that Berg said that "),
    "emoji": filled("😀 said “👩‍👩‍👧” 🏳️‍🌈 "),
    "right to left": filled("He\u200f said\u202e it\u202c is so. "),
    "Arabic": filled("قال الرئيس إن “الحرب” انتهت. "),
    "marks that combine": filled("he said\u0301\u0302\u0303 it "),
    "controls": filled("\x01\x02\x7f\x1f said it is "),
    "short lines": filled("a\n"),
    "lines of a name": filled("Ab\n"),
    "lines that state": filled("Klein: it is so.\n"),
    "short lines with cues": filled("he said\n"),
    "spaces between": f"He said that {' ' * LENGTH} it is so.",
    "commas between": f"He said that {', ' * (LENGTH // 2)} it is so.",
    "German": filled("Der Minister sagte am Montag, die Brücke sei geschlossen. "),
    "Chinese": filled("部长周一表示，这座桥已经关闭。"),
    "prose in one line": filled(PROSE),
    "prose without a full stop": filled(PROSE.replace(". ", " ")),
}


WHOLE = {
    "no spaces": "a" * TEXT_MAX_CODE_POINTS,
    "prose": filled(PROSE, TEXT_MAX_CODE_POINTS),
    "questions in one sentence": filled("when asked whether he said ", TEXT_MAX_CODE_POINTS),
}
CUE = re.compile(r"\b(?:said|asked)\b")
NAME = re.compile(r"\b[A-Z]\w{0,20}")


class MarksMany(Reader):
    """Marks every "said" and "asked" as a cue of the words around it, and every capital as a name."""

    def __init__(self) -> None:
        """Open nothing."""

    @override
    def read(self, text: str, paragraphs: Sequence[Span], *, ours: bool = True) -> Marks:
        names = (Name(found.span(), NameKind.PERSON, 0.9) for found in NAME.finditer(text))
        return Marks(tuple(names), tuple(self._around_cues(text, paragraphs)))

    def _around_cues(self, text: str, paragraphs: Sequence[Span]) -> Iterator[Attribution]:
        for start, end in paragraphs:
            for cue in CUE.finditer(text, start, end):
                content, source = (cue.end(), min(end, cue.end() + 60)), (max(start, cue.start() - 20), cue.start())
                if content[0] < content[1] and source[0] < source[1]:
                    yield Attribution(cue.span(), (source,), (content,), 0.9)


def read_by_rules(text: str) -> tuple[Extraction, float]:
    """Read a text as a worker does, but for the model."""
    return read(text, MarksMany())


def read(text: str, reader: Reader | None = None) -> tuple[Extraction, float]:
    """Read a text as a worker does; return also the CPU time in seconds."""
    event = article(text)
    began = time.process_time()
    found = extract(Article(text, language="en"), reader)
    sound, refused = keep_sound(found, text)
    find_vectors(event, sound)
    assert refused == 0
    return found, time.process_time() - began


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_is_read_within_a_workers_limits(name: str) -> None:
    await check(HOSTILE[name], read_by_rules, PART_SECONDS)


@pytest.mark.parametrize("name", WHOLE)
async def test_longest_text_is_read_within_a_workers_limits(name: str) -> None:
    await check(WHOLE[name], read, CPU_SECONDS)


async def check(text: str, reads: Callable[[str], tuple[Extraction, float]], most: float) -> None:
    """Have a worker read a text under its limits, in so many seconds at most, and check what holds of every reading."""
    async with open_workers(
        1, modules=[__name__], cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES, wall_seconds=600.0
    ) as workers:
        found, seconds = await workers.run(reads, text)
    assert seconds < most
    assert len(found.claims) <= CLAIMS_MAX
    assert found.violations(text) == []
    assert all(text[slice(*mention.span)] == mention.text for mention in found.mentions)


def test_learnt_reader_reads_no_more_words_than_its_limit() -> None:
    text = "He said so. " * WORDS_MAX
    marks = reader_of(WEIGHTS).read(text, [(0, len(text))])
    last = max(one.cue[1] for one in marks.attributions)
    assert 0.9 * WORDS_MAX < len(find_words(text[:last])) < 1.1 * WORDS_MAX


def test_pieces_of_many_words_are_not_kept_for_ever() -> None:
    pieces = reader_of(WEIGHTS).pieces
    for number in range(KNOWN_MAX + 10):
        pieces.of(f"w{number}", glued=False)
    assert len(pieces._known) <= KNOWN_MAX
    assert pieces.of("a" * TEXT_MAX_CODE_POINTS, glued=False) == pieces.of("a" * WORD_READ_CODE_POINTS, glued=False)
