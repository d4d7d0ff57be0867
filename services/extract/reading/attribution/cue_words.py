"""The words of a learnt cue: cut to what attributes, and those by which nobody is said to say anything."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re

from schemas.extraction import Span

BEFORE_CODE_POINTS = 20
"""Before a cue, in which its auxiliaries stand."""

AFTER_CODE_POINTS = 40
"""After a cue, in which the rest of a refusal stands: "declined to comment"."""

_AFTER = re.compile(
    r"(?:[ ,:;]+|(?<=\w) (?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"| (?:today|yesterday|earlier|later|last|that))+\Z"
)
"""Marks and days behind a cue: "said Tuesday"."""

_ORDERS = re.compile(
    r"\b(?:told|(?:tell|ask|order|urge|advise|beg|instruct|invite|want|press|expect)(?:s|ed|d|ing)?"
    r"|call(?:s|ed)? on)\Z",
    re.IGNORECASE,
)
_WHO = re.compile(r" (?:[^\s,;:.?!()\"“”«»‘—–]+ ){1,8}")
_NEGATED = re.compile(r"\b(?:not|never|nor|neither|no|cannot)\b|n['’]t\b", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"(?:(?:has|have|had|having|is|are|was|were|be|been|being|am|will|would|shall|to|do|does|did|also|[a-z]{2,}ly"
    r"|['’](?:s|ve|d|re|m|ll)) )+",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:declin|refus)\w+ to (?:comment|say|discuss|answer|elaborate|speak|be \w+ed)"
    r"|\b(?:would|could|will|did) not (?:say|comment|elaborate|discuss|be (?:reached|named|drawn))\b"
    r"|\b(?:wouldn['’]t|couldn['’]t|won['’]t|didn['’]t) (?:say|comment|elaborate|discuss)\b|\bno comment\b",
    re.IGNORECASE,
)
_BE = r"(?:is|are|was|were|be|been|being|got)(?: \w+ly)?"
_TOLD = re.compile(rf"(?:{_BE} )?(?:told|informed|warned|reminded|assured|advised|notified|asked)\b", re.IGNORECASE)
_BEEN = re.compile(rf"\b{_BE} \Z", re.IGNORECASE)
_NOTED = re.compile(r"(?:should|must|can|could|may|might|has to|have to) be \w", re.IGNORECASE)
_POINTER = re.compile(
    r"(?:that|which|who|whom|whose|what|whether|if|why|how|when|where|so|this|these|those|there|nobody|no one|none)\Z",
    re.IGNORECASE,
)

_NO_ONE = re.compile(r"(?:this|that|these|those|there|what|nothing|nobody|no one|none)\Z", re.IGNORECASE)


def trimmed_cue(text: str, cue: Span) -> Span:
    """Return a cue without marks, auxiliaries and adverbs at its ends; a negated one keeps them."""
    start, end = cue
    end -= len(text[start:end]) - len(_AFTER.sub("", text[start:end]))
    if _NEGATED.search(text, start, end):
        return start, end
    lead = _AUXILIARY.match(text, start, end)
    return (lead.end() if lead and lead.end() < end else start), max(end, start + 1)


def told_whom(text: str, cue: Span, content: Span) -> Span:
    """Return a content with who is to act: "told {its workers to stay}" for "to stay"."""
    start, end = content
    orders = text.startswith("to ", start) and _ORDERS.search(text, *cue) is not None
    return (cue[1] + 1, end) if orders and _WHO.fullmatch(text, cue[1], start) else content


def refuses(text: str, cue: Span) -> bool:
    """Tell a refusal to say anything: "declined to comment", "would not say"."""
    start, end = cue
    return _REFUSAL.match(text, start, end + AFTER_CODE_POINTS) is not None


def is_heard(text: str, cue: Span, source: Span | None) -> bool:
    """Tell what nobody is said to say: "she was told that …" of the listener, "it should be noted", "this suggests"."""
    start, end = cue
    if _NOTED.match(text, start, end):
        return source is None
    if source is not None and _NO_ONE.match(text, *source):
        return True
    told = _TOLD.match(text, start, end)
    shown = text[max(0, start - BEFORE_CODE_POINTS) : start]
    passive = told is not None and (" " in told.group() or _BEEN.search(shown) is not None)
    return passive and (source is None or source[0] < start)


def points(text: str, span: Span) -> bool:
    """Tell words that only stand for something else: "which", "whether", "this"; they are not said."""
    return _POINTER.match(text, *span) is not None
