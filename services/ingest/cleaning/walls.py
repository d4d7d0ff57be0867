"""Walls: pages that stand where an article should be: of an error, of a check of the reader, of a price."""

import re
from collections.abc import Sequence

from schemas.outcomes import PageOutcome

NOTICE_MAX_CODE_POINTS = 1_500
"""A page this short that speaks of itself is no article; a longer one has news of errors, cookies or prices."""

STUB_MAX_CODE_POINTS = 300
"""Two or three sentences: what is left to read of an article that is sold tells nobody's claims whole."""

CONSENT_LEAST = 3
"""So many kinds of words of asking for consent in a short text make it a wall; news of cookies uses one or two."""

_PARTS = re.compile(r"\s+[|\u2013\u2014\u00b7:-]\s+")
_MISSING_TITLE = re.compile(
    r"(?:(?:http )?(?:error )?4(?:04|10)(?: error)?[\s:!,.-]*)?"
    r"(?:(?:the |this )?(?:page|article|story|content|file) )?(?:was |could )?not (?:be )?(?:found|available)"
    r"|(?:http )?(?:error )?4(?:04|10)(?: error)?"
    r"|(?:(?:the |this )?(?:page|article|story|content) )?(?:is )?no longer (?:available|exists)"
    r"|(?:the |this )?page (?:does not|doesn[\u2019']t) exist",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"\b(?:page|article|story|link|url|address|content)\b.{0,80}"
    r"(?:not (?:be )?found|(?:cannot|can[\u2019']t|couldn[\u2019']t) be found|(?:does not|doesn[\u2019']t) exist"
    r"|no longer (?:available|exists)|(?:has been|was) (?:moved|removed|deleted))",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"^(?:we[\u2019']re |we are )?(?:sorry|oops)\b|\byou (?:requested|asked for|wanted|followed|tried)"
    r"|\byou(?:[\u2019']re| are| were) looking for|\brequested (?:page|url)|\bcheck the (?:url|address|link)"
    r"|\b(?:to|visit) (?:the|our) home ?page|\bsearch (?:our|the|this) (?:site|archive)",
    re.IGNORECASE,
)
"""What an error says to its reader, and no news of a missing page."""

_CHECK = re.compile(
    r"access (?:to this page )?(?:has been |is )?denied|(?:403\W+)?forbidden|just a moment|are you (?:a robot|human)"
    r"|(?:please )?verify (?:that )?you(?: are|[\u2019']re|r identity).{0,20}|attention required"
    r"|security check(?: required)?"
    r"|(?:503\W+)?service (?:temporarily )?unavailable|(?:please )?enable javascript(?: and cookies)?(?: to continue)?"
    r"|(?:your |our )?cookie (?:policy|consent|settings|preferences)|before you continue(?: to .{2,40})?"
    r"|(?:your |our )?privacy (?:settings|choices|preferences)|pardon our interruption|unusual traffic(?: detected)?",
    re.IGNORECASE,
)
_CHECKING = re.compile(
    r"\byour (?:browser|connection|ip|device|network|request|computer|consent|choices|preferences|privacy)\b"
    r"|\byou (?:are (?:not )?(?:a )?(?:human|robot|bot)|have been blocked|(?:do not|don[\u2019']t) have permission)"
    r"|\b(?:captcha|javascript|cookies?|ray id|try again later)\b|\breference (?:#|id|number)",
    re.IGNORECASE,
)
_CONSENT = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"\bwe (?:and our (?:\d+ )?partners|use cookies)",
        r"\byour (?:consent|choices|preferences|privacy)",
        r"\bcookies?\b",
        r"\b(?:accept|reject) all\b|\bmanage (?:options|settings|preferences)",
        r"legitimate interests?|personali[sz]ed (?:ads|content)|measure .{0,30}performance|store and/or access",
    )
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
    parts = [part.strip(" !?.\u2026") for title in titles if title for part in (title, *_PARTS.split(title))]
    said = [line for line in lines if line.strip(" !?.\u2026") not in parts]
    if _is_missing(parts, said):
        return PageOutcome.SOFT_404
    checked = any(map(_CHECK.fullmatch, parts)) and any(map(_CHECKING.search, said))
    if checked or _asks_consent(text):
        return PageOutcome.COOKIE_WALL
    if len(text) <= STUB_MAX_CODE_POINTS and (paywalled or any(map(_SOLD.search, lines))):
        return PageOutcome.PAYWALL_STUB
    return None


def _is_missing(parts: Sequence[str], lines: Sequence[str]) -> bool:
    """Tell an error by two signs: its title and a line, or a line among the first that speaks to the reader of it."""
    if any(map(_MISSING_TITLE.fullmatch, parts)):
        return any(_MISSING.search(line) or _ADDRESSED.search(line) for line in lines)
    return any(_MISSING.search(line) and _ADDRESSED.search(line) for line in lines[:2])


def _asks_consent(text: str) -> bool:
    """Tell whether so many kinds of words ask for consent, one of the first two, which are the site's to its reader."""
    asked = [kind.search(text) is not None for kind in _CONSENT]
    return any(asked[:2]) and sum(asked) >= CONSENT_LEAST
