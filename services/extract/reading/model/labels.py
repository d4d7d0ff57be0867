"""The labels of words that the reader has learnt, and what its head for roles is told of a cue."""

FLAT = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
"""One label a word, whatever attribution it belongs to: cue over source over content."""

ROLES = ("O", "B-source", "I-source", "B-content", "I-content")
"""One label a word as one cue sees it, so that attributions may lie in one another."""

NAMES = ("O", "B-PERSON", "I-PERSON", "B-ORG", "I-ORG", "B-LOC", "I-LOC")

REACH = 63
"""Words from a cue up to which its distance is told apart."""


def columns_of(table: tuple[str, ...], kind: str) -> list[int]:
    """Return the columns of a kind in a table of labels: of its first word, and of those after it."""
    return [table.index(f"B-{kind}"), table.index(f"I-{kind}")]


def places_from(cue: range, count: int) -> list[int]:
    """Return how far each of ``count`` words stands from a cue: 0 left of its reach, ``REACH`` in it, twice right."""
    left, right = cue[0], count - 1 - cue[-1]
    near = [*range(max(0, REACH - left), REACH), *[REACH] * len(cue), *range(REACH + 1, REACH + 1 + min(right, REACH))]
    return [*[0] * (left - REACH), *near, *[2 * REACH] * (right - REACH)]
