"""Notices: what a page prints around its report and nobody claims: credits, captions, boilerplate, disclaimers."""

# ruff: noqa: RUF001  (the marks that newspapers print)
import re
from enum import StrEnum

from services.extract.reading.layout.boilerplate import BOILERPLATE, any_of

NOTICE_MAX_CODE_POINTS = 500
"""A notice is a sentence or two; longer ones are prose, whatever they begin with."""

CREDIT_MAX_WORDS = 14
"""Words of a credit on a line of its own."""


class Silence(StrEnum):
    """Why a sentence holds no claim."""

    HEADING = "heading"
    SLOGAN = "slogan"
    DATELINE = "dateline"
    CREDIT = "credit"
    CAPTION = "caption"
    BOILERPLATE = "boilerplate"
    REWRITE = "rewrite"
    DISCLAIMER = "disclaimer"
    QUESTION = "question"
    GREETING = "greeting"


_ROLE = r"(?:correspondent|reporter|writer|editor|columnist|contributor|photographer|bureau chief|desk)s?"
_SHOT = r"(?:photo(?:graph)?s?|pictures?|images?|pics?|illustrations?|graphics?|cartoon|screenshot|video|footage)"
_NAME = r"[^\W\d_a-z][\w.'’-]*"
_PIECE = (
    r"(?:article|story|report|piece|post|content|text|page|translation|summary|version|material|interview|transcript"
    r"|bulletin|column|release|blog)"
)
_MADE = (
    r"(?:(?:re)?written|reworded|rephrased|created|generated|produced|translated|adapted|compiled|drafted|summari[sz]ed"
    r"|(?:re)?published|reprinted|reproduced|syndicated|prepared|taken|sourced|aggregated|based on)"
)

_CREDIT = any_of(
    r"[(\[]?(?:additional |with |and )*(?:report(?:ed|ing)|writ(?:ten|ing)|edit(?:ed|ing)|compiled|posted) by\b.*",
    rf"(?:interview|words|text|story|report|translation)s?(?: by|:) {_NAME}.*",
    rf"(?:author|writer|editor|reporter|source)s?: {_NAME}.*",
    rf"from (?:our|a|the)\b.*\b{_ROLE}(?: in .*)?",
    rf"by (?:our|a|the|staff|news)\b.*\b(?:{_ROLE}|staff|team|agenc(?:y|ies)|bureau)\b.*",
    rf"(?:[\w’'.]+ )?(?:staff|special|senior|chief|contributing|freelance|guest|political|business|sports) {_ROLE}",
)
_BYLINE = any_of(
    rf"(?i:by) {_NAME}(?:,? (?:{_NAME}|and|in|of|for|the|de|van|von|der|da|di|al|el|bin|&))*(?:,? [a-z ]*{_ROLE})?",
    rf"{_NAME}(?: {_NAME}){{1,3}}, (?:[a-z]+ ){{0,3}}{_ROLE}(?: (?:in|at|for) .{{1,40}})?",
    r"[(\[](?:[A-Z]{2,}|[A-Z][A-Za-z]*[A-Z])[\w/&. -]{0,24}[)\]]",
    flags=re.NOFLAG,
)
"""Names have capitals here, and agencies are initials in brackets."""

_CAPTION = any_of(
    r"[(\[]?(?:(?:file|stock|main|handout|lead|cover|archive) )?"
    rf"{_SHOT}(?: (?:above|left|right|credits?|source|courtesy))*(?:: ?| by | courtesy (?:of )?| ?/ ?| [|–—-] )",
    r"pictured(?:[,:]| (?:above|left|right|here|with|at|in|on|is|are)\b)",
)
_CAPTION_END = any_of(
    rf"[(\[][^()\[\]]{{0,40}}\b{_SHOT}\b[^()\[\]]{{0,60}}[)\]]\.?\Z",
    rf"\b(?:file|handout|stock|archive) {_SHOT}[)\]]?\.?\Z",
    r"[/(|:] ?(?:getty images|shutterstock|alamy|istock|wikimedia commons|unsplash|flickr)[^.]{0,20}\)?\.?\Z",
)
_REWRITE = any_of(
    rf"[(\[*]*(?:parts? of )?(?:this|the above) {_PIECE} (?:is|was|were|has been|have been)\b[^.]{{0,80}}\b{_MADE}\b",
    rf"[(\[*]*(?:this|the above) {_PIECE} (?:first |originally )?(?:appeared|ran) (?:in|on|at)\b",
    rf"(?:this {_PIECE} )?(?:was )?(?:originally|first) (?:appeared|published|printed|posted)\b",
    rf"(?:text|transcript|translation|summary) of (?:the |a )?{_PIECE}\b",
    rf"{_PIECE}, ?{_MADE}\b",
    r"with (?:material|inputs?|files|information|reporting) (?:from|by) [^.]{1,60}\.?\Z",
)
_DISCLAIMER = any_of(
    r"(?:©|\(c\)|copyright\b|disclaimer ?[:–—.]|disclosure ?[:–—.]|results may vary\b|past performance\b)",
    r"nothing (?:here|in this|on this|above|contained)\b.{0,80}\b(?:advice|offer|recommendation|guarantee)\b",
    r"(?:it|this|that|they|these|nothing|the (?:content|information|material|article|views|above))\b.{0,80}"
    r"\bnot (?:intended to )?(?:constitute|be (?:construed|taken|regarded|relied)|an offer of|a substitute)\b",
    rf"(?:the author|we|i|this {_PIECE}) (?:has|have|holds?|owns?) (?:no |a )?(?:financial |commercial )?"
    r"(?:interest|position|shares?)\b",
)
_DISCLAIMED = any_of(
    r"\bfor (?:general )?(?:information|informational|guidance|entertainment|illustrative) (?:purposes )?only\b",
    r"\b(?:accepts?|assumes?|takes?|bears?) no (?:liability|responsibility) for\b",
    r"\bforward[- ]looking statements?\b|\ball rights reserved\b|\baffiliate links?\b",
    r"\b(?:terms (?:and|&) conditions|restrictions|fees) (?:may )?apply\b",
    r"\b(?:may|might) (?:earn|receive|get) (?:a |an )?(?:small )?(?:commission|compensation)\b",
    r"\b(?:views|opinions)(?: and \w+)? (?:expressed|stated|here)\b[^.]{0,80}\b(?:own|author|necessarily|those of)\b",
    r"\bnot (?:financial|investment|legal|medical|voting|tax|professional)(?: or \w+)? advice\b",
)
_GREETING = any_of(
    r"(?:good (?:morning|afternoon|evening|night|day)|hello|hi|welcome)"
    r"(?:,? (?:and|everyone|everybody|all|readers|viewers|listeners|back|again|to (?:our|the) [\w ]{1,40})){0,4}[.!]?\Z"
)
_SAYING = any_of(
    r"\b(?:said|says|told|tells|according|argue[sd]?|claim(?:s|ed)?|insist(?:s|ed)?|warn(?:s|ed)?|wrote|writes"
    r"|den(?:y|ies|ied)|announced|stressed|added)\b"
)
"""A sentence that attributes is a report, whatever else it holds."""


def line_notice(line: str) -> Silence | None:
    """Return what a whole paragraph is if it is a credit or a caption, else null."""
    if len(line) > NOTICE_MAX_CODE_POINTS:
        return None
    if _CAPTION.match(line) or _CAPTION_END.search(line):
        return Silence.CAPTION
    short = len(line.split()) <= CREDIT_MAX_WORDS
    return Silence.CREDIT if short and (_CREDIT.fullmatch(line) or _BYLINE.fullmatch(line)) else None


def sentence_notice(sentence: str) -> Silence | None:
    """Return what a sentence is that speaks of its own page or to its readers, else null."""
    if len(sentence) > NOTICE_MAX_CODE_POINTS:
        return None
    if BOILERPLATE.match(sentence):
        return Silence.BOILERPLATE
    if _GREETING.match(sentence):
        return Silence.GREETING
    disclaims = _DISCLAIMER.match(sentence) or _DISCLAIMED.search(sentence)
    kind = Silence.REWRITE if _REWRITE.match(sentence) else Silence.DISCLAIMER if disclaims else None
    return None if kind and _SAYING.search(sentence) else kind
