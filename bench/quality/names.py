"""The measures on sentences in which people marked the names of persons, organisations and places."""

import json
from collections.abc import Sequence
from pathlib import Path

from bench.quality.answers import PROCESSES, ask
from bench.quality.rows import Row, row
from bench.quality.scores import Score
from schemas.extraction import Extraction, MentionType

GROUP = "names"

KINDS = {
    MentionType.PERSON: "PERSON",
    MentionType.ORG: "ORG",
    MentionType.GPE: "LOC",
    MentionType.LOC: "LOC",
}
"""Our types in the words of the test files; peoples and faiths (NORP) are no names there."""

Name = tuple[int, int, str]
"""``start, end`` in code points, and the type."""


def names_of(extraction: Extraction) -> frozenset[Name]:
    """Return the names found, states and places as one type."""
    return frozenset((*each.span, KINDS[each.type]) for each in extraction.mentions if each.type in KINDS)


def score_names(wanted: frozenset[Name], found: frozenset[Name]) -> Score:
    """Count the names with both ends and the type right."""
    return Score(len(wanted & found), len(found), len(wanted))


def measure(paths: Sequence[Path]) -> list[Row]:
    """Compare the mentions in each line of the files with the names marked: exact F1, micro over types and lines.

    Each line is read as a text of its own that is said to be English: one line is too short to tell its language by.
    Sources: UNER English-EWT (Mayhew et al., 2024), CrossNER (Liu et al., 2021), WikiGold (Balasuriya et al., 2009).
    """
    return [row(GROUP, f"{path.stem.removeprefix('test_')}, exact F1", _score(path).f1) for path in paths]


def _score(path: Path) -> Score:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    # A line of white space holds no name, and is no text.
    lines = [line for line in lines if line["text"].strip()]
    texts = ({"id": str(number), "text": line["text"], "language": "en"} for number, line in enumerate(lines))
    answers = ask(texts, min_confidence=None, processes=PROCESSES)
    wanted = (frozenset((start, end, kind) for start, end, kind in line["entities"]) for line in lines)
    return sum((score_names(*pair) for pair in zip(wanted, map(names_of, answers), strict=True)), Score())
