"""Walls: pages that stand where an article should be: of an error, of a check of the reader, of a price."""

import re
from collections.abc import Sequence

from schemas.outcomes import PageOutcome

NOTICE_MAX_CODE_POINTS = 1_500
"""A page this short that speaks of itself is no article; a longer one has news of errors, cookies or prices."""

STUB_MAX_CODE_POINTS = 300
"""Two or three sentences: what is left to read of an article that is sold tells nobody's claims whole."""

CONSENT_LEAST = 3
"""So many words of asking for consent in a short text make it a wall; news of cookies uses few of them."""

_MISSING_TITLE = re.compile(
    r"\b(?:error )?4(?:04|10)\b|(?:page|article|story|content) (?:was )?not (?:found|available)|^not found|not found$"
    r"|page (?:does not|doesn[\u2019']t) exist|no longer available",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"(?:(?:we[\u2019']re |we are )?(?:sorry|oops)\W+(?:but )?)?(?:this|that|the) (?:page|article|story|link)\b.{0,80}"
    r"(?:(?:could not|cannot|can[\u2019']t|couldn[\u2019']t) be found|(?:does not|doesn[\u2019']t) exist"
    r"|no longer (?:available|exists)"
    r"|has been (?:moved|removed|deleted))",
    re.IGNORECASE,
)
_CHECK = re.compile(
    r"access denied|forbidden|just a moment|are you (?:a robot|human)|verify you|attention required|security check"
    r"|service unavailable|enable javascript|cookie (?:policy|consent|settings|preferences)|before you continue"
    r"|privacy (?:settings|choices|preferences)|pardon our interruption|unusual traffic",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"we (?:and our (?:\d+ )?partners|use cookies)|your (?:consent|choices|preferences|privacy)|cookies?\b"
    r"|accept all|reject all"
    r"|legitimate interests?|personali[sz]ed (?:ads|content)|measure .{0,30}performance|store and/or access"
    r"|manage (?:options|settings)",
    re.IGNORECASE,
)
_SOLD = re.compile(
    r"(?:subscribe|log ?in|sign in|register|sign up)(?: now| today)? to (?:continue|read|unlock|access)"
    r"|to continue reading"
    r"|already a (?:subscriber|member)|(?:article|story|content) is (?:only |exclusively )?(?:for|available to"
    r"|reserved for)"
    r" .{0,30}(?:subscribers|members)|(?:subscribers|members)[ -]only|unlock this (?:article|story)"
    r"|free articles (?:left|remaining)",
    re.IGNORECASE,
)


def find_wall(titles: Sequence[str | None], text: str, lines: Sequence[str], *, paywalled: bool) -> PageOutcome | None:
    """Return what the page is instead of an article, or None; ``lines`` are all of it, prompts too."""
    if len(text) > NOTICE_MAX_CODE_POINTS:
        return None
    named = [title for title in titles if title]
    if any(map(_MISSING_TITLE.search, named)) or any(map(_MISSING.match, lines[:2])):
        return PageOutcome.SOFT_404
    if any(map(_CHECK.search, named)) or len(set(_CONSENT.findall(text.lower()))) >= CONSENT_LEAST:
        return PageOutcome.COOKIE_WALL
    if len(text) <= STUB_MAX_CODE_POINTS and (paywalled or any(map(_SOLD.search, lines))):
        return PageOutcome.PAYWALL_STUB
    return None
