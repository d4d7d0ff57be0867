"""The meaning of a claim as one text: what its vector is made of, and what its words are counted in."""

from schemas.extraction import JOINT, Claim

MARKS = "‘’“”„«»\"' \u00a0"  # noqa: RUF001 (the marks that newspapers print)
"""Stand around quotations; whether words are quoted says nothing of what they mean."""


def meaning(claim: Claim) -> str:
    """Return a claim's content without its marks, behind the question that it answers, if there is one."""
    content = claim.content.text.replace(JOINT, " ").strip(MARKS)
    return f"{claim.question.text.replace(JOINT, ' ').strip(MARKS)}? {content}" if claim.question else content
