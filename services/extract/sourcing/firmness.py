"""Firmness: how strongly words put what somebody is said to have said, on a scale from a possibility to a vow."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from enum import IntEnum


class Firmness(IntEnum):
    """How firmly something is put; a weaker word in a sentence takes the force of the stronger ones."""

    POSSIBLE = 0
    """May, could; hinted, feared, did not rule out."""
    CONSIDERED = 1
    """Indicated, signalled, would consider, only if."""
    WILLING = 2
    """Is willing, ready, open to; a proposal."""
    STATED = 3
    """Says, offers, agrees, will."""
    VOWED = 4
    """Dismisses, admits, confirms, vows."""


_RETREAT = re.compile(
    r"\b(?:not|n[’']t|no longer|never|cannot)(?: be)?(?: \w+)?"
    r" (?:rule[ds]? out|ruled out|ruling out|exclud\w+|den(?:y|ies|ied)|reject\w*|dismiss\w*|refut\w*)\b",
    re.IGNORECASE,
)
"""A denial denied."""

_SCALE: tuple[tuple[Firmness, re.Pattern[str]], ...] = (
    (
        Firmness.POSSIBLE,
        re.compile(
            r"\b(?:may|might|could|perhaps|possibly|probably|potentially|likely|possibility|possible|reportedly|allegedly"
            r"|hint\w*|fear\w*|suspect\w*|speculat\w*|suggest\w*|not impossible|in principle)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Firmness.CONSIDERED,
        re.compile(
            r"\b(?:consider\w*|explor\w*|indicat\w*|signal\w*|impl(?:y|ies|ied)|open(?:ness)? to|if|unless|provided"
            r"|depend\w*|would|believ\w*|think\w*|reckon\w*|expect\w*|hop(?:es?|ed|ing)|discuss\w*)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Firmness.WILLING,
        re.compile(r"\b(?:willing\w*|ready|readiness|prepared|propos\w*|want\w*|seek\w*)\b", re.IGNORECASE),
    ),
)
_VOWED = re.compile(
    r"\b(?:vow\w*|dismiss\w*|reject\w*|confirm\w*|admit\w*|swear\w*|swore|sworn|guarantee[sd]|insist\w*|refut\w*"
    r"|den(?:y|ies|ied)|concede[sd]?|reveal\w*|slam\w*|rules? out|ruled out|refuse[sd])\b",
    re.IGNORECASE,
)


def firmness_of(words: str) -> Firmness:
    """Return how firmly words put it: by their weakest word, else by a strong one, else as a plain statement."""
    if _RETREAT.search(words):
        return Firmness.POSSIBLE
    for firmness, pattern in _SCALE:
        if pattern.search(words):
            return firmness
    return Firmness.VOWED if _VOWED.search(words) else Firmness.STATED


def leaves_open(words: str) -> bool:
    """Tell whether words leave open what a denial would shut: *did not rule out, cannot be excluded*."""
    return _RETREAT.search(words) is not None
