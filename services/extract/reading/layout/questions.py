"""Questions: sentences that ask, and so claim nothing, told from speech that asks while it goes on."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from collections.abc import Sequence

from schemas.extraction import Span

ASKER_MAX_WORDS = 5
"""Words beside a quoted question that only tell who asks; more may state something."""

TERM_MAX_WORDS = 4
"""Words of a quoted term or title inside a question; more is speech."""

TAG_CODE_POINTS = 40
"""Code points before a question mark in which "isn't it" and the like stand."""

_ASKS = re.compile(r"\?[\"'”’»)\]]*\Z")
_STOPPED = re.compile(r"[.!…;]\s")
_DO = r"(?:is|was|are|were|do|does|did|has|have|had|will|would|can|could|should"
_TAG = re.compile(
    rf", (?:right|no|yes|eh|huh|ok|okay|{_DO}|ca|wo)n['’]t \w+|{_DO}) (?:it|he|she|they|we|you|i|there))"
    r"\?[\"'”’»)\]]*\Z",
    re.IGNORECASE,
)
"""Turns a statement into a question only for the ear: what it says is claimed."""


def is_question(text: str, span: Span, quoted: Sequence[Span], *, goes_on: bool) -> bool:
    """Tell whether a sentence only asks. ``quoted``: the quotations inside it; ``goes_on``: another follows it.

    So does a quoted question with the words that tell who asks, unless its speaker goes on.
    """
    if quoted and _is_quoted_question(text, span, quoted[0]):
        return not goes_on
    tail = text[max(span[0], span[1] - TAG_CODE_POINTS) : span[1]]
    terms = all(len(text[slice(*quotation)].split()) <= TERM_MAX_WORDS for quotation in quoted)
    return terms and _ASKS.search(tail) is not None and not _TAG.search(tail)


def _is_quoted_question(text: str, span: Span, quoted: Span) -> bool:
    beside = text[span[0] : quoted[0]] + text[quoted[1] : span[1]]
    if len(beside.split()) > ASKER_MAX_WORDS:
        return False
    words = text[slice(*quoted)]
    return _ASKS.search(words) is not None and not _STOPPED.search(words) and not _TAG.search(words)
