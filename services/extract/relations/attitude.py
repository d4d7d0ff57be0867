"""Attitude: whether a statement is a no to its matter, by its polarity and by the words for refusing."""

import re

from schemas.extraction import Polarity
from services.extract.relations.meaning import meaning
from services.extract.relations.opposites import REFUSALS
from services.extract.relations.statement import Statement
from services.extract.relations.wording import every_stem_of

_FEARED = re.compile(r"\b(?:as|is|be|poses?) an? (?:\w+ ){0,3}(?:concern|threat|danger|risk)\b", re.IGNORECASE)


def is_refused(one: Statement) -> bool:
    """Tell whether a statement is a no to its matter: denied, or a refusal by its words; a refusal denied is a yes."""
    denied = one.claim.polarity is Polarity.DENIED
    text = meaning(one.claim)
    if one.claim.cue and not denied:
        text = f"{one.claim.cue.text} {text}"
    return denied is not bool(every_stem_of(text) & REFUSALS)


def is_against(one: Statement) -> bool:
    """Tell whether a statement is a no to its matter, or names it a threat or a concern."""
    return is_refused(one) or _FEARED.search(one.claim.content.text) is not None
