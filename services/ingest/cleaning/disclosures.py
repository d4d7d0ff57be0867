"""Disclosures: what an article says of its own making: rewritten, generated, corrected, paid for."""

import re
from collections.abc import Iterable

from services.ingest.characters import label

DISCLOSURES_MAX = 10
"""An article that speaks of itself more often is about something else."""

SENTENCE_MAX = 600
"""Code points; a disclosure is a sentence or two."""

_PIECE = r"(?:article|story|report|piece|post|content|text|page|translation|summary|version|material|interview)"
_MADE = (
    r"(?:(?:re)?written|created|generated|produced|translated|adapted|compiled|drafted|edited|updated|corrected|amended"
    r"|summari[sz]ed|(?:re)?published|reproduced|syndicated|sponsored|paid|funded|supported|assisted|based|prepared)"
)
_OF_ITSELF = re.compile(
    rf"(?:parts? of |an earlier version of |a previous version of )?this {_PIECE}\b[^.]{{0,80}}?"
    rf"\b(?:is|was|were|has been|have been|first|originally|may contain|contains|includes)\b[^.]{{0,80}}?\b"
    rf"(?:{_MADE}|artificial intelligence|AI|sponsored|advertis\w+|affiliate)\b",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"(?:correction|clarification|editor(?:[\u2019']?s|s[\u2019'])? note|disclosure|disclaimer|sponsored content"
    r"|paid content|advertorial|advertisement feature|press release)\s*(?:\([^)]*\))?\s*[:\u2013—.]",
    re.IGNORECASE,
)
_BY_AI = re.compile(
    r"\b(?:AI|artificial[- ]intelligence|machine)[- ](?:generated|assisted|written|translated|created|produced)\b"
    rf"|\b{_MADE}\b[^.]{{0,60}}?\b(?:by|with|using|from)\b[^.]{{0,60}}?"
    r"\b(?:AI|artificial intelligence|(?:large )?language models?|chatbot|automation technology|ChatGPT|OpenAI)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])")


def find_disclosures(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Return the sentences in which the article speaks of its own making, and notes marked as such, in order."""
    found: dict[str, None] = {}
    for paragraph in paragraphs:
        if len(paragraph) <= SENTENCE_MAX and _MARKED.match(paragraph):
            found.setdefault(paragraph)
            continue
        for sentence in _SENTENCE.split(paragraph) if "this " in paragraph.lower() else ():
            if len(sentence) <= SENTENCE_MAX and _OF_ITSELF.match(sentence.lstrip("(*[ ")):
                found.setdefault(sentence)
    lines = (label(words) for words in found)
    return tuple(line for line in lines if line is not None)[:DISCLOSURES_MAX]


def tells_ai_use(disclosures: Iterable[str]) -> bool:
    """Tell whether a disclosure says that a machine wrote, translated or helped; what an article reports is none."""
    return any(_BY_AI.search(words) for words in disclosures)
