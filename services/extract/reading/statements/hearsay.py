"""Hearsay: the words by which an article passes on what nobody is named for: "it is said", "reportedly"."""

import re

from schemas.extraction import Span

_ADVERBS = r"(?:(?:not|also|now|widely|generally|commonly|still|since|even|long) )*"
_PASSIVE = r"(?:said|thought|believed|understood|reported|rumoured|rumored|alleged|presumed|claimed|whispered)"
_FRAME = re.compile(
    rf"\bit (?:is|was|has been|had been) {_ADVERBS}{_PASSIVE}\b"
    rf"|\b(?:is|are|was|were|be|been) {_ADVERBS}{_PASSIVE} to\b"
    r"|\b(?:reportedly|allegedly|supposedly|purportedly)\b"
    r"|\bthere (?:is|was|are|were|has been|have been) (?:also |much |some |widespread |growing )?"
    r"(?:talk|word|rumou?rs?|speculation)\b"
    r"|\brumou?rs? ha(?:s|ve) it\b|\bas far as is known\b|\bofficially (?=\w+ (?:is|was|are|were)\b)"
)


def find_hearsay(text: str, span: Span) -> list[Span]:
    """Return the frames of hearsay in a sentence, in order."""
    shown = text[slice(*span)]
    lowered = shown.lower()
    plain = lowered if len(lowered) == len(shown) else shown
    return [(span[0] + match.start(), span[0] + match.end()) for match in _FRAME.finditer(plain)]
