"""The meaning of a claim as one text: what its words are counted in and, behind its speaker, its vector is made of."""

from schemas.extraction import JOINT, Claim, Words

_MARKS = "‘’“”„«»\"' \u00a0"  # noqa: RUF001 (the marks that newspapers print)
"""Stand around quotations; whether words are quoted says nothing of what they mean."""


def meaning(claim: Claim) -> str:
    """Return a claim's content without its marks, behind the question that it answers, if there is one."""
    return worded(claim.content, claim.question)


def told(claim: Claim) -> str:
    """Return a claim's meaning behind the name of who says it, else his words: what its vector is made of."""
    who = (claim.speaker.name or claim.speaker.text) if claim.speaker else None
    return attributed(who, meaning(claim))


def worded(content: Words, question: Words | None) -> str:
    """Return a content without its marks, behind the question that it answers, if there is one."""
    plain = _plain(content)
    return f"{_plain(question)}? {plain}" if question else plain


def attributed(who: str | None, words: str) -> str:
    """Return what somebody says, as it is embedded."""
    return f"{who}: {words}" if who else words


def _plain(words: Words) -> str:
    return words.text.replace(JOINT, " ").strip(_MARKS)
