"""Capitals: where the name of a capital stands for the government that sits there, and where for the town."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re

from schemas.extraction import Span

_LOOK = 60
"""Code points around a name that tell how it is used."""

_PLACED = re.compile(
    r"\b(?:in|at|near|around|outside|inside|into|across|through|throughout|over|above|within|downtown|central|greater"
    r"|northern|southern|eastern|western|suburban|visit(?:ed|ing)? to|city of|region of|capital,?)\s+(?:the\s+)?\Z",
    re.IGNORECASE,
)
"""Before it: a place is meant."""

_LAND = re.compile(
    r"\s*(?:,\s*[A-Z]|\s*[-–—:(]\s|(?:['’]s)?\s+(?:region|oblast|city|suburbs?|streets?|airport|metro|resident|mayor"
    r"|museum|district|skyline|talks|summit|conference|university|hotel|hospital)s?\b)"
)
"""After it: the town, as in a dateline or with what towns have."""

_HAVE = (
    r"ally|allies|ambassador|ambition|approach|army|backer|bid|border|claim|commitment|concern|counterpart|decision"
    r"|delegation|demand|denial|diplomat|efforts?|embassy|envoy|force|foreign|goal|government|insistence|intention"
    r"|interest|leader|leadership|military|minister|ministry|negotiator|offer|official|opposition|parliament|partner"
    r"|plan|policy|position|proposal|readiness|refusal|rejection|relation|reluctance|request|response|sanction"
    r"|security|sovereignty|stance|strategy|support|territory|threat|tie|troop|willingness"
)
_OWN = re.compile(
    rf"['’]s\s+(?:(?!(?:and|or|of|in)\b)[\w‑-]+\s+){{0,2}}?(?:{_HAVE})(?:s|es)?\b",
)
"""After it: what governments have, a word or two between."""

_ACTS = re.compile(
    r"\s+(?:(?:has|have|had)\s+(?:\w+ly\s+|not\s+|also\s+|never\s+|long\s+|now\s+|so far\s+)*"
    r"(?!been\b)\w+(?:ed|t|n|ld|de)\b"
    r"|(?:would|will|could|should|must|may|might|cannot|can)\s+(?:\w+ly\s+|not\s+|also\s+|never\s+)*"
    r"(?!be\b|have been\b|host\b|see\b|get\b)\w+"
    r"|(?:is|was)\s+(?:\w+ly\s+|not\s+|also\s+|now\s+)*(?:willing|ready|prepared|unwilling|reluctant|keen|determined"
    r"|considering|seeking|trying|pressing|pushing|raising|demanding|offering|planning|refusing|open to)\b"
    r"|(?:says|said|insists|insisted|wants|wanted|denies|denied|accuses|accused|rejects|rejected|demands|demanded"
    r"|claims|claimed|announced|agreed|agrees|refused|refuses|argues|argued|maintains|maintained|responded|offered"
    r"|proposed|proposes|warned|warns|hopes|fears|believes|vowed|vows|called|calls|seeks|sought)\b)"
)
"""After it: what one does who decides or speaks."""


def is_government(text: str, span: Span, *, speaks: bool = False) -> bool | None:
    """Tell whether a capital's name at a span stands for its government; None where nothing tells.

    ``speaks``: it is the speaker of a claim.
    """
    before, after = text[max(0, span[0] - _LOOK) : span[0]], text[span[1] : span[1] + _LOOK]
    if _LAND.match(after):
        return False
    if speaks or _OWN.match(after):
        return True
    if _PLACED.search(before):
        return False
    return True if _ACTS.match(after) else None
